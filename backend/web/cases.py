"""A case: its page, its people, tools, letters, surveys, faults and diagrams."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from backend.accounts import powers
from backend.casework import access, commands, consents, queries, surveys
from backend.casework.casefile import NEWEST
from backend.casework.models import Case, Party
from backend.casework.models.case import SAFETY
from backend.correspondence import commands as correspondence
from backend.errors import AlreadyDone, DomainError, NotFound
from backend.web.ask import form_context, needs, press_of, typed, who
from backend.web.begun import begun
from backend.web.casefile import letters_of, parts_of, types_in_words
from backend.web.marks import case_marks, steps_in_words
from backend.web.pages import page_of
from backend.workflow.bpmn import Diagram
from backend.workflow.drawing import draw
from backend.workflow.forms import Form, Option, Question
from backend.workflow.prediction import outlook

PER_PAGE = 30


@require_safe
@needs(powers.WORK)
def cases(request: HttpRequest) -> HttpResponse:
    state, words = request.GET.get("state", "open"), request.GET.get("words", "").strip()
    page = page_of(request, queries.cases(who(request), state=state, words=words), PER_PAGE)
    return render(request, "cases/list.html", {"page": page, "state": state, "words": words})


@require_safe
@needs(powers.WORK)
def case(request: HttpRequest, reference: str) -> HttpResponse:
    user, now = who(request), timezone.now()
    found = queries.case_head(user, reference)
    contents = found.instance.version.contents
    main = next(d for d in contents.diagrams.values() if d.process == contents.start)
    written = letters_of(found)
    context = {
        "case": found, "now": now, "tasks": queries.tasks_of(found), "tools": queries.tools_by_group(found),
        "letters": written[:NEWEST], "more_letters": max(0, written.count() - NEWEST), "parts": parts_of(found),
        "types": types_in_words(found), "faults": found.instance.faults.all(),
        "surveys": surveys.waiting(found, now=now), "parties": {party.pk: party for party in found.parties.all()},
        "outlook": outlook(found.instance), "consents": consents.standing(found), **_place(found, main),
    }  # fmt: skip
    return render(request, "cases/case.html", context)


@require_safe
@needs(powers.WORK)
def diagram(request: HttpRequest, reference: str, process: str) -> HttpResponse:
    """One diagram of the case's own version, with the place marked, the same in words, and the way out of it."""
    found = queries.case_head(who(request), reference)
    diagrams = found.instance.version.contents.diagrams.values()
    shown = next((d for d in diagrams if d.process == process), None)
    if shown is None:
        raise NotFound
    callers = [d for d in diagrams if any(e.kind == "callActivity" and e.called == process for e in d.elements.values())]
    return render(request, "cases/diagram.html", {"case": found, "callers": callers, **_place(found, shown)})


def _place(found: Case, shown: Diagram) -> dict[str, Any]:
    """A diagram drawn with the place where the case is, and its steps in words."""
    marks = case_marks(found, shown)
    links = {e.id: reverse("case-diagram", args=[found.reference, e.called]) for e in shown.elements.values() if e.kind == "callActivity"}
    svg = draw(shown, marks, links=links, title=f"{shown.name}: where {found.reference} is")
    # draw() escapes every text.
    return {"process": shown, "diagram": mark_safe(svg), "steps": steps_in_words(marks, shown)}  # noqa: S308


# People

_DETAILS = (
    Question("name", "Full name", "line", required=False),
    Question("phone", "Telephone number", "line", required=False),
    Question("email", "E-mail address", "line", required=False),
    Question("address", "Address", "paragraphs", "One line for each part, without the postcode.", required=False),
    Question("postcode", "Postcode", "line", required=False),
)
_NEW = Form(
    "party", "Add a person", "", "", "",
    (
        Question("role", "What part has this person?", "choice", options=tuple(Option(code, label) for code, label in Party.ROLES)),
        *_DETAILS,
        Question("description", "If not known: what do you know?", "line", "Like “man in a grey coat, visits flat 9”.", required=False),
        Question("confidential", "Keep this person’s name from everybody outside the team?", "yes_no", required=False),
    ),
)  # fmt: skip
_KNOWN = Form("identify", "Who is this person?", "", "", "", _DETAILS)


def _details(form: Form, data: dict[str, list[str]]) -> dict[str, Any]:
    answers = {a["key"]: a["value"] for a in form.clean(data, {}).answers}
    text = {key: str(answers.get(key) or "") for key in ("name", "phone", "email", "postcode")}
    return {**text, "address": str(answers.get("address") or "").splitlines()}


@needs(powers.WORK)
def new_party(request: HttpRequest, reference: str) -> HttpResponse:
    user = who(request)
    found, data, error = access.case_for(user, reference), typed(request.POST), None
    if request.method == "POST":
        try:
            answers = {a["key"]: a["value"] for a in _NEW.clean(data, {}).answers}
            commands.add_party(
                case=found, role=str(answers["role"]), description=str(answers.get("description") or ""),
                confidential=bool(answers.get("confidential")), by=user, now=timezone.now(), **_details(_NEW, data),
            )  # fmt: skip
        except DomainError as problem:
            error = problem
        else:
            messages.success(request, "The person is on the case.")
            return redirect(f"{reverse('case', args=[reference])}#people")
    data = data or {"role": [request.GET.get("role", "")]}
    return _person_page(request, found, _NEW, data, error)


