"""For administrators: users, teams, patches and the office's calendar."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from backend.accounts import commands, powers
from backend.accounts.calendar import change_calendar
from backend.accounts.models import Patch, Team, User
from backend.errors import DomainError, NotFound
from backend.web.ask import form_context, needs, typed, who
from backend.workflow.forms import Form, Option, Question


@require_safe
@needs(powers.ADMINISTER)
def users(request: HttpRequest) -> HttpResponse:
    landlord = who(request).landlord
    people = landlord.users.select_related("team").prefetch_related("roles", "patches").order_by("-is_active", "name")
    return render(
        request, "administration/users.html", {"people": people, "teams": landlord.teams.all(), "patches": landlord.patches.all()}
    )


def _user_form(by: User) -> Form:
    landlord = by.landlord
    roles = tuple(Option(str(role.pk), role.name) for role in landlord.roles.all())
    teams = tuple(Option(str(team.pk), team.name) for team in landlord.teams.all())
    patches = tuple(Option(str(patch.pk), patch.name) for patch in landlord.patches.all())
    return Form(
        "user", "", "", "", "",
        (
            Question("name", "Name", "line"),
            Question("email", "E-mail address", "line", "They sign in with it."),
            Question("phone", "Telephone number", "line", "Letters give it to tenants.", required=False),
            Question("roles", "Roles", "choices", "What they may do follows from these alone.", options=roles),
            Question("team", "Team", "choice", required=False, options=teams),
            Question("patches", "Patches", "choices", required=False, options=patches),
            Question("active", "May this person sign in?", "yes_no"),
        ),
    )  # fmt: skip


@needs(powers.ADMINISTER)
def user(request: HttpRequest, user_id: int | None = None) -> HttpResponse:
    by = who(request)
    person = _own(by, user_id)
    form, data, error = _user_form(by), typed(request.POST), None
    if request.method == "POST":
        try:
            given = {a["key"]: a["value"] for a in form.clean(data, {}).answers}
            landlord = by.landlord
            chosen = list(landlord.roles.filter(pk__in=given["roles"]))
            saved = commands.save_user(
                user=person, name=str(given["name"]), email=str(given["email"]), phone=str(given.get("phone", "")),
                team=landlord.teams.filter(pk=str(given.get("team") or 0)).first(), roles=chosen,
                patches=landlord.patches.filter(pk__in=given.get("patches", [])), active=bool(given["active"]), by=by, now=timezone.now(),
            )  # fmt: skip
        except DomainError as problem:
            error = problem
        else:
            messages.success(request, f"{saved.name} is kept.")
            return redirect("users")
    elif person is not None:
        data = _as_typed(person)
    return render(
        request,
        "administration/form.html",
        form_context(form, data or {"active": ["yes"]}, error, {})
        | {"heading": person.name if person else "A new person", "person": person},
        status=422 if error else 200,
    )


@require_POST
@needs(powers.ADMINISTER)
def link(request: HttpRequest, user_id: int) -> HttpResponse:
    """Make the one-use link with which somebody chooses a password."""
    by = who(request)
    person = commands.invite_user(user=_own(by, user_id), by=by, now=timezone.now())
    url = settings.SITE_URL + reverse("set-password", args=person.link)
    return render(request, "administration/link.html", {"person": person.user, "url": url})


def _own(by: User, user_id: int | None) -> User | None:
    if user_id is None:
        return None
    person = by.landlord.users.filter(pk=user_id).first()
    if person is None:
        raise NotFound
    return person


def _as_typed(person: User) -> dict[str, list[str]]:
    return {
        "name": [person.name], "email": [person.email], "phone": [person.phone], "team": [str(person.team_id or "")],
        "roles": [str(role.pk) for role in person.roles.all()], "patches": [str(patch.pk) for patch in person.patches.all()],
        "active": ["yes" if person.is_active else "no"],
    }  # fmt: skip


_TEAM = Form("team", "", "", "", "", (Question("name", "Name of the team", "line"),))
_PATCH = Form(
    "patch", "", "", "", "",
    (
        Question("name", "Name of the patch", "line"),
        Question("postcodes", "Postcodes begin with", "line", "With commas between, like PE13, PE14.", required=False),
    ),
)  # fmt: skip


@needs(powers.ADMINISTER)
def team(request: HttpRequest, team_id: int | None = None) -> HttpResponse:
    by = who(request)
    standing = Team.objects.filter(pk=team_id or 0, landlord=by.landlord).first()
    if team_id is not None and standing is None:
        raise NotFound
    data, error = typed(request.POST), None
    if request.method == "POST":
        try:
            commands.save_team(team=standing, name=request.POST.get("name", ""), by=by, now=timezone.now())
        except DomainError as problem:
            error = problem
        else:
            messages.success(request, "The team is kept.")
            return redirect("users")
    elif standing is not None:
        data = {"name": [standing.name]}
    context = form_context(_TEAM, data, error, {}) | {"heading": standing.name if standing else "A new team"}
    return render(request, "administration/form.html", context, status=422 if error else 200)


@needs(powers.ADMINISTER)
def patch(request: HttpRequest, patch_id: int | None = None) -> HttpResponse:
    by = who(request)
    standing = Patch.objects.filter(pk=patch_id or 0, landlord=by.landlord).first()
    if patch_id is not None and standing is None:
        raise NotFound
    data, error = typed(request.POST), None
    if request.method == "POST":
        try:
            commands.save_patch(
                patch=standing,
                name=request.POST.get("name", ""),
                postcodes=request.POST.get("postcodes", "").split(","),
                by=by,
                now=timezone.now(),
            )
        except DomainError as problem:
            error = problem
        else:
            messages.success(request, "The patch is kept.")
            return redirect("users")
    elif standing is not None:
        data = {"name": [standing.name], "postcodes": [", ".join(standing.postcodes)]}
    context = form_context(_PATCH, data, error, {}) | {"heading": standing.name if standing else "A new patch"}
    return render(request, "administration/form.html", context, status=422 if error else 200)


CLOSE, OPEN = "close", "open"
_CALENDAR = Form(
    "calendar", "", "", "", "",
    (
        Question("what", "What changes?", "choice", options=(Option(CLOSE, "The office closes"), Option(OPEN, "It opens after all"))),
        Question("first", "First day", "date"),
        Question("last", "Last day", "date", "Leave it empty for a single day.", required=False),
        Question("reason", "Why?", "line", "Like “Office move” or “Extra bank holiday”. The history of each case that it touches says so."),
    ),
)  # fmt: skip


@needs(powers.ADMINISTER)
def calendar(request: HttpRequest) -> HttpResponse:
    """Closure days, and what became of promises when they last changed."""
    by, data, error = who(request), typed(request.POST), None
    if request.method == "POST":
        try:
            given = {a["key"]: a["value"] for a in _CALENDAR.clean(data, {}).answers}
            first, last = (date.fromisoformat(str(given.get(key, given["first"]))) for key in ("first", "last"))
            change_calendar(
                landlord=by.landlord, first=first, last=last, closed=given["what"] == CLOSE, reason=str(given["reason"]), by=by,
                now=timezone.now(),
            )  # fmt: skip
        except DomainError as problem:
            error = problem
        else:
            messages.success(request, "The calendar is changed. Open promises are being worked out again.")
            return redirect("calendar")
    coming = by.landlord.closures.filter(day__gte=timezone.localdate()).order_by("day")
    changes = by.landlord.calendar_changes.select_related("by").order_by("-at", "-pk")[:10]
    context = form_context(_CALENDAR, data or {"what": [CLOSE]}, error, {}) | {"coming": coming, "changes": changes}
    return render(request, "administration/calendar.html", context, status=422 if error else 200)
