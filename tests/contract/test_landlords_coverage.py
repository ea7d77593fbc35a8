"""What a landlord's own documents ask for: where its pack meets it, and the worked example that proves it."""

from __future__ import annotations

from datetime import datetime
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from backend.demo.landlord import invented, make_landlord, of_role
from backend.studio.practices import codes_of, coverage, place, sources, tallies
from backend.workflow.overlay import lay_over
from backend.workflow.packs import flattened, read_pack
from tests.contract.test_the_contract import CLAIMED, FILES, PACK, PROOFS

PACKS = {path.parent.name: read_pack(flattened(path.parent)) for path in sorted(settings.PACKS_DIR.glob("*/demo.toml"))}
OWN = {name: pack for name, pack in PACKS.items() if pack.sources}
each_landlord = pytest.mark.parametrize("name", OWN)


def test_every_source_is_somebodys_own() -> None:
    assert sorted(source for pack in OWN.values() for source in pack.sources) == sorted(sources().sources)


@each_landlord
def test_what_a_landlord_claims_is_there_and_its_steps_name_it(name: str) -> None:
    pack = OWN[name]
    for code, claim in pack.claims.items():
        assert sources().practices[code].source in pack.sources, f"{code} is of another landlord's document"
        assert 8 < len(claim["sees"]) <= 200
        for where in claim["where"]:
            assert place(where, pack).there, f"{code}: {where}"
            kind, _, element = where.partition(":")
            assert kind != "element" or code in codes_of(pack.elements[element]), f"{element} does not say that it meets {code}"


@each_landlord
def test_what_the_baseline_claims_for_a_landlords_documents_still_holds_for_its_pack(name: str) -> None:
    pack = OWN[name]
    gone = [
        f"{line.practice.code}: {found.label}"
        for line in coverage(pack) if line.practice.source in pack.sources
        for found in line.places if not found.there
    ]  # fmt: skip
    assert gone == []


@each_landlord
def test_what_is_met_of_a_landlords_documents_is_proved_by_an_example_of_its_pack_or_a_test(name: str) -> None:
    pack = OWN[name]
    lines = [line for line in coverage(pack) if line.met and line.practice.source in pack.sources]
    assert [line.practice.code for line in lines if not line.scenarios and "::" not in PROOFS.get(line.practice.code, "")] == []


@each_landlord
def test_a_landlord_meets_at_least_what_the_baseline_meets_of_its_documents(name: str) -> None:
    pack = OWN[name]
    met = {line.practice.code for line in coverage(pack) if line.met}
    assert {code for code, practice in CLAIMED.items() if practice.source in pack.sources} <= met


@each_landlord
def test_the_page_counts_what_is_met_of_the_landlords_own_documents_and_shows_them_alone(name: str, db: None, now: datetime) -> None:
    landlord, pack = make_landlord(now=now, given=invented(name)), OWN[name]
    client, own = Client(), [tally for tally in tallies(coverage(pack), pack) if tally.own]
    client.force_login(of_role(landlord, "process-owner"))
    page = client.get(reverse("practices"), {"own": "yes"}).content.decode()
    assert {source for source in sources().sources if f">{sources().sources[source]}</h2>" in page} <= set(pack.sources)
    for tally in own:
        assert tally.source in page and f"{tally.met} of {tally.of}" in page
    assert f"{sum(tally.met for tally in own)} of {sum(tally.of for tally in own)} are met" in page


def test_a_landlord_without_documents_of_its_own_is_not_asked_whose() -> None:
    assert not PACK.sources and not any(tally.own for tally in tallies(coverage(PACK), PACK))


def test_what_a_pack_claims_takes_the_place_of_what_the_product_says_of_it() -> None:
    said = '[practice.N0-29]\nsees = "It is seen."\nwhere = ["promise:triage"]'
    lines = {line.practice.code: line for line in coverage(read_pack(lay_over(FILES, {"practices.toml": said})))}
    assert lines["N0-29"].met and lines["N0-29"].practice.why == "" and lines["N0-29"].places[0].label == "Promise: Look at a new report"


@each_landlord
def test_the_command_lists_a_landlords_own_documents(name: str) -> None:
    said = StringIO()
    call_command("practices", pack=name, own=True, stdout=said)
    assert "GONE" not in said.getvalue() and f"from {len(OWN[name].sources)} sources" in said.getvalue()
