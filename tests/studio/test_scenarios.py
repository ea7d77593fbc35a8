"""Scenarios: the baseline's hold and go along every line, and one that does not hold says where and why."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from backend.accounts.models import Landlord
from backend.casework.models import Case, Report
from backend.studio.trying import ScenarioFailed, play
from backend.workflow.findings import PackRefused
from backend.workflow.packs import content_hash, flattened, read_pack
from backend.workflow.scenarios import Scenario, read_scenario

FILES = flattened(Path(__file__).parents[2] / "processes" / "baseline")
PACK = read_pack(FILES)


def test_every_scenario_of_the_baseline_holds_and_together_they_walk_every_line(landlord: Landlord, subtests: pytest.Subtests) -> None:
    walked: set[str] = set()
    for name, one in PACK.scenarios.items():
        with subtests.test(name):
            walked |= play(one, landlord=landlord).lines
    assert not Case.objects.exists() and not Report.objects.exists(), "a scenario leaves nothing behind"
    assert missed(walked) == []


def missed(walked: set[str]) -> list[str]:
    """The lines of the baseline that nobody went along, in words."""
    return [
        f"{diagram.file}: {diagram.elements[flow.source].label} -> {flow.name or '…'} -> {diagram.elements[flow.target].label}"
        for diagram in PACK.diagrams.values() for flow in diagram.flows.values() if flow.id not in walked
    ]  # fmt: skip


def test_a_line_that_nobody_went_along_is_missed(landlord: Landlord) -> None:
    walked = {*play(PACK.scenarios["children-playing"], landlord=landlord).lines}
    said = missed(walked)
    assert "triage.bpmn: Do we take it on? -> yes -> Severity and response" in said
    assert "triage.bpmn: Pass it on? -> no -> Not anti-social behaviour" not in said


def scenario(steps: str) -> Scenario:
    text = f'title = "Something"\nstarts = 2026-11-20T10:00:00\npeople.ann = {{ name = "Ann" }}\nstep = [\n{steps}\n]'
    return read_scenario("something", text)


WRONG = [
    ('{ report = "ann" }, { do = "Wave" }', "No task “Wave” is open. Open now: Triage the report."),
    ('{ report = "ann" }, { do = "Triage the report", as = "team-leader" }', "a task of the role “call-centre”, not “team-leader”"),
    ('{ report = "ann" }, { do = "Triage the report", answers = { mood = "good" } }', "does not ask “mood”"),
    ('{ report = "ann" }, { do = "Triage the report", answers = { is_asb = false, harm = "fear" } }', "does not ask “harm”"),
    ('{ report = "ann" }, { do = "Triage the report", answers = { harm = "none" } }', "Choose one of the answers offered"),
    ('{ report = "ann" }, { start = "Warning letter" }', "“Warning letter” is not offered. Offered now: none."),
    ('{ report = "ann" }, { do = "Triage the report", for = "ann" }', "No task “Triage the report” is open for Ann"),
    ('{ report = "ann", channel = "pigeon" }', "Choose how this reached us"),
    ('{ report = "ann" }, { survey = "ann" }', "No survey waits for Ann"),
    ('{ report = "ann" }, { wait = "next timer" }', "No timer is running"),
    ('{ report = "ann" }, { wait = "a while" }', "is no time to wait"),
    ('{ do = "Triage the report" }', "begin with a report"),
    ('{ report = "ann", expect = { tasks = [] } }', "Expected tasks: none. There are: Triage the report."),
    ('{ report = "ann", expect = { due = { "Triage the report" = 2026-11-20T17:00:00 } } }', "is due 2026-11-23 17:00, not 2026-11-20 17:00"),
    ('{ report = "ann", expect = { facts = { channel = "letter" } } }', "“channel” is 'telephone', not 'letter'"),
    ('{ report = "ann", expect = { letters = ["acknowledgement to ann"] } }', "Expected letters: acknowledgement to ann. There are: none."),
    ('{ report = "ann", expect = { closed = true } }', "The case is open"),
    ('{ report = "ann", expect = { outcome = "resolved" } }', "The outcome is “”, not “resolved”"),
    ('{ report = "ann", expect = { ended = "Case finished" } }', "The procedure goes on; expected: Case finished"),
    ('{ report = "ann", expect = { owner = "housing-officer" } }', "The case is nobody’s"),
    ('{ report = "ann", expect = { offered = ["Warning letter"] } }', "“Warning letter” is not offered"),
    ('{ report = "ann", expect = { faults = ["Send"] } }', "did not stop at “Send”"),
]  # fmt: skip


def test_a_scenario_that_does_not_hold_says_at_which_step_and_why(landlord: Landlord, subtests: pytest.Subtests) -> None:
    for steps, words in WRONG:
        with subtests.test(words):
            with pytest.raises(ScenarioFailed) as failed:
                play(scenario(steps), landlord=landlord)
            assert words in failed.value.sentence and "Something, step" in failed.value.sentence


def test_a_fault_that_nobody_expects_fails_the_scenario(landlord: Landlord, monkeypatch: pytest.MonkeyPatch) -> None:
    from backend.workflow import catalogue

    monkeypatch.delitem(catalogue._known.operations, "classify_case")
    steps = '{ report = "ann" }, { do = "Triage the report" }'
    with pytest.raises(ScenarioFailed, match="The case stopped at “Write it on the case”"):
        play(scenario(steps), landlord=landlord)


def test_nobody_with_the_role_is_said(landlord: Landlord) -> None:
    landlord.users.update(is_active=False)
    with pytest.raises(ScenarioFailed, match="Nobody of the staff"):
        play(scenario('{ report = "ann" }'), landlord=landlord)


def test_a_scenario_is_played_with_the_settings_that_it_names_and_they_change_nothing_else(landlord: Landlord) -> None:
    known = PACK.scenarios["further-report-after-closure"]
    for percent, line in ((100, "Aftercare_f5"), (0, "Aftercare_f4")):
        played = play(replace(known, settings={"call_sample": percent}), landlord=landlord)
        assert played.lines & {"Aftercare_f4", "Aftercare_f5"} == {line}
    assert landlord.pack.versions.count() == 1


def test_a_setting_that_there_is_not_or_that_cannot_be_so_fails_the_scenario(landlord: Landlord) -> None:
    for settings, words in (({"mood": 1}, "no setting “mood”"), ({"landlord_type": "king"}, "cannot be “king”")):
        with pytest.raises(ScenarioFailed, match=words):
            play(replace(PACK.scenarios["children-playing"], settings=settings), landlord=landlord)


UNREADABLE = [
    ("title = 1", "needs a title"), ('colour = "red"', "no “colour”"), ("codes = [1]", "codes are not a list"),
    ("settings = 1", "settings are not a table"), ("replaces = 1", "replaces another is not a text"),
    ("people.ann = { shoe = 1 }", "no “shoe”"), ("step = 1", "needs steps"), ("step = [{ wave = 1 }]", "A step is one of"),
    ("step = [{ do = 'x', wait = 'y' }]", "A step is one of"), ("step = [{ do = 'x', channel = 'y' }]", "“channel” does not belong"),
    ("step = [{ add = 'bob' }]", "“bob” is not one of"), ("step = [{ start = 'x', for = 'bob' }]", "“bob” is not one of"),
    ("step = [{ do = 'x', expect = { mood = 1 } }]", "“mood” cannot be expected"), ("step = [{ do = 'x', answers = 1 }]", "answers are not a table"),
    ("step = [{ do = 'x', expect = { tasks = 1 } }]", "“tasks” cannot be expected"), ("= 1", "cannot be read"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "words"), UNREADABLE, ids=[words for _, words in UNREADABLE])
def test_what_is_wrong_with_the_form_of_a_scenario_is_a_finding_of_its_file(line: str, words: str) -> None:
    kept = {"title": 'title = "Something"', "starts": "starts = 2026-11-20T10:00:00", "step": 'step = [{ do = "x" }]'}
    kept.pop(line.split()[0].split(".")[0], None)
    with pytest.raises(PackRefused) as refused:
        read_pack({**FILES, "scenarios/something.toml": "\n".join([*kept.values(), line])})
    assert any(words in finding.sentence and finding.file == "scenarios/something.toml" for finding in refused.value.findings)


def test_a_landlords_scenario_is_laid_over_the_bases_and_is_part_of_its_version() -> None:
    text = 'title = "Ours"\nstarts = 2026-11-20T10:00:00\nstep = [{ report = "" }]'
    files = {**FILES, "scenarios/children-playing.toml": text}
    assert read_pack(files).scenarios["children-playing"].title == "Ours"
    assert content_hash(files) != content_hash(FILES)


def test_time_stands_where_the_scenario_says(landlord: Landlord) -> None:
    steps = ('{ report = "ann" }', '{ wait = "3 days" }', '{ attach = "ann", channel = "online" }', '{ do = "Triage the report" }')
    due = 'expect = { due = { "Contact this reporter" = 2026-11-24T17:00:00 } }'
    played = play(scenario(", ".join([*steps, f"{{ {due} }}"])), landlord=landlord)
    assert "Triage the report" in played.steps
