"""Everything that can be got to. Knows no BPMN."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

Place = TypeVar("Place")


def spread(start: Iterable[Place], following: Callable[[Place], Iterable[Place]]) -> set[Place]:
    """The places of `start` and all that follow from them, however far."""
    seen = set(start)
    stack = list(seen)
    while stack:
        for other in following(stack.pop()):
            if other not in seen:
                seen.add(other)
                stack.append(other)
    return seen
