"""Whether a case gets slower with age: its 500th completed task against its 5th, over 40 cases, and its saved state."""

from __future__ import annotations

import json
import sys
from statistics import median

from django.utils import timezone

from backend.casework import commands
from backend.casework.models import Case
from backend.workflow.models import Instance, Task
from benchmarks import house

EARLY, LATE = range(5, 10), 5


def main(cases: int = 40, length: int = 500) -> None:
    now = timezone.now()
    landlord, officer = house.landlord(now), house.person("officer")
    early, late, sizes = [], [], []
    for number in range(cases):
        case = house.open_case(landlord, now, number)
        for name in ("Contact the reporter", "Ask the risk questions", "Agree the action plan"):
            house.complete(Task.objects.get(instance=case.instance_id, status=Task.OPEN, name=name), officer, now)
        times = [one_update(Case.objects.get(pk=case.pk), officer, now) for _ in range(length)]
        early.append(median(times[number] for number in EARLY))
        late.append(median(times[-LATE:]))
        sizes.append(state_size(case))
    house.table([("the 5th to 10th task of a case", early), (f"the {length}th task of a case", late)])
    house.figures(cases=cases, early_ms=median(early), late_ms=median(late), ratio=median(late) / median(early), state_bytes=median(sizes))


def one_update(case: Case, officer: house.User, now: house.datetime) -> float:
    commands.start_tool(case=case, element="Tool_update", party=case.parties.get(), by=officer, now=now)
    task = Task.objects.get(instance=case.instance_id, status=Task.OPEN)
    return house.timed(lambda: house.complete(task, officer, now))


def state_size(case: Case) -> int:
    return len(json.dumps(Instance.objects.get(pk=case.instance_id).state))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
