"""A letter that costs much to draw ends as a letter or as a fault that names it, and the next one is drawn."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import letters
from backend.correspondence import drawing
from letters import errors

from .costly import COSTLY, page

#: Tried in every run; all of them in the long proof.
FEW = (
    "a cell over 100,000 columns", "flexible boxes in one another", "lists in one another", "a word of 50,000 letters", "a table of 2,000 rows",
    "a picture larger than memory", "floats in one another", "a letter a mile high", "a sum of 5,000 sums", "a cell over 60,000 rows",
)  # fmt: skip
KIND = letters.kind("acknowledgement")


def drawn(html: str) -> int:
    return letters.redraw(KIND, html, rendition="accessible", drawing=drawing.draw).pages


def ends_well(name: str) -> None:
    try:
        assert drawn(COSTLY[name]()) > 0
    except errors.LetterError as fault:
        assert str(fault).startswith(f"“{KIND.title}” cannot be made: ")


@pytest.fixture(autouse=True)
def put_away() -> Iterator[None]:
    yield
    drawing.put_away()


def test_ten_costly_letters_end_within_two_seconds_and_those_behind_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "LIMITS", drawing.Limits(seconds=2))
    for name in FEW:
        ends_well(name)
    assert drawn(page("<p>Noise at night")) == 1


@pytest.mark.long
@pytest.mark.parametrize("name", list(COSTLY))
def test_a_costly_letter_ends_within_its_limits_and_the_one_behind_is_drawn(name: str) -> None:
    ends_well(name)
    assert drawn(page("<p>Noise at night")) == 1
