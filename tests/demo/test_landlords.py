"""The landlords of the demo stand side by side: each with its own staff, procedure and cases, and none sees another's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

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


def side_by_side(now: datetime) -> list[Side]:
    """Every landlord of the demo, each with one case more than the one before."""
    found = []
    for number, given in enumerate(everybody()):
        landlord = make_landlord(now=now, given=given)
        calls = of_role(landlord, "call-centre")
        reports = [
            commands.take_report(landlord=landlord, channel="online", told=told(landlord), by=None, now=now) for _ in range(number + 2)
        ]
        cases = [commands.open_case(report=report, by=calls, now=now) for report in reports[1:]]
        found.append(Side(landlord, cases, reports[0].pk, at(landlord)))
    return found


def test_every_landlord_stands_for_itself_and_its_users_see_nothing_of_anothers(
    db: None, now: datetime, settings: Any, subtests: pytest.Subtests
) -> None:
    settings.DEMO, sides = True, side_by_side(now)
    assert len(sides) >= 5
    for side in sides:
        with subtests.test(side.landlord.code):
            sees_its_own_only(side, [other for other in sides if other is not side])
            is_dressed_as_itself(side.landlord)
    assert (
        len({live_version(side.landlord).content.digest for side in sides}) == len({side.landlord.colour for side in sides}) == len(sides)
    )
    page = Client().get(reverse("sign-in")).content.decode()
    assert [user.name for user in User.objects.all() if f">{user.name}, " not in page] == []
    assert [side.landlord.name for side in sides if side.landlord.name not in page] == []


def sees_its_own_only(side: Side, others: list[Side]) -> None:
    strangers = [user.name for other in others for user in other.landlord.users.all()]
    for name, role in LISTS.items():
        page = client_of(side.landlord, role).get(reverse(name)).content.decode()
        assert [word for word in (*strangers, *(other.place for other in others)) if word in page] == [], name
    leader = client_of(side.landlord, "team-leader")
    found = leader.get(reverse("search"), {"q": "Yard"}).content.decode()
    for other in others:
        assert other.place not in found
        assert leader.get(reverse("report", args=[other.report_id])).status_code == 404
        # A reference is the landlord's own: the one that has fewer cases has none by that name.
        seen = leader.get(reverse("case", args=[other.cases[-1].reference]))
        assert other.place not in seen.content.decode() and (seen.status_code == 404) == (len(other.cases) > len(side.cases))


def is_dressed_as_itself(landlord: Landlord) -> None:
    page = Client().get(reverse("report-public", args=[landlord.code])).content.decode()
    assert landlord.name in page and reverse("brand", args=[landlord.code]) in page
    assert landlord.colour in Client().get(reverse("brand", args=[landlord.code])).content.decode()
    published = Client().get(reverse("standards-public", args=[landlord.code])).content.decode()
    assert all(row["standard"] in published for row in live_version(landlord).contents.standing.get("standards", ()))


@pytest.mark.long
@pytest.mark.parametrize("given", everybody()[1:], ids=lambda given: given.folder.name)
def test_the_demos_cases_of_a_landlord_go_on_without_a_fault(given: Invented, db: None, now: datetime) -> None:
    landlord = make_landlord(now=now, given=given)
    assert make_cases(landlord, now=now, given=given) == given.cases
    cases = Case.objects.filter(landlord=landlord).select_related("instance")
    assert cases.count() == given.cases and not any(case.instance.faults.exists() for case in cases)
    assert len({case.patch_id for case in cases if case.patch_id}) > 1 and any(case.owner_id for case in cases)
