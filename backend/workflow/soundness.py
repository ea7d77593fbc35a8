"""Plays every order in which the steps of a diagram can happen, and names the joins where a case would wait for ever.

A bounded search over markings, container by container: what waits where, never who does it. A time limit may strike or
not, a decision may go any way. Knows no engine: a diagram that passes is right for any that follows BPMN.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations

from backend.workflow.bpmn import CONTAINERS, Diagram, Element
from backend.workflow.spread import spread

#: Places in all markings of a pack together that are looked at before it is called too tangled to be proved.
LIMIT = 100_000
#: Ways out of a “one or more” that are looked at in every combination.
MOST_WAYS = 6
WAITS, DOUBLES, TANGLED = (
    "A case could wait here for ever: not every line that leads here is always taken.",
    "It could be reached twice along the same line, so the steps after it could happen twice or never.",
    "There are too many ways through this part to check them all.",
)
#: A place where a token may be: a step that is open, with the reminders that have struck, or a line into a join.
Place = tuple[str, str, tuple[str, ...]]
Marking = Mapping[Place, int]


@dataclass
class Budget:
    """How much may still be looked at: shared by all diagrams of a pack, so that many parts cost no more than one."""

    left: int = LIMIT


@dataclass
class _Play:
    diagram: Diagram
    budget: Budget
    found: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.target = {flow.id: flow.target for flow in self.diagram.flows.values()}
        self.reach: dict[tuple[str, str], frozenset[str]] = {}
        self.attached: dict[str, list[Element]] = {}
        for element in self.diagram.elements.values():
            self.attached.setdefault(element.attached_to, []).append(element)
        self.into: dict[str, list[Place]] = {
            step: [("line", flow.id, ()) for flow in flows] for step, flows in self.diagram.incoming.items()
        }

    def from_(self, start: str) -> None:
        first: Marking = {("step", start, ()): 1}
        seen, queue = {frozenset(first.items())}, deque([first])
        while queue:
            marking = queue.popleft()
            stuck = bool(marking)
            for next_marking in self._following(marking):
                stuck = False
                key = frozenset(next_marking.items())
                if key not in seen:
                    self.budget.left -= len(key) + 1
                    if self.budget.left < 0:
                        self.found.add((start, TANGLED))
                        return
                    seen.add(key)
                    queue.append(next_marking)
            if stuck:
                self.found.update((self._where(place), WAITS) for place in marking)

    def _where(self, place: Place) -> str:
        return place[1] if place[0] == "step" else self.target[place[1]]

    def _following(self, marking: Marking) -> Iterator[Marking]:
        for place in marking:
            if place[0] == "step":
                yield from self._from_step(marking, place, self.diagram.elements[place[1]])
            else:
                yield from self._from_join(marking, place)

    def _from_step(self, marking: Marking, place: Place, element: Element) -> Iterator[Marking]:
        out = self._out(element.id)
        if element.kind == "endEvent":
            yield {} if element.event in ("terminate", "error") else self._moved(marking, [place], [])
        elif element.kind in ("exclusiveGateway", "eventBasedGateway"):
            for line in out:
                yield self._moved(marking, [place], [line])
        elif element.kind == "inclusiveGateway":
            yield from (self._moved(marking, [place], chosen) for chosen in self._chosen(element))
        else:
            yield self._moved(marking, [place], out)
            for limit in self.attached.get(element.id, ()):
                yield from self._struck(marking, place, limit)

    def _struck(self, marking: Marking, place: Place, limit: Element) -> Iterator[Marking]:
        """A time limit or message strikes while the step is open."""
        if limit.interrupting:
            yield self._moved(marking, [place], self._out(limit.id))
        elif limit.event != "timer":
            yield self._moved(marking, [place], self._out(limit.id), place)
        elif limit.id not in place[2]:
            still_open = ("step", place[1], tuple(sorted((*place[2], limit.id))))
            yield self._moved(marking, [place], self._out(limit.id), still_open)

    def _from_join(self, marking: Marking, place: Place) -> Iterator[Marking]:
        join = self.diagram.elements[self.target[place[1]]]
        lines = self.into[join.id]
        waiting = [line for line in lines if line in marking]
        if place != waiting[0]:
            return
        if join.kind == "inclusiveGateway":
            if self._nothing_can_come(marking, join.id, waiting, lines):
                yield from (self._moved(marking, waiting, chosen) for chosen in self._chosen(join))
        elif waiting == lines:
            yield self._moved(marking, lines, self._out(join.id))

    def _chosen(self, element: Element) -> Iterator[list[str]]:
        """Every set of lines that “one or more” may take."""
        lines = [line for line in self._out(element.id) if line != element.default]
        if len(lines) > MOST_WAYS:
            self.found.add((element.id, TANGLED))
            lines = lines[:MOST_WAYS]
        if element.default:
            yield [element.default]
        for size in range(1, len(lines) + 1):
            yield from map(list, combinations(lines, size))

    def _nothing_can_come(self, marking: Marking, join: str, waiting: list[Place], lines: list[Place]) -> bool:
        """The rule of an inclusive join: see `engine.specs.Some`."""
        steps = {place[1] if place[0] == "step" else self.target[place[1]] for place in marking if place not in lines}
        filled = [self._before(join, line[1]) for line in waiting]
        return not any(
            step in self._before(join, line[1]) and not any(step in other for other in filled)
            for line in lines if line not in waiting for step in steps
        )  # fmt: skip

    def _before(self, join: str, line: str) -> frozenset[str]:
        """The steps from which a token can come along `line` without passing `join`."""
        if (join, line) not in self.reach:
            first = self.diagram.flows[line].source
            self.reach[join, line] = frozenset(spread([first], lambda step: [s for s in self._sources(step) if s != join]))
        return self.reach[join, line]

    def _sources(self, step: str) -> list[str]:
        host = self.diagram.elements[step].attached_to
        return [*(flow.source for flow in self.diagram.incoming.get(step, ())), *([host] if host else [])]

    def _moved(self, marking: Marking, taken: list[Place], lines: list[str], *also: Place) -> Marking:
        moved = dict(marking)
        for place in taken:
            moved[place] -= 1
            if not moved[place]:
                del moved[place]
        for place in (*also, *map(self._place, lines)):
            moved[place] = min(moved.get(place, 0) + 1, 2)
            if place[0] == "line" and moved[place] > 1:
                self.found.add((self._where(place), DOUBLES))
        return moved

    def _place(self, line: str) -> Place:
        target = self.target[line]
        kind = self.diagram.elements[target].kind
        joins = kind == "parallelGateway" or (kind == "inclusiveGateway" and len(self.diagram.incoming[target]) > 1)
        return ("line", line, ()) if joins else ("step", target, ())

    def _out(self, element: str) -> list[str]:
        return [flow.id for flow in self.diagram.outgoing.get(element, ())]


def unsound(diagram: Diagram, budget: Budget) -> set[tuple[str, str]]:
    """(element id, sentence) for every place that is not right whatever happens. Looks no further once the budget is spent."""
    play = _Play(diagram, budget)
    for container in (diagram.process, *(e.id for e in diagram.elements.values() if e.kind in CONTAINERS)):
        toolbox = container in diagram.elements and diagram.elements[container].kind == "adHocSubProcess"
        starts = diagram.tools(container) if toolbox else (e for e in diagram.inside(container) if e.kind == "startEvent")
        for start in starts:
            if budget.left >= 0:
                play.from_(start.id)
    return play.found
