"""The shape of diagrams: every step can be reached, every path can end, and nothing waits for ever or happens twice.

Part of the checker, like `events`, `meaning`, `coverage` and `rails`; `check` is the door. Knows no forms, promises or operations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from backend.workflow import catalogue
from backend.workflow.bpmn import CONTAINERS, GATEWAYS, SYSTEM, Diagram, Element
from backend.workflow.constructs import TERMINATE
from backend.workflow.findings import Finding
from backend.workflow.packs import Pack
from backend.workflow.soundness import Budget, unsound
from backend.workflow.spread import spread

_UNNAMED = {
    "userTask": "a task for a person", "manualTask": "something done away from the screen", "serviceTask": "something the system does",
    "businessRuleTask": "a table",
    "callActivity": "another diagram", "exclusiveGateway": "a decision", "parallelGateway": "a split or join",
    "startEvent": "a start", "endEvent": "an end", "boundaryEvent": "a time limit", "subProcess": "a group", "adHocSubProcess": "a toolbox",
    "sendTask": "something the system sends", "inclusiveGateway": "a “one or more”", "eventBasedGateway": "a “whichever comes first”",
    "intermediateThrowEvent": "something that is told", "intermediateCatchEvent": "a wait",
}  # fmt: skip


def at(diagram: Diagram, element: Element, sentence: str, mend: str = "") -> Finding:
    name = element.name or f"{_UNNAMED.get(element.kind, 'a step')} without a name"
    return Finding(diagram.file, element.id, sentence, mend, name)


def each_element(pack: Pack) -> Iterator[tuple[Diagram, Element]]:
    """Every step of every diagram."""
    for diagram in pack.diagrams.values():
        for element in diagram.elements.values():
            yield diagram, element


def check_events(pack: Pack) -> Iterator[Finding]:
    """Only what can wait is waited on."""
    for diagram, element in each_element(pack):
        attached = diagram.elements.get(element.attached_to)
        if element.attached_to and (attached is None or attached.kind not in _WAITED_IN):
            yield at(diagram, element, "It is attached to something that does not wait.", "Attach it to a task or a group.")


_WAITED_IN = {"userTask", "manualTask", "receiveTask", "callActivity", "subProcess", "adHocSubProcess"}


def check_lines(pack: Pack) -> Iterator[Finding]:
    """Lines lead from and to where a case can go."""
    for diagram in pack.diagrams.values():
        pairs: set[tuple[str, str]] = set()
        for flow in diagram.flows.values():
            source, target = diagram.elements[flow.source], diagram.elements[flow.target]
            if source.container != target.container:
                yield at(
                    diagram, target, f"A line from “{source.label}” crosses the edge of a group.", "Lead the line to the group itself."
                )
            if source.kind == "endEvent" or source.event_sub_process:
                yield at(diagram, source, "A line leads on from here, where nothing goes on.", "Delete the line.")
            if target.kind in ("startEvent", "boundaryEvent") or target.event_sub_process:
                yield at(diagram, target, "A line leads here, which begins by itself.", "Delete the line.")
            if (flow.source, flow.target) in pairs:
                yield at(diagram, target, f"Two lines lead here from “{source.label}”.", "Delete one of them.")
            pairs.add((flow.source, flow.target))


def check_soundness(pack: Pack) -> Iterator[Finding]:
    """Whatever happens in whatever order, no case waits for ever at a join and none goes round without anybody."""
    budget = Budget()
    for diagram in pack.diagrams.values():
        for element, sentence in sorted(unsound(diagram, budget)):
            yield at(diagram, diagram.elements[element], sentence, "Join what was split, or end each branch by itself.")
        after = {element: _gateways_after(diagram, element) for element in diagram.elements}
        for step in diagram.elements.values():
            if step.kind in GATEWAYS and step.id in spread(set(after[step.id]), after.__getitem__):
                yield at(diagram, step, "A case could go round here without anybody doing anything.", "Draw a task into the round.")


def _gateways_after(diagram: Diagram, element: str) -> list[str]:
    """The gateways and automatic steps that follow directly."""
    following = (diagram.elements[flow.target] for flow in diagram.outgoing.get(element, ()))
    return [step.id for step in following if step.kind in GATEWAYS | SYSTEM | {"businessRuleTask", "intermediateThrowEvent"}]


def check_flow(pack: Pack) -> Iterator[Finding]:
    """Every step can be reached, every path can end, and every decision has its ways out."""
    for diagram in pack.diagrams.values():
        for container in _containers(diagram):
            yield from _check_container(diagram, container)
        for element in diagram.elements.values():
            yield from (at(diagram, element, *problem) for problem in _gateway_problems(diagram, element))


def _containers(diagram: Diagram) -> Iterator[str]:
    yield diagram.process
    yield from (element.id for element in diagram.elements.values() if element.kind in CONTAINERS)


def _ended_beside(diagram: Diagram, steps: Mapping[str, Element]) -> set[str]:
    """The steps that may go round for ever: something side by side with them ends everything at once."""
    final = spread({s.id for s in steps.values() if s.event == TERMINATE}, lambda s: [f.source for f in diagram.incoming.get(s, ())])
    splits = {s for s in final if steps[s].kind == "parallelGateway"}
    beside = spread(splits, lambda s: [f.target for f in diagram.outgoing.get(s, ())])
    return {s for s in beside if diagram.outgoing.get(s)}


def _check_container(diagram: Diagram, container: str) -> Iterator[Finding]:
    steps = {element.id: element for element in diagram.inside(container)}
    toolbox = container in diagram.elements and diagram.elements[container].kind == "adHocSubProcess"
    starts = {s.id for s in diagram.tools(container)} if toolbox else {s.id for s in steps.values() if s.kind == "startEvent"}
    if not toolbox and len(starts) != 1:
        owner = diagram.elements.get(container)
        yield Finding(
            diagram.file, container, "It needs exactly one start.", "Draw one start event.", owner.name if owner else diagram.name
        )
    alone = {s.id for s in steps.values() if s.event_sub_process}
    attached: dict[str, list[str]] = {}
    for step in steps.values():
        attached.setdefault(step.attached_to, []).append(step.id)
    reached = spread(starts | alone, lambda s: [*(f.target for f in diagram.outgoing.get(s, ())), *attached.get(s, ())])
    ends = {s.id for s in steps.values() if s.kind == "endEvent" or (toolbox and not diagram.outgoing.get(s.id)) or s.event_sub_process}
    ending = spread(ends, lambda s: [f.source for f in diagram.incoming.get(s, ())]) | _ended_beside(diagram, steps)
    for step in steps.values():
        if step.id not in reached:
            yield at(diagram, step, "Nothing leads here, so it would never happen.", "Draw a line to it, or delete it.")
        elif step.id not in ending:
            yield at(diagram, step, "Nothing leads on from here to an end.", "Draw a line on from it.")


_CHOOSING = {"exclusiveGateway", "inclusiveGateway"}


def _gateway_problems(diagram: Diagram, element: Element) -> Iterator[tuple[str, str]]:
    out = diagram.outgoing.get(element.id, ())
    if element.kind in _CHOOSING and (len(out) > 1 or any(flow.condition for flow in out)):
        if any(not flow.condition and flow.id != element.default for flow in out):
            yield "One of its ways out has no condition and is not the “otherwise” way.", "Give it a condition, or mark it “otherwise”."
        if element.default not in {flow.id for flow in out}:
            yield "It has no “otherwise” way, so a case could be stuck here.", "Mark one way out as “otherwise”."
    elif element.kind not in _CHOOSING and any(flow.condition for flow in out):
        yield "A line that leaves it has a condition, which only decisions may have.", "Draw a decision after it."
    if len(out) > 1 and element.kind not in GATEWAYS:
        yield "More than one line leaves it.", "Draw a decision or a split after it."


#: Steps of a diagram when everything it calls is laid out in its place.
MAX_LAID_OUT = 5_000


def check_calls(pack: Pack) -> Iterator[Finding]:
    """No diagram calls itself, directly or through others, nor so many others that a case would never get through."""
    calls: dict[str, list[str]] = {}
    for diagram, element in each_element(pack):
        if element.kind == "callActivity":
            calls.setdefault(diagram.process, []).append(element.called)
    own = {diagram.process: len(diagram.elements) for diagram in pack.diagrams.values()}
    for diagram in pack.diagrams.values():
        problem = None
        if diagram.process in spread(set(calls.get(diagram.process, ())), lambda p: list(calls.get(p, ()))):
            problem = "This diagram calls itself, so a case would never leave it.", "Take one of the calls away."
        elif _laid_out(diagram.process, calls, own) > MAX_LAID_OUT:
            problem = f"With everything it calls it has more than {MAX_LAID_OUT:,} steps.", "Call fewer diagrams."
        if problem:
            yield Finding(diagram.file, diagram.process, *problem, diagram.name)


def _laid_out(process: str, calls: dict[str, list[str]], own: dict[str, int]) -> int:
    """How many steps, counted until there are too many."""
    count, waiting = 0, [process]
    while waiting and count <= MAX_LAID_OUT:
        current = waiting.pop()
        count += own.get(current, 0) + 1
        waiting += calls.get(current, ())
    return count


def check_toolboxes(pack: Pack) -> Iterator[Finding]:
    """A toolbox has tools and says when it is finished; each tool says whom it is for."""
    for diagram, element in each_element(pack):
        if element.kind != "adHocSubProcess":
            continue
        tools = list(diagram.tools(element.id))
        if not tools:
            yield at(diagram, element, "The toolbox is empty.", "Draw the tools inside it.")
        if not element.completion:
            yield at(diagram, element, "The toolbox does not say when the stage is finished.", "Write its condition.")
        for inner in diagram.inside(element.id):
            if inner.kind in ("startEvent", "endEvent"):
                yield at(diagram, inner, "A toolbox has no start and no end of its own.", "Delete it.")
        for tool in tools:
            if tool.kind not in _TOOLS:
                yield at(diagram, tool, "It cannot be a tool: nobody could start it.", "Draw a line to it, or make it a task.")
            whom = (*catalogue.groups(), "case")
            said = tool.properties.get("for", "case")
            if said not in whom and not set(said.split()) <= set(catalogue.groups()):
                yield at(diagram, tool, f"“{said}” is nobody a tool can be for.", f"Choose one or more of: {', '.join(whom)}.")


_TOOLS = {"userTask", "manualTask", "callActivity", "subProcess", "adHocSubProcess"}


CHECKS: tuple[Callable[[Pack], Iterator[Finding]], ...] = (
    check_flow, check_events, check_lines, check_soundness, check_calls, check_toolboxes,
)  # fmt: skip
