"""Whether GOV.UK Notify would take a letter as it is: its rules for precompiled letters, each with Notify's own code.

The figures are those of Notify's page (millimetres from the top left of an A4 page). Reads the PDF as a printer would: its words
and its pixels, by poppler. Knows no letters and no landlords.
"""

from __future__ import annotations

import html
import io
import re
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from letters import postcode

MOST_BYTES, MOST_PAGES = 2 * 1024 * 1024, 10
#: Of the name and the address together.
FEWEST_LINES, MOST_LINES = 3, 7
WIDTH, HEIGHT, A4_TOLERANCE = 210.0, 297.0, 2.0
_POINT = 25.4 / 72
#: x from, y from, x to, y to.
Box = tuple[float, float, float, float]
WINDOW: Box = (24.6, 39.5, 120.0, 66.3)
#: Where Notify puts its own mark.
TAG: Box = (1.8, 1.8, 17.0, 7.95)
#: No printer reaches these, on any page.
EDGES: Sequence[Box] = ((0, 0, 15, HEIGHT), (195, 0, WIDTH, HEIGHT), (0, 0, WIDTH, 5), (0, 292, WIDTH, HEIGHT))
#: On the first page: above, below and beside the window, where the envelope shows and Notify prints its barcode.
ROUND_THE_WINDOW: Sequence[Box] = ((15, 30, 125, 39.5), (15, 66.3, 125, 95), (15, 39.5, 24.6, 66.3), (120, 39.5, 125, 66.3))
#: Dots to the millimetre in which pages are looked at, and what counts as white.
_DOTS, _WHITE, _SECONDS = 2, 250, 30
_BAD_START = tuple('@()=[]"\\/,<>~')
_NO_ABODE = re.compile(r"\b(no fixed (abode|address)|nfa)\b", re.IGNORECASE)
_HOME = frozenset({"uk", "united kingdom", "great britain", "england", "scotland", "wales", "northern ireland"})
_ABROAD = frozenset({
    "australia", "austria", "belgium", "bulgaria", "canada", "croatia", "cyprus", "czechia", "denmark", "estonia", "finland", "france",
    "germany", "greece", "hungary", "india", "ireland", "republic of ireland", "italy", "latvia", "lithuania", "luxembourg", "malta",
    "netherlands", "new zealand", "norway", "pakistan", "poland", "portugal", "romania", "slovakia", "slovenia", "spain", "sweden",
    "switzerland", "turkey", "ukraine", "united states", "usa",
})  # fmt: skip


@dataclass(frozen=True)
class Word:
    """A word where it stands on its page."""

    page: int
    x: float
    y: float
    right: float
    bottom: float
    text: str

    def within(self, box: Box) -> bool:
        """Whether its middle is in the box."""
        x, y = (self.x + self.right) / 2, (self.y + self.bottom) / 2
        return box[0] <= x <= box[2] and box[1] <= y <= box[3]


@dataclass(frozen=True)
class Page:
    """The size of a page in millimetres, how it is turned, and the names of fonts that the file lacks."""

    width: float
    height: float
    turned: int
    lacking: tuple[str, ...]


class Unreadable(Exception):
    """No printer would make anything of this file."""


class Sheet:
    """A PDF, its words and its pixels, each read once and only when a rule asks."""

    def __init__(self, pdf: bytes) -> None:
        self.pdf = pdf

    @cached_property
    def pages(self) -> list[Page]:
        import pikepdf

        try:
            with pikepdf.open(io.BytesIO(self.pdf)) as opened:
                return [_page(page) for page in opened.pages]
        except (pikepdf.PdfError, ValueError, TypeError, KeyError):
            raise Unreadable from None

    @cached_property
    def words(self) -> list[Word]:
        said = _poppler("pdftotext", "-bbox", "-", "-", given=self.pdf).decode("utf-8", "replace")
        pages = said.split("<page ")[1:]
        return [_word(number, found) for number, page in enumerate(pages) for found in _WORD.finditer(page)]

    @cached_property
    def pictures(self) -> list[Any]:
        """Each page in grey, a few dots to the millimetre."""
        return list(_pictures(_poppler("pdftoppm", "-gray", "-r", str(_DOTS * 25.4), "-", given=self.pdf)))

    def address(self) -> list[str]:
        """The lines that show in the envelope's window, from the top."""
        shown = sorted((word for word in self.words if word.page == 0 and word.within(WINDOW)), key=lambda word: (word.y, word.x))
        lines: list[list[Word]] = []
        for word in shown:
            if lines and abs(lines[-1][0].y - word.y) < 1.5:
                lines[-1].append(word)
            else:
                lines.append([word])
        return [" ".join(word.text for word in sorted(line, key=lambda word: word.x)).rstrip(" ,") for line in lines]


def _page(page: Any) -> Page:
    left, bottom, right, top = (float(edge) * _POINT for edge in page.mediabox)
    fonts = dict(page.resources.get("/Font", {})).values()
    return Page(right - left, top - bottom, int(page.obj.get("/Rotate", 0)), tuple(_name(font) for font in fonts if not _embedded(font)))


def _name(font: Any) -> str:
    return str(font.get("/BaseFont", "?")).lstrip("/")


def _embedded(font: Any) -> bool:
    inner = font["/DescendantFonts"][0] if "/DescendantFonts" in font else font
    described = inner.get("/FontDescriptor", {})
    return any(key in described for key in ("/FontFile", "/FontFile2", "/FontFile3"))


