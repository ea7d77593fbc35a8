"""How far off a deadline is, in the landlord's working time, said as a person would; and when to warn of it.

Knows only a calendar and two moments: not what is due, nor what was promised.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from backend.rules.working_time import LONDON, Calendar

Look = Literal["late", "soon", "fine"]
#: Nearer than this, what is left is said in hours; nearer than the other, in working days; else the day itself.
IN_HOURS, IN_DAYS = timedelta(hours=4), 10
#: What is due sooner after the office opens than this is warned of a working day before.
TIME_TO_ACT = timedelta(hours=4)


@dataclass(frozen=True)
class Due:
    """What a tag says, and how it looks."""

    words: str
    look: Look


def in_words(due: datetime, *, now: datetime, calendar: Calendar) -> Due:
    """“2 days late”, “in 3 working hours”, “today by 5pm”, “in 4 working days”."""
    local, today = due.astimezone(LONDON), now.astimezone(LONDON).date()
    days = (local.date() - today).days
    if due < now:
        return Due(_late(now - due, -days), "late")
    if days <= IN_DAYS and (left := open_time(now, due, calendar)) <= IN_HOURS:
        return Due(_nearly(due - now, left, days), "soon")
    if days <= 1:
        return Due(f"{'Tomorrow' if days else 'Today'} by {clock(local)}", "soon")
    working = _working_days(today, local.date(), calendar) if days <= 2 * IN_DAYS else IN_DAYS + 1
    if not 0 < working <= IN_DAYS:
        return Due(f"By {local.day} {local:%B %Y}", "fine")
    return Due(f"In {_count(working, 'working day')}", "fine")


def warn_at(due: datetime, calendar: Calendar) -> datetime:
    """When to say that something is about to be late: as the office opens on its last day, or the working day before when
    that day leaves too little time."""
    local = due.astimezone(LONDON)
    opening = datetime.combine(local.date(), calendar.opens, tzinfo=LONDON)
    if calendar.is_working_day(local.date()) and due - opening >= TIME_TO_ACT:
        return opening
    return datetime.combine(_working_day_before(local.date(), calendar), calendar.opens, tzinfo=LONDON)


def next_opening(now: datetime, calendar: Calendar) -> datetime:
    """The first moment after `now` at which the office opens."""
    today = now.astimezone(LONDON).date()
    opening = datetime.combine(today, calendar.opens, tzinfo=LONDON)
    if opening > now and calendar.is_working_day(today):
        return opening
    return datetime.combine(calendar.next_working_day(today), calendar.opens, tzinfo=LONDON)


def open_time(start: datetime, end: datetime, calendar: Calendar) -> timedelta:
    """How long the office is open between two moments. Looks at each day between them."""
    day, last, total = start.astimezone(LONDON).date(), end.astimezone(LONDON).date(), timedelta()
    while day <= last:
        if calendar.is_working_day(day):
            opens, closes = (datetime.combine(day, at, tzinfo=LONDON) for at in (calendar.opens, calendar.closes))
            total += max(min(end, closes) - max(start, opens), timedelta())
        day += timedelta(days=1)
    return total


def clock(at: datetime | time) -> str:
    """4:30pm"""
    hour, half = at.hour % 12 or 12, "am" if at.hour < 12 else "pm"
    return f"{hour}:{at:%M}{half}" if at.minute else f"{hour}{half}"


def _late(by: timedelta, days: int) -> str:
    if days:
        return f"{_count(days, 'day')} late"
    minutes = int(by.total_seconds()) // 60
    return f"{_count(minutes // 60, 'hour')} late" if minutes >= 60 else f"{_count(max(minutes, 1), 'minute')} late"


def _nearly(left: timedelta, open_left: timedelta, days: int) -> str:
    """Rounded down: never more time than there is."""
    if open_left >= timedelta(hours=1):
        return f"In {_count(open_left // timedelta(hours=1), 'working hour')}"
    if days == 0 and left < timedelta(hours=1):
        return f"In {_count(max(left // timedelta(minutes=1), 1), 'minute')}"
    return "In less than 1 working hour"


def _working_days(today: date, due: date, calendar: Calendar) -> int:
    return sum(calendar.is_working_day(today + timedelta(days=n)) for n in range(1, (due - today).days + 1))


def _working_day_before(day: date, calendar: Calendar) -> date:
    for back in range(1, 60):
        if calendar.is_working_day(day - timedelta(days=back)):
            return day - timedelta(days=back)
    return day - timedelta(days=1)


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
