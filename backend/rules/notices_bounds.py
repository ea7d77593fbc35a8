"""Between which days a notice may be served at all: the statute's limits, each as a row of the notice's working.

Knows one notice at a time; `notices` refuses what falls outside.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from backend.rules.dates import add_months, in_words, last_day_of_period
from backend.rules.notices_counting import GROUNDS, SHUT, NotKnown, last_extension, last_service, last_to_quit, trial_ends
from backend.rules.notices_kinds import ABSOLUTE, Notice, Row, started
from backend.rules.working_time import LONDON

_DAY = timedelta(days=1)


def bounds(notice: Notice, law: str) -> list[Row]:
    """Between which days this notice may be served at all."""
    bound = _BOUNDS.get(notice.kind)
    return bound(notice, law) if bound else []


def _last_service(day: date, how: str, law: str) -> Row:
    return Row("serve_by", "The last day to serve it", day, how, law)


def _absolute_bounds(notice: Notice, law: str) -> list[Row]:
    if notice.ground not in GROUNDS or notice.ground_on is None:
        raise NotKnown("ground")
    law = "Housing Act 1985 s.83ZA" if notice.kind == "secure_absolute" else "Housing Act 1988 s.8(4C) to (4E)"
    months, since = GROUNDS[notice.ground], in_words(notice.ground_on)
    how = f"{'Three' if months == 3 else 'Twelve'} months beginning with {since}, the day of what is relied on."
    rows = [_last_service(last_service(notice.ground, notice.ground_on), how, law)]
    return [_after_closure(notice, notice.ground_on), *rows, _appeal(notice.ground_on)] if notice.ground == "closure" else rows


def _after_closure(notice: Notice, ordered: date) -> Row:
    """Nobody could enter the home for more than 48 hours before notice is given: HA 1985 s.84A(7)."""
    if notice.shut_since is None:
        return Row("serve_from", "The first day to serve it", ordered + SHUT + _DAY,
                   f"The home must have been closed for more than 48 hours, counted from the end of {in_words(ordered)}.",
                   "Housing Act 1985 s.84A; Housing Act 1988 Sch 2 ground 7A", confirm=True)  # fmt: skip
    over = (notice.shut_since + SHUT).astimezone(LONDON)
    how = f"The home must have been closed for more than 48 hours: they end at {over:%H:%M} on {in_words(over.date())}."
    early = notice.at is None or notice.at <= over.time()
    return Row("serve_from", "The first day to serve it", over.date() + _DAY if early else over.date(), how,
               "Housing Act 1985 s.84A; Housing Act 1988 Sch 2 ground 7A", confirm=True)  # fmt: skip


def _appeal(ordered: date) -> Row:
    how = f"21 days beginning with {in_words(ordered)}; if there is an appeal, the time to serve begins again when it ends."
    return Row("appeal", "The last day to appeal against the closure order", last_day_of_period(ordered, 21), how, "2014 Act s.84",
               confirm=True)  # fmt: skip


def _introductory_bounds(notice: Notice, law: str) -> list[Row]:
    ends = trial_ends(started(notice), extended=notice.extended)
    day = last_to_quit(ends, notice.period, notice.period_begins, notice.safety)
    return [_last_service(day, f"The day named must come before {in_words(ends)}, when the trial period ends.", "Housing Act 1996 s.130")]


def _extension_bounds(notice: Notice, law: str) -> list[Row]:
    ends = in_words(trial_ends(started(notice)))
    last = last_extension(started(notice))
    return [
        _last_service(last, f"Eight weeks before {ends}.", "Housing Act 1996 s.125A(3)"),
        Row("serve_safe", "To be safe, serve it by", last - timedelta(weeks=1), "One week before the last day, as the product's caution.",
            "No statute"),
    ]  # fmt: skip


def _demoted_bounds(notice: Notice, law: str) -> list[Row]:
    if notice.started is None:
        return []
    how = f"The demoted tenancy lasts a year beginning with {in_words(notice.started)}."
    return [_last_service(trial_ends(notice.started), how, "Housing Act 1996 s.143B")]


def _flexible_bounds(notice: Notice, law: str) -> list[Row]:
    if notice.term_ends is None:
        if notice.kind == "flexible_possession":
            raise NotKnown("term_ends")
        return []
    if notice.kind == "flexible_possession":
        return [_last_service(notice.term_ends, "It must be served on or before the last day of the term.", law)]
    last = _six_months_before(notice.term_ends)
    return [_last_service(last, f"Six months before the term ends on {in_words(notice.term_ends)}.", law)]


def _six_months_before(end: date) -> date:
    """The last day that is six months before `end` by the corresponding date: several days may share one."""
    day = add_months(end, -6)
    while add_months(day + _DAY, 6) <= end:
        day += _DAY
    return day


def _section21_bounds(notice: Notice, _: str) -> list[Row]:
    if notice.started is None:
        return []
    how = f"Not in the first four months of the tenancy, which began on {in_words(notice.started)}."
    return [Row("serve_from", "The first day to serve it", add_months(notice.started, 4), how, "Housing Act 1988 s.21(4B)")]


_BOUNDS: Mapping[str, Callable[[Notice, str], list[Row]]] = {
    **dict.fromkeys(ABSOLUTE, _absolute_bounds), "introductory": _introductory_bounds, "extension": _extension_bounds,
    "demoted": _demoted_bounds, "flexible_end": _flexible_bounds, "flexible_possession": _flexible_bounds, "section21": _section21_bounds,
}  # fmt: skip
