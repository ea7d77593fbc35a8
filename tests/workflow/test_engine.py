"""The engine runs what is drawn: nothing lost, nothing twice, nothing growing."""

from __future__ import annotations

import json
from datetime import timedelta
from itertools import product

import pytest
import SpiffWorkflow.bpmn.workflow as spiff_workflow
from SpiffWorkflow.bpmn.script_engine import TaskDataEnvironment

from backend.workflow.engine import EngineError
from backend.workflow.expressions import ExpressionError
from tests.workflow.drawn import NOW, House, Walk, bpmn, lines

SEND = (
    '<bpmn:serviceTask id="Send"><bpmn:extensionElements><spiffworkflow:serviceTaskOperator id="send"><spiffworkflow:parameters>'
    '<spiffworkflow:parameter id="letter" type="str" value="\'warning\'"/></spiffworkflow:parameters></spiffworkflow:serviceTaskOperator>'
    "</bpmn:extensionElements></bpmn:serviceTask>"
)
TOOLBOX = bpmn(
    lines("startEvent S\nS -> Box\nBox -> E\nendEvent E")
    + '<bpmn:adHocSubProcess id="Box"><bpmn:userTask id="Warn"/><bpmn:sequenceFlow id="g1" sourceRef="Warn" targetRef="Send"/>'
    + SEND
    + '<bpmn:userTask id="Close"/><bpmn:completionCondition>finished</bpmn:completionCondition></bpmn:adHocSubProcess>'
)
LOOP = bpmn(
    lines(
        """
        startEvent S
        exclusiveGateway Round
        parallelGateway Split
        userTask A
        userTask B
        parallelGateway Join
        userTask Review
        exclusiveGateway Again default="f10"
        endEvent E
        S -> Round
        Round -> Split
        Split -> A
        Split -> B
        A -> Join
        B -> Join
        Join -> Review
        Review -> Again
        Again -> Round: again
        Again -> E
        """
    )
)


def toolbox() -> Walk:
    walk = Walk(TOOLBOX, facts={"finished": False})
    walk.step("begin")
    return walk


def pick(walk: Walk, element: str, **scope: int) -> None:
    assert walk.outcome is not None
    offer = next(offer for offer in walk.outcome.offers if offer.element == element)
    walk.step("start_tool", offer.toolbox, element, scope)


def test_a_toolbox_offers_its_tools_and_starts_none_by_itself() -> None:
    walk = toolbox()
    assert walk.open == [] and walk.outcome and [offer.element for offer in walk.outcome.offers] == ["Warn", "Close"]


def test_a_tool_can_be_started_for_several_people_side_by_side_and_again() -> None:
    walk = toolbox()
    for party in (1, 2, 1):
        pick(walk, "Warn", party=party)
    assert walk.open == ["Warn"] * 3
    for _ in range(3):
        walk.do("Warn")
    assert [effect.scope["party"] for effect in walk.house.effects] == [1, 2, 1]


def test_the_stage_ends_when_its_condition_holds_and_running_tools_are_done() -> None:
    walk = toolbox()
    pick(walk, "Warn", party=1)
    pick(walk, "Close")
    walk.do("Close", finished=True)
    assert walk.outcome and not walk.outcome.ended
    walk.do("Warn")
    assert walk.outcome.ended == "E"


def test_what_is_written_for_one_person_is_not_seen_for_another() -> None:
    walk = toolbox()
    pick(walk, "Warn", party=1)
    pick(walk, "Warn", party=2)
    walk.do("Warn", signed=True)
    assert "signed" not in walk.facts


def test_the_saved_state_does_not_grow_with_the_tools_used() -> None:
    walk = toolbox()
    sizes = []
    for _ in range(12):
        pick(walk, "Warn", party=1)
        walk.do("Warn")
        assert walk.outcome is not None
        sizes.append(len(json.dumps(walk.outcome.state)))
    assert len(set(sizes)) == 1


def test_an_operation_that_fails_stops_its_branch_only_and_can_be_tried_again() -> None:
    walk = toolbox()
    pick(walk, "Warn", party=1)
    walk.house.broken = True
    outcome = walk.do("Warn")
    assert [(t.element, "RuntimeError" in t.sentence) for t in outcome.troubles] == [("Send", True)]
    pick(walk, "Warn", party=2)
    assert walk.open == ["Warn"]
    walk.house.broken = False
    assert walk.step("retry", outcome.troubles[0].id).troubles == []
    assert len(walk.house.effects) == 1


def test_a_replayed_operation_bears_the_same_key() -> None:
    walk = toolbox()
    pick(walk, "Warn", party=1)
    before, task = walk.outcome, walk.outcome.open[0] if walk.outcome else None
    assert task is not None
    walk.step("complete", task.id, {})
    walk.outcome = before
    walk.step("complete", task.id, {})
    assert len(walk.house.effects) == 2 and len({effect.key for effect in walk.house.effects}) == 1


