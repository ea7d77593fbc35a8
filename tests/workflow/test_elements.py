"""What is particular to single elements, said one by one; the random walks hold them all together."""

from __future__ import annotations

import pytest

from backend.workflow.bpmn import read
from backend.workflow.engine import EngineError, Run, build
from tests.workflow.drawn import House, Walk, bpmn, lines

NAMED = '<bpmn:signal id="Sig" name="police"/><bpmn:error id="Err" errorCode="refused"/></bpmn:definitions>'


class People(House):
    def people(self, group: str) -> list[int]:
        return [7, 8, 9] if group == "respondent" else []


def drawn(body: str, xml: str = "") -> str:
    return bpmn(lines(body) + xml).replace("</bpmn:definitions>", NAMED)


def repeated(inner: str, properties: str = "") -> str:
    said = (
        f"<bpmn:extensionElements><spiffworkflow:properties>{properties}</spiffworkflow:properties></bpmn:extensionElements>"
        if properties
        else ""
    )
    return drawn("startEvent S\nendEvent E\nS -> A\nA -> E", f'<bpmn:userTask id="A">{said}{inner}</bpmn:userTask>')


def test_a_task_for_each_respondent_is_offered_once_for_each_with_their_name_on_it() -> None:
    walk = Walk(
        repeated("<bpmn:multiInstanceLoopCharacteristics/>", '<spiffworkflow:property name="each" value="respondent"/>'), house=People()
    )
    walk.step("begin")
    assert walk.outcome and [task.scope["party"] for task in walk.outcome.open] == [7, 8, 9]
    for _ in range(3):
        walk.do("A", agreed=True)
    assert walk.outcome.ended == "E" and "agreed" not in walk.facts


def test_only_what_a_round_declares_goes_on_to_the_case() -> None:
    walk = Walk(
        repeated(
            "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>2</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>",
            '<spiffworkflow:property name="outputs" value="signed"/>',
        )
    )
    walk.step("begin")
    walk.do("A", signed=True, read=True)
    assert walk.facts == {"signed": True}


@pytest.mark.parametrize("count", ["101", "0 - 1", "'many'", "none", "1.5", "yes"])
def test_a_number_of_times_that_is_none_is_a_fault_with_a_reason(count: str) -> None:
    many = f"<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>{count}</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>"
    walk = Walk(repeated(many))
    outcome = walk.step("begin")
    assert [trouble.element for trouble in outcome.troubles] == ["A"] and "number of times" in outcome.troubles[0].sentence


def test_a_repetition_of_none_goes_straight_on() -> None:
    walk = Walk(
        repeated(
            "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>0</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>"
        )
    )
    assert walk.step("begin").ended == "E"


def test_an_error_that_nothing_deals_with_is_a_fault_that_names_it() -> None:
    end = '<bpmn:endEvent id="E"><bpmn:errorEventDefinition errorRef="Err"/></bpmn:endEvent>'
    walk = Walk(drawn("startEvent S\nS -> E", end))
    outcome = walk.step("begin")
    assert "deals with the error “refused”" in outcome.troubles[0].sentence and not outcome.ended


def test_a_wait_for_what_can_no_longer_come_is_said_and_not_silent() -> None:
    wait = '<bpmn:intermediateCatchEvent id="W"><bpmn:signalEventDefinition signalRef="Sig"/></bpmn:intermediateCatchEvent>'
    walk = Walk(drawn("startEvent S\nendEvent E\nS -> W\nW -> E", wait))
    outcome = walk.step("begin")
    assert [trouble.element for trouble in outcome.troubles] == ["W"] and "can no longer come" in outcome.troubles[0].sentence


def test_a_case_is_never_left_without_an_end() -> None:
    wait = '<bpmn:intermediateCatchEvent id="W"><bpmn:signalEventDefinition signalRef="Sig"/></bpmn:intermediateCatchEvent>'
    walk = Walk(drawn("startEvent S\nendEvent E\nS -> W\nW -> E", wait))
    trouble = walk.step("begin").troubles[0]
    before = walk.outcome
    with pytest.raises(EngineError, match="nothing to do and no end"):
        walk.step("abandon", trouble.id)
    assert walk.outcome is before


