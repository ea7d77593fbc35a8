"""How a landlord's letters look: colour, logo, who signs, where letters to it may be served. An administrator decides it.

A letter that was made keeps how it looked.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

import letters
from backend.accounts import powers
from backend.accounts.models import Landlord, Letterhead, User
from backend.audit.models import record
from backend.casework.text import plain
from backend.errors import InvalidAnswers, NotAllowed


def letterhead_of(landlord: Landlord) -> Letterhead:
    """What is kept, or a plain one that nobody has kept yet."""
    return Letterhead.objects.filter(landlord=landlord).first() or Letterhead(landlord=landlord)


@transaction.atomic
def save_letterhead(
    *, colour: str, signatory: str, service: str, logo: bytes | None, without_logo: bool, by: User, now: datetime
) -> Letterhead:  # fmt: skip
    """Decide how letters look. No `logo` leaves the one that is there, unless it goes. Raises `InvalidAnswers`."""
    if not by.can(powers.ADMINISTER):
        raise NotAllowed
    head = letterhead_of(by.landlord)
    head.signatory, head.service = plain(signatory).strip(), plain(service).strip()
    kept = bytes(head.logo) if head.logo else None
    head.logo = None if without_logo else logo or kept
    colour = colour.strip().lower()
    _check(colour, head, logo is not None)
    head.save()
    Landlord.objects.filter(pk=by.landlord_id).update(colour=colour)
    record("change_letterhead", "Changed how letters look", landlord=by.landlord, by=by, at=now, colour=colour)
    return head


def _check(colour: str, head: Letterhead, new_logo: bool) -> None:
    """Each part by itself, so that what is wrong is said beside its box."""
    plain_one = letters.PLAIN
    problems = {}
    for box, brand in (
        ("colour", lambda: letters.Brand(colour, None, plain_one.signatory)),
        ("signatory", lambda: letters.Brand(plain_one.colour, None, head.signatory or plain_one.signatory)),
        ("service", lambda: letters.Brand(plain_one.colour, None, plain_one.signatory, head.service)),
        ("logo", lambda: letters.Brand(plain_one.colour, head.logo if new_logo else None, plain_one.signatory)),
    ):
        try:
            brand()
        except letters.LetterError as error:
            problems[box] = str(error)
    if problems:
        raise InvalidAnswers(problems)
