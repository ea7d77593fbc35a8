"""Known defects, to be switched on: the walks are only worth something if they find each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from SpiffWorkflow.bpmn.specs.mixins.parallel_gateway import ParallelGateway
from SpiffWorkflow.bpmn.specs.mixins.unstructured_join import UnstructuredJoin
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskIterator, TaskState

from backend.workflow.engine import run, specs, state, tokens
from backend.workflow.engine.scopes import Scopes
from tests.workflow.walks.walking import Shelf


@contextmanager
def unpruned() -> Iterator[None]:
    """Every finished token is kept for ever."""
    with patch.object(run, "prune", lambda top: None):
        yield


def _library_join(self: specs.Join, my_task: Task) -> bool:
    if len(self._inputs) < 2:
        return True
    return bool(UnstructuredJoin._update_hook(self, my_task))  # type: ignore[arg-type]


@contextmanager
def library_join() -> Iterator[None]:
    """SpiffWorkflow's own parallel join, with all that it looks at kept."""
    with ExitStack() as stack:
        stack.enter_context(unpruned())
        stack.enter_context(patch.object(specs.Join, "arrive", _library_join))
        counts = ParallelGateway._check_threshold_unstructured
        stack.enter_context(patch.object(specs.Join, "_check_threshold_unstructured", counts, create=True))
        yield


def _too_much(top: Any) -> None:
    state.prune(top)
    for tree in (top, *top.subprocesses.values()):
        for task in tokens.unfinished(tree):
            if isinstance(task.task_spec, specs.Join) and task.state == TaskState.WAITING:
                del tree.tasks[task.id]


@contextmanager
def pruned_too_much() -> Iterator[None]:
    """What waits at a join is forgotten with the steps before it."""
    with patch.object(run, "prune", _too_much):
        yield


@contextmanager
def no_lock() -> Iterator[None]:
    """The second of two people writes over what the first did."""
    with patch.object(Shelf, "locked", False):
        yield


@contextmanager
def scopes_lifted() -> Iterator[None]:
    """Whatever is learnt in a round or for one person is the whole case's."""
    with patch.object(Scopes, "write", lambda *args: False):
        yield


@contextmanager
def depth_limit() -> Iterator[None]:
    """SpiffWorkflow looks for open tokens a thousand steps deep, and no deeper."""

    def nearest(tree: Any) -> list[Task]:
        return list(TaskIterator(tree.task_tree, state=TaskState.NOT_FINISHED_MASK))

    with ExitStack() as stack:
        stack.enter_context(unpruned())
        for module in (run, specs, tokens):
            stack.enter_context(patch.object(module, "unfinished", nearest))
        yield


DEFECTS: dict[str, Callable[[], Any]] = {
    "a join on a cycle, unpruned": library_join, "pruning too much": pruned_too_much, "no lock": no_lock,
    "facts lifted from scopes": scopes_lifted, "the depth limit": depth_limit,
}  # fmt: skip
