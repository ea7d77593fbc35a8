"""When Notify prints and the post comes: the worked examples."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from backend.rules.post import comes_by, printed_on
from backend.rules.working_time import LONDON


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=LONDON)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("given", "printed", "first", "second"),
    [
        (at(2026, 11, 20, 16), date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 30)),
        (at(2026, 11, 19, 17, 29), date(2026, 11, 20), date(2026, 11, 23), date(2026, 11, 27)),
        (at(2026, 11, 19, 17, 30), date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 30)),
        (at(2026, 11, 21, 9), date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 30)),
        (at(2026, 12, 23, 12), date(2026, 12, 24), date(2026, 12, 29), date(2027, 1, 5)),
    ],
)
def test_what_notify_is_given_is_printed_on_the_next_working_day_and_comes_some_days_later(
    given: datetime, printed: date, first: date, second: date
) -> None:
    assert printed_on(given) == printed
    assert (comes_by(printed, "first_class"), comes_by(printed, "second_class")) == (first, second)
