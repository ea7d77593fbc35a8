"""A branch that stopped can be ended: what it alone kept open goes with it, the rest goes on, and no case is left hanging."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from backend.workflow.engine import EngineError, Outcome
from tests.workflow.drawn import NOW, House, Walk, bpmn, lines
from tests.workflow.test_engine import NEWS, SEND, pick, toolbox


def begun(body: str, **facts: object) -> Walk:
    walk = Walk(bpmn(body), House(broken=True), facts=dict(facts))  # type: ignore[arg-type]
    walk.step("begin")
    return walk


def end(walk: Walk) -> Outcome:
    assert walk.outcome is not None
    return walk.step("abandon", walk.outcome.troubles[0].id)


TWO_ENDS = (
    lines(
        "startEvent S\nparallelGateway Split\nuserTask A\nS -> Split\nSplit -> A\nSplit -> Send\nA -> E\nSend -> F\nendEvent E\nendEvent F"
    )
    + SEND
)


def test_the_other_branch_goes_on_to_its_end() -> None:
    walk = begun(TWO_ENDS)
    assert end(walk).troubles == [] and walk.open == ["A"]
    assert walk.do("A").ended == "E"


def test_the_case_ends_at_once_when_the_other_branch_was_at_its_end_already() -> None:
    walk = begun(TWO_ENDS)
    assert walk.do("A").ended == ""
    assert end(walk).ended == "E"


def test_a_tool_that_stopped_is_ended_and_the_toolbox_goes_on() -> None:
    walk = toolbox()
    walk.house.broken = True
    for _ in range(2):
        pick(walk, "Warn", party=1)
    walk.do("Warn")
    outcome = end(walk)
    assert walk.open == ["Warn"] and [offer.element for offer in outcome.offers] == ["Warn", "Close"]
    walk.house.broken = False
    walk.do("Warn")
    pick(walk, "Close")
    assert walk.do("Close", finished=True).ended == "E"


def test_the_only_branch_of_a_case_cannot_be_ended() -> None:
    walk = begun(lines("startEvent S\nS -> Send\nSend -> E\nendEvent E") + SEND)
    with pytest.raises(EngineError, match="nothing to do and no end"):
        end(walk)


def test_the_main_line_cannot_be_ended_while_only_a_further_event_goes_on() -> None:
    walk = begun(lines("startEvent S\nS -> Send\nSend -> E\nendEvent E") + SEND + NEWS)
    walk.step("deliver", "incident", {}, {})
    assert walk.open == ["Review"]
    with pytest.raises(EngineError, match="nothing to do and no end"):
        end(walk)


def test_a_branch_that_others_wait_for_cannot_be_ended() -> None:
    walk = begun(
        lines("startEvent S\nparallelGateway Split\nuserTask A\nparallelGateway Together\nS -> Split\nSplit -> A\nSplit -> Send")
        + lines("A -> Together\nSend -> Together\nTogether -> E\nendEvent E").replace('id="f', 'id="g') + SEND
    )  # fmt: skip
    for _ in range(2):
        with pytest.raises(EngineError, match="wait for this branch for ever at “Together”"):
            end(walk)
        walk.house.broken = True
        if walk.open:
            walk.do("A")


def test_a_group_with_nothing_else_going_on_ends_with_its_branch_and_what_follows_it_does_not_happen() -> None:
    inner = lines("GS -> Send\nSend -> GE")
    group = f'<bpmn:subProcess id="Group"><bpmn:startEvent id="GS"/>{SEND}<bpmn:endEvent id="GE"/>{inner}</bpmn:subProcess>'
    group = group.replace('id="f', 'id="g')
    walk = begun(
        lines(
            "startEvent S\nparallelGateway Split\nuserTask A\nuserTask After\nS -> Split\nSplit -> A\nSplit -> Group\nA -> E\nGroup -> After\nAfter -> F\nendEvent E\nendEvent F"
        )
        + group
    )
    outcome = end(walk)
    assert (walk.open, outcome.active) == (["A"], ["A"])
    assert walk.do("A").ended == "E"


def test_a_reminder_that_cannot_be_worked_out_is_ended_and_its_task_stays() -> None:
    walk = begun(
        lines("startEvent S\nuserTask A\nS -> A\nA -> E\nR -> F\nendEvent E\nendEvent F") + reminder("R", "days(2, since=unknown_day)")
    )
    assert [t.element for t in walk.outcome.troubles] == ["R"] if walk.outcome else False
    assert end(walk).troubles == [] and walk.open == ["A"]
    assert walk.do("A").ended == "E"


def reminder(name: str, due: str, host: str = "A") -> str:
    timer = f"<bpmn:timerEventDefinition><bpmn:timeDate>{due}</bpmn:timeDate></bpmn:timerEventDefinition>"
    return f'<bpmn:boundaryEvent id="{name}" attachedToRef="{host}" cancelActivity="false">{timer}</bpmn:boundaryEvent>'


def test_the_reminders_of_a_group_that_is_ended_go_with_it() -> None:
    inner = lines("GS -> Send\nSend -> GE").replace('id="f', 'id="g')
    group = f'<bpmn:subProcess id="Group"><bpmn:startEvent id="GS"/>{SEND}<bpmn:endEvent id="GE"/>{inner}</bpmn:subProcess>'
    walk = begun(
        lines("startEvent S\nparallelGateway Split\nuserTask A\nuserTask After\nuserTask Look\nS -> Split\nSplit -> A\nSplit -> Group")
        + lines("A -> E\nGroup -> After\nAfter -> F\nR -> Look\nLook -> G\nendEvent E\nendEvent F\nendEvent G").replace('id="f', 'id="h')
        + group + reminder("R", "days(2, since=day)", "Group"),
        day=NOW,
    )  # fmt: skip
    assert walk.outcome and walk.outcome.due_at == NOW + timedelta(days=2)
    assert end(walk).due_at is None
    assert walk.do("A").ended == "E"


def test_a_timer_is_worked_out_again_by_the_calendar_alone_and_never_later_when_its_date_is_told() -> None:
    walk = begun(lines("startEvent S\nS -> W\nW -> E\nendEvent E") + catch("days(2, since=day)"), day=NOW)
    before = {"days": lambda count, since: since + timedelta(days=count)}

    def moved(by: int, told: bool) -> tuple[list[tuple[datetime, datetime]], datetime | None]:
        house = walk.house
        walk.house = Shifted(by)
        from backend.workflow.engine import Run

        assert walk.outcome is not None
        run = Run(walk.diagrams, walk.diagram.elements, walk.house, dict(walk.facts), walk.outcome.state)
        found = run.rearm(before, lambda element: told)
        walk.house = house
        return [(one.before, one.after) for one in found], run.outcome().due_at

    later, earlier = NOW + timedelta(days=3), NOW + timedelta(days=1)
    assert moved(1, told=False) == ([(NOW + timedelta(days=2), later)], later)
    assert moved(1, told=True) == ([(NOW + timedelta(days=2), later)], NOW + timedelta(days=2))
    assert moved(-1, told=True)[1] == earlier
    walk.facts["day"] = NOW + timedelta(days=40)
    assert moved(1, told=False) == ([], NOW + timedelta(days=2))


class Shifted(House):
    """A house whose calendar counts so many days more."""

    def __init__(self, by: int) -> None:
        super().__init__()
        self.by = by

    @property
    def functions(self) -> dict[str, object]:
        return {"days": lambda count, since: since + timedelta(days=count + self.by)}


def catch(due: str) -> str:
    timer = f"<bpmn:timerEventDefinition><bpmn:timeDate>{due}</bpmn:timeDate></bpmn:timerEventDefinition>"
    return f'<bpmn:intermediateCatchEvent id="W">{timer}</bpmn:intermediateCatchEvent>'


KIND = SEND.replace("'warning'", "kind")
BOX = bpmn(
    lines("startEvent S\nS -> Box\nBox -> E\nendEvent E")
    + '<bpmn:adHocSubProcess id="Box"><bpmn:userTask id="Warn"/><bpmn:sequenceFlow id="g1" sourceRef="Warn" targetRef="Send"/>'
    + KIND
    + "<bpmn:completionCondition>false</bpmn:completionCondition></bpmn:adHocSubProcess>"
)


def test_a_fact_is_corrected_where_the_step_reads_it() -> None:
    for known, own, everywhere in (({}, "mild", None), ({"kind": None}, "mild", None), ({"kind": 3}, None, "mild")):
        walk = Walk(BOX, facts=dict(known))
        walk.step("begin")
        pick(walk, "Warn", party=1)
        walk.house.broken = True
        walk.do("Warn")
        walk.house.broken = False
        assert walk.outcome
        walk.step("retry", walk.outcome.troubles[0].id, {"kind": "mild"})
        effect = walk.house.effects[0]
        assert (effect.parameters["letter"], effect.scope.get("kind"), walk.facts.get("kind")) == ("mild", own, everywhere)


def test_a_fact_of_the_branch_itself_is_corrected_there() -> None:
    walk = Walk(BOX, House(broken=True), facts={"kind": "case's own"})
    walk.step("begin")
    pick(walk, "Warn", party=1)
    walk.do("Warn", kind="wrong")
    walk.house.broken = False
    assert walk.outcome
    walk.step("retry", walk.outcome.troubles[0].id, {"kind": "mild"})
    assert walk.house.effects[0].scope["kind"] == "mild" and walk.facts["kind"] == "case's own"
