"""A made-up landlord with staff, for the demo and for tests. Everything in it is invented."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from backend.accounts.models import Landlord, Patch, Role, Team, User
from backend.workflow.models import Version
from backend.workflow.packs import flattened
from backend.workflow.publishing import publish

CODE = "fenbridge"


@dataclass(frozen=True)
class Staff:
    """One invented member of staff: e-mail name, name, team, roles, patches."""

    email: str
    name: str
    team: str
    roles: tuple[str, ...]
    patches: tuple[str, ...] = ()

    @property
    def address(self) -> str:
        return f"{self.email}@fenbridge.example"


STAFF = (
    Staff("owner", "Olive Marsh", "Service improvement", ("process-owner",)),
    Staff("officer", "Hannah Reed", "Neighbourhoods", ("case-officer", "housing-officer"), ("Wisbech", "March")),
    Staff("officer2", "Tom Achebe", "Neighbourhoods", ("case-officer", "housing-officer"), ("Ely", "Chatteris")),
    Staff("compliance", "Priya Nair", "Tenancy compliance", ("case-officer", "tenancy-compliance-officer"), ("Wisbech", "March")),
    Staff("compliance2", "Gareth Pugh", "Tenancy compliance", ("case-officer", "tenancy-compliance-officer"), ("Ely", "Chatteris")),
    Staff("leader", "Marcus Bell", "Tenancy compliance", ("team-leader",)),
    Staff("leader2", "Anita Rao", "Neighbourhoods", ("team-leader",)),
    Staff("calls", "Aisha Khan", "Contact centre", ("call-centre",)),
    Staff("admin", "Ruth Ellery", "Business support", ("administrator",)),
)
PATCHES = {"Wisbech": ["PE13", "PE14"], "March": ["PE15"], "Chatteris": ["PE16"], "Ely": ["CB6", "CB7"]}


@transaction.atomic
def make_landlord(*, now: datetime, pack: Path | None = None) -> Landlord:
    """The demo landlord with teams, patches, staff and the baseline published; the one that is there, if it is."""
    standing = Landlord.objects.filter(code=CODE).first()
    if standing is not None:
        return standing
    landlord = Landlord.objects.create(
        code=CODE, name="Fenbridge Homes", address=["Station House", "1 Station Road", "WISBECH", "PE13 1AA"],
        phone="01945 550 100", email="hello@fenbridge.example",
    )  # fmt: skip
    load_pack(landlord, pack or settings.PACKS_DIR / "baseline", now=now)
    patches = {name: Patch.objects.create(landlord=landlord, name=name, postcodes=codes) for name, codes in PATCHES.items()}
    roles = {role.code: role for role in Role.objects.filter(landlord=landlord)}
    for staff in STAFF:
        team, _ = Team.objects.get_or_create(landlord=landlord, name=staff.team)
        user = User.objects.create_user(staff.address, None, name=staff.name, landlord=landlord, team=team, phone="01945 550 123")
        user.roles.set([roles[code] for code in staff.roles])
        user.patches.set([patches[name] for name in staff.patches])
    return landlord


def load_pack(landlord: Landlord, folder: Path, *, now: datetime) -> Version:
    """Publish the pack in `folder` as the landlord's first version."""
    return publish(landlord=landlord, files=flattened(folder), note=f"Loaded from {folder.name}", by=None, now=now)
