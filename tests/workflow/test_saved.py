"""What earlier releases saved goes on in this one: every version kept can be run, every state kept comes to its end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from backend.workflow.packs import content_hash, read_pack
from backend.workflow.release import missing_from
from backend.workflow.values import unpack
from tests.workflow.record import PLACES, STATES, VERSIONS, tools_running
from tests.workflow.walking import PackWalk

KEPT_VERSIONS, KEPT_STATES = sorted(VERSIONS.glob("*.json")), sorted(STATES.glob("*/*.json"))


def named(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


@pytest.mark.parametrize("kept", KEPT_VERSIONS, ids=named)
def test_a_version_of_an_earlier_release_can_be_run_from_report_to_end(kept: Path) -> None:
    files = json.loads(kept.read_text())
    assert content_hash(files).startswith(kept.stem), "its files are no longer those that were kept"
    contents = read_pack(files)
    assert missing_from(contents) is None
    walk = PackWalk(contents)
    walk.step("begin")
    assert walk.go_to_the_end() in contents.elements


@pytest.mark.parametrize("kept", KEPT_STATES, ids=named)
def test_a_case_saved_by_an_earlier_release_goes_on_where_it_stood_and_comes_to_its_end(kept: Path) -> None:
    saved = json.loads(kept.read_text())
    contents = read_pack(json.loads((VERSIONS / f"{saved['version']}.json").read_text()))
    walk = PackWalk(contents, facts=unpack(saved["facts"]), state=saved["state"])
    walk.host.broken = "send_letter"
    walk.step("tick")
    assert [task.id for task in walk.outcome.open] == saved["open"]
    assert [trouble.id for trouble in walk.outcome.troubles] == saved["faults"]
    walk.host.broken = ""
    assert walk.go_to_the_end() in contents.elements


def test_every_place_is_kept_for_every_release_and_nothing_else() -> None:
    assert KEPT_VERSIONS
    for release in STATES.iterdir():
        assert {path.stem for path in release.glob("*.json")} <= {place.__name__ for place in PLACES}, release
    newest = max(STATES.iterdir())
    assert {path.stem for path in newest.glob("*.json")} == {place.__name__ for place in PLACES}, "record this release's states"


def test_tools_that_were_running_run_on_about_the_same_people() -> None:
    contents = read_pack(json.loads(KEPT_VERSIONS[0].read_text()))
    walk = PackWalk(contents)
    tools_running(walk)
    assert {task.scope["party"] for task in walk.outcome.open} >= {7, 8, 9}
