"""Every landlord's pack that extends the baseline has worked examples of its own; they hold and go along every line that it
draws otherwise; with the baseline's they go along every line. Whose packs they are, the folders of `processes/` say."""

from __future__ import annotations

import tomllib
from datetime import datetime

import pytest
from django.conf import settings

from backend.demo.landlord import BASE, invented, make_landlord
from backend.studio.trying import play
from backend.workflow.overlay import ABOUT
from backend.workflow.packs import Pack, flattened, read_pack
from backend.workflow.publishing import live_version
from backend.workflow.scenarios import FOLDER

PACKS = settings.PACKS_DIR
NAMES = sorted(about.parent.name for about in PACKS.glob(f"*/{ABOUT}") if "extends" in tomllib.loads(about.read_text()))
BASE_PACK = read_pack(flattened(PACKS / BASE))
each_pack = pytest.mark.parametrize("name", NAMES)


def examples(name: str) -> dict[str, dict[str, object]]:
    return {file.stem: tomllib.loads(file.read_text()) for file in (PACKS / name / FOLDER).glob("*.toml")}


@each_pack
def test_a_landlords_pack_has_four_examples_of_its_own_and_says_why_it_replaces_one_of_the_baselines(name: str) -> None:
    own, base = examples(name), examples(BASE)
    assert len(own.keys() - base.keys()) >= 4
    assert [one for one, said in own.items() if ("replaces" in said) != (one in base)] == []


@each_pack
def test_a_landlords_own_examples_hold_and_walk_every_line_that_it_draws_otherwise(
    name: str, db: None, now: datetime, subtests: pytest.Subtests
) -> None:
    landlord = make_landlord(now=now, given=invented(name))
    pack, walked = live_version(landlord).contents, set[str]()
    for example in sorted(examples(name).keys() - examples(BASE).keys()):
        with subtests.test(example):
            walked |= play(pack.scenarios[example], landlord=landlord).lines
    assert [line for line, said in lines(pack).items() if said != lines(BASE_PACK).get(line) and line not in walked] == []


def lines(pack: Pack) -> dict[str, tuple[str, str, str]]:
    """Every line of every diagram by its id: from, to, and on which condition."""
    return {flow.id: (flow.source, flow.target, flow.condition) for diagram in pack.diagrams.values() for flow in diagram.flows.values()}


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