@pytest.mark.parametrize("orders", list(product("AB", repeat=3)))
def test_a_parallel_block_on_a_loop_runs_each_step_once_a_pass(orders: tuple[str, ...]) -> None:
    walk = Walk(LOOP, facts={"again": True})
    walk.step("begin")
    for number, first in enumerate(orders):
        assert walk.open == ["A", "B"]
        walk.do(first)
        walk.do("B" if first == "A" else "A")
        assert walk.open == ["Review"]
        walk.do("Review", again=number < len(orders) - 1)
    assert walk.outcome and walk.outcome.ended == "E"


def test_three_hundred_passes_leave_the_state_as_small_as_five() -> None:
    walk = Walk(bpmn(lines('startEvent S\nuserTask A\nexclusiveGateway G default="f4"\nendEvent E\nS -> A\nA -> G\nG -> A: again\nG -> E')))
    walk.facts["again"] = True
    walk.step("begin")
    sizes = {}
    for number in range(1, 301):
        walk.do("A")
        assert walk.open == ["A"] and walk.outcome
        sizes[number] = len(json.dumps(walk.outcome.state))
    assert sizes[300] <= sizes[5] * 1.1


NEWS = (
    '<bpmn:subProcess id="News" triggeredByEvent="true"><bpmn:startEvent id="NS" isInterrupting="false"><bpmn:messageEventDefinition id="md" messageRef="M2"/></bpmn:startEvent>'
    + '<bpmn:sequenceFlow id="h1" sourceRef="NS" targetRef="Review"/><bpmn:userTask id="Review"/><bpmn:sequenceFlow id="h2" sourceRef="Review" targetRef="NE"/><bpmn:endEvent id="NE"/></bpmn:subProcess>'
)
EVENT = bpmn(lines("startEvent S\nuserTask A\nendEvent E\nS -> A\nA -> E") + NEWS)


def test_an_event_can_happen_again_and_again_and_the_case_waits_for_it() -> None:
    walk = Walk(EVENT)
    walk.step("begin")
    walk.step("deliver", "incident", {}, {"party": 7})
    walk.step("deliver", "incident", {}, {})
    assert walk.open == ["A", "Review", "Review"]
    walk.do("A")
    assert walk.outcome and not walk.outcome.ended
    walk.do("Review")
    walk.do("Review")
    assert walk.outcome.ended == "E"


def test_an_event_in_one_case_does_not_start_by_itself_in_the_next() -> None:
    walk = Walk(EVENT)
    walk.step("begin")
    walk.step("deliver", "incident", {}, {})
    again = Walk(EVENT)
    again.diagrams = walk.diagrams
    again.step("begin")
    assert again.open == ["A"]


WAIT = bpmn(
    lines('startEvent S\nendEvent E\nendEvent Late\nS -> R\nR -> E\nT -> Late\nreceiveTask R messageRef="M1"')
    + '<bpmn:boundaryEvent id="T" attachedToRef="R"><bpmn:timerEventDefinition id="te"><bpmn:timeDate>days(28, since=sent_at)</bpmn:timeDate></bpmn:timerEventDefinition></bpmn:boundaryEvent>'
)


def test_a_dated_timer_asks_the_clock_it_is_given() -> None:
    walk = Walk(WAIT, facts={"sent_at": NOW})
    assert walk.step("begin").due_at == NOW + timedelta(days=28)
    walk.house.now = NOW + timedelta(days=27)
    assert not walk.step("tick").ended
    walk.house.now = NOW + timedelta(days=28)
    assert walk.step("tick").ended == "Late"


def test_a_message_ends_the_wait_before_the_timer() -> None:
    walk = Walk(WAIT, facts={"sent_at": NOW})
    walk.step("begin")
    assert walk.step("deliver", "news", {}, {}).ended == "E"


def test_a_timer_that_cannot_be_worked_out_is_a_fault_with_a_reason() -> None:
    walk = Walk(WAIT, facts={"sent_at": None})
    outcome = walk.step("begin")
    assert [trouble.element for trouble in outcome.troubles] == ["T"]
    walk.facts["sent_at"] = NOW
    assert walk.step("retry", outcome.troubles[0].id).due_at == NOW + timedelta(days=28)


def test_a_decision_without_a_way_out_is_a_fault_and_not_an_end() -> None:
    walk = Walk(
        bpmn(
            lines('startEvent S\nexclusiveGateway G\nendEvent E\nendEvent F\nS -> G\nG -> E: severity == "low"\nG -> F: severity == "mid"')
        )
    )
    walk.facts["severity"] = "high"
    outcome = walk.step("begin")
    assert not outcome.ended and "None of the ways out" in outcome.troubles[0].sentence


def test_a_diagram_that_goes_round_without_anybody_is_stopped() -> None:
    walk = Walk(
        bpmn(
            lines(
                'startEvent S\nexclusiveGateway G default="f2"\nexclusiveGateway H default="f3"\nendEvent E\nS -> G\nG -> H\nH -> G\nG -> E: stop'
            )
        )
    )
    walk.facts["stop"] = False
    with pytest.raises(EngineError, match="circles"):
        walk.step("begin")


