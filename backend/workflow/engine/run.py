"""Moves one instance on: load, act, settle, prune, save.

One `Run` is one command on one instance. What a diagram asks for is passed to the `Host`; an exception there, or in a
condition, stops that branch as a `Trouble` and leaves the others going.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from SpiffWorkflow.bpmn import BpmnEvent, BpmnWorkflow
from SpiffWorkflow.bpmn.specs.defaults import EndEvent
from SpiffWorkflow.bpmn.specs.event_definitions import MessageEventDefinition
from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from backend.errors import DomainError, Refused
from backend.workflow.bpmn import Element
from backend.workflow.engine.parsing import Diagrams
from backend.workflow.engine.specs import DUE, FAULT, ClosedEngine, ClosedEnvironment, DueDate, ToolboxSpec
from backend.workflow.engine.state import State, dump, load, prune
from backend.workflow.expressions import Function, Value, parse

#: One command may run this many automatic steps, and this long, before it is taken to be going round in circles.
MAX_STEPS, MAX_SECONDS = 500, 5.0
Scope = Mapping[str, Value]
#: The person a scope is about, and the names that are written through it to the case's facts (one string, spaced).
PARTY, OUTPUTS = "party", "_outputs"


class EngineError(DomainError):
    """The diagram cannot go on from here."""


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


@dataclass(frozen=True)
class OpenTask:
    id: str
    element: str
    scope: Scope


@dataclass(frozen=True)
class Offer:
    """An activity of a toolbox that an officer may start now. `toolbox` is the engine id of the open stage."""

    toolbox: str
    element: str


@dataclass(frozen=True)
class Trouble:
    id: str
    element: str
    sentence: str


@dataclass(frozen=True)
class StepDone:
    id: str
    element: str
    scope: Scope


@dataclass(frozen=True)
class Outcome:
    """Where the instance stands after the command."""

    state: dict[str, Any]
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


@dataclass
class Run:
    """`begin`, or any of the other verbs once or more, then `outcome`."""

    diagrams: Diagrams
    elements: Mapping[str, Element]
    host: Host
    facts: dict[str, Value]
    state: State | None = None
    can_refuse: bool = False
    done: list[StepDone] = field(default_factory=list)
    _ended: str = ""

    def __post_init__(self) -> None:
        engine = ClosedEngine(ClosedEnvironment(self, self.facts))
        if self.state is not None:
            self.workflow = load(self.diagrams, self.state, engine)
            self._ended = str(self.state.get("ended", ""))
        else:
            specs = dict(self.diagrams.specs)
            self.workflow = BpmnWorkflow(specs[self.diagrams.start], specs, script_engine=engine)

    # What our spec classes ask of the run.

    @property
    def now(self) -> datetime:
        return self.host.now

    @property
    def functions(self) -> Mapping[str, Function]:
        return self.host.functions

    def perform(self, task: Task) -> None:
        element = self.elements[task.task_spec.bpmn_id]
        operation = element.operation
        if operation is None:
            raise EngineError(f"“{element.label}” does not say what the system should do.")
        values = {name: parse(text).evaluate(self._seen(task), self.functions) for name, text in operation.parameters.items()}
        effect = Effect(str(task.id), element.id, operation.name, values, dict(task.data))
        self._learn(task, self.host.perform(effect))

    def decide(self, task: Task) -> None:
        element = self.elements[task.task_spec.bpmn_id]
        self._learn(task, self.host.decide(element.table, self._seen(task)))

    def scope_of(self, task: Task) -> dict[str, Value]:
        """The scope that a called diagram opens: about the person whose row id is in the fact it names."""
        said = self.elements[task.task_spec.bpmn_id].properties
        party = self.facts.get(said.get("about", ""))
        return {} if party is None else self._scope(task.task_spec.bpmn_id, {PARTY: party})

    def _scope(self, element: str, scope: Scope) -> dict[str, Value]:
        outputs = self.elements[element].properties.get("outputs", "")
        return {**scope, OUTPUTS: outputs} if scope and outputs else dict(scope)

    # The verbs.

    def begin(self) -> None:
        self._settle()

    def complete(self, task_id: str, facts: Mapping[str, Value]) -> None:
        """Complete a person's task. Raises `EngineError` when it is not open."""
        task = self._task(task_id)
        if task is None or task.state != TaskState.READY or not task.task_spec.manual:
            raise EngineError("This task is no longer open.")
        self._learn(task, facts)
        self._finish(task)
        self._settle()

    def deliver(self, message: str, facts: Mapping[str, Value], scope: Scope) -> None:
        """Pass a message in: waiting catchers get it, and it may start an event sub-process, in this scope."""
        if message not in self._messages():
            raise EngineError(f"This case is not waiting for “{message}”.")
        self.facts.update({name: self.host.accept(name, value) for name, value in facts.items()})
        self._trigger(message, scope)
        self.workflow.event_manager.catch(BpmnEvent(MessageEventDefinition(message)), internal=False)
        self._settle()

    def start_tool(self, toolbox: str, element: str, scope: Scope) -> str:
        """Start a tool of an open toolbox; gives back the engine id of its first step."""
        stage = self.workflow.subprocesses.get(UUID(toolbox))
        if stage is None or stage.completed or element not in getattr(stage.spec, "tools", {}):
            raise EngineError("This tool is not offered at this stage of the case.")
        root = stage.task_tree
        child = root._add_child(stage.spec.task_specs[stage.spec.tools[element]], TaskState.FUTURE)
        child.triggered = True
        child.data = self._scope(element, scope)
        child.task_spec._predict(child, mask=TaskState.NOT_FINISHED_MASK)
        child.task_spec._update(child)
        self._settle()
        return str(child.id)

    def tick(self) -> None:
        """Let due timers fire."""
        self._settle()

    def retry(self, task_id: str) -> None:
        task = self._task(task_id)
        if task is None or FAULT not in task.internal_data:
            raise EngineError("This fault has already been dealt with.")
        del task.internal_data[FAULT]
        self._settle()

    def outcome(self) -> Outcome:
        """Prune and save. Raises `EngineError` if the instance stopped without reaching an end event."""
        if self.workflow.completed and not self._ended:
            raise EngineError("The case stopped without reaching an end.")
        prune(self.workflow)
        live = list(self._live())
        return Outcome(
            state={**dump(self.workflow), "ended": self._ended},
            facts=self.facts,
            open=[OpenTask(str(t.id), t.task_spec.bpmn_id, dict(t.data)) for t in live if _is_open(t)],
            offers=list(self._offers()),
            troubles=[self._trouble(t) for t in live if FAULT in t.internal_data],
            active=sorted({t.task_spec.bpmn_id for t in live if _on_diagram(t)}),
            messages=sorted(self._messages()),
            awaits_message=bool(self._awaited()),
            done=self.done,
            due_at=min((due for t in live if (due := _due(t))), default=None),
            ended=self._ended if self.workflow.completed else "",
        )

    # Settling: run what the system can run by itself until only people, time and messages are left.

    def _settle(self) -> None:
        deadline, budget = time.monotonic() + MAX_SECONDS, MAX_STEPS
        while ready := self._next_ready():
            self._finish(ready)
            budget -= 1
            if budget < 0 or time.monotonic() > deadline:
                raise EngineError("The diagram goes round in circles without anybody doing anything.")

    def _next_ready(self) -> Task | None:
        if (task := self._first_ready()) is not None:
            return task
        self._refresh()
        return self._first_ready()

    def _first_ready(self) -> Task | None:
        for tree in self._trees():
            for task in tree.tasks.values():
                if task.state == TaskState.READY and not task.task_spec.manual and FAULT not in task.internal_data:
                    return task
        return None

    def _refresh(self) -> None:
        """Look again at everything that waits for a condition, and at timers, the one that fell due first first."""
        waiting = [task for tree in self._trees() for task in tree.tasks.values() if task.state == TaskState.WAITING]
        timers = sorted(((due, number) for number, task in enumerate(waiting) if (due := _due(task)) is not None))
        others = [
            t for t in waiting if _due(t) is None and isinstance(t.workflow.spec, ToolboxSpec) | isinstance(t.task_spec, CatchingEvent)
        ]
        for task in [*others, *(waiting[number] for _, number in timers[:1])]:
            if task.state == TaskState.WAITING:
                task.task_spec._update(task)

    def _trees(self) -> list[Any]:
        """The workflow and its open sub-processes, deepest first."""
        subs = [sub for sub in self.workflow.subprocesses.values() if not sub.completed]
        return [*sorted(subs, key=lambda sub: -sub.depth), self.workflow]

    def _finish(self, task: Task) -> None:
        try:
            task.run()
        except Refused:
            if self.can_refuse:
                raise
            self._stop(task, Refused().sentence)
        except DomainError as error:
            self._stop(task, error.sentence)
        except Exception as error:
            self._stop(task, _sentence(error))
        else:
            self._record(task)

    def _stop(self, task: Task, sentence: str) -> None:
        """Leave `task` where it is, waiting for a person to retry."""
        if task.task_spec.manual:
            raise EngineError(sentence)
        task._set_state(TaskState.READY)
        task.internal_data[FAULT] = {"sentence": sentence}

    def _record(self, task: Task) -> None:
        if not _on_diagram(task):
            return
        if isinstance(task.task_spec, EndEvent) and task.workflow is self.workflow:
            self._ended = task.task_spec.bpmn_id
        self.done.append(StepDone(str(task.id), task.task_spec.bpmn_id, dict(task.data)))

    # Small questions.

    def _seen(self, task: Task) -> dict[str, Value]:
        return {**self.facts, **task.data}

    def _learn(self, task: Task, values: Mapping[str, Value]) -> None:
        """Write facts: inside a scope they stay in it, elsewhere they are the case's."""
        through = str(task.data.get(OUTPUTS, "")).split()
        for name, value in values.items():
            own = task.data and name not in through
            (task.data if own else self.facts)[name] = self.host.accept(name, value)

    def _task(self, task_id: str) -> Task | None:
        wanted = UUID(task_id)
        return next((tree.tasks[wanted] for tree in self._trees() if wanted in tree.tasks), None)

    def _live(self) -> Iterator[Task]:
        for tree in self._trees():
            for task in tree.tasks.values():
                if task.has_state(TaskState.WAITING | TaskState.READY | TaskState.STARTED):
                    yield task

    def _messages(self) -> set[str]:
        """What may be delivered: awaited messages, and those that start an event sub-process at any time."""
        waiting = self._awaited()
        return waiting if self.workflow.completed else waiting | set(self.diagrams.triggers)

    def _awaited(self) -> set[str]:
        return {
            task.task_spec.event_definition.name
            for task in self.workflow.event_manager.tasks.values()
            if isinstance(task.task_spec.event_definition, MessageEventDefinition)
        }

    def _trigger(self, message: str, scope: Scope) -> None:
        sub_process = self.diagrams.triggers.get(message)
        if sub_process is None or self.workflow.completed:
            return
        root = self.workflow.task_tree
        child = root._add_child(self.workflow.spec.task_specs[sub_process], TaskState.FUTURE)
        child.triggered = True
        child.data = self._scope(sub_process, scope)
        child.task_spec._update(child)

    def _offers(self) -> Iterator[Offer]:
        for key, sub in self.workflow.subprocesses.items():
            if isinstance(sub.spec, ToolboxSpec) and not sub.completed:
                yield from (Offer(str(key), element) for element in sub.spec.tools if self._offered(element))

    def _offered(self, element: str) -> bool:
        condition = self.elements[element].properties.get("offered", "")
        return not condition or bool(parse(condition).evaluate(self.facts, self.functions))

    def _trouble(self, task: Task) -> Trouble:
        element = task.task_spec.bpmn_id or task.workflow.spec.name
        return Trouble(str(task.id), element, task.internal_data[FAULT]["sentence"])


def _is_open(task: Task) -> bool:
    return bool(task.state == TaskState.READY and task.task_spec.manual)


def _on_diagram(task: Task) -> bool:
    return isinstance(task.task_spec, BpmnSpecMixin) and task.task_spec.bpmn_id is not None


def _due(task: Task) -> datetime | None:
    kept = task.internal_data.get(DUE)
    timed = task.state == TaskState.WAITING and isinstance(getattr(task.task_spec, "event_definition", None), DueDate)
    return datetime.fromisoformat(kept) if kept and timed else None


def _sentence(error: Exception) -> str:
    if "No conditions satisfied" in str(error):
        return "None of the ways out of this decision fits the answers so far."
    return f"Something went wrong inside the system ({type(error).__name__}). Try again; if it happens again, tell your administrator."