def test_news_of_one_person_ends_only_the_wait_about_that_person() -> None:
    each = '<bpmn:extensionElements><spiffworkflow:properties><spiffworkflow:property name="each" value="respondent"/></spiffworkflow:properties></bpmn:extensionElements><bpmn:multiInstanceLoopCharacteristics/>'
    walk = Walk(
        drawn("startEvent S\nendEvent E\nS -> R\nR -> E", f'<bpmn:receiveTask id="R" messageRef="M1">{each}</bpmn:receiveTask>'),
        house=People(),
    )
    walk.step("begin")
    for party in (8, 7):
        walk.step("deliver", "news", {}, {"party": party})
        assert walk.outcome and not walk.outcome.ended and walk.outcome.messages == ["news"]
    assert walk.step("deliver", "news", {}, {"party": 9}).ended == "E"


def test_every_saved_state_is_plain_json_of_known_shape() -> None:
    walk = Walk(
        repeated(
            "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>2</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>"
        )
    )
    state = walk.step("begin").state
    assert set(state) == {"format", "ended", "completed", "root", "trees", "scopes"} and state["format"] == 2


ABOUT = '<bpmn:extensionElements><spiffworkflow:properties><spiffworkflow:property name="about" value="subject"/>{}</spiffworkflow:properties></bpmn:extensionElements>'
CALLED = bpmn(lines("startEvent QS\nuserTask A\nendEvent QE\nQS -> A\nA -> QE").replace('id="f', 'id="q'), "Q")


def test_a_diagram_about_somebody_that_repeats_has_a_scope_for_each_round_and_one_within() -> None:
    each = ABOUT.format('<spiffworkflow:property name="each" value="respondent"/>') + "<bpmn:multiInstanceLoopCharacteristics/>"
    call = f'<bpmn:callActivity id="C" calledElement="Q">{each}</bpmn:callActivity>'
    source = drawn("startEvent S\nendEvent E\nS -> C\nC -> E", call)
    diagram, called = read("p.bpmn", source), read("q.bpmn", CALLED)
    run = Run(build("P", {"p": diagram, "q": called}), {**diagram.elements, **called.elements}, People(), {"subject": 7})
    run.begin()
    assert [task.scope["item"] for task in run.outcome().open] == [1, 2, 3]


def test_a_diagram_about_somebody_of_another_case_is_a_fault() -> None:
    class Strangers(House):
        def knows(self, person: int) -> bool:
            return False

    call = f'<bpmn:callActivity id="C" calledElement="Q">{ABOUT.format("")}</bpmn:callActivity>'
    diagram, called = read("p.bpmn", drawn("startEvent S\nendEvent E\nS -> C\nC -> E", call)), read("q.bpmn", CALLED)
    run = Run(build("P", {"p": diagram, "q": called}), {**diagram.elements, **called.elements}, Strangers(), {"subject": 7})
    run.begin()
    outcome = run.outcome()
    assert "not in this case" in outcome.troubles[0].sentence and outcome.open == []


def test_a_repetition_about_somebody_whose_count_was_wrong_goes_on_once_it_is_put_right() -> None:
    many = (
        ABOUT.format("")
        + "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>rounds</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>"
    )
    call = f'<bpmn:callActivity id="C" calledElement="Q">{many}</bpmn:callActivity>'
    diagram, called = read("p.bpmn", drawn("startEvent S\nendEvent E\nS -> C\nC -> E", call)), read("q.bpmn", CALLED)
    specs, elements = build("P", {"p": diagram, "q": called}), {**diagram.elements, **called.elements}
    run = Run(specs, elements, People(), {"subject": 7, "rounds": 500})
    run.begin()
    stopped = run.outcome()
    again = Run(specs, elements, People(), stopped.facts, stopped.state)
    again.retry(stopped.troubles[0].id, {"rounds": 2})
    outcome = again.outcome()
    assert (outcome.troubles, len(outcome.open)) == ([], 2)
