"""What each element of a diagram does, as SpiffWorkflow task specs of our own.

SpiffWorkflow keeps the tokens and their states. Its own elements are not used, for what was measured of 3.2:

- Its parallel and inclusive joins miscount on loops and beside other branches. Ours take one token from each line, within
  one run of a tool; an inclusive one waits for whatever can still come to it.
- Its timers ask `datetime.now()` and restart; an event gateway rewrites its events; an event sub-process rewrites the
  diagram, so that the next new case would start with it running. Ours ask the run's clock and change no spec.
- Its service task hides every failure as a NameError; its multi-instance and ad-hoc tasks mix up their data or start
  everything at once. Ours open an inside, in which the run puts one token for each round, or the officer for each tool.
- It foretells tokens that may come, and saves them; here nothing is foretold.
- Its script engine runs any Python. `ClosedEngine` is put in its place, so that a way round ours finds nothing open.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid5

import SpiffWorkflow.bpmn.workflow as spiff_workflow
from SpiffWorkflow.bpmn.script_engine.python_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.script_engine.python_environment import BasePythonScriptEngineEnvironment, TaskDataEnvironment
from SpiffWorkflow.bpmn.specs import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from backend.errors import DomainError
from backend.workflow.bpmn import PEOPLE, Element
from backend.workflow.engine.tokens import CAME, GATE, HOST, TOOL_RUN, alive, around, cancel, detach, put, unfinished
from backend.workflow.expressions import ExpressionError, Value
from backend.workflow.spread import spread

#: Where a token's fault is kept while it waits for a person: `{"sentence": …}`; and its timer's time.
FAULT, DUE = "fault", "due"
#: What a scope tells: the row id of the person it is about, and the number of this round.
PARTY, ITEM = "party", "item"
#: What the condition that ends a repetition early may ask besides: how many there are, and how many are done.
INSTANCES, INSTANCES_DONE = "instances", "instances_done"
#: How often something repeats at most, and how many tokens an instance has at most when more are asked for.
MAX_ROUNDS, MAX_OPEN = 100, 300


class EngineError(DomainError):
    """The diagram cannot go on from here."""


class _Shut(BasePythonScriptEngineEnvironment):  # type: ignore[misc]
    """SpiffWorkflow's door for expressions and scripts: nothing goes through it."""

    def __init__(self, run: Any = None) -> None:
        super().__init__()
        self.run = run

    def evaluate(self, *args: object, **kwargs: object) -> None:
        raise ExpressionError("SpiffWorkflow's own evaluation is switched off.")

    execute = call_service = evaluate


class ClosedEngine(PythonScriptEngine):  # type: ignore[misc]
    """Holds the run for the specs to find; evaluates nothing itself."""

    def __init__(self, run: Any = None) -> None:
        super().__init__(_Shut(run))

    def validate(self, expression: str) -> None:
        raise SyntaxError("SpiffWorkflow's own evaluation is switched off.")


def _refuse(*args: object, **kwargs: object) -> None:
    raise ExpressionError("SpiffWorkflow's own evaluation is switched off.")


# A workflow that nobody gave an engine gets the stock one, which runs any Python: make that default fail closed.
spiff_workflow.PythonScriptEngine = ClosedEngine
TaskDataEnvironment.evaluate = _refuse
TaskDataEnvironment.execute = _refuse


def run_of(task: Task) -> Any:
    return task.workflow.top_workflow.script_engine.environment.run


