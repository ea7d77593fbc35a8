"""What may be written in a case's log at any time: notes, and contacts with people. Nothing is changed in silence: a
corrected note keeps how it read before, who corrected it and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from backend.accounts.models import User
from backend.audit.models import record
from backend.casework import access
from backend.casework.models import Case, Earlier, Note, Party
from backend.casework.text import plain
from backend.errors import InvalidAnswers, NotFound

MOST_WORDS, MOST_MINUTES, MOST_NAMED = 10_000, 1_440, 200
#: Clocks of telephones and browsers differ a little from ours.
_SOON = timedelta(minutes=5)


@dataclass(frozen=True)
class Said:
    """A contact as somebody tells it: `party` or `whom`, never neither; `outward` when we began it."""

    text: str
    happened_at: datetime
    way: str
    outward: bool
    party: Party | None = None
    whom: str = ""
    minutes: int | None = None


@transaction.atomic
def add_note(*, case: Case, text: str, by: User, now: datetime) -> Note:
    """Write a note in the case's log."""
    case = access.work_on(by, case)
    note = Note.objects.create(case=case, kind=Note.NOTE, text=_worded(text), happened_at=now, by=by, at=now)
    record("add_note", "Wrote a note", landlord=case.landlord, by=by, at=now, case_id=case.pk, note=note.pk)
    return note


@transaction.atomic
def add_contact(*, case: Case, said: Said, by: User, now: datetime) -> Note:
    """Write down a contact with somebody."""
    case = access.work_on(by, case)
    note = Note.objects.create(case=case, kind=Note.CONTACT, by=by, at=now, **_checked(case, said, now))
    record("add_contact", "Wrote down a contact", landlord=case.landlord, by=by, at=now, case_id=case.pk, note=note.pk)
    return note


@transaction.atomic
def correct_note(*, note: Note, text: str, said: Said | None, reason: str, by: User, now: datetime) -> Note:
    """Correct a note, or with `said` a contact. How it read before is kept."""
    case = access.work_on(by, note.case)
    held = Note.objects.select_for_update().get(pk=note.pk)
    problems = {} if plain(reason) else {"reason": "Say why it is corrected"}
    changes = _checked(case, said, now, problems) if said is not None else {"text": _worded(text, problems)}
    Earlier.objects.create(note=held, said=as_read(held), reason=plain(reason)[:300], by=by, at=now)
    for name, value in changes.items():
        setattr(held, name, value)
    held.save(update_fields=list(changes))
    what = "a contact" if held.kind == Note.CONTACT else "a note"
    record("correct_note", f"Corrected {what}", landlord=case.landlord, by=by, at=now, case_id=case.pk, note=held.pk)
    return held


def note_by_id(user: User, case: Case, note_id: int) -> Note:
    """A note of a case this person may see. Raises `NotFound`."""
    case = access.case_for(user, case.reference)
    note = case.notes.select_related("case", "party__person").filter(pk=note_id).first()
    if note is None:
        raise NotFound
    return note


def as_read(note: Note) -> list[Mapping[str, str]]:
    """A note as rows of label and words, as a person reads it now."""
    local = timezone.localtime(note.happened_at)
    rows = [("When", f"{local.day} {local:%B %Y, %H:%M}"), ("How", note.title), ("What was said", note.text)]
    if note.minutes is not None:
        rows.append(("Minutes", str(note.minutes)))
    return [{"label": label, "shown": shown} for label, shown in (rows if note.kind == Note.CONTACT else rows[2:])]


def _worded(text: str, problems: dict[str, str] | None = None) -> str:
    problems = {} if problems is None else problems
    if not plain(text):
        problems["text"] = "Write this in words"
    elif len(text) > MOST_WORDS:
        problems["text"] = f"Shorten this to {MOST_WORDS:,} characters; it has {len(text):,}"
    if problems:
        raise InvalidAnswers(problems)
    return plain(text)


def _checked(case: Case, said: Said, now: datetime, problems: dict[str, str] | None = None) -> dict[str, Any]:
    """The columns of a contact. Raises `InvalidAnswers` for everything that is wrong, at once."""
    problems = {} if problems is None else problems
    if said.way not in dict(Note.WAYS):
        problems["way"] = "Choose how you were in touch"
    if said.party is None and not plain(said.whom):
        problems["whom"] = "Say who it was with"
    elif len(said.whom) > MOST_NAMED:
        problems["whom"] = f"Shorten this to {MOST_NAMED} characters"
    if said.happened_at > now + _SOON:
        problems["happened_at"] = "Enter a time that has passed"
    if said.minutes is not None and not 0 <= said.minutes <= MOST_MINUTES:
        problems["minutes"] = "Enter the minutes it took, at most a day"
    if said.party is not None and said.party.case_id != case.pk:
        raise NotFound
    text = _worded(said.text, problems)
    return {
        "text": text, "happened_at": said.happened_at, "party": said.party, "whom": "" if said.party else plain(said.whom),
        "way": said.way, "outward": said.outward, "minutes": said.minutes,
    }  # fmt: skip
