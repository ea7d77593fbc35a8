"""Writes a letter: checks the data, fills the template, draws the rendition.

Knows no cases, no queue and no clock: the date of the letter is data like the rest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, get_args

from jinja2 import UndefinedError
from markupsafe import Markup

from .beside import beside
from .brand import PLAIN, Brand, logo_uri, pictures_in
from .catalogue import DECIDED, Kind, kinds, sample
from .draw import ON_PAPER, RenditionName, draw, styles
from .errors import BadKind, LetterError, NeedsNotMet, TooManyPages, UnknownRendition
from .templates import environment
from .translation import Translation, translations
from .values import gather

#: What every letter can be made as.
RENDITIONS: tuple[RenditionName, ...] = ("accessible", "large", "print")
# GOV.UK Notify prints no more, and a longer letter is hardly read.
PRINT_PAGES = 10
# A bundle for a court goes by hand.
LONG_PAGES = 80
# Extends the page of the kind and fills its block `letter` with wording that is not a template.
OWN = "base/own.html"


class Drawing(Protocol):
    """Whatever draws a page: `draw`, or a process that holds itself to limits."""

    def __call__(self, html: str, rendition: RenditionName, pictures: Mapping[str, bytes], *, window: bool) -> tuple[bytes, int]: ...


@dataclass(frozen=True, slots=True)
class Rendition:
    """One letter in one shape. The hash is that of the PDF; every shape of a letter can be drawn from its `html`."""

    pdf: bytes
    sha256: str
    pages: int
    html: str


def missing(kind: Kind, data: Mapping[str, object]) -> tuple[str, ...]:
    """A sentence for each thing that stops this letter being written; nothing when it can be."""
    return values_of(kind, data)[1]


def render(
    kind: Kind,
    data: Mapping[str, object],
    *,
    rendition: RenditionName,
    brand: Brand,
    drawing: Drawing = draw,
    translation: Translation | None = None,
) -> Rendition:
    """The letter as PDF.
    `translation` is what stands on the page too, in the rendition `beside` in a column of its own."""
    return redraw(kind, page(kind, data, brand, translation), rendition=rendition, drawing=drawing)


def redraw(kind: Kind, html: str, *, rendition: RenditionName, drawing: Drawing = draw) -> Rendition:
    """A letter whose page is at hand, in another shape: the same words, whatever has become of the wording since."""
    if rendition not in get_args(RenditionName):
        raise UnknownRendition(f"There is no rendition called {rendition}. Choose from {', '.join(get_args(RenditionName))}.")
    try:
        pdf, pages = drawing(html, rendition, pictures_in(html), window=kind.shape == "letter")
    except LetterError as error:
        raise type(error)(f"“{kind.title}” cannot be made: {error}") from None
    limit = LONG_PAGES if kind.long else PRINT_PAGES
    if rendition in ON_PAPER and pages > limit:
        raise TooManyPages(f"The letter takes {pages} pages, where {limit} can be printed. Shorten it.")
    return Rendition(pdf=pdf, sha256=hashlib.sha256(pdf).hexdigest(), pages=pages, html=html)


def preview_html(
    kind: Kind,
    data: Mapping[str, object],
    brand: Brand = PLAIN,
    *,
    translation: Translation | None = None,
) -> str:
    """The letter as one page of HTML with its styles, to be shown in a sandboxed frame."""
    html = page(kind, data, brand, translation)
    return html.replace("</head>", f"<style>{styles('accessible')}</style></head>", 1)


def gallery(folder: Path, brand: Brand = PLAIN, *, only: Collection[str] | None = None) -> tuple[Path, ...]:
    """Every kind (or only these) in every rendition, from its sample, written into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for each in kinds().values() if only is None else map(kinds().__getitem__, only):
        for rendition in RENDITIONS:
            path = folder / f"{each.code}.{rendition}.pdf"
            path.write_bytes(render(each, sample(each), rendition=rendition, brand=brand).pdf)
            written.append(path)
        for language, translation in translations(each).items():
            path = folder / f"{each.code}.beside.{language}.pdf"
            path.write_bytes(render(each, sample(each), rendition="beside", brand=brand, translation=translation).pdf)
            written.append(path)
    return tuple(written)


def page(kind: Kind, data: Mapping[str, object], brand: Brand, translation: Translation | None = None) -> str:
    """The letter as a page of HTML without its styles. Raises `LetterError`."""
    values, faults = values_of(kind, data)
    if faults:
        raise NeedsNotMet(faults)
    logo = logo_uri(brand.logo) if brand.logo else None
    own = {"_page": kind.page, "_letter": _own_letter(kind, values, data)}
    template = OWN if kind.body else kind.page
    try:
        html = environment().get_template(template).render(**values, **own, kind=kind, brand=brand, logo=logo)
    except UndefinedError as error:
        raise BadKind(f"The letter {kind.code} asks for something that nobody gives: {error}") from error
    if translation:
        html = beside(html, kind, translation, values, _decided(data))
    return html


def values_of(kind: Kind, data: Mapping[str, object]) -> tuple[dict[str, object], tuple[str, ...]]:
    """What the letter prints, and a sentence for everything that stops it."""
    values, faults = gather(kind.every_need, {name: value for name, value in data.items() if name != DECIDED}, long=kind.long)
    decided = _decided(data)
    undecided = (
        f"Nobody has decided whether {condition}." for condition in kind.conditions if not isinstance(decided.get(condition), bool)
    )
    return values, (*faults, *undecided)


def _decided(data: Mapping[str, object]) -> Mapping[str, object]:
    decided = data.get(DECIDED)
    return decided if isinstance(decided, Mapping) else {}


def _own_letter(kind: Kind, values: Mapping[str, object], data: Mapping[str, object]) -> Markup:
    return kind.body.html(values, _decided(data)) if kind.body else Markup("")
