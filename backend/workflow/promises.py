"""Promises: named, dated service standards, read from a pack's `promises.toml`.

A promise's length is chosen by the case's facts and by the date of its anchor; the clock is the landlord's calendar.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from backend.rules.working_time import LONDON, Calendar
from backend.workflow.expressions import ExpressionError, Function, Value, parse
from backend.workflow.findings import Finding, PackRefused

FILE = "promises.toml"
#: Longer promises are a slip of the pen.
LONGEST = 3_660
UNITS = ("working hours", "working days", "days")


@dataclass(frozen=True)
class Length:
    amount: int
    unit: str
    when: str = ""
    starts: date | None = None
    ends: date | None = None

    def holds(self, anchor: date, facts: Mapping[str, Value], functions: Mapping[str, Function]) -> bool:
        if (self.starts and anchor < self.starts) or (self.ends and anchor > self.ends):
            return False
        return not self.when or bool(parse(self.when).evaluate(facts, functions))

    @property
    def words(self) -> str:
        return f"{self.amount} {self.unit.removesuffix('s') if self.amount == 1 else self.unit}"


@dataclass(frozen=True)
class Promise:
    """`since` is the fact the clock starts from; empty means the moment the task opened."""

    code: str
    name: str
    public: str
    since: str
    lengths: tuple[Length, ...]

    def due(self, *, facts: Mapping[str, Value], functions: Mapping[str, Function], calendar: Calendar, opened: datetime) -> datetime:
        """When the promise falls due. Raises `ExpressionError` when no length fits."""
        anchor = facts.get(self.since) if self.since else opened
        start = anchor if isinstance(anchor, datetime) else opened
        for length in self.lengths:
            if length.holds(start.astimezone(LONDON).date(), facts, functions):
                return _after(start, length, calendar)
        raise ExpressionError(f"The promise “{self.name}” has no length for this case.")


def _after(start: datetime, length: Length, calendar: Calendar) -> datetime:
    match length.unit:
        case "working hours":
            return calendar.working_hours(length.amount, since=start)
        case "working days":
            return calendar.working_days(length.amount, since=start)
    # Nobody is promised anything by the minute: a promise in days ends with the office hours of its last day.
    return datetime.combine(start.astimezone(LONDON).date() + timedelta(days=length.amount), calendar.closes, tzinfo=LONDON)


def read_promises(source: str) -> dict[str, Promise]:
    """The promises in `source`, by code. Raises `PackRefused`."""
    try:
        raw = tomllib.loads(source)
        promises = [_promise(item) for item in raw.get("promise", [])]
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
        raise PackRefused([Finding(FILE, "", f"The promises cannot be read: {error}.", "Check the file.")]) from None
    found: dict[str, Promise] = {}
    for promise in promises:
        if promise.code in found or not promise.lengths:
            raise PackRefused([Finding(FILE, promise.code, "It is there twice, or has no length.", "Mend it.", promise.name)])
        found[promise.code] = promise
    return found


def _promise(raw: Mapping[str, Any]) -> Promise:
    lengths = tuple(
        Length(_amount(row["amount"]), _unit(row["unit"]), str(row.get("when", "")), _day(row.get("from")), _day(row.get("until")))
        for row in raw["lengths"]
    )
    return Promise(str(raw["code"]), str(raw["name"]), str(raw.get("public", "")), str(raw.get("since", "")), lengths)


def _amount(value: object) -> int:
    if not isinstance(value, int) or not 0 <= value <= LONGEST:
        raise ValueError(f"{str(value)[:20]} is not a length; use a whole number up to {LONGEST:,}")
    return value


def _day(value: object) -> date | None:
    if value is not None and (not isinstance(value, date) or isinstance(value, datetime)):
        raise ValueError(f"{str(value)[:40]} is not a day; write it like 2026-11-23, without quotation marks")
    return value


def _unit(text: str) -> str:
    if text not in UNITS:
        raise ValueError(f"“{text}” is not a unit; use {', '.join(UNITS)}")
    return text
