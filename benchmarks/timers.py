"""How fast one worker fires due timers, against saving one row at a time."""

from __future__ import annotations

import sys
import time
from datetime import timedelta

from django.utils import timezone

from backend.casework import commands
from backend.workflow import jobs, runner
from backend.workflow.models import Instance, Task
from benchmarks import house

CLOSING = ("Contact the reporter", "Ask the risk questions", "Agree the action plan")
CLOSED = ("Start closing the case", "Talk to the reporters about closing", "Decide about closing")
#: Longer than the days to object.
OBJECTIONS = timedelta(days=20)


def main(timers: int = 10_000) -> None:
    now = timezone.now()
    landlord, officer = house.landlord(now), house.person("officer")
    case = house.open_case(landlord, now)
    for name in CLOSING:
        house.complete(Task.objects.get(instance=case.instance_id, status=Task.OPEN, name=name), officer, now)
    case.instance.refresh_from_db()
    case.refresh_from_db()
    commands.start_tool(case=case, element="Tool_ready", party=None, by=officer, now=now)
    for name in CLOSED:
        by = house.person("leader") if name == "Decide about closing" else officer
        house.complete(Task.objects.get(instance=case.instance_id, status=Task.OPEN, name=name), by, now)
    runner.tick(case.instance_id, now=now + OBJECTIONS)
    copies(case, timers)
    rows = list(Instance.objects.values_list("pk", flat=True)[:1_000])
    saving = house.timed(lambda: [house.update_one(row, now) for row in rows]) / len(rows)
    due = now + OBJECTIONS + timedelta(days=29)
    started = time.perf_counter()
    fired = 0
    while moved := jobs.fire_due(now=due):
        fired += moved
    seconds = time.perf_counter() - started
    ended = Instance.objects.exclude(active__contains=["Survey_wait"]).count()
    assert fired == ended == timers + 1, (fired, ended)
    share = (fired / seconds) / (1_000 / saving)
    print(f"{fired} timers fired once each in {seconds:.1f} s; one row saved in {saving:.2f} ms")
    house.figures(timers=fired, per_second=fired / seconds, b_per_second=1_000 / saving, share=share)


def copies(case: house.Case, count: int) -> None:
    """So many further cases that wait for their survey, each with a state of its own."""
    waiting = Instance.objects.get(pk=case.instance_id)
    fields = {f.name: getattr(waiting, f.name) for f in Instance._meta.fields if f.name != "id"}
    made = Instance.objects.bulk_create([Instance(**fields) for _ in range(count)], batch_size=1_000)
    shared = {f.name: getattr(case, f.name) for f in house.Case._meta.fields if f.name not in ("id", "reference", "instance")}
    house.Case.objects.bulk_create([house.Case(**shared, reference=f"COPY-{one.pk}", instance=one) for one in made], batch_size=1_000)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
