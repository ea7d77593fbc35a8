"""What finishing one step brings about at once: what the system does, which tasks open, what is waited for. Told before
the step is done, so a way that hangs on an answer still to be given is told with its condition.

A reading of the drawing and of the facts as they stand; it runs nothing. `prediction` looks further ahead, and says less
about each way. Knows no case.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from backend.workflow import catalogue
from backend.workflow.bpmn import CONTAINERS, PEOPLE, SYSTEM, Element, Flow
from backend.workflow.expressions import ExpressionError, Value, parse
from backend.workflow.functions import functions_for
from backend.workflow.models import Instance, Task
from backend.workflow.packs import Pack
from backend.workflow.values import unpack

OPENS, DOES, OFFERS, WAITS, JOINS, ENDS = "opens", "does", "offers", "waits", "joins", "ends"
#: What is said of a toolbox that an answer can end.
OVER = "over"
#: Deeper than any diagram that reads on a screen.
DEEPEST = 60
#: More steps than this looked at say nothing that a person would read.
MOST = 1_000


@dataclass(frozen=True)
class Event:
    """One thing that comes about. `when` are the questions on the way there that are still open, each with its answer."""

    kind: str
    element: str
    name: str
    when: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class _Way:
    """How the walk came here: which facts may still change on the way, what it has passed, and what it took conditions to
    be: the same question further on has the same answer."""

    unsettled: frozenset[str]
    passed: tuple[str, ...] = ()
    taken: tuple[tuple[str, bool], ...] = ()

    def past(self, element: Element, sets: Iterable[str] = ()) -> _Way:
        changed = frozenset(sets)
        kept = tuple((text, held) for text, held in self.taken if not changed.intersection(parse(text).names)) if changed else self.taken
        return _Way(self.unsettled | changed, (*self.passed, element.id), kept)

    def taking(self, line: Flow, lines: Iterable[Flow]) -> _Way:
        """On along one of an exclusive decision's lines: the conditions before it did not hold."""
        found = list(self.taken)
        for flow in lines:
            if flow.condition:
                text, meant = _asked(flow.condition)
                found.append((text, meant == (flow is line)))
            if flow is line and line.condition:
                break
        return replace(self, taken=tuple(found))

    def answer(self, condition: str) -> bool | None:
        """What a condition is on this way, if that was decided on it."""
        text, meant = _asked(condition)
        held = dict(self.taken).get(text)
        return None if held is None else held == meant


def _asked(condition: str) -> tuple[str, bool]:
    """A condition without its “not”, and whether it wants that to hold."""
    text = condition.strip()
    return (text.removeprefix("not ").strip(), False) if text.startswith("not ") and " " not in text[4:].strip() else (text, True)


def onward(task: Task) -> list[Event]:
    """What finishing this task brings about, in order. One statement."""
    instance = task.instance
    pack = instance.version.contents
    step = pack.elements[task.element]
    if step.repeat is not None and Task.objects.filter(instance=instance, element=step.id, status=Task.OPEN).exclude(pk=task.pk).exists():
        return [Event(JOINS, step.id, step.label)]
    form = pack.forms.get(task.form)
    given = frozenset(fact.name for fact in form.facts()) if form else frozenset[str]()
    return _Walk(instance, pack, step.id).after(step, _Way(given, (step.id,)))


