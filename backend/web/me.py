"""What is a person's own: their notices, how they are told of work, and who does theirs while they are away."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from backend.accounts import powers
from backend.accounts.absences import arrange_cover, end_cover
from backend.accounts.commands import choose_how_told
from backend.accounts.models import TOLD, Absence, User
from backend.casework import notices as telling
from backend.errors import DomainError, InvalidAnswers, NotFound
from backend.web.ask import form_context, needs, typed, who
from backend.web.pages import page_of
from backend.web.way_back import remember
from backend.workflow.forms import Form, Option, Question

PER_PAGE = 50


@require_safe
@needs(powers.WORK)
def notices(request: HttpRequest) -> HttpResponse:
    remember(request)
    page = page_of(request, telling.notices_of(who(request)), PER_PAGE)
    return render(request, "desk/notices.html", {"page": page, "now": timezone.now()})


@require_POST
@needs(powers.WORK)
def notices_read(request: HttpRequest) -> HttpResponse:
    telling.mark_read(who(request), now=timezone.now())
    return redirect("notices")


_HOW = Question("told", "How do you want to be told of your work?", "choice", options=tuple(Option(*one) for one in TOLD))
_TOLD = Form("told", "", "", "", "", (_HOW,))


@require_safe
@needs(powers.WORK)
def me(request: HttpRequest) -> HttpResponse:
    """How they are told of work, and who is away."""
    user = who(request)
    coming = Absence.objects.filter(user__landlord=user.landlord, last__gte=timezone.localdate()).select_related("user", "cover")
    context = {
        "own": [one for one in coming if one.user_id == user.pk], "covering": [one for one in coming if one.cover_id == user.pk],
        "others": [one for one in coming if one.user_id != user.pk] if user.can(powers.MANAGE) else [],
        **form_context(_TOLD, {"told": [user.told]}, None, {}),
    }  # fmt: skip
    return render(request, "desk/me.html", context)


@require_POST
@needs(powers.WORK)
def told(request: HttpRequest) -> HttpResponse:
    try:
        choose_how_told(how=request.POST.get("told", ""), by=who(request), now=timezone.now())
    except InvalidAnswers as problem:
        messages.error(request, " ".join(problem.problems.values()))
    else:
        messages.success(request, "Your choice is kept.")
    return redirect("me")


def _absence_form(by: User) -> Form:
    people = by.landlord.users.filter(is_active=True, roles__powers__contains=[powers.WORK]).distinct()
    named = tuple(Option(str(one.pk), one.name) for one in people)
    manages = by.can(powers.MANAGE)
    able = named if manages else tuple(one for one in named if one.value != str(by.pk))
    whose = (Question("user", "Who is away?", "choice", options=named),) if manages else ()
    first, last = Question("first", "First day away", "date"), Question("last", "Last day away", "date")
    return Form("absence", "", "", "", "", (*whose, first, last, Question("cover", "Who does the work meanwhile?", "choice", options=able)))


@needs(powers.WORK)
def new_absence(request: HttpRequest) -> HttpResponse:
    """Say who is away and who covers."""
    by, data, error = who(request), typed(request.POST), None
    form = _absence_form(by)
    if request.method == "POST":
        try:
            given = {a["key"]: str(a["value"]) for a in form.clean(data, {}).answers}
            first, last = (date.fromisoformat(given[key]) for key in ("first", "last"))
            away, cover = _one(by, given.get("user", str(by.pk))), _one(by, given["cover"])
            absence = arrange_cover(absent=away, cover=cover, first=first, last=last, by=by, now=timezone.now())
        except DomainError as problem:
            error = problem
        else:
            messages.success(request, f"{absence.cover.name} covers for {absence.user.name} {_days(first, last)}.")
            return redirect("me")
    context = form_context(form, data or {"user": [str(by.pk)]}, error, {})
    return render(request, "desk/absence.html", context, status=422 if error else 200)


def _days(first: date, last: date) -> str:
    """on 25 November 2026; from 25 November 2026 to 2 December 2026"""
    one, other = (f"{day.day} {day:%B %Y}" for day in (first, last))
    return f"on {one}" if first == last else f"from {one} to {other}"


def _one(by: User, number: str) -> User:
    found = by.landlord.users.filter(pk=number).first()
    if found is None:
        raise NotFound
    return found


@require_POST
@needs(powers.WORK)
def end_absence(request: HttpRequest, absence_id: int) -> HttpResponse:
    ended = end_cover(absence_id=absence_id, by=who(request), now=timezone.now())
    messages.success(request, f"{ended.user.name} does their own work again.")
    return redirect("me")
