"""How far off a deadline is, in words, and when it is warned of."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from backend.rules.deadlines import in_words, open_time, warn_at
from backend.rules.working_time import LONDON, Calendar

OFFICE = Calendar()


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment in November 2026; the 20th is a Friday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=LONDON)


@pytest.mark.parametrize(
    ("due", "now", "words", "look"),
    [
        (at(18, 17), at(20, 9), "2 days late", "late"),
        (at(19, 17), at(20, 9), "1 day late", "late"),
        (at(20, 9), at(20, 12, 30), "3 hours late", "late"),
        (at(20, 9), at(20, 9, 20), "20 minutes late", "late"),
        (at(20, 17), at(20, 16, 30), "In 30 minutes", "soon"),
        (at(20, 17), at(20, 13, 30), "In 3 working hours", "soon"),
        (at(20, 17), at(20, 9), "Today by 5pm", "soon"),
        (at(23, 10), at(20, 15), "In 3 working hours", "soon"),
        (at(23, 9, 30), at(21, 12), "In less than 1 working hour", "soon"),
        (at(20, 17), at(19, 10), "Tomorrow by 5pm", "soon"),
        (at(23, 17), at(20, 10), "In 1 working day", "fine"),
        (at(30, 17), at(20, 10), "In 6 working days", "fine"),
        (at(29, 17), at(28, 10), "In less than 1 working hour", "soon"),
        (datetime(2026, 12, 25, 17, tzinfo=LONDON), at(20, 10), "By 25 December 2026", "fine"),
    ],
)
def test_a_deadline_is_said_in_working_time(due: datetime, now: datetime, words: str, look: str) -> None:
    said = in_words(due, now=now, calendar=OFFICE)
    assert (said.words, said.look) == (words, look)


def test_days_on_which_the_office_is_shut_do_not_count() -> None:
    shut = Calendar(closed=frozenset({date(2026, 11, 23), date(2026, 11, 24)}))
    assert in_words(at(27, 17), now=at(20, 10), calendar=shut).words == "In 3 working days"
    assert in_words(at(25, 10), now=at(20, 15), calendar=shut).words == "In 3 working hours"
    assert open_time(at(20, 16), at(25, 10), shut) == timedelta(hours=2)


def test_a_warning_comes_as_the_last_day_begins_or_the_working_day_before_a_morning_deadline() -> None:
    assert warn_at(at(20, 17), OFFICE) == at(20, 9)
    assert warn_at(at(23, 10), OFFICE) == at(20, 9)
    assert warn_at(at(22, 17), OFFICE) == at(20, 9)
    assert warn_at(at(24, 17), Calendar(closed=frozenset({date(2026, 11, 24), date(2026, 11, 23)}))) == at(20, 9)
