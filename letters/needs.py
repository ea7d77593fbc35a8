"""What a letter must be told: names, types and plain labels, and the data that every kind has.

Knows nothing of how a value is checked (values.py) or where a kind keeps its needs (catalogue.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

NeedType = Literal["text", "paragraphs", "lines", "date", "moment", "rows"]
TYPES: frozenset[str] = frozenset(get_args(NeedType))


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that a letter must be told. A list of rows has columns, which are needs themselves."""

    name: str
    type: NeedType
    label: str
    columns: tuple[Need, ...] = ()
    optional: bool = False
    where: str = "Give it before you send this letter."


_LANDLORD = "Add it in the landlord's settings."
_OFFICER = "Add it on the officer's page."
_PERSON = "Add it on the person's page."

STANDARD: tuple[Need, ...] = (
    Need("landlord.name", "text", "the landlord's name", where=_LANDLORD),
    Need("landlord.address", "lines", "the landlord's address", where=_LANDLORD),
    Need("landlord.phone", "text", "the landlord's phone number", where=_LANDLORD),
    Need("landlord.email", "text", "the landlord's email address", where=_LANDLORD),
    Need("landlord.hours", "text", "the landlord's office hours", where=_LANDLORD),
    Need("officer.name", "text", "the officer's name", where=_OFFICER),
    Need("officer.phone", "text", "the officer's phone number", where=_OFFICER),
    Need("officer.email", "text", "the officer's email address", where=_OFFICER),
    Need("recipient.name", "text", "the person's name", where=_PERSON),
    Need("recipient.address", "lines", "the person's address", where=_PERSON),
    Need("case.reference", "text", "the case reference"),
    Need("letter_date", "date", "the date of the letter"),
)
STANDARD_ROOTS: frozenset[str] = frozenset(need.name.split(".")[0] for need in STANDARD)
#: What a document does without: it is addressed to nobody.
ABOUT_SOMEBODY: frozenset[str] = frozenset({"recipient.name", "recipient.address"})
