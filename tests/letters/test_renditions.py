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
from PIL import Image

import letters
from letters.draw import RenditionName

from .conftest import EVERY, drawn, elements, every_kind, every_letter, texts

SAID = {
    "acknowledgement": (
        "Your report reached us on Friday 20 November 2026.",
        "We will contact you by 4:30pm on Monday 23 November 2026.",
        "Call 999 if someone is hurt",
        "Call 101 to reach the police",
        "ASB Case Review",
        "Community Trigger",
        "unless you agree",
    ),
    "not-asb": (
        "we decided not to treat it as anti-social behaviour",
        "walking about and doing the washing",
        "Our repairs team: They will come to check",
        "Housing Ombudsman",
    ),
    "warning": (
        "It has been reported that",
        "Wednesday 18 November 2026",
        "Clause 4.2. You must not cause nuisance",
        "They need to stop by 5pm on Tuesday 24 November 2026.",
        "give us your side by 4:30pm on Friday 27 November 2026",
        "called an injunction",
    ),
    "abc": (
        "I will not",
        "ride a motorbike or a scooter",
        "Sunday 28 February 2027",
        "voluntary and not legally binding",
        "4pm on Tuesday 5 January 2027, Mill Lane Hall",
        "Parent or guardian: Mr Daniel Price",
        "For Northbank Homes: Priya Shah",
        "you keep one signed copy and we keep one",
    ),
    "closure": (
        "We close your case on Friday 12 February 2027.",
        "There have been no new reports for eight weeks.",
        "By phone: call 0116 496 0160",
        "On paper: call us",
        "Online: go to https://northbankhomes.example/survey",
        "ASB Case Review",
        "You can make a complaint",
    ),
    "survey": (
        "We closed your case on Friday 12 February 2027.",
        "Please answer by Friday 5 March 2027.",
        "By phone: call 0116 496 0160",
        "On paper: call us",
        "Online: go to https://northbankhomes.example/survey",
    ),
    "advisory": (
        "This letter is advice. It is not a warning",
        "A washing machine runs late at night.",
        "Please do not run the washing machine after 10pm.",
        "tell us your side",
        "Turning Corners: They give free help",
        "We will look at this again on Friday 18 December 2026.",
        "We do not say where reports come from.",
    ),
    "final-warning": (
        "This is a final warning about your tenancy.",
        "You have had a Community Protection Notice as well.",
        "Wednesday 18 November 2026",
        "must stop by 5pm on Tuesday 24 November 2026.",
        "give us your side by 4:30pm on Friday 27 November 2026",
        "A court could take away your home.",
        "Citizens Advice, a law centre or a solicitor",
        "Our tenancy support team",
    ),
    "good-neighbour-agreement": (
        "Each household is offered the same words.",
        "It is voluntary.",
        "yes or no by 4:30pm on Friday 27 November 2026",
        "It is not a contract that a court enforces.",
        "It starts on Monday 30 November 2026.",
        "We tell each other before a party.",
        "on Sunday 28 February 2027",
        "I agree: Mr Daniel Price",
        "For Northbank Homes: Priya Shah",
    ),
    "new-officer": (
        "Your officer is now Priya Shah.",
        "You can call Priya Shah on 0116 496 0123.",
        "You do not need to tell us everything again.",
        "by the same dates",
        "Call 999 if someone is hurt",
        "ASB Case Review",
        "Community Trigger",
    ),
    "referral": (
        "The service is called Mill Lane Mediation.",
        "You can say no at any time.",
        "They will call you within a week.",
        "We told them no more than they need.",
        "Call 999 if someone is hurt",
    ),
    "tenancy-extension": (
        "Your tenancy started on Monday 12 January 2026.",
        "Its first period was to end on Monday 11 January 2027.",
        "It now ends on Sunday 11 July 2027.",
        "This is not a notice to leave.",
        "You were written to on 20 November 2026 and it went on.",
        "You must ask by Tuesday 8 December 2026.",
        "You have the right to ask us to review this decision.",
        "Citizens Advice, a housing aid centre, a law centre or a solicitor",
    ),
    "tenancy-sustainment": (
        "We want you to keep your home.",
        "yes or no by 4:30pm on Friday 27 November 2026",
        "It runs from Monday 30 November 2026 to Sunday 30 May 2027.",
        "have no more than two visitors after 10pm.",
        "mend the front door by 4 December.",
        "I know that it is voluntary.",
        "I agree: Mr Daniel Price",
        "For Northbank Homes: Priya Shah",
    ),
    "visit-appointment": (
        "We have not made up our minds about anything.",
        "meet you on 2pm on Thursday 26 November 2026.",
        "your home, Flat 5, Rose Court",
        "noise on the stairs late at night",
        "You can ask for another day, another time or another place.",
        "We can get you an interpreter.",
    ),
}
# Notify's white areas on page 1, in mm: left, top, right, bottom.
WHITE = (
    (15, 30, 125, 39.5),
    (15, 66.3, 125, 95),
    (15, 30, 24.6, 95),
    (120, 30, 125, 95),
    (0, 0, 15, 297),
    (195, 0, 210, 297),
    (0, 0, 210, 5),
    (0, 292, 210, 297),
)
EVERYWHERE = (
    "Northbank Homes",
    "ASB-2026-00417",
    "Priya Shah",
    "0116 496 0123",
    "Who to ask",
    "braille, audio, Easy Read",
)


