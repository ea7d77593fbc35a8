"""When a letter that GOV.UK Notify was given is printed, and by when it comes.

Notify's own figures, of 2026: what comes before half past five is printed on the next working day. Deliveries are estimates, and
serve nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from backend.rules.working_time import LONDON, Calendar

#: What comes later counts as given on the next day.
CLOSES = time(17, 30)
#: Working days after printing by which it has come.
_COMES: Mapping[str, int] = {"first_class": 1, "second_class": 5}
_ENGLAND = Calendar()


def printed_on(given: datetime) -> date:
    """The working day on which Notify prints what it was given then."""
    local = given.astimezone(LONDON)
    day = local.date() if local.time() < CLOSES else local.date() + timedelta(days=1)
    return _ENGLAND.next_working_day(day)


def comes_by(printed: date, post_class: str) -> date:
    """The last day on which it is expected."""
    day = printed
    for _each in range(_COMES[post_class]):
        day = _ENGLAND.next_working_day(day)
    return day
