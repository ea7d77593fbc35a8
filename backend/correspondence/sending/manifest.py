"""What is in a run of letters and what was left out: one entry a letter, kept with the run and given out as a spreadsheet.

Knows no files and no database.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from backend.casework.text import harmless

_HEAD = ("order", "case", "letter", "pages", "sheets", "first sheet", "sha256", "left out because", "code")


@dataclass(frozen=True)
class Line:
    """One letter of a run. `problem` says why it was left out, `code` what Notify would call that. Without `order` it is not in the
    file; with both it is, and must come out of the pile."""

    letter: int
    reference: str
    title: str
    pages: int = 0
    sha256: str = ""
    order: int = 0
    sheet: int = 0
    problem: str = ""
    code: str = ""

    @property
    def sheets(self) -> int:
        """Sheets of paper, printed on both sides: none is shared with another letter."""
        return (self.pages + 1) // 2

    @property
    def last_sheet(self) -> int:
        return self.sheet + self.sheets - 1

    def left_out(self, problem: str, code: str = "") -> Line:
        return replace(self, problem=problem, code=code)


def lines_of(manifest: Sequence[dict[str, Any]]) -> list[Line]:
    """The lines of a run, as its row keeps them."""
    return [Line(**one) for one in manifest]


def kept(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """Lines as a row keeps them."""
    return [asdict(one) for one in lines]


def numbered(lines: Iterable[Line]) -> Iterator[Line]:
    """The lines with their order and their first sheet after the cover; what was left out has none."""
    order, sheet = 0, 1
    for line in lines:
        if line.problem:
            yield replace(line, order=0, sheet=0)
            continue
        order += 1
        yield replace(line, order=order, sheet=sheet)
        sheet += line.sheets


def spreadsheet(lines: Iterable[Line]) -> str:
    """The manifest as CSV; no cell of it is ever a formula."""
    sheet = io.StringIO()
    rows = csv.writer(sheet)
    rows.writerow(_HEAD)
    for one in lines:
        places: tuple[object, ...] = (one.pages, one.sheets, one.sheet) if one.order else ("", "", "")
        cells = (one.order or "", one.reference, one.title, *places, one.sha256 if one.order else "", one.problem, one.code)
        rows.writerow([harmless(str(cell)) for cell in cells])
    return sheet.getvalue()
