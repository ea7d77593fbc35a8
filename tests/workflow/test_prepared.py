"""A prepared read gives what its queryset gives, and what is locked is read as it is after the wait."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import connection, transaction
from django.db.models import F

from backend.accounts.models import Closure, Landlord, User
from backend.casework import access, commands
from backend.casework.models import Case
from backend.workflow import runner
from backend.workflow.models import Task
from backend.workflow.prepared import Prepared
from tests.answers import do, fill
from tests.workflow.test_runner import open_case

Who = Callable[[str], User]


def test_a_prepared_read_gives_what_its_queryset_gives(landlord: Landlord, user: Who, now: datetime) -> None:
    open_case(landlord, user, now)
    queryset = Task.objects.select_related("instance__landlord").annotate(begun=F("instance__started_at"))
    prepared = Prepared(lambda: queryset.filter(status="").filter(instance__landlord=0))
    for _ in range(2):
        read, wanted = prepared.first(Task.OPEN, landlord.pk), queryset.get()
        assert read is not None and fields(read) == fields(wanted)
        assert fields(read.instance) == fields(wanted.instance) and fields(read.instance.landlord) == fields(wanted.instance.landlord)
    assert prepared.first(Task.DONE, landlord.pk) is None


def fields(row: object) -> dict[str, object]:
    return {name: value for name, value in vars(row).items() if name != "_state"}


def test_a_locked_task_comes_with_all_that_its_completion_reads(
    landlord: Landlord, user: Who, now: datetime, django_assert_num_queries: Callable[[int], object]
) -> None:
    case = open_case(landlord, user, now)
    Closure.objects.create(landlord=landlord, day=now.date(), reason="Flood")
    task, by = Task.objects.get(instance=case.instance), user("calls")
    with django_assert_num_queries(1):  # type: ignore[attr-defined]
        held = access.lock_task(by, task.pk)
        assert not held.instance.landlord.calendar.is_working_day(now.date())
        assert held.instance.case.landlord.name == landlord.name and held.instance.case.place == case.place


@pytest.mark.django_db(transaction=True)
def test_a_completion_that_waited_sees_the_officer_who_has_the_case_now(landlord: Landlord, user: Who, now: datetime) -> None:
    case = open_case(landlord, user, now)
    do(case, "Triage the report", user("calls"), now)
    task = Task.objects.get(instance=case.instance, status=Task.OPEN)
    before, after, locked = user("officer"), user("officer2"), threading.Event()

    def complete() -> None:
        locked.wait()
        commands.complete_task(task_id=task.pk, data=fill(commands.form_of(task), {}), by=before, now=now)
        connection.close()

    thread = threading.Thread(target=complete)
    thread.start()
    with transaction.atomic():
        runner.hold(case.instance)
        locked.set()
        wait_for_a_waiter()
        Case.objects.filter(pk=case.pk).update(owner=after)
    thread.join()
    assert Task.objects.get(instance=case.instance, status=Task.OPEN).owner == after


def wait_for_a_waiter() -> None:
    """Until another connection waits for a lock of this one."""
    for _ in range(1_000):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*), pg_sleep(0.01) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody waits")
