"""Turns a finished page of HTML into a tagged PDF, or says in words why not.

The only file that knows WeasyPrint. It knows no kinds and no data; it trusts nothing in the page: whatever
the page tries to fetch, cannot print or cannot place fails the letter.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache, partial
from typing import Any, Literal

from .errors import CharacterWithoutFont, DoesNotFit, DrawingFault, RefusedFetch
from .tags import mend
from .templates import BASE

RenditionName = Literal["accessible", "large", "print", "beside"]
#: These go into an envelope with a window.
ON_PAPER: tuple[RenditionName, ...] = ("print", "beside")
_SHEETS: Mapping[RenditionName, tuple[str, ...]] = {
    "accessible": ("common.css", "accessible.css"),
    "large": ("common.css", "large.css"),
    "print": ("common.css", "print.css"),
    "beside": ("common.css", "print.css", "beside.css"),
}
_MM = 96 / 25.4  # CSS pixels
# GOV.UK Notify's window, and the blocks beside it, in mm from the top left of page 1.
WINDOW_RIGHT, WINDOW_BOTTOM, HEAD_BOTTOM = 120.0, 66.3, 95.0
_ARTICLE = re.compile(r'<article [^>]*\blang="([A-Za-z-]+)"')
# Pango's font maps are not safe for two threads at once.
_ONE_AT_A_TIME = threading.Lock()


def draw(html: str, rendition: RenditionName, pictures: Mapping[str, bytes], *, window: bool = True) -> tuple[bytes, int]:
    """The PDF and its number of pages. Only the pictures given here, under exactly these addresses, are served.
    `window`: the first page has an address that must show in the envelope."""
    with _ONE_AT_A_TIME:
        document, raw = _paint(html, rendition, pictures)
    _check_characters(document)
    if window and rendition in ON_PAPER:
        _check_places(document.pages[0].anchors)
    return raw, len(document.pages)


def styles(rendition: RenditionName) -> str:
    """The style sheet of a rendition, as text."""
    return "\n".join((BASE / name).read_text("utf-8") for name in _SHEETS[rendition])


def _paint(html: str, rendition: RenditionName, pictures: Mapping[str, bytes]) -> tuple[Any, bytes]:
    from weasyprint import HTML
    from weasyprint.urls import FatalURLFetchingError

    fetcher = _fetcher_class()(pictures)
    options = {"stylesheets": [_sheet(rendition)], "pdf_variant": "pdf/ua-1", "pdf_tags": True}
    try:
        with _complaints() as complaints:
            page = HTML(string=html, base_url=None, url_fetcher=fetcher)
            document = page.render(font_config=_fonts(), **options)
            finisher = partial(mend, language=_second_language(html))
            raw = document.write_pdf(finisher=finisher, **options)
    except FatalURLFetchingError as error:
        raise RefusedFetch(str(error)) from error
    # An inline SVG swallows even the fatal error, so the record is what counts.
    if fetcher.refused:
        raise RefusedFetch(f"The letter tried to bring in {fetcher.refused[0][:80]}. It was not made.")
    _check_complaints(complaints)
    return document, raw


def _second_language(html: str) -> str:
    """WeasyPrint forgets the language of a passage, so it is read off the page. Values are escaped: none can say <article."""
    found = _ARTICLE.search(html)
    return found[1] if found else ""


@cache
def _fetcher_class() -> Any:
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    class OwnPicturesOnly(URLFetcher):  # type: ignore[misc, unused-ignore]
        """Serves the pictures it was given; refuses and records all else."""

        def __init__(self, pictures: Mapping[str, bytes]) -> None:
            super().__init__(allowed_protocols=(), allow_redirects=False, fail_on_errors=True)
            self._pictures = pictures
            self.refused: list[str] = []

        def fetch(self, url: str, headers: object = None) -> Any:
            if url in self._pictures:
                return URLFetcherResponse(url, self._pictures[url], {"Content-Type": "image/png"})
            self.refused.append(url)
            raise FatalURLFetchingError(f"The letter tried to bring in {url[:80]}. It was not made.")

    return OwnPicturesOnly


@cache
def _fonts() -> Any:
    from weasyprint.text.fonts import FontConfiguration

    return FontConfiguration()


@cache
def _sheet(rendition: RenditionName) -> Any:
    from weasyprint import CSS

    with _complaints() as complaints:
        sheet = CSS(string=styles(rendition), font_config=_fonts(), url_fetcher=_fetcher_class()({}))
    _check_complaints(complaints)
    return sheet


class _Listener(logging.Handler):
    """Keeps what WeasyPrint complains about in this thread."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.heard: list[str] = []
        self._thread = threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self._thread:
            self.heard.append(record.getMessage())


@contextmanager
def _complaints() -> Iterator[list[str]]:
    logger, listener = logging.getLogger("weasyprint"), _Listener()
    before = logger.disabled, logger.level
    # A logging set-up made after the import switches existing loggers off; a fault must still be heard.
    logger.disabled = False
    logger.setLevel(logging.WARNING)
    logger.addHandler(listener)
    try:
        yield listener.heard
    finally:
        logger.removeHandler(listener)
        logger.disabled = before[0]
        logger.setLevel(before[1])


def _check_complaints(complaints: list[str]) -> None:
    # Characters have their own check, which names them.
    others = [each for each in complaints if not each.startswith(".notdef")]
    if others:
        raise DrawingFault(f"The letter could not be drawn without a fault: {others[0][:200]}")


def _check_characters(document: Any) -> None:
    for font in document.fonts.values():
        for codepoint in font.missing:
            raise CharacterWithoutFont(
                f"The letter holds the character {chr(codepoint)} (U+{codepoint:04X}), which no font here can print. Write it another way."
            )


def _check_places(anchors: Mapping[str, tuple[float, float]]) -> None:
    places = {name: (x / _MM, y / _MM) for name, (x, y, *_) in anchors.items()}
    for name, (right, bottom) in places.items():
        if name.startswith("address-") and (right > WINDOW_RIGHT or bottom > WINDOW_BOTTOM):
            raise DoesNotFit(f"Line {name[8:]} of the address does not fit the envelope's window. Shorten it.")
    # Where the head is longer than the page, its end is on another one.
    if "sender-end" not in places or places["sender-end"][1] > HEAD_BOTTOM:
        raise DoesNotFit("The landlord's name and address take too much room at the head of the letter. Shorten them.")
