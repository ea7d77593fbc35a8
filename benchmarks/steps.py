"""How much more a completed task costs than saving one row: A, completing the baseline's first contact with everything
that belongs to it; B, locking one row of the same table and saving one column. Interleaved in one run."""

from __future__ import annotations

import sys
from statistics import median

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backend.casework import commands
from backend.workflow.models import Task
from benchmarks import house
from tests.answers import fill


def main(pairs: int = 1_000) -> None:
    now = timezone.now()
    landlord = house.landlord(now)
    cases = [house.open_case(landlord, now, number) for number in range(pairs + 20)]
    tasks = list(Task.objects.filter(instance__case__in=cases, status=Task.OPEN).order_by("pk"))
    data = fill(commands.form_of(tasks[0]), {})
    connection.force_debug_cursor = False
    completing, saving = [], []
    for number, (task, case) in enumerate(zip(tasks, cases, strict=True)):
        # Signed in anew, as each request is: nothing that an earlier completion read is at hand.
        officer = house.person("officer")
        a = house.timed(lambda task=task, by=officer: commands.complete_task(task_id=task.pk, data=data, by=by, now=now))
        b = house.timed(lambda case=case: house.update_one(case.instance_id, now))
        if number >= 20:
            completing.append(a)
            saving.append(b)
    extra = house.open_case(landlord, now, pairs + 50)
    task = Task.objects.get(instance=extra.instance_id, status=Task.OPEN)
    officer = house.person("officer")
    with CaptureQueriesContext(connection) as captured:
        commands.complete_task(task_id=task.pk, data=data, by=officer, now=now)
    statements = len(captured)
    house.table([("A complete the first contact", completing), ("B lock and save one row", saving)])
    house.figures(
        pairs=pairs, a_ms=median(completing), b_ms=median(saving), ratio=median(completing) / median(saving), statements=statements
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000)
