"""A page of HTML as plain text: headings, paragraphs, lists and tables as one would type them into an e-mail.

Knows the few elements that letters are made of, and nothing of what they say. Lines are not broken: whoever reads on a phone
or aloud has them broken where it suits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import zip_longest

from lxml import html
from lxml.html import HtmlElement

#: An e-mail has no envelope, and its address is not the person's.
_LEFT_OUT = {"address"}
_BLANK = "_" * 20
_LISTS = {"ul", "ol"}
_SPACED = re.compile(r"\n{4,}")


def plain(page: str) -> str:
    """The body of the page, without the address of whoever it is for."""
    lines = "\n".join(_lines(html.document_fromstring(page).find("body")))
    return _SPACED.sub("\n\n\n", lines).strip("\n")


def _lines(element: HtmlElement) -> Iterator[str]:
    if _classes(element) & _LEFT_OUT:
        return
    if (write := _WRITERS.get(element.tag)) is not None:
        yield from write(element)
        return
    for child in element.iterchildren("*"):
        yield from _lines(child)
    if "letterhead" in _classes(element):
        yield ""


def _paragraph(element: HtmlElement) -> Iterator[str]:
    yield _words(element)
    # The lines of a letterhead stand close together.
    if "sender" not in _classes(element.getparent()):
        yield ""


def _heading(element: HtmlElement) -> Iterator[str]:
    yield from ("", _words(element), "")


def _list(element: HtmlElement) -> Iterator[str]:
    yield from _entries(element, "")
    yield ""


def _entries(element: HtmlElement, indent: str) -> Iterator[str]:
    for number, item in enumerate(element.iterchildren("li"), start=int(element.get("start", 1))):
        yield f"{indent}{number}. {_words(item)}" if element.tag == "ol" else f"{indent}- {_words(item)}"
        for within in item.iterchildren("ul", "ol"):
            yield from _entries(within, f"{indent}  ")


def _table(table: HtmlElement) -> Iterator[str]:
    """Each cell on a line of its own behind its heading; a blank line after each row."""
    heads = [_words(cell) for cell in table.iterfind("thead/tr/th")]
    for row in table.iterfind("tbody/tr"):
        cells = [_words(cell) for cell in row]
        yield from (f"{head}: {cell}" if head else cell for head, cell in zip_longest(heads, cells, fillvalue=""))
        yield ""


def _picture(element: HtmlElement) -> Iterator[str]:
    # A letterhead says the landlord's name beside its picture too.
    if "letterhead" not in _classes(element.getparent().getparent()):
        yield element.get("alt", "")


def _words(element: HtmlElement) -> str:
    lines = "".join(_pieces(element)).split("\n")
    return "\n".join(filter(None, (" ".join(line.split()) for line in lines)))


def _pieces(element: HtmlElement) -> Iterator[str]:
    """The text within, where a line that is broken on the page is broken too, and a place to write in can be seen."""
    if element.tag == "br":
        yield "\n"
    elif "line" in _classes(element):
        yield _BLANK
    yield (element.text or "").replace("\n", " ")
    for child in element.iterchildren("*"):
        if child.tag not in _LISTS:
            yield from _pieces(child)
        yield " " if child.tag == "p" else ""
        yield (child.tail or "").replace("\n", " ")


def _classes(element: HtmlElement) -> set[str]:
    return set(element.get("class", "").split())


_WRITERS = {
    "p": _paragraph, "h1": _heading, "h2": _heading, "h3": _heading,
    "ul": _list, "ol": _list, "table": _table, "img": _picture,
}  # fmt: skip
