"""How a value of each type is printed where a landlord's wording has its field: a day in full, bullets, a table.

Knows needs and checked values (`values.gather` made them), no wording and no kinds. Everything is escaped here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from markupsafe import Markup, escape

from . import dates
from .needs import Need
from .templates import unbroken


def is_block(need: Need) -> bool:
    """Whether it prints as paragraphs, a list or a table, and so needs a place of its own."""
    return need.type in ("paragraphs", "rows")


class Speech(Protocol):
    """How a language says what is known, and what it does with words that somebody wrote in English."""

    def day(self, value: dt.date) -> str: ...
    def moment(self, value: dt.datetime) -> str: ...
    def quoted(self, text: str) -> Markup: ...


class _English:
    day, moment, quoted = staticmethod(dates.day), staticmethod(dates.moment), staticmethod(escape)


ENGLISH: Speech = _English()


def in_line(need: Need, value: Any, speech: Speech = ENGLISH) -> Markup:
    """The value within a sentence."""
    if need.type == "date":
        return escape(speech.day(value))
    if need.type == "moment":
        return escape(speech.moment(value))
    return speech.quoted(_WORDS[need.type](unbroken(value) if need.name.endswith(".phone") else value))


def in_full(need: Need, value: Any, speech: Speech = ENGLISH) -> Markup:
    """The value on its own: paragraphs; a list of one column as bullets, of several as a table."""
    if need.type == "paragraphs":
        return _joined(Markup("<p>{}</p>").format(speech.quoted(part)) for part in value)
    if len(need.columns) == 1:
        return Markup("<ul>{}</ul>").format(_joined(Markup("<li>{}</li>").format(_cell(need.columns[0], row, speech)) for row in value))
    return _table(need, value, speech)


def heading(need: Need) -> str:
    """The head of a column: its label as far as the first comma, since what follows is for whoever fills it in."""
    words = need.label.partition(",")[0].strip()
    return words[:1].upper() + words[1:]


def _table(need: Need, rows: Sequence[Mapping[str, object]], speech: Speech) -> Markup:
    first, *rest = need.columns
    head = _joined(Markup('<th scope="col">{}</th>').format(speech.quoted(heading(column))) for column in need.columns)
    body = _joined(
        Markup('<tr><th scope="row">{}</th>{}</tr>').format(
            _cell(first, row, speech), _joined(Markup("<td>{}</td>").format(_cell(column, row, speech)) for column in rest)
        )
        for row in rows
    )
    return Markup("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>").format(head, body)


def _cell(column: Need, row: Mapping[str, object], speech: Speech) -> Markup:
    value = row[column.name]
    return Markup("") if value is None else in_line(column, value, speech)


def _joined(parts: Any) -> Markup:
    return Markup("").join(parts)


_WORDS: Mapping[str, Callable[[Any], str]] = {"text": str, "paragraphs": " ".join, "lines": ", ".join}
