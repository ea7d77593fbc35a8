"""Days and times in full."""

import datetime as dt

import pytest

from letters import clock, day, moment


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_a_day_has_its_weekday_and_no_leading_nought() -> None:
    assert plain(day(dt.date(2026, 11, 23))) == "Monday 23 November 2026"
    assert plain(day(dt.date(2028, 2, 29))) == "Tuesday 29 February 2028"


@pytest.mark.parametrize(
    ("time", "said"),
    [((16, 30), "4:30pm"), ((9, 0), "9am"), ((12, 0), "midday"), ((12, 5), "12:05pm"), ((0, 5), "12:05am")],
)
def test_a_time_is_said_on_the_twelve_hour_clock(time: tuple[int, int], said: str) -> None:
    assert clock(dt.time(*time)) == said


def test_a_moment_is_told_in_english_time_in_summer_and_in_winter() -> None:
    assert plain(moment(dt.datetime(2026, 7, 1, 15, 30, tzinfo=dt.UTC))) == "4:30pm on Wednesday 1 July 2026"
    assert plain(moment(dt.datetime(2026, 11, 23, 16, 30, tzinfo=dt.UTC))) == "4:30pm on Monday 23 November 2026"


def test_midnight_says_which_end_of_the_day_it_is() -> None:
    assert plain(moment(dt.datetime(2026, 11, 23, tzinfo=dt.UTC))) == "midnight at the start of Monday 23 November 2026"


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        moment(dt.datetime(2026, 11, 23, 16, 30))  # noqa: DTZ001
