"""Mends what WeasyPrint 70 leaves out of a tagged PDF.

Table headings get their scope and entries of lists their body. Passages in another language say which, and what runs from right
to left how it is spelt. The foot of each page is no part of what is read aloud, a picture's place is given in the page's own
measure, and elements with nothing in them go.

Knows only PDF structure. It works on the objects before they are written, so that the PDF is not read and written again.
"""

from __future__ import annotations

from codecs import BOM_UTF16_BE
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Any

from .errors import DrawingFault

_POINTS = 72 / 96  # of a CSS pixel
#: Around what runs from left to right; they say nothing themselves.
_ISOLATES = "\N{LEFT-TO-RIGHT ISOLATE}\N{POP DIRECTIONAL ISOLATE}"
#: What only helps to leaf through the pages.
_FOOT = "<</Type /Pagination /Subtype /Footer>>"


def mend(document: Any, pdf: Any, *, language: str = "") -> None:
    """WeasyPrint calls this before it writes. `language` is that of every <article>, which we keep for a second language."""
    root = pdf.catalog.get("StructTreeRoot")
    if root is None:
        return
    tree = _Tree(pdf)
    tree.prune(tree.at(root))
    tree.give_bodies(pdf)
    reached = {0}
    for element, in_head in tree.elements(tree.at(root), False):
        reached.add(element.number)
        _mend_element(element, in_head, tree)
    if language:
        tree.speak(language)
        tree.spell([box for page in document.pages for box in _text_boxes(page._page_box, False)])
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

    def give_bodies(self, pdf: Any) -> None:
        """Put the paragraphs of an entry of a list into a body: WeasyPrint makes one for bare text alone."""
        for entry, _ in tuple(self.elements(self._root, False)):
            loose = [kid for kid in self.kids(entry) if kid["S"] not in ("/Lbl", "/LBody")] if entry["S"] == "/LI" else []
            if loose:
                body = type(entry)({"Type": "/StructElem", "S": "/LBody", "K": type(entry["K"])(), "Pg": entry["Pg"], "P": entry.reference})
                pdf.add_object(body)
                for kid in loose:
                    entry["K"].remove(kid.reference)
                    body["K"].append(kid.reference)
                    kid["P"] = body.reference
                entry["K"].append(body.reference)

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

    def spell(self, boxes: Sequence[Any]) -> None:
        """Give text that runs from right to left its letters in the order of reading: they are painted from left to right."""
        articles = [element for element, _ in self.elements(self._root, False) if element["S"] == "/Art"]
        passages = [inner for article in articles for inner, _ in self.elements(article, False) if isinstance(inner["K"][0], int)]
        if len(passages) != len(boxes):
            raise DrawingFault("The letter's second language could not be tagged. Send the letter in English, or write it more simply.")
        for passage, box in zip(passages, boxes, strict=True):
            if box.style["direction"] == "rtl":
                passage["ActualText"] = _string("".join(each for each in box.text if each not in _ISOLATES))

    def take_out_feet(self, reached: Set[int]) -> None:
        """Say of marked text that no element holds (the boxes in a page's margin) that it is no part of what is read."""
        numbers = self.at(self._root["ParentTree"])["Nums"]
        for page, owners in zip(self._pages, numbers[1::2], strict=False):
            loose = {number for number, owner in enumerate(owners) if self.at(owner).number not in reached}
            _unmark(self.at(page["Contents"]).stream, loose)
            for number in loose:
                owners[number] = "null"


def _text_boxes(box: Any, inside: bool) -> Iterator[Any]:
    """The boxes of text in every <article>, in the order in which WeasyPrint makes an element of each."""
    # An absolute box stands behind a placeholder.
    box = getattr(box, "_box", box)
    inside = inside or box.element_tag == "article"
    if hasattr(box, "text"):
        yield from [box] if inside else []
        return
    for child in getattr(box, "children", ()):
        yield from _text_boxes(child, inside)


def _string(text: str) -> bytes:
    return b"<" + (BOM_UTF16_BE + text.encode("utf-16-be")).hex().encode() + b">"


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
