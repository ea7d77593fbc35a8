"""Each practice that is said to be met has what it names, and a proof that fails without it."""

from __future__ import annotations

import importlib
import inspect
import random
import tomllib
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

import pytest
from django.db import transaction
from pytest import FixtureRequest

from backend.accounts.models import Landlord
from backend.studio.practices import codes_of, place, sources
from backend.studio.trying import play
from backend.workflow.models import PackFiles, Version
from backend.workflow.overlay import Files
from backend.workflow.packs import content_hash, flattened, read_pack
from tests.contract.removing import unregistered, without

ROOT = Path(__file__).parents[2]
FILES = flattened(ROOT / "processes" / "baseline")
PACK = read_pack(FILES)
CONTRACT = tomllib.loads((ROOT / "tests" / "contract.toml").read_text())
#: Practice -> the scenario, or the id of the test, that proves it.
PROOFS: Mapping[str, str] = CONTRACT["proof"]
CLAIMED = {code: practice for code, practice in sources().practices.items() if practice.where}
#: The same thirty until the next release gives another date.
DRAWN = sorted(random.Random(str(CONTRACT["released"])).sample(sorted(CLAIMED), 30))


def test_every_practice_that_is_met_has_one_proof_and_no_other_has() -> None:
    assert set(PROOFS) == set(CLAIMED)


@pytest.mark.parametrize("code", CLAIMED)
def test_what_a_practice_names_is_there_and_its_steps_name_it(code: str) -> None:
    for name in CLAIMED[code].where:
        assert place(name, PACK).there, name
        kind, _, element = name.partition(":")
        assert kind != "element" or code in codes_of(PACK.elements[element]), f"{element} does not say that it meets {code}"


@pytest.mark.parametrize("code", CLAIMED)
def test_a_proof_is_a_scenario_that_names_the_practice_or_a_test_that_there_is(code: str) -> None:
    if "::" in PROOFS[code]:
        assert callable(_test(PROOFS[code]))
    else:
        assert code in PACK.scenarios[PROOFS[code]].codes


def test_without_what_a_practice_names_its_proof_fails(
    landlord: Landlord, now: datetime, request: FixtureRequest, subtests: pytest.Subtests
) -> None:
    """For thirty practices, and what each names first, so that it stays quick; `--long` takes every one and everything named."""
    for code in DRAWN:
        name = CLAIMED[code].where[0]
        with subtests.test(f"{code} without {name}"):
            assert _fails(PROOFS[code], name, landlord, now, request), f"{PROOFS[code]} still holds"


@pytest.mark.long
def test_without_anything_that_any_practice_names_its_proof_fails(landlord: Landlord, now: datetime, request: FixtureRequest) -> None:
    named = [(code, name) for code, practice in CLAIMED.items() for name in practice.where]
    still = [
        f"{code}: {PROOFS[code]} holds without {name}" for code, name in named if not _fails(PROOFS[code], name, landlord, now, request)
    ]
    assert still == []


def _fails(proof: str, name: str, landlord: Landlord, now: datetime, request: FixtureRequest) -> bool:
    files = without(FILES, name)
    try:
        with transaction.atomic():
            try:
                if files is None:
                    with unregistered(name):
                        _prove(proof, landlord, request)
                else:
                    _go_live(files, landlord, now)
                    _prove(proof, landlord, request)
            finally:
                transaction.set_rollback(True)
    except Exception:
        return True
    return False


def _prove(proof: str, landlord: Landlord, request: FixtureRequest) -> None:
    if "::" in proof:
        test = _test(proof)
        test(**{name: request.getfixturevalue(name) for name in inspect.signature(test).parameters})
    else:
        play(PACK.scenarios[proof], landlord=landlord)


def _test(proof: str) -> Callable[..., None]:
    """A test that is named as a proof takes only what `tests/conftest.py` gives."""
    path, _, name = proof.partition("::")
    return getattr(importlib.import_module(path.removesuffix(".py").replace("/", ".")), name)  # type: ignore[no-any-return]


def _go_live(files: Files, landlord: Landlord, now: datetime) -> None:
    """Put these files in force without asking the checker: it would refuse most of them."""
    kept, _ = PackFiles.objects.get_or_create(digest=content_hash(files), defaults={"files": dict(files)})
    number = landlord.pack.live.number + 1
    Version.objects.create(pack=landlord.pack, number=number, content=kept, note="Something is missing", published_at=now)
