"""A letter served by hand, with what a court asks for: who, with whom, how, to whom, where and when; and a letter that came back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction

from backend.accounts import powers
from backend.accounts.models import User
from backend.audit.models import record
from backend.casework import access
from backend.casework.models import Evidence
from backend.casework.text import plain
from backend.correspondence.commands import letter_for, withdraw_certificate
from backend.correspondence.homes import home_closed
from backend.correspondence.models import Letter, PrintRun, Service
from backend.correspondence.sending import rendition, take, went
from backend.correspondence.sending.certificates import Given, certify
from backend.correspondence.words import kind_of
from backend.errors import AlreadyDone, InvalidAnswers, Refused
from backend.rules.dates import in_words

HAND, LEFT = "hand", "left"
_MOST = {"place": 300, "server": 200, "witness": 200, "details": 300}
_ASKED = {"place": "Say where", "server": "Say who served it", "details": "Say to whom it was handed, or where exactly it was left"}
#: Letters that can come back: what was handed over cannot.
RETURNABLE = (Letter.POST, Letter.NOTIFY, Letter.EMAIL)


@transaction.atomic
def serve(*, letter_id: int, given: Given, by: User, now: datetime) -> Service:
    """Say that a letter was handed over or left. It counts from the day that the law says, and its certificate is made."""
    letter = take(by, letter_id)
    given = _checked(letter, given, now)
    if (given.how == LEFT or given.also) and (unsafe := home_closed(letter)):
        raise Refused(f"{unsafe} Nothing may be left at the home or posted there.")
    sha256 = rendition(letter, letter.paper).sha256
    kept = certify(letter, given, sha256=sha256, by=by, now=now)
    went(letter, Letter.HAND, sha256=sha256, at=given.at, by=by, now=now, status=Letter.SERVED)
    return kept


def _checked(letter: Letter, given: Given, now: datetime) -> Given:
    """What was said, made plain. Raises `InvalidAnswers` for each thing that is missing or cannot be."""
    words: dict[str, Any] = {key: plain(getattr(given, key)) for key in _MOST}
    problems = {key: ask for key, ask in _ASKED.items() if not words[key]}
    problems |= {key: f"Shorten this to {most} characters" for key, most in _MOST.items() if len(words[key]) > most}
    if given.how not in (HAND, LEFT):
        problems["how"] = "Choose how it was served"
    if given.also and given.also not in dict(PrintRun.CLASSES):
        problems["also"] = "Choose first or second class"
    if given.at > now:
        problems["at"] = "This time has not come yet"
    elif letter.rendered_at is not None and given.at < letter.rendered_at.replace(second=0, microsecond=0):
        problems["at"] = "The letter was not made yet at this time"
    if given.photo is not None and given.photo.case_id != letter.case_id:
        problems["photo"] = "Choose a photo of this case"
    if problems:
        raise InvalidAnswers(problems)
    return replace(given, place=words["place"], server=words["server"], witness=words["witness"], details=words["details"])


def photos(letter: Letter) -> dict[str, str]:
    """The photos of its case that can be chosen as proof, the newest first."""
    found = Evidence.objects.filter(case=letter.case_id, kind=Evidence.PHOTO).order_by("-at", "-pk")[:30]
    return {str(one.pk): one.title for one in found}


@transaction.atomic
def came_back(*, letter_id: int, why: str, by: User, now: datetime) -> Letter:
    """Say that a letter came back. It has not reached anybody, and a notice was not served."""
    access.need(by, powers.WORK)
    letter_for(by, letter_id)
    letter = Letter.objects.select_for_update(of=("self",)).select_related("case__landlord", "party__person").get(pk=letter_id)
    if letter.status != Letter.SENT or letter.sent_how not in RETURNABLE:
        raise AlreadyDone(f"“{letter.title}” is now: {letter.get_status_display().lower()}. It cannot come back.")
    if not (reason := plain(why)):
        raise InvalidAnswers({"why": "Say why it came back"})
    if len(reason) > 200:
        raise InvalidAnswers({"why": "Shorten this to 200 characters"})
    letter.status, letter.problem = Letter.RETURNED, f"It came back: {reason}. {what_now(letter)}"[:500]
    letter.save(update_fields=["status", "problem"])
    withdraw_certificate(letter, letter.problem)
    said = f"“{letter.title}” came back"
    record("return_letter", said, landlord=letter.case.landlord, by=by, at=now, case_id=letter.case_id, letter=letter.pk, reason=reason)
    return letter


def what_now(letter: Letter) -> str:
    """What an officer does about a letter that came back."""
    if not kind_of(letter.case, letter.kind).notice:
        return "Ask the person how to reach them and put their details right. Then write the letter again."
    served = Service.objects.filter(letter=letter).first()
    day = f" The day that we had counted, {in_words(served.deemed)}, does not hold." if served else ""
    return f"The notice was not served.{day} Every date in it must be counted anew: write it again and serve it by hand."
