"""Mends what WeasyPrint leaves out of a tagged PDF: the the scope of table headings.

Knows only PDF structure. The same bytes in give the same bytes out, so a letter can be known by its hash.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

import pikepdf
from pikepdf import Array, Dictionary, Name, Object


def mend(raw: bytes) -> bytes:
    """The PDF with every table heading scoped: to its column in the table's head, else to its row."""
    with pikepdf.open(io.BytesIO(raw)) as pdf:
        for heading, in_head in _headings(pdf.Root.StructTreeRoot, False):
            _scope(heading, in_head)
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True)
    return out.getvalue()


def _headings(element: Object, in_head: bool) -> Iterator[tuple[Object, bool]]:
    kind = element.get(Name.S)
    if kind == Name.TH:
        yield element, in_head
        return
    in_head = in_head or kind == Name.THead
    kids = element.get(Name.K)
    for kid in kids if isinstance(kids, Array) else [kids]:
        if isinstance(kid, Dictionary):
            yield from _headings(kid, in_head)


def _scope(heading: Object, in_head: bool) -> None:
    attributes = heading.get(Name.A)
    if not isinstance(attributes, Dictionary):
        attributes = heading.A = Dictionary(O=Name.Table)
    if Name.Scope not in attributes:
        attributes.Scope = Name.Column if in_head else Name.Row
