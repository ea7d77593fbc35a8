"""Every shipped letter can be begun from: its wording, typed as a landlord would type it, reads as the product's own does."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

import pytest
from lxml import html

import letters

#: The words of a prescribed form are not the landlord's to change.
CHANGEABLE = [code for code, kind in letters.kinds().items() if not kind.prescribed]


def words(kind: letters.Kind) -> list[str]:
    """What somebody reads, without the heads of tables: the landlord's say what the contract calls each column."""
    page = html.fromstring(letters.preview_html(kind, letters.sample(kind)))
    for left_out in page.xpath("//style|//thead"):
        left_out.getparent().remove(left_out)
    return re.findall(r"\w+", " ".join(page.itertext()))


@pytest.mark.parametrize("code", CHANGEABLE)
def test_a_shipped_letter_typed_out_reads_as_it_did(code: str) -> None:
    kind = letters.kind(code)
    typed = letters.reworded(kind, {"body.md": letters.as_wording(kind)})
    ours, theirs = words(kind), words(typed)
    assert SequenceMatcher(None, ours, theirs, autojunk=False).ratio() > (0.9 if kind.long else 0.97)
    assert {need.name for need in typed.needs} == {need.name for need in kind.needs}
