"""A landlord's pack says only what differs from the one it extends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from backend.workflow.check import findings
from backend.workflow.findings import PackRefused
from backend.workflow.overlay import lay_over
from backend.workflow.packs import Pack, flattened, read_pack

BASELINE = flattened(Path(__file__).parents[2] / "processes" / "baseline")
BASE = read_pack(BASELINE)


def laid(path: str, text: str) -> Pack:
    return read_pack(lay_over(BASELINE, {path: text}))


def test_a_promise_is_laid_over_by_its_code_and_says_only_what_differs() -> None:
    pack = laid(
        "promises.toml",
        '[[promise]]\ncode = "first-contact"\nlengths = [{ amount = 2, unit = "days" }]\n[[promise]]\ncode = "ours"\nname = "Ours"\nlengths = [{ amount = 1, unit = "days" }]',
    )
    assert pack.promises["first-contact"].lengths[0].words == "2 days"
    assert pack.promises["first-contact"].since == BASE.promises["first-contact"].since
    assert [*pack.promises] == [*BASE.promises, "ours"]


def test_a_role_is_named_otherwise_and_keeps_its_powers() -> None:
    pack = laid(
        "pack.toml",
        '[[role]]\ncode = "housing-officer"\nname = "Neighbourhood officer"\n[[role]]\ncode = "safety"\nname = "Safety officer"\npowers = ["work"]',
    )
    assert pack.roles["housing-officer"].name == "Neighbourhood officer" and pack.roles["safety"].powers == ("work",)
    assert pack.roles["housing-officer"].powers == BASE.roles["housing-officer"].powers


def test_standing_words_are_laid_over_word_by_word() -> None:
    pack = laid("letters.toml", 'complaint_contact = "our team on 01234"')
    assert pack.standing == {**BASE.standing, "complaint_contact": "our team on 01234"}


def test_a_form_that_extends_adds_moves_and_takes_away_questions_and_options() -> None:
    over = {
        "extends": True, "title": "Sort the report",
        "questions": [
            {"key": "where", "label": "Where?", "type": "line", "after": "emergency"},
            {"key": "adjustments_needed", "gone": True},
            {"key": "category", "hint": "Ours", "options": [{"value": "NOI", "label": "Loud noise"}, {"value": "DOG", "label": "Dogs", "after": "NOI"}]},
        ],
    }  # fmt: skip
    form, base = laid("forms/triage.json", json.dumps(over)).forms["triage"], BASE.forms["triage"]
    assert [q.key for q in form.questions[:3]] == ["emergency", "where", "is_asb"] and form.intro == base.intro
    assert "adjustments_needed" not in {q.key for q in form.questions}
    category = next(q for q in form.questions if q.key == "category")
    assert (category.hint, category.label) == ("Ours", "What kind is it mainly?")
    assert [o.label for o in category.options[:2]] == ["Loud noise", "Dogs"] and len(category.options) == 1 + len(
        next(q for q in base.questions if q.key == "category").options
    )


def test_a_step_is_said_otherwise_without_drawing_its_diagram_again() -> None:
    said = '[Tool_warning]\nname = "Letter of warning"\noffered = "escalated"\npolicy = "E-42"\ngroup = ""\n[Life_toolbox]\npublic = "Ours"\n[Tool_diary]\ncalls = "Cctv"'
    pack, base = laid("steps.toml", said), BASE
    step = pack.elements["Tool_warning"]
    assert (step.name, step.properties["offered"], "group" in step.properties) == ("Letter of warning", "escalated", False)
    assert step.properties["policy"] == base.elements["Tool_warning"].properties["policy"] + " E-42"
    assert pack.elements["Life_toolbox"].properties["public"] == "Ours" and pack.elements["Tool_diary"].called == "Cctv"
    assert pack.diagrams["triage.bpmn"] == base.diagrams["triage.bpmn"]


def test_a_role_with_another_name_gives_it_to_its_lanes() -> None:
    pack = laid("pack.toml", '[[role]]\ncode = "case-officer"\nname = "Neighbourhood officer"')
    lanes = {element.lane for diagram in pack.diagrams.values() for element in diagram.elements.values()}
    assert "Neighbourhood officer" in lanes and "Case officer" not in lanes
    assert pack.elements["News_contact"].properties["role"] == "Neighbourhood officer"


OURS = '[Tool_{0}]\ntoolbox = "PutRight_tools"\nname = "Ours {0}"\ncalls = "Cctv"\nfor = "case"\ngroup = "Gather evidence"\n'


def test_a_tool_is_added_to_the_toolbox_and_stands_in_a_place_of_its_own() -> None:
    files = lay_over(BASELINE, {"steps.toml": "".join(OURS.format(name) for name in "abcd")})
    assert findings(files) == []
    drawn = read_pack(files).diagrams["put-things-right.bpmn"]
    tools = [box for step, box in drawn.boxes.items() if step.startswith("Tool_")]
    assert len({(box.x, box.y) for box in tools}) == len(tools) == len([e for e in BASE.elements if e.startswith("Tool_")]) + 4
    frame, lane = drawn.boxes["PutRight_tools"], drawn.boxes["PutRight_lane1"]
    assert all(
        frame.x < box.x and box.x + box.width < frame.x + frame.width and box.y + box.height < frame.y + frame.height for box in tools
    )
    assert frame.y + frame.height < lane.y + lane.height


def test_a_line_is_taken_on_another_condition() -> None:
    pack = laid("steps.toml", "[Triage_f3]\ncondition = \"not is_asb and instead == 'advice'\"")
    assert pack.diagrams["triage.bpmn"].flows["Triage_f3"].condition == "not is_asb and instead == 'advice'"


def test_a_scenario_that_extends_says_which_of_its_steps_differ() -> None:
    over = """extends = true
replaces = "Ours goes to the team."
[[change]]
step = 2
expect = { owner = "tenancy-compliance-officer" }
[[change]]
step = 3
gone = true
[[insert]]
before = 2
wait = "1 days"
"""
    laid_over, base = laid("scenarios/children-playing.toml", over).scenarios["children-playing"], BASE.scenarios["children-playing"]
    assert [move.verb for move in laid_over.moves] == ["report", "wait", "do"] and laid_over.replaces and laid_over.people == base.people
    assert laid_over.moves[2].expected == {**base.moves[1].expected, "owner": "tenancy-compliance-officer"}
    assert laid_over.moves[2].said == base.moves[1].said
    assert laid_over.starts == base.starts and BASE.scenarios["children-playing"].moves[0].verb == "report"


@pytest.mark.parametrize(("path", "text", "words"), [
    ("steps.toml", '[Nosuch]\nname = "x"', "No diagram has this step,"),
    ("steps.toml", "Tool_diary = 1", "is not a list of texts"),
    ("steps.toml", "[", "cannot be read"),
    ("forms/ours.json", '{"extends": true}', "extends what the base does not have"),
])  # fmt: skip
def test_what_cannot_be_laid_over_is_a_finding_of_its_file(path: str, text: str, words: str) -> None:
    with pytest.raises(PackRefused) as refused:
        lay_over(BASELINE, {path: text})
    assert [(one.file, words in one.sentence) for one in refused.value.findings] == [(path, True)]


def test_what_is_laid_over_says_all_of_the_base_when_it_says_nothing() -> None:
    files = lay_over(
        BASELINE,
        {
            "pack.toml": 'extends = "baseline"',
            "promises.toml": "",
            "letters.toml": "",
            "forms/visit.json": '{"extends": true}',
            "steps.toml": "",
        },
    )
    assert findings(files) == [] and read_pack(files).promises == BASE.promises and read_pack(files).forms == BASE.forms
