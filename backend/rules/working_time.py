"""Working days and working hours of one landlord, for service standards.

Statutory periods never use this: they count calendar days (see `dates`). The readings of "so many working hours"
are the three found in landlords' policies; which one holds is the landlord's setting.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

import holidays

LONDON = ZoneInfo("Europe/London")
Reading = Literal["pause", "days", "staffed"]
#: Longer spans are a slip of the pen in a diagram, not a promise to a tenant.
LONGEST = 3_660


@lru_cache(maxsize=64)
def bank_holidays(year: int) -> frozenset[date]:
    """Bank holidays in England in `year` (Banking and Financial Dealings Act 1971 and proclamations)."""
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))


@dataclass(frozen=True)
class Calendar:
    """When one landlord's office is open.

    `closed` are further closure days (Christmas week, say): they move service standards, never statutory dates.
    `reading` says what "N working hours" means: "pause" stops the clock on days the office is shut, "days" takes
    24 hours as one working day, "staffed" counts office hours only.
    """

    opens: time = time(9)
    closes: time = time(17)
    closed: frozenset[date] = field(default_factory=frozenset)
    reading: Reading = "pause"

    def is_working_day(self, day: date) -> bool:
        return day.weekday() < 5 and day not in bank_holidays(day.year) and day not in self.closed

    def next_working_day(self, after: date) -> date:
        day = after + timedelta(days=1)
        for _ in range(LONGEST):
            if self.is_working_day(day):
                return day
            day += timedelta(days=1)
        raise ValueError("The office is closed for more than ten years: check the closure days.")

    def received(self, moment: datetime) -> datetime:
        """When something that reaches us at `moment` counts as received: at once when we are open, else at the next opening."""
        local = moment.astimezone(LONDON)
        if self.is_working_day(local.date()) and local.time() < self.closes:
            return max(local, self._at(local.date(), self.opens))
        return self._at(self.next_working_day(local.date()), self.opens)

    def working_days(self, count: int, *, since: datetime) -> datetime:
        """The end of office hours on the `count`th working day after the day of receipt."""
        day = self.received(since).date()
        for _ in range(_bounded(count)):
            day = self.next_working_day(day)
        return self._at(day, self.closes)

    def working_hours(self, count: int, *, since: datetime) -> datetime:
        """`count` working hours after `since`, in the landlord's own reading of those words."""
        if self.reading == "days":
            return self.working_days(-(-_bounded(count) // 24), since=since)
        return self._spend(timedelta(hours=_bounded(count)), self.received(since))

    def _spend(self, left: timedelta, start: datetime) -> datetime:
        for opens, closes in self._spans(start):
            if left <= closes - opens:
                return opens + left
            left -= closes - opens
        raise AssertionError("unreachable: spans never end")

    def _spans(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The stretches during which the working-hours clock runs, from `start` on."""
        day, first = start.date(), start
        while True:
            if self.reading == "staffed":
                yield max(first, self._at(day, self.opens)), self._at(day, self.closes)
            else:
                yield first, self._at(day + timedelta(days=1), time(0))
            day = self.next_working_day(day)
            first = self._at(day, time(0))

    @staticmethod
    def _at(day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, tzinfo=LONDON)


def _bounded(count: int) -> int:
    if not 0 <= count <= LONGEST:
        raise ValueError(f"{count} is not a number of days or hours between 0 and {LONGEST}.")
    return int(count)
