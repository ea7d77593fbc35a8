"""The notice that extends an introductory tenancy's trial period: its dates are counted by the law, whatever was typed for them.

A starter tenancy is extended by its agreement, so its dates stay as they were typed. Answers are known by their keys (`first_kind`,
`first_started_on`, `trial_extended`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import letters
from backend.correspondence.notices.tenancies import Said
from backend.errors import Refused
from backend.rules.notices import CannotCount, Notice, dates_of
from backend.rules.working_time import LONDON

#: What the letter is told, and the date of `Dates` that it is.
DATES: Mapping[str, str] = {"first_ends_on": "named", "first_new_end": "until", "extension_review_by": "review"}


def planned(kind: letters.Kind, said: Said, now: datetime) -> Notice | None:
    """The notice, handed over today with a copy by first class post; None where this letter is no such notice."""
    if not DATES.keys() <= {need.name for need in kind.needs} or said.words("first_kind") != "introductory":
        return None
    return Notice("extension", now.astimezone(LONDON).date(), "hand", started=said.day("first_started_on"), also="first_class")


def dates(notice: Notice, said: Said) -> dict[str, str]:
    """What the letter is told. Raises `Refused` where the law's time for it is over, or it was extended before."""
    if said.yes("trial_extended"):
        raise Refused("The trial period was extended before. The law lets it be extended once (Housing Act 1996 s.125A).")
    try:
        found = dates_of(notice)
    except CannotCount as refused:
        raise Refused(refused.sentence) from None
    return {need: getattr(found, name).isoformat() for need, name in DATES.items()}
