"""Where a case is, on its diagram and in words; where everybody's work is, for managers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils import timezone

from backend.casework.models import Case
from backend.workflow.bpmn import Diagram, Element
from backend.workflow.drawing import Mark
from backend.workflow.models import Task


def case_marks(case: Case, diagram: Diagram) -> dict[str, Mark]:
    """done for what the case has passed, here for where it is, late where a task is overdue."""
    passed = set(case.instance.steps.order_by().values_list("element", flat=True).distinct())
    marks = {element: Mark("done") for element in passed & set(diagram.elements)}
    # A running tool's own box counts as here while anything inside the diagram it calls is going on.
    marks.update({element: Mark("here") for element in case.instance.active if element in diagram.elements})
    now = timezone.now()
    for element, due in Task.objects.filter(instance=case.instance_id, status=Task.OPEN).values_list("element", "due_at"):
        if element in diagram.elements:
            marks[element] = Mark("late", "late") if due < now else Mark("here", "now")
    return marks


@dataclass(frozen=True)
class StepInWords:
    name: str
    lane: str
    state: str
    calls: str


_STATES = {"done": "done", "here": "now", "late": "now, overdue"}
_SAID = {"userTask", "manualTask", "serviceTask", "businessRuleTask", "receiveTask", "callActivity", "adHocSubProcess", "subProcess"}


def steps_in_words(marks: Mapping[str, Mark], diagram: Diagram) -> list[StepInWords]:
    """The diagram's steps as a list, in the order they are drawn, with their state in words."""
    return [_step(element, marks) for element in in_reading_order(diagram)]


def in_reading_order(diagram: Diagram) -> list[Element]:
    """The steps that do something, left to right."""
    said = [element for element in diagram.elements.values() if element.kind in _SAID]
    return sorted(said, key=lambda e: (diagram.boxes[e.id].x, diagram.boxes[e.id].y) if e.id in diagram.boxes else (0, 0))


def _step(element: Element, marks: Mapping[str, Mark]) -> StepInWords:
    mark = marks.get(element.id)
    return StepInWords(element.label, element.lane, _STATES[mark.look] if mark else "", element.called)


def waiting_marks(waiting: Mapping[str, tuple[int, int]], diagram: Diagram, called: Mapping[str, set[str]]) -> dict[str, Mark]:
    """How many tasks wait on each step, and inside each called diagram, with how many are late."""
    marks = {}
    for element in diagram.elements.values():
        inside = called.get(element.called, set()) | {element.id}
        total = sum(waiting.get(e, (0, 0))[0] for e in inside)
        late = sum(waiting.get(e, (0, 0))[1] for e in inside)
        if total:
            marks[element.id] = Mark("late" if late else "here", f"{total} waiting" + (f", {late} late" if late else ""))
    return marks
