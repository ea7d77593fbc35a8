"""Reads one BPMN file into our own plain model, and refuses everything that is not on the list.

The XML comes from a browser and is not trusted: no document types, no entities, no network, bounded size and
depth, known namespaces, known elements, plain ids. Knows nothing of SpiffWorkflow, Django or packs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from lxml import etree

from backend.workflow.findings import refuse
from backend.workflow.once import once

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMNDI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
DI = "http://www.omg.org/spec/DD/20100524/DI"
SPIFF = "http://spiffworkflow.org/bpmn/schema/1.0/core"
XSI = "http://www.w3.org/2001/XMLSchema-instance"

MAX_BYTES, MAX_ELEMENTS, MAX_DEPTH = 1_000_000, 5_000, 40
PLAIN_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,99}\Z")
#: Names that SpiffWorkflow gives to steps of its own.
_RESERVED_IDS = {"Start", "End", "StartEventSplit", "StartEventJoin"}

PLAIN_NUMBER = re.compile(r"-?\d{1,5}(\.\d{1,12})?\Z")

PEOPLE = {"userTask", "manualTask"}
#: What the system does by itself, by an operation.
SYSTEM = {"serviceTask", "sendTask"}
TASKS = PEOPLE | SYSTEM | {"businessRuleTask", "receiveTask"}
GATEWAYS = {"exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway"}
EVENTS = {"startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"}
CONTAINERS = {"subProcess", "adHocSubProcess"}
ACTIVITIES = TASKS | CONTAINERS | {"callActivity"}
FLOW_NODES = ACTIVITIES | GATEWAYS | EVENTS
_FURNITURE = {
    "definitions", "collaboration", "participant", "process", "laneSet", "lane", "flowNodeRef", "extensionElements",
    "incoming", "outgoing", "sequenceFlow", "conditionExpression", "message", "messageEventDefinition",
    "signal", "signalEventDefinition", "escalation", "escalationEventDefinition", "error", "errorEventDefinition",
    "timerEventDefinition", "timeDate", "terminateEventDefinition", "completionCondition", "documentation",
    "multiInstanceLoopCharacteristics", "loopCardinality", "standardLoopCharacteristics", "loopCondition",
    "textAnnotation", "text", "association", "childLaneSet",
}  # fmt: skip
_EXTENSIONS = {"properties", "property", "serviceTaskOperator", "parameters", "parameter", "calledDecisionId"}
_ALLOWED = {
    BPMN: FLOW_NODES | _FURNITURE,
    BPMNDI: {"BPMNDiagram", "BPMNPlane", "BPMNShape", "BPMNEdge", "BPMNLabel"},
    DC: {"Bounds"},
    DI: {"waypoint"},
    SPIFF: _EXTENSIONS,
}
#: What says one thing: a second one would be read by nobody, or by the engine only.
_ONCE = {
    "conditionExpression", "timeDate", "completionCondition", "extensionElements", "properties", "serviceTaskOperator", "parameters",
    "calledDecisionId", "loopCardinality", "loopCondition", "multiInstanceLoopCharacteristics", "standardLoopCharacteristics",
}  # fmt: skip
_IDENTIFIED = FLOW_NODES | {"process", "sequenceFlow", "lane", "message", "signal", "escalation", "error"}
#: What BPMN has and Caseway does not, and why.
NOT_OFFERED = {
    "scriptTask": "A script would run program code, which diagrams may not do.",
    "complexGateway": "Complex gateways are not offered; a decision, a split or “one or more” says the same.",
    "transaction": "Transactions are not offered: nothing that a person did is undone by itself.",
    "compensateEventDefinition": "Compensation is not offered: nothing that a person did is undone by itself.",
    "cancelEventDefinition": "Cancelling a transaction is not offered; use an error.",
    "conditionalEventDefinition": "Waiting for a condition is not offered; wait for a message, a signal or a date.",
    "linkEventDefinition": "Links are not offered; draw the line, or call another diagram.",
    "task": "It does not say who or what does it: make it a task for a person, or something the system does.",
    "loopDataInputRef": "Facts hold no lists: say for whom it happens, or how many times.",
    "timeCycle": "Repeating timers are not offered; use a dated one and go round again.",
    "timeDuration": "Write the time as a date, counted from a fact: for example days(28, since=survey_sent_at).",
}


@dataclass(frozen=True)
class Operation:
    """What a service task asks the system to do; each parameter's value is an expression."""

    name: str
    parameters: Mapping[str, str]


