"""Measures register here; found by folder, duplicates refused. See `measures/` for one file each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from django.db.models import Count, Q, QuerySet

from backend.accounts.models import Landlord
from backend.casework.models import Case
from backend.rules.dates import add_months
from backend.rules.working_time import LONDON


@dataclass(frozen=True)
class Period:
    """From `start` up to, not including, `end`; both aware."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class Reading:
    """A measure's value in a period: rows that could count, of which `key` is what tells the case (“pk” of a case,
    “instance” of what belongs to one), and those that `met` it (None for a plain count)."""

    rows: QuerySet[Any]
    key: str = "pk"
    met: Q | None = None

    def numbers(self) -> tuple[int, int | None]:
        """How many cases count, and out of how many."""
        if self.met is None:
            return self.rows.count(), None
        found = self.rows.aggregate(
            met=Count(self.key, distinct=True, filter=self.met), of=Count(self.key, distinct=True)
        )  # fmt: skip
        return found["met"], found["of"]

    def cases(self) -> QuerySet[Case]:
        """Those that count."""
        return self._cases(self.rows.filter(self.met) if self.met else self.rows)

    def missed(self) -> QuerySet[Case] | None:
        """Those that could have counted."""
        return self._cases(self.rows).exclude(pk__in=self.cases().values("pk")) if self.met else None

    def _cases(self, rows: QuerySet[Any]) -> QuerySet[Case]:
        return Case.objects.filter(**{f"{self.key}__in": rows.values(self.key)})


@dataclass(frozen=True)
class Measure:
    """One performance indicator with the definition that is shown beside its number."""

    code: str
    name: str
    definition: str
    read: Callable[[Landlord, Period], Reading]


_measures: dict[str, Measure] = {}


def measure(
    code: str, name: str, definition: str
) -> Callable[[Callable[[Landlord, Period], Reading]], Callable[[Landlord, Period], Reading]]:
    """Register a function as a measure."""

    def register(read: Callable[[Landlord, Period], Reading]) -> Callable[[Landlord, Period], Reading]:
        if code in _measures:
            raise RuntimeError(f"The measure “{code}” is registered twice.")
        _measures[code] = Measure(code, name, definition, read)
        return read

    return register


def load() -> None:
    """Import every measure. Called once, at start-up."""
    package = import_module("backend.reporting.measures")
    for module in iter_modules(package.__path__):
        import_module(f"backend.reporting.measures.{module.name}")


def measures() -> Mapping[str, Measure]:
    return _measures


def month(first: date) -> Period:
    """The calendar month that begins on `first`, in London."""
    ends = add_months(first.replace(day=1), 1)
    starts, until = (datetime.combine(day, time(0), tzinfo=LONDON) for day in (first.replace(day=1), ends))
    return Period(starts, until)


def months_back(now: datetime, count: int) -> list[Period]:
    """The last `count` months, the running one first."""
    first, found = now.astimezone(LONDON).date().replace(day=1), []
    for _ in range(count):
        found.append(month(first))
        first = (first - timedelta(days=1)).replace(day=1)
    return found
