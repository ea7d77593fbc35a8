"""Calendar arithmetic as the statutes count: months by the corresponding date, days inclusive or clear."""

from __future__ import annotations

import calendar
from datetime import date, timedelta


def add_months(start: date, months: int) -> date:
    """The corresponding date `months` later, or the last day of that month when it has no such day.

    Dodds v Walker [1981] 1 WLR 1027.
    """
    year, month0 = divmod(start.year * 12 + start.month - 1 + months, 12)
    last = calendar.monthrange(year, month0 + 1)[1]
    return date(year, month0 + 1, min(start.day, last))


def last_day_of_period(first: date, days: int) -> date:
    """The last day of a period of `days` days "beginning with" `first`."""
    return first + timedelta(days=days - 1)


def in_words(day: date) -> str:
    """The day in full, with its weekday."""
    return f"{day:%A} {day.day} {day:%B %Y}"
