"""Every kind in every rendition, from its sample: what it says and how it is made."""

from __future__ import annotations

import io
import itertools
import re
import subprocess
import sys
from pathlib import Path

import pikepdf
import pypdf
import pytest

import letters
from letters.draw import RenditionName

from .conftest import CORE, EVERY, drawn, elements, every_letter, texts
from .paper import address_in_window, ink_where_white_must_be, window_of

PRINTED = [
    pytest.param(code, marks=each.marks)
    for each in EVERY
    for code, rendition in [each.values]
    if rendition == "print" and letters.kind(str(code)).shape == "letter"
]
#: What each kind must say from its sample: a file of lines for each.
SAID = Path(__file__).with_name("said")
EVERYWHERE = ("Northbank Homes", "ASB-2026-00417", "Priya Shah", "0116 496 0123")
IN_LETTERS = ("Who to ask", "braille, audio, Easy Read")


def text_of(letter: letters.Rendition) -> str:
    return " ".join(" ".join(texts(letter)).split())


@every_letter
def test_a_letter_says_who_writes_what_happened_what_is_next_and_whom_to_ask(code: str, rendition: RenditionName) -> None:
    text, own = text_of(drawn(code, rendition)), (SAID / f"{code}.txt").read_text("utf-8").splitlines()
    assert len(own) >= 4
    everywhere = EVERYWHERE + (IN_LETTERS if letters.kind(code).shape == "letter" else ())
    assert [said for said in (*own, *everywhere) if said not in text] == []


def test_what_is_said_belongs_to_a_kind_that_there_is() -> None:
    assert {path.stem for path in SAID.glob("*.txt")} == set(letters.kinds())


@every_letter
def test_every_page_bears_its_number_and_the_reference(code: str, rendition: RenditionName) -> None:
    letter = drawn(code, rendition)
    for number, text in enumerate(texts(letter), start=1):
        assert f"Page {number} of {letter.pages}" in text
        assert "Our reference: ASB-2026-00417" in text


@every_letter
def test_a_letter_is_tagged_titled_and_in_english(code: str, rendition: RenditionName) -> None:
    with pikepdf.open(io.BytesIO(drawn(code, rendition).pdf)) as pdf:
        assert str(pdf.Root.Lang) == "en-GB"
        assert pdf.Root.MarkInfo.Marked
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        assert str(pdf.docinfo["/Title"]) == f"{letters.kind(code).title}: ASB-2026-00417"
        with pdf.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
        assert all(page.obj.Tabs == "/S" for page in pdf.pages)


@every_letter
def test_headings_start_at_one_and_skip_no_level(code: str, rendition: RenditionName) -> None:
    with pikepdf.open(io.BytesIO(drawn(code, rendition).pdf)) as pdf:
        names = [str(element.S) for element in elements(pdf)]
    levels = [int(name[2:]) for name in names if re.fullmatch(r"/H[1-6]", name)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


@every_letter
def test_every_table_heading_has_its_scope_and_every_picture_its_words(code: str, rendition: RenditionName) -> None:
    with pikepdf.open(io.BytesIO(drawn(code, rendition).pdf)) as pdf:
        every = list(elements(pdf))
        scopes = [element.A.get("/Scope") for element in every if element.S == "/TH"]
        assert all(scope in ("/Column", "/Row") for scope in scopes)
        assert [str(e.Alt) for e in every if e.S == "/Figure"] == ["Northbank Homes"]
    if code in ("warning", "abc"):
        assert {str(scope) for scope in scopes} == {"/Column", "/Row"}


@every_letter
def test_all_fonts_are_embedded_and_no_link_is_live(code: str, rendition: RenditionName) -> None:
    with pikepdf.open(io.BytesIO(drawn(code, rendition).pdf)) as pdf:
        fonts = [f for page in pdf.pages for f in page.obj.Resources.Font.values()]
        assert fonts
        for font in fonts:
            assert "/FontFile2" in font.DescendantFonts[0].FontDescriptor or ("/FontFile3" in font.DescendantFonts[0].FontDescriptor)
            assert "/ToUnicode" in font
        assert not any("/Annots" in page.obj for page in pdf.pages)


@every_letter
def test_the_size_of_the_print_is_what_the_rendition_promises(code: str, rendition: RenditionName) -> None:
    # In the window of an envelope the address may be smaller.
    if rendition != "print" or letters.kind(code).shape == "document":
        assert _sizes(code, rendition)[0] == (18 if rendition == "large" else 12)


@pytest.mark.parametrize("code", CORE)
def test_large_print_takes_more_pages(code: str) -> None:
    assert drawn(code, "large").pages > drawn(code, "accessible").pages


def _sizes(code: str, rendition: RenditionName) -> list[float]:
    sizes: list[float] = []

    def visit(text: str, _cm: object, matrix: list[float], _font: object, size: float) -> None:
        if text.strip():
            sizes.append(round(size * abs(matrix[3]) * 0.75, 1))

    pages = pypdf.PdfReader(io.BytesIO(drawn(code, rendition).pdf)).pages
    # Slow to read; the pages between are set as these are.
    for page in {0: pages[0], len(pages) - 1: pages[-1]}.values():
        page.extract_text(visitor_text=visit)
    return sorted(sizes)


@pytest.mark.parametrize("code", PRINTED)
def test_in_print_the_address_lies_in_its_window_and_the_white_areas_are_white(code: str) -> None:
    pdf = drawn(code, "print").pdf
    assert address_in_window(pdf) == window_of(code)
    assert ink_where_white_must_be(pdf) == []


def test_weasyprint_and_django_stay_unloaded_until_a_letter_is_drawn() -> None:
    code = "import letters, sys; letters.kinds(); print({'weasyprint', 'django', 'PIL'} & set(sys.modules))"
    root = Path(letters.__file__).parents[1]
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=root)
    assert ran.stdout.strip() == "set()"


def test_the_same_data_give_the_same_bytes_in_another_process() -> None:
    code = "import letters as l; k = l.kind('abc')\nprint(l.render(k, l.sample(k), rendition='print', brand=l.PLAIN).sha256)"
    root = Path(letters.__file__).parents[1]
    here = letters.render(letters.kind("abc"), letters.sample(letters.kind("abc")), rendition="print", brand=letters.PLAIN)
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=root)
    assert ran.stdout.strip() == here.sha256


def test_a_preview_shows_the_letter_with_its_styles() -> None:
    html = letters.preview_html(letters.kind("closure"), letters.sample(letters.kind("closure")))
    assert "<style>" in html
    assert "We are closing your case" in html


def test_the_gallery_writes_every_letter_or_those_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The package shows the function `render` where the module of that name would be.
    monkeypatch.setattr(sys.modules["letters.render"], "render", lambda *_, **__: letters.Rendition(pdf=b"", sha256="", pages=1, html=""))
    beside = sum(len(letters.translations(kind)) for kind in letters.kinds().values())
    assert len(letters.gallery(tmp_path / "gallery")) == len(letters.kinds()) * 3 + beside
    written = letters.gallery(tmp_path / "one", only=["closure"])
    assert [path.name for path in written] == [
        *(f"closure.{name}.pdf" for name in ("accessible", "large", "print", "beside.pl", "beside.ro", "beside.ur"))
    ]
