"""The dates of tenancy notices in England: when a notice counts as served, from when court proceedings may begin, until
when they may, and until when a tenant may ask for a review.

Statute stands beside each number. All are calendar days; weekends and bank holidays move nothing but the post.
Knows no case, no form and no landlord's calendar: closure days never move a statutory date. A lawyer confirms each notice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from backend.rules.dates import add_months, last_day_of_period
from backend.rules.working_time import Calendar

#: How long one period of the rent is: days, or months.
PERIODS: Mapping[str, tuple[int, int]] = {
    "weekly": (7, 0), "fortnightly": (14, 0), "four_weekly": (28, 0), "monthly": (0, 1), "quarterly": (0, 3), "yearly": (0, 12),
}  # fmt: skip
FIXED = "fixed"
#: Working days after posting on which a letter counts as delivered: Practice Direction (QBD) [1985] 1 All ER 889 under the
#: Interpretation Act 1978 s.7. What is handed over or left counts on a working day.
POST: Mapping[str, int] = {"hand": 0, "left": 0, "first_class": 2, "second_class": 4}
#: Protection from Eviction Act 1977 s.5: four weeks at least.
FOUR_WEEKS = timedelta(weeks=4)
_ENGLAND = Calendar()


class NotKnown(Exception):
    """Something that the dates depend on has not been said."""


class TooLate(Exception):
    """The statute's time for this notice is over: `last` was its last day."""

    def __init__(self, last: date) -> None:
        super().__init__(last)
        self.last = last


class TooEarly(Exception):
    """This notice cannot be served before `first` (HA 1988 s.21(4B): not in the first four months)."""

    def __init__(self, first: date) -> None:
        super().__init__(first)
        self.first = first


@dataclass(frozen=True)
class Notice:
    """What the dates of a notice depend on. `ground_on` is the day of the conviction, finding or closure order relied on,
    `started` the day on which the tenancy began."""

    kind: str
    given: date
    how: str
    period: str = FIXED
    period_begins: date | None = None
    ground: str = ""
    ground_on: date | None = None
    started: date | None = None
    extended: bool = False
    #: The day that the notice itself names, where no statute counts it.
    names: date | None = None


@dataclass(frozen=True)
class Dates:
    """`possession` is the day to name in the notice where proceedings may begin before it; `until` is the last day for the
    court claim, `review` the last day to ask for a review. None: the statute sets none."""

    served: date
    earliest: date
    possession: date | None
    until: date | None
    review: date | None
    law: str


def served_on(given: date, how: str) -> date:
    """The day on which a notice given then counts as served. E-mail and text messages never serve a notice."""
    if how not in POST:
        raise NotKnown(how)
    day = given if _ENGLAND.is_working_day(given) or POST[how] else _ENGLAND.next_working_day(given)
    for _each in range(POST[how]):
        day = _ENGLAND.next_working_day(day)
    return day


def quit_date(served: date, period: str, begins: date | None) -> date:
    """The first day of a rent period that is four weeks and a whole period away (Protection from Eviction Act 1977 s.5 and
    the common law): a year's tenancy needs six months, a quarter's a quarter. `begins` is any first day of a period."""
    if period not in PERIODS or begins is None:
        raise NotKnown("period")
    days, months = PERIODS[period]
    whole = served + timedelta(days=days) if days else add_months(served, min(months, 6))
    least = max(served + FOUR_WEEKS, whole)
    if days:
        return least + timedelta(days=(begins - least).days % days)
    count = (least.year - begins.year) * 12 + least.month - begins.month
    count -= count % months
    while add_months(begins, count) < least:
        count += months
    return add_months(begins, count)


#: Conditions of the absolute ground (Housing Act 1985 s.84A; Housing Act 1988 Sch 2 ground 7A) -> months in which notice must
#: be served, beginning with the day of what is relied on (HA 1985 s.83ZA; HA 1988 s.8(4C)-(4E)).
GROUNDS: Mapping[str, int] = {"offence": 12, "injunction_breach": 12, "cbo_breach": 12, "closure": 3, "noise": 12}


def last_service(ground: str, on: date) -> date:
    """The last day to serve a notice on the absolute ground."""
    return add_months(on, GROUNDS[ground]) - timedelta(days=1)


def trial_ends(started: date, *, extended: bool = False) -> date:
    """The last day of an introductory tenancy's trial period: a year (Housing Act 1996 s.125), or eighteen months when it
    was extended (s.125A)."""
    return add_months(started, 18 if extended else 12) - timedelta(days=1)


