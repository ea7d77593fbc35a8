"""Letters: asked for by a diagram, sent by a person. `making.py` makes them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

import letters
from backend.accounts import powers
from backend.accounts.models import User
from backend.audit.models import record
from backend.casework import access
from backend.casework.models.case import SAFETY
from backend.casework.safety import post_refused
from backend.correspondence.betrayal import betrays
from backend.correspondence.models import Letter, Rendition
from backend.correspondence.words import Writing, data_for
from backend.errors import AlreadyDone, DomainError, InvalidAnswers, NotFound, Refused
from backend.workflow.values import unpack


def queue_letter(*, kind_code: str, key: str, writing: Writing) -> Letter:
    """Ask for a letter. Raises `Refused` with a sentence for everything it lacks (an address without a postcode, say).
    A letter to somebody whom it is not safe to write to is held, unmade, until a person says how it reaches them."""
    if kind_code not in letters.kinds():
        raise DomainError(f"There is no kind of letter called “{kind_code}”.")
    kind = letters.kind(kind_code)
    data, held = _what_it_says(kind, writing), post_refused(writing.party.person)
    letter, _ = Letter.objects.get_or_create(
        key=key,
        defaults={
            "case": writing.case, "party": writing.party, "kind": kind.code, "title": kind.title, "data": data,
            "survey": writing.survey, "queued_at": writing.now, "status": Letter.HELD if held else Letter.QUEUED, "problem": held or "",
        },
    )  # fmt: skip
    return letter


def _what_it_says(kind: letters.Kind, writing: Writing) -> dict[str, Any]:
    """The words of a letter, when nothing is lacking and nothing gives a reporter away; else `Refused`."""
    data = data_for(kind, writing)
    if lacking := letters.missing(kind, letters.from_json(kind, data)):
        raise Refused(f"“{kind.title}” to {writing.party.label} cannot be written yet. {' '.join(lacking)}")
    if words := betrays(data, writing.case, writing.party):
        raise Refused(f"“{words}” in this letter could give away who reported. Write it in other words.")
    return data


@transaction.atomic
def mark_sent(*, letter_id: int, how: str, by: User, now: datetime) -> Letter:
    """Say that a letter has been posted or handed over."""
    letter = letter_for(by, letter_id)
    access.need(by, powers.WORK)
    if how not in dict(Letter.SENDING):
        raise InvalidAnswers({"how": "Choose how it was sent"})
    if how == "post" and (unsafe := post_refused(letter.party.person if letter.party else None)):
        raise Refused(f"{unsafe} Nothing was marked as sent.")
    if Letter.objects.filter(pk=letter.pk, status=Letter.RENDERED).update(status=Letter.SENT, sent_at=now, sent_by=by, sent_how=how) == 0:
        raise AlreadyDone("This letter has already been sent, or is not ready yet.")
    record(
        "send_letter",
        f"Sent “{letter.title}”",
        landlord=letter.case.landlord,
        by=by,
        at=now,
        case_id=letter.case_id,
        letter=letter.pk,
        how=how,
    )
    return letter


@transaction.atomic
def release(*, letter_id: int, how: str, by: User, now: datetime) -> Letter:
    """Have a held letter made, to reach the person in a safe way that is written down. It still may not be posted."""
    letter = letter_for(by, letter_id)
    access.need(by, powers.WORK)
    if not how.strip():
        raise InvalidAnswers({"how": "Say how it will reach them safely"})
    held = Letter.objects.filter(pk=letter.pk, status=Letter.HELD)
    if held.update(status=Letter.QUEUED, problem="", released_by=by, released_why=how.strip()[:300], queued_at=now) == 0:
        raise AlreadyDone("This letter is not held any more, so nothing was changed.")
    record(
        "release_letter", f"Had “{letter.title}” made, to be given in a safe way", landlord=letter.case.landlord, by=by, at=now,
        case_id=letter.case_id, letter=letter.pk, reason=how.strip()[:300],
    )  # fmt: skip
    return letter


@transaction.atomic
def try_again(*, letter_id: int, by: User, now: datetime) -> Letter:
    """Put a letter that could not be made back in the queue, with what is known now."""
    letter = letter_for(by, letter_id)
    access.need(by, powers.WORK)
    facts = unpack(letter.case.instance.facts)
    data = _what_it_says(letters.kind(letter.kind), Writing(letter.case, letter.party, letter.survey, facts, now))
    again = Letter.objects.filter(pk=letter.pk, status=Letter.FAILED)
    if again.update(status=Letter.QUEUED, data=data, attempts=0, problem="", queued_at=now) == 0:
        raise AlreadyDone("This letter is not waiting for anybody.")
    record(
        "retry_letter",
        f"Asked for “{letter.title}” again",
        landlord=letter.case.landlord,
        by=by,
        at=now,
        case_id=letter.case_id,
        letter=letter.pk,
    )
    return letter


def waiting_letters(user: User) -> QuerySet[Letter]:
    """Letters of this person's cases that somebody must send or look at, oldest first."""
    letters_waiting = Letter.objects.filter(access.seen_by(user, "case__"), status__in=(Letter.RENDERED, Letter.FAILED, Letter.HELD))
    return letters_waiting.select_related("case__owner", *(f"party__person__{path}" for path in SAFETY)).order_by("queued_at", "pk")


def letter_for(user: User, letter_id: int) -> Letter:
    """A letter of a case this person may see. Raises `NotFound`."""
    found = Letter.objects.select_related("case__landlord", "case__owner", "party__person", "case__instance__version")
    letter = found.filter(access.seen_by(user, "case__"), pk=letter_id).first()
    if letter is None:
        raise NotFound
    return letter


def pdf_for(user: User, letter_id: int, name: str) -> Rendition:
    """One rendition of a letter. Raises `NotFound`."""
    letter = letter_for(user, letter_id)
    rendition = letter.renditions.filter(name=name).first()
    if rendition is None:
        raise NotFound("This letter has not been made yet. It takes a few seconds; then load the page again.")
    return rendition
