"""Tokens: SpiffWorkflow tasks, put on a diagram, taken from it and looked at.

A token's id follows from the token before it, so that doing a command again gives the same ids. Knows no expressions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID, uuid5

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.util.subworkflow import BpmnBaseWorkflow, BpmnSubWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

#: What a token remembers: the activity it is attached to, the gateway it stands behind, the step it came from (at a join),
#: the run of a tool that it belongs to, and the scope that was opened for what is inside it.
HOST, GATE, CAME, TOOL_RUN, INSIDE = "host", "gate", "came", "run", "inside"


class _Quiet:
    """SpiffWorkflow updates everything that waits whenever anything completes, in no order: here the run decides when."""

    def _task_completed_notify(self, task: Task) -> None:
        self.last_task = task


class CaseTree(_Quiet, BpmnWorkflow):  # type: ignore[misc]
    """The whole instance, and the tokens of its first diagram."""


class InnerTree(_Quiet, BpmnSubWorkflow):  # type: ignore[misc]
    """The tokens inside one open group, toolbox, called diagram or repeated activity."""


def rooted(tree: BpmnBaseWorkflow, root: UUID) -> Any:
    """A tree's root is only where its tokens hang."""
    tree.task_tree = Task(tree, tree.spec.start, state=TaskState.COMPLETED, id=root)
    return tree


def grow(around: Task) -> InnerTree:
    """The inside of an activity that has begun."""
    top = around.workflow.top_workflow
    tree = InnerTree(top.subprocess_specs[around.task_spec.inside], around.id, top, deserializing=True)
    top.subprocesses[around.id] = tree
    return rooted(tree, uuid5(around.id, "Start"))  # type: ignore[no-any-return]


def around(tree: BpmnBaseWorkflow) -> Task | None:
    """The activity whose inside a tree is; None for the first diagram."""
    return None if tree.parent_task_id is None else tree.top_workflow.get_task_from_id(tree.parent_task_id)


def put(
    tree: BpmnBaseWorkflow, name: str, *, after: Task | None = None, key: UUID | None = None,
    data: Mapping[str, Any] | None = None, marks: Mapping[str, Any] | None = None,
) -> Task:  # fmt: skip
    """A new token on the step `name`. It goes on in the scope and the run of a tool of the token before it."""
    parent = after or tree.task_tree
    task = Task(tree, tree.spec.task_specs[name], parent, TaskState.FUTURE, id=key or uuid5(parent.id, name))
    task.data = dict(after.data if data is None and after is not None else data or {})
    run = {TOOL_RUN: after.internal_data[TOOL_RUN]} if after is not None and TOOL_RUN in after.internal_data else {}
    task.internal_data = {**run, **(marks or {})}
    task.task_spec._update(task)
    return task


def unfinished(tree: BpmnBaseWorkflow) -> list[Task]:
    return [task for task in tree.tasks.values() if task.has_state(TaskState.NOT_FINISHED_MASK)]


def alive(tree: BpmnBaseWorkflow) -> list[Task]:
    """The tokens that keep a tree open: all but what only waits beside them."""
    return [task for task in unfinished(tree) if not (task.state == TaskState.WAITING and task.task_spec.beside)]


def attached(host: Task) -> Iterator[Task]:
    """What waits beside an open activity: its time limits and other boundary events."""
    if host.task_spec.limits:
        name = str(host.id)
        yield from (task for task in unfinished(host.workflow) if task.internal_data.get(HOST) == name)


def detach(host: Task) -> None:
    for limit in list(attached(host)):
        if limit.state == TaskState.WAITING:
            limit._set_state(TaskState.CANCELLED)


def cancel(task: Task) -> None:
    """Take a token away, with everything inside it and what waits beside it."""
    detach(task)
    inner = task.workflow.top_workflow.subprocesses.pop(task.id, None)
    if inner is not None:
        inner.completed = True
        for token in unfinished(inner):
            cancel(token)
    task._set_state(TaskState.CANCELLED)
