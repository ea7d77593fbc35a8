"""One diagram that holds every construct, with its places on the sheet, for the pages that must show and keep them all."""

from __future__ import annotations

from dataclasses import dataclass, field

from backend.workflow.constructs import CONSTRUCTS, Construct

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"'
    ' xmlns:di="http://www.omg.org/spec/DD/20100524/DI" xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core"'
    ' id="Definitions_Everything" targetNamespace="http://caseway.example">'
)
ROOTS = (
    '<bpmn:message id="Message_1" name="report_attached"/><bpmn:signal id="Signal_1" name="urgent"/>'
    '<bpmn:escalation id="Escalation_1" escalationCode="told_late"/><bpmn:error id="Error_1" errorCode="moved_away"/>'
)
MARKS = {
    "Parallel multi-instance": '<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>3</bpmn:loopCardinality>'
    "<bpmn:completionCondition>instances_done &gt;= 2</bpmn:completionCondition></bpmn:multiInstanceLoopCharacteristics>",
    "Sequential multi-instance": '<bpmn:multiInstanceLoopCharacteristics isSequential="true"><bpmn:loopCardinality>3</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>',
    "Multi-instance with a group of people": '<bpmn:extensionElements><spiffworkflow:properties><spiffworkflow:property name="each" value="respondent"/>'
    '<spiffworkflow:property name="outputs" value="is_asb"/></spiffworkflow:properties></bpmn:extensionElements><bpmn:multiInstanceLoopCharacteristics/>',
    "Standard loop": '<bpmn:standardLoopCharacteristics testBefore="true" loopMaximum="4"><bpmn:loopCondition>is_asb</bpmn:loopCondition></bpmn:standardLoopCharacteristics>',
}  # fmt: skip
INSIDE = {
    "serviceTask": '<bpmn:extensionElements><spiffworkflow:serviceTaskOperator id="note"><spiffworkflow:parameters><spiffworkflow:parameter id="text" type="str" value="\'x\'"/></spiffworkflow:parameters></spiffworkflow:serviceTaskOperator></bpmn:extensionElements>',
    "businessRuleTask": "<bpmn:extensionElements><spiffworkflow:calledDecisionId>severity</spiffworkflow:calledDecisionId></bpmn:extensionElements>",
    "adHocSubProcess": "<bpmn:completionCondition>is_asb</bpmn:completionCondition>",
}
INSIDE["sendTask"] = INSIDE["serviceTask"]
WAYS = {"exclusiveGateway", "inclusiveGateway", "parallelGateway", "eventBasedGateway"}


@dataclass
class _Sheet:
    process: str
    steps: list[str] = field(default_factory=list)
    drawn: list[str] = field(default_factory=list)
    ids: int = 0

    def new(self, kind: str) -> str:
        self.ids += 1
        return f"Every_{kind}_{self.ids}"

    def place(self, key: str, x: float, y: float, width: float, height: float) -> None:
        open_box = ' isExpanded="true"' if "rocess" in key else ""
        self.drawn.append(
            f'<bpmndi:BPMNShape id="{key}_di" bpmnElement="{key}"{open_box}><dc:Bounds x="{x}" y="{y}" width="{width}" height="{height}"/></bpmndi:BPMNShape>'
        )

    def step(
        self, kind: str, at: tuple[float, float], inside: str = "", said: str = "", name: str = "", size: tuple[int, int] = (120, 80)
    ) -> str:
        key = self.new(kind)
        self.steps.append(f'<bpmn:{kind} id="{key}" name="{name}"{said}>{inside}</bpmn:{kind}>')
        self.place(key, *at, *size)
        return key

    def line(self, source: str, target: str, start: tuple[float, float], end: tuple[float, float], condition: str = "") -> str:
        key = self.new("line")
        inside = f"<bpmn:conditionExpression>{condition}</bpmn:conditionExpression>" if condition else ""
        self.steps.append(f'<bpmn:sequenceFlow id="{key}" sourceRef="{source}" targetRef="{target}">{inside}</bpmn:sequenceFlow>')
        points = "".join(f'<di:waypoint x="{x}" y="{y}"/>' for x, y in (start, end))
        self.drawn.append(f'<bpmndi:BPMNEdge id="{key}_di" bpmnElement="{key}">{points}</bpmndi:BPMNEdge>')
        return key