@dataclass(frozen=True)
class Repeat:
    """How often an activity happens. `count` and `until` are expressions.

    Multi-instance: `count` times, or once for each person of the group `each`, side by side or `in_turn`; when `until` holds
    after one of them, the rest is not done. Standard loop (`loop`): while `condition` holds, looked at `before` or after each
    round, `most` times at most (0: no limit).
    """

    loop: bool = False
    in_turn: bool = False
    count: str = ""
    each: str = ""
    until: str = ""
    condition: str = ""
    before: bool = False
    most: int = 0


@dataclass(frozen=True)
class Element:
    """One step of a diagram. `container` is the id of the process or sub-process it sits in. `event` is the kind of event:
    message, signal, escalation, error, timer or terminate; `message` names a message, `code` any other named event."""

    id: str
    name: str
    kind: str
    container: str
    lane: str
    line: int
    properties: Mapping[str, str] = field(default_factory=dict)
    operation: Operation | None = None
    table: str = ""
    called: str = ""
    event: str = ""
    message: str = ""
    code: str = ""
    due: str = ""
    attached_to: str = ""
    interrupting: bool = True
    default: str = ""
    event_sub_process: bool = False
    completion: str = ""
    documentation: str = ""
    repeat: Repeat | None = None

    @property
    def heard(self) -> str:
        """The name of what it waits for or tells: a message's, or another event's; empty for any of its kind."""
        return self.message or self.code

    @property
    def expressions(self) -> tuple[str, ...]:
        """Everything that it says in the language of diagrams, besides what its lines say."""
        given = self.operation.parameters.values() if self.operation else ()
        often = (self.repeat.count, self.repeat.until, self.repeat.condition) if self.repeat else ()
        said = (*given, self.due, self.completion, *often, *(self.properties.get(name, "") for name in ("due", "offered", "advised")))
        return tuple(text for text in said if text.strip())

    @property
    def label(self) -> str:
        return self.name or self.id


@dataclass(frozen=True)
class Flow:
    id: str
    name: str
    source: str
    target: str
    condition: str


@dataclass(frozen=True)
class Box:
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Diagram:
    """One file: one process, its elements, flows and where they are drawn."""

    file: str
    process: str
    name: str
    elements: Mapping[str, Element]
    flows: Mapping[str, Flow]
    lanes: Mapping[str, str]
    annotations: Mapping[str, str]
    boxes: Mapping[str, Box]
    lines: Mapping[str, tuple[tuple[float, float], ...]]

    @cached_property
    def outgoing(self) -> Mapping[str, tuple[Flow, ...]]:
        return self._by("source")

    @cached_property
    def incoming(self) -> Mapping[str, tuple[Flow, ...]]:
        return self._by("target")

    def inside(self, container: str) -> Iterator[Element]:
        return (element for element in self.elements.values() if element.container == container)

    def tools(self, toolbox: str) -> Iterator[Element]:
        """The activities an ad-hoc sub-process offers: those inside it that nothing leads to."""
        return (e for e in self.inside(toolbox) if not self.incoming.get(e.id) and not e.attached_to and not e.event_sub_process)

    def _by(self, end: str) -> dict[str, tuple[Flow, ...]]:
        found: dict[str, list[Flow]] = {}
        for flow in self.flows.values():
            found.setdefault(getattr(flow, end), []).append(flow)
        return {key: tuple(flows) for key, flows in found.items()}


