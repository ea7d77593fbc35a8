"""The list of what diagrams may hold is what the checker accepts, what the engine is walked through and what can be seen."""

from __future__ import annotations

from itertools import product

import pytest

from backend.workflow import check, events
from backend.workflow.bpmn import FLOW_NODES, NOT_OFFERED, read
from backend.workflow.constructs import CONSTRUCTS
from backend.workflow.drawing import picture
from tests.workflow.drawn import bpmn, lines
from tests.workflow.test_check import BASELINE
from tests.workflow.walks import blocks
from tests.workflow.walks.walking import kinds_of

#: The whole pack without its diagrams but one, which is quicker to check.
PACK = {file: text for file, text in BASELINE.items() if not file.endswith(".bpmn") or file == "triage.bpmn"}
PACK["pack.toml"] = PACK["pack.toml"].replace('start = "Lifecycle"', 'start = "Triage"')
Combination = tuple[str, str, bool]
EVENTS = ("", "message", "timer", "signal", "escalation", "error", "terminate", "compensate", "conditional", "cancel", "link")
ROOTS = '<bpmn:signal id="S1" name="urgent"/><bpmn:escalation id="C1" escalationCode="late"/><bpmn:error id="R1" errorCode="gone"/>'
REFS = {"message": "M3", "signal": "S1", "escalation": "C1", "error": "R1"}
SAID = "<bpmn:extensionElements><spiffworkflow:properties>{}</spiffworkflow:properties></bpmn:extensionElements>".format(
    "".join(
        f'<spiffworkflow:property name="{name}" value="{value}"/>'
        for name, value in {"form": "triage", "due": "days(1, since=opened_at)", "role": "Call centre"}.items()
    )
)
OPERATION = '<bpmn:extensionElements><spiffworkflow:serviceTaskOperator id="note_wishes"/></bpmn:extensionElements>'
INSIDE = {
    "userTask": SAID, "manualTask": SAID, "serviceTask": OPERATION, "sendTask": OPERATION,
    "businessRuleTask": "<bpmn:extensionElements><spiffworkflow:calledDecisionId>severity</spiffworkflow:calledDecisionId></bpmn:extensionElements>",
    "subProcess": lines("startEvent Xs1\nendEvent Xe1\nXs1 -> Xe1").replace('id="f', 'id="i'),
    "adHocSubProcess": f'<bpmn:userTask id="Xtool" name="A tool">{SAID}</bpmn:userTask><bpmn:completionCondition>is_asb</bpmn:completionCondition>',
}  # fmt: skip


def definition(event: str) -> str:
    if event == "timer":
        return "<bpmn:timerEventDefinition><bpmn:timeDate>days(1, since=opened_at)</bpmn:timeDate></bpmn:timerEventDefinition>"
    ref = f' {event}Ref="{REFS[event]}"' if event in REFS else ""
    return f"<bpmn:{event}EventDefinition{ref}/>" if event else ""


def with_a(kind: str, event: str, beside: bool) -> str:
    """Steps from a start to an end, right but for what is tried."""
    inside = definition(event) + INSIDE.get(kind, "")
    going_on = str(not beside).lower()
    if kind == "boundaryEvent":
        edge = f'<bpmn:boundaryEvent id="Xb" attachedToRef="X" cancelActivity="{going_on}">{inside}</bpmn:boundaryEvent>'
        return f'<bpmn:subProcess id="X">{INSIDE["subProcess"]}</bpmn:subProcess>{edge}' + lines(
            "startEvent Xs\nendEvent Xe\nendEvent Xf\nXs -> X\nX -> Xe\nXb -> Xf"
        )
    if kind == "startEvent" and event:
        start = f'<bpmn:startEvent id="Xb" isInterrupting="{going_on}">{inside}</bpmn:startEvent>'
        whenever = f'<bpmn:subProcess id="X" triggeredByEvent="true">{start}<bpmn:endEvent id="Xf"/>{lines("Xb -> Xf").replace("f1", "i9")}</bpmn:subProcess>'
        work = f'<bpmn:userTask id="Xt" name="Work">{SAID}</bpmn:userTask>'
        return whenever + work + lines("startEvent Xs\nendEvent Xe\nXs -> Xt\nXt -> Xe")
    if kind == "startEvent":
        return lines("startEvent Xs\nendEvent Xe\nXs -> Xe")
    if kind == "endEvent":
        return f'<bpmn:endEvent id="X">{inside}</bpmn:endEvent>' + lines("startEvent Xs\nXs -> X")
    if kind.endswith("Gateway"):
        wait = f'<bpmn:intermediateCatchEvent id="{{}}">{definition("timer")}</bpmn:intermediateCatchEvent>'
        chooses = kind in ("exclusiveGateway", "inclusiveGateway")
        return (
            f'<bpmn:{kind} id="X"{" default=" + chr(34) + "f3" + chr(34) if chooses else ""}/>'
            + wait.format("Xw")
            + wait.format("Xv")
            + lines(
                f"startEvent Xs\nendEvent Xe\nendEvent Xf\nXs -> X\nX -> Xw{': is_asb' if chooses else ''}\nX -> Xv\nXw -> Xe\nXv -> Xf"
            )
        )
    attribute = {"callActivity": ' calledElement="Triage"'}.get(kind, "")
    return f'<bpmn:{kind} id="X" name="It"{attribute}>{inside}</bpmn:{kind}>' + lines("startEvent Xs\nendEvent Xe\nXs -> X\nX -> Xe")


