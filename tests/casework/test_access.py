"""Who sees which case: asked of all cases at once and of each by itself, the answer is the same, and never another landlord's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.utils import timezone

from backend.accounts.absences import arrange_cover
from backend.accounts.models import Landlord, Role, User
from backend.casework import access
from backend.casework.models import Case, Report
from backend.workflow.models import Task
from tests.workflow.test_runner import open_case

Who = Callable[[str], User]


@pytest.fixture
def world(landlord: Landlord, user: Who, now: datetime) -> list[User]:
    """Cases seen in each way by somebody of their landlord, the same ways to another landlord's, and people without powers."""
    today = timezone.localdate()
    owned, opened, waits, handed, nobodys, theirs = (open_case(landlord, user, now) for _ in range(6))
    Case.objects.update(opened_by=None, patch=None, owner=None)
    Task.objects.update(owner=None, role="nobody")
    Case.objects.filter(pk=owned.pk).update(owner=user("officer"))
    Case.objects.filter(pk=opened.pk).update(opened_by=user("calls"))
    Task.objects.filter(instance=waits.instance).update(role="case-officer")
    Task.objects.filter(instance=handed.instance).update(owner=user("officer"))
    Case.objects.filter(pk=nobodys.pk).update(patch=user("officer2").patches.first())
    arrange_cover(absent=user("officer"), cover=user("officer2"), first=today, last=today, by=user("leader"), now=timezone.now())
    other = Landlord.objects.create(code="other", name="Other")
    stranger = User.objects.create_user("x@other.example", None, name="X", landlord=other)
    stranger.roles.add(Role.objects.create(landlord=other, code="case-officer", name="Officer", powers=["work"]))
    chief = User.objects.create_user("c@other.example", None, name="C", landlord=other)
    chief.roles.add(Role.objects.create(landlord=other, code="chief", name="Chief", powers=["work", "all_cases", "triage"]))
    Case.objects.filter(pk=theirs.pk).update(owner=stranger, opened_by=stranger)
    Task.objects.filter(instance=theirs.instance).update(owner=stranger, role="case-officer")
    User.objects.create_user("n@fenbridge.example", None, name="N", landlord=landlord)
    return list(User.objects.all())


def test_all_cases_at_once_and_each_by_itself_give_the_same(world: list[User], user: Who) -> None:
    seen = {}
    for person in world:
        at_once, by_itself = access.cases_for(person), Case.objects.filter(access.seen_by(person))
        seen[person.email.split("@")[0]] = set(at_once.values_list("pk", flat=True))
        assert at_once.count() == len(set(at_once)) and set(at_once) == set(by_itself), person
        assert set(access.cases_for(person, Case.objects.filter(postcode="PE14 7DE"))) == set(at_once), person
        for task in access.tasks_for(person):
            assert task.instance.case in set(at_once) and access.may_see(person, task), person
    owned, opened, waits, handed, nobodys, theirs = Case.objects.order_by("pk").values_list("pk", flat=True)
    assert seen["officer"] == {owned, waits, handed} and seen["officer2"] == {owned, waits, handed, nobodys}
    assert opened in seen["calls"] and theirs not in seen["officer"] | seen["officer2"] | seen["calls"]
    assert seen["x"] == seen["c"] == seen["n"] == set() and len(seen["leader"]) == 6


def test_a_report_without_a_case_is_for_triage_and_whoever_took_it(landlord: Landlord, user: Who, now: datetime, world: list[User]) -> None:
    waiting = Report.objects.create(landlord=landlord, channel="letter", received_at=now, place="x", what="x", taken_by=user("officer"))
    for person in world:
        cases = set(access.cases_for(person).values_list("pk", flat=True))
        seen = set(access.reports_for(person))
        assert {report.case_id for report in seen if report.case_id and report.taken_by_id != person.pk} <= cases, person
        theirs = person.can("triage") or (person == user("officer") and person.can("take_reports"))
        assert (waiting in seen) == (theirs and person.landlord == landlord), person
