"""The landlords of the demo stand side by side: each with its own staff, procedure and cases, and none sees another's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse

from backend.accounts.models import Landlord, User
from backend.casework import commands
from backend.casework.commands import Told
from backend.casework.models import Case
from backend.demo.cases import make_cases
from backend.demo.landlord import Invented, everybody, make_landlord, of_role
from backend.workflow.publishing import live_version

#: Pages with lists, and who of a landlord opens them.
LISTS = {
    "cases": "team-leader", "reports": "team-leader", "team-tasks": "team-leader", "overdue": "team-leader", "letters": "team-leader",
    "faults": "team-leader", "measures": "team-leader", "notices": "team-leader", "users": "administrator", "homes-imports": "administrator",
    "studio": "process-owner", "practices": "process-owner", "settings": "process-owner",
}  # fmt: skip


@dataclass(frozen=True)
class Side:
    """One landlord with two cases and a report that nobody has placed, at a place that no other has."""

    landlord: Landlord
    cases: list[Case]
    report_id: int
    place: str


def client_of(landlord: Landlord, role: str) -> Client:
    client = Client()
    client.force_login(of_role(landlord, role))
    return client


def at(landlord: Landlord) -> str:
    return f"Yard of {landlord.code}"


def told(landlord: Landlord) -> Told:
    return Told(what=f"Noise in the {at(landlord)}", place=at(landlord), name=f"Reporter{landlord.code}", phone="07700 900123")


@pytest.fixture
def sides(db: None, now: datetime) -> Mapping[str, Side]:
    found = {}
    for number, given in enumerate(everybody()):
        landlord = make_landlord(now=now, given=given)
        calls = of_role(landlord, "call-centre")
        reports = [
            commands.take_report(landlord=landlord, channel="online", told=told(landlord), by=None, now=now) for _ in range(number + 2)
        ]
        cases = [commands.open_case(report=report, by=calls, now=now) for report in reports[1:]]
        found[given.code] = Side(landlord, cases, reports[0].pk, at(landlord))
    return found


def test_the_users_of_one_landlord_see_nothing_of_anothers(sides: Mapping[str, Side]) -> None:
    assert len(sides) >= 5
    for side in sides.values():
        others = [other for other in sides.values() if other is not side]
        for name, role in LISTS.items():
            page = client_of(side.landlord, role).get(reverse(name)).content.decode()
            assert [other.place for other in others if other.place in page] == [], name
            assert [user.name for other in others for user in other.landlord.users.all() if user.name in page] == [], name
        leader = client_of(side.landlord, "team-leader")
        found = leader.get(reverse("search"), {"q": "Yard"}).content.decode()
        assert [other.place for other in others if other.place in found] == []
        for other in others:
            assert leader.get(reverse("report", args=[other.report_id])).status_code == 404
            assert other.place not in leader.get(reverse("case", args=[other.cases[0].reference])).content.decode()
            # A reference is the landlord's own: the one that has fewer cases has none by that name.
            if len(other.cases) > len(side.cases):
                assert leader.get(reverse("case", args=[other.cases[-1].reference])).status_code == 404


def test_each_landlord_has_its_own_procedure_name_and_colour(sides: Mapping[str, Side]) -> None:
    assert len({live_version(side.landlord).content.digest for side in sides.values()}) == len(sides)
    assert len({side.landlord.colour for side in sides.values()}) == len(sides)
    for code, side in sides.items():
        page = Client().get(reverse("report-public", args=[code])).content.decode()
        assert side.landlord.name in page and reverse("brand", args=[code]) in page
        assert side.landlord.colour in Client().get(reverse("brand", args=[code])).content.decode()
        standards = Client().get(reverse("standards-public", args=[code])).content.decode()
        assert all(row["standard"] in standards for row in live_version(side.landlord).contents.standing.get("standards", ()))


def test_everybody_of_every_landlord_can_be_chosen_at_sign_in(sides: Mapping[str, Side], settings: object) -> None:
    settings.DEMO = True  # type: ignore[attr-defined]  # the fixture's
    page = Client().get(reverse("sign-in")).content.decode()
    assert [user.name for user in User.objects.all() if f">{user.name}, " not in page] == []
    assert [side.landlord.name for side in sides.values() if side.landlord.name not in page] == []


@pytest.mark.parametrize("given", everybody()[1:], ids=lambda given: given.folder.name)
def test_the_demos_cases_of_a_landlord_go_on_without_a_fault(given: Invented, db: None, now: datetime) -> None:
    landlord = make_landlord(now=now, given=given)
    assert make_cases(landlord, now=now, given=given) == given.cases
    cases = Case.objects.filter(landlord=landlord).select_related("instance")
    assert cases.count() == given.cases and not any(case.instance.faults.exists() for case in cases)
    assert len({case.patch_id for case in cases if case.patch_id}) > 1 and any(case.owner_id for case in cases)
