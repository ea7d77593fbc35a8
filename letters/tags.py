"""Mends what WeasyPrint 70 leaves out of a tagged PDF.

Table headings get their scope, passages in another language say which, the foot of each page is no part of what is read
aloud, a picture's place is given in the page's own measure, and elements with nothing in them go.

Knows only PDF structure. It works on the objects before they are written, so that the PDF is not read and written again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from typing import Any

_POINTS = 72 / 96  # of a CSS pixel
#: What only helps to leaf through the pages.
_FOOT = "<</Type /Pagination /Subtype /Footer>>"


def mend(_: object, pdf: Any, *, language: str = "") -> None:
    """WeasyPrint calls this before it writes. `language` is that of every <article>, which we keep for a second language."""
    root = pdf.catalog.get("StructTreeRoot")
    if root is None:
        return
    tree = _Tree(pdf)
    tree.prune(tree.at(root))
    reached = {0}
    for element, in_head in tree.elements(tree.at(root), False):
        reached.add(element.number)
        _mend_element(element, in_head, tree)
    if language:
        tree.speak(language)
    tree.take_out_feet(reached)


class _Tree:
    """The elements of a document that is not written yet, found by their references."""

    def __init__(self, pdf: Any) -> None:
        self._objects = pdf.objects
        self._root = self.at(pdf.catalog["StructTreeRoot"])
        self._pages = [page for page in pdf.objects if isinstance(page, dict) and page.get("Type") == "/Page"]

    def at(self, reference: bytes) -> Any:
        """The object that is meant."""
        return self._objects[int(reference.split(b" ", 1)[0])]

    def kids(self, element: Any) -> Iterator[Any]:
        """The elements right below; marked text is none."""
        for kid in element.get("K", ()):
            if isinstance(kid, bytes) and "S" in (found := self.at(kid)):
                yield found

    def prune(self, element: Any) -> None:
        """Take out what holds nothing: it is read as nothing, and some readers stop at it. An empty cell keeps its column."""
        for kid in tuple(self.kids(element)):
            self.prune(kid)
            if not kid["K"] and kid["S"] not in ("/TH", "/TD"):
                element["K"].remove(kid.reference)

    def elements(self, element: Any, in_head: bool) -> Iterator[tuple[Any, bool]]:
        """Every element below, in reading order, and whether it stands in a table's head."""
        for kid in self.kids(element):
            inside = in_head or kid["S"] == "/THead"
            yield kid, inside
            yield from self.elements(kid, inside)

    def speak(self, language: str) -> None:
        """Give every <article> its language, and English to every <span> within: what is quoted from the letter."""
        for article, _ in self.elements(self._root, False):
            if article["S"] == "/Art":
                article["Lang"] = f"({language})"
                for inner, _ in self.elements(article, False):
                    if inner["S"] == "/Span" and any(self.kids(inner)):
                        inner["Lang"] = "(en-GB)"

    def take_out_feet(self, reached: Set[int]) -> None:
        """Say of marked text that no element holds (the boxes in a page's margin) that it is no part of what is read."""
        numbers = self.at(self._root["ParentTree"])["Nums"]
        for page, owners in zip(self._pages, numbers[1::2], strict=False):
            loose = {number for number, owner in enumerate(owners) if self.at(owner).number not in reached}
            _unmark(self.at(page["Contents"]).stream, loose)
            for number in loose:
                owners[number] = "null"


def _unmark(stream: list[Any], loose: Set[int]) -> None:
    for place, properties in enumerate(stream):
        if isinstance(properties, Mapping) and properties.get("MCID") in loose:
            stream[place - 1 : place + 1] = "/Artifact", _FOOT


def _mend_element(element: Any, in_head: bool, tree: _Tree) -> None:
    kind = element["S"]
    if kind == "/TH":
        element["A"]["Scope"] = "/Column" if in_head else "/Row"
    elif kind == "/Figure":
        _place(element["A"]["BBox"], tree.at(element["Pg"])["MediaBox"][3])


def _place(box: list[float], height: float) -> None:
    """The picture's box in points from the foot of the page: WeasyPrint gives CSS pixels from its head."""
    left, top, right, bottom = (edge * _POINTS for edge in box)
    box[:] = [round(edge, 3) for edge in (left, height - bottom, right, height - top)]
