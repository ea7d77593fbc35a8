"""An instance's saved state: its tokens only, as plain JSON. The specs come from the version.

What is finished is forgotten, so that the state does not grow with a case's age. Written by us and read by us; any other
format number is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from SpiffWorkflow.bpmn.util.subworkflow import BpmnBaseWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from backend.workflow.engine.build import Diagrams
from backend.workflow.engine.scopes import Scopes
from backend.workflow.engine.specs import ClosedEngine
from backend.workflow.engine.tokens import INSIDE, CaseTree, grow, rooted
from backend.workflow.expressions import Value

FORMAT = 2
State = Mapping[str, Any]


def prune(top: CaseTree) -> None:
    """Forget every finished token. What a join needs to know of the past, its waiting tokens carry."""
    for tree in (top, *top.subprocesses.values()):
        root = tree.task_tree
        kept = [task for task in tree.tasks.values() if task is root or task.has_state(TaskState.NOT_FINISHED_MASK)]
        tree.tasks = {task.id: task for task in kept}
        root._children = [task.id for task in kept if task is not root]
        for task in kept:
            task._children = task._children if task is root else []
            task._parent = None if task is root else root.id


def dump(top: CaseTree, scopes: Scopes, ended: str) -> dict[str, Any]:
    """The state as JSON values; every token after the activity whose inside it is in."""
    trees = [top, *sorted(top.subprocesses.values(), key=lambda tree: tree.depth)]
    tokens = [task for tree in trees for task in tree.tasks.values() if task is not tree.task_tree]
    return {
        "format": FORMAT, "ended": ended, "completed": top.completed, "root": str(top.task_tree.id),
        "trees": [{"in": str(tree.parent_task_id or ""), "tokens": _tokens(tree)} for tree in trees],
        "scopes": scopes.dump([*(task.data for task in tokens), *(task.internal_data.get(INSIDE, {}) for task in tokens)]),
    }  # fmt: skip


def _tokens(tree: BpmnBaseWorkflow) -> list[dict[str, Any]]:
    return [_token(tree, task) for task in tree.tasks.values() if task is not tree.task_tree]


def _token(tree: BpmnBaseWorkflow, task: Task) -> dict[str, Any]:
    token: dict[str, Any] = {"id": str(task.id), "at": task.task_spec.name, "state": task.state}
    if task.parent is not tree.task_tree:
        token["after"] = str(task.parent.id)
    if task.data:
        token["data"] = task.data
    if task.internal_data:
        token["notes"] = task.internal_data
    return token


def scopes(state: State | None) -> dict[str, dict[str, Value]]:
    """What tokens see besides the case's facts, by the token's id. Without loading anything."""
    if not state:
        return {}
    kept = Scopes(state["scopes"])
    return {token["id"]: kept.seen(token["data"]) for tree in state["trees"] for token in tree["tokens"] if "data" in token}


def load(diagrams: Diagrams, state: State, engine: ClosedEngine) -> CaseTree:
    """The tokens as they stood, with our engine set."""
    if state.get("format") != FORMAT:
        raise ValueError(f"This state has format {state.get('format')!r}; {FORMAT} can be read.")
    top = rooted(empty(diagrams, engine), UUID(state["root"]))
    top.completed = state["completed"]
    for kept in state["trees"]:
        tree = grow(top.get_task_from_id(UUID(kept["in"]))) if kept["in"] else top
        for token in kept["tokens"]:
            _load_token(tree, token)
    return top  # type: ignore[no-any-return]


def empty(diagrams: Diagrams, engine: ClosedEngine) -> CaseTree:
    return CaseTree(diagrams.specs[diagrams.start], dict(diagrams.specs), script_engine=engine, deserializing=True)


def _load_token(tree: BpmnBaseWorkflow, token: State) -> None:
    parent = tree.tasks[UUID(token["after"])] if "after" in token else tree.task_tree
    task = Task(tree, tree.spec.task_specs[token["at"]], parent, token["state"], id=UUID(token["id"]))
    task.data, task.internal_data = dict(token.get("data", {})), dict(token.get("notes", {}))
