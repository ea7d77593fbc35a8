"""One PDF of many letters for a printer that prints on both sides: a cover with the list, then letter after letter, each on
sheets of its own. What is printed stays what each letter's own rendition is.

Knows no queue: `runs.py` says which letters, and keeps what comes of it.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from django.template.loader import render_to_string

from backend.correspondence import drawing
from backend.correspondence.models import Letter, PrintRun
from backend.correspondence.sending import posted
from backend.correspondence.sending.manifest import Line
from backend.correspondence.words import kind_of

#: Rows of the cover's list: a longer table takes whole seconds to draw, and nobody counts along it.
MOST_ROWS = 24
#: A4 in points.
_A4 = (595.276, 841.89)
ENDING, TYPE = "pdf", "application/pdf"
#: The pages themselves are not looked at.
READS = False


def refused(letter: Letter, pdf: bytes) -> tuple[str, str] | None:
    """Why this letter cannot go with a run that we print: a sentence, and no code."""
    if not posted(kind_of(letter.case, letter.kind)):
        return f"“{letter.title}” is not a letter to be posted.", ""
    return None


class Binder:
    """Puts letters together, some at a time: only those in hand are in memory."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._parts: list[Path] = []

    def add(self, letters: Iterable[tuple[Line, bytes]]) -> None:
        """The next letters. One that ends on the front of a sheet gets an empty back."""
        import pikepdf

        with pikepdf.new() as part:
            for _, pdf in letters:
                with pikepdf.open(io.BytesIO(pdf)) as letter:
                    part.pages.extend(letter.pages)
                    if len(letter.pages) % 2:
                        part.add_blank_page(page_size=_A4)
            self._keep(part)

    def bound(self, run: PrintRun, lines: Sequence[Line]) -> bytes:
        """Everything, with its cover in front."""
        import pikepdf

        path = self._folder / "run.pdf"
        with pikepdf.new() as whole, pikepdf.open(io.BytesIO(cover(run, lines))) as front:
            whole.pages.extend(front.pages)
            if len(front.pages) % 2:
                whole.add_blank_page(page_size=_A4)
            for part in self._parts:
                with pikepdf.open(part) as some:
                    whole.pages.extend(some.pages)
            whole.docinfo["/Title"] = str(run)
            whole.save(path, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        return path.read_bytes()

    def _keep(self, part: object) -> None:
        path = self._folder / f"{len(self._parts)}.pdf"
        part.save(path)  # type: ignore[attr-defined]
        self._parts.append(path)


def cover(run: PrintRun, lines: Sequence[Line]) -> bytes:
    """The sheet in front: what must be in the pile, so that whoever folds it can count. Many letters are told in groups."""
    taken = [line for line in lines if line.order]
    kinds = {title: sum(line.title == title for line in taken) for title in sorted({line.title for line in taken})}
    size = 1 if len(taken) <= MOST_ROWS else -(-len(taken) // MOST_ROWS)
    groups = [(some[0], some[-1]) for some in (taken[at : at + size] for at in range(0, len(taken), size))]
    context = {
        "run": run, "letters": len(taken), "groups": groups, "grouped": size > 1, "kinds": kinds,
        "sheets": sum(line.sheets for line in taken),
    }  # fmt: skip
    pdf, _ = drawing.draw(render_to_string("letters/cover.html", context), "accessible", {}, window=False)
    return pdf
