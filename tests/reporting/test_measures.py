"""Measures count what their definition says, and every number opens down to its cases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from backend.accounts.models import Landlord, User
from backend.casework.models import Case
from backend.reporting import registry
from backend.workflow.models import Task
from tests.answers import do
from tests.workflow.test_runner import open_case

Who = Callable[[str], User]
NOVEMBER = registry.month(date(2026, 11, 1))


def read(code: str, landlord: Landlord) -> registry.Reading:
    return registry.measures()[code].read(landlord, NOVEMBER)


def test_a_month_runs_from_its_first_midnight_to_the_next_in_london() -> None:
    assert registry.month(date(2026, 10, 15)).start.isoformat() == "2026-10-01T00:00:00+01:00"
    assert registry.month(date(2026, 10, 15)).end.isoformat() == "2026-11-01T00:00:00+00:00"


def test_new_and_closed_cases_are_counted_in_their_month(landlord: Landlord, user: Who, now: datetime) -> None:
    inside, before = open_case(landlord, user, now), open_case(landlord, user, now - timedelta(days=40))
    do(inside, "Triage the report", user("calls"), now, is_asb="no")
    assert list(read("new-cases", landlord).cases()) == [inside] and list(read("closed-cases", landlord).cases()) == [inside]
    assert before not in read("new-cases", landlord).cases()


def test_a_first_contact_counts_as_in_time_only_by_its_due_time(landlord: Landlord, user: Who, now: datetime) -> None:
    for late in (False, True):
        case = open_case(landlord, user, now)
        do(case, "Triage the report", user("calls"), now)
        due = Task.objects.get(instance=case.instance, status=Task.OPEN).due_at
        do(case, "Contact the reporter", user("officer"), due + timedelta(minutes=1 if late else -1))
    reading = read("contact-in-time", landlord)
    missed = reading.missed()
    assert missed is not None and reading.numbers() == (1, 2)
    assert (reading.cases().count(), missed.count(), Case.objects.count()) == (1, 1, 2)