def parse_xml(file: str, source: str) -> etree._Element:
    """The root of `source`, read with every door of XML shut. Raises `PackRefused`."""
    data = source.encode()
    if len(data) > MAX_BYTES:
        raise refuse(file, "", "The file is larger than a megabyte.", "Split the diagram.")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_pis=True, remove_comments=True, encoding="utf-8"
    )
    declared = re.match(r"\s*<\?xml[^>]*encoding\s*=\s*[\"']([\w-]+)", source)
    if declared and declared[1].upper() != "UTF-8":
        raise refuse(file, "", f"The file is written in {declared[1]}; only UTF-8 is read.", "Save it again from the editor.")
    if "<!DOCTYPE" in source.upper() or "<!ENTITY" in source.upper():
        raise refuse(file, "", "The file declares a document type, which is not allowed.", "Save it again from the editor.")
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise refuse(file, "", f"The file is not complete XML (line {error.lineno}).", "Save it again from the editor.") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise refuse(file, "", "The file declares a document type, which is not allowed.", "Save it again from the editor.")
    return root


@once
def read(file: str, source: str) -> Diagram:
    """The diagram in `source`. Raises `PackRefused` naming the file and the element."""
    root = parse_xml(file, source)
    _check_tags(file, root)
    _check_ids(file, root)
    _check_numbers(file, root)
    processes = root.findall(f"{{{BPMN}}}process")
    if len(processes) != 1:
        raise refuse(file, "", f"The file holds {len(processes)} processes; each file holds one.", "Split the file.")
    return _Reader(file, root, processes[0]).diagram()


def _check_tags(file: str, root: etree._Element) -> None:
    count = 0
    for node in root.iter():
        count += 1
        if not isinstance(node.tag, str):
            continue
        name = etree.QName(node)
        if name.localname not in _ALLOWED.get(name.namespace or "", ()):
            why = NOT_OFFERED.get(name.localname, f"“{name.localname}” is not an element that Caseway runs.")
            raise refuse(file, node.get("id", ""), why, "Remove it or draw it another way.", node.get("name", ""))
        _check_attributes(file, node, name.localname)
        if count > MAX_ELEMENTS or sum(1 for _ in node.iterancestors()) > MAX_DEPTH:
            raise refuse(file, node.get("id", ""), "The diagram is too large or too deeply nested.", "Split the diagram.")


def _check_attributes(file: str, node: etree._Element, name: str) -> None:
    for attribute in map(etree.QName, node.attrib):
        if attribute.namespace not in (None, XSI, SPIFF):
            raise refuse(file, node.get("id", ""), f"“{attribute.localname}” is not something that Caseway reads.", "Remove it.")
    if name in _IDENTIFIED and node.get("id") is None:
        raise refuse(file, "", f"A “{name}” has no id.", "Delete it and draw it again.", node.get("name", ""))
    children = [etree.QName(child).localname for child in node]
    for child in _ONCE & set(children):
        if children.count(child) > 1:
            raise refuse(file, node.get("id", ""), f"It has two of “{child}”.", "Delete it and draw it again.", node.get("name", ""))


def _check_numbers(file: str, root: etree._Element) -> None:
    for node in root.iter(f"{{{DC}}}Bounds", f"{{{DI}}}waypoint"):
        for attribute in ("x", "y", "width", "height"):
            if (text := node.get(attribute)) is not None and not PLAIN_NUMBER.match(text):
                raise refuse(file, "", f"“{text[:20]}” is not a place on the drawing.", "Draw the element again.")


