"""Checks each value that a letter is given and turns it into what a template may print.

Knows types and limits, no kinds and no pages. Text stays text: markup in it is printed as it stands.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import NoReturn

from .address import block, problems
from .needs import Need

TEXT_LIMIT, PARAGRAPHS_LIMIT, LINES_LIMIT, ROWS_LIMIT = 300, 5_000, 10, 40
# A web address fits. Longer words cost time by the square: 14 s for 5,000 characters of mixed scripts.
WORD_LIMIT = 200
# All values together: some ten pages, more than can be posted. Beyond it drawing takes whole seconds.
LETTER_LIMIT = 25_000
# A bundle for a court is long by its nature.
LONG_ROWS_LIMIT, LONG_LETTER_LIMIT = 400, 150_000
# Word processors and web pages leave these behind; they print as nothing and can be dropped.
_DROPPED = dict.fromkeys(map(ord, "\N{ZERO WIDTH NO-BREAK SPACE}\N{ZERO WIDTH SPACE}\N{SOFT HYPHEN}\N{WORD JOINER}"))
# Arabic, Urdu and Indian scripts need these; every other format character (bidi overrides above all) is refused.
_JOINERS = frozenset("\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}\N{LEFT-TO-RIGHT MARK}\N{RIGHT-TO-LEFT MARK}")
_REFUSED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


class Fault(Exception):
    """A value that cannot be used; the message is a sentence."""


def gather(needs: Sequence[Need], data: Mapping[str, object], *, long: bool = False) -> tuple[dict[str, object], tuple[str, ...]]:
    """The values for the template, and a sentence for each need not met."""
    values: dict[str, object] = {}
    faults: list[str] = []
    rows, limit = (LONG_ROWS_LIMIT, LONG_LETTER_LIMIT) if long else (ROWS_LIMIT, LETTER_LIMIT)
    for need in needs:
        try:
            _put(values, need.name, read(need, _get(data, need.name), rows))
        except Fault as fault:
            faults.append(str(fault))
    faults += _unknown(needs, data)
    faults += _address_faults(values)
    size = _size(values)
    if size > limit:
        faults.append(f"The letter is too long: {size:,} characters of yours, where {limit:,} fit. Shorten it.")
    return values, tuple(faults)


def read(need: Need, raw: object, rows: int = ROWS_LIMIT) -> object:
    """The value in the shape its type promises, a list with at most so many rows; None only where the need is optional."""
    if raw is None or raw == "" or raw in ([], ()):
        if need.optional:
            return None
        raise Fault(f"{_label(need)} is missing. {need.where}")
    if need.type == "rows":
        return _rows(need, raw, rows)
    return _READERS[need.type](need, raw)


def unfit(need: Need, value: object) -> str:
    """Why a letter could not print `value` where it needs `need`, as a sentence; empty when it could."""
    try:
        read(need, value)
    except Fault as fault:
        return str(fault)
    return ""


def clean(text: str, label: str) -> str:
    """The text in one Unicode form, without what cannot be seen; refused where it could mislead."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
    text = text.translate(_DROPPED)
    for character in text:
        if character != "\n" and character not in _JOINERS and unicodedata.category(character) in _REFUSED:
            raise Fault(f"{label} holds a hidden character (U+{ord(character):04X}) that cannot be printed. Type that part again.")
    return text.strip()


def _text(need: Need, raw: object) -> str:
    text = " ".join(_string(need, raw, TEXT_LIMIT).split())
    return text or _refuse(f"{_label(need)} is missing. {need.where}")


def _paragraphs(need: Need, raw: object) -> tuple[str, ...]:
    parts = (" ".join(part.split()) for part in _string(need, raw, PARAGRAPHS_LIMIT).split("\n"))
    return tuple(part for part in parts if part) or _refuse(f"{_label(need)} is missing. {need.where}")


