"""Adds what WeasyPrint leaves out of a tagged PDF: the scope of table headings.

Knows only PDF structure. It works on the objects before they are written, so that the PDF is not read and written again.
"""

from __future__ import annotations

from typing import Any


def scope_headings(_: object, pdf: Any) -> None:
    """Every table heading is scoped: to its column in the table's head, else to its row. WeasyPrint calls this as its finisher."""
    for element in pdf.objects:
        if isinstance(element, dict) and element.get("S") == "/TH":
            element["A"]["Scope"] = "/Column" if _in_head(element, pdf) else "/Row"


def _in_head(element: Any, pdf: Any) -> bool:
    while element.get("S") not in ("/THead", "/Table", "/Document"):
        number, _, _ = element["P"].partition(b" ")
        element = pdf.objects[int(number)]
    return bool(element["S"] == "/THead")
