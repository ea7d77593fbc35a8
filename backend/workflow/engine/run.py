"""Moves one instance on: load, act, settle, prune, save.

One `Run` is one command on one instance. What a diagram asks for is passed to the `Host`; an exception there, or in a
condition, stops that branch as a `Trouble` and leaves the others going.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4, uuid5

from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from backend.errors import DomainError, Refused
from backend.workflow.bpmn import Element
from backend.workflow.engine.build import Diagrams
from backend.workflow.engine.ending import end_branch, starved, whole_of
from backend.workflow.engine.outcome import Effect, Host, Offer, OpenTask, Outcome, Rearmed, Scope, StepDone, Trouble
from backend.workflow.engine.scopes import Scopes
from backend.workflow.engine.specs import (
    DUE,
    FAULT,
    MOVED,
    OVER,
    PARTY,
    Catch,
    ClosedEngine,
    EngineError,
    Some,
    Throw,
    Toolbox,
    Whenever,
)
from backend.workflow.engine.state import State, dump, empty, load, prune
from backend.workflow.engine.tokens import INSIDE, TOOL_RUN, alive, around, attached, cancel, grow, put, rooted, unfinished
from backend.workflow.expressions import ExpressionError, Function, Value, parse

#: One command may run this many automatic steps, and this many seconds of the processor's time, before it is taken to be
#: going round in circles.
MAX_STEPS, MAX_SECONDS = 1_000, 1.5
NO_END = "The case would be left with nothing to do and no end."


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

    def __post_init__(self) -> None:
        state = self.state or {}
        engine = ClosedEngine(self)
        self.top = load(self.diagrams, state, engine) if state else rooted(empty(self.diagrams, engine), uuid4())
        self.scopes = Scopes(state.get("scopes"))
        self._ended = str(state.get("ended", ""))
        self._stood = frozenset(str(task.id) for tree in self._trees() for task in tree.tasks.values() if _is_open(task))

    # What the specs ask of the run.

    def value(self, task: Task, text: str, more: Scope | None = None) -> Value:
        """What an expression comes to, seen from a token."""
        return parse(text).evaluate({**self._seen(task), **(more or {})}, self.host.functions)

    def holds(self, task: Task, text: str, more: Scope | None = None) -> bool:
        return bool(self.value(task, text, more))

    def people(self, group: str) -> list[int]:
        return self.host.people(group)

    def perform(self, task: Task) -> None:
        element = task.task_spec.element
        if element.operation is None:
            raise EngineError(f"“{element.label}” does not say what the system should do.")
        values = {name: self.value(task, text) for name, text in element.operation.parameters.items()}
        effect = Effect(str(task.id), element.id, element.operation.name, values, self.scopes.seen(task.data))
        self._learn(task, self.host.perform(effect))

    def decide(self, task: Task) -> None:
        self._learn(task, self.host.decide(task.task_spec.element.table, self._seen(task)))

    def enter(self, task: Task) -> None:
        """Open the inside of an activity. A called diagram that is about somebody runs in a scope of its own."""
        element, data = task.task_spec.element, dict(task.data)
        # What repeats a call opens rounds; each call among them is about somebody by itself.
        called = element.called and task.task_spec.drawn
        party = self._seen(task).get(element.properties.get("about", "")) if called else None
        if party is not None:
            if not isinstance(party, int) or not self.host.knows(party):
                raise EngineError(f"“{element.label}” is about somebody who is not in this case.")
            data = self.scope(uuid5(task.id, "about"), {PARTY: party}, within=data, element=element)
            task.internal_data[INSIDE] = data
        tree = grow(task)
        try:
            tree.spec.begin(tree, data)
        except DomainError:
            del self.top.subprocesses[task.id]
            raise

    def scope(self, key: UUID, values: Scope, *, within: Mapping[str, Any], element: Element) -> dict[str, str]:
        return self.scopes.open(key, values, within=within, outputs=element.properties.get("outputs", ""))

    def tell(self, kind: str, name: str, about: Scope) -> None:
        """Let a message or signal be heard by everything that waits for it, and begin what it begins."""
        heard = [t for tree in self._trees() for t in unfinished(tree) if _waits(t) and t.task_spec.hears(kind, name)]
        for task in heard:
            if _waits(task) and self._concerns(task, about):
                task.task_spec.happen(task)
        for tree in self._trees():
            for trigger in self._triggers(tree, kind, name):
                self.launch(tree, trigger, about=about)

    def raise_up(self, task: Task, kind: str, name: str) -> None:
        """Pass an error or escalation outwards, to the nearest thing that deals with it."""
        tree = task.workflow
        while True:
            if triggers := self._triggers(tree, kind, name):
                return self.launch(tree, triggers[0])
            host = around(tree)
            if host is None:
                break
            caught = next((limit for limit in attached(host) if _waits(limit) and limit.task_spec.hears(kind, name)), None)
            if caught is not None:
                return caught.task_spec.happen(caught)  # type: ignore[no-any-return]
            tree = host.workflow
        if kind == "error":
            raise EngineError(f"Nothing in the diagrams deals with the error “{name}”.")
        return None

    def launch(self, tree: Any, name: str, *, about: Scope | None = None, key: UUID | None = None) -> None:
        """Begin an event sub-process beside what is open in its container, or in place of it."""
        spec, key, host = tree.spec.task_specs[name], key or uuid4(), around(tree)
        if spec.trigger.interrupting:
            for token in unfinished(tree):
                cancel(token)
        data = dict(host.internal_data.get(INSIDE, host.data)) if host is not None else {}
        put(tree, name, key=key, data=self.scope(key, about, within=data, element=spec.element) if about else data)

    # The verbs.

    def begin(self) -> None:
        self.top.spec.begin(self.top, {})
        self._settle()

    def complete(self, task_id: str, facts: Mapping[str, Value]) -> None:
        """Complete a person's task. Raises `EngineError` when it is not open."""
        task = self._task(task_id)
        if task is None or not _is_open(task):
            raise EngineError("This task is no longer open.")
        self._learn(task, facts)
        self._finish(task)
        self._stood -= {task_id}
        self._settle()

    def deliver(self, message: str, facts: Mapping[str, Value], scope: Scope) -> None:
        """Pass a message in: waiting catchers get it, and it may start an event sub-process, in this scope."""
        if message not in self._messages():
            raise EngineError(f"This case is not waiting for “{message}”.")
        self.facts.update({name: self.host.accept(name, value) for name, value in facts.items()})
        self.tell("message", message, scope)
        self._settle()

    def start_tool(self, toolbox: str, element: str, scope: Scope) -> str:
        """Start a tool of an open toolbox; gives back the engine id of its first step. What one about somebody, or one that
        names the facts that leave it, writes stays in a scope of its own; another's answers are the case's."""
        stage = self.top.subprocesses.get(UUID(toolbox))
        if stage is None or element not in getattr(stage.spec, "tools", ()):
            raise EngineError("This tool is not offered at this stage of the case.")
        host, key = around(stage), uuid4()
        assert host is not None
        tool = self.elements[element]
        data = self.scope(key, scope, within=host.data, element=tool) if scope or tool.properties.get("outputs") else host.data
        put(stage, element, key=key, data=data, marks={TOOL_RUN: str(key)})
        self._settle()
        return str(key)

    def tick(self) -> None:
        """Let due timers fire."""
        self._settle()

    def retry(self, task_id: str, facts: Mapping[str, Value] | None = None) -> None:
        """Try again where a branch stopped, with facts that were corrected, each where the step reads it."""
        task = self._faulty(task_id)
        for name, value in (facts or {}).items():
            accepted = self.host.accept(name, value)
            if self.scopes.correct(task.data, name, accepted):
                continue
            if self.facts.get(name) is not None:
                self.facts[name] = accepted
            else:
                self._learn(task, {name: value})
        del task.internal_data[FAULT]
        self._settle()

    def abandon(self, task_id: str) -> None:
        """End the branch that stopped here; the rest goes on. Raises `EngineError` when the rest could not."""
        task = self._faulty(task_id)
        if join := starved(task):
            # Where others wait for it inside a tool or a group, that ends as a whole.
            whole = whole_of(task)
            if whole is None:
                raise EngineError(f"The rest of the case would wait for this branch for ever at “{self.elements[join].label}”.")
            for token in whole:
                cancel(token)
            task = whole[0]
        if not end_branch(task) and not self._ended:
            raise EngineError(NO_END)
        self._settle()

    def rearm(self, before: Mapping[str, Function], told: Callable[[str], bool]) -> list[Rearmed]:
        """Work out again each waiting timer that a change of the office's calendar moves; `before` are the functions as
        they were. One whose date somebody was told (by its element) is never made later."""
        moved = []
        for task in self._timers():
            element, due = task.task_spec.element, task.task_spec.due(task)
            again = self._due_again(task, due, before) if due is not None else None
            if due is not None and again is not None:
                moved.append(Rearmed(element.id, due, again, told(element.id)))
                if again < due or not told(element.id):
                    task.internal_data[DUE] = again.isoformat()
        return moved

    def outcome(self) -> Outcome:
        """Prune and save. Raises `EngineError` if the instance stopped without reaching an end event."""
        if self.top.completed and not self._ended:
            raise EngineError(NO_END)
        prune(self.top)
        live = [task for tree in self._trees() for task in unfinished(tree)]
        offers, awaited = list(self._offers()), self._awaited()
        open_tasks = [OpenTask(str(t.id), t.task_spec.element.id, self.scopes.seen(t.data)) for t in live if _is_open(t)]
        due_at = min((due for t in self._timers() if (due := t.task_spec.due(t))), default=None)
        if not (self.top.completed or open_tasks or offers or awaited or due_at or any(FAULT in t.internal_data for t in live)):
            self._say_stuck(live)
        return Outcome(
            state=dump(self.top, self.scopes, self._ended),
            stood=self._stood,
            facts=self.facts,
            open=open_tasks,
            offers=offers,
            troubles=[
                Trouble(str(t.id), t.task_spec.element.id, t.internal_data[FAULT]["sentence"]) for t in live if FAULT in t.internal_data
            ],
            active=sorted({t.task_spec.element.id for t in live if t.task_spec.drawn}),
            messages=sorted(self._messages()),
            awaits_message=bool(awaited),
            done=self.done,
            due_at=due_at,
            ended=self._ended if self.top.completed else "",
        )

    # Settling: run what the system can run by itself until only people, time and messages are left.

    def _settle(self) -> None:
        deadline, budget = time.thread_time() + MAX_SECONDS, MAX_STEPS
        while self._move():
            budget -= 1
            if budget < 0 or time.thread_time() > deadline:
                raise EngineError("The diagram goes round in circles without anybody doing anything.")

    def _move(self) -> bool:
        """One automatic step, if there is one to take: what is ready first, then ends, joins, and at last time."""
        trees = self._trees()
        for tree in trees:
            for task in tree.tasks.values():
                if task.state == TaskState.READY and not task.task_spec.manual and FAULT not in task.internal_data:
                    self._finish(task)
                    return True
        return any(self._look_after(tree) for tree in trees) or self._join(trees) or self._strike()

    def _look_after(self, tree: Any) -> bool:
        """Let an open inside go on to its next round, or end it."""
        if tree.completed:
            return False
        host = around(tree)
        try:
            what = tree.spec.look(tree, self)
        except DomainError as error:
            assert host is not None
            host.internal_data[FAULT] = {"sentence": error.sentence}
            return False
        if host is not None:
            host.internal_data.pop(FAULT, None)
        if what == OVER:
            self._leave(tree, host)
        return bool(what in (OVER, MOVED))

    def _leave(self, tree: Any, host: Task | None) -> None:
        for token in unfinished(tree):
            cancel(token)
        tree.completed = True
        if host is not None:
            del self.top.subprocesses[host.id]
            host.complete()
            self._record(host)

    def _join(self, trees: list[Any]) -> bool:
        for tree in trees:
            for task in unfinished(tree):
                if task.state == TaskState.WAITING and isinstance(task.task_spec, Some) and task.task_spec.may_go_on(task):
                    task.task_spec.merge(task, task.task_spec.waiting(task))
                    task._ready()
                    return True
        return False

    def _strike(self) -> bool:
        """Let the timer happen that fell due first."""
        struck = [(due, task) for task in self._timers() if (due := task.task_spec.due(task)) is not None and due <= self.host.now]
        if not struck:
            return False
        _, first = min(struck, key=lambda found: found[0])
        first.task_spec.happen(first)
        return True

    def _trees(self) -> list[Any]:
        """The open trees, deepest first."""
        return [*sorted(self.top.subprocesses.values(), key=lambda tree: -tree.depth), self.top]

    def _timers(self) -> list[Task]:
        return [t for tree in self._trees() for t in unfinished(tree) if _waits(t) and t.task_spec.element.event == "timer"]

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
            if task.state != TaskState.STARTED:
                self._record(task)

    def _stop(self, task: Task, sentence: str) -> None:
        """Leave `task` where it is, waiting for a person to retry."""
        if task.task_spec.manual:
            raise EngineError(sentence)
        task._set_state(TaskState.READY)
        task.internal_data[FAULT] = {"sentence": sentence}

    def _say_stuck(self, live: list[Task]) -> None:
        """Whatever happens, a case never stops in silence."""
        for task in live:
            if task.id not in self.top.subprocesses and not task.task_spec.beside:
                task.internal_data[FAULT] = {"sentence": "Nothing can happen here any more: what this step waits for can no longer come."}
        for host in self.top.subprocesses:
            if isinstance(self.top.subprocesses[host].spec, Toolbox) and not alive(self.top.subprocesses[host]):
                task = self.top.get_task_from_id(host)
                task.internal_data[FAULT] = {"sentence": "No tool is offered here, and the stage is not finished."}

    def _record(self, task: Task) -> None:
        if not task.task_spec.drawn:
            return
        if isinstance(task.task_spec, Throw) and task.task_spec.element.kind == "endEvent" and self._outermost(task):
            self._ended = task.task_spec.element.id
        self.done.append(StepDone(str(task.id), task.task_spec.element.id, self.scopes.seen(task.data)))

    def _outermost(self, task: Task) -> bool:
        """Whether an end is one of the case's own: in its first diagram, or in what took that diagram's place."""
        host = around(task.workflow)
        if host is None:
            return True
        taken = isinstance(host.task_spec, Whenever) and host.task_spec.trigger.interrupting
        return taken and host.workflow is self.top

    # Small questions.

    def _seen(self, task: Task) -> dict[str, Value]:
        return {**self.facts, **self.scopes.seen(task.data)}

    def _learn(self, task: Task, values: Mapping[str, Value]) -> None:
        """Write facts: inside a scope they stay in it, elsewhere they are the case's."""
        for name, value in values.items():
            accepted = self.host.accept(name, value)
            if not self.scopes.write(task.data, name, accepted):
                self.facts[name] = accepted

    def _task(self, task_id: str) -> Task | None:
        wanted = UUID(task_id)
        return next((tree.tasks[wanted] for tree in self._trees() if wanted in tree.tasks), None)

    def _faulty(self, task_id: str) -> Task:
        task = self._task(task_id)
        if task is None or FAULT not in task.internal_data:
            raise EngineError("This fault has already been dealt with.")
        return task

    def _due_again(self, task: Task, due: datetime, before: Mapping[str, Function]) -> datetime | None:
        """The new due time, if only the calendar makes it another one: facts that changed since do not move a timer."""
        expression = parse(task.task_spec.element.due)
        try:
            was, will = (expression.evaluate(self._seen(task), functions) for functions in (before, self.host.functions))
        except ExpressionError:
            return None
        return will if was == due and isinstance(will, datetime) and will != due else None

    def _concerns(self, task: Task, about: Scope) -> bool:
        """News of one person is not news of another."""
        party = self.scopes.seen(task.data).get(PARTY)
        return party is None or about.get(PARTY) in (None, party)

    def _triggers(self, tree: Any, kind: str, name: str) -> list[str]:
        """The event sub-processes of an open container that an event would begin."""
        specs = [tree.spec.task_specs[trigger] for trigger in tree.spec.triggers]
        if tree.completed or any(isinstance(t.task_spec, Whenever) and t.task_spec.trigger.interrupting for t in unfinished(tree)):
            return []
        return [spec.name for spec in specs if spec.trigger.event == kind and spec.trigger.heard in (name, "")]

    def _awaited(self) -> set[str]:
        waiting = (t for tree in self._trees() for t in unfinished(tree) if _waits(t) and t.task_spec.element.event == "message")
        return {task.task_spec.element.message for task in waiting}

    def _messages(self) -> set[str]:
        """What may be delivered: awaited messages, and those that start an event sub-process at any time."""
        started = (tree.spec.task_specs[name].trigger for tree in self._trees() for name in tree.spec.triggers)
        names = {trigger.message for trigger in started if trigger.event == "message"}
        return self._awaited() | {name for name in names if any(self._triggers(tree, "message", name) for tree in self._trees())}

    def _offers(self) -> Iterator[Offer]:
        for key, tree in self.top.subprocesses.items():
            if isinstance(tree.spec, Toolbox):
                host = around(tree)
                assert host is not None
                fits = self._fits(host)
                said = {tool: self.elements[tool].properties for tool in tree.spec.tools}
                offered = [tool for tool in tree.spec.tools if self._grants(host, said[tool].get("offered", ""), fits)]
                yield from (Offer(str(key), tool, not self._grants(host, said[tool].get("advised", ""), fits)) for tool in offered)

    def _fits(self, host: Task) -> Scope:
        """What a toolbox's own table makes of the case as it is now; its tools are offered and advised by it."""
        table = host.task_spec.element.table
        try:
            return self.host.decide(table, self._seen(host)) if table else {}
        except DomainError:
            return {}

    def _grants(self, host: Task, condition: str, fits: Scope) -> bool:
        try:
            return not condition or self.holds(host, condition, fits)
        except DomainError:
            # What cannot be worked out yet is not offered or advised yet.
            return False


def _is_open(task: Task) -> bool:
    return bool(task.state == TaskState.READY and task.task_spec.manual)


def _waits(task: Task) -> bool:
    return isinstance(task.task_spec, Catch) and task.state == TaskState.WAITING


def _sentence(error: Exception) -> str:
    return f"Something went wrong inside the system ({type(error).__name__}). Try again; if it happens again, tell your administrator."
