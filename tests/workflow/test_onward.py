"""What finishing a step starts is told before it is done: by the drawing, and by the facts that cannot change on the way."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from backend.rules.working_time import Calendar
from backend.workflow import onward
from backend.workflow.behind import steps_before
from backend.workflow.onward import DOES, ENDS, JOINS, OFFERS, OPENS, WAITS, Event
from backend.workflow.packs import Pack, read_pack
from tests.workflow.drawn import bpmn, lines

FORM = '{"title": "F", "questions": [{"key": "good", "label": "Good?", "type": "yes_no", "fact": "good"}]}'
OTHER = '{"title": "G", "questions": [{"key": "known", "label": "Known?", "type": "yes_no", "fact": "known"}]}'


def drawn(body: str, **others: str) -> Pack:
    files = {"pack.toml": 'title = "T"\nstart = "P"\n', "p.bpmn": bpmn(lines(body)), "forms/f.json": FORM, "forms/g.json": OTHER}
    for process, inner in others.items():
        files[f"{process.lower()}.bpmn"] = bpmn(lines(inner).replace('id="f', f'id="{process}f'), process).replace(
            "Definitions_1", f"D{process}"
        )
    return read_pack(files)


def follows(
    pack: Pack, step: str, *live: str, facts: dict[str, Any] | None = None, given: tuple[str, ...] = ("good",)
) -> list[tuple[str, str, str]]:
    """(kind, element, condition) of what finishing a step starts."""
    instance: Any = SimpleNamespace(active=[step, *live], facts=facts or {}, landlord=SimpleNamespace(calendar=Calendar()))
    walk = onward._Walk(instance, pack, step)
    events = walk.after(pack.elements[step], onward._Way(frozenset(given), (step,)))
    return [(e.kind, e.element, "/".join(said for _, said in e.when)) for e in events]


FORK = "startEvent S\nuserTask A\nexclusiveGateway X default='f4'\nuserTask B\nuserTask C\nendEvent E\nS -> A\nA -> X\nX -> B: {}\nX -> C\nB -> E\nC -> E"


def test_the_next_task_is_what_opens() -> None:
    assert follows(drawn("startEvent S\nuserTask A\nuserTask B\nendEvent E\nS -> A\nA -> B\nB -> E"), "A") == [(OPENS, "B", "")]


def test_a_decision_about_the_answers_is_told_with_its_condition() -> None:
    assert follows(drawn(FORK.format("good")), "A") == [(OPENS, "B", "good"), (OPENS, "C", "otherwise")]


def test_a_decision_about_what_is_known_already_is_made_before() -> None:
    pack = drawn(FORK.format("known"))
    assert follows(pack, "A", facts={"known": True}) == [(OPENS, "B", "")]
    assert follows(pack, "A", facts={"known": False}) == [(OPENS, "C", "")]
    assert [event[2] for event in follows(pack, "A", facts={"known": True}, given=("known",))] == ["known", "otherwise"]


def test_what_comes_on_either_way_is_told_without_a_condition() -> None:
    body = "startEvent S\nuserTask A\nexclusiveGateway X default='f4'\nintermediateThrowEvent M\nexclusiveGateway Y default='f6'\nuserTask B\nendEvent E\nS -> A\nA -> X\nX -> M: good\nX -> Y\nM -> Y\nY -> B\nB -> E"
    assert follows(drawn(body), "A") == [(OPENS, "B", "")]


def test_a_called_diagram_is_walked_into_and_out_of() -> None:
    pack = drawn(
        "startEvent S\ncallActivity Call calledElement='Q'\nuserTask B\nendEvent E\nS -> Call\nCall -> B\nB -> E",
        Q="startEvent QS\nuserTask QA\nuserTask QB\nendEvent QE\nQS -> QA\nQA -> QB\nQB -> QE",
    )
    assert follows(pack, "QA", "Call") == [(OPENS, "QB", "")]
    assert follows(pack, "QB", "Call") == [(OPENS, "B", "")]
    assert follows(pack, "B") == [(ENDS, "E", "")]


def test_a_join_waits_for_what_goes_on_beside_it() -> None:
    body = "startEvent S\nparallelGateway X\nuserTask A\nuserTask B\nparallelGateway J\nuserTask C\nendEvent E\nS -> X\nX -> A\nX -> B\nA -> J\nB -> J\nJ -> C\nC -> E"
    assert follows(drawn(body), "A", "B") == [(JOINS, "J", "")]
    assert follows(drawn(body), "A") == [(OPENS, "C", "")]


def test_the_same_question_further_on_has_the_same_answer() -> None:
    body = "startEvent S\nuserTask A\nexclusiveGateway X default='f4'\nuserTask B\nexclusiveGateway Y default='f6'\nuserTask C\nuserTask D\nendEvent E\nS -> A\nA -> X\nX -> B: not good\nX -> Y\nY -> C: good\nY -> D\nB -> E\nC -> E\nD -> E"
    assert follows(drawn(body), "A") == [(OPENS, "B", "not good"), (OPENS, "C", "otherwise")]


def test_a_way_round_ends() -> None:
    body = "startEvent S\nexclusiveGateway Y default='f2'\nuserTask A\nexclusiveGateway X default='f4'\nuserTask B\nendEvent E\nS -> Y\nY -> A\nA -> X\nX -> B\nX -> Y: good\nB -> E"
    assert set(follows(drawn(body), "A")) == {(OPENS, "B", "otherwise"), (OPENS, "A", "good")}


def test_groups_come_by_their_condition_and_say_a_thing_once() -> None:
    one, two, three = Event(OPENS, "a", "A"), Event(DOES, "b", "B", (("Q", "yes"),)), Event(WAITS, "c", "C")
    assert list(onward.grouped([two, one, one, three])) == [((), [one, three]), ((("Q", "yes"),), [two])]


def test_the_steps_before_are_the_nearest_that_people_do() -> None:
    pack = drawn(
        "startEvent S\nuserTask Z\nuserTask A\ncallActivity Call calledElement='Q'\nuserTask B\nendEvent E\nS -> Z\nZ -> A\nA -> Call\nCall -> B\nB -> E",
        Q="startEvent QS\nuserTask QA\nuserTask QB\nendEvent QE\nQS -> QA\nQA -> QB\nQB -> QE",
    )
    assert steps_before(pack, "B") == ["QB"] and steps_before(pack, "QA") == ["A"] and steps_before(pack, "Z") == []


def test_the_baselines_steps_are_all_foretold() -> None:
    from pathlib import Path

    from backend.workflow.bpmn import PEOPLE
    from backend.workflow.packs import flattened

    pack = read_pack(flattened(Path(__file__).parents[2] / "processes" / "baseline"))
    kinds = {
        event[0]
        for element in pack.elements.values()
        if element.kind in PEOPLE
        for event in follows(pack, element.id, given=tuple(pack.facts))
    }
    assert {OPENS, DOES, OFFERS} <= kinds
