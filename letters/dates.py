"""Days and times in full, as people say them: "Monday 23 November 2026", "4:30pm".

Knows no deadlines and does no arithmetic: whoever counts days has counted them before.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
# Our own names: strftime would follow the server's locale.
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip
# No line may end inside "23 November 2026".
JOIN = "\N{NO-BREAK SPACE}"


def day(value: dt.date) -> str:
    """The day in full, with its weekday."""
    return f"{_DAYS[value.weekday()]} {value.day}{JOIN}{_MONTHS[value.month - 1]}{JOIN}{value.year}"


def clock(value: dt.time) -> str:
    """The time of day on the twelve-hour clock: 9am, 4:30pm, midday."""
    if (value.hour, value.minute) == (12, 0):
        return "midday"
    minutes = f":{value.minute:02}" if value.minute else ""
    return f"{value.hour % 12 or 12}{minutes}{'am' if value.hour < 12 else 'pm'}"


def moment(value: dt.datetime) -> str:
    """The time and the day in full, as clocks in England show them."""
    if value.tzinfo is None:
        raise ValueError("A moment without a time zone could be an hour out.")
    local = value.astimezone(LONDON)
    if (local.hour, local.minute) == (0, 0):
        # "midnight on Monday" is read both ways.
        return f"midnight at the start of {day(local.date())}"
    return f"{clock(local.time())} on {day(local.date())}"