_WORD = re.compile(r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*?)</word>')


def _word(page: int, found: re.Match[str]) -> Word:
    x, y, right, bottom = (float(found[number]) * _POINT for number in range(1, 5))
    return Word(page, x, y, right, bottom, html.unescape(found[5]))


def _poppler(*words: str, given: bytes) -> bytes:
    try:
        return subprocess.run(words, input=given, capture_output=True, check=True, timeout=_SECONDS).stdout  # noqa: S603
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        raise Unreadable from None


def _pictures(stream: bytes) -> Iterator[Any]:
    """The pages that poppler writes one after the other."""
    from PIL import Image

    at = 0
    while found := re.compile(rb"P5\s+(\d+)\s+(\d+)\s+255\s").match(stream, at):
        width, height = int(found[1]), int(found[2])
        at = found.end() + width * height
        yield Image.frombytes("L", (width, height), stream[found.end() : at])


# The rules, in the order in which Notify looks


def _size(sheet: Sheet) -> str:
    return "The file is larger than 2 MB." if len(sheet.pdf) > MOST_BYTES else ""


def _length(sheet: Sheet) -> str:
    return f"The letter has {len(sheet.pages)} pages, where {MOST_PAGES} may be sent." if len(sheet.pages) > MOST_PAGES else ""


def _paper(sheet: Sheet) -> str:
    wrong = (number for number, page in enumerate(sheet.pages, 1) if not _is_a4(page))
    return next((f"Page {number} is not an upright A4 page." for number in wrong), "")


def _is_a4(page: Page) -> bool:
    wide, high = abs(page.width - WIDTH) <= A4_TOLERANCE, abs(page.height - HEIGHT) <= A4_TOLERANCE
    return wide and high and page.turned % 180 == 0


def _fonts(sheet: Sheet) -> str:
    return next((f"The font {name} is not in the file." for page in sheet.pages for name in page.lacking), "")


def _tag(sheet: Sheet) -> str:
    found = any(word.text.strip() == "NOTIFY" and word.within(TAG) for word in sheet.words)
    return "The mark NOTIFY stands in the corner, where Notify puts its own." if found else ""


def _printable(sheet: Sheet) -> str:
    for number, picture in enumerate(sheet.pictures):
        for box in (*EDGES, *(ROUND_THE_WINDOW if number == 0 else ())):
            if _darkest(picture, box) < _WHITE:
                where = "in the margin" if box in EDGES else "too near the address"
                return f"Something on page {number + 1} stands {where}."
    return ""


def _darkest(picture: Any, box: Box) -> int:
    left, top, right, bottom = (int(edge * _DOTS) for edge in box)
    darkest, _ = picture.crop((left, top, min(right, picture.width), min(bottom, picture.height))).getextrema()
    return int(darkest)


_RULES: Sequence[tuple[str, Callable[[Sheet], str]]] = (
    ("letter-not-a4-portrait-oriented", _paper),
    ("file-too-big", _size),
    ("letter-too-long", _length),
    ("fonts-not-embedded", _fonts),
    ("notify-tag-found-in-content", _tag),
    ("content-outside-printable-area", _printable),
)


def address_faults(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What is wrong with the address in the window: a sentence and Notify's code."""
    plain = [line.casefold() for line in lines]
    if not lines:
        yield "No address shows in the envelope’s window.", "address-is-empty"
        return
    if any(_NO_ABODE.search(line) for line in lines):
        yield "The person has no fixed address.", "no-fixed-abode-address"
    if any("bfpo" in line for line in plain) and any(line in _HOME | _ABROAD for line in plain):
        yield "An address of the forces (BFPO) names no country.", "has-country-for-bfpo-address"
    if plain[-1] in _ABROAD:
        yield f"The address is abroad: {lines[-1]}.", "cant-send-international-letters"
    if len(lines) < FEWEST_LINES:
        yield "The address has fewer than three lines.", "not-enough-address-lines"
    if len(lines) > MOST_LINES:
        yield "The address has more than seven lines.", "too-many-address-lines"
    if postcode(lines[-1]) is None:
        yield f"The last line of the address, {lines[-1]}, is not a UK postcode.", "not-a-real-uk-postcode"
    yield from _line_faults(lines)


def _line_faults(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    if bad := next((line for line in lines if line.startswith(_BAD_START)), ""):
        yield f"A line of the address starts with {bad[0]}.", "invalid-char-in-address"
    if not all(any(character.isalnum() for character in line) for line in lines[:2]):
        yield "The first two lines of the address need a letter or a number.", "invalid-address-line-1-or-2"


def faults(pdf: bytes) -> Sequence[tuple[str, str]]:
    """Everything for which Notify would send the letter back: a sentence and a code for each."""
    sheet = Sheet(pdf)
    try:
        found = [(sentence, code) for code, rule in _RULES if (sentence := rule(sheet))]
        # On paper of another shape nothing stands where it should: to say so of each thing helps nobody.
        return found[:1] if _paper(sheet) else [*found, *address_faults(sheet.address())]
    except Unreadable:
        return [("The file cannot be read.", "unable-to-read-the-file")]


def refused(pdf: bytes) -> tuple[str, str] | None:
    """All that is wrong with a letter in one sentence after the other, and the code of the first; None where Notify would take it."""
    found = faults(pdf)
    return (" ".join(sentence for sentence, _ in found), found[0][1]) if found else None