def _string(need: Need, raw: object, limit: int) -> str:
    if not isinstance(raw, str):
        raise Fault(f"{_label(need)} must be text.")
    if len(raw) > limit:
        raise Fault(f"{_label(need)} is too long: {len(raw):,} characters, where {limit:,} fit. Shorten it.")
    text = clean(raw, _label(need))
    if max(map(len, re.split("[ \n]", text))) > WORD_LIMIT:
        raise Fault(f"{_label(need)} holds a word of more than {WORD_LIMIT} characters. Break it up.")
    return text


def _lines(need: Need, raw: object) -> tuple[str, ...]:
    return tuple(_text(need, line) for line in _listed(need, raw, LINES_LIMIT) if line != "")


def _date(need: Need, raw: object) -> dt.date:
    if isinstance(raw, dt.datetime) or not isinstance(raw, dt.date):
        raise Fault(f"{_label(need)} must be a date.")
    return raw


def _moment(need: Need, raw: object) -> dt.datetime:
    if not isinstance(raw, dt.datetime) or raw.tzinfo is None:
        raise Fault(f"{_label(need)} must be a date with a time and a time zone.")
    return raw


def _rows(need: Need, raw: object, limit: int) -> tuple[Mapping[str, object], ...]:
    return tuple(_row(need, number, row) for number, row in enumerate(_listed(need, raw, limit), start=1))


def _row(need: Need, number: int, raw: object) -> Mapping[str, object]:
    names = {column.name for column in need.columns}
    if not isinstance(raw, Mapping) or not set(raw) <= names:
        raise Fault(f"{_label(need)}, row {number}, must hold only {', '.join(sorted(names))}.")
    try:
        return {column.name: read(column, raw.get(column.name)) for column in need.columns}
    except Fault as fault:
        raise Fault(f"{_label(need)}, row {number}: {fault}") from None


def _listed(need: Need, raw: object, limit: int) -> Sequence[object]:
    if isinstance(raw, str | bytes) or not isinstance(raw, Sequence):
        raise Fault(f"{_label(need)} must be a list.")
    if len(raw) > limit:
        raise Fault(f"{_label(need)} has {len(raw)} entries, where {limit} fit. Leave some out.")
    return raw


_READERS: Mapping[str, Callable[[Need, object], object]] = {
    "text": _text, "paragraphs": _paragraphs, "lines": _lines, "date": _date, "moment": _moment,
}  # fmt: skip


def _address_faults(values: dict[str, object]) -> tuple[str, ...]:
    recipient = values.get("recipient")
    if not isinstance(recipient, dict) or not {"name", "address"} <= set(recipient):
        return ()
    faults = problems(recipient["name"], recipient["address"])
    if not faults:
        recipient["block"] = block(recipient["name"], recipient["address"])
    return faults


def _size(value: object) -> int:
    if isinstance(value, str):
        return len(value)
    if isinstance(value, Mapping):
        return sum(map(_size, value.values()))
    return sum(map(_size, value)) if isinstance(value, tuple) else 0


def _unknown(needs: Sequence[Need], data: Mapping[str, object]) -> list[str]:
    known = {need.name for need in needs}
    given = {name for key, value in data.items() for name in _dotted(key, value, known)}
    return [f"This letter knows nothing called {name}. Check the spelling." for name in sorted(given - known)]


def _dotted(key: str, value: object, known: set[str]) -> tuple[str, ...]:
    if key not in known and isinstance(value, Mapping):
        return tuple(f"{key}.{inner}" for inner in value)
    return (key,)


def _get(data: Mapping[str, object], name: str) -> object:
    value: object = data
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _put(values: dict[str, object], name: str, value: object) -> None:
    root, _, leaf = name.partition(".")
    if not leaf:
        values[root] = value
        return
    group = values.setdefault(root, {})
    assert isinstance(group, dict)
    group[leaf] = value


def _label(need: Need) -> str:
    return need.label[:1].upper() + need.label[1:]


def _refuse(sentence: str) -> NoReturn:
    raise Fault(sentence)
