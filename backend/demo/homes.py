"""The demo's homes: a list that is given, tried and kept as an administrator does it, so that every place has its tenants."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from backend.accounts.models import Landlord, User
from backend.casework import importing, safety
from backend.casework.homes_list import COLUMNS
from backend.casework.models import Party
from backend.demo.landlord import Place
from backend.demo.people import NAMES, RESPONDENTS

FLATS, TYPES = 24, ("secure", "secure", "assured", "introductory", "flexible", "starter")


def make_homes(landlord: Landlord, places: Sequence[Place], *, admin: User, now: datetime) -> int:
    """Homes and tenancies at the demo's places; gives back how many homes."""
    made = importing.give_list(filename="homes.csv", content=io.BytesIO(_homes(places).encode()), by=admin, now=now)
    while importing.import_next(now=now):
        pass
    importing.keep_list(import_id=made.pk, by=admin, now=now)
    while importing.import_next(now=now):
        pass
    return landlord.properties.count()


def _homes(places: Sequence[Place]) -> str:
    dice = random.Random(7)  # noqa: S311  # invented data, not secrets
    sheet = io.StringIO()
    rows = csv.DictWriter(sheet, COLUMNS, restval="")
    rows.writeheader()
    for number in range(len(places) * FLATS):
        place, flat = places[number // FLATS], number % FLATS + 1
        row = {"property_reference": f"H{number:05d}", "uprn": 100_090_000_000 + number, "address_1": f"{flat} {place.street}",
               "town": place.town, "postcode": place.postcode}  # fmt: skip
        if flat % 8:
            first, last = dice.choice(NAMES).split()[0], dice.choice((*NAMES, *RESPONDENTS)).split()[1]
            row |= {
                "tenancy_reference": f"T{number:05d}", "tenancy_type": dice.choice(TYPES), "tenant_1_reference": f"P{number:05d}",
                "tenancy_start": f"{dice.randint(2005, 2025)}-{dice.randint(1, 12):02d}-01", "tenant_1_name": f"{first} {last}",
                "tenant_1_phone": f"07700 {900_000 + number:06d}",
            }  # fmt: skip
        rows.writerow(row)
    return sheet.getvalue()


def keep_somebody_safe(landlord: Landlord, *, leader: User, now: datetime) -> None:
    """One reporter of an open case must not be written to at home."""
    reporters = Party.objects.filter(case__landlord=landlord, case__closed_at=None, role=Party.REPORTER, person__isnull=False)
    party = reporters.filter(case__category="HAR").first() or reporters.first()
    if party is None or party.person is None:
        return
    safety.set_safe_contact(
        person=party.person, never_post=True, never_message=True, ways="A text first; they ring back when they are alone.",
        times="Weekdays between 10am and 2pm.", numbers="A sister’s: 07700 900 555.", words="Say it is the library about a book.",
        by=leader, now=now - timedelta(days=1),
    )  # fmt: skip