class _Walk:
    def __init__(self, instance: Instance, pack: Pack, begins: str) -> None:
        self.pack, self.begins = pack, begins
        self.budget = MOST
        self.live = [pack.elements[e] for e in instance.active if e in pack.elements]
        self.facts: Mapping[str, Value] = {**dict.fromkeys(pack.facts), **unpack(instance.facts)}
        self.functions = functions_for(instance.landlord.calendar)
        self.diagram = {element: diagram for diagram in pack.diagrams.values() for element in diagram.elements}

    def after(self, element: Element, way: _Way) -> list[Event]:
        lines = self.diagram[element.id].outgoing.get(element.id, ())
        if not lines:
            return self._out_of(element, way)
        if element.kind in ("exclusiveGateway", "inclusiveGateway") and len(lines) > 1:
            return self._decided(element, lines, way)
        return [event for flow in lines for event in self._reach(self.pack.elements[flow.target], way)]

    def _reach(self, element: Element, way: _Way) -> list[Event]:
        self.budget -= 1
        if (element.id in way.passed and element.kind not in PEOPLE) or len(way.passed) > DEEPEST or self.budget < 0:
            return []
        match element.kind:
            case kind if kind in PEOPLE:
                return [Event(OPENS, element.id, element.label)]
            case kind if kind in SYSTEM:
                gives = catalogue.operations()[element.operation.name].gives if element.operation else ()
                return [Event(DOES, element.id, element.label), *self.after(element, way.past(element, (fact.name for fact in gives)))]
            case "businessRuleTask":
                outputs = (output.name for output in self.pack.tables[element.table].outputs)
                return self.after(element, way.past(element, outputs))
            case "receiveTask" | "intermediateCatchEvent" | "eventBasedGateway":
                return [Event(WAITS, element.id, element.name)]
            case "adHocSubProcess":
                return [Event(OFFERS, element.id, element.label)]
            case "callActivity" | "subProcess":
                return self._into(element, way)
            case "parallelGateway" if self._waits_for_others(element):
                return [Event(JOINS, element.id, element.name)]
            case "endEvent":
                return self._out_of(element, way)
        return self.after(element, way.past(element))

    def _into(self, element: Element, way: _Way) -> list[Event]:
        container = element.called or element.id
        starts = (e for e in self.pack.elements.values() if e.container == container and e.kind == "startEvent")
        return [event for start in starts for event in self.after(start, way.past(element))]

    def _out_of(self, element: Element, way: _Way) -> list[Event]:
        """At the end of a line: on from what it lies in, once nothing else goes on in there."""
        inside, terminates = element.container, element.event == "terminate"
        if self._kind(inside) == "adHocSubProcess":
            return self._over(self.pack.elements[inside], way)
        if not terminates and self._goes_on(inside, element):
            return [Event(JOINS, element.id, "")]
        holder = self._holder(inside)
        if holder is None:
            return [Event(ENDS, element.id, element.name)] if inside == self.pack.start else []
        if holder.event_sub_process or holder.repeat is not None:
            return []
        return self._out_of(holder, way) if self._kind(holder.container) == "adHocSubProcess" else self.after(holder, way.past(holder))

    def _over(self, toolbox: Element, way: _Way) -> list[Event]:
        """A tool is done: its toolbox stays open, unless an answer given on the way can end it."""
        if not toolbox.completion or not way.unsettled.intersection(parse(toolbox.completion).names):
            return []
        return [replace(event, when=((toolbox.label, OVER), *event.when)) for event in self.after(toolbox, way.past(toolbox))]

    def _holder(self, inside: str) -> Element | None:
        """The step that holds this process or group: of several that call it, the one under way."""
        if inside in self.pack.elements:
            return self.pack.elements[inside]
        callers = [e for e in self.pack.elements.values() if e.called == inside]
        return next((e for e in callers if e in self.live), callers[0] if callers else None)

    def _kind(self, container: str) -> str:
        around = self.pack.elements.get(container)
        return around.kind if around else ""

    def _waits_for_others(self, gateway: Element) -> bool:
        joins = len(self.diagram[gateway.id].incoming.get(gateway.id, ())) > 1
        return joins and self._goes_on(gateway.container, gateway)

    def _goes_on(self, inside: str, here: Element) -> bool:
        """Whether something besides the step and this place is under way in a process or group."""
        beside = (e for e in self.live if e.container == inside and e.id not in (self.begins, here.id))
        return any(e.kind not in _IDLE for e in beside)

    # Decisions.

    def _decided(self, gateway: Element, lines: tuple[Flow, ...], way: _Way) -> list[Event]:
        known = self._taken(gateway, lines, way)
        past = way.past(gateway)
        if known is not None:
            return [event for flow in known for event in self._reach(self.pack.elements[flow.target], past)]
        only_one = gateway.kind == "exclusiveGateway"
        branches = [(flow, self._reach(self.pack.elements[flow.target], past.taking(flow, lines) if only_one else past)) for flow in lines]
        common = [event for event in branches[0][1] if all(event in found for _, found in branches)]
        if not only_one:
            common = []
        open_still = [
            replace(event, when=((gateway.name, flow.name or flow.condition or "otherwise"), *event.when))
            for flow, found in branches for event in found if event not in common
        ]  # fmt: skip
        return [*open_still, *common]

    def _taken(self, gateway: Element, lines: tuple[Flow, ...], way: _Way) -> list[Flow] | None:
        """The lines that will be taken, where the facts on which that hangs are settled."""
        held: list[Flow] = []
        try:
            for flow in lines:
                if not flow.condition:
                    continue
                said, decided = parse(flow.condition), way.answer(flow.condition)
                if decided is not None:
                    held.extend([flow] if decided else [])
                    continue
                if way.unsettled.intersection(said.names):
                    return None
                if said.evaluate(self.facts, self.functions):
                    held.append(flow)
        except ExpressionError:
            return None
        if not held:
            return [flow for flow in lines if flow.id == gateway.default or not flow.condition][:1]
        return held if gateway.kind == "inclusiveGateway" else held[:1]


#: What is live beside a step without keeping its group open: an event that may come, and the holder itself.
_IDLE = {"boundaryEvent", "startEvent"} | CONTAINERS


def grouped(events: Iterable[Event]) -> Iterator[tuple[tuple[tuple[str, str], ...], list[Event]]]:
    """The events by what they hang on, each group in order: first what comes in any case."""
    groups: dict[tuple[tuple[str, str], ...], list[Event]] = {(): []}
    for event in events:
        found = groups.setdefault(event.when, [])
        if event not in found:
            found.append(event)
    return ((when, found) for when, found in groups.items() if found)
