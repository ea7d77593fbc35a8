"""The functions that diagrams may call: dates and working time, lent by `rules` for one landlord's calendar."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from backend.rules.dates import add_months
from backend.rules.working_time import LONDON, Calendar
from backend.workflow.expressions import Function

#: Each function as it is written, and what it gives.
WORDS: Mapping[str, tuple[str, str]] = {
    "working_days": ("working_days(3, since=reported_at)", "The end of the third working day after that moment, by your calendar."),
    "working_hours": ("working_hours(4, since=reported_at)", "The moment when four of your working hours have passed."),
    "days": ("days(28, since=opened_at)", "The same time of day, 28 days later."),
    "weeks": ("weeks(2, since=opened_at)", "The same time of day, two weeks later."),
    "months": ("months(6, since=opened_at)", "The same time of day, six months later."),
}
NAMES = frozenset(WORDS)
LONGEST_DAYS = 3_660
#: Working days and hours are counted one by one.
LONGEST_WORKING = 1_000


def functions_for(calendar: Calendar) -> Mapping[str, Function]:
    """What each name does for a landlord with this calendar. All take a moment and give a moment."""
    return {
        "working_days": lambda count, since: calendar.working_days(_whole(count, LONGEST_WORKING), since=since),
        "working_hours": lambda count, since: calendar.working_hours(_whole(count, LONGEST_WORKING), since=since),
        "days": lambda count, since: _later(since, _whole(count, LONGEST_DAYS)),
        "weeks": lambda count, since: _later(since, _whole(count, LONGEST_DAYS // 7) * 7),
        "months": lambda count, since: _months(since, _whole(count, LONGEST_DAYS // 30)),
    }


def _whole(count: int, most: int) -> int:
    if isinstance(count, bool) or not isinstance(count, int) or not 0 <= count <= most:
        raise ValueError
    return count


def _later(since: datetime, count: int) -> datetime:
    return since.astimezone(LONDON) + timedelta(days=count)


def _months(since: datetime, count: int) -> datetime:
    local = since.astimezone(LONDON)
    return datetime.combine(add_months(local.date(), count), local.time(), tzinfo=LONDON)
