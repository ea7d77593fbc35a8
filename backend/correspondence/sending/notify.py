"""Packages for GOV.UK Notify, which prints and posts for councils: a letter that breaks one of its layout rules does not leave, and
is named with Notify's own code. `layout.py` looks at the pages.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from backend.accounts.models import Landlord
from backend.correspondence.models import Letter, PrintRun
from backend.correspondence.sending import layout, posted
from backend.correspondence.sending.manifest import Line, spreadsheet
from backend.correspondence.words import kind_of
from backend.errors import NotAllowed

#: Who may use Notify, by what the pack says that the landlord is: GOV.UK offers it to the public sector alone.
_COUNCILS = frozenset({"local-authority", "almo"})
_TYPE_OF_LANDLORD = "landlord_type"
ENDING, TYPE = "zip", "application/zip"
READS = True
#: Every package of the same letters has the same bytes.
_EPOCH = (1980, 1, 1, 0, 0, 0)


def offered(landlord: Landlord) -> bool:
    """Whether this landlord may use GOV.UK Notify."""
    live = landlord.pack.live
    setting = live.contents.settings.get(_TYPE_OF_LANDLORD) if live else None
    return setting is not None and setting.value in _COUNCILS


def need_offered(landlord: Landlord) -> None:
    if not offered(landlord):
        raise NotAllowed("GOV.UK Notify posts letters for councils and their organisations only. Print the letters instead.")


def refused(letter: Letter, pdf: bytes) -> tuple[str, str] | None:
    """Why Notify must not or would not take this letter: a sentence, and its code where it is one of Notify's."""
    kind = kind_of(letter.case, letter.kind)
    if not posted(kind):
        return f"“{letter.title}” is not a letter to be posted.", ""
    if kind.notice or kind.prescribed:
        # Returned letters are destroyed unseen, nothing is signed for, and the day of posting is not ours to say.
        return "A notice is not served by GOV.UK Notify: nobody could prove the day. Serve it by hand, with a copy by first class post.", ""
    if kind.served_by[0] == "hand":
        return "This is signed with the person. Hand it over.", ""
    return layout.refused(pdf)


class Binder:
    """Puts letters into one package, some at a time, with the manifest beside them."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "package.zip"
        self._zip = zipfile.ZipFile(self._path, "w", zipfile.ZIP_DEFLATED)

    def add(self, letters: Iterable[tuple[Line, bytes]]) -> None:
        for line, pdf in letters:
            self._write(f"{line.reference}-{line.letter}.pdf", pdf)

    def bound(self, run: PrintRun, lines: Sequence[Line]) -> bytes:
        """Everything, with the manifest of what is in it: why other letters stay is nobody else's to know."""
        self._write("manifest.csv", spreadsheet([line for line in lines if line.order]).encode())
        self._zip.close()
        return self._path.read_bytes()

    def _write(self, name: str, content: bytes) -> None:
        self._zip.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)
