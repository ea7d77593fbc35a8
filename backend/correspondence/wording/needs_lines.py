"""What a letter needs, as lines that a process owner types, and as its contract keeps it.

    visit_at | moment | the day and time of the visit
    note | text optional | a note
    rules | rows | the rules | rule: a rule; until (date): until when

One need a line: its name, its type, what it is, and for rows the columns with semicolons between. Knows no letter and no pack.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import letters
from backend.errors import DomainError

#: Each type by its word in a line, and how it is printed.
TYPES: Mapping[str, str] = {
    "text": "a line of text", "paragraphs": "text in paragraphs", "lines": "several short lines", "date": "a day in full",
    "moment": "a time and a day in full", "rows": "a list; a table where it has several columns",
}  # fmt: skip
_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
_COLUMN = re.compile(r"(?P<name>[a-z][a-z0-9_]*) *(?:\((?P<type>[a-z]+)(?P<optional> optional)?\))? *: *(?P<label>.+)")


class BadLine(DomainError):
    """A line of the needs cannot be read."""


def read(text: str) -> dict[str, Any]:
    """The needs as a contract has them. Raises `BadLine` with the number of the line."""
    needs: dict[str, Any] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            name, entry = _need(number, [part.strip() for part in line.split("|")])
            if name in needs:
                raise BadLine(f"Line {number}: {name} is there already. Give this one another name.")
            needs[name] = entry
    return needs


def written(needs: Mapping[str, Any]) -> str:
    """The lines for these needs of a contract."""
    return "\n".join(_line(name, entry) for name, entry in needs.items())


def _need(number: int, parts: list[str]) -> tuple[str, dict[str, Any]]:
    if len(parts) < 3 or not all(parts[:3]):
        raise BadLine(f"Line {number}: write a name, a type and what it is, with | between: visit_at | moment | the time of the visit.")
    name, said, label = parts[:3]
    kind, _, rest = said.partition(" ")
    if not _NAME.fullmatch(name):
        raise BadLine(f"Line {number}: {name[:40]} is no name. Use small letters, digits and _, like visit_at.")
    if kind not in TYPES or rest.strip() not in ("", "optional"):
        raise BadLine(
            f"Line {number}: {said[:40]} is no type. Choose from {', '.join(TYPES)}; write optional after it where it may be empty."
        )
    entry: dict[str, Any] = {"type": kind, "label": label}
    if rest.strip():
        entry["optional"] = True
    if kind == "rows":
        entry["columns"] = dict(_column(number, text.strip()) for text in "|".join(parts[3:]).split(";"))
    elif len(parts) > 3:
        raise BadLine(f"Line {number}: only rows have columns. Take away what stands after the third |.")
    return name, entry


def _column(number: int, text: str) -> tuple[str, dict[str, Any]]:
    found = _COLUMN.fullmatch(text)
    if found is None or (found["type"] or "text") not in TYPES or found["type"] == "rows":
        raise BadLine(f"Line {number}: write each column as its name and what it is, like rule: a rule; until (date): until when.")
    optional = {"optional": True} if found["optional"] else {}
    return found["name"], {"type": found["type"] or "text", "label": found["label"].strip(), **optional}


def _line(name: str, entry: Mapping[str, Any]) -> str:
    optional = " optional" if entry.get("optional") else ""
    parts = [name, f"{entry.get('type', '')}{optional}", str(entry.get("label", ""))]
    if columns := entry.get("columns"):
        parts.append("; ".join(_column_line(column, one) for column, one in columns.items()))
    return " | ".join(parts)


def _column_line(name: str, entry: Mapping[str, Any]) -> str:
    optional = " optional" if entry.get("optional") else ""
    said = f" ({entry['type']}{optional})" if entry["type"] != "text" or optional else ""
    return f"{name}{said}: {entry['label']}"


def fields(kind: letters.Kind) -> list[tuple[str, str, str]]:
    """The fields that the wording of a letter may print: name, what it is, how it is printed; its own first."""
    own = {need.name for need in kind.needs}
    return [*_shown(kind.needs), *_shown(need for need in kind.every_need if need.name not in own)]


def standard_fields() -> list[tuple[str, str, str]]:
    """Those that every letter may print."""
    return _shown(letters.STANDARD)


def form_fields(kind: letters.Kind) -> list[tuple[str, str, str]]:
    """Those that a prescribed form prints: each that may not be empty must stand in its text."""
    return [*_shown(letters.form_fields(kind)), *standard_fields()]


def _shown(needs: Iterable[letters.Need]) -> list[tuple[str, str, str]]:
    return [(need.name, need.label + (" (may be empty)" if need.optional else ""), TYPES[need.type]) for need in needs]
