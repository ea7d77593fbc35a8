"""Taking a task, giving it back, putting it off, and doing the work of somebody who is away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from backend.accounts.absences import arrange_cover, end_cover
from backend.accounts.models import Landlord, User
from backend.audit.models import Entry
from backend.casework import access, commands, tasks, worklist
from backend.casework.models import Case
from backend.errors import AlreadyDone, InvalidAnswers, NotAllowed, NotFound
from backend.workflow.models import Task
from tests.answers import do, fill
from tests.workflow.test_runner import open_case

Who = Callable[[str], User]


@pytest.fixture
def case(landlord: Landlord, user: Who, now: datetime) -> Case:
    return open_case(landlord, user, now)


@pytest.fixture
def contact(case: Case, user: Who, now: datetime) -> Task:
    """A task that is Hannah's."""
    do(case, "Triage the report", user("calls"), now)
    task = Task.objects.get(instance=case.instance, status=Task.OPEN)
    Task.objects.filter(pk=task.pk).update(owner=user("officer"))
    case.refresh_from_db()
    case.owner = user("officer")
    case.save(update_fields=["owner"])
    task.refresh_from_db()
    return task


def test_of_two_who_take_a_task_one_gets_it(case: Case, user: Who, now: datetime) -> None:
    task = Task.objects.get(instance=case.instance)
    tasks.claim(task_id=task.pk, by=user("calls"), now=now)
    with pytest.raises(AlreadyDone, match="Aisha Khan has “Triage the report” already"):
        tasks.claim(task_id=task.pk, by=user("leader"), now=now)
    task.refresh_from_db()
    assert task.owner == user("calls") and Entry.objects.filter(verb="claim").count() == 1


def test_a_task_that_is_given_back_waits_for_its_role(contact: Task, user: Who, now: datetime) -> None:
    with pytest.raises((NotAllowed, NotFound)):
        tasks.release(task_id=contact.pk, by=user("officer2"), now=now)
    tasks.release(task_id=contact.pk, by=user("officer"), now=now)
    assert contact in access.tasks_for(user("officer2"))


def test_a_task_cannot_be_put_off_past_its_promise_without_saying_so(contact: Task, user: Who, now: datetime) -> None:
    day, by = contact.due_at.date() + timedelta(days=7), user("officer")
    with pytest.raises(InvalidAnswers) as refused:
        tasks.put_off(task_id=contact.pk, to=day, reason="Away", breaks_promise=False, by=by, now=now)
    assert set(refused.value.problems) == {"broken"}
    tasks.put_off(task_id=contact.pk, to=day, reason="Away", breaks_promise=True, by=by, now=now)
    entry, before = Entry.objects.get(verb="put_off"), contact.due_at
    contact.refresh_from_db()
    assert contact.due_at == before and contact.wanted_at.date() == day
    assert "breaks its promise: Away" in entry.sentence and entry.details["broken"] is True


def test_a_task_is_put_off_to_a_working_day_to_come_with_a_reason(contact: Task, user: Who, now: datetime) -> None:
    for day, reason, wrong in (
        (date(2026, 11, 21), "Away", "to"),
        (date(2026, 11, 19), "Away", "to"),
        (contact.due_at.date(), " ", "reason"),
    ):
        with pytest.raises(InvalidAnswers) as refused:
            tasks.put_off(task_id=contact.pk, to=day, reason=reason, breaks_promise=False, by=user("officer"), now=now)
        assert set(refused.value.problems) == {wrong}


def test_the_list_goes_by_the_day_a_task_was_put_off_to(contact: Task, landlord: Landlord, user: Who, now: datetime) -> None:
    other = open_case(landlord, user, now)
    do(other, "Triage the report", user("calls"), now)
    Task.objects.filter(instance=other.instance, status=Task.OPEN).update(owner=user("officer"), due_at=contact.due_at + timedelta(days=1))
    assert worklist.mine(user("officer")).first() == contact
    Task.objects.filter(pk=contact.pk).update(put_off_to=contact.due_at + timedelta(days=3))
    assert [task.pk for task in worklist.mine(user("officer"))][-1] == contact.pk


def test_a_draft_is_still_there_after_a_hand_over(contact: Task, user: Who, now: datetime) -> None:
    tasks.save_draft(task_id=contact.pk, data={"summary": ["Half a sen"]}, by=user("officer"))
    tasks.hand_over(task_id=contact.pk, to=user("officer2"), by=user("officer"), now=now)
    contact.refresh_from_db()
    assert contact.draft == {"summary": ["Half a sen"]} and contact.owner == user("officer2")


def away(user: Who, cover: str = "officer2", by: str = "officer") -> None:
    today = timezone.localdate()
    arrange_cover(absent=user("officer"), cover=user(cover), first=today, last=today, by=user(by), now=timezone.now())


def test_whoever_covers_sees_and_does_the_work_and_only_while_it_lasts(contact: Task, case: Case, user: Who, now: datetime) -> None:
    assert contact not in access.tasks_for(user("officer2"))
    away(user)
    assert contact in access.tasks_for(user("officer2")) and case in access.cases_for(user("officer2"))
    end_cover(absence_id=user("officer").absences.get().pk, by=user("leader"), now=timezone.now())
    assert contact not in access.tasks_for(user("officer2")) and case not in access.cases_for(user("officer2"))
    away(user)
    commands.complete_task(task_id=contact.pk, data=fill(commands.form_of(contact), {}), by=user("officer2"), now=now)
    contact.refresh_from_db()
    assert contact.closed_by == user("officer2")


def test_cover_does_not_go_on_to_a_third(contact: Task, user: Who, now: datetime) -> None:
    away(user)
    today = timezone.localdate()
    arrange_cover(absent=user("officer2"), cover=user("calls"), first=today, last=today, by=user("leader"), now=timezone.now())
    assert contact in access.tasks_for(user("officer2")) and contact not in access.tasks_for(user("calls"))


def test_cover_is_arranged_by_oneself_or_a_manager_for_somebody_who_is_there(user: Who, now: datetime) -> None:
    with pytest.raises(NotAllowed):
        away(user, by="officer2")
    with pytest.raises(InvalidAnswers):
        away(user, cover="officer")
    away(user, by="leader")
    with pytest.raises(InvalidAnswers) as twice:
        away(user)
    assert set(twice.value.problems) == {"first"}
    today = timezone.localdate()
    with pytest.raises(InvalidAnswers) as both_away:
        arrange_cover(absent=user("officer2"), cover=user("officer"), first=today, last=today, by=user("officer2"), now=timezone.now())
    assert set(both_away.value.problems) == {"cover"}
    with pytest.raises(InvalidAnswers):
        arrange_cover(absent=user("leader"), cover=user("officer2"), first=today, last=today, by=user("leader"), now=timezone.now())


def test_a_teams_tasks_are_for_the_team_and_for_managers(contact: Task, user: Who, now: datetime) -> None:
    team = user("officer").team
    assert team is not None
    assert contact in access.tasks_of_team(user("officer"), team) and contact in access.tasks_of_team(user("leader"), team)
    assert contact not in access.tasks_of_team(user("officer2"), team), "of a case out of their sight"
    with pytest.raises(NotFound):
        access.tasks_of_team(user("calls"), team)
