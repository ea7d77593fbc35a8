"""Many letters at once: what waits to be posted, runs that are put together, and what becomes of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from backend.accounts import powers
from backend.correspondence.models import PrintRun
from backend.correspondence.sending import manifest, notify, runs
from backend.errors import DomainError, InvalidAnswers, NotFound
from backend.rules.post import comes_by, printed_on
from backend.web.ask import form_context, needs, typed, who
from backend.web.pages import page_of
from backend.workflow.forms import Form, Option, Question

PER_PAGE = 30
_CLASS = Question("post_class", "First or second class?", "choice", options=tuple(Option(*each) for each in PrintRun.CLASSES))
_DAY = Question("on", "On which day were they posted?", "date")
_POSTED = {
    PrintRun.POST: Form("posted", "", "", "", "", (_CLASS, _DAY)),
    PrintRun.NOTIFY: Form("posted", "", "", "", "", (_CLASS,)),
}


@needs(powers.POST)
def queue(request: HttpRequest) -> HttpResponse:
    """What waits to be posted, the runs so far, and making another."""
    user = who(request)
    if request.method == "POST":
        run = runs.make_run(way=_way(request.POST.get("way", "")), by=user, now=timezone.now())
        return redirect("letter-run", run.number)
    waiting = runs.ready(user).select_related("case", "party__person")
    context = {
        "page": page_of(request, waiting, PER_PAGE), "runs": runs.runs(user)[:20], "most": runs.MOST,
        "notify": notify.offered(user.landlord),
        "works": user.can(powers.WORK),
    }  # fmt: skip
    return render(request, "letters/queue.html", context)


def _way(said: str) -> str:
    if said not in dict(PrintRun.WAYS):
        raise InvalidAnswers({"way": "Choose who prints them"})
    return said


@needs(powers.POST)
def run(request: HttpRequest, number: int) -> HttpResponse:
    """One run: how far it is, what is in it, and saying that it was posted. Looks again by itself while it is put together."""
    user, now, error = who(request), timezone.now(), None
    found = runs.run_by_number(user, number)
    form, data = _POSTED[found.way], typed(request.POST)
    if request.method == "POST":
        try:
            said = {answer["key"]: answer["value"] for answer in form.clean(data, {}).answers}
            on = date.fromisoformat(str(said["on"])) if "on" in said else None
            found = runs.mark_posted(number=number, post_class=str(said["post_class"]), on=on, by=user, now=now)
        except DomainError as problem:
            error = problem
        else:
            messages.success(request, "The letters are marked as sent.")
            return redirect("letter-run", number)
    lines = manifest.lines_of(found.manifest)
    context = form_context(form, data or _today(), error, {}) | {
        "run": found, "page": page_of(request, [line for line in lines if line.order and not line.problem], PER_PAGE),
        "left_out": [line for line in lines if line.problem], "making": found.status == PrintRun.MAKING, **_standing(found),
    }  # fmt: skip
    return render(request, "letters/run.html", context, status=422 if error else 200)


def _today() -> dict[str, list[str]]:
    day = timezone.localdate()
    return {f"on-{part}": [str(getattr(day, part))] for part in ("day", "month", "year")}


def _standing(found: PrintRun) -> dict[str, Any]:
    """What must be known before a run is posted, or was true when it was."""
    if found.status == PrintRun.MADE:
        return {"out": runs.to_take_out(found), "printed": printed_on(timezone.now())}
    if found.status == PrintRun.POSTED and found.posted_at and found.way == PrintRun.NOTIFY:
        printed = printed_on(found.posted_at)
        return {"printed": printed, "comes": comes_by(printed, found.posted_how)}
    return {}


_STEPS: Mapping[str, tuple[Callable[..., PrintRun], str]] = {
    "stop": (runs.stop, "It is stopped. What is done is kept."),
    "resume": (runs.resume, "It goes on where it was."),
    "give-up": (runs.give_up, "The letters wait again, to go another way."),
}


@require_POST
@needs(powers.POST)
def step(request: HttpRequest, number: int, name: str) -> HttpResponse:
    """Stop a run, go on with it, or give it up."""
    if name not in _STEPS:
        raise NotFound
    command, said = _STEPS[name]
    command(number=number, by=who(request), now=timezone.now())
    messages.success(request, said)
    return redirect("letter-run", number)


@require_safe
@needs(powers.POST)
def file(request: HttpRequest, number: int) -> HttpResponse:
    """The PDF to print, or the package to upload, always the same bytes."""
    found, content = runs.file_of(who(request), number)
    way = runs.WAYS[found.way]
    response = HttpResponse(content, content_type=way.TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="run-{number}.{way.ENDING}"'
    return response


@require_safe
@needs(powers.POST)
def spreadsheet(request: HttpRequest, number: int) -> HttpResponse:
    """What is in a run and what was left out, as a spreadsheet."""
    found = runs.run_by_number(who(request), number)
    said = manifest.spreadsheet(manifest.lines_of(found.manifest))
    response = HttpResponse(f"\ufeff{said}", content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="run-{number}.csv"'
    return response
