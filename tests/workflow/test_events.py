"""What the checker says of events, gates and repetitions that cannot be run right."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from backend.workflow import events
from backend.workflow.bpmn import read
from backend.workflow.findings import PackRefused
from backend.workflow.packs import folder_files, read_pack
from tests.workflow.drawn import HEAD, lines

BASELINE = folder_files(Path(__file__).parents[2] / "processes" / "baseline")
NAMED = (
    '<bpmn:message id="M" name="report_attached"/><bpmn:signal id="Sig" name="police"/><bpmn:error id="Err" errorCode="refused"/>'
    '<bpmn:escalation id="Esc" escalationCode="worse"/>'
)


def said(body: str) -> list[str]:
    """The findings about one process, `body` in lines before `|` and XML after it."""
    drawn, _, xml = body.partition("|")
    source = f'{HEAD}<bpmn:process id="P" isExecutable="true">{lines(drawn)}{xml}</bpmn:process>{NAMED}</bpmn:definitions>'
    pack = replace(read_pack(BASELINE), diagrams={"p.bpmn": read("p.bpmn", source)}, start="P")
    return [f"{finding.element}: {finding.sentence}" for check in events.CHECKS for finding in check(pack)]


def event(kind: str, name: str, inner: str, **attributes: str) -> str:
    said_of = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f'<bpmn:{kind} id="{name}"{said_of}>{inner}</bpmn:{kind}>'


def definition(kind: str, ref: str = "") -> str:
    return f"<bpmn:{kind}EventDefinition{f' {kind}Ref={chr(34)}{ref}{chr(34)}' if ref else ''}/>"


SIGNAL, ERROR, ESCALATION, MESSAGE = (
    definition("signal", "Sig"),
    definition("error", "Err"),
    definition("escalation", "Esc"),
    definition("message", "M"),
)
FLAT = "startEvent S\nendEvent E\nS -> X\nX -> E|"
GROUP = "startEvent S\nendEvent E\nS -> G\nG -> E|"
INSIDE = lines("startEvent IS\nuserTask A\nendEvent IE\nIS -> A\nA -> IE").replace('id="f', 'id="i')

WRONG = [
    (FLAT + event("intermediateCatchEvent", "X", ""), "X: It does not say what it waits for"),
    (FLAT + event("intermediateThrowEvent", "X", MESSAGE), "X: A message is something the case gets"),
    (FLAT + event("intermediateThrowEvent", "X", definition("signal")), "X: The signal has no name"),
    (FLAT + event("intermediateThrowEvent", "X", SIGNAL), "X: Nothing waits for the signal “police”"),
    (FLAT + event("intermediateCatchEvent", "X", SIGNAL), "X: Nothing gives the signal “police”"),
    (FLAT + event("intermediateCatchEvent", "X", ERROR), "X: It cannot have an event of the kind “error”"),
    (FLAT + event("intermediateThrowEvent", "X", ESCALATION), "X: Nothing around it deals with the escalation “worse”"),
    ("startEvent S\nS -> E|" + event("endEvent", "E", ERROR), "E: Nothing around it deals with the error “refused”"),
    ("startEvent S\nS -> E|" + event("endEvent", "E", MESSAGE), "E: A message is something the case gets"),
    ("endEvent E\nS -> E|" + event("startEvent", "S", SIGNAL), "S: It waits for something before anything begins"),
    (FLAT + '<bpmn:userTask id="X"/>' + event("boundaryEvent", "T", ERROR, attachedToRef="X"), "T: Nothing can be raised inside"),
    (GROUP + f'<bpmn:subProcess id="G">{INSIDE}</bpmn:subProcess>' + event("boundaryEvent", "T", ERROR, attachedToRef="G", cancelActivity="false"), "T: An error always ends"),
    (GROUP + f'<bpmn:subProcess id="G">{INSIDE}<bpmn:subProcess id="W" triggeredByEvent="true"><bpmn:startEvent id="WS"/></bpmn:subProcess></bpmn:subProcess>', "W: It does not say what it begins with"),
    (
        GROUP + f'<bpmn:subProcess id="G">{INSIDE}' + "".join(
            f'<bpmn:subProcess id="W{n}" triggeredByEvent="true">{event("startEvent", f"WS{n}", MESSAGE)}</bpmn:subProcess>' for n in (1, 2)
        ) + "</bpmn:subProcess>",
        "WS2: Another part of this diagram already begins with “report_attached”",
    ),
    ("startEvent S\neventBasedGateway Y\nuserTask A\nS -> Y\nY -> A", "Y: It has nothing to choose between"),
    ("startEvent S\neventBasedGateway Y\nuserTask A\nuserTask B\nS -> Y\nY -> A\nY -> B", "A: “Whichever comes first” leads here"),
    ("startEvent S\neventBasedGateway Y\nS -> Y\nY -> A\nY -> B|" + event("intermediateCatchEvent", "A", MESSAGE) + event("intermediateCatchEvent", "B", MESSAGE), "Y: Two of its ways wait for the same"),
    (FLAT + '<bpmn:userTask id="X"><bpmn:standardLoopCharacteristics/></bpmn:userTask>', "X: It does not say how long it is repeated"),
    (FLAT + '<bpmn:serviceTask id="X"><bpmn:standardLoopCharacteristics><bpmn:loopCondition>is_asb</bpmn:loopCondition></bpmn:standardLoopCharacteristics></bpmn:serviceTask>', "X: A case could go round here"),
    (FLAT + '<bpmn:userTask id="X"><bpmn:multiInstanceLoopCharacteristics/></bpmn:userTask>', "X: It does not say how often it happens"),
    (FLAT + '<bpmn:userTask id="X"><bpmn:extensionElements><spiffworkflow:properties><spiffworkflow:property name="each" value="dog"/></spiffworkflow:properties></bpmn:extensionElements><bpmn:multiInstanceLoopCharacteristics/></bpmn:userTask>', "X: “dog” is not a group of people"),
    (FLAT + '<bpmn:userTask id="X"><bpmn:extensionElements><spiffworkflow:properties><spiffworkflow:property name="each" value="respondent"/></spiffworkflow:properties></bpmn:extensionElements></bpmn:userTask>', "X: It is for each of several people, but"),
    (FLAT + '<bpmn:exclusiveGateway id="X"><bpmn:standardLoopCharacteristics loopMaximum="2"/></bpmn:exclusiveGateway>', "X: Only a step or a group can be repeated"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "words"), WRONG, ids=[words for _, words in WRONG])
def test_an_event_that_cannot_be_run_right_is_found_by_its_element(body: str, words: str) -> None:
    found = said(body)
    assert any(sentence.startswith(words) for sentence in found), found


def test_an_error_in_a_called_diagram_is_dealt_with_where_it_is_called() -> None:
    called = f'{HEAD}<bpmn:process id="Q" isExecutable="true"><bpmn:startEvent id="QS"/><bpmn:sequenceFlow id="q" sourceRef="QS" targetRef="QE"/>{event("endEvent", "QE", ERROR)}</bpmn:process>{NAMED}</bpmn:definitions>'
    for caught in (True, False):
        limit = event("boundaryEvent", "T", ERROR, attachedToRef="C") if caught else ""
        calling = f'{HEAD}<bpmn:process id="P" isExecutable="true">{lines("startEvent S")}<bpmn:callActivity id="C" calledElement="Q"/>{limit}</bpmn:process>{NAMED}</bpmn:definitions>'
        diagrams = {"p.bpmn": read("p.bpmn", calling), "q.bpmn": read("q.bpmn", called)}
        pack = replace(read_pack(BASELINE), diagrams=diagrams, start="P")
        assert [finding.element for finding in events.check_told(pack)] == ([] if caught else ["QE"])


def test_an_event_of_two_kinds_at_once_is_refused() -> None:
    source = f'{HEAD}<bpmn:process id="P">{event("intermediateCatchEvent", "X", SIGNAL + MESSAGE)}</bpmn:process>{NAMED}</bpmn:definitions>'
    with pytest.raises(PackRefused, match="several things at once"):
        read("p.bpmn", source)


def test_the_number_of_a_round_may_be_asked_for_inside_rounds_only() -> None:
    many = "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>3</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>"
    body = f'{lines("startEvent S")}<bpmn:callActivity id="C" calledElement="Q">{many}</bpmn:callActivity><bpmn:subProcess id="G">{many}{INSIDE}</bpmn:subProcess><bpmn:userTask id="X"/>'
    calling = f'{HEAD}<bpmn:process id="P" isExecutable="true">{body}</bpmn:process></bpmn:definitions>'
    called = f'{HEAD}<bpmn:process id="Q" isExecutable="true"><bpmn:startEvent id="QS"/></bpmn:process></bpmn:definitions>'
    pack = replace(read_pack(BASELINE), diagrams={"p.bpmn": read("p.bpmn", calling), "q.bpmn": read("q.bpmn", called)}, start="P")
    assert events.rounds(pack) == {"C", "G", "QS", "IS", "A", "IE"}


WAIT = event("intermediateCatchEvent", "W", SIGNAL)
GIVE = event("intermediateThrowEvent", "Z", SIGNAL)


def test_a_signal_that_is_only_given_after_the_wait_for_it_is_found_and_one_given_beside_it_is_not() -> None:
    after = said("startEvent S\nendEvent E\nS -> W\nW -> Z\nZ -> E|" + WAIT + GIVE)
    assert after == ["W: The signal “police” is only given after this wait, so it would last for ever."]
    loop = 'startEvent S\nexclusiveGateway R\nparallelGateway F\nparallelGateway J\nexclusiveGateway G default="f10"\nendEvent E\n'
    beside = said(
        loop + "S -> R\nR -> F\nF -> W\nF -> A\nA -> Z\nW -> J\nZ -> J\nJ -> G\nG -> R: is_asb\nG -> E\nuserTask A|" + WAIT + GIVE
    )
    assert beside == []


def test_a_part_that_a_signal_begins_does_not_give_that_signal() -> None:
    start = event("startEvent", "WS", SIGNAL, isInterrupting="false")
    flow = '<bpmn:sequenceFlow id="v" sourceRef="WS" targetRef="Z"/>'
    body = f'<bpmn:subProcess id="V" triggeredByEvent="true">{start}{GIVE}{flow}</bpmn:subProcess>'
    assert "Z: It would begin the part that it stands in, again and again." in said("startEvent S\nendEvent E\nS -> E|" + body)


@pytest.mark.parametrize("count", ["0", "-3", "101", "1000000"])
def test_a_plain_number_of_times_is_within_bounds(count: str) -> None:
    many = f"<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>{count}</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>"
    found = said(FLAT + f'<bpmn:userTask id="X">{many}</bpmn:userTask>')
    assert found == [f"X: “{count}” is not a number of times from 1 to 100."]
