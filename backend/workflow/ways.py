"""Every way a case can take through a pack's diagrams, as one graph: called diagrams, groups, toolboxes, time limits
and event sub-processes are opened up where they stand.

Each step is two spots: where it opens and where it is done. A decision may go any way; a split goes all its ways; a
tool may be started at any time while its toolbox is open; what is attached to a step may strike while the step, or
anything inside it, is open. Knows no rails, no conditions and no engine; a step of a kind it has never heard of
passes a case on along its lines.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import permutations

from backend.workflow.bpmn import Diagram, Element
from backend.workflow.packs import Pack

#: Steps opened up, and how deep, before a pack is called too tangled to be proved.
LIMIT, DEPTH = 20_000, 200
#: Lines followed for all guard rails of a pack together, before the rest cannot be proved.
FOLLOWED = 500_000


class Tangled(Exception):
    """There are so many ways that they cannot all be looked at."""


@dataclass(eq=False)
class Spot:
    """One place on a way. `within` are the openings of everything around it, outermost first."""

    file: str
    element: Element | None
    within: tuple[Spot, ...]
    done: bool = False
    #: Where a case goes on: one of them, or all where it splits.
    ways: list[Spot] = field(default_factory=list)
    #: What may break in and take the case elsewhere.
    strikes: list[Spot] = field(default_factory=list)
    #: What may begin beside, while the case stays here, or at a step inside, as well.
    asides: list[Spot] = field(default_factory=list)
    #: What leads here: not what it may merely begin beside.
    sources: list[Spot] = field(default_factory=list)
    splits: bool = False
    joins: bool = False
    ends_all: bool = False
    #: Something that begins by itself beside the rest: an event sub-process, or the next tool of a toolbox.
    beside: bool = False
    #: The other spot of the same step.
    other: Spot | None = None


@dataclass(eq=False)
class Step:
    """Lines lead to `entry` and on from `exit`: around the opening and the end of a step that may happen no times at all."""

    opens: Spot
    done: Spot
    entry: Spot
    exit: Spot

    @property
    def inside(self) -> tuple[Spot, ...]:
        return (*self.opens.within, self.opens)


@dataclass
class Ways:
    """The whole graph: `case` is the life of a case, `marked` the steps that bear each mark."""

    case: Step
    marked: dict[str, list[Step]] = field(default_factory=dict)
    #: By the opening of each step that holds others: every opening inside it.
    opened: dict[Spot, list[Spot]] = field(default_factory=dict)
    followed: int = 0

    def follow(self, lines: int = 1) -> None:
        """Count lines that are followed. Raises `Tangled` when there are too many."""
        self.followed += lines
        if self.followed > FOLLOWED:
            raise Tangled


def ways_through(pack: Pack) -> Ways:
    """The graph of everything a case can do. Raises `Tangled`."""
    return _Builder({diagram.process: diagram for diagram in pack.diagrams.values()}).whole(pack.start)


class _Builder:
    def __init__(self, diagrams: Mapping[str, Diagram]) -> None:
        self.diagrams = diagrams
        self.inside = {process: _by_container(diagram) for process, diagram in diagrams.items()}
        self.count = 0
        self.ways = Ways(_pair("", None, ()))

    def whole(self, start: str) -> Ways:
        case = self.ways.case
        self._fill(case, self.diagrams[start], start, (start,), caught=False)
        openings = (case.opens, *self.ways.opened[case.opens])
        for spot in (*openings, *(opening.other for opening in openings)):
            for target in (*spot.ways, *spot.strikes) if spot else ():
                target.sources.append(spot)  # type: ignore[arg-type]  # a spot, as the line above asks
        return self.ways

    def _step(self, diagram: Diagram, element: Element, within: tuple[Spot, ...]) -> Step:
        self.count += 1
        if self.count > LIMIT or len(within) > DEPTH:
            raise Tangled
        step = _pair(diagram.file, element, within)
        for around in within:
            self.ways.opened[around].append(step.opens)
        for mark in element.properties.get("mark", "").split():
            self.ways.marked.setdefault(mark, []).append(step)
        return step

    def _fill(self, box: Step, diagram: Diagram, container: str, calls: tuple[str, ...], *, caught: bool) -> None:
        """Draw what is inside `box`: the steps of `container`. `caught`: something around it catches errors."""
        self.ways.opened[box.opens] = []
        steps = {element.id: self._step(diagram, element, box.inside) for element in self.inside[diagram.process].get(container, ())}
        catching = {e.attached_to or e.container for e in diagram.elements.values() if e.event == "error" and e.kind != "endEvent"}
        caught = caught or any(e.event_sub_process and e.id in catching for e in self.inside[diagram.process].get(container, ()))
        for name, step in steps.items():
            self._enter(step, diagram, diagram.elements[name], calls, caught=caught or name in catching)
            self._repeat(step)
        for name, step in steps.items():
            self._lead_on(step, [steps[flow.target] for flow in diagram.outgoing.get(name, ()) if flow.target in steps])
            step.opens.joins = diagram.elements[name].kind == "parallelGateway" and len(diagram.incoming.get(name, ())) > 1
        for name, step in steps.items():
            self._break_in(box, step, steps, diagram, diagram.elements[name])
        self._cut_short(steps, diagram)
        self._begin_and_end(box, steps, diagram, container, caught=caught)

    def _enter(self, step: Step, diagram: Diagram, element: Element, calls: tuple[str, ...], *, caught: bool) -> None:
        called = self.diagrams.get(element.called)
        if called is not None and called.process not in calls:
            self._fill(step, called, called.process, (*calls, called.process), caught=caught)
        elif element.id in self.inside[diagram.process]:
            self._fill(step, diagram, element.id, calls, caught=caught)
        else:
            step.opens.ways.append(step.done)

    def _repeat(self, step: Step) -> None:
        """What repeats may begin again when it is done, or beside itself; what may happen no times can be gone past."""
        repeat = step.opens.element.repeat if step.opens.element else None
        if repeat is None:
            return
        step.done.ways.append(step.opens)
        if not repeat.loop and not repeat.in_turn:
            step.opens.asides.append(step.opens)
        if repeat.before if repeat.loop else not (repeat.count.isdigit() and int(repeat.count)):
            step.entry, step.exit = (
                Spot(step.opens.file, None, step.opens.within),
                Spot(step.opens.file, None, step.opens.within, done=True),
            )
            step.entry.ways.extend([step.opens, step.exit])
            step.done.ways.append(step.exit)
            for around in step.opens.within:
                self.ways.opened[around].extend([step.entry, step.exit])

    def _lead_on(self, step: Step, targets: list[Step]) -> None:
        element = step.opens.element
        step.exit.ways.extend(target.entry for target in targets)
        step.done.splits = element is not None and element.kind == "parallelGateway" and len(targets) > 1

    def _break_in(self, box: Step, step: Step, steps: Mapping[str, Step], diagram: Diagram, element: Element) -> None:
        """What is attached strikes while its step is open; an event sub-process begins while the box is open."""
        if element.attached_to in steps:
            self._attach(steps[element.attached_to].opens, step, element.interrupting)
        elif element.event_sub_process:
            starts = [inner for inner in self.inside[diagram.process].get(element.id, ()) if inner.kind == "startEvent"]
            interrupts = all(start.interrupting for start in starts)
            step.opens.beside = not interrupts
            self._attach(box.opens, step, interrupts)
            step.done.ways.append(box.done)

    def _attach(self, host: Spot, step: Step, interrupts: bool) -> None:
        if not interrupts:
            host.asides.append(step.opens)
            return
        for spot in (host, *self.ways.opened.get(host, ())):
            if spot is not step.opens and step.opens not in spot.within and step.opens not in spot.strikes:
                spot.strikes.append(step.opens)

    def _cut_short(self, steps: Mapping[str, Step], diagram: Diagram) -> None:
        """An end that ends everything strikes what is open beside the thread that comes to it."""
        final = {name for name in steps if diagram.elements[name].event == "terminate"}
        for name, step in steps.items() if final else ():
            host = steps.get(diagram.elements[name].attached_to)
            if host and final & _after(steps, diagram, [name]):
                self._attach(host.opens, step, interrupts=True)
            branches = [flow.target for flow in diagram.outgoing.get(name, ()) if flow.target in steps] if step.done.splits else []
            for one, other in permutations(branches, 2):
                mine, theirs = _after(steps, diagram, [one]), _after(steps, diagram, [other])
                joined = _after(steps, diagram, [each for each in mine & theirs if steps[each].opens.joins])
                for victim in theirs - joined if final & (mine - joined) else ():
                    self._attach(steps[victim].opens, steps[one], interrupts=True)

    def _begin_and_end(self, box: Step, steps: Mapping[str, Step], diagram: Diagram, container: str, *, caught: bool) -> None:
        main = [(diagram.elements[name], step) for name, step in steps.items() if not diagram.elements[name].event_sub_process]
        first = [step for element, step in main if not diagram.incoming.get(element.id) and not element.attached_to]
        last = [(element, step) for element, step in main if not diagram.outgoing.get(element.id)]
        for element, step in last:
            if element.event != "error" or element.kind != "endEvent" or not caught:
                step.exit.ways.append(box.done)
            step.opens.ends_all = element.event == "terminate"
        if box.opens.element is not None and box.opens.element.id == container and box.opens.element.kind == "adHocSubProcess":
            box.opens.ways.append(box.done)
            self._offer(box, first)
        else:
            starts = [step for step in first if step.opens.element and step.opens.element.kind == "startEvent"]
            box.opens.ways.extend(step.entry for step in starts or first)
        if not box.opens.ways:
            box.opens.ways.append(box.done)

    def _offer(self, box: Step, tools: list[Step]) -> None:
        """Any tool may be started while the toolbox is open, whatever else in it is."""
        shelf = Spot(box.opens.file, None, box.inside, beside=True)
        shelf.ways.extend(tool.entry for tool in tools)
        box.opens.asides.append(shelf)
        for around in box.inside:
            self.ways.opened[around].append(shelf)


def _pair(file: str, element: Element | None, within: tuple[Spot, ...]) -> Step:
    opens, done = Spot(file, element, within), Spot(file, element, within, done=True)
    opens.other, done.other = done, opens
    return Step(opens, done, opens, done)


def _by_container(diagram: Diagram) -> dict[str, list[Element]]:
    found: dict[str, list[Element]] = {}
    for element in diagram.elements.values():
        found.setdefault(element.container, []).append(element)
    return found


def _after(steps: Mapping[str, Step], diagram: Diagram, names: list[str]) -> set[str]:
    """These steps of one container and all that the lines from them lead to."""
    found, stack = set(names), list(names)
    while stack:
        for flow in diagram.outgoing.get(stack.pop(), ()):
            if flow.target in steps and flow.target not in found:
                found.add(flow.target)
                stack.append(flow.target)
    return found