#: Other last days: the statute, and how it counts from one day. The 2014 Act is the Anti-social Behaviour, Crime and Policing Act.
LAST_DAYS: Mapping[str, tuple[str, Callable[[date], date]]] = {
    "cpn_appeal": ("2014 Act s.46: 21 days beginning with the day of issue", lambda issued: last_day_of_period(issued, 21)),
    "closure_appeal": ("2014 Act s.84: 21 days beginning with the day of the decision", lambda made: last_day_of_period(made, 21)),
    "demotion": ("Housing Act 1996 s.143B: a year from the order", lambda made: add_months(made, 12) - timedelta(days=1)),
    "extension_notice": (
        "Housing Act 1996 s.125A(3): eight weeks before the trial period ends", lambda started: trial_ends(started) - timedelta(weeks=8)
    ),
}  # fmt: skip


def _to_quit(notice: Notice, served: date) -> date:
    return quit_date(served, notice.period, notice.period_begins)


def _quit_or_month(notice: Notice, served: date) -> date:
    """A month after service where the term is fixed: HA 1985 s.83ZA(10)(b); HA 1988 s.8(3A)(b)."""
    return add_months(served, 1) if notice.period == FIXED else _to_quit(notice, served)


def _months_on(months: int) -> Callable[[Notice, date], date]:
    return lambda _, served: add_months(served, months)


def _trial(notice: Notice, served: date) -> date:
    """Proceedings must be begun before the trial period ends (HA 1996 s.130)."""
    if notice.started is None:
        raise NotKnown("started")
    return trial_ends(notice.started, extended=notice.extended)


@dataclass(frozen=True)
class _Rule:
    """How one kind of notice counts: from when proceedings may begin, until when from service or from the date specified,
    and the days in which a review may be asked for, beginning with the day of service."""

    law: str
    earliest: Callable[[Notice, date], date]
    until: Callable[[Notice, date], date] | None = None
    until_from_date: int = 0
    review: int = 0
    possession: Callable[[Notice, date], date] | None = None


def _own_day(notice: Notice, _: date) -> date:
    if notice.names is None:
        raise NotKnown("names")
    return notice.names


def _at_once(_: Notice, served: date) -> date:
    return served


def _two_weeks(_: Notice, served: date) -> date:
    return served + timedelta(weeks=2)


KINDS: Mapping[str, _Rule] = {
    "secure_ground2": _Rule("Housing Act 1985 s.83, ground 2", _at_once, until_from_date=12, possession=_to_quit),
    "secure_other": _Rule("Housing Act 1985 s.83", _to_quit, until_from_date=12),
    "secure_absolute": _Rule("Housing Act 1985 ss.83ZA, 84A and 85ZA", _quit_or_month, until_from_date=12, review=7),
    "flexible_end": _Rule("Housing Act 1985 ss.107D and 107E", _months_on(6), review=21),
    "introductory": _Rule("Housing Act 1996 ss.128 to 130", _to_quit, until=_trial, review=14),
    "demoted": _Rule("Housing Act 1996 ss.143B, 143E and 143F", _to_quit, until=_months_on(6), review=14),
    "assured_ground14": _Rule("Housing Act 1988 s.8(4), ground 14", _at_once, until=_months_on(12)),
    "assured_two_weeks": _Rule("Housing Act 1988 s.8(4B)", _two_weeks, until=_months_on(12)),
    "assured_absolute": _Rule("Housing Act 1988 s.8(3A), ground 7A; review by policy", _quit_or_month, until=_months_on(12), review=7),
    "section21": _Rule("Housing Act 1988 s.21", _months_on(2), until=_months_on(6)),
    "demotion_secure": _Rule("Housing Act 1985 ss.82A and 83", _to_quit, until_from_date=12),
    "demotion_assured": _Rule("Housing Act 1988 s.6A", _two_weeks, until=_months_on(12)),
    "own_day": _Rule("The agreement, and what your lawyer advises", _own_day),
    "quit": _Rule("Protection from Eviction Act 1977 s.5", _to_quit),
}  # fmt: skip
#: Notices on the absolute ground, which must be served in time.
ABSOLUTE = frozenset({"secure_absolute", "assured_absolute"})


def dates_of(notice: Notice) -> Dates:
    """The dates of a notice. Raises `NotKnown`, or `TooLate` where the statute's time to serve it is over."""
    rule, served = KINDS[notice.kind], served_on(notice.given, notice.how)
    _in_time(notice, served)
    earliest = rule.earliest(notice, served)
    possession = rule.possession(notice, served) if rule.possession else None
    until = rule.until(notice, served) if rule.until else None
    if rule.until_from_date:
        until = add_months(possession or earliest, rule.until_from_date)
    if until is not None and until < earliest:
        raise TooLate(until)
    return Dates(served, earliest, possession, until, last_day_of_period(served, rule.review) if rule.review else None, rule.law)


def _in_time(notice: Notice, served: date) -> None:
    if notice.kind in ABSOLUTE:
        if notice.ground not in GROUNDS or notice.ground_on is None:
            raise NotKnown("ground")
        if served > (last := last_service(notice.ground, notice.ground_on)):
            raise TooLate(last)
    if notice.kind == "section21" and notice.started is not None and served < (first := add_months(notice.started, 4)):
        raise TooEarly(first)
