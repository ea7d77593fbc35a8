"""Who holds the home that a notice is about, and on what terms: from the landlord's list of homes, and from what officers answered
where the list does not tell.

An answer is known by its key (`tenancy_type`, `tenancy_started`, `rent_period`, `service_clause`, `joint`), whichever form asked it.
Knows no notice and no statute: `rules.notices_void` does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from backend.casework.models import Person
from backend.casework.models.homes import Tenancy
from backend.casework.safety import post_refused
from backend.correspondence.homes import address_of
from backend.errors import Refused
from backend.rules.notices_void import LANDLORDS, PROVIDER
from backend.rules.notices_void import Tenancy as Terms

#: What the list of homes calls a tenancy, where the law of notices calls it otherwise.
_BY_LAW: Mapping[str, str] = {"assured_shorthold": "starter", "shared_ownership": "lease"}
_NOBODY = frozenset({"", "-", "no", "none", "nobody", "no one", "no-one", "not known"})
_BETWEEN = re.compile(r"[,;\n&]|\band\b", re.IGNORECASE)


class Said(dict[str, Any]):
    """Answers by their keys, read as what they are: dates, words, yes and no."""

    def day(self, key: str) -> date | None:
        value = self.get(key)
        return date.fromisoformat(value[:10]) if isinstance(value, str) and value else value if isinstance(value, date) else None

    def words(self, key: str) -> str:
        value = self.get(key)
        return value.strip() if isinstance(value, str) else ""

    def yes(self, key: str) -> bool | None:
        """None where it was not asked."""
        value = self.get(key)
        return None if value is None or value == "" else value is True or value == "yes"


@dataclass(frozen=True)
class Holder:
    """One tenant, and where their copy goes. `person` is missing where only the name is known."""

    name: str
    address: tuple[str, ...]
    person: Person | None = None


@dataclass(frozen=True)
class Held:
    """A home, who holds it and on what terms."""

    terms: Terms
    home: str
    holders: tuple[Holder, ...]
    started: date | None
    ends: date | None


def held(person: Person, said: Said, settings: Mapping[str, Any], today: date) -> Held:
    """What this person holds. `settings` are those of the procedure: what kind of landlord it is, and whether the Renters' Rights
    Act 2025 holds for its social tenancies. Raises `Refused` where the kind of tenancy or of landlord is not known."""
    tenancy = listed(person, today)
    landlord = LANDLORDS.get(str(settings.get("landlord_type")))
    kind = said.words("tenancy_type") or (_by_law(tenancy.type, landlord) if tenancy else "")
    if landlord is None:
        raise Refused("The procedure does not say what kind of landlord you are. Ask whoever owns it to set that first.")
    if not kind:
        raise Refused(f"Say what kind of tenancy {person.name} holds: do the task that checks the tenancy first.")
    holders = _listed_holders(tenancy) if tenancy else _told_holders(person, said)
    reformed = said.yes("reformed_tenancy")
    terms = Terms(
        type=kind, landlord=landlord, tenants=tuple(holder.name for holder in holders),
        reformed=bool(settings.get("social_tenancy_reform")) if reformed is None else reformed,
        service_clause=bool(said.yes("service_clause")),
    )  # fmt: skip
    home = ", ".join(_address(tenancy) if tenancy else address_of(person))
    started = said.day("tenancy_started") or (tenancy.starts if tenancy else None)
    return Held(terms, home, holders, started, said.day("term_ends"))


def listed(person: Person, today: date) -> Tenancy | None:
    """The tenancy that this person holds today by the landlord's list; of several the one at their own address."""
    same = Q(people=person) | Q(people__same_as=person) | Q(people=person.same_as_id)
    current = Tenancy.objects.filter(same, Q(ends=None) | Q(ends__gte=today), landlord=person.landlord_id, starts__lte=today)
    found = list(current.select_related("property").prefetch_related("people").distinct())
    here = [tenancy for tenancy in found if tenancy.property.postcode == person.postcode]
    return next(iter(here or found), None)


def _by_law(kind: str, landlord: str | None) -> str:
    if kind == "demoted" and landlord == PROVIDER:
        return "demoted_shorthold"
    return _BY_LAW.get(kind, kind)


def _listed_holders(tenancy: Tenancy) -> tuple[Holder, ...]:
    people = sorted(tenancy.people.all(), key=lambda each: each.pk)
    return tuple(Holder(each.name, tuple(_where(each, tenancy)), each) for each in people)


def _where(person: Person, tenancy: Tenancy) -> list[str]:
    """Where a tenant's copy is addressed to. Where somebody who is protected lives now is for nobody's eyes: the home, then."""
    own = address_of(person)
    return own if own and post_refused(person) is None else _address(tenancy)


def _told_holders(person: Person, said: Said) -> tuple[Holder, ...]:
    """The person, and whom the officer named as holding it with them."""
    own = tuple(address_of(person))
    named = (" ".join(name.split()) for name in _BETWEEN.split(said.words("joint")))
    others = [name for name in named if name.casefold() not in _NOBODY and name.casefold() != person.name.casefold()]
    return (Holder(person.name, own, person), *(Holder(name, own) for name in dict.fromkeys(others)))


def _address(tenancy: Tenancy) -> list[str]:
    return [*tenancy.property.address, tenancy.property.postcode]
