"""An officer writes a letter: which kinds there are, what is asked for each, and the draft that comes of it.

What the product works out (dates that the law counts, the address, who signs) is never asked. Knows no pages.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

import letters
from backend.accounts.models import User
from backend.audit.models import record
from backend.casework import access
from backend.casework.models import Case, Party
from backend.correspondence.commands import kept, new_letter, what_it_says, with_copies
from backend.correspondence.models import Letter
from backend.correspondence.suggested import MOST, rows_for
from backend.correspondence.wording.confirmed import Advice, advice, ticked
from backend.correspondence.wording.own import kinds_for
from backend.correspondence.words import GOES_TO, Writing, computed, data_for, kind_of, worked_out
from backend.errors import InvalidAnswers, NotFound
from backend.rules.working_time import LONDON
from backend.workflow.forms import ROWS, Form, Question
from backend.workflow.values import unpack

NAME, ADDRESS = "recipient_name", "recipient_address"
_TYPES = {"text": "line", "paragraphs": "paragraphs", "lines": "paragraphs", "date": "date", "moment": "moment", "rows": "rows"}
_HEADINGS = {
    "reporter": "To somebody who reported, or a witness", "respondent": "To somebody who was complained about",
    "partner": "To a partner", "court": "For the court", "file": "For ourselves",
}  # fmt: skip
#: A link that only the product can mint.
_MINTED = "survey_link"


@dataclass(frozen=True)
class Choice:
    """One kind of letter that can be written, and to whom in the case: nobody where it does not go to somebody in it."""

    code: str
    title: str
    people: tuple[Party, ...]
    advice: Advice


def choices(case: Case, day: date, only: Collection[str] | None = None) -> Mapping[str, list[Choice]]:
    """The kinds that can be written by hand (of `only` these codes), under headings that say whom they go to."""
    parties, confirmed = list(case.parties.select_related("person")), ticked(case.landlord)
    found: dict[str, list[Choice]] = {}
    for kind in kinds_for(case.instance.version).values():
        if only is not None and kind.code not in only:
            continue
        people = tuple(p for p in parties if p.person and p.role in GOES_TO.get(kind.audience, ()))
        if _MINTED not in {need.name for need in kind.needs} and (people or kind.audience not in GOES_TO):
            choice = Choice(kind.code, kind.title, people, advice(kind, case.landlord, confirmed, day))
            found.setdefault(_HEADINGS[kind.audience], []).append(choice)
    return {heading: sorted(found[heading], key=lambda one: one.title) for heading in _HEADINGS.values() if heading in found}


def at_hand(case: Case, codes: str, party: Party | None, day: date) -> list[Choice]:
    """The letters that a task offers, for the person it is about, else for everybody in the case they may go to."""
    if not codes:
        return []
    wanted = codes.split()
    offered = {one.code: one for kinds in choices(case, day, wanted).values() for one in kinds}
    found = [offered[code] for code in wanted if code in offered]
    return [replace(one, people=(party,)) if party in one.people else one for one in found]


@dataclass(frozen=True)
class Sheet:
    """What is asked for one letter: a form, and the answers that are known already."""

    kind: letters.Kind
    form: Form
    known: Mapping[str, Any]
    #: What the officer is told where a lawyer should have looked at it and has not.
    advice: Advice


def sheet(case: Case, code: str, party: Party | None, *, by: User, now: datetime) -> Sheet:
    """The questions of a letter to this person, with what the case knows filled in. Raises `NotFound`."""
    kind = _kind(case, code)
    if (party.role if party else None) not in GOES_TO.get(kind.audience, (None,)):
        raise NotFound("Choose whom this letter goes to.")
    writing = Writing(case, party, None, unpack(case.instance.facts), now, by)
    known = {**rows_for(case, (need.name for need in kind.needs)), **data_for(kind, writing)}
    asked = [need for need in kind.needs if computed(need.name, writing) is None and need.name not in worked_out(kind)]
    told = _advice(kind, case, now)
    return Sheet(kind, _form(kind, asked, known, to_partner=party is None and kind.shape == "letter"), known, told)


def _advice(kind: letters.Kind, case: Case, now: datetime) -> Advice:
    return advice(kind, case.landlord, ticked(case.landlord), now.astimezone(LONDON).date())


def advice_of(letter: Letter, *, now: datetime) -> Advice:
    """What the officer is told of a letter that is written already."""
    return _advice(kind_of(letter.case, letter.kind), letter.case, now)


def sheet_of(letter: Letter, *, now: datetime) -> Sheet:
    """The parts of a letter that may still be written: free text and lists, never its dates or what the kind fixes."""
    kind = _kind(letter.case, letter.kind)
    free = [need for need in kind.needs if need.type in ("text", "paragraphs", "rows") and need.name not in kind.fixed]
    writing = Writing(letter.case, letter.party, letter.survey, {}, letter.queued_at)
    asked = [need for need in free if need.name != _MINTED and computed(need.name, writing) is None]
    return Sheet(kind, _form(kind, asked, letter.data, to_partner=False), letter.data, advice_of(letter, now=now))


def _kind(case: Case, code: str) -> letters.Kind:
    if code not in kinds_for(case.instance.version):
        raise NotFound("There is no such letter.")
    return kind_of(case, code)


def _form(kind: letters.Kind, asked: Sequence[letters.Need], known: Mapping[str, Any], *, to_partner: bool) -> Form:
    questions = [_question(need, len(known.get(need.name) or ()) if need.type == "rows" else 0) for need in asked]
    if to_partner:
        line = "With the postcode on its last line."
        questions = [Question(NAME, "Who is it to?", "line"), Question(ADDRESS, "Their address", "paragraphs", line), *questions]
    return Form(kind.code, kind.title, kind.sample_note, kind.title, "", tuple(questions))


def _question(need: letters.Need, filled: int) -> Question:
    label = need.label[:1].upper() + need.label[1:]
    columns = tuple(_question(column, 0) for column in need.columns)
    rows = max(ROWS, filled + 2)
    full = f"The file may hold more: these are the newest {MOST}." if filled == MOST else ""
    return Question(need.name, label, _TYPES[need.type], full, required=not need.optional, columns=columns, rows=rows)


def boxes(form: Form, known: Mapping[str, Any]) -> dict[str, list[str]]:
    """What is known, as a browser would send it."""
    return {key: [text] for question in form.questions for key, text in _boxes(question, known.get(question.key)) if text}


def _boxes(question: Question, value: Any) -> Iterator[tuple[str, str]]:
    if value is None:
        return
    match question.type:
        case "rows":
            for number, row in enumerate(value):
                for column in question.columns:
                    inner = Question(f"{question.key}-{number}-{column.key}", "", column.type)
                    yield from _boxes(inner, row.get(column.key))
        case "date" | "moment":
            yield from _date_boxes(question, value)
        case _:
            yield question.key, value if isinstance(value, str) else "\n".join(map(str, value))


def _date_boxes(question: Question, value: str) -> Iterator[tuple[str, str]]:
    at = datetime.fromisoformat(value).astimezone(LONDON) if question.type == "moment" else date.fromisoformat(value)
    yield from ((f"{question.key}-{part}", str(getattr(at, part))) for part in ("day", "month", "year"))
    if isinstance(at, datetime):
        yield f"{question.key}-time", f"{at:%H:%M}"


def typed_in(sheet: Sheet, data: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """What was typed, as a letter wants it; None for a part that was left empty. Raises `InvalidAnswers`."""
    answers = {answer["key"]: answer["value"] for answer in sheet.form.clean(data, {}).answers}
    said = letters.from_json(sheet.kind, answers)
    unfit = {need.name: letters.unfit(need, said[need.name]) for need in sheet.kind.needs if said.get(need.name) is not None}
    if problems := {key: sentence for key, sentence in unfit.items() if sentence}:
        raise InvalidAnswers(problems)
    return {question.key: answers.get(question.key) for question in sheet.form.questions}


@transaction.atomic
def draft(*, case: Case, code: str, party: Party | None, data: Mapping[str, Sequence[str]], press: UUID, by: User, now: datetime) -> Letter:
    """Keep a letter that an officer wrote, as a draft to be read. Raises `InvalidAnswers` or `Refused`."""
    case = access.work_on(by, case)
    asked = sheet(case, code, party, by=by, now=now)
    typed = typed_in(asked, data)
    name, address = typed.pop(NAME, None), typed.pop(ADDRESS, None)
    recipient = {"name": name, "address": str(address).splitlines()} if name else None
    whom = name or {"court": "the court"}.get(asked.kind.audience, "the case file")
    writing = Writing(case, party, None, {}, now, by, recipient, addressee=str(whom))
    worked_out = {need.name: asked.known[need.name] for need in asked.kind.needs if need.name in asked.known and need.name not in typed}
    words = what_it_says(asked.kind, writing, {**worked_out, **{key: value for key, value in typed.items() if value is not None}})
    return with_copies(asked.kind, f"press:{press}", writing, words, _keep_draft)


def _keep_draft(kind: letters.Kind, key: str, writing: Writing, words: dict[str, Any], copy_of: Letter | None) -> Letter:
    letter = new_letter(kind, key, writing, words, copy_of)
    letter.status = Letter.DRAFT
    letter, made = kept(letter)
    if made:
        said = f"Wrote “{letter.title}” to {letter.to}"
        landlord, case_id = writing.case.landlord, writing.case.pk
        record("write_letter", said, landlord=landlord, by=writing.by, at=writing.now, case_id=case_id, letter=letter.pk)
    return letter