@needs(powers.WORK)
def party(request: HttpRequest, reference: str, party_id: int) -> HttpResponse:
    """Say who somebody is, or correct their details."""
    user = who(request)
    found = access.case_for(user, reference)
    one = found.parties.select_related("case", "person", *(f"person__{path}" for path in SAFETY)).filter(pk=party_id).first()
    if one is None:
        raise NotFound
    data, error = typed(request.POST), None
    if request.method == "POST":
        try:
            commands.identify_party(party=one, by=user, now=timezone.now(), **_details(_KNOWN, data))
        except DomainError as problem:
            error = problem
        else:
            messages.success(request, "The details are kept.")
            return redirect(f"{reverse('case', args=[reference])}#people")
    elif one.person is not None:
        person = one.person
        data = {
            "name": [person.name],
            "phone": [person.phone],
            "email": [person.email],
            "address": ["\n".join(person.address)],
            "postcode": [person.postcode],
        }
    return _person_page(request, found, _KNOWN, data, error, one)


def _person_page(
    request: HttpRequest, found: Case, form: Form, data: dict[str, list[str]], error: DomainError | None, one: Party | None = None
) -> HttpResponse:
    context = form_context(form, data, error, {}) | {"case": found, "party": one}
    if one is not None:
        context |= {"consents": consents.standing(found), "said": one.consents.select_related("by")}
    return render(request, "cases/person.html", context, status=422 if error else 200)


# Tools


@needs(powers.WORK)
def tool(request: HttpRequest, reference: str, element: str) -> HttpResponse:
    """Start a tool: choose for whom, see what it will start, then start it."""
    user, now = who(request), timezone.now()
    found = queries.case_head(user, reference)
    offered = next((t for t in queries.tools(found) if t.element == element), None)
    if offered is None:
        raise NotFound("This tool is not offered at this stage of the case.")
    press = press_of(request)
    error: DomainError | None = None
    if request.method == "POST":
        try:
            chosen = next((p for p in offered.people if str(p.pk) == request.POST.get("party")), None)
            why = request.POST.get("reason", "")
            commands.start_tool(case=found, element=element, party=chosen, by=user, now=now, reason=why, press=press)
        except AlreadyDone as twice:
            messages.info(request, twice.sentence)
            return redirect(f"{reverse('case', args=[reference])}#tasks")
        except DomainError as problem:
            error = problem
        else:
            messages.add_message(request, *begun(offered, found.instance, now=now))
            return redirect(f"{reverse('case', args=[reference])}#tasks")
    form = Form("tool", offered.name, "", "", "", tuple(_asked_before(offered)))
    context = form_context(form, typed(request.POST), error, {"party": {str(p.pk): p.label for p in offered.people}})
    return render(
        request,
        "cases/tool.html",
        context | {"case": found, "tool": offered, "press": press, "consents": consents.standing(found)},
        status=422 if error else 200,
    )


def _asked_before(offered: queries.Tool) -> Iterator[Question]:
    """What is asked before a tool starts."""
    if offered.whom != "case":
        yield Question("party", "Who is this for?", "person")
    if offered.reason:
        hint = "It is not what the procedure advises for a case like this. Your reason is kept with the case."
        yield Question("reason", "Why is this right here?", "paragraphs", hint)


# Letters


@require_safe
@needs(powers.WORK)
def letters(request: HttpRequest) -> HttpResponse:
    """Letters that wait to be posted or handed over, oldest first, and those that could not be made."""
    waiting = correspondence.waiting_letters(who(request))
    page = page_of(request, waiting, PER_PAGE)
    return render(request, "cases/letters.html", {"page": page, "now": timezone.now(), "may_post": who(request).can(powers.POST)})


@require_safe
@needs(powers.WORK)
def letter_pdf(request: HttpRequest, letter_id: int, name: str) -> HttpResponse:
    rendition = correspondence.pdf_for(who(request), letter_id, name)
    response = HttpResponse(bytes(rendition.pdf), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="letter-{letter_id}-{name}.pdf"'
    return response


# Surveys


@needs(powers.WORK)
def enter_survey(request: HttpRequest, reference: str, survey_id: int) -> HttpResponse:
    """Answers that came on paper or by telephone."""
    user, now = who(request), timezone.now()
    found, data, error = access.case_for(user, reference), typed(request.POST), None
    if request.method == "POST":
        try:
            surveys.enter(case=found, survey_id=survey_id, channel=request.POST.get("channel", ""), data=data, by=user, now=now)
        except DomainError as problem:
            error = problem
        else:
            messages.success(request, "The answers are kept.")
            return redirect("case", reference)
    elif not any(survey.pk == survey_id for survey in surveys.waiting(found, now=now)):
        raise NotFound("This survey has already been answered or has run out.")
    context = form_context(surveys.form_for(found), data, error, {}) | {"case": queries.case_head(user, reference)}
    return render(request, "cases/survey.html", context, status=422 if error else 200)
