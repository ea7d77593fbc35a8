"""The landlords of the demo and of the tests: each is a folder of `processes/` with a `demo.toml`, which says who they are.

A pack's `demo.toml` holds the landlord's `code`, name, address and colours, how many `cases` to make, its `patches` with their
postcodes, `[[staff]]` (the beginning of their e-mail address, name, team, roles, patches) and `[[place]]`s where things happen.
Whose landlord it is, no Python knows. Everybody in it is invented.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from backend.accounts.models import Landlord, Patch, Role, Team, User
from backend.workflow.models import Version
from backend.workflow.packs import OF_THE_DEMO, flattened
from backend.workflow.publishing import publish

#: Whose landlord stands first, with homes and a full desk.
BASE = "baseline"
_ITS_OWN = ("code", "name", "address", "phone", "email", "hours", "colour")


@dataclass(frozen=True)
class Place:
    """A made-up street or block; the postcodes are of the right shape only."""

    street: str
    town: str
    postcode: str


@dataclass(frozen=True)
class Staff:
    """One invented member of staff: e-mail name, name, team, roles, patches."""

    email: str
    name: str
    team: str
    roles: Sequence[str]
    patches: Sequence[str] = ()


@dataclass(frozen=True)
class Invented:
    """A landlord as its pack's `demo.toml` describes it; `about` are the columns of its row."""

    folder: Path
    about: Mapping[str, Any]
    cases: int
    patches: Mapping[str, Sequence[str]]
    staff: tuple[Staff, ...]
    places: tuple[Place, ...]

    @property
    def code(self) -> str:
        return str(self.about["code"])


def invented(name: str = BASE) -> Invented:
    """The landlord of one pack, by the name of its folder."""
    folder = settings.PACKS_DIR / name
    raw = tomllib.loads((folder / OF_THE_DEMO).read_text())
    return Invented(
        folder, {key: raw[key] for key in _ITS_OWN if key in raw}, raw["cases"], raw["patches"],
        tuple(Staff(**one) for one in raw["staff"]), tuple(Place(**one) for one in raw["place"]),
    )  # fmt: skip


def everybody() -> list[Invented]:
    """Every landlord that `processes/` describes; the base's first."""
    names = [path.parent.name for path in settings.PACKS_DIR.glob(f"*/{OF_THE_DEMO}")]
    return [invented(name) for name in sorted(names, key=lambda name: (name != BASE, name))]


@transaction.atomic
def make_landlord(*, now: datetime, given: Invented | None = None) -> Landlord:
    """The landlord with teams, patches, staff and its pack published; the one that is there, if it is."""
    given = given or invented()
    standing = Landlord.objects.filter(code=given.code).first()
    if standing is not None:
        return standing
    landlord = Landlord.objects.create(**given.about)
    load_pack(landlord, given.folder, now=now)
    patches = {name: Patch.objects.create(landlord=landlord, name=name, postcodes=codes) for name, codes in given.patches.items()}
    roles = {role.code: role for role in Role.objects.filter(landlord=landlord)}
    for staff in given.staff:
        team, _ = Team.objects.get_or_create(landlord=landlord, name=staff.team)
        address = f"{staff.email}@{given.code}.example"
        user = User.objects.create_user(address, None, name=staff.name, landlord=landlord, team=team, phone=landlord.phone)
        user.roles.set([roles[code] for code in staff.roles])
        user.patches.set([patches[name] for name in staff.patches])
    return landlord


def load_pack(landlord: Landlord, folder: Path, *, now: datetime) -> Version:
    """Publish the pack in `folder` as the landlord's first version."""
    return publish(landlord=landlord, files=flattened(folder), note=f"Loaded from {folder.name}", by=None, now=now)


def of_role(landlord: Landlord, code: str) -> User:
    """The first of the staff who has a role."""
    return landlord.users.filter(roles__code=code).order_by("pk")[0]