def _check_ids(file: str, root: etree._Element) -> None:
    seen: set[str] = set()
    for node in root.iter():
        for attribute in (
            "id",
            "bpmnElement",
            "sourceRef",
            "targetRef",
            "calledElement",
            "attachedToRef",
            "messageRef",
            "signalRef",
            "errorRef",
            "escalationRef",
            "default",
            "processRef",
        ):
            value = node.get(attribute)
            if value is not None and not PLAIN_ID.match(value):
                raise refuse(file, value[:40], "An id may hold letters, digits, hyphens and underscores only.")
        if node.get("id") in _RESERVED_IDS:
            raise refuse(file, node.get("id", ""), "This id is taken by the engine.", "Delete the element and draw it again.")
        own = node.get("id") if not str(node.tag).startswith(f"{{{SPIFF}}}") else None
        if own is not None and own in seen:
            raise refuse(file, own, "Two elements have this id.", "Delete one of them and draw it again.")
        seen.add(own or "")


#: The root elements that give events their names, and the attribute that says the name.
NAMED = {"message": "name", "signal": "name", "escalation": "escalationCode", "error": "errorCode"}


class _Reader:
    def __init__(self, file: str, root: etree._Element, process: etree._Element) -> None:
        self.file, self.root, self.process = file, root, process
        self.lane_of: dict[str, str] = {}
        self.lanes: dict[str, str] = {}
        for lane in process.iter(f"{{{BPMN}}}lane"):
            self.lanes[lane.get("id", "")] = lane.get("name", "")
            for ref in lane.findall(f"{{{BPMN}}}flowNodeRef"):
                self.lane_of[(ref.text or "").strip()] = lane.get("name", "")
        self.names = {
            node.get("id", ""): node.get(code) or node.get("name", "")
            for tag, code in NAMED.items()
            for node in root.findall(f"{{{BPMN}}}{tag}")
        }

    def diagram(self) -> Diagram:
        elements = {element.id: element for element in self._elements(self.process, "")}
        flows = {flow.id: flow for flow in self._flows()}
        for flow in flows.values():
            if flow.source not in elements or flow.target not in elements:
                raise refuse(self.file, flow.id, "A line leads from or to something that is not there.", "Draw the line again.")
        notes = {n.get("id", ""): _text(n, "text") for n in self.process.iter(f"{{{BPMN}}}textAnnotation")}
        return Diagram(
            self.file, self.process.get("id", ""), self.process.get("name", "") or self.process.get("id", ""),
            elements, flows, self.lanes, notes, dict(self._boxes()), dict(self._lines()),
        )  # fmt: skip

    def _elements(self, container: etree._Element, lane: str) -> Iterator[Element]:
        for node in container:
            kind = etree.QName(node).localname if isinstance(node.tag, str) else ""
            if kind in FLOW_NODES:
                element = self._element(node, kind, container.get("id", ""), lane)
                yield element
                if kind in CONTAINERS:
                    yield from self._elements(node, element.lane)

    def _element(self, node: etree._Element, kind: str, container: str, lane: str) -> Element:
        event, heard, due = self._event(node)
        return Element(
            id=node.get("id", ""), name=" ".join(node.get("name", "").split()), kind=kind, container=container,
            lane=self.lane_of.get(node.get("id", ""), lane), line=node.sourceline or 0,
            properties=_properties(node), operation=_operation(node), table=_extension(node, "calledDecisionId"),
            called=node.get("calledElement", ""), event=event, due=due,
            message=heard if event == "message" else "", code=heard if event != "message" else "",
            attached_to=node.get("attachedToRef", ""), interrupting=_interrupting(node), default=node.get("default", ""),
            event_sub_process=node.get("triggeredByEvent") == "true", completion=_text(node, "completionCondition"),
            documentation=_text(node, "documentation"), repeat=self._repeat(node),
        )  # fmt: skip

    def _repeat(self, node: etree._Element) -> Repeat | None:
        """How often the activity happens, if more or less than once."""
        each = _properties(node).get("each", "")
        if (many := node.find(f"{{{BPMN}}}multiInstanceLoopCharacteristics")) is not None:
            return Repeat(
                in_turn=many.get("isSequential") == "true", count=_text(many, "loopCardinality"), each=each,
                until=_text(many, "completionCondition"),
            )  # fmt: skip
        if (loop := node.find(f"{{{BPMN}}}standardLoopCharacteristics")) is not None:
            return Repeat(
                loop=True, condition=_text(loop, "loopCondition"), before=loop.get("testBefore") == "true",
                most=self._whole(node, loop.get("loopMaximum", "0")),
            )  # fmt: skip
        return None

    def _whole(self, node: etree._Element, text: str) -> int:
        if not re.fullmatch(r"\d{1,4}", text):
            raise refuse(self.file, node.get("id", ""), f"“{text[:20]}” is not a number of rounds.", "Write a whole number.")
        return int(text)

    def _event(self, node: etree._Element) -> tuple[str, str, str]:
        """The kind of event, the name of what is told or heard and the due expression of an event or receive task."""
        if (ref := node.get("messageRef")) is not None:
            return "message", self.names.get(ref, ""), ""
        found = [child for child in node if isinstance(child.tag, str) and etree.QName(child).localname.endswith("EventDefinition")]
        if len(found) > 1:
            raise refuse(
                self.file, node.get("id", ""), "It waits for several things at once.", "Draw one event for each.", node.get("name", "")
            )
        for child in found:
            kind = etree.QName(child).localname.removesuffix("EventDefinition")
            return kind, self.names.get(child.get(f"{kind}Ref", ""), ""), _text(child, "timeDate")
        return "", "", ""

    def _flows(self) -> Iterator[Flow]:
        for node in self.process.iter(f"{{{BPMN}}}sequenceFlow"):
            yield Flow(
                node.get("id", ""), node.get("name", ""), node.get("sourceRef", ""), node.get("targetRef", ""),
                _text(node, "conditionExpression"),
            )  # fmt: skip

    def _boxes(self) -> Iterator[tuple[str, Box]]:
        for shape in self.root.iter(f"{{{BPMNDI}}}BPMNShape"):
            bounds = shape.find(f"{{{DC}}}Bounds")
            if bounds is not None:
                x, y, width, height = (_coordinate(bounds.get(a)) for a in ("x", "y", "width", "height"))
                yield shape.get("bpmnElement", ""), Box(x, y, width, height)

    def _lines(self) -> Iterator[tuple[str, tuple[tuple[float, float], ...]]]:
        for edge in self.root.iter(f"{{{BPMNDI}}}BPMNEdge"):
            points = edge.findall(f"{{{DI}}}waypoint")
            yield edge.get("bpmnElement", ""), tuple((_coordinate(p.get("x")), _coordinate(p.get("y"))) for p in points)


