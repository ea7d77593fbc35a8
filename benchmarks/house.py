"""What benchmarks share: a landlord with cases, the two things that are compared, and the way figures are printed."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from statistics import median

from django.core.management import call_command
from django.db import connection, transaction

from backend.accounts.models import Landlord, User
from backend.casework import commands
from backend.casework.commands import Told
from backend.casework.models import Case
from backend.demo.landlord import make_landlord
from backend.workflow.models import Instance, Task
from tests.answers import fill


def landlord(now: datetime) -> Landlord:
    """A landlord with staff on an empty, migrated database that waits for the disk."""
    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        for setting in ("synchronous_commit", "fsync"):
            cursor.execute(f"SHOW {setting}")
            assert cursor.fetchone()[0] == "on", f"{setting} is off: the figures would flatter"
    return make_landlord(now=now)


def person(name: str) -> User:
    """A member of staff with roles and patches at hand, as a signed-in request has them."""
    return User.objects.prefetch_related("roles", "patches").select_related("landlord").get(email=f"{name}@fenbridge.example")


def open_case(house: Landlord, now: datetime, number: int = 0) -> Case:
    """A case whose report has been triaged: its first contact waits."""
    told = Told(
        what="Loud music every night", place=f"{number + 1} Mill Lane", place_postcode="PE14 7DE", name=f"Person {number}",
        address=(f"{number + 2} Mill Lane", "WISBECH"), postcode="PE14 7DE",
    )  # fmt: skip
    calls = person("calls")
    report = commands.take_report(landlord=house, channel="telephone", told=told, by=calls, now=now)
    case = commands.open_case(report=report, by=calls, now=now)
    complete(Task.objects.get(instance=case.instance_id, status=Task.OPEN), calls, now)
    return case


def complete(task: Task, by: User, now: datetime) -> None:
    data = fill(commands.form_of(task), {})
    commands.complete_task(task_id=task.pk, data=data, by=by, now=now)


def timed(act: Callable[[], object]) -> float:
    """Milliseconds that `act` takes."""
    started = time.perf_counter()
    act()
    return (time.perf_counter() - started) * 1_000


def update_one(instance_id: int, now: datetime) -> None:
    """The yardstick: lock one row of the instances' table and save one column."""
    with transaction.atomic():
        row = Instance.objects.select_for_update().get(pk=instance_id)
        row.started_at = now
        row.save(update_fields=["started_at"])


def table(rows: list[tuple[str, list[float]]]) -> None:
    print(f"{'what':<44}{'median':>9}{'fastest':>9}{'slowest':>9}  ms")
    for name, times in rows:
        print(f"{name:<44}{median(times):>9.2f}{min(times):>9.2f}{max(times):>9.2f}")


def figures(**values: float) -> None:
    """The last line: name=value pairs."""
    print(" ".join(f"{name}={value if isinstance(value, int) else format(value, '.3g')}" for name, value in values.items()))
