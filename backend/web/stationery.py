"""A landlord's settings for letters: how they look, and what its lawyer has confirmed of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from backend.accounts import powers
from backend.correspondence.wording import confirmed as lawyers
from backend.correspondence.wording.letterhead import LOGO_BYTES, example, letterhead_of, save_letterhead
from backend.correspondence.wording.needs_lines import form_fields
from backend.errors import DomainError
from backend.framed import framed
from backend.web.ask import form_context, needs, typed, who
from backend.workflow.forms import Form, Question

_LOOK = Form(
    "look", "", "", "", "",
    (
        Question("colour", "Colour", "line", "As #rrggbb, dark enough to read on white. Pages have it too."),
        Question("signatory", "Words under the officer’s name", "line", "Empty for the name of the officer’s team.", required=False),
        Question(
            "service", "Where and how letters to you may be served", "line",
            "At the end of each letter, like “You can serve notices on us at Northbank House, 14 Station Road, Leicester LE1 4XX.”",
            required=False,
        ),
    ),
)  # fmt: skip
_LAWYER = (
    Question("lawyer", "Name of the lawyer", "line"),
    Question("confirmed_on", "The day on which they confirmed it", "date"),
)
_TICK = Form("tick", "", "", "", "", _LAWYER)
_VERSION = Question("version", "Version of the form", "line", "As it stands on the form, like “Form 3 (May 2026)”.")
_TEXT = Form(
    "text", "", "", "", "",
    (
        _VERSION, Question("valid_from", "First day on which it may be used", "date"),
        Question("valid_until", "Last day", "date", "Leave it empty where none is known.", required=False), *_LAWYER,
    ),
)  # fmt: skip


@needs(powers.ADMINISTER)
def letterhead(request: HttpRequest) -> HttpResponse:
    by, data, error = who(request), typed(request.POST), None
    head = letterhead_of(by.landlord)
    if request.method == "POST":
        file = request.FILES.get("logo")
        try:
            save_letterhead(
                colour=request.POST.get("colour", ""), signatory=request.POST.get("signatory", ""), service=request.POST.get("service", ""),
                logo=file.read(LOGO_BYTES + 1) if isinstance(file, UploadedFile) else None, without_logo="without_logo" in request.POST,
                by=by, now=timezone.now(),
            )  # fmt: skip
        except DomainError as problem:
            error = problem
        else:
            messages.success(request, "Letters look like this from now on.")
            return redirect("letterhead")
    said = data or {"colour": [by.landlord.colour], "signatory": [head.signatory], "service": [head.service]}
    wrong = getattr(error, "problems", {}).get("logo", "")
    context = form_context(_LOOK, said, error, {}) | {"has_logo": bool(head.logo), "wrong_logo": wrong}
    if wrong:
        context["problems"].append({"target": "logo", "error": wrong})
    return render(request, "administration/letterhead.html", context, status=422 if error else 200)


@require_safe
@needs(powers.ADMINISTER)
def letterhead_example(request: HttpRequest) -> HttpResponse:
    return framed(example(who(request)))


@require_safe
@needs(powers.ADMINISTER)
def confirmed(request: HttpRequest) -> HttpResponse:
    """Every letter that wants a lawyer, and how it stands."""
    return render(request, "administration/confirmed.html", {"standings": lawyers.standings(who(request), timezone.localdate())})


@needs(powers.ADMINISTER)
def confirm(request: HttpRequest, code: str) -> HttpResponse:
    """Enter what a lawyer confirmed of one letter. What was typed stays when it is refused."""
    by, data, error = who(request), typed(request.POST), None
    standing = lawyers.standing_of(by, code, timezone.localdate())
    form = _TEXT if standing.kind.prescribed else _TICK
    if request.method == "POST":
        try:
            given = {answer["key"]: answer["value"] for answer in form.clean(data, {}).answers}
            _enter(request, code, given, prescribed=form is _TEXT)
        except DomainError as problem:
            error = problem
        else:
            messages.success(request, f"“{standing.kind.title}” is noted as confirmed.")
            return redirect("confirmed")
    wrong = getattr(error, "problems", {}).get("text", "")
    context = form_context(form, data, error, {}) | {
        "standing": standing, "kind": standing.kind, "text": request.POST.get("text", ""), "wrong_text": wrong,
        "known": form_fields(standing.kind),
    }  # fmt: skip
    if wrong:
        context["problems"].append({"target": "text", "error": wrong})
    return render(request, "administration/confirm.html", context, status=422 if error else 200)


def _enter(request: HttpRequest, code: str, given: Mapping[str, object], *, prescribed: bool) -> None:
    by, now = who(request), timezone.now()
    lawyer, on = str(given["lawyer"]), date.fromisoformat(str(given["confirmed_on"]))
    if not prescribed:
        lawyers.tick(code=code, wording=request.POST.get("wording", ""), lawyer=lawyer, confirmed_on=on, by=by, now=now)
        return
    first, last = (date.fromisoformat(str(given[key])) if given.get(key) else None for key in ("valid_from", "valid_until"))
    lawyers.enter_text(
        code=code, version=str(given["version"]), text=request.POST.get("text", ""), valid_from=first or on, valid_until=last,
        lawyer=lawyer, confirmed_on=on, by=by, now=now,
    )  # fmt: skip


@require_safe
@needs(powers.ADMINISTER)
def confirm_example(request: HttpRequest, code: str) -> HttpResponse:
    return framed(lawyers.example(who(request), code, timezone.localdate()))
