"""The functions that diagrams may call: dates and working time, lent by `rules` for one landlord's calendar."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from backend.rules.dates import add_months
from backend.rules.working_time import LONDON, Calendar
from backend.workflow.expressions import Function

NAMES = frozenset({"working_days", "working_hours", "days", "weeks", "months"})
LONGEST_DAYS = 3_660


def functions_for(calendar: Calendar) -> Mapping[str, Function]:
    """What each name does for a landlord with this calendar. All take a moment and give a moment."""
    return {
        "working_days": lambda count, since: calendar.working_days(count, since=since),
        "working_hours": lambda count, since: calendar.working_hours(count, since=since),
        "days": lambda count, since: _later(since, count),
        "weeks": lambda count, since: _later(since, count * 7),
        "months": lambda count, since: _months(since, count),
    }


def _later(since: datetime, count: int) -> datetime:
    if not 0 <= count <= LONGEST_DAYS:
        raise ValueError
    return since.astimezone(LONDON) + timedelta(days=count)


def _months(since: datetime, count: int) -> datetime:
    if not 0 <= count <= LONGEST_DAYS // 30:
        raise ValueError
    local = since.astimezone(LONDON)
    return datetime.combine(add_months(local.date(), count), local.time(), tzinfo=LONDON)
