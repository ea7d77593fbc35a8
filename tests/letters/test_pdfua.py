"""Every rendition as a reader with a screen reader, a Braille line or large print gets it: two checkers' look, and our own."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import outloud
import pdfua
import pikepdf
import pytest
from pikepdf import Array, Dictionary, Object

import letters
from letters.draw import RenditionName

from .conftest import BRAND, drawn, elements
from .paper import read_aloud, words
from .test_beside import OFTEN, SHIPPED, beside

#: What outloud's opinions (its checks of the standard allow nothing) say of letters, and why it stays.
KNOWN = {
    "LNK-010": "no letter holds a live link, so that nobody can be led astray by one",
    "TBL-010": "short tables: two headings and a day before each row are more headings than cells, and rightly so",
    "ORD-001": "absolute boxes, bullets and cells are painted later than they are read; the tags hold the order",
    "TXT-004": "an Arabic letter has several shapes, which are one character",
}
FORMS_TO_FILL_IN = ("incident-diary", "noise-diary")
KNOWN_OF_FORMS = {
    "TBL-012": "cells to write in are empty",
    "TBL-014": "a cell to write in has no words from which outloud could see where the table is",
    "PAG-001": "each sheet has its own heading, which is no running head",
}
#: In mm: what stays free at the right of a page, upright or across.
RIGHT_MARGIN = {"accessible": 22.0, "large": 20.0, "print": 20.0, "beside": 20.0}
#: Looked at each time; all others with --long.
LOOKED_AT = {("warning", "print"), ("abc", "accessible"), ("noise-diary", "large"), *((code, f"beside-{tongue}") for code, tongue in OFTEN)}
ALL = [
    pytest.param(*each, marks=() if each in LOOKED_AT else pytest.mark.long)
    for each in [
        *((code, rendition) for code in letters.kinds() for rendition in letters.RENDITIONS),
        *((code, f"beside-{tongue}") for code, tongue in SHIPPED),
    ]
]
every_one = pytest.mark.parametrize(("code", "rendition"), ALL)


@cache
def pdf(code: str, rendition: str) -> bytes:
    if rendition.startswith("beside-"):
        return beside(code, rendition.removeprefix("beside-")).pdf
    return drawn(code, _plain(rendition)).pdf


def _plain(rendition: str) -> RenditionName:
    return next(name for name in letters.RENDITIONS if name == rendition)


@every_one
def test_outloud_finds_nothing_against_the_standard_and_nothing_new_in_its_opinion(code: str, rendition: str, tmp_path: Path) -> None:
    path = tmp_path / "letter.pdf"
    path.write_bytes(pdf(code, rendition))
    known = set(KNOWN) | (set(KNOWN_OF_FORMS) if code in FORMS_TO_FILL_IN else set())
    result = outloud.check(str(path))
    assert result.error is None or result.error == ""
    assert [(each.rule, each.message) for each in result.findings if each.rule not in known] == []


@every_one
def test_pdfua_finds_nothing(code: str, rendition: str, tmp_path: Path) -> None:
    path = tmp_path / "letter.pdf"
    path.write_bytes(pdf(code, rendition))
    assert [(each.rule_id, each.message) for each in pdfua.validate(str(path)).findings] == []


@every_one
def test_all_that_is_shown_is_either_read_or_marked_as_no_part_of_it(code: str, rendition: str) -> None:
    with pikepdf.open(io.BytesIO(pdf(code, rendition))) as opened:
        read = {(page.objgen, number) for page, number in _marked(opened.Root.StructTreeRoot)}
        for page, shown in zip(opened.pages, _shown(code, rendition), strict=True):
            assert None not in shown
            assert [each for each in shown if not each.startswith("/") and (page.obj.objgen, int(each)) not in read] == []
            # The reference and the number of the page.
            assert len([each for each in shown if each == "/Footer"]) >= 2


def _marked(element: Object, page: Object | None = None) -> Iterator[tuple[Object, int]]:
    """The marked passages that the tree holds, each with its page."""
    page = element.get("/Pg", page)
    kids = element.get("/K")
    for kid in kids if isinstance(kids, Array) else [kids]:
        if isinstance(kid, int):
            assert page is not None
            yield page, int(kid)
        elif isinstance(kid, Dictionary) and ("/S" in kid or "/K" in kid):
            yield from _marked(kid, page)


@cache
def _shown(code: str, rendition: str) -> list[list[str | None]]:
    """For each page, of each text or picture on it, under which number it is marked, or as what kind of artifact."""
    with pikepdf.open(io.BytesIO(pdf(code, rendition))) as opened:
        return [list(_painted(page)) for page in opened.pages]


def _painted(page: pikepdf.Page) -> Iterator[str | None]:
    marks: list[str] = []
    for operands, operator in pikepdf.parse_content_stream(page, "BDC BMC EMC Tj TJ Do"):
        match str(operator):
            case "BMC":
                marks.append("/Artifact")
            case "BDC":
                marks.append(str(operands[1].get("/Subtype" if operands[0] == "/Artifact" else "/MCID")))
            case "EMC":
                marks.pop()
            case _:
                yield marks[-1] if marks else None


@every_one
def test_the_foot_of_a_page_is_not_read_in_the_middle_of_a_sentence(code: str, rendition: str) -> None:
    heard = read_aloud(pdf(code, rendition))
    assert not re.search(r"Page \d+ of \d+", heard)
    assert "ASB-2026-00417" in heard


@every_one
def test_no_element_is_empty_but_a_cell_and_every_picture_has_its_place_on_the_page(code: str, rendition: str) -> None:
    with pikepdf.open(io.BytesIO(pdf(code, rendition))) as opened:
        for element in elements(opened):
            kids = element.get("/K")
            assert element.S in ("/TD", "/TH") or not isinstance(kids, Array) or len(kids), f"{element.S} is empty"
            if element.S == "/Figure":
                left, low, right, high = map(float, element.A.BBox)
                assert 0 < left < right < 595.3
                # The logo is at the head of the page, and its place is counted from the foot.
                assert 700 < low < high < 842


@every_one
def test_lists_and_tables_are_whole(code: str, rendition: str) -> None:
    with pikepdf.open(io.BytesIO(pdf(code, rendition))) as opened:
        every = list(elements(opened))
    kinds = {
        "/L": {"/LI", "/L"}, "/LI": {"/Lbl", "/LBody"}, "/Table": {"/THead", "/TBody", "/TR", "/Caption"}, "/THead": {"/TR"},
        "/TBody": {"/TR"}, "/TR": {"/TH", "/TD"},
    }  # fmt: skip
    for element in every:
        if (allowed := kinds.get(str(element.S))) is not None:
            assert {str(kid.S) for kid in element.K} <= allowed


@every_one
def test_every_letter_of_every_font_can_be_copied(code: str, rendition: str) -> None:
    with pikepdf.open(io.BytesIO(pdf(code, rendition))) as opened:
        fonts = [font for page in opened.pages for font in page.obj.Resources.Font.values()]
        assert fonts
        for font in fonts:
            descriptor = font.DescendantFonts[0].FontDescriptor
            assert "/FontFile2" in descriptor or "/FontFile3" in descriptor
            assert b"beginbf" in font.ToUnicode.read_bytes()


@every_one
def test_nothing_runs_over_the_edge(code: str, rendition: str) -> None:
    margin = RIGHT_MARGIN[rendition.partition("-")[0]] - 0.5
    over = [word for word in words(pdf(code, rendition)) if word.right > word.width - margin or word.left < 14.9 or word.bottom > 297]
    assert [word.text for word in over] == []


@every_one
def test_the_title_is_shown_in_the_window_and_a_page_is_walked_through_in_the_order_of_its_tags(code: str, rendition: str) -> None:
    with pikepdf.open(io.BytesIO(pdf(code, rendition))) as opened:
        assert opened.Root.ViewerPreferences.DisplayDocTitle
        assert opened.Root.MarkInfo.Marked
        assert str(opened.Root.Lang) == "en-GB"
        assert str(opened.docinfo["/Title"]).startswith(letters.kind(code).title)
        assert all(page.obj.Tabs == "/S" for page in opened.pages)
        with opened.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert str(metadata["dc:title"]).startswith(letters.kind(code).title)


def test_a_reader_hears_a_letter_from_its_head_to_its_end() -> None:
    heard = read_aloud(pdf("warning", "print"))
    order = ["Northbank House", "Mr Daniel Price Flat 5", "Private and confidential", "Warning about behaviour", "In short", "Who to ask"]
    places = [heard.index(words) for words in order]
    assert places == sorted(places)


def test_an_entry_of_a_list_has_a_body_whatever_a_landlord_puts_into_it() -> None:
    shipped = letters.kind("closure")
    kind = letters.reworded(shipped, {"body.md": "Do this:\n\n- one\n\n  and more\n\n- two\n  - within"})
    made = letters.render(kind, letters.sample(kind), rendition="accessible", brand=BRAND)
    with pikepdf.open(io.BytesIO(made.pdf)) as opened:
        entries = [[str(kid.S) for kid in each.K] for each in elements(opened) if each.S == "/LI"]
    assert entries == [["/Lbl", "/LBody"]] * 3


def test_what_is_known_of_outloud_is_still_said_by_it(tmp_path: Path) -> None:
    said = set()
    for code, rendition in (("warning", "print"), ("noise-diary", "accessible"), ("warning", "beside-ur")):
        path = tmp_path / "letter.pdf"
        path.write_bytes(pdf(code, rendition))
        said |= {each.rule for each in outloud.check(str(path)).findings}
    assert set(KNOWN) <= said
