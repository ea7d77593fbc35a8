"""A letter cannot betray a reporter: what people wrote for it is searched for anything that tells who reported.

Looks at what was written for this letter, not at its fixed words. Names are compared word by word in any spelling,
telephone numbers by their digits, addresses by their first line. One hit refuses the letter and names the words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from backend.casework.models import Case, Party, Person

_TITLES = {"mr", "mrs", "ms", "miss", "mx", "dr", "rev", "sir", "the"}
#: Parts of a letter's data that are not written for it: who writes, to whom, about which case; and a reporter's own words.
_NOT_SEARCHED = {"landlord", "officer", "recipient", "case", "letter_date", "report_summary"}


def betrays(data: Mapping[str, Any], case: Case, recipient: Party) -> str | None:
    """The first words in `data` that give away a reporter or witness other than the recipient; None when there are none."""
    written = " ".join(_texts({key: value for key, value in data.items() if key not in _NOT_SEARCHED}))
    words, digits = set(_words(written)), re.sub(r"\D", "", written)
    flat = f" {' '.join(_words(written))} "
    for person in _others(case, recipient):
        for hit in _hits(person, recipient.person, words, digits, flat):
            return hit
    return None


def _others(case: Case, recipient: Party) -> Iterator[Person]:
    parties = case.parties.exclude(pk=recipient.pk).exclude(role=Party.RESPONDENT).select_related("person")
    return (party.person for party in parties if party.person is not None and party.person_id != recipient.person_id)


def _hits(person: Person, recipient: Person | None, words: set[str], digits: str, flat: str) -> Iterator[str]:
    own = set(_words(recipient.name)) if recipient else set()
    for word in _words(person.name):
        if len(word) > 2 and word not in _TITLES | own and word in words:
            yield word.capitalize()
    number = re.sub(r"\D", "", person.phone)[-9:]
    if len(number) == 9 and number in digits:
        yield person.phone
    # The building may well be named; the door may not.
    door = " ".join(_words(person.address[0])) if person.address else ""
    if any(c.isdigit() for c in door) and f" {door} " in flat:
        yield person.address[0]


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case Mapping():
            for inner in value.values():
                yield from _texts(inner)
        case Iterable():
            for inner in value:
                yield from _texts(inner)


def _words(text: str) -> list[str]:
    """Words in one spelling: no accents, no case, apostrophes and hyphens joined, other marks apart."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    bare = "".join(c for c in folded if not unicodedata.combining(c) and unicodedata.category(c) != "Cf")
    joined = re.sub(r"[’‘ʼ'`´‐‑‒–—-]", "", bare)
    return re.findall(r"[^\W\d_]+|\d+", joined)
