"""What a scenario expects of a case after a step, compared with what is there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from backend.errors import DomainError
from backend.rules.working_time import LONDON
from backend.workflow.models import Instance, Task
from backend.workflow.values import unpack

#: A party's row id as the scenario's word for them.
Name = Callable[[int | None], str]


class NotAsExpected(DomainError):
    """The case is not as the scenario expects."""


def check(expected: Mapping[str, Any], instance: Instance, name: Name) -> None:
    """Raise `NotAsExpected` for the first thing that is not as it should be. A fault that nobody expects is one."""
    for what, want in {"faults": [], **expected}.items():
        problem = next(_CHECKS[what](want, instance, name), "")
        if problem:
            raise NotAsExpected(problem)


def _list(what: str, want: list[str], there: list[str]) -> Iterator[str]:
    if Counter(want) != Counter(there):
        yield f"Expected {what}: {_words(want)}. There are: {_words(there)}."


def _words(items: list[str]) -> str:
    return "; ".join(sorted(items)) or "none"


def _tasks(want: list[str], instance: Instance, _: Name) -> Iterator[str]:
    return _list("tasks", want, [task.name for task in _open(instance)])


def _letters(want: list[str], instance: Instance, name: Name) -> Iterator[str]:
    made = instance.case.letters.values_list("kind", "party")
    return _list("letters", want, [f"{kind} to {name(party)}" for kind, party in made])


def _faults(want: list[str], instance: Instance, _: Name) -> Iterator[str]:
    standing = {fault.name: fault.sentence for fault in instance.faults.filter(resolved_at=None)}
    for fault in standing.keys() - set(want):
        yield f"The case stopped at “{fault}”: {standing[fault]}"
    yield from (f"The case did not stop at “{fault}”." for fault in want if fault not in standing)


def _offered(want: list[str], instance: Instance, _: Name) -> Iterator[str]:
    there = _offers(instance)
    yield from (f"“{tool}” is not offered. Offered now: {_words(there)}." for tool in want if tool not in there)


def _not_offered(want: list[str], instance: Instance, _: Name) -> Iterator[str]:
    yield from (f"“{tool}” is offered." for tool in want if tool in _offers(instance))


def _due(want: Mapping[str, datetime], instance: Instance, _: Name) -> Iterator[str]:
    tasks = {task.name: task.due_at.astimezone(LONDON) for task in _open(instance)}
    for task, moment in want.items():
        when = moment if moment.tzinfo else moment.replace(tzinfo=LONDON)
        if task not in tasks:
            yield f"No task “{task}” is open. Open now: {_words([*tasks])}."
        elif tasks[task] != when:
            yield f"“{task}” is due {tasks[task]:%Y-%m-%d %H:%M}, not {when:%Y-%m-%d %H:%M}."


def _facts(want: Mapping[str, Any], instance: Instance, _: Name) -> Iterator[str]:
    facts = unpack(instance.facts)
    for fact, value in want.items():
        if fact not in instance.contents.facts or facts.get(fact) != value:
            yield f"“{fact}” is {facts.get(fact)!r}, not {value!r}."


def _closed(want: bool, instance: Instance, _: Name) -> Iterator[str]:
    if (instance.case.closed_at is not None) != want:
        yield f"The case is {'open' if want else 'closed'}."


def _outcome(want: str, instance: Instance, _: Name) -> Iterator[str]:
    if instance.case.outcome != want:
        yield f"The outcome is “{instance.case.outcome}”, not “{want}”."


def _ended(want: str, instance: Instance, _: Name) -> Iterator[str]:
    end = instance.contents.elements.get(instance.ended_by)
    if (end.label if end else "") != want:
        yield f"The procedure {'ended at “' + end.label + '”' if end else 'goes on'}; expected: {want or 'goes on'}."


def _owner(want: str, instance: Instance, _: Name) -> Iterator[str]:
    owner = instance.case.owner
    if owner is None or want not in owner.role_codes:
        yield f"The case is {'nobody’s' if owner is None else owner.name + '’s'}, who is no “{want}”."


def _open(instance: Instance) -> list[Task]:
    return list(Task.objects.filter(instance=instance, status=Task.OPEN).order_by("pk"))


def _offers(instance: Instance) -> list[str]:
    return [instance.contents.elements[offer["element"]].label for offer in instance.offers]


_CHECKS: Mapping[str, Callable[[Any, Instance, Name], Iterator[str]]] = {
    "tasks": _tasks, "letters": _letters, "offered": _offered, "not_offered": _not_offered, "faults": _faults, "due": _due,
    "facts": _facts, "closed": _closed, "outcome": _outcome, "ended": _ended, "owner": _owner,
}  # fmt: skip