def around(tried: str) -> str:
    """A diagram with `tried` in a group: what is raised in it is dealt with, and a signal is told and heard."""
    edges = "".join(
        f'<bpmn:boundaryEvent id="O{event}" attachedToRef="O">{definition(event)}</bpmn:boundaryEvent><bpmn:endEvent id="Oe{event}"/>'
        f'<bpmn:sequenceFlow id="o{event}" sourceRef="O{event}" targetRef="Oe{event}"/>'
        for event in ("error", "escalation")
    )
    hears = f'<bpmn:intermediateCatchEvent id="Oh">{definition("signal")}</bpmn:intermediateCatchEvent>'
    tells = f'<bpmn:intermediateThrowEvent id="Ot">{definition("signal")}</bpmn:intermediateThrowEvent>'
    flows = lines("startEvent Os\nendEvent Oe\nOs -> O\nO -> Ot\nOt -> Oh\nOh -> Oe").replace('id="f', 'id="g')
    body = f'<bpmn:subProcess id="O">{tried}</bpmn:subProcess>{edges}{hears}{tells}{flows}'
    return bpmn(body, "Tried").replace("</bpmn:definitions>", f'<bpmn:message id="M3" name="report_attached"/>{ROOTS}</bpmn:definitions>')


def problems(combination: Combination) -> list[str]:
    found = check.findings({**PACK, "tried.bpmn": around(with_a(*combination))})
    return [finding.sentence for finding in check.errors(found) if finding.file == "tried.bpmn"]


def combinations() -> list[Combination]:
    plain = [(kind, "", False) for kind in sorted(FLOW_NODES - set(events.OFFERED))]
    eventful = [
        (kind, event, beside)
        for kind, event in product(sorted(events.OFFERED), EVENTS)
        for beside in ((False, True) if kind in ("boundaryEvent", "startEvent") and event else (False,))
    ]
    return plain + eventful


def test_exactly_what_the_checker_accepts_is_listed() -> None:
    accepted = {one for one in combinations() if not problems(one)}
    assert accepted == {(one.kind, one.event, one.beside) for one in CONSTRUCTS if one.kind}


def test_every_construct_is_walked_at_random_and_nothing_is_walked_that_is_not_listed() -> None:
    drawn = (read(file, source) for seed in range(100) for file, source in blocks.make(seed)[1].items())
    walked = {kind for diagram in drawn for element in diagram.elements.values() for kind in kinds_of(element)}
    assert walked - {"event sub-process"} == {kind for one in CONSTRUCTS for kind in kinds_of(one.sample)}


def test_every_construct_has_a_name_and_a_picture_of_its_own() -> None:
    assert len({one.name for one in CONSTRUCTS}) == len({one.bpmn for one in CONSTRUCTS}) == len(CONSTRUCTS)
    # BPMN draws a time, message or signal alike in a wait and on an edge, and “for each person” as any number of times.
    assert len({picture(one.sample) for one in CONSTRUCTS}) == len(CONSTRUCTS) - 4


@pytest.mark.parametrize("name", NOT_OFFERED)
def test_what_is_not_offered_is_refused_with_the_reason(name: str) -> None:
    source = bpmn(f'<bpmn:startEvent id="s"/><bpmn:{name} id="x"/>', "Tried")
    sentences = [finding.sentence for finding in check.findings({**PACK, "tried.bpmn": source})]
    assert NOT_OFFERED[name] in sentences
