"""Reports: taking one, and deciding where it belongs."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from backend.accounts import powers
from backend.accounts.models import Landlord, User
from backend.casework import commands, queries
from backend.casework.commands import Told
from backend.casework.evidence import unplaced_evidence
from backend.casework.models import Report
from backend.casework.safety import guarded
from backend.casework.search import cases_of_the_same_person
from backend.errors import DomainError
from backend.web.ask import form_context, needs, typed, who
from backend.workflow.forms import Data, Form
from backend.workflow.publishing import live_version

#: The form of the pack that asks for a report, and the answers that make up what was told.
FORM = "report"
STAFF_CHANNELS = [(code, label) for code, label in Report.CHANNELS if code != "online"]


def report_form(landlord: Landlord) -> Form:
    """The landlord's own wording of the report form."""
    return live_version(landlord).contents.forms[FORM]


def told_in(form: Form, data: Data) -> Told:
    """What the form's answers say. Raises `InvalidAnswers`."""
    answers = {answer["key"]: answer["value"] for answer in form.clean(data, {}).answers}
    text = {
        key: str(answers.get(key) or "")
        for key in ("what", "place", "place_postcode", "happened", "who", "name", "phone", "email", "postcode", "adjustments")
    }
    address = tuple(str(answers.get("address") or "").splitlines())
    return Told(address=address, confidential=bool(answers.get("confidential")), **text)


@require_safe
@needs(powers.TRIAGE, powers.TAKE_REPORTS)
def reports(request: HttpRequest) -> HttpResponse:
    user = who(request)
    return render(
        request,
        "reports/list.html",
        {
            "reports": queries.unplaced_reports(user),
            "now": timezone.now(),
            "may_take": user.can(powers.TAKE_REPORTS),
            "evidence": unplaced_evidence(user).count(),
        },
    )


@needs(powers.TAKE_REPORTS)
def new_report(request: HttpRequest) -> HttpResponse:
    user = who(request)
    form, data, error = report_form(user.landlord), typed(request.POST), None
    channel = request.POST.get("channel", "telephone")
    if request.method == "POST":
        try:
            if channel not in dict(STAFF_CHANNELS):
                raise DomainError("Choose how the report reached us.")
            report = commands.take_report(landlord=user.landlord, channel=channel, told=told_in(form, data), by=user, now=timezone.now())
        except DomainError as problem:
            error = problem
        else:
            messages.success(request, "The report is kept. Now decide where it belongs.")
            return redirect("report", report.pk)
    context = form_context(form, data, error, {}) | {"channels": STAFF_CHANNELS, "channel": channel, "say": form.say}
    return render(request, "reports/new.html", context, status=422 if error else 200)


@require_safe
@needs(powers.TRIAGE, powers.TAKE_REPORTS, powers.WORK)
def report(request: HttpRequest, report_id: int) -> HttpResponse:
    user = who(request)
    found = queries.report_by_id(user, report_id)
    return render(request, "reports/report.html", _placing(found, user))


def _placing(found: Report, user: User) -> dict[str, object]:
    """What the page of a report shows, with the cases that it may belong to or bring back."""
    places = found.case is None and user.can(powers.TRIAGE)
    matches, former = (queries.likely_matches(found), queries.likely_former(found)) if places else ([], [])
    same = cases_of_the_same_person(found) if places else []
    guards = guarded(landlord_id=found.landlord_id, name=found.name, phone=found.phone, postcode=found.postcode)
    return {
        "report": found, "matches": matches, "former": former, "same": same, "guards": guards, "may_place": user.can(powers.TRIAGE),
    }  # fmt: skip


@require_POST
@needs(powers.TRIAGE)
def open_case(request: HttpRequest, report_id: int) -> HttpResponse:
    """Open a new case for the report, perhaps one that goes on from a closed case."""
    user, reference = who(request), request.POST.get("follows", "")
    former = user.landlord.cases.filter(reference=reference).first() if reference else None
    case = commands.open_case(report=queries.report_by_id(user, report_id), by=user, now=timezone.now(), follows=former)
    messages.success(request, f"Case {case.reference} is open.")
    return redirect("case", case.reference)


@require_POST
@needs(powers.TRIAGE)
def attach(request: HttpRequest, report_id: int) -> HttpResponse:
    """Attach the report to one of the likely cases, or to one named by its reference."""
    user = who(request)
    found, reference = queries.report_by_id(user, report_id), request.POST.get("case", "").strip().upper()
    case = user.landlord.cases.filter(reference=reference).first()
    if case is None:
        context = _placing(found, user) | {"problems": [f"There is no case “{reference}”. Check the reference."]}
        return render(request, "reports/report.html", context, status=422)
    commands.attach_report(report=found, case=case, by=user, now=timezone.now())
    messages.success(request, f"The report is attached to {case.reference}.")
    return redirect("report", found.pk)
