"""Working time counts as the landlords' policies and the calendar say."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from backend.rules.dates import add_months, last_day_of_period
from backend.rules.working_time import LONDON, Calendar, Reading


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


def test_one_working_day_ends_with_the_office_hours_of_the_next_working_day() -> None:
    assert Calendar().working_days(1, since=at("2026-11-20 16:30")) == at("2026-11-23 17:00")


@pytest.mark.parametrize(("days", "due"), [(1, "2026-12-29 17:00"), (3, "2026-12-31 17:00"), (5, "2027-01-05 17:00")])
def test_christmas_and_new_year_are_not_counted(days: int, due: str) -> None:
    assert Calendar().working_days(days, since=at("2026-12-24 15:00")) == at(due)


@pytest.mark.parametrize(
    ("reading", "since", "due"),
    [
        ("pause", "2026-11-20 16:30", "2026-11-23 16:30"),
        ("pause", "2026-11-21 10:00", "2026-11-24 09:00"),
        ("pause", "2026-12-24 15:00", "2026-12-29 15:00"),
        ("days", "2026-11-20 16:30", "2026-11-23 17:00"),
        ("staffed", "2026-11-20 16:30", "2026-11-25 16:30"),
    ],
)
def test_24_working_hours_have_three_readings_and_the_landlord_says_which(reading: Reading, since: str, due: str) -> None:
    assert Calendar(reading=reading).working_hours(24, since=at(since)) == at(due)


def test_what_comes_in_after_hours_counts_from_the_next_working_day() -> None:
    assert Calendar().working_days(1, since=at("2026-11-20 17:30")) == at("2026-11-24 17:00")


def test_a_closure_day_of_the_landlord_moves_a_service_standard() -> None:
    assert Calendar(closed=frozenset({date(2026, 11, 23)})).working_days(1, since=at("2026-11-20 10:00")) == at("2026-11-24 17:00")


def test_a_clock_change_does_not_move_the_hour() -> None:
    assert Calendar().working_days(1, since=at("2026-10-23 10:00")) == at("2026-10-26 17:00")


def test_a_calendar_that_never_opens_is_an_error_and_not_an_endless_search() -> None:
    shut = frozenset(date.fromordinal(date(2026, 1, 1).toordinal() + n) for n in range(4_000))
    with pytest.raises(ValueError, match="closed"):
        Calendar(closed=shut).working_days(1, since=at("2026-01-01 10:00"))


@pytest.mark.parametrize(
    ("start", "months", "end"), [("2027-01-31", 1, "2027-02-28"), ("2026-11-25", 12, "2027-11-25"), ("2028-01-31", 1, "2028-02-29")]
)
def test_months_count_by_the_corresponding_date(start: str, months: int, end: str) -> None:
    assert add_months(date.fromisoformat(start), months) == date.fromisoformat(end)


def test_a_period_beginning_with_a_day_includes_that_day() -> None:
    assert last_day_of_period(date(2026, 11, 25), 7) == date(2026, 12, 1)