def _coordinate(text: str | None) -> float:
    return float(text or 0)


def _text(node: etree._Element, child: str) -> str:
    found = node.find(f"{{{BPMN}}}{child}")
    return (found.text or "").strip() if found is not None else ""


def _interrupting(node: etree._Element) -> bool:
    return bool(node.get("cancelActivity", node.get("isInterrupting", "true")) != "false")


def _extensions(node: etree._Element) -> etree._Element | None:
    return node.find(f"{{{BPMN}}}extensionElements")


def _extension(node: etree._Element, child: str) -> str:
    box = _extensions(node)
    found = box.find(f"{{{SPIFF}}}{child}") if box is not None else None
    return (found.text or "").strip() if found is not None else ""


def _properties(node: etree._Element) -> dict[str, str]:
    box = _extensions(node)
    found = box.iter(f"{{{SPIFF}}}property") if box is not None else iter(())
    return {p.get("name", ""): p.get("value", "").strip() for p in found}


def _operation(node: etree._Element) -> Operation | None:
    box = _extensions(node)
    operator = box.find(f"{{{SPIFF}}}serviceTaskOperator") if box is not None else None
    if operator is None:
        return None
    parameters = {p.get("id", ""): p.get("value", "") for p in operator.iter(f"{{{SPIFF}}}parameter")}
    return Operation(operator.get("id", ""), parameters)