class Step(BpmnSpecMixin):  # type: ignore[misc]
    """Anything drawn. By itself: a token arrives, and goes on along every line."""

    #: Whether a waiting token of this kind only stands beside others, and keeps nothing open.
    beside = False
    #: Whether passing it is a step of the case's history.
    drawn = True

    def __init__(self, process: BpmnProcessSpec, element: Element, name: str = "") -> None:
        super().__init__(process, name or element.id, lane=element.lane, bpmn_name=element.name, inputs=[], outputs=[])
        self.element = element
        self.manual = element.kind in PEOPLE
        self.limits: list[str] = []
        #: following step -> the condition on the line to it
        self.conditions: dict[str, str] = {}
        self.otherwise = ""

    def test(self) -> None:
        """The checker has proved the drawing."""

    def _predict(self, my_task: Task, *args: object, **kwargs: object) -> None:
        """Nothing is foretold: the state holds what is."""

    def _update_hook(self, my_task: Task) -> bool:
        for limit in self.limits:
            put(my_task.workflow, limit, after=my_task, marks={HOST: str(my_task.id)})
        return self.arrive(my_task)

    def arrive(self, my_task: Task) -> bool:
        """True when a token that has just come may be worked on."""
        return True

    def ways_out(self, my_task: Task) -> list[str]:
        return self._outputs  # type: ignore[no-any-return]

    def _on_complete(self, my_task: Task) -> None:
        detach(my_task)
        if not my_task.workflow.completed:
            for name in self.ways_out(my_task):
                put(my_task.workflow, name, after=my_task, marks=self.marks(my_task, name))
        my_task.workflow._task_completed_notify(my_task)

    def marks(self, my_task: Task, name: str) -> dict[str, Any]:
        joins = isinstance(my_task.workflow.spec.task_specs[name], Join)
        return {CAME: self.name} if joins else {}


class SystemTask(Step):
    """A service or send task: the run performs its operation, once per token."""

    def _run_hook(self, my_task: Task) -> bool:
        run_of(my_task).perform(my_task)
        return True


class TableTask(Step):
    """A business rule task: the run looks the table up."""

    def _run_hook(self, my_task: Task) -> bool:
        run_of(my_task).decide(my_task)
        return True


class Decision(Step):
    """An exclusive gateway: the first line whose condition holds, else the “otherwise” line."""

    def _run_hook(self, my_task: Task) -> bool:
        my_task.internal_data["ways"] = self.chosen(my_task)[:1]
        return True

    def chosen(self, my_task: Task) -> list[str]:
        if len(self._outputs) == 1 and not self.conditions:
            return [*self._outputs]
        holding = [name for name, text in self.conditions.items() if run_of(my_task).holds(my_task, text)]
        if not holding and not self.otherwise:
            raise EngineError("None of the ways out of this decision fits the answers so far.")
        return holding or [self.otherwise]

    def ways_out(self, my_task: Task) -> list[str]:
        return my_task.internal_data["ways"]  # type: ignore[no-any-return]


class Join(Step):
    """A parallel gateway: goes on when a token waits on each of its lines, and takes one from each."""

    def arrive(self, my_task: Task) -> bool:
        if len(self._inputs) < 2:
            return True
        my_task._set_state(TaskState.WAITING)
        waiting = self.waiting(my_task)
        if set(waiting) != set(self._inputs):
            return False
        self.merge(my_task, waiting)
        return True

    def waiting(self, my_task: Task) -> dict[str, Task]:
        """The tokens that wait here in the same run of a tool, by the step they came from; `my_task` for its own."""
        found = {
            task.internal_data[CAME]: task
            for task in unfinished(my_task.workflow)
            if task.task_spec is self and task.state == TaskState.WAITING and same_run(task, my_task)
        }
        return {**found, my_task.internal_data[CAME]: my_task}

    def merge(self, my_task: Task, waiting: Mapping[str, Task]) -> None:
        for other in waiting.values():
            if other is not my_task:
                other._set_state(TaskState.COMPLETED)


class Some(Join, Decision):
    """An inclusive gateway: every line whose condition holds; as a join, waits for what can still come to it."""

    def arrive(self, my_task: Task) -> bool:
        if len(self._inputs) < 2:
            return True
        my_task._set_state(TaskState.WAITING)
        return False

    def _run_hook(self, my_task: Task) -> bool:
        my_task.internal_data["ways"] = self.chosen(my_task)
        return True

    def may_go_on(self, my_task: Task) -> bool:
        """BPMN 2.0.2, 13.4.3: no token can still come along an empty line, but for those that could also come along a
        line that has one."""
        waiting = self.waiting(my_task)
        empty = set(self._inputs) - set(waiting)
        others = {task.task_spec.name for task in alive(my_task.workflow) if task.task_spec is not self and same_run(task, my_task)}
        return not any(
            name in self.before(line) and not any(name in self.before(filled) for filled in waiting) for name in others for line in empty
        )

    def before(self, line: str) -> frozenset[str]:
        """The steps from which a token can come to `line` without passing here."""
        if not hasattr(self, "_before"):
            self._before: dict[str, frozenset[str]] = {}
        if line not in self._before:
            self._before[line] = frozenset(spread([line], lambda name: [source for source in self._sources(name) if source != self.name]))
        return self._before[line]

    def _sources(self, name: str) -> list[str]:
        spec = self._wf_spec.task_specs[name]
        return [*spec._inputs, *([spec.element.attached_to] if spec.element.attached_to else [])]


