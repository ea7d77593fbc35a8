"""Turns checked diagrams into runnable specs. Built once per version and kept; never changed while running.

Built from our own reading of the files, the one that the checker proves and the pages show; SpiffWorkflow's parser would
read them a second time (and loses lanes, and fails at a chain of some 300 steps).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from dataclasses import replace as with_changes

from backend.workflow.bpmn import CONTAINERS, Diagram, Element
from backend.workflow.engine.specs import (
    Catch,
    Clock,
    Decision,
    EventGate,
    Group,
    Inside,
    Join,
    Limit,
    Repeated,
    Rounds,
    Some,
    Step,
    SystemTask,
    TableTask,
    Throw,
    Toolbox,
    Whenever,
)
from backend.workflow.findings import refuse

_KINDS: Mapping[str, type[Step]] = {
    "startEvent": Step, "userTask": Step, "manualTask": Step, "serviceTask": SystemTask, "sendTask": SystemTask,
    "businessRuleTask": TableTask, "receiveTask": Catch, "exclusiveGateway": Decision, "parallelGateway": Join,
    "inclusiveGateway": Some, "eventBasedGateway": EventGate, "intermediateCatchEvent": Catch,
    "intermediateThrowEvent": Throw, "endEvent": Throw, "boundaryEvent": Limit,
}  # fmt: skip


@dataclass(frozen=True)
class Diagrams:
    """Everything one version can run. `specs` holds the inside of every process and group by its id."""

    start: str
    specs: Mapping[str, Inside]


def build(start: str, diagrams: Mapping[str, Diagram]) -> Diagrams:
    """Runnable specs for the process `start` and every other diagram. Raises `PackRefused`."""
    specs = {inside.name: inside for diagram in diagrams.values() for inside in _insides(diagram)}
    for diagram in diagrams.values():
        for element in diagram.elements.values():
            if element.kind == "callActivity" and element.called not in specs:
                raise refuse(diagram.file, element.id, f"The diagram “{element.called}” does not exist.", "Choose a diagram.", element.name)
    if start not in specs:
        raise refuse("", start, "There is no diagram to begin with.", "Name the process that a case begins with.")
    return Diagrams(start, specs)


def _insides(diagram: Diagram) -> Iterator[Inside]:
    yield from _filled(diagram, Inside(diagram.process))
    for element in diagram.elements.values():
        if element.kind == "adHocSubProcess":
            yield from _filled(diagram, Toolbox(element.id, [tool.id for tool in diagram.tools(element.id)], element.completion or "no"))
        elif element.kind in CONTAINERS:
            yield from _filled(diagram, Inside(element.id))


def _filled(diagram: Diagram, inside: Inside) -> Iterator[Inside]:
    """`inside` with its steps and lines, and the rounds of those that repeat."""
    elements = [element for element in diagram.elements.values() if element.container == inside.name]
    for element in elements:
        if element.repeat is not None:
            rounds = Rounds(f"{element.id}.Rounds", element)
            _step(diagram, rounds, with_changes(element, repeat=None))
            yield rounds
        _step(diagram, inside, element)
    for element in elements:
        _connect(diagram, inside, element)
    yield inside


def _step(diagram: Diagram, inside: Inside, element: Element) -> None:
    if element.repeat is not None:
        Repeated(inside, element, f"{element.id}.Rounds")
    elif element.event_sub_process:
        _whenever(diagram, inside, element)
    elif element.kind == "callActivity":
        Group(inside, element, element.called)
    elif element.kind in CONTAINERS:
        Group(inside, element, element.id)
    else:
        _KINDS[element.kind](inside, element)
        if element.kind == "startEvent":
            inside.first = element.id


def _whenever(diagram: Diagram, inside: Inside, element: Element) -> None:
    spec = Whenever(inside, element, element.id)
    spec.trigger = next(inner for inner in diagram.inside(element.id) if inner.kind == "startEvent")
    inside.triggers.append(element.id)
    if spec.trigger.event == "timer":
        inside.clocks.append(Clock(inside, spec.trigger, f"{element.id}.Clock").name)


def _connect(diagram: Diagram, inside: Inside, element: Element) -> None:
    spec = inside.task_specs[element.id]
    if element.attached_to:
        inside.task_specs[element.attached_to].limits.append(element.id)
    for flow in diagram.outgoing.get(element.id, ()):
        spec.connect(inside.task_specs[flow.target])
        if flow.id == element.default or not flow.condition:
            spec.otherwise = flow.target
        else:
            spec.conditions[flow.target] = flow.condition
