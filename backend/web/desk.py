"""An officer's desk: the list of tasks, and doing one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from backend.accounts import powers
from backend.accounts.models import User
from backend.casework import access, commands, consents, notices, queries, worklist
from backend.casework import tasks as changing
from backend.casework.models import Party
from backend.correspondence import writing
from backend.errors import AlreadyDone, DomainError, NotFound
from backend.web.ask import form_context, needs, number, typed, who
from backend.web.beside import beside
from backend.web.pages import page_of
from backend.web.way_back import remember, way_back
from backend.workflow.forms import Form, Question
from backend.workflow.models import Task

PER_PAGE = 30


@require_safe
@needs(powers.WORK)
def tasks(request: HttpRequest) -> HttpResponse:
    user = who(request)
    return _list(request, worklist.mine(user), {})


@require_safe
@needs(powers.WORK)
def team_tasks(request: HttpRequest) -> HttpResponse:
    """The same list for a team: one's own, or any for managers."""
    user = who(request)
    teams = list(user.landlord.teams.all()) if user.can(powers.MANAGE) else [user.team] if user.team else []
    wanted = number(request.GET.get("team")) or user.team_id
    team = next((one for one in teams if one.pk == wanted), None)
    if team is None and (request.GET.get("team") or not teams):
        raise NotFound("You are in no team yet. Ask your administrator.") if not teams else NotFound
    return _list(request, worklist.of_team(user, team or teams[0]), {"team": team or teams[0], "teams": teams})


def _list(request: HttpRequest, tasks: QuerySet[Task], context: dict[str, Any]) -> HttpResponse:
    """A list with what it is narrowed to, kept for the way back."""
    remember(request)
    user, now, sieve = who(request), timezone.now(), worklist.Sieve.given(request.GET)
    found = worklist.sifted(tasks, sieve, now=now)
    page = page_of(request, found, PER_PAGE)
    context |= {
        "page": page, "parties": _parties(page), "late": found.filter(worklist.wanted_before(now)).count(), "now": now, "sieve": sieve,
        "offered": worklist.offered(tasks, user.landlord), "when": worklist.WHEN.items(),
    }  # fmt: skip
    return render(request, "desk/tasks.html", context)


def _parties(tasks: Sequence[Task]) -> dict[int, Party]:
    """Whom each task is about, by the task's number: only ever somebody of its own case."""
    here = Party.objects.select_related("person").filter(case__in=[task.instance.case for task in tasks])
    found = here.in_bulk([task.party_id for task in tasks if task.party_id])
    about = ((task, found.get(task.party_id or 0)) for task in tasks)
    return {task.pk: one for task, one in about if one is not None and one.case_id == task.instance.case.pk}


@needs(powers.WORK)
def task(request: HttpRequest, task_id: int) -> HttpResponse:
    user, now = who(request), timezone.now()
    error: DomainError | None = None
    if request.method == "POST":
        try:
            commands.complete_task(task_id=task_id, data=typed(request.POST), by=user, now=now)
        except (AlreadyDone, NotFound) as late:
            return _given_back(request, user, task_id, late)
        except DomainError as problem:
            error = problem
        else:
            done = Task.objects.select_related("instance__case").get(pk=task_id)
            messages.success(request, f"“{done.name}” is done.")
            return redirect(_onward(request, user, done, now))
    try:
        found = queries.task_by_id(user, task_id)
    except NotFound:
        return _done_before(request, user, task_id)
    if found.status != Task.OPEN:
        return render(request, "desk/task_done.html", {"task": found, "case": found.instance.case, "back": way_back(request)})
    return _draw(request, user, found, error)


def _done_before(request: HttpRequest, user: User, task_id: int) -> HttpResponse:
    """Back at a task that this very person has done, whose case they may not see any more: that it is done, and no more."""
    own = Task.objects.filter(pk=task_id, status=Task.DONE, closed_by=user, landlord=user.landlord_id).first()
    if own is None:
        raise NotFound
    return render(request, "desk/task_done.html", {"task": own, "back": way_back(request)})


def _given_back(request: HttpRequest, user: User, task_id: int, late: DomainError) -> HttpResponse:
    """Somebody else was quicker, and may have taken the case out of this person's sight. What they typed is theirs to keep.
    For anybody whose task it never was, there is no such task."""
    task = Task.objects.select_related("instance__version").exclude(status=Task.OPEN).filter(pk=task_id).first()
    if task is None:
        raise late
    if not access.could_have_done(user, task):
        raise NotFound
    form = commands.form_of(task)
    given = ((form.question_of(key), key, values) for key, values in typed(request.POST).items() if any(values))
    answers = [(asked.label if asked else key, ", ".join(values)) for asked, key, values in given]
    return render(request, "desk/too_late.html", {"task": task, "answers": answers}, status=409)