def same_run(one: Task, other: Task) -> bool:
    return bool(one.internal_data.get(TOOL_RUN) == other.internal_data.get(TOOL_RUN))


class EventGate(Step):
    """An event-based gateway: every event behind it waits, and the first to happen takes the others away."""

    def marks(self, my_task: Task, name: str) -> dict[str, Any]:
        return {GATE: str(my_task.id)}


class Catch(Step):
    """A step that waits for an event. The run lets it happen; it never happens while it arrives."""

    def arrive(self, my_task: Task) -> bool:
        my_task._set_state(TaskState.WAITING)
        return False

    def hears(self, kind: str, name: str) -> bool:
        return self.element.event == kind and self.element.heard in (name, "")

    def happen(self, my_task: Task) -> None:
        """The event has happened: nothing else that stood behind the same gateway waits any longer."""
        if gate := my_task.internal_data.get(GATE):
            for other in unfinished(my_task.workflow):
                if other is not my_task and other.internal_data.get(GATE) == gate and other.state == TaskState.WAITING:
                    cancel(other)
        my_task._ready()

    def due(self, my_task: Task) -> datetime | None:
        """When a timer is due; worked out once, when the wait begins. None, and a fault, when that cannot be done."""
        kept = my_task.internal_data.get(DUE)
        if kept is not None:
            return datetime.fromisoformat(kept)
        if self.element.event != "timer" or FAULT in my_task.internal_data:
            return None
        try:
            due = run_of(my_task).value(my_task, self.element.due)
            if not isinstance(due, datetime):
                raise ExpressionError(f"“{self.element.due}” does not give a date and time.")
        except ExpressionError as error:
            my_task.internal_data[FAULT] = {"sentence": error.sentence}
            return None
        my_task.internal_data[DUE] = due.isoformat()
        return due


class Limit(Catch):
    """A boundary event: waits beside an open activity, and ends it or goes on beside it."""

    beside = True

    def happen(self, my_task: Task) -> None:
        host = next(task for task in unfinished(my_task.workflow) if str(task.id) == my_task.internal_data[HOST])
        my_task._ready()
        if self.element.interrupting:
            cancel(host)
        elif self.element.event != "timer":
            # It may happen again for as long as the activity is open.
            put(my_task.workflow, self.name, after=host, key=uuid5(my_task.id, self.name), marks={HOST: str(host.id)})


class Clock(Catch):
    """What waits for the time at which an event sub-process begins."""

    beside, drawn = True, False

    def happen(self, my_task: Task) -> None:
        my_task._set_state(TaskState.COMPLETED)
        run_of(my_task).launch(my_task.workflow, self.element.container, key=uuid5(my_task.id, "launch"))


class Throw(Step):
    """An event that tells something, in the middle or at an end."""

    def _run_hook(self, my_task: Task) -> bool:
        match self.element.event:
            case "signal":
                run_of(my_task).tell("signal", self.element.heard, {})
            case "error" | "escalation":
                run_of(my_task).raise_up(my_task, self.element.event, self.element.heard)
            case "terminate":
                for token in unfinished(my_task.workflow):
                    if token is not my_task:
                        cancel(token)
        if my_task.state == TaskState.CANCELLED:
            # What it told has taken away everything around it, itself included.
            my_task.internal_data["ways"] = []
        return True

    def ways_out(self, my_task: Task) -> list[str]:
        return my_task.internal_data.get("ways", self._outputs)  # type: ignore[no-any-return]


class Group(Step):
    """A sub-process or called diagram: opens its inside, and is done when that is."""

    def __init__(self, process: BpmnProcessSpec, element: Element, inside: str) -> None:
        super().__init__(process, element)
        self.manual, self.inside = False, inside

    def _run_hook(self, my_task: Task) -> None:
        run_of(my_task).enter(my_task)


