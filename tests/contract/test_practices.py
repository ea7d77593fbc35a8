"""The list of practices is whole, and what the pack says of it is on it."""

from __future__ import annotations

import re
from collections import Counter
from io import StringIO
from pathlib import Path

from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from backend.accounts.models import Landlord
from backend.studio.practices import codes_of, coverage, place, sources
from backend.workflow.packs import flattened, read_pack
from tests.contract.test_the_contract import PACK, PROOFS
from tests.web.test_access import Who


def test_every_practice_of_the_five_sources_is_there_once_with_its_kinds() -> None:
    found = sources()
    counted = {prefix: sum(code.startswith(f"{prefix}-") for code in found.practices) for prefix in ("N0", "N1", "H", "C", "E")}
    assert counted == {"N0": 48, "N1": 104, "H": 19, "C": 30, "E": 73} and len(found.practices) == 274
    for practice in found.practices.values():
        assert practice.source in found.sources and practice.kinds and set(practice.kinds) <= set(found.kinds), practice.code
        assert 8 < len(practice.says) <= 110, practice.says
    assert {kind for practice in found.practices.values() for kind in practice.kinds} == set(found.kinds)


def test_every_practice_is_met_or_says_why_not() -> None:
    for practice in sources().practices.values():
        said = [bool(practice.where), bool(practice.not_yet), bool(practice.context)]
        assert sum(said) == 1 and bool(practice.sees) == bool(practice.where), practice.code


#: What the procedure itself does not cover: numbers, prevention, publicity, and the landlord's own governance.
BEYOND = {"measures", "risk-register", "prevention", "engagement", "governance", "partners"}


def test_what_the_procedure_covers_is_met_or_has_a_reason_of_its_own() -> None:
    reasons = [practice.why for practice in sources().practices.values() if not practice.where and not set(practice.kinds) <= BEYOND]
    assert [why for why, number in Counter(reasons).items() if number > 1] == []


def test_the_steps_and_scenarios_of_the_pack_name_practices_that_there_are() -> None:
    known = set(sources().practices)
    for element in PACK.elements.values():
        assert set(codes_of(element)) <= known, element.id
    for scenario in PACK.scenarios.values():
        assert set(scenario.codes) <= known, scenario.name


def test_nothing_that_runs_reads_the_tests() -> None:
    root = Path(__file__).parents[2]
    reading = re.compile(r"""["'/]tests["'/]|from tests|import tests|open.*contract\.toml""")
    found = [str(path) for path in (root / "backend").rglob("*.py") if "setup" not in path.parts and reading.search(path.read_text())]
    assert found == []


def test_the_page_says_what_is_seen_where_and_what_proves_it(landlord: Landlord, user: Who) -> None:
    for who in ("owner", "leader"):
        client = Client()
        client.force_login(user(who))
        page = "".join(client.get(reverse("practices"), {"page": number}).content.decode() for number in (1, 2, 3))
        assert f"{len(PROOFS)} of 274 are met" in page
        row = page.split('id="E-17"')[1].split("</tr>")[0]
        assert "the reasons stand in the letter" in row and "Children playing" in row
        assert f"{reverse('procedure', args=['Lifecycle'])}#Life_not_asb_letter" in row
        assert 'id="Life_not_asb_letter"' in client.get(reverse("procedure", args=["Lifecycle"])).content.decode()
        fewer = client.get(reverse("practices"), {"kind": "informal-tools"}).content.decode()
        assert 'id="N1-50"' in fewer and 'id="E-17"' not in fewer


def test_what_the_pack_has_no_more_is_said_to_be_gone() -> None:
    assert not place("element:Nosuch", PACK).there and not place("nosuch:x", PACK).there
    assert place("element:Triage_decide", PACK).there
    files = {
        path: text for path, text in flattened(Path(__file__).parents[2] / "processes" / "baseline").items() if path != "forms/triage.json"
    }
    lines = {line.practice.code: line for line in coverage(read_pack(files))}
    assert not all(found.there for found in lines["E-17"].places)


def test_the_command_lists_every_practice_with_its_proof(tmp_path: Path) -> None:
    said, proofs = StringIO(), tmp_path / "proofs.toml"
    proofs.write_text('[proof]\nE-17 = "the proof of E-17"')
    call_command("practices", proofs=proofs, stdout=said)
    assert "E-17  " in said.getvalue() and "the proof of E-17" in said.getvalue() and "GONE" not in said.getvalue()
    assert f"{len(PROOFS)} of 274 practices are met" in said.getvalue()
