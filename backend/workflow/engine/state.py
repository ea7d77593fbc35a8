"""An instance's saved state: its tasks only, as plain JSON. The specs come from the version.

Finished tasks are pruned: what is kept does not grow with a case's age. Written by us and read by us; any other
format number is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.util.subworkflow import BpmnBaseWorkflow, BpmnSubWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from backend.workflow.engine.parsing import Diagrams
from backend.workflow.engine.specs import ClosedEngine
from backend.workflow.values import pack, unpack

FORMAT = 1
State = Mapping[str, Any]


def dump(workflow: BpmnWorkflow) -> dict[str, Any]:
    """The state of `workflow` as JSON values."""
    live = {str(key): sub for key, sub in workflow.subprocesses.items() if not sub.completed}
    return {
        "format": FORMAT,
        "top": _dump_tree(workflow),
        "sub": [{"parent": parent, "spec": sub.spec.name, **_dump_tree(sub)} for parent, sub in live.items()],
    }


def _dump_tree(workflow: BpmnBaseWorkflow) -> dict[str, Any]:
    return {
        "root": str(workflow.task_tree.id),
        "completed": workflow.completed,
        "tasks": [_dump_task(task) for task in workflow.tasks.values()],
    }


def _dump_task(task: Task) -> dict[str, Any]:
    dumped = {"id": str(task.id), "spec": task.task_spec.name, "state": task.state, "parent": str(task._parent or "")}
    if task._children:
        dumped["children"] = [str(child) for child in task._children]
    if task.triggered:
        dumped["triggered"] = True
    if task.data:
        dumped["scope"] = pack(task.data)
    if inner := {key: value for key, value in task.internal_data.items() if value is not None and value is not False}:
        dumped["internal"] = inner
    return dumped


def load(diagrams: Diagrams, state: State, engine: ClosedEngine) -> BpmnWorkflow:
    """A workflow as it stood, with our engine set."""
    if state.get("format") != FORMAT:
        raise ValueError(f"This state has format {state.get('format')!r}; {FORMAT} can be read.")
    specs = dict(diagrams.specs)
    workflow = BpmnWorkflow(specs[diagrams.start], specs, script_engine=engine, deserializing=True)
    _load_tree(workflow, state["top"])
    waiting = list(state["sub"])
    while waiting:
        waiting = _load_ready(workflow, waiting)
    return workflow


def _load_ready(top: BpmnWorkflow, dumped: list[State]) -> list[State]:
    """Load the sub-processes whose parent is loaded; give back the rest."""
    known = {str(task.id): task for tree in (top, *top.subprocesses.values()) for task in tree.tasks.values()}
    rest = []
    for item in dumped:
        parent = known.get(item["parent"])
        if parent is None:
            rest.append(item)
            continue
        sub = BpmnSubWorkflow(top.subprocess_specs[item["spec"]], parent.id, top, deserializing=True)
        top.subprocesses[parent.id] = sub
        _load_tree(sub, item)
        sub.completed_event.connect(parent.task_spec._on_subworkflow_completed, parent)
    if len(rest) == len(dumped):
        raise ValueError("A sub-process in this state has no parent.")
    return rest


def _load_tree(workflow: BpmnBaseWorkflow, dumped: State) -> None:
    for item in dumped["tasks"]:
        task = Task(workflow, workflow.spec.task_specs[item["spec"]], state=item["state"], id=UUID(item["id"]))
        task._parent = UUID(item["parent"]) if item["parent"] else None
        task._children = [UUID(child) for child in item.get("children", ())]
        task.triggered = item.get("triggered", False)
        task.data = unpack(item.get("scope", {}))
        task.internal_data = dict(item.get("internal", {}))
        if isinstance(task.task_spec, CatchingEvent) and task.state == TaskState.WAITING:
            workflow.top_workflow.event_manager.add_task(task)
    workflow.task_tree = workflow.tasks[UUID(dumped["root"])]
    workflow.completed = dumped["completed"]


def prune(workflow: BpmnWorkflow) -> None:
    """Forget what is finished and cannot matter any more.

    In each tree: whole triggered branches that are finished go, the nearest finished common ancestor of all unfinished
    tasks is hung on the root, and finished ends and middles of chains go. The parent of an unfinished task always
    stays: joins look at its name.
    """
    for parent, sub in list(workflow.subprocesses.items()):
        if sub.completed:
            del workflow.subprocesses[parent]
    for tree in (workflow, *workflow.subprocesses.values()):
        _prune_tree(tree)


def _prune_tree(tree: BpmnBaseWorkflow) -> None:
    root = tree.task_tree
    unfinished = [task for task in tree.tasks.values() if task.has_state(TaskState.NOT_FINISHED_MASK)]
    if not unfinished or root.has_state(TaskState.NOT_FINISHED_MASK):
        return
    keep = _needed(unfinished)
    for branch in [child for child in root.children if child.triggered and child.id not in keep]:
        _drop(tree, branch)
    _hang(tree, root, _common_ancestor(unfinished, root))
    _drop_leaves(tree)
    _splice(tree)


def _drop_leaves(tree: BpmnBaseWorkflow) -> None:
    """Forget finished ends of branches, back to where something is still going on."""
    for leaf in list(tree.tasks.values()):
        task = leaf
        while task.id in tree.tasks and _forgettable(tree, task) and not task._children:
            parent = task.parent
            parent._children.remove(task.id)
            del tree.tasks[task.id]
            task = parent


def _splice(tree: BpmnBaseWorkflow) -> None:
    """Forget finished steps in the middle of a chain: what is unfinished keeps its parent, and forks keep their form."""
    for task in list(tree.tasks.values()):
        only = task.children[0] if len(task._children) == 1 else None
        if only is not None and _forgettable(tree, task) and task.parent is not tree.task_tree and only.has_state(TaskState.FINISHED_MASK):
            parent = task.parent
            parent._children[parent._children.index(task.id)] = only.id
            only._parent = parent.id
            del tree.tasks[task.id]


def _forgettable(tree: BpmnBaseWorkflow, task: Task) -> bool:
    finished = task is not tree.task_tree and not task.triggered and task.has_state(TaskState.FINISHED_MASK)
    return bool(finished and task.parent is not None and task.parent.has_state(TaskState.FINISHED_MASK))


def _needed(unfinished: Iterable[Task]) -> set[UUID]:
    keep: set[UUID] = set()
    for task in unfinished:
        current: Task | None = task
        while current is not None and current.id not in keep:
            keep.add(current.id)
            current = current.parent
    return keep


def _common_ancestor(unfinished: list[Task], root: Task) -> Task:
    """The deepest finished task above every unfinished one."""
    paths = [_path(task) for task in unfinished]
    common = root
    for step in zip(*paths, strict=False):
        if len({task.id for task in step}) > 1 or step[0].has_state(TaskState.NOT_FINISHED_MASK):
            break
        common = step[0]
    return common


def _path(task: Task) -> list[Task]:
    path = [task]
    while (parent := path[-1].parent) is not None:
        path.append(parent)
    return path[::-1]


def _hang(tree: BpmnBaseWorkflow, root: Task, ancestor: Task) -> None:
    if ancestor is root or ancestor.parent is root:
        return
    keep = {task.id for task in _below(ancestor)}
    for task_id in [key for key in tree.tasks if key not in keep and key != root.id]:
        del tree.tasks[task_id]
    root._children = [ancestor.id]
    ancestor._parent = root.id


def _below(task: Task) -> list[Task]:
    found, stack = [], [task]
    while stack:
        current = stack.pop()
        found.append(current)
        stack.extend(current.children)
    return found


def _drop(tree: BpmnBaseWorkflow, branch: Task) -> None:
    tree.task_tree._children.remove(branch.id)
    for task in _below(branch):
        tree.tasks.pop(task.id, None)
