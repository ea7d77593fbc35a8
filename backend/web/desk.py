"""An officer's desk: the list of tasks, and doing one."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from backend.accounts import powers
from backend.accounts.models import User
from backend.casework import access, commands, queries
from backend.casework.models import Party
from backend.errors import AlreadyDone, DomainError, NotFound
from backend.web.ask import form_context, needs, typed, who
from backend.workflow.forms import Form
from backend.workflow.models import Task

PER_PAGE = 50


@require_safe
@needs(powers.WORK)
def tasks(request: HttpRequest) -> HttpResponse:
    user, now = who(request), timezone.now()
    mine = queries.my_tasks(user)
    page = Paginator(mine, PER_PAGE).get_page(request.GET.get("page"))
    late = mine.filter(due_at__lt=now).count()
    return render(request, "desk/tasks.html", {"page": page, "parties": _parties(page), "late": late, "now": now})


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
            return _onward(user, done)
    try:
        found = queries.task_by_id(user, task_id)
    except NotFound:
        return _done_before(request, user, task_id)
    if found.status != Task.OPEN:
        return render(request, "desk/task_done.html", {"task": found, "case": found.instance.case})
    return _draw(request, user, found, error)


def _done_before(request: HttpRequest, user: User, task_id: int) -> HttpResponse:
    """Back at a task that this very person has done, whose case they may not see any more: that it is done, and no more."""
    own = Task.objects.filter(pk=task_id, status=Task.DONE, closed_by=user, instance__landlord=user.landlord_id).first()
    if own is None:
        raise NotFound
    return render(request, "desk/task_done.html", {"task": own})


def _given_back(request: HttpRequest, user: User, task_id: int, late: DomainError) -> HttpResponse:
    """Somebody else was quicker, and may have taken the case out of this person's sight. What they typed is theirs to keep.
    For anybody whose task it never was, there is no such task."""
    task = Task.objects.select_related("instance__version").exclude(status=Task.OPEN).filter(pk=task_id).first()
    if task is None:
        raise late
    if not access.could_have_done(user, task):
        raise NotFound
    form = commands.form_of(task)
    answers = [(_asked(form, key), ", ".join(values)) for key, values in typed(request.POST).items() if any(values)]
    return render(request, "desk/too_late.html", {"task": task, "answers": answers}, status=409)


def _asked(form: Form, key: str) -> str:
    """The question that a box of a form belongs to: a date has several boxes, and so has a row."""
    return next((question.label for question in form.questions if key == question.key or key.startswith(f"{question.key}-")), key)


def _onward(user: User, done: Task) -> HttpResponse:
    """To the case while this person may still see it, else back to the list."""
    case = done.instance.case
    visible = access.cases_for(user).filter(pk=case.pk).exists()
    return redirect(reverse("case", args=[case.reference]) if visible else reverse("tasks"))


def _draw(request: HttpRequest, user: User, found: Task, error: DomainError | None) -> HttpResponse:
    case, form = found.instance.case, commands.form_of(found)
    data = typed(request.POST) if request.method == "POST" else found.draft
    context = form_context(form, data, error, commands.people_for(found, form, case))
    element = found.instance.version.contents.elements[found.element]
    context |= {
        "task": found, "case": queries.case_page(user, case.reference), "may_do": access.may_do(user, found), "element": element,
        "party": _parties([found]).get(found.pk),
        "officers": User.objects.filter(landlord=user.landlord, is_active=True, roles__code=found.role).distinct(),
    }  # fmt: skip
    return render(request, "desk/task.html", context, status=422 if error else 200)


@require_POST
@needs(powers.WORK)
def save_draft(request: HttpRequest, task_id: int) -> HttpResponse:
    """Keep what has been typed. The page's script calls it now and then; the button does without a script."""
    commands.save_draft(task_id=task_id, data=typed(request.POST), by=who(request))
    if request.headers.get("accept", "").startswith("application/json"):
        return JsonResponse({"saved": True})
    messages.success(request, "What you have typed is kept. You can come back to it.")
    return redirect("task", task_id)


def _number(text: str | None) -> int:
    """A row's number as a browser sent it; 0, which no row has, for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 18 else 0


@require_POST
@needs(powers.WORK)
def hand_over(request: HttpRequest, task_id: int) -> HttpResponse:
    user = who(request)
    to = User.objects.filter(pk=_number(request.POST.get("to")), landlord=user.landlord).first()
    if to is None:
        messages.error(request, "Choose who takes the task.")
        return redirect("task", task_id)
    commands.hand_over(task_id=task_id, to=to, by=user, now=timezone.now())
    messages.success(request, f"The task is with {to.name} now.")
    return redirect("tasks")
