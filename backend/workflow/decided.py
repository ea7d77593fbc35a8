"""What a landlord decided once for its whole procedure: a pack's settings, read from `[[setting]]` in `pack.toml`.

A setting is a fact that every diagram, table and promise may read and nothing may set. It is one of a list, a yes or no or
a whole number; or, with neither options nor a value, a switch that is on from a day and off while no day is given. Knows no
case and no pack.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, get_args

from backend.errors import DomainError
from backend.rules.working_time import Reading
from backend.workflow.expressions import Value
from backend.workflow.findings import refuse
from backend.workflow.promises import LONGEST
from backend.workflow.values import Fact

#: The file that settings stand in.
FILE = "pack.toml"
#: The one setting that the product itself reads: what so many “working hours” are.
READING = "working_hours_reading"
READINGS: tuple[str, ...] = get_args(Reading)


@dataclass(frozen=True)
class Setting:
    """One setting. `options` are the values of a choice with their labels; `starts` is the day a switch is on from."""

    code: str
    name: str
    help: str
    kind: str
    value: Value = None
    options: Mapping[str, str] = field(default_factory=dict)
    starts: date | None = None

    @property
    def fact(self) -> Fact:
        kind = "yes_no" if self.kind == "switch" else self.kind
        return Fact(self.code, kind, tuple(self.options), FILE)  # type: ignore[arg-type]  # the kinds below are kinds of facts

    def on(self, day: date) -> Value:
        """What it is on a day."""
        return self.starts is not None and self.starts <= day if self.kind == "switch" else self.value

    @property
    def words(self) -> str:
        """How it stands, for people."""
        match self.kind:
            case "switch":
                return f"On from {self.starts.day} {self.starts:%B %Y}" if self.starts else "Off"
            case "yes_no":
                return "Yes" if self.value else "No"
            case "one_of":
                return self.options[str(self.value)]
        return str(self.value)

    def typed(self, text: str) -> Value:
        """The value that somebody typed, or for a switch the day; None takes the day away. Raises `DomainError`."""
        text = text.strip()
        try:
            match self.kind:
                case "switch":
                    return date.fromisoformat(text) if text else None
                case "whole":
                    return _length(int(text))
                case "yes_no":
                    return {"yes": True, "no": False}[text]
            return {value: value for value in self.options}[text]
        except (ValueError, KeyError):
            raise DomainError(f"“{self.name}” cannot be “{text[:40]}”. {_MENDS[self.kind]}") from None


_MENDS = {
    "switch": "Choose a day, or leave it empty for off.", "whole": f"Write a whole number up to {LONGEST:,}.",
    "yes_no": "Choose yes or no.", "one_of": "Choose one of the list.",
}  # fmt: skip


def read_settings(raw: object) -> dict[str, Setting]:
    """The settings declared in `pack.toml`, by code. Raises `PackRefused`."""
    found: dict[str, Setting] = {}
    if not isinstance(raw, list):
        raise refuse(FILE, "setting", "The settings cannot be read.", "Begin each with [[setting]].")
    for item in raw:
        setting = _setting(item)
        if setting.code in found:
            raise refuse(FILE, setting.code, "It is there twice.", "Take one away.", setting.name)
        found[setting.code] = setting
    return found


def _setting(raw: object) -> Setting:
    if not isinstance(raw, dict) or not all(isinstance(raw.get(key), str) and raw[key] for key in ("code", "name", "help")):
        raise refuse(FILE, "setting", "A setting needs a code, a name and a help text.", "Write them.")
    code, name, value, starts = raw["code"], raw["name"], raw.get("value"), raw.get("from")
    if starts is not None and (not isinstance(starts, date) or isinstance(starts, datetime)):
        raise refuse(FILE, code, f"“{str(starts)[:40]}” is not a day.", "Write it like 2027-04-01, without quotation marks.", name)
    options = _options(raw.get("options", []), code, name)
    kind = "one_of" if options else _kind(value)
    wrong = kind == "" or (options and value not in options) or (starts is not None and kind != "switch")
    if wrong or (code == READING and not set(options) <= set(READINGS)):
        raise refuse(FILE, code, f"It cannot be “{str(value)[:40]}”.", _allowed(code, options), name)
    return Setting(code, name, raw["help"], kind, value, options, starts)


def _kind(value: object) -> str:
    match value:
        case None:
            return "switch"
        case bool():
            return "yes_no"
        case int() if 0 <= value <= LONGEST:
            return "whole"
    return ""


def _length(value: int) -> int:
    if not 0 <= value <= LONGEST:
        raise ValueError(value)
    return value


def _options(raw: Any, code: str, name: str) -> dict[str, str]:
    if not isinstance(raw, list) or not all(
        isinstance(option, dict) and all(isinstance(option.get(key), str) and option[key] for key in ("value", "label")) for option in raw
    ):
        raise refuse(FILE, code, "Its options cannot be read.", "Each needs a value and a label.", name)
    return {option["value"]: option["label"] for option in raw}


def _allowed(code: str, options: Mapping[str, str]) -> str:
    if code == READING:
        return f"Its options are among: {', '.join(READINGS)}."
    if options:
        return f"Use one of: {', '.join(options)}."
    return f"Give it options and one of them, true or false, a whole number up to {LONGEST:,}, or only a day in “from”."
