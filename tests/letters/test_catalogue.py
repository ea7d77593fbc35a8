"""Kinds are found by folder and proved whole."""

import re
import shutil
from pathlib import Path

import pytest

import letters
from letters.catalogue import load
from letters.errors import BadKind, UnknownKind
from letters.templates import KINDS

from .conftest import every_kind

#: What a partner or a guest who opens a letter must not learn from its title.
LOUD = re.compile(r"abuse|hate|violence|victim|witness|safeguard|complain|police", re.IGNORECASE)


@pytest.fixture
def closure(tmp_path: Path) -> Path:
    """A copy of a shipped kind, to be spoilt."""
    return Path(shutil.copytree(KINDS / "closure", tmp_path / "closure"))


def spoil(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_the_shipped_kinds_are_found_by_folder() -> None:
    assert set(letters.kinds()) == {path.name for path in KINDS.iterdir() if path.is_dir()}
    assert {"acknowledgement", "closure", "warning"} <= set(letters.kinds())


@every_kind
def test_what_is_posted_to_a_home_has_a_quiet_title_and_is_confidential(code: str) -> None:
    kind = letters.kind(code)
    if kind.shape == "letter" and kind.audience in ("reporter", "respondent"):
        assert not LOUD.search(kind.title)
        assert kind.confidential


@every_kind
def test_every_sample_meets_every_need(code: str) -> None:
    kind = letters.kind(code)
    assert letters.missing(kind, letters.sample(kind)) == ()


@every_kind
def test_every_need_and_column_is_told_plainly_when_it_is_missing(code: str) -> None:
    kind = letters.kind(code)
    sentences = letters.missing(kind, {})
    required = [need for need in kind.every_need if not need.optional]
    assert len(sentences) == len(required)
    assert all(sentence[0].isupper() and sentence.endswith(".") for sentence in sentences)


def test_a_name_in_the_template_that_no_need_declares_is_refused(closure: Path) -> None:
    spoil(closure / "letter.html", "survey_by|day", "survey_bye|day")
    with pytest.raises(BadKind, match="survey_bye"):
        load(closure.parent)


def test_a_need_that_the_template_does_not_use_is_refused(closure: Path) -> None:
    spoil(closure / "letter.toml", "[needs]", '[needs]\nunused = { type = "text", label = "x" }')
    with pytest.raises(BadKind, match="unused"):
        load(closure.parent)


def test_a_misspelt_standard_name_is_refused(closure: Path) -> None:
    spoil(closure / "letter.html", "officer.phone", "officer.phnoe")
    with pytest.raises(BadKind, match=r"officer\.phnoe"):
        load(closure.parent)


def test_two_kinds_of_one_code_or_one_title_are_refused(closure: Path) -> None:
    with pytest.raises(BadKind, match="Two folders"):
        load(KINDS, closure.parent)
    closure.rename(closure.with_name("closing"))
    with pytest.raises(BadKind, match="same title"):
        load(KINDS, closure.parent)


def test_a_column_that_jinja_would_take_for_a_method_is_refused(closure: Path) -> None:
    spoil(closure / "letter.toml", "columns = { reason", "columns = { items")
    with pytest.raises(BadKind, match="items"):
        load(closure.parent)


def test_a_folder_without_its_sample_is_refused(closure: Path) -> None:
    (closure / "sample.json").unlink()
    with pytest.raises(BadKind, match=r"sample\.json"):
        load(closure.parent)


def test_the_version_changes_with_any_file(closure: Path) -> None:
    before = load(closure.parent)["closure"].version
    assert before == letters.kind("closure").version
    spoil(closure / "letter.html", "What we did", "What we have done")
    assert load(closure.parent)["closure"].version != before


def test_an_unknown_kind_says_which_there_are() -> None:
    with pytest.raises(UnknownKind, match=r"called clsoure.*acknowledgement"):
        letters.kind("clsoure")
