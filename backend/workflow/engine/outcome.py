"""What goes into a run and comes out of it. Knows no SpiffWorkflow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from backend.workflow.expressions import Function, Value

Scope = Mapping[str, Value]


@dataclass(frozen=True)
class Effect:
    """One thing a diagram asks the system to do. `key` is the engine's task id: the same on every replay."""

    key: str
    element: str
    operation: str
    parameters: Mapping[str, Value]
    scope: Scope


class Host(Protocol):
    """What a run needs from the outside."""

    now: datetime
    functions: Mapping[str, Function]

    def perform(self, effect: Effect) -> Mapping[str, Value]:
        """Do it, once per key, in a savepoint of its own; give back new facts."""

    def decide(self, table: str, facts: Mapping[str, Value]) -> Mapping[str, Value]:
        """The outputs of a decision table for these facts."""

    def accept(self, name: str, value: Value) -> Value:
        """`value`, if the fact `name` is declared and takes it."""

    def people(self, group: str) -> list[int]:
        """The row ids of the people in a named group of the case."""

    def knows(self, person: int) -> bool:
        """Whether a row id is that of somebody in the case."""


@dataclass(frozen=True)
class OpenTask:
    id: str
    element: str
    scope: Scope


@dataclass(frozen=True)
class Offer:
    """An activity of a toolbox that an officer may start now. `toolbox` is the engine id of the open stage; `reason`:
    only with a reason, since it is not what the procedure advises for a case like this."""

    toolbox: str
    element: str
    reason: bool = False


@dataclass(frozen=True)
class Trouble:
    id: str
    element: str
    sentence: str


@dataclass(frozen=True)
class Rearmed:
    """A timer that a change of the calendar moves, or would move if nobody had been told (`told`) an earlier date."""

    element: str
    before: datetime
    after: datetime
    told: bool


@dataclass(frozen=True)
class StepDone:
    id: str
    element: str
    scope: Scope


@dataclass(frozen=True)
class Outcome:
    """Where the instance stands after the command. `stood` are the engine ids of the tasks that were open before it, without the one
    that it completed."""

    state: dict[str, Any]
    stood: frozenset[str]
    facts: dict[str, Value]
    open: list[OpenTask]
    offers: list[Offer]
    troubles: list[Trouble]
    active: list[str]
    messages: list[str]
    awaits_message: bool
    done: list[StepDone]
    due_at: datetime | None
    ended: str
