"""Whose procedure it is, only the folders of `processes/` say: not one line of the product knows a landlord.

What to look for is read from the packs and from what describes their landlords, so that a new folder is looked for as well.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.test_house import ROOT, TEXT

LANDLORDS = sorted(path.parent for path in (ROOT / "processes").glob("*/demo.toml"))
PRODUCT = [path for path in TEXT if path.relative_to(ROOT).parts[0] in ("backend", "letters", "templates")]
#: Words that stand in landlords' names or are their towns', and mean no landlord.
_COMMON = {"homes", "housing", "group", "partnership", "police", "with", "baseline", "sector", "march"}


def read(folder: Path, name: str) -> dict[str, Any]:
    path = folder / name
    return tomllib.loads(path.read_text()) if path.exists() else {}


def names(folder: Path) -> Iterator[str]:
    """What the landlord, its people and its places are called, and how they are reached."""
    about = read(folder, "demo.toml")
    yield from (about["code"], about["name"], about["email"], about["phone"])
    yield from (word for word in re.findall(r"[\w’]+", about["name"]) if word.lower() not in _COMMON)
    yield from (line for line in about["address"] if len(line) > 8 and not line.isupper())
    yield from (one["name"] for one in about["staff"])
    if "extends" in read(folder, "pack.toml"):
        yield from (place["street"] for place in about["place"])
    yield from (place["town"].title() for place in about["place"] if place["town"].lower() not in _COMMON)


def figures(folder: Path) -> Iterator[str]:
    """What the landlord promises in words, like “3 working days”."""
    for promise in read(folder, "promises.toml").get("promise", []):
        yield from (
            f"{length['amount']} {length['unit'].removesuffix('s')}" for length in promise.get("lengths", []) if "working" in length["unit"]
        )


def wording(folder: Path) -> Iterator[str]:
    """What the landlord says in its letters, forms, promises and steps."""
    forms = [json.loads(path.read_text()) for path in (folder / "forms").glob("*.json")]
    for said in (read(folder, "letters.toml"), read(folder, "promises.toml"), read(folder, "steps.toml"), forms):
        yield from (text for text in _texts(said) if len(text) > 25 and " " in text)


def _texts(said: Any) -> Iterator[str]:
    match said:
        case str():
            yield said
        case dict():
            for word, value in said.items():
                yield from () if word in ("lengths", "when", "condition", "offered", "outputs", "policy") else _texts(value)
        case list():
            for value in said:
                yield from _texts(value)


def found(words: Iterator[str], text: str) -> list[str]:
    return sorted({word for word in words if re.search(rf"(?<!\w){re.escape(word)}(?!\w|-day)", text, re.IGNORECASE)})


@pytest.fixture(scope="module")
def product() -> str:
    return "\n".join(path.read_text() for path in PRODUCT)


@pytest.mark.parametrize("folder", LANDLORDS, ids=[folder.name for folder in LANDLORDS])
def test_no_landlords_name_figure_or_wording_stands_in_the_product(folder: Path, product: str) -> None:
    assert found(names(folder), product) == []
    if "extends" in read(folder, "pack.toml"):
        assert found(figures(folder), product) == []
        assert [text for text in wording(folder) if text in product] == []


def test_what_would_be_found_is_found() -> None:
    """The search sees a name, a figure and a sentence where they stand."""
    folder = next(folder for folder in LANDLORDS if list(figures(folder)))
    for words in (names(folder), figures(folder), wording(folder)):
        word = next(words)
        assert found(iter([word]), f"if landlord.name == '{word.upper()}':  # {word}") == [word]


def test_the_landlords_are_told_apart_by_more_than_their_names() -> None:
    packs = [folder for folder in LANDLORDS if "extends" in read(folder, "pack.toml")]
    assert len(packs) >= 4
    for folder in packs:
        assert {path.suffix for path in folder.iterdir() if path.is_file()} & {".bpmn", ".dmn"}, f"{folder.name} draws nothing of its own"
        assert list(wording(folder)), f"{folder.name} says nothing of its own"
