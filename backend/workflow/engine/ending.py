"""Ends one branch of a running instance: what it alone kept open ends with it, and nothing is left waiting for it.

Knows no faults and no people: `Run.abandon` says which branch, and in what words a refusal is put.
"""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.task import Task

from backend.workflow.engine.specs import Join, Some, Toolbox, Whenever, same_run
from backend.workflow.engine.tokens import alive, around, cancel, unfinished
from backend.workflow.spread import spread


def end_branch(task: Task) -> bool:
    """Take `task` away, and the group or diagram around it when nothing else goes on inside. False when the whole case
    would be left without a branch of its own."""
    tree = task.workflow
    cancel(task)
    if isinstance(tree.spec, Toolbox) or any(_carries_on(other) for other in alive(tree)):
        return True
    host = around(tree)
    return host is not None and end_branch(host)


def _carries_on(task: Task) -> bool:
    """Whether a token is of the container's own line, not of something that happened beside it."""
    return not isinstance(task.task_spec, Whenever) or task.task_spec.trigger.interrupting


def starved(task: Task) -> str:
    """The id of a join that other branches would wait at for ever if this one ended; "" when there is none."""
    current: Task | None = task
    while current is not None:
        others = [t for t in alive(current.workflow) if t is not current and same_run(t, current)]
        joins = {spec.name for spec in _ahead(current.task_spec) if isinstance(spec, Join) and not isinstance(spec, Some)}
        for other in others:
            if found := joins & {spec.name for spec in (other.task_spec, *_ahead(other.task_spec))}:
                return str(min(found))
        current = None if others or isinstance(current.workflow.spec, Toolbox) else around(current.workflow)
    return ""


def whole_of(task: Task) -> list[Task] | None:
    """The tokens of the tool's run, or of the group or called diagram, that a token is in; None in the case's first diagram."""
    tree = task.workflow
    if isinstance(tree.spec, Toolbox):
        return [other for other in unfinished(tree) if same_run(other, task)]
    return unfinished(tree) if around(tree) is not None else None


def _ahead(spec: Any) -> set[Any]:
    return set() if spec.beside else spread(spec.outputs, lambda step: step.outputs)
