"""Finding cases, people and homes by anything that somebody knows of them, spelt as they heard it.

The database keeps `findable` beside each row (see the migration 0002): one spelling of reference, name, address, postcode
and telephone number, indexed by groups of three letters. Here what was typed is brought into the same spelling. First
every word must stand there as typed; only when nothing does may words be alike. What comes back is what the user may see.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import reduce
from operator import add, and_, or_
from typing import Any

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db import connection, transaction
from django.db.models import Case as Choose
from django.db.models import Exists, FloatField, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Greatest

from backend.accounts.models import User
from backend.casework import access
from backend.casework.models import Case, Party, Person, Property, Report
from backend.casework.models.case import SAFETY
from backend.casework.phones import national
from backend.casework.safety import alike

MOST_WORDS, SHORTEST, MOST_CASES, MOST_OTHERS = 6, 3, 30, 10
#: How alike a word must be to one that stands there. At 0.4 one wrong letter in a word of four is forgiven.
ALIKE = 0.4
#: A closed case is still worth a look this long after.
LONG_AGO = timedelta(days=365)
_PHONE = re.compile(r"(?<![\w])\+?\d[\d ()-]{6,}\d(?!\w)")
_POSTCODE = re.compile(r"\b([A-Za-z]{1,2}\d[A-Za-z\d]?)\s+(\d[A-Za-z]{2})\b")
_REFERENCE = re.compile(r"(asb)?[ -]*0*(\d{1,7})\Z", re.IGNORECASE)
_SEPARATE = re.compile(r"[^\w]+|_")


@dataclass(frozen=True)
class Found:
    """What a search brought. `forgiven` when no word stood as typed and these are only alike."""

    cases: Sequence[Case]
    people: Sequence[Person]
    homes: Sequence[Property]
    forgiven: bool

    def __bool__(self) -> bool:
        return bool(self.cases or self.people or self.homes)


def words_of(text: str) -> list[str]:
    """What was typed, word by word, in the spelling of `findable`."""
    text, numbers = _PHONE.sub(" ", text), [national(found) for found in _PHONE.findall(text)]
    text = _POSTCODE.sub(r"\1\2", text)
    flat = "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c) and c not in "'‘’ʼ`´")
    words = [*numbers, *(word for word in _SEPARATE.split(flat) if word)]
    return list(dict.fromkeys(words))[:MOST_WORDS]


def search(user: User, text: str) -> Found:
    """Cases, people and homes that this person may see: as typed, else alike."""
    words, reference = words_of(text), _REFERENCE.match(text.strip())
    if not any(len(word) >= SHORTEST for word in words) and not reference:
        return Found([], [], [], forgiven=False)
    found = _as_typed(user, text, words)
    # Another case's reference is no slip for this one's.
    return found if found or reference else _alike(user, words)


def _as_typed(user: User, text: str, words: Sequence[str]) -> Found:
    holding = reduce(and_, (Q(findable__contains=_standing(word)) for word in words), Q())
    cases = Case.objects.filter(access.seen_by(user), pk__in=_cases_holding(user, text, holding)).order_by("-opened_at")
    people, homes = access.people_for(user).filter(holding), access.homes_for(user).filter(holding)
    return Found(list(_shown(cases)[:MOST_CASES]), _heads(people[:MOST_OTHERS]), list(homes[:MOST_OTHERS]), forgiven=False)


def narrowed(cases: QuerySet[Case], user: User, text: str) -> QuerySet[Case]:
    """Of these cases, those that hold every word as typed, themselves or by somebody in them."""
    holding = reduce(and_, (Q(findable__contains=_standing(word)) for word in words_of(text)), Q())
    return cases.filter(pk__in=_cases_holding(user, text, holding)) if holding else cases


def _cases_holding(user: User, text: str, holding: Q) -> QuerySet[Any]:
    """The numbers of the landlord's cases that hold the words, by themselves or by somebody in them, or have the reference."""
    people = Person.objects.filter(holding, landlord=user.landlord_id)
    cases = Case.objects.filter(holding, landlord=user.landlord_id).values("pk")
    found = cases.union(Party.objects.filter(person__in=people).values("case"))
    number = _REFERENCE.match(text.strip())
    if number is None:
        return found
    exactly = Case.objects.filter(landlord=user.landlord_id, reference=f"ASB-{int(number[2]):05d}").values("pk")
    return exactly if number[1] else found.union(exactly)