class Whenever(Group):
    """An event sub-process: begun by the run when its event happens while the container is open."""

    trigger: Element


class Repeated(Group):
    """An activity that happens several times: its inside is the rounds."""

    drawn = False


#: What looking after an open inside comes to.
OVER, MOVED, STAYS = "over", "moved", "stays"


class Inside(BpmnProcessSpec):  # type: ignore[misc]
    """The steps of one diagram or group, and how it begins and ends."""

    def __init__(self, name: str) -> None:
        super().__init__(name=name)
        self.first: str = ""
        self.triggers: list[str] = []
        self.clocks: list[str] = []

    def begin(self, tree: Any, data: Mapping[str, Any]) -> None:
        for clock in self.clocks:
            put(tree, clock, data=data)
        if self.first:
            put(tree, self.first, data=data)

    def look(self, tree: Any, run: Any) -> str:
        """Whether an open inside is over; may put what comes next."""
        return STAYS if alive(tree) else OVER


class Toolbox(Inside):
    """The inside of an ad-hoc sub-process: its tools are offered, and it is over when its condition holds and none runs."""

    def __init__(self, name: str, tools: list[str], completion: str) -> None:
        super().__init__(name)
        self.tools, self.completion = tools, completion

    def look(self, tree: Any, run: Any) -> str:
        return OVER if not alive(tree) and run.holds(around(tree), self.completion) else STAYS


class Rounds(Inside):
    """The inside of a repeated activity. Its notes, on the activity's token: rounds there are, started, people."""

    def __init__(self, name: str, element: Element) -> None:
        super().__init__(name)
        self.element = element

    def begin(self, tree: Any, data: Mapping[str, Any]) -> None:
        token, repeat = around(tree), self.element.repeat
        assert token is not None and repeat is not None
        run = run_of(token)
        if repeat.loop:
            token.internal_data["rounds"] = {"started": 0}
            return
        people = run.people(repeat.each) if repeat.each else None
        many = len(people) if people is not None else run.value(token, repeat.count)
        if not isinstance(many, int) or isinstance(many, bool) or not 0 <= many <= MAX_ROUNDS:
            raise EngineError(f"“{repeat.count or repeat.each}” does not give a number of times from 0 to {MAX_ROUNDS}.")
        top = token.workflow.top_workflow
        if sum(len(alive(other)) for other in (top, *top.subprocesses.values())) + many > MAX_OPEN:
            raise EngineError(f"More than {MAX_OPEN} things would be open in this case at once.")
        token.internal_data["rounds"] = {"of": many, "people": people, "started": 0}
        for _ in range(min(many, 1) if repeat.in_turn else many):
            self._start(tree, token)

    def look(self, tree: Any, run: Any) -> str:
        token, repeat = around(tree), self.element.repeat
        assert token is not None and repeat is not None
        notes, open_now = token.internal_data["rounds"], len(alive(tree))
        if repeat.loop:
            return STAYS if open_now else self._again(tree, token, run)
        done = notes["started"] - open_now
        if done and repeat.until and run.holds(token, repeat.until, {INSTANCES: notes["of"], INSTANCES_DONE: done}):
            return OVER
        if open_now:
            return STAYS
        if notes["started"] < notes["of"]:
            self._start(tree, token)
            return MOVED
        return OVER

    def _again(self, tree: Any, token: Task, run: Any) -> str:
        repeat, started = self.element.repeat, token.internal_data["rounds"]["started"]
        assert repeat is not None
        if repeat.most and started >= repeat.most:
            return OVER
        asked = bool(repeat.condition) and (repeat.before or started > 0)
        if asked and not run.holds(token, repeat.condition):
            return OVER
        self._start(tree, token)
        return MOVED

    def _start(self, tree: Any, token: Task) -> None:
        notes = token.internal_data["rounds"]
        number = notes["started"]
        notes["started"] = number + 1
        key = uuid5(token.id, f"round {number}")
        data = dict(token.data)
        if "of" in notes:
            values: dict[str, Value] = {ITEM: number + 1}
            if notes["people"] is not None:
                values[PARTY] = notes["people"][number]
            data = run_of(token).scope(key, values, within=token.data, element=self.element)
        put(tree, self.element.id, key=key, data=data)
