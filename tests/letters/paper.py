"""What is seen on drawn pages, in mm from the top left of each, and what is heard when they are read aloud."""

from __future__ import annotations

import io
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

import letters

DOTS_PER_MM = 2
# Notify's white areas, in mm: left, top, right, bottom. The first four on page 1 only.
ABOUT_THE_WINDOW = ((15, 30, 125, 39.5), (15, 66.3, 125, 95), (15, 30, 24.6, 95), (120, 30, 125, 95))
EDGES = ((0, 0, 15, 297), (195, 0, 210, 297), (0, 0, 210, 5), (0, 292, 210, 297))
WINDOW = (24.6, 39.5, 120.0, 66.3)


@dataclass(frozen=True)
class Word:
    """One word where it stands, and how wide its page is."""

    page: int
    width: float
    left: float
    top: float
    right: float
    bottom: float
    text: str

    def within(self, left: float, top: float, right: float, bottom: float) -> bool:
        return self.left > left and self.right < right and self.top > top and self.bottom < bottom


def words(pdf: bytes) -> list[Word]:
    """Every word, by poppler."""
    out = _poppler("pdftotext", "-bbox", pdf=pdf, after=("-",)).decode()
    return [
        Word(number, *(float(edge) * 25.4 / 72 for edge in (page.split('"')[1], *edges)), text)
        for number, page in enumerate(out.split("<page ")[1:], start=1)
        for *edges, text in re.findall(r'xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*?)<', page)
    ]


def address_in_window(pdf: bytes) -> str:
    """The words that can be read through the window of the envelope."""
    return " ".join(word.text for word in words(pdf) if word.page == 1 and word.within(*WINDOW))


def window_of(code: str) -> str:
    """What should be read there."""
    recipient = letters.sample(letters.kind(code))["recipient"]
    assert isinstance(recipient, dict)
    return " ".join(letters.address_block(recipient["name"], recipient["address"]))


def ink_where_white_must_be(pdf: bytes) -> list[tuple[int, tuple[float, ...]]]:
    """The areas of each page that must stay white and are not."""
    return [
        (number, area)
        for number, page in enumerate(_pictures(pdf), start=1)
        for area in (EDGES if number > 1 else (*ABOUT_THE_WINDOW, *EDGES))
        if not _is_white(page, *area)
    ]


def read_aloud(pdf: bytes) -> str:
    """The words of the structure tree in its order, as an aid that reads aloud finds them."""
    told = _poppler("pdfinfo", "-struct-text", pdf=pdf).decode()
    return " ".join(" ".join(re.findall(r'^ *"(.*)"$', told, re.MULTILINE)).split())


def _poppler(*command: str, pdf: bytes, after: tuple[str, ...] = ()) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "letter.pdf"
        path.write_bytes(pdf)
        return subprocess.run([*command, path, *after], check=True, capture_output=True).stdout


def _pictures(pdf: bytes) -> list[Image.Image]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "letter.pdf"
        path.write_bytes(pdf)
        subprocess.run(["pdftoppm", "-r", str(DOTS_PER_MM * 25.4), "-gray", path, Path(folder) / "page"], check=True)
        return [Image.open(io.BytesIO(each.read_bytes())) for each in sorted(Path(folder).glob("*.pgm"))]


def _is_white(page: Image.Image, *area: float) -> bool:
    left, top, right, bottom = (round(edge * DOTS_PER_MM) for edge in area)
    # One dot of grace: a line that touches the edge of an area is blurred into it.
    low, _high = page.crop((left + 1, top + 1, right - 1, bottom - 1)).getextrema()
    return isinstance(low, int | float) and low > 250
