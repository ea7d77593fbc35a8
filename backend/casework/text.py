"""Text that somebody typed or pasted, made plain: one Unicode form, nothing that is not seen and could mislead."""

from __future__ import annotations

import unicodedata

#: Urdu, Arabic and Indian scripts need the joiners; every other format character goes, bidi overrides above all.
_KEPT = {"\N{ZERO WIDTH JOINER}", "\N{ZERO WIDTH NON-JOINER}", "\n"}
_DROPPED = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def plain(text: str) -> str:
    """`text` without control and format characters, private-use and unassigned ones."""
    if text.isascii() and text.isprintable():
        return text.strip()
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
    return "".join(c for c in composed if c in _KEPT or unicodedata.category(c) not in _DROPPED).strip()


#: A cell that begins so would be worked out by a spreadsheet.
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def harmless(cell: str) -> str:
    """The words of a cell so that no spreadsheet takes them for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULAS) else cell
