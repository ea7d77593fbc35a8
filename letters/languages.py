"""The languages that a letter can have beside its English, and how each says a day and a time.

Found by folder: `base/languages/<code>.toml` and, with how every letter ends, `<code>.md` beside it. Knows no letters. A value that
stays in English inside another language is marked as English, and keeps its own direction: between Urdu words the
plus of a phone number would otherwise be printed behind it, and a mark at the end of some words before them.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from markupsafe import Markup

from .dates import JOIN, LONDON
from .errors import UnknownLanguage
from .templates import BASE

LANGUAGES = BASE / "languages"
#: Around what runs from left to right inside what may not: the one pair of invisible characters that the product itself sets.
_ISOLATE, _END = "\N{LEFT-TO-RIGHT ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"


@dataclass(frozen=True, slots=True)
class Language:
    """One language: its code as in HTML, its English name, which way it runs, its days and months, and what it says of itself."""

    code: str
    name: str
    direction: str
    days: tuple[str, ...]
    months: tuple[str, ...]
    forms: Mapping[str, str]
    parts: tuple[tuple[int, str], ...]
    says: Mapping[str, str]
    #: How every letter ends, as wording with fields.
    ending: str

    def day(self, value: dt.date) -> str:
        """The day in full, with its weekday."""
        said = self.forms["day"].format(
            weekday=self.days[value.weekday()], day=value.day, month=self.months[value.month - 1], year=value.year
        )
        return self._joined(said, f"{value.day} ", f" {value.year}")

    def moment(self, value: dt.datetime) -> str:
        """The day and the time, as clocks in England show them."""
        local = value.astimezone(LONDON)
        part = next((name for hour, name in reversed(self.parts) if hour <= local.hour), "")
        said = self.forms["moment"].format(
            date=self.day(local.date()), hour=local.hour, twelve=local.hour % 12 or 12, minute=f"{local.minute:02}", part=part
        )
        return self._joined(said, f" {local.hour}:", f" {local.hour % 12 or 12}:")

    def quoted(self, text: str) -> Markup:
        """Words that stay as they are in English."""
        return Markup('<span lang="en-GB">{}{}{}</span>').format(_ISOLATE, text, _END)

    @staticmethod
    def _joined(said: str, *pieces: str) -> str:
        """No line may end between a number and its month, nor before a time."""
        for piece in pieces:
            said = said.replace(piece, piece.replace(" ", JOIN))
        return said


@cache
def languages() -> Mapping[str, Language]:
    """Every language that we can write beside the English, by code."""
    return MappingProxyType({path.stem: _read(path) for path in sorted(LANGUAGES.glob("*.toml"))})


def language(code: str) -> Language:
    """The language of that code."""
    try:
        return languages()[code]
    except KeyError:
        raise UnknownLanguage(f"Letters know no language called {code[:20]}. Choose from {', '.join(languages())}.") from None


def _read(path: Path) -> Language:
    told: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
    return Language(
        code=path.stem,
        name=told["name"],
        direction=told["direction"],
        days=tuple(told["days"]),
        months=tuple(told["months"]),
        forms={"day": told["day"], "moment": told["moment"]},
        parts=tuple((hour, name) for hour, name in told.get("parts", ())),
        says=told["says"],
        ending=path.with_suffix(".md").read_text("utf-8"),
    )
