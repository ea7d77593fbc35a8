"""Every kind in every rendition, drawn once from its sample and shared by all tests."""

from __future__ import annotations

import io
import socket
import subprocess
from collections.abc import Callable, Iterator
from functools import cache

import pikepdf
import pytest
from PIL import Image

import letters
from letters.draw import RenditionName


@cache
def drawn(code: str, rendition: RenditionName) -> letters.Rendition:
    """A kind's sample, drawn."""
    return letters.render(letters.kind(code), letters.sample(letters.kind(code)), rendition=rendition, brand=BRAND)


@cache
def texts(letter: letters.Rendition) -> list[str]:
    """What a reader of each page sees, by poppler: pypdf drops and adds spaces."""
    ran = subprocess.run(["pdftotext", "-", "-"], input=letter.pdf, check=True, capture_output=True)
    return ran.stdout.decode().split("\f")[:-1]


def a_logo() -> bytes:
    """A small picture with an alpha channel."""
    out = io.BytesIO()
    Image.new("RGBA", (300, 80), (122, 31, 92, 200)).save(out, "PNG")
    return out.getvalue()


BRAND = letters.Brand(colour="#7a1f5c", logo=a_logo(), signatory="Neighbourhoods team")
#: Drawn in every rendition each time; of all others one rendition, in turn, and the rest with --long.
CORE = ("abc", "acknowledgement", "bundle", "warning")


def chosen(number: int, code: str, rendition: RenditionName) -> bool:
    """Whether the sample that is drawn each time holds it."""
    return code in CORE or letters.RENDITIONS[number % len(letters.RENDITIONS)] == rendition


EVERY = [
    pytest.param(code, rendition, marks=() if chosen(number, code, rendition) else pytest.mark.long)
    for number, code in enumerate(letters.kinds())
    for rendition in letters.RENDITIONS
]
every_letter = pytest.mark.parametrize(("code", "rendition"), EVERY)
every_kind = pytest.mark.parametrize("code", list(letters.kinds()))


def elements(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Object]:
    """The structure elements of a tagged PDF, in reading order."""

    def walk(element: pikepdf.Object) -> Iterator[pikepdf.Object]:
        yield element
        kids = element.get("/K")
        for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
            if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
                yield from walk(kid)

    yield from walk(pdf.Root.StructTreeRoot.K[0])


@pytest.fixture(autouse=True)
def no_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a letter opened a socket")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.fixture
def data() -> dict[str, object]:
    """Good data for an acknowledgement, to be spoilt."""
    return letters.sample(letters.kind("acknowledgement"))


@pytest.fixture
def with_value(data: dict[str, object]) -> Callable[..., dict[str, object]]:
    """The good data with one value changed, nested names given as group and leaf."""

    def change(value: object, *path: str) -> dict[str, object]:
        if len(path) == 1:
            return {**data, path[0]: value}
        group = data[path[0]]
        assert isinstance(group, dict)
        return {**data, path[0]: {**group, path[1]: value}}

    return change
