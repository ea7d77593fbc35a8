"""Every landlord's pack that extends the baseline has worked examples of its own; they and the baseline's hold, and together they
go along every line. Whose packs they are, the folders of `processes/` say. Playing them all is a long proof."""

from __future__ import annotations

import tomllib
from datetime import datetime

import pytest
from django.conf import settings

from backend.demo.landlord import BASE, invented, make_landlord
from backend.studio.trying import play
from backend.workflow.overlay import ABOUT
from backend.workflow.publishing import live_version
from backend.workflow.scenarios import FOLDER

PACKS = settings.PACKS_DIR
NAMES = sorted(about.parent.name for about in PACKS.glob(f"*/{ABOUT}") if "extends" in tomllib.loads(about.read_text()))
each_pack = pytest.mark.parametrize("name", NAMES)


def examples(name: str) -> dict[str, dict[str, object]]:
    return {file.stem: tomllib.loads(file.read_text()) for file in (PACKS / name / FOLDER).glob("*.toml")}


@each_pack
def test_a_landlords_pack_has_four_examples_of_its_own_and_says_why_it_replaces_one_of_the_baselines(name: str) -> None:
    own, base = examples(name), examples(BASE)
    assert len(own.keys() - base.keys()) >= 4
    assert [one for one, said in own.items() if ("replaces" in said) != (one in base)] == []


@pytest.mark.long
@each_pack
def test_every_example_holds_for_the_landlord_and_together_they_walk_every_line_of_its_diagrams(
    name: str, db: None, now: datetime, subtests: pytest.Subtests
) -> None:
    landlord = make_landlord(now=now, given=invented(name))
    pack, walked = live_version(landlord).contents, set[str]()
    for example, scenario in pack.scenarios.items():
        with subtests.test(example):
            walked |= play(scenario, landlord=landlord).lines
    assert [
        f"{diagram.file}: {diagram.elements[flow.source].label} -> {flow.name or '…'} -> {diagram.elements[flow.target].label}"
        for diagram in pack.diagrams.values() for flow in diagram.flows.values() if flow.id not in walked
    ] == []  # fmt: skip
