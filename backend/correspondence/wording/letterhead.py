"""How a landlord's letters look: colour, logo, who signs, where letters to it may be served. An administrator decides it.

A letter that was made keeps how it looked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction

import letters
from backend.accounts import powers
from backend.accounts.models import Landlord, Letterhead, User
from backend.audit.models import record
from backend.casework.text import plain
from backend.correspondence.wording.examples import on_example
from backend.errors import InvalidAnswers, NotAllowed

#: The largest file that a logo may be.
LOGO_BYTES = letters.LOGO_BYTES


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
    if without_logo or logo:
        head.logo = None if without_logo else logo
    colour = colour.strip().lower()
    _check(colour, head.signatory, head.service, None if without_logo else logo)
    head.save()
    Landlord.objects.filter(pk=by.landlord_id).update(colour=colour)
    record("change_letterhead", "Changed how letters look", landlord=by.landlord, by=by, at=now, colour=colour)
    return head


def _check(colour: str, signatory: str, service: str, logo: bytes | None) -> None:
    """Each part by itself, so that what is wrong is said beside its box."""
    parts: Mapping[str, dict[str, Any]] = {
        "colour": {"colour": colour}, "signatory": {"signatory": signatory or letters.PLAIN.signatory}, "service": {"service": service},
        "logo": {"logo": logo},
    }  # fmt: skip
    problems = {}
    for box, part in parts.items():
        try:
            replace(letters.PLAIN, **part)
        except letters.LetterError as error:
            problems[box] = str(error)
    if problems:
        raise InvalidAnswers(problems)


def example(by: User) -> str:
    """A letter as it looks now, as one page of HTML."""
    return on_example(next(kind for kind in letters.kinds().values() if kind.shape == "letter"), by.landlord)