def text_of(letter: letters.Rendition) -> str:
    return " ".join(" ".join(texts(letter)).split())


@every_letter
def test_a_letter_says_who_writes_what_happened_what_is_next_and_whom_to_ask(code: str, rendition: RenditionName) -> None:
    text = text_of(drawn(code, rendition))
    assert [said for said in (*SAID[code], *EVERYWHERE) if said not in text] == []


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


@every_kind
def test_the_size_of_the_print_is_what_the_rendition_promises(code: str) -> None:
    assert _sizes(code, "accessible")[0] == 12
    assert _sizes(code, "large")[0] == 18
    assert drawn(code, "large").pages > drawn(code, "accessible").pages


def _sizes(code: str, rendition: RenditionName) -> list[float]:
    sizes: list[float] = []

    def visit(text: str, _cm: object, matrix: list[float], _font: object, size: float) -> None:
        if text.strip():
            sizes.append(round(size * abs(matrix[3]) * 0.75, 1))

    for page in pypdf.PdfReader(io.BytesIO(drawn(code, rendition).pdf)).pages:
        page.extract_text(visitor_text=visit)
    return sorted(sizes)


@every_kind
def test_in_print_the_address_lies_in_its_window_and_the_white_areas_are_white(code: str, tmp_path: Path) -> None:
    path = tmp_path / "letter.pdf"
    path.write_bytes(drawn(code, "print").pdf)
    words = _words(path)
    block = letters.address_block(*_recipient(code))
    inside = [word for left, top, right, bottom, word in words if left > 24.6 and right < 120 and top > 39.5 and bottom < 66.3]
    assert " ".join(inside) == " ".join(block)
    page = _page_one(path)
    for left, top, right, bottom in WHITE:
        assert _is_white(page, left, top, right, bottom), (left, top, right, bottom)


def _recipient(code: str) -> tuple[str, list[str]]:
    recipient = letters.sample(letters.kind(code))["recipient"]
    assert isinstance(recipient, dict)
    return recipient["name"], recipient["address"]


def _words(path: Path) -> list[tuple[float, float, float, float, str]]:
    out = subprocess.run(["pdftotext", "-l", "1", "-bbox", path, "-"], check=True, capture_output=True, text=True).stdout
    found = re.findall(r'xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)<', out)
    return [(*(float(number) * 25.4 / 72 for number in four), word) for *four, word in found]


def _page_one(path: Path) -> Image.Image:
    raw = subprocess.run(["pdftoppm", "-l", "1", "-r", "50.8", "-gray", path], check=True, capture_output=True).stdout
    return Image.open(io.BytesIO(raw))


def _is_white(page: Image.Image, *box: float) -> bool:
    dots_per_mm = 50.8 / 25.4
    left, top, right, bottom = (round(edge * dots_per_mm) for edge in box)
    # One dot of grace: a line that touches the edge of an area is blurred into it.
    low, _high = page.crop((left + 1, top + 1, right - 1, bottom - 1)).getextrema()
    return isinstance(low, int | float) and low > 250


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


def test_the_gallery_writes_every_letter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The package shows the function `render` where the module of that name would be.
    monkeypatch.setattr(sys.modules["letters.render"], "render", lambda kind, _data, *, rendition, brand: drawn(kind.code, rendition))
    assert len(letters.gallery(tmp_path / "gallery")) == len(EVERY)