def event(kind: str) -> str:
    if kind == "timer":
        return "<bpmn:timerEventDefinition><bpmn:timeDate>days(28, since=opened_at)</bpmn:timeDate></bpmn:timerEventDefinition>"
    ref = "" if kind == "terminate" else f' {kind}Ref="{kind.title()}_1"'
    return f"<bpmn:{kind}EventDefinition{ref}/>" if kind else ""


def everything(process: str = "Everything") -> str:
    """The diagram’s XML, with a step for each of `CONSTRUCTS`."""
    sheet = _Sheet(process)
    for number, construct in enumerate(CONSTRUCTS):
        _draw(sheet, construct, 60 + number % 6 * 260, 60 + number // 6 * 220)
    return (
        f'{HEAD}<bpmn:process id="{process}" name="Everything" isExecutable="true">{"".join(sheet.steps)}</bpmn:process>{ROOTS}'
        f'<bpmndi:BPMNDiagram id="Sheet"><bpmndi:BPMNPlane id="Plane" bpmnElement="{process}">{"".join(sheet.drawn)}</bpmndi:BPMNPlane></bpmndi:BPMNDiagram></bpmn:definitions>'
    )


def _draw(sheet: _Sheet, one: Construct, x: float, y: float) -> None:
    if not one.kind:
        sheet.step("userTask", (x, y), MARKS[one.bpmn], name=one.name)
    elif one.kind == "boundaryEvent":
        host = sheet.step("subProcess", (x, y), name="Around", size=(160, 90))
        sheet.step(
            one.kind,
            (x + 100, y + 72),
            event(one.event),
            f' attachedToRef="{host}" cancelActivity="{str(not one.beside).lower()}"',
            one.name,
            (36, 36),
        )
    elif one.kind == "startEvent" and one.event:
        key, start = sheet.new("subProcess"), sheet.new("startEvent")
        sheet.steps.append(
            f'<bpmn:subProcess id="{key}" name="{one.name}" triggeredByEvent="true"><bpmn:startEvent id="{start}" isInterrupting="{str(not one.beside).lower()}">{event(one.event)}</bpmn:startEvent></bpmn:subProcess>'
        )
        sheet.place(key, x, y, 200, 120)
        sheet.place(start, x + 30, y + 50, 36, 36)
    elif one.kind in WAYS:
        _ways(sheet, one, x, y)
    elif one.kind.endswith("Event"):
        sheet.step(one.kind, (x, y), event(one.event), name=one.name, size=(36, 36))
    elif one.kind in ("subProcess", "adHocSubProcess"):
        sheet.step(one.kind, (x, y), INSIDE.get(one.kind, ""), name=one.name, size=(200, 120))
    else:
        said = {"receiveTask": ' messageRef="Message_1"', "callActivity": ' calledElement="Triage"'}.get(one.kind, "")
        sheet.step(one.kind, (x, y), INSIDE.get(one.kind, ""), said, one.name)


def _ways(sheet: _Sheet, one: Construct, x: float, y: float) -> None:
    gate = sheet.new(one.kind)
    kind, inside = ("intermediateCatchEvent", event("timer")) if one.kind == "eventBasedGateway" else ("endEvent", "")
    first, second = (sheet.step(kind, (x + 130, y + shift), inside, size=(36, 36)) for shift in (-30, 60))
    chooses = one.kind in ("exclusiveGateway", "inclusiveGateway")
    sheet.line(gate, first, (x + 50, y + 25), (x + 130, y - 12), "is_asb" if chooses else "")
    default = sheet.line(gate, second, (x + 50, y + 25), (x + 130, y + 78))
    said = f' default="{default}"' if chooses else ""
    sheet.steps.append(f'<bpmn:{one.kind} id="{gate}" name="{one.name}"{said}/>')
    sheet.place(gate, x, y, 50, 50)
