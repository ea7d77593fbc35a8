"""When things fall due: a task as it opens, and what is open again when the landlord's calendar changes.

A date that somebody has been told is never made later here. Told is what has public wording: of the promise, or of
the step where it has no promise. Knows no case and no letters.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from celery.exceptions import SoftTimeLimitExceeded
from django.db import Error

from backend.rules.working_time import LONDON, Calendar
from backend.workflow import watchdog
from backend.workflow.engine import Effect, EngineError, Run, scopes
from backend.workflow.expressions import ExpressionError, Function, Value, parse
from backend.workflow.functions import functions_for
from backend.workflow.models import Instance, Task
from backend.workflow.packs import Pack
from backend.workflow.values import unpack

log = logging.getLogger(__name__)
CANNOT = (
    "The office calendar changed, and the dates of this case could not be worked out again: they are as before. "
    "Check them by hand, and tell those who look after the software."
)


def due_of(
    contents: Pack, element: str, *, facts: Mapping[str, Value], functions: Mapping[str, Function], calendar: Calendar, opened: datetime
) -> datetime:
    """When a task that opened then falls due: by its promise, or by its own expression."""
    said = contents.elements[element].properties
    try:
        if promise := contents.promises.get(said.get("promise", "")):
            return promise.due(facts=facts, functions=functions, calendar=calendar, opened=opened)
        due = parse(said.get("due", "none")).evaluate({**facts, "task_opened_at": opened}, functions)
        if isinstance(due, datetime):
            return due
    except ExpressionError:
        pass
    # A task without a date would sink: the next working day brings it up, and the checker names the cause.
    return calendar.working_days(1, since=opened)


@dataclass(frozen=True)
class Moved:
    """A date that a change of the calendar moves; `kept` says that it was told to somebody, so it stays as it was."""

    instance_id: int
    name: str
    before: datetime
    after: datetime
    kept: bool


def recompute(instances: Sequence[Instance], *, was: Calendar, will: Calendar, opened_before: datetime, now: datetime) -> list[Moved]:
    """Work out again what is open in these instances, which the caller has locked. A fixed number of statements,
    and a few more for each that cannot be read.

    Only what the calendar alone moves is moved: a date that came about in any other way stays.
    """
    tasks = Task.objects.filter(instance__in=instances, status=Task.OPEN, opened_at__lte=opened_before).order_by("due_at", "pk")
    by_instance: dict[int, list[Task]] = {instance.pk: [] for instance in instances}
    for task in tasks:
        by_instance[task.instance_id].append(task)
    changes = [_Change(instance, was, will, now) for instance in instances]
    read = [change for change in changes if change.works_out(by_instance[change.instance.pk])]
    Task.objects.bulk_update([task for change in read for task in change.tasks], ["due_at", "notice_at"], batch_size=500)
    Instance.objects.bulk_update([change.instance for change in read if change.timed], ["state", "due_at"], batch_size=500)
    return [moved for change in read for moved in change.moved]


class _Change:
    """What a changed calendar moves in one instance. Serves as the host of a run that stands still: it is asked for its
    timers and nothing else."""

    def __init__(self, instance: Instance, was: Calendar, will: Calendar, now: datetime) -> None:
        self.instance, self.was, self.will, self.now = instance, was, will, now
        self.before: Mapping[str, Function] = {}
        self.functions: Mapping[str, Function] = {}
        self.moved: list[Moved] = []
        self.tasks: list[Task] = []
        self.timed = False

    def works_out(self, tasks: Sequence[Task]) -> bool:
        """Whether the instance could be read. If not, others go on without it, and managers see a fault."""
        try:
            self._look(tasks)
        except (Error, SoftTimeLimitExceeded):
            # The machine's trouble and not this instance's: the whole batch is tried again.
            raise
        except Exception as error:
            # Its kind and number, never its words: logs hold no personal data.
            log.error("Dates of instance %s could not be worked out again: %s", self.instance.pk, type(error).__name__)
            watchdog.raise_fault(self.instance.pk, CANNOT, now=self.now)
            return False
        return True

    def _look(self, tasks: Sequence[Task]) -> None:
        instance = self.instance
        contents = instance.version.contents
        self.was, self.will = contents.calendar(self.was), contents.calendar(self.will)
        self.before, self.functions = functions_for(self.was), functions_for(self.will)
        facts = contents.known(unpack(instance.facts), self.now.astimezone(LONDON).date())
        own = scopes(instance.state) if tasks else {}
        for task in tasks:
            self._task(contents, task, {**facts, **own.get(str(task.engine_id), {})})
        if instance.due_at is not None:
            self._timers(instance, facts)

    def _task(self, contents: Pack, task: Task, facts: Mapping[str, Value]) -> None:
        def due(calendar: Calendar, functions: Mapping[str, Function]) -> datetime:
            return due_of(contents, task.element, facts=facts, functions=functions, calendar=calendar, opened=task.opened_at)

        again = due(self.will, self.functions)
        if again == task.due_at or due(self.was, self.before) != task.due_at:
            return
        kept = again > task.due_at and _told(contents, task.element)
        self.moved.append(Moved(task.instance_id, task.name, task.due_at, again, kept))
        if not kept:
            task.due_at, task.notice_at = again, self.now
            self.tasks.append(task)

    def _timers(self, instance: Instance, facts: dict[str, Value]) -> None:
        contents = instance.version.contents
        run = Run(contents.engine, contents.elements, self, facts, instance.state)
        found = run.rearm(self.before, lambda element: _told(contents, element))
        moved = [Moved(instance.pk, contents.elements[t.element].label, t.before, t.after, t.told and t.after > t.before) for t in found]
        self.moved.extend(moved)
        if any(not one.kept for one in moved):
            outcome = run.outcome()
            instance.state, instance.due_at = outcome.state, outcome.due_at
            self.timed = True

    def perform(self, effect: Effect) -> Mapping[str, Value]:
        raise EngineError(_STILL)

    def decide(self, table: str, facts: Mapping[str, Value]) -> Mapping[str, Value]:
        raise EngineError(_STILL)

    def accept(self, name: str, value: Value) -> Value:
        raise EngineError(_STILL)

    def people(self, group: str) -> list[int]:
        raise EngineError(_STILL)

    def knows(self, person: int) -> bool:
        raise EngineError(_STILL)


_STILL = "Nothing moves on while dates are worked out again."


def _told(contents: Pack, element: str) -> bool:
    said = contents.elements[element].properties
    promise = contents.promises.get(said.get("promise", ""))
    return bool(promise.public if promise else said.get("public"))
