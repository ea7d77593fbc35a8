"""The baseline's toolbox through the engine alone: tools twice at once in any order, what is advised, and what is drawn."""

from __future__ import annotations

import random
from itertools import combinations
from pathlib import Path

import pytest

from backend.workflow import check
from backend.workflow.bpmn import PEOPLE
from backend.workflow.packs import Pack, flattened, read_pack
from tests.workflow.record import toolbox
from tests.workflow.walking import PackWalk

#: What ends the stage, or changes which tools there are.
TURNING = {"Tool_ready", "Tool_escalate"}
#: The answers that lead furthest.
FURTHEST = {"cpw_kept": "notice", "review_asked": "yes"}


@pytest.fixture(scope="module")
def pack() -> Pack:
    return read_pack(flattened(Path(__file__).parents[2] / "processes" / "baseline"))


@pytest.fixture
def walk(pack: Pack) -> PackWalk:
    """A case in its toolbox."""
    begun = PackWalk(pack)
    toolbox(begun)
    return begun


@pytest.mark.parametrize("seed", range(3))
def test_every_tool_runs_twice_at_once_in_any_order_to_its_end(walk: PackWalk, seed: int) -> None:
    dice = random.Random(seed)
    tools = [offer.element for offer in walk.outcome.offers if offer.element not in TURNING] * 2
    dice.shuffle(tools)
    for tool in tools:
        walk.start(tool)
    while walk.outcome.open:
        task = dice.choice(walk.outcome.open)
        walk.step("complete", task.id, walk._answers(task, FURTHEST))
    assert walk.outcome.troubles == [] and not walk.outcome.ended
    assert {offer.element for offer in walk.outcome.offers} >= set(tools)


def test_every_task_of_every_tool_is_come_to(walk: PackWalk) -> None:
    """Each of a partner's powers at once too: none reads which power another run is about."""
    dice, done = random.Random(7), set[str]()
    offered = [offer.element for offer in walk.outcome.offers if offer.element not in TURNING]
    powers = [option.value for option in walk.contents.forms["partner-talk"].questions[0].options]
    for tool in [*offered, *["Tool_partner_power"] * (len(powers) - 1)]:
        walk.start(tool)
    while walk.outcome.open:
        task = dice.choice(walk.outcome.open)
        done.add(task.element)
        further = {"partner_power": powers.pop()} if task.element == "Partner_talk" else {}
        walk.step("complete", task.id, walk._answers(task, {**FURTHEST, **further}))
    called = {walk.contents.elements[tool].called for tool in offered} - {""}
    tasks = {e.id for d in walk.contents.diagrams.values() if d.process in called for e in d.elements.values() if e.kind in PEOPLE}
    assert tasks and tasks <= done


def test_what_is_advised_follows_the_facts(walk: PackWalk) -> None:
    def unadvised(**facts: str | bool) -> set[str]:
        walk.facts.update(facts)
        walk.step("tick")
        return {offer.element for offer in walk.outcome.offers if offer.reason}

    talking = {"Tool_mediation", "Tool_restorative", "Tool_gna"}
    assert unadvised(category="NOI", harm="annoyance", severity="low", risk_band="low") == {"Tool_cpw", "Tool_asb_unit", "Tool_meeting"}
    assert unadvised(risk_band="high") == talking | {"Tool_self_help", "Tool_environmental_health"}
    assert unadvised(risk_band="low", disclosed=True) >= talking
    assert unadvised(disclosed=False, category="ALC", harm="distress") & talking == set()


def test_tools_do_not_cover_each_other_and_each_stands_in_its_toolbox(pack: Pack) -> None:
    drawn = next(diagram for diagram in pack.diagrams.values() if diagram.process == "PutRight")
    stage = drawn.boxes["PutRight_tools"]
    boxes = [drawn.boxes[tool.id] for tool in drawn.tools("PutRight_tools")]
    for one, other in combinations(boxes, 2):
        assert (
            one.x + one.width <= other.x
            or other.x + other.width <= one.x
            or one.y + one.height <= other.y
            or other.y + other.height <= one.y
        )
    assert all(stage.x < box.x and box.x + box.width < stage.x + stage.width for box in boxes)
    assert all(stage.y < box.y and box.y + box.height < stage.y + stage.height for box in boxes)


def test_every_tool_names_its_policy_and_its_heading(pack: Pack) -> None:
    drawn = next(diagram for diagram in pack.diagrams.values() if diagram.process == "PutRight")
    assert all(tool.properties["policy"] and tool.properties["group"] for tool in drawn.tools("PutRight_tools"))


BROKEN = [
    ("calledDecisionId>tools-offered<", "calledDecisionId>nosuch<", "The decision table “nosuch” does not exist."),
    ('name="advised" value="suits_talking"', 'name="advised" value="suits_talkin"', "“suits_talkin” is not a fact"),
    ('name="for" value="reporter witness"', 'name="for" value="reporter nobody"', "“reporter nobody” is nobody a tool can be for"),
]


@pytest.mark.parametrize(("old", "new", "words"), BROKEN)
def test_a_toolbox_that_names_what_is_not_there_is_found(old: str, new: str, words: str) -> None:
    files = flattened(Path(__file__).parents[2] / "processes" / "baseline")
    assert old in files["put-things-right.bpmn"]
    files["put-things-right.bpmn"] = files["put-things-right.bpmn"].replace(old, new, 1)
    assert any(words in finding.sentence for finding in check.findings(files))