def _standing(word: str) -> str:
    """How a word stands in `findable`: a short one or a house number whole, a telephone number anywhere, others by their beginning."""
    if word.isdigit() and len(word) >= 5:
        return word
    return f" {word} " if len(word) < SHORTEST or (word[0].isdigit() and len(word) < 5) else f" {word}"


# Alike


def _alike(user: User, words: Sequence[str]) -> Found:
    """The most alike, best first; nothing that is much less alike than the best."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pg_trgm.word_similarity_threshold', %s, true)", [str(ALIKE)])
        inside = Exists(Party.objects.filter(access.seen_by(user, "case__"), person=OuterRef("pk")))
        people = _best(access.people_for(user).annotate(inside=inside), words, "-inside")
        homes, likeness = _best(access.homes_for(user), words), _best(Case.objects.filter(access.seen_by(user)), words)
        for case, person in Party.objects.filter(person__in=people).values_list("case", "person"):
            likeness[case] = max(likeness.get(case, 0.0), people[person])
    cases = _shown(Case.objects.filter(access.seen_by(user), pk__in=_top(likeness, MOST_CASES)))
    return Found(
        sorted(cases, key=lambda case: (-likeness[case.pk], -case.pk)),
        _heads(access.people_for(user).filter(pk__in=_top(people, MOST_OTHERS))),
        list(access.homes_for(user).filter(pk__in=_top(homes, MOST_OTHERS))),
        forgiven=True,
    )  # fmt: skip


def _best(rows: QuerySet[Any], words: Sequence[str], *before: str) -> dict[int, float]:
    """Row to likeness, for the rows in which every word stands or is nearly there; among those as like, in the order `before`."""
    near = rows.filter(reduce(and_, map(_nearly, words))).annotate(likeness=reduce(add, map(_likeness, words)))
    found = list(near.order_by("-likeness", *before).values_list("pk", "likeness")[:MOST_CASES])
    return {pk: likeness / len(words) for pk, likeness in found if likeness > found[0][1] - 0.2 * len(words)}


def _nearly(word: str) -> Q:
    if not _may_be_misspelt(word):
        return Q(findable__contains=f" {word} ")
    return reduce(or_, (Q(findable__contains=f" {other} ") for other in _swapped(word)), Q(findable__trigram_word_similar=word))


def _likeness(word: str) -> Any:
    if not _may_be_misspelt(word):
        return Value(1.0, FloatField())
    swapped = reduce(or_, (Q(findable__contains=f" {other} ") for other in _swapped(word)), Q(pk=None))
    turned = Choose(When(swapped, then=Value(0.9)), default=Value(0.0), output_field=FloatField())
    return Greatest(TrigramWordSimilarity(word, "findable"), turned, output_field=FloatField())


def _may_be_misspelt(word: str) -> bool:
    """House numbers and very short words are as they are."""
    return len(word) >= SHORTEST and (word.isalpha() or len(word) >= 5)


def _swapped(word: str) -> list[str]:
    """A short word with two neighbours the wrong way round shares too few groups of letters: each turning is looked for."""
    if len(word) > 12 or not word.isalpha():
        return []
    turned = (word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1))
    return [other for other in dict.fromkeys(turned) if other != word]


def _top(likeness: dict[int, float], most: int) -> list[int]:
    return sorted(likeness, key=lambda pk: -likeness[pk])[:most]


def _shown(cases: QuerySet[Case]) -> QuerySet[Case]:
    return cases.select_related("owner", "patch", "instance__version")


def _heads(people: QuerySet[Person]) -> list[Person]:
    """Each human being once, under the row that others were joined to."""
    found = {person.same_as_id or person.pk: person.same_as or person for person in people.select_related(*SAFETY)}
    return sorted(found.values(), key=lambda person: (person.name, person.pk))


# At intake


def cases_of_the_same_person(report: Report) -> list[Case]:
    """Cases, open or closed within a year, of somebody with the reporter's telephone number, or their name at their postcode."""
    people = Person.objects.filter(alike(name=report.name, phone=report.phone, postcode=report.postcode), landlord=report.landlord_id)
    lately = Q(closed_at=None) | Q(closed_at__gte=report.received_at - LONG_AGO)
    cases = Case.objects.filter(lately, landlord=report.landlord_id, parties__person__in=people).distinct()
    return list(_shown(cases).order_by("-opened_at")[:5])
