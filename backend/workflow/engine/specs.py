"""Our own spec classes, where SpiffWorkflow 3.2 would run a diagram wrong or reach too far.

- `ClosedEngine` answers every expression from the instance's facts with our evaluator; scripts raise.
- `DueDate` asks the run's clock, not `datetime.now()`, and a due time that cannot be worked out is a fault.
- `SystemTask` and `TableTask` ask the host; SpiffWorkflow's own service task hides every failure as a NameError.
- `Join` is a parallel gateway that is right on loops, beside other branches, and in tools that run twice.
- `Toolbox` offers its activities instead of starting them all.
- `EventSubprocess` is triggered by us: SpiffWorkflow's trigger rewrites the shared spec, so that the next new
  instance would start with the event sub-process running.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import SpiffWorkflow.bpmn.workflow as spiff_workflow
from SpiffWorkflow.bpmn.parser.event_parsers import (
    BoundaryEventParser,
    EndEventParser,
    IntermediateCatchEventParser,
    ReceiveTaskParser,
    StartEventParser,
)
from SpiffWorkflow.bpmn.parser.ProcessParser import AdHocParser, ProcessParser
from SpiffWorkflow.bpmn.parser.task_parsers import (
    AdHocSubprocessParser,
    CallActivityParser,
    ConditionalGatewayParser,
    GatewayParser,
    SubWorkflowParser,
)
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.script_engine.python_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.script_engine.python_environment import BasePythonScriptEngineEnvironment, TaskDataEnvironment
from SpiffWorkflow.bpmn.specs import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec
from SpiffWorkflow.bpmn.specs.control import BpmnStartTask, SimpleBpmnTask, _EndJoin
from SpiffWorkflow.bpmn.specs.defaults import (
    AdHocSubprocess,
    BoundaryEvent,
    CallActivity,
    EndEvent,
    ExclusiveGateway,
    IntermediateCatchEvent,
    ManualTask,
    ParallelGateway,
    ReceiveTask,
    StartEvent,
    SubWorkflowTask,
    UserTask,
)
from SpiffWorkflow.bpmn.specs.defaults import EventSubprocess as StockEventSubprocess
from SpiffWorkflow.bpmn.specs.event_definitions.timer import TimerEventDefinition
from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from backend.workflow.expressions import ExpressionError, Value, parse

#: Where a task's fault is kept while it waits for a person: `{"sentence": …}`.
FAULT = "fault"
DUE = "due"


class ClosedEnvironment(BasePythonScriptEngineEnvironment):  # type: ignore[misc]
    """Evaluates in the scope first, then in the facts. Three callers go round the engine straight to here."""

    def __init__(self, host: Any, facts: Mapping[str, Value]) -> None:
        super().__init__()
        self.host, self.facts = host, facts

    def evaluate(self, expression: str, context: Mapping[str, Value], external_context: object = None) -> Value:
        return parse(expression).evaluate({**self.facts, **context}, self.host.functions)

    def execute(self, script: str, context: object, external_context: object = None) -> bool:
        raise ExpressionError("Scripts are not run.")

    def call_service(self, context: object, **kwargs: object) -> None:
        raise ExpressionError("Stock service tasks are not run.")


class ClosedEngine(PythonScriptEngine):  # type: ignore[misc]
    def __init__(self, environment: ClosedEnvironment | None = None) -> None:
        super().__init__(environment or _Shut())

    def validate(self, expression: str) -> None:
        try:
            parse(expression)
        except ExpressionError as error:
            raise SyntaxError(str(error)) from error

    def evaluate(self, task: Task, expression: str, external_context: object = None) -> Value:
        return self.environment.evaluate(expression, task.data)  # type: ignore[no-any-return]


class _Shut(BasePythonScriptEngineEnvironment):  # type: ignore[misc]
    """What a workflow has when nobody gave it an engine: nothing runs."""

    def evaluate(self, *args: object, **kwargs: object) -> None:
        raise ExpressionError("No engine was set for this instance.")

    execute = call_service = evaluate


def _shut(*args: object, **kwargs: object) -> None:
    raise ExpressionError("SpiffWorkflow's own evaluation is switched off.")


# A workflow that is loaded gets the stock engine back, which runs any Python: make that default fail closed.
spiff_workflow.PythonScriptEngine = ClosedEngine
TaskDataEnvironment.evaluate = _shut
TaskDataEnvironment.execute = _shut


def host_of(task: Task) -> Any:
    return task.workflow.top_workflow.script_engine.environment.host


def evaluate(task: Task, expression: str) -> Value:
    return task.workflow.top_workflow.script_engine.evaluate(task, expression)  # type: ignore[no-any-return]


class DueDate(TimerEventDefinition):  # type: ignore[misc]
    """A dated timer. The due time is worked out once, when the wait begins, and kept."""

    def has_fired(self, my_task: Task) -> bool:
        if my_task.internal_data.get("event_fired"):
            return True
        due = self._due(my_task)
        if due is not None and due <= host_of(my_task).now:
            my_task.internal_data["event_fired"] = True
            return True
        return False

    def _due(self, my_task: Task) -> datetime | None:
        kept = my_task.internal_data.get(DUE)
        if kept is not None:
            return datetime.fromisoformat(kept)
        try:
            due = evaluate(my_task, self.expression)
            if not isinstance(due, datetime):
                raise ExpressionError(f"“{self.expression}” does not give a date and time.")
        except ExpressionError as error:
            my_task.internal_data[FAULT] = {"sentence": error.sentence}
            return None
        my_task.internal_data[DUE] = due.isoformat()
        return due

    def reset(self, my_task: Task) -> None:
        super().reset(my_task)
        my_task.internal_data.pop(DUE, None)


class _Dated:
    def parse_timer_event(self, event: Any) -> DueDate:
        node = event.find(full_tag("timeDate"))
        name = self.node.get("name") or self.node.get("id")  # type: ignore[attr-defined]
        return DueDate(name, (node.text or "").strip() if node is not None else "")


class OurStartEventParser(_Dated, StartEventParser):  # type: ignore[misc]
    pass


class OurCatchParser(_Dated, IntermediateCatchEventParser):  # type: ignore[misc]
    pass


class OurBoundaryParser(_Dated, BoundaryEventParser):  # type: ignore[misc]
    pass


class SystemTask(BpmnSpecMixin):  # type: ignore[misc]
    """A service task: the host performs the operation, once per task id."""

    def _run_hook(self, my_task: Task) -> bool:
        host_of(my_task).perform(my_task)
        return True


class TableTask(BpmnSpecMixin):  # type: ignore[misc]
    """A business rule task: the host looks the table up."""

    def _run_hook(self, my_task: Task) -> bool:
        host_of(my_task).decide(my_task)
        return True


class ToolboxSpec(BpmnProcessSpec):  # type: ignore[misc]
    """The inside of an ad-hoc sub-process: a wait between start and end, and the tools that may be picked."""

    def __init__(self, completion: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.completion = completion
        self.tools: dict[str, str] = {}


class ToolboxWait(BpmnTaskSpec):  # type: ignore[misc]
    """Holds the stage open until its completion condition is true and no tool is running."""

    def _update_hook(self, my_task: Task) -> bool:
        super()._update_hook(my_task)
        if my_task.state != TaskState.WAITING:
            my_task._set_state(TaskState.WAITING)
        return not self._tools_running(my_task) and self._complete(my_task)

    def _tools_running(self, my_task: Task) -> bool:
        root = my_task.workflow.task_tree
        return any(_unfinished(child) for child in root.children if child.triggered)

    def _complete(self, my_task: Task) -> bool:
        my_task.internal_data.pop(FAULT, None)
        try:
            return bool(evaluate(my_task, my_task.workflow.spec.completion))
        except ExpressionError as error:
            my_task.internal_data[FAULT] = {"sentence": error.sentence}
            return False


def _unfinished(task: Task) -> bool:
    stack = [task]
    while stack:
        current = stack.pop()
        if current.has_state(TaskState.NOT_FINISHED_MASK):
            return True
        stack.extend(current.children)
    return False


class ToolDone(SimpleBpmnTask):  # type: ignore[misc]
    """Where a tool's branch ends. Not the stage's end join, so that finished tools can be forgotten."""


class ToolboxParser(AdHocParser):  # type: ignore[misc]
    def _parse(self) -> None:
        ProcessParser._parse(self)

    def create_spec(self) -> ToolboxSpec:
        condition = self.xpath("./bpmn:completionCondition")
        text = (condition[0].text or "").strip() if condition else "false"
        return ToolboxSpec(text, name=self.bpmn_id, description=self.get_name(), filename=self.filename)

    def add_tasks(self) -> None:
        wait = ToolboxWait(self.spec, f"{self.bpmn_id}.Wait")
        self.spec.start.connect(wait)
        wait.connect(self.spec.end)
        done = ToolDone(self.spec, f"{self.bpmn_id}.ToolDone")
        for node in self._tool_nodes():
            tool = self.parse_node(node)
            tool._connect_notify(self.spec.start)
            self.spec.tools[node.get("id")] = tool.name
        for spec in list(self.spec.task_specs.values()):
            if not spec._outputs and not isinstance(spec, BpmnStartTask | _EndJoin | ToolDone) and spec.name != "End":
                spec.connect(done)

    def _tool_nodes(self) -> list[Any]:
        targets = {flow.get("targetRef") for flow in self.node.iter(full_tag("sequenceFlow"))}
        return [
            node for node in self.node
            if self.parser._get_parser_class(node.tag)[0] is not None
            and node.tag != full_tag("boundaryEvent") and node.get("id") not in targets
        ]  # fmt: skip


class Join(ParallelGateway):  # type: ignore[misc]
    """A parallel gateway that fires when a token waits on each of its lines, in the same run of a tool, and takes one
    from each. SpiffWorkflow's own counts what arrived in earlier rounds while anything else is open, and drops the
    steps behind other runs of the same join."""

    def _update_hook(self, my_task: Task) -> bool:
        arrived = {
            task.parent.task_spec.name: task
            for task in my_task.workflow.tasks.values()
            if task.task_spec is self and task is not my_task and task.state == TaskState.WAITING and _tool_run(task) == _tool_run(my_task)
        }
        others = [task for name, task in arrived.items() if name != my_task.parent.task_spec.name]
        if {spec.name for spec in self.inputs} - set(arrived) - {my_task.parent.task_spec.name}:
            my_task._set_state(TaskState.WAITING)
            return False
        for task in others:
            task.cancel()
        my_task._inherit_data()
        return True

    def _run_hook(self, my_task: Task) -> bool:
        my_task._inherit_data()
        return True


def _tool_run(task: Task) -> Any:
    """Which run of a tool a task belongs to; None outside tools."""
    while task.parent is not None and task.parent.parent is not None:
        task = task.parent
    return task.id if task.triggered else None


class EventSubprocess(StockEventSubprocess):  # type: ignore[misc]
    pass


class CalledDiagram(CallActivity):  # type: ignore[misc]
    """A call activity. One that is about somebody runs in a scope of its own, which ends with it."""

    def copy_data(self, my_task: Task, subworkflow: Any) -> None:
        super().copy_data(my_task, subworkflow)
        start = subworkflow.get_next_task(subworkflow.task_tree, skip_subprocesses=True, spec_name="Start")
        start.set_data(**host_of(my_task).scope_of(my_task))

    def update_data(self, my_task: Task, subworkflow: Any) -> None:
        if not host_of(my_task).scope_of(my_task):
            super().update_data(my_task, subworkflow)


class OurSubprocessParser(SubWorkflowParser):  # type: ignore[misc]
    EVENT_SUBPROCESS_CLASS = EventSubprocess

    def attribute(self, attribute: str, namespace: str | None = None, node: Any = None) -> Any:
        # BPMN attributes have no prefix; SpiffWorkflow looks for `triggeredByEvent` with one and never finds it.
        return (self.node if node is None else node).get(attribute)


PARSERS: dict[str, tuple[type, type]] = {
    full_tag("startEvent"): (OurStartEventParser, StartEvent),
    full_tag("endEvent"): (EndEventParser, EndEvent),
    full_tag("userTask"): (TaskParser, UserTask),
    full_tag("manualTask"): (TaskParser, ManualTask),
    full_tag("serviceTask"): (TaskParser, SystemTask),
    full_tag("businessRuleTask"): (TaskParser, TableTask),
    full_tag("receiveTask"): (ReceiveTaskParser, ReceiveTask),
    full_tag("exclusiveGateway"): (ConditionalGatewayParser, ExclusiveGateway),
    full_tag("parallelGateway"): (GatewayParser, Join),
    full_tag("subProcess"): (OurSubprocessParser, SubWorkflowTask),
    full_tag("adHocSubProcess"): (AdHocSubprocessParser, AdHocSubprocess),
    full_tag("callActivity"): (CallActivityParser, CalledDiagram),
    full_tag("intermediateCatchEvent"): (OurCatchParser, IntermediateCatchEvent),
    full_tag("boundaryEvent"): (OurBoundaryParser, BoundaryEvent),
}