def test_a_task_that_is_not_open_cannot_be_completed() -> None:
    walk = Walk(EVENT)
    outcome = walk.step("begin")
    walk.do("A")
    with pytest.raises(EngineError, match="no longer open"):
        walk.step("complete", outcome.open[0].id, {})


def test_a_workflow_that_nobody_gave_an_engine_runs_nothing() -> None:
    with pytest.raises(ExpressionError):
        spiff_workflow.PythonScriptEngine().environment.evaluate("1", {})
    with pytest.raises(ExpressionError):
        TaskDataEnvironment().evaluate("1", {})


def test_a_fact_named_typename_is_harmless() -> None:
    walk = Walk(EVENT)
    walk.step("begin")
    walk.step("deliver", "incident", {"typename": "datetime"}, {"typename": "photo"})
    walk.do("Review")
    walk.do("A")
    assert walk.outcome and walk.outcome.ended == "E"


def test_the_house_is_asked_for_the_table() -> None:
    body = lines("startEvent S\nuserTask A\nendEvent E\nS -> T\nT -> A\nA -> E\nbusinessRuleTask T")
    walk = Walk(bpmn(body), house=House())
    walk.step("begin")
    assert walk.facts["severity"] == "high"


LOOP_BESIDE = bpmn(
    lines(
        """
        startEvent S
        exclusiveGateway R
        parallelGateway F
        userTask A
        userTask C
        parallelGateway J
        userTask D
        exclusiveGateway G default="f10"
        endEvent E
        S -> R
        R -> F
        F -> A
        F -> C
        A -> J
        C -> J
        J -> D
        D -> G
        G -> R: again
        G -> E
        """
    )
    + NEWS
)


def test_a_join_on_a_loop_waits_for_this_round_while_something_else_is_open() -> None:
    walk = Walk(LOOP_BESIDE, facts={"again": True})
    walk.step("begin")
    walk.step("deliver", "incident", {}, {})
    for _ in range(3):
        walk.do("A")
        assert walk.open == ["C", "Review"]
        walk.do("C")
        assert walk.open == ["D", "Review"]
        walk.do("D")
        assert walk.open == ["A", "C", "Review"]


def test_the_state_does_not_grow_while_something_else_is_open() -> None:
    walk = Walk(LOOP_BESIDE, facts={"again": True})
    walk.step("begin")
    walk.step("deliver", "incident", {}, {})
    sizes = []
    for _ in range(40):
        for task in ("A", "C", "D"):
            walk.do(task)
        assert walk.outcome is not None
        sizes.append(len(json.dumps(walk.outcome.state)))
    assert sizes[-1] <= sizes[2] * 1.1


FORKED_TOOL = bpmn(
    lines("startEvent S\nS -> Box\nBox -> E\nendEvent E")
    + '<bpmn:adHocSubProcess id="Box">'
    + lines("userTask A\nparallelGateway F\nuserTask B\nuserTask C\nparallelGateway J\nuserTask D")
    + "".join(
        f'<bpmn:sequenceFlow id="t{n}" sourceRef="{a}" targetRef="{b}"/>'
        for n, (a, b) in enumerate([("A", "F"), ("F", "B"), ("F", "C"), ("B", "J"), ("C", "J"), ("J", "D")])
    )
    + "<bpmn:completionCondition>finished</bpmn:completionCondition></bpmn:adHocSubProcess>"
)


def test_a_tool_with_a_parallel_block_runs_twice_side_by_side_without_losing_a_step() -> None:
    walk = Walk(FORKED_TOOL, facts={"finished": False})
    walk.step("begin")
    pick(walk, "A", party=1)
    pick(walk, "A", party=2)
    walk.do("A")
    walk.do("A")
    assert walk.open == ["B", "B", "C", "C"]
    for task in ("B", "B", "C"):
        walk.do(task)
    assert walk.open == ["C", "D"]
    walk.do("C")
    assert walk.open == ["D", "D"]
    assert walk.outcome and sorted(task.scope["party"] for task in walk.outcome.open) == [1, 2]


def test_after_an_outage_the_timer_that_fell_due_first_strikes_first() -> None:
    body = lines("startEvent S\nendEvent E\nendEvent Late\nS -> Sub\nSub -> E\nT -> Late")
    inner = lines("startEvent IS\nendEvent IE\nIS -> Wait\nWait -> IE").replace('id="f', 'id="i')
    due = '<bpmn:timerEventDefinition id="{}"><bpmn:timeDate>days({}, since=sent_at)</bpmn:timeDate></bpmn:timerEventDefinition>'
    wait = f'<bpmn:intermediateCatchEvent id="Wait">{due.format("d1", 9)}</bpmn:intermediateCatchEvent>'
    limit = f'<bpmn:boundaryEvent id="T" attachedToRef="Sub">{due.format("d2", 5)}</bpmn:boundaryEvent>'
    walk = Walk(bpmn(body + f'<bpmn:subProcess id="Sub">{inner}{wait}</bpmn:subProcess>{limit}'), facts={"sent_at": NOW})
    walk.step("begin")
    walk.house.now = NOW + timedelta(days=10)
    assert walk.step("tick").ended == "Late"
