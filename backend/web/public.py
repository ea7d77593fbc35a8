"""What tenants see without signing in: the report form and the survey."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from backend.accounts.models import Landlord
from backend.casework import commands, surveys
from backend.casework.surveys import LinkUsed
from backend.errors import DomainError
from backend.web.ask import form_context, typed
from backend.web.reports import report_form, told_in
from backend.workflow.expressions import parse
from backend.workflow.packs import Pack
from backend.workflow.promises import Length, Promise
from backend.workflow.publishing import live_version

#: Reports taken from one address in an hour; more are asked to call instead.
MOST, WINDOW = 10, 3_600
#: A box that people do not see and robots fill in.
HONEYPOT = "website"


def report(request: HttpRequest, code: str) -> HttpResponse:
    landlord = get_object_or_404(Landlord, code=code)
    _dress(request, landlord)
    form, data, error = report_form(landlord), typed(request.POST), None
    if request.method == "POST":
        try:
            told = told_in(form, data)
            _refuse_robots(request)
            commands.take_report(landlord=landlord, channel="online", told=told, by=None, now=timezone.now())
        except DomainError as problem:
            error = problem
        else:
            return redirect("report-thanks", code)
    context = form_context(form, data, error, {}) | {"honeypot": HONEYPOT}
    return render(request, "public/report.html", context, status=422 if error else 200)


def _refuse_robots(request: HttpRequest) -> None:
    if request.POST.get(HONEYPOT):
        raise DomainError("This looks as if a robot filled it in. If you are a person, leave the last box empty, or call us.")
    key = f"reports:{request.META.get('REMOTE_ADDR', '')}"
    cache.add(key, 0, WINDOW)
    if cache.incr(key) > MOST:
        raise DomainError("Several reports have come from here in the last hour. Please call us, so that we can help you properly.")


@require_safe
def report_thanks(request: HttpRequest, code: str) -> HttpResponse:
    landlord = get_object_or_404(Landlord, code=code)
    _dress(request, landlord)
    return render(request, "public/thanks.html", {"promise": _promise(landlord)})


def _promise(landlord: Landlord) -> str:
    """What we promise about a new report, in the landlord's own words; "" when it promises nothing."""
    promise = live_version(landlord).contents.promises.get("triage")
    return promise.public.replace("{length}", promise.lengths[-1].words) if promise else ""


@require_safe
def standards(request: HttpRequest, code: str) -> HttpResponse:
    """The service standards as the landlord publishes them: its own list, and what it promises with how long it takes."""
    landlord = get_object_or_404(Landlord, code=code)
    _dress(request, landlord)
    pack = live_version(landlord).contents
    listed = [row["standard"] for row in pack.standing.get("standards", ())]
    promised = dict.fromkeys(_told(promise, pack, timezone.localdate()) for promise in pack.promises.values() if promise.public)
    return render(request, "public/standards.html", {"standards": listed, "promised": promised})


def _told(promise: Promise, pack: Pack, day: date) -> str:
    """A promise in words. One whose length depends on the case says the first and the last that can hold."""
    lengths = list(dict.fromkeys(length.words for length in _can_hold(promise, pack, day)))
    if not lengths[1:]:
        return promise.public.replace("{length}", lengths[0])
    said = promise.public.replace("{length}", f"{lengths[0]} to {lengths[-1]}")
    return f"{said.removesuffix('.')}, as the case needs."


def _can_hold(promise: Promise, pack: Pack, day: date) -> Iterator[Length]:
    """The lengths that hold for some case on that day, as the landlord's settings stand."""
    for length in promise.lengths:
        decided = parse(length.when).names <= pack.settings.keys() if length.when else True
        if not decided or length.holds(day, pack.known({}, day), {}):
            yield length
            if decided:
                return


def survey(request: HttpRequest, token: str) -> HttpResponse:
    """The survey behind a one-use link. Opening it changes nothing: mail scanners open links too."""
    now, token = timezone.now(), token.rstrip(".,;")
    try:
        waiting = surveys.by_token(token, now=now)
    except LinkUsed as used:
        return render(request, "public/survey_over.html", {"sentence": used.sentence}, status=410)
    _dress(request, waiting.case.landlord)
    form, data, error = surveys.form_for(waiting.case), typed(request.POST), None
    if request.method == "POST":
        try:
            surveys.answer_by_link(token=token, data=data, now=now)
        except LinkUsed as used:
            return render(request, "public/survey_over.html", {"sentence": used.sentence}, status=410)
        except DomainError as problem:
            error = problem
        else:
            return redirect("survey-thanks", waiting.case.landlord.code)
    context: dict[str, Any] = form_context(form, data, error, {})
    return render(request, "public/survey.html", context, status=422 if error else 200)


@require_safe
def survey_thanks(request: HttpRequest, code: str) -> HttpResponse:
    _dress(request, get_object_or_404(Landlord, code=code))
    return render(request, "public/survey_thanks.html")


def _dress(request: HttpRequest, landlord: Landlord) -> None:
    """Show the page in this landlord's name and colours."""
    request.landlord = landlord  # type: ignore[attr-defined]  # read by the context processor
