"""What an officer writes down about a case at any time: a note, a contact, an incident; and correcting the first two."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from backend.accounts import powers
from backend.casework import access, incidents, notes
from backend.casework.models import Case, Note
from backend.casework.notes import Said
from backend.errors import DomainError
from backend.web.ask import form_context, needs, typed, who
from backend.workflow.forms import Form, Option, Question

#: The choice of people ends with this: somebody who is no party of the case.
ELSE = "0"
_REASON = Question("reason", "Why is it corrected?", "line", "How it reads now is kept beside the correction.")
_NOTE = Form("note", "Write a note", "", "", "", (Question("text", "Note", "paragraphs"),))
_CONTACT = Form(
    "contact", "Write down a contact", "", "", "",
    (
        Question("happened_at", "When did you speak or write?", "moment"),
        Question("way", "How?", "choice", options=tuple(Option(code, label) for code, label in Note.WAYS)),
        Question("direction", "Who began it?", "choice", options=(Option("out", "We did"), Option("in", "They did"))),
        Question("party", "With whom?", "person"),
        Question("whom", "Who was it?", "line", "Like “PC Lowe, the local police”.", when=("party", ELSE)),
        Question("text", "What was said or written?", "paragraphs", "Their own words where it matters."),
        Question("minutes", "How many minutes did it take?", "whole", required=False),
    ),
)  # fmt: skip
_INCIDENT = Form(
    "incident", "Add an incident", "", "", "",
    (
        Question("what", "What happened, in a few words?", "paragraphs"),
        Question("type", "What kind of incident was it?", "choice"),
        Question("on", "On which day did it happen?", "date"),
        Question("when", "At what time, about?", "line", "Like “11pm to 1am”.", required=False),
        Question("place", "Where?", "line"),
        Question("postcode", "Postcode of the place", "line", required=False),
        Question("party", "Who told us of it?", "person"),
        Question("source", "Who was it?", "line", "Like “the caretaker”, or “I saw it”.", when=("party", ELSE)),
    ),
)  # fmt: skip
Answers = Mapping[str, Any]


@needs(powers.WORK)
def new_note(request: HttpRequest, reference: str) -> HttpResponse:
    def add(case: Case, answers: Answers) -> None:
        notes.add_note(case=case, text=str(answers["text"]), by=who(request), now=timezone.now())

    return _ask(request, reference, _NOTE, {}, add, "The note is kept.", "contact")


@needs(powers.WORK)
def new_contact(request: HttpRequest, reference: str) -> HttpResponse:
    def add(case: Case, answers: Answers) -> None:
        notes.add_contact(case=case, said=_said(case, answers), by=who(request), now=timezone.now())

    return _ask(request, reference, _CONTACT, _at(timezone.now()), add, "The contact is kept.", "contact")


@needs(powers.WORK)
def correct_note(request: HttpRequest, reference: str, note_id: int) -> HttpResponse:
    """Correct a note or a contact; how it read before is kept."""
    user = who(request)
    note = notes.note_by_id(user, access.case_for(user, reference), note_id)
    contact = note.kind == Note.CONTACT
    asked = _CONTACT if contact else _NOTE
    form = replace(asked, title="Correct a contact" if contact else "Correct a note", questions=(*asked.questions, _REASON))

    def correct(case: Case, answers: Answers) -> None:
        said = _said(case, answers) if contact else None
        text, reason = str(answers["text"]), str(answers["reason"])
        notes.correct_note(note=note, text=text, said=said, reason=reason, by=user, now=timezone.now())

    return _ask(request, reference, form, _as_typed(note), correct, "It is corrected. How it read before is kept beside it.", "contact")


@needs(powers.WORK)
def new_incident(request: HttpRequest, reference: str) -> HttpResponse:
    case = access.case_for(who(request), reference)
    types = tuple(incidents.types_of(case))
    form = replace(_INCIDENT, questions=tuple(replace(q, options=types) if q.key == "type" else q for q in _INCIDENT.questions))

    def add(case: Case, answers: Answers) -> None:
        incidents.add_incident(case=case, happened=_happened(case, answers), by=who(request), now=timezone.now())

    start = {"place": [case.place], "postcode": [case.postcode], "type": [case.category]}
    return _ask(request, reference, form, start, add, "The incident is kept.", "reports")


def _ask(
    request: HttpRequest, reference: str, form: Form, start: Mapping[str, list[str]],
    keep: Callable[[Case, Answers], None], said: str, part: str,
) -> HttpResponse:  # fmt: skip
    """Draw the form, or keep what was typed in it and go back to the part of the case where it stands."""
    case = access.case_for(who(request), reference)
    people = {"party": {str(one.pk): one.label for one in case.parties.select_related("person")} | {ELSE: "Somebody else"}}
    data, error = typed(request.POST) if request.method == "POST" else dict(start), None
    if request.method == "POST":
        try:
            keep(case, {answer["key"]: answer["value"] for answer in form.clean(data, people).answers})
        except DomainError as problem:
            error = problem
        else:
            messages.success(request, said)
            return redirect(f"{reverse('case', args=[reference])}#{part}")
    context = form_context(form, data, error, people) | {"case": case, "part": part}
    return render(request, "cases/anytime.html", context, status=422 if error else 200)


def _party(case: Case, answers: Answers) -> Any:
    return case.parties.filter(pk=answers["party"]).first()


def _said(case: Case, answers: Answers) -> Said:
    at, minutes = datetime.fromisoformat(str(answers["happened_at"])), answers.get("minutes")
    return Said(
        text=str(answers["text"]), happened_at=at, way=str(answers["way"]), outward=answers["direction"] == "out",
        party=_party(case, answers), whom=str(answers.get("whom") or ""), minutes=minutes,
    )  # fmt: skip


def _happened(case: Case, answers: Answers) -> incidents.Happened:
    text = {key: str(answers.get(key) or "") for key in ("what", "place", "type", "postcode", "when", "source")}
    return incidents.Happened(on=date.fromisoformat(str(answers["on"])), party=_party(case, answers), **text)


def _at(moment: datetime) -> dict[str, list[str]]:
    local = timezone.localtime(moment)
    parts: Sequence[tuple[str, str]] = (
        ("day", str(local.day)),
        ("month", str(local.month)),
        ("year", str(local.year)),
        ("time", f"{local:%H:%M}"),
    )
    return {f"happened_at-{part}": [value] for part, value in parts}


def _as_typed(note: Note) -> dict[str, list[str]]:
    """A note as its form would have been filled in."""
    if note.kind == Note.NOTE:
        return {"text": [note.text]}
    return _at(note.happened_at) | {
        "text": [note.text], "way": [note.way], "direction": ["out" if note.outward else "in"], "whom": [note.whom],
        "party": [str(note.party_id or ELSE)], "minutes": [] if note.minutes is None else [str(note.minutes)],
    }  # fmt: skip