def _onward(request: HttpRequest, user: User, done: Task, now: datetime) -> str:
    """To what comes next for them in the same case, else back to the list they came from."""
    following = worklist.next_of_case(user, done.instance.case.pk, now=now)
    return reverse("task", args=[following.pk]) if following else way_back(request)


def _draw(request: HttpRequest, user: User, found: Task, error: DomainError | None) -> HttpResponse:
    case, form = queries.case_of_task(found), commands.form_of(found)
    notices.mark_read(user, now=timezone.now(), task=found)
    data = typed(request.POST) if request.method == "POST" else found.draft
    context = form_context(form, data, error, commands.people_for(found, form, case))
    may_do = access.may_do(user, found)
    element = found.instance.version.contents.elements[found.element]
    party = _parties([found]).get(found.pk)
    context |= {
        "task": found, "case": case, "may_do": may_do, "element": element,
        "at_hand": writing.at_hand(case, element.properties.get("letters", ""), party, timezone.localdate()) if may_do else [],
        "back": way_back(request), "may_release": found.owner_id is not None and (found.owner_id == user.pk or user.can(powers.MANAGE)),
        "officers": User.objects.filter(landlord=user.landlord, is_active=True, roles__code=found.role).distinct() if may_do else [],
        "consents": consents.standing(case), **beside(found, case, party),
    }  # fmt: skip
    return render(request, "desk/task.html", context, status=422 if error else 200)


@require_POST
@needs(powers.WORK)
def save_draft(request: HttpRequest, task_id: int) -> HttpResponse:
    """Keep what has been typed. The page's script calls it now and then; the button does without a script."""
    user = who(request)
    try:
        changing.save_draft(task_id=task_id, data=typed(request.POST), by=user)
    except (AlreadyDone, NotFound) as late:
        return _given_back(request, user, task_id, late)
    if request.headers.get("accept", "").startswith("application/json"):
        return JsonResponse({"saved": True})
    messages.success(request, "What you have typed is kept. You can come back to it.")
    return redirect("task", task_id)


@require_POST
@needs(powers.WORK)
def hand_over(request: HttpRequest, task_id: int) -> HttpResponse:
    user = who(request)
    to = User.objects.filter(pk=number(request.POST.get("to")), landlord=user.landlord).first()
    if to is None:
        messages.error(request, "Choose who takes the task.")
        return redirect("task", task_id)
    changing.hand_over(task_id=task_id, to=to, by=user, now=timezone.now())
    messages.success(request, f"The task is with {to.name} now.")
    return redirect(way_back(request))


@require_POST
@needs(powers.WORK)
def claim(request: HttpRequest, task_id: int) -> HttpResponse:
    task = changing.claim(task_id=task_id, by=who(request), now=timezone.now())
    messages.success(request, f"“{task.name}” is yours now.")
    return redirect(way_back(request) if request.POST.get("from") == "list" else reverse("task", args=[task_id]))


@require_POST
@needs(powers.WORK)
def release(request: HttpRequest, task_id: int) -> HttpResponse:
    task = changing.release(task_id=task_id, by=who(request), now=timezone.now())
    messages.success(request, f"“{task.name}” waits for anybody with its role now.")
    return redirect(way_back(request))


_TO = Question("to", "Which day will you do it?", "date", "A working day. What we promised stays on the task and in the measures.")
_WHY = Question("reason", "Why?", "line", "The history of the case says so. For example: “The witness is away until Thursday.”")
_BROKEN = Question("broken", "Will this break the promise?", "yes_no", "If the day is after the one we promised, say yes.")


@needs(powers.WORK)
def put_off(request: HttpRequest, task_id: int) -> HttpResponse:
    """Mean to do a task on a later day, with the reason."""
    user, data, error, now = who(request), typed(request.POST), None, timezone.now()
    found = queries.task_by_id(user, task_id)
    access.need_task(user, found)
    late = found.due_at <= now  # the promise is broken already: there is nothing to ask
    form = Form("put-off", "", "", "", "", (_TO, _WHY, _BROKEN) if found.promise and not late else (_TO, _WHY))
    if request.method == "POST":
        try:
            given = {a["key"]: a["value"] for a in form.clean(data, {}).answers}
            changing.put_off(
                task_id=task_id, to=date.fromisoformat(str(given["to"])), reason=str(given["reason"]),
                breaks_promise=bool(given.get("broken")), by=user, now=now,
            )  # fmt: skip
        except DomainError as problem:
            error = problem
        else:
            messages.success(request, f"“{found.name}” is put off.")
            return redirect(way_back(request))
    context = form_context(form, data or {"broken": ["no"]}, error, {}) | {"task": found, "case": found.instance.case}
    return render(request, "desk/put_off.html", context, status=422 if error else 200)
