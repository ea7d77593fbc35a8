"""The ways through a pack's diagrams: from where an instance stands, what comes on every way to every end, and what can
be reached at all.

A pure reading of the drawing: no facts, no database, no engine. Written over the generic diagram, so that a kind of
step it does not know passes on along its lines. What starts beside a step (a time limit, a further event) is possible
only. Certain is what comes unless an officer says that something has happened: what breaks a step off by such a message,
or by a signal that only such a message can bring about, takes no certainty away.
Sets of elements are numbers with a bit for each element, so that they stay cheap.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from functools import reduce
from itertools import count
from operator import and_, or_

from backend.workflow.bpmn import CONTAINERS, Diagram, Element, Flow
from backend.workflow.hearing import told_by_officers
from backend.workflow.packs import Pack

#: Steps that something goes on inside of.
HOLDING = CONTAINERS | {"callActivity"}
#: Gateways after which not every line is taken.
_CHOOSING = {"exclusiveGateway", "inclusiveGateway", "eventBasedGateway"}
#: What waits beside a step rather than being one.
_BESIDE = {"boundaryEvent", "startEvent"}
_GIVING = {"intermediateThrowEvent", "endEvent"}
#: Further than anything on a line: what may begin at any time is told of last.
_LAST = 10**9


class Foresight:
    def __init__(self, pack: Pack) -> None:
        self.elements = dict(pack.elements)
        self.bit = {element: 1 << number for number, element in enumerate(pack.elements)}
        self.diagram: dict[str, Diagram] = {e: d for d in pack.diagrams.values() for e in d.elements}
        self.inside: dict[str, list[Element]] = {d.process: [] for d in pack.diagrams.values()}
        self.attached: dict[str, list[Element]] = {}
        for element in pack.elements.values():
            self.inside.setdefault(element.container, []).append(element)
            if element.attached_to:
                self.attached.setdefault(element.attached_to, []).append(element)
        self._after: dict[str, int] = {}
        self._worked_out: set[str] = set()
        self._spans: dict[str, int] = {}

    def ahead(self, live: Iterable[str]) -> tuple[list[str], list[str]]:
        """What is certain and what is possible from these live places, each in order of first possible occurrence."""
        tokens = [self.elements[e] for e in live if e in self.elements and self.elements[e].kind not in _BESIDE]
        certain = reduce(or_, (self.after(token) for token in tokens if not self._cut(token.container, tokens)), 0)
        reached = self._reached(tokens)
        return [e for e in reached if certain & self.bit[e]], [e for e in reached if not certain & self.bit[e]]

    # Certain: the largest sets that hold together, container by container.

    def after(self, element: Element) -> int:
        """What certainly comes in its container once this step is over, or broken off by its own time limit."""
        self._work_out(element.container)
        return self._after[element.id]

    def _work_out(self, container: str) -> None:
        """Begin with everything after everything, and take away until nothing moves."""
        if container in self._worked_out:
            return
        self._worked_out.add(container)
        here = self.inside.get(container, [])
        self._after.update(dict.fromkeys((e.id for e in here), (1 << len(self.bit)) - 1))
        within = {e.id: self._within(e) for e in here}
        waiting = deque(here)
        while waiting:
            element = waiting.popleft()
            found = self._on_every_way(element, within)
            if found != self._after[element.id]:
                self._after[element.id] = found
                waiting.extend(self._before(element))

    def _within(self, element: Element) -> int:
        """The step itself and what certainly happens inside it."""
        container, own = _container_in(element), self.bit[element.id]
        if container not in self.inside or element.kind == "adHocSubProcess" or self._limits(element) or self._breaks_off(container):
            return own
        self._work_out(container)
        return reduce(or_, (self.bit[start.id] | self._after[start.id] for start in self._starts(container)), own)

    def _on_every_way(self, element: Element, within: Mapping[str, int]) -> int:
        lines = [within[target.id] | self._after[target.id] for target in self._next(element)]
        choosing = element.kind in _CHOOSING or any(flow.condition for flow in self._lines(element))
        # One of several lines that can end everything beside it leaves nothing certain on the others.
        all_taken = not choosing and (len(lines) < 2 or not self._terminates(element.container))
        found = reduce(or_ if all_taken else and_, lines) if lines else 0
        return reduce(and_, (self._after[limit.id] for limit in self._limits(element)), found)

    def _before(self, element: Element) -> Iterator[Element]:
        if element.attached_to:
            yield self.elements[element.attached_to]
        yield from (self.elements[flow.source] for flow in self.diagram[element.id].incoming.get(element.id, ()))

    def _cut(self, container: str, tokens: list[Element]) -> bool:
        """Whether something around a line that is under way can break it off before it is over."""
        beside = sum(token.container == container for token in tokens) > 1
        if self._breaks_off(container) or (beside and self._terminates(container)):
            return True
        around = [token for token in tokens if _container_in(token) == container]
        return any(self._limits(token) or self._cut(token.container, tokens) for token in around)

    def _breaks_off(self, container: str) -> bool:
        """Whether an event inside can put an end to everything else in this process or group."""
        events = (e for e in self.inside.get(container, ()) if e.event_sub_process)
        return any(start.interrupting for event in events for start in self._starts(event.id))

    def _terminates(self, container: str) -> bool:
        return any(e.kind == "endEvent" and e.event == "terminate" for e in self.inside.get(container, ()))

    def _limits(self, element: Element) -> list[Element]:
        """What can break this step off."""
        return [limit for limit in self.attached.get(element.id, ()) if limit.interrupting and not self._by_hand(limit)]

    def _by_hand(self, limit: Element) -> bool:
        """Whether it strikes only because an officer told the case something."""
        if limit.event != "signal":
            return told_by_officers(limit)
        return all(self._told(e) for e in self.elements.values() if e.kind in _GIVING and e.event == "signal" and e.code == limit.code)

    def _told(self, element: Element, within: frozenset[str] = frozenset()) -> bool:
        """Whether it stands inside what begins with an officer's message, wherever its diagram is called."""
        group = self.elements.get(element.container)
        if group is None:
            calls = [e for e in self.elements.values() if e.called == element.container and e.id not in within]
            return bool(calls) and all(self._told(call, within | {call.id}) for call in calls)
        begins = group.event_sub_process and any(map(told_by_officers, self._starts(group.id)))
        return begins or self._told(group, within)

    # Possible: what can be reached, nearest first.

    def _reached(self, tokens: list[Element]) -> list[str]:
        near: list[tuple[int, int, str]] = []
        found: dict[str, None] = {}
        pushed = count()

        def push(ways: Iterable[tuple[int, Element]], so_far: int = 0) -> None:
            for distance, element in ways:
                heapq.heappush(near, (so_far + distance, next(pushed), element.id))

        for token in tokens:
            push([*self._onward(token), *self._events(token.container)])
            push(self._begun(token.id) if token.kind == "adHocSubProcess" else ())
        while near:
            distance, _, name = heapq.heappop(near)
            if name not in found:
                found[name] = None
                push(self._onward(self.elements[name]), distance)
                push(self._begun(_container_in(self.elements[name])), distance)
        return list(found)

    def _onward(self, element: Element) -> Iterator[tuple[int, Element]]:
        """What a step leads to: what can happen beside it, then what follows once everything inside it is over."""
        yield from ((_LAST if self._by_hand(limit) else 1, limit) for limit in self.attached.get(element.id, ()))
        yield from ((self._span(element), target) for target in self._next(element))

    def _begun(self, container: str) -> Iterator[tuple[int, Element]]:
        yield from ((1, start) for start in self._starts(container))
        yield from self._events(container)

    def _events(self, container: str) -> Iterator[tuple[int, Element]]:
        return ((_LAST, e) for e in self.inside.get(container, ()) if e.event_sub_process)

    def _span(self, element: Element) -> int:
        """How far what follows is from a step: further than all that is inside it."""
        if element.id not in self._spans:
            self._spans[element.id] = 1  # A diagram that calls itself is refused elsewhere; here it must only end.
            self._spans[element.id] += sum(self._span(e) for e in self.inside.get(_container_in(element), ()))
        return self._spans[element.id]

    # The drawing.

    def _lines(self, element: Element) -> tuple[Flow, ...]:
        return self.diagram[element.id].outgoing.get(element.id, ())

    def _next(self, element: Element) -> list[Element]:
        return [self.elements[flow.target] for flow in self._lines(element)]

    def _starts(self, container: str) -> list[Element]:
        """Where a process or group begins, or the tools that a toolbox offers."""
        toolbox = self.elements.get(container)
        if toolbox is not None and toolbox.kind == "adHocSubProcess":
            return list(self.diagram[container].tools(container))
        return [e for e in self.inside.get(container, ()) if e.kind == "startEvent"]


def _container_in(element: Element) -> str:
    """The process or group that goes on inside a step; "" for a plain one."""
    return element.called if element.kind == "callActivity" else element.id if element.kind in CONTAINERS else ""
