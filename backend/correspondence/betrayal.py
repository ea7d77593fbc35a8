"""A letter cannot betray a reporter: what people wrote for it is searched for anything that tells who reported.

Looks at what was written for this letter, not at its fixed words. Names are compared word by word in any spelling,
telephone numbers by their digits, addresses by their first line, e-mail addresses as they are; what was answered in confidence
by any run of five words of it. One hit stops the letter, and all are named: a second person decides.
Nobody else's letter may tell where somebody with a safe-contact rule is, whatever part they have.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

from backend.casework.models import Case, Party, Person
from backend.casework.models.case import SAFETY
from backend.casework.safety import numbers_in

_TITLES = {"mr", "mrs", "ms", "miss", "mx", "dr", "rev", "sir", "the"}
#: Parts of a letter's data that are not written for it: who writes, to whom, about which case; and a reporter's own words.
_NOT_SEARCHED = {"landlord", "officer", "recipient", "case", "letter_date"}
#: So many words in a row, taken from what somebody answered in confidence, are no chance.
RUN = 5
#: So many words of a longer stretch are shown.
SHOWN = 12


def betrays(data: Mapping[str, Any], case: Case, recipient: Party | None, *, summary: str | None = None, closed: bool = False) -> list[str]:
    """The words in `data` that give away a reporter or witness other than the recipient. `summary` is what the recipient told us,
    which may stand in their own letter; `closed`: nothing told in confidence may stand in it."""
    own = {"report_summary"} if summary is not None and data.get("report_summary") == summary else set()
    texts = list(_texts({key: value for key, value in data.items() if key not in _NOT_SEARCHED | own}))
    written = " ".join(texts)
    words, digits = set(_words(written)), re.sub(r"\D", "", written)
    flat, person = f" {' '.join(_words(written))} ", recipient.person if recipient else None
    found = [hit for party in _others(case, recipient) for hit in _hits(party, person, words, digits, flat, written)]
    found += _confidences(case, None if closed else recipient, texts, set() if closed else set(data))
    return list(dict.fromkeys(found))


def _confidences(case: Case, recipient: Party | None, texts: Iterable[str], asked: set[str]) -> Iterator[str]:
    """Stretches of words that stand in an answer which was given in confidence, by anybody but the recipient. What the letter
    itself was to be told (`asked`) was answered for it."""
    forms = [key for key, form in case.instance.version.contents.forms.items() if form.confidential]
    records = case.records.filter(form__in=forms).exclude(party=recipient) if recipient else case.records.filter(form__in=forms)
    answers = (answer for each in records.values_list("answers", flat=True) for answer in each if answer["key"] not in asked)
    told = {run for answer in answers for run in _runs(answer["value"])}
    for text in texts if told else ():
        words = _words(text)
        hits = [at for at in range(len(words)) if tuple(words[at : at + RUN]) in told]
        for _, adjoining in groupby(enumerate(hits), lambda pair: pair[1] - pair[0]):
            at = [place for _, place in adjoining]
            yield " ".join(words[at[0] : at[-1] + RUN][:SHOWN])


def _runs(value: Any) -> Iterator[tuple[str, ...]]:
    """Runs of words that tell something: a day and an hour are runs of numbers, which every letter has."""
    for text in _texts(value):
        words = _words(text)
        runs = (tuple(words[at : at + RUN]) for at in range(len(words) - RUN + 1))
        yield from (run for run in runs if sum(word.isalpha() and len(word) > 1 for word in run) > RUN // 2)


def _others(case: Case, recipient: Party | None) -> Iterator[Party]:
    parties = case.parties.select_related("person", *(f"person__{path}" for path in SAFETY))
    own, whose = (recipient.pk, recipient.person_id) if recipient else (None, None)
    others = (party for party in parties if party.pk != own and party.person is not None and party.person_id != whose)
    return (party for party in others if party.role != Party.RESPONDENT or (party.person and party.person.safety))


def _hits(party: Party, recipient: Person | None, words: set[str], digits: str, flat: str, written: str) -> Iterator[str]:
    own, person = set(_words(recipient.name)) if recipient else set(), party.person
    if person is None:
        return
    for word in _words(person.name) if party.role != Party.RESPONDENT else ():
        if len(word) > 2 and word not in _TITLES | own and word in words:
            yield word.capitalize()
    for known in (person.phone, *_safe_numbers(person)):
        number = re.sub(r"\D", "", known)[-9:]
        if len(number) == 9 and number in digits:
            yield known
    # The building may well be named; the door may not.
    door = " ".join(_words(person.address[0])) if person.address else ""
    if any(c.isdigit() for c in door) and f" {door} " in flat:
        yield person.address[0]
    if person.email and person.email.casefold() in written.casefold():
        yield person.email


def _safe_numbers(person: Person) -> list[str]:
    """The numbers at which somebody is reached safely: for nobody else's eyes."""
    return numbers_in(person.safety.numbers) if person.safety else []


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case Mapping():
            for inner in value.values():
                yield from _texts(inner)
        case list() | tuple():
            for inner in value:
                yield from _texts(inner)


def _words(text: str) -> list[str]:
    """Words in one spelling: no accents, no case, apostrophes and hyphens joined, other marks apart."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    bare = "".join(c for c in folded if not unicodedata.combining(c) and unicodedata.category(c) != "Cf")
    joined = re.sub(r"[’‘ʼ'`´‐‑‒–—-]", "", bare)
    return re.findall(r"[^\W\d_]+|\d+", joined)
