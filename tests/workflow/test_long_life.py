"""A case that lives for ten years: every task of every round is offered, and it never ends by itself."""

from __future__ import annotations

import json
from datetime import timedelta

from tests.workflow.drawn import Walk, bpmn, lines

PASSES, STEPS = 2_000, 10
REVIEW = '<bpmn:intermediateCatchEvent id="Wait"><bpmn:timerEventDefinition id="d"><bpmn:timeDate>days(1, since=reviewed_at)</bpmn:timeDate></bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>'
STEPS_DRAWN = "\n".join(f"userTask A{n}" for n in range(1, STEPS)) + "\n" + "\n".join(f"A{n} -> A{n + 1}" for n in range(1, STEPS - 1))
LIFE = bpmn(
    lines(
        'startEvent S\nexclusiveGateway R\nexclusiveGateway G default="f4"\nendEvent E\nS -> R\nR -> A1\nG -> R: again\nG -> E\nWait -> G\n'
        f"A{STEPS - 1} -> Wait\n{STEPS_DRAWN}"
    )
    + REVIEW
)


def live(passes: int) -> None:
    """`passes` rounds of nine tasks and a wait of almost two days each; then the end."""
    walk = Walk(LIFE, facts={"again": True})
    walk.step("begin")
    sizes = []
    for number in range(passes):
        for step in range(1, STEPS):
            assert walk.open == [f"A{step}"] and walk.outcome and not walk.outcome.ended
            last = number == passes - 1 and step == STEPS - 1
            walk.do(f"A{step}", again=not last, reviewed_at=walk.house.now)
        assert walk.open == [] and walk.outcome and walk.outcome.due_at == walk.house.now + timedelta(days=1)
        sizes.append(len(json.dumps(walk.outcome.state)))
        walk.house.now += timedelta(hours=44)
        walk.step("tick")
    assert walk.outcome and walk.outcome.ended == "E"
    assert max(sizes) - min(sizes) <= 2


def test_a_case_of_two_thousand_rounds_and_ten_years_offers_every_task_and_ends_only_at_its_end() -> None:
    live(PASSES)
