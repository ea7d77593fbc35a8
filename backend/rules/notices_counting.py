"""How the dates of notices are counted: each count gives the day and, in one plain sentence, how it was reached.

Statute stands beside each number. Knows no kind of notice: `notices` says which counts a kind takes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, time, timedelta
from typing import NamedTuple

from backend.rules.dates import add_months, in_words, last_day_of_period
from backend.rules.working_time import Calendar

#: How long one period of the rent is: days, or months.
PERIODS: Mapping[str, tuple[int, int]] = {
    "weekly": (7, 0), "fortnightly": (14, 0), "four_weekly": (28, 0), "monthly": (0, 1), "quarterly": (0, 3), "yearly": (0, 12),
}  # fmt: skip
FIXED = "fixed"
#: Working days after posting on which a letter counts as delivered: Practice Direction (QBD) [1985] 1 All ER 889 under the
#: Interpretation Act 1978 s.7. What is handed over or left counts on a working day. Recorded post counts when it would
#: ordinarily be delivered (Law of Property Act 1925 s.196(4)): we count it as first class, for a lawyer to confirm.
POST: Mapping[str, int] = {"hand": 0, "left": 0, "first_class": 2, "second_class": 4, "recorded": 2}
#: What is handed over or left after this hour counts on the next working day: the product's caution, no statute.
LATEST = time(16, 30)
#: Protection from Eviction Act 1977 s.5: four weeks at least.
FOUR_WEEKS = timedelta(weeks=4)
#: A closed home counts once nobody could enter it for more than 48 hours: HA 1985 s.84A(7); HA 1988 Sch 2 ground 7A, condition 4.
SHUT = timedelta(hours=48)
_ENGLAND = Calendar()
_DAY = timedelta(days=1)
#: The least time before a periodic tenancy can end, in words: four weeks, or a whole period where that is longer.
_LEAST = {"monthly": "one month", "quarterly": "three months", "yearly": "six months"}


class Counted(NamedTuple):
    """A day, and how it was counted."""

    day: date
    how: str


class CannotCount(Exception):
    """A notice whose dates do not exist. `sentence` says why, or what to say first."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class NotKnown(CannotCount):
    """Something that the dates depend on has not been said."""

    def __init__(self, what: str) -> None:
        super().__init__(_MISSING.get(what, "Something that the dates depend on is missing. Look at the answers again."))
        self.what = what


class TooLate(CannotCount):
    """The statute's time for this notice is over: `last` was its last day."""

    def __init__(self, last: date, law: str = "") -> None:
        said = f" ({law})" if law else ""
        super().__init__(f"This notice is too late: {in_words(last)} was the last day for it{said}. Take legal advice on another route.")
        self.last = last


class TooEarly(CannotCount):
    """This notice cannot be served before `first`."""

    def __init__(self, first: date, law: str = "") -> None:
        super().__init__(f"This notice cannot be served before {in_words(first)}{f' ({law})' if law else ''}.")
        self.first = first


_MISSING = {
    "period": "Say how the rent is paid and on which day a rent period begins: the notice ends with one.",
    "started": "Say when the tenancy began: the claim must be begun before the trial period ends.",
    "ground": "Say which condition of the absolute ground is met, and on which day it was.",
    "names": "Say which day the notice names.",
    "how": "Say how the notice is given: by hand, left at the home or by post. E-mail and text messages never serve a notice.",
    "term_ends": "Say when the fixed term ends: this notice is counted back from its last day.",
}
_SENTENCES = {
    "hand": "Handed to the tenant on a working day before 4:30pm, it counts as served on the same day.",
    "left": "Left at the home on a working day before 4:30pm, it counts as served on the same day.",
    "first_class": "First class post counts as delivered on the second working day after posting.",
    "second_class": "Second class post counts as delivered on the fourth working day after posting.",
    "recorded": "Recorded post counts when it would ordinarily come, unless it is returned: we count two working days.",
}


def service(given: date, how: str, at: time | None = None, also: str = "") -> Counted:
    """When a notice that is given then counts as served. `also` is a second way used on the same day: the later day counts."""
    first = _by(given, how, at)
    if not also:
        return first
    second = _by(given, also, at)
    return max(first, second, key=lambda each: each.day)._replace(how=f"{first.how} {second.how} The later of the two days counts.")


def served_on(given: date, how: str, at: time | None = None) -> date:
    """The day on which a notice given then counts as served. E-mail and text messages never serve a notice."""
    return service(given, how, at).day


def _by(given: date, how: str, at: time | None) -> Counted:
    if how not in POST:
        raise NotKnown("how")
    if POST[how] == 0:
        return _by_hand(given, how, at)
    day = given
    for _each in range(POST[how]):
        day = _ENGLAND.next_working_day(day)
    return Counted(day, _SENTENCES[how])


def _by_hand(given: date, how: str, at: time | None) -> Counted:
    if not _ENGLAND.is_working_day(given):
        return Counted(_ENGLAND.next_working_day(given), "Given on a day that is not a working day, it counts on the next working day.")
    if at is not None and at > LATEST:
        return Counted(_ENGLAND.next_working_day(given), "Given after 4:30pm, it counts on the next working day.")
    return Counted(given, _SENTENCES[how])


def quit_date(served: date, period: str, begins: date | None, safety: int = 0) -> date:
    """The first day of a rent period that is four weeks and a whole period away (Protection from Eviction Act 1977 s.5 and
    the common law): a year's tenancy needs six months, a quarter's a quarter. `begins` is any first day of a period;
    `safety` are days that the landlord adds."""
    return to_quit(served, period, begins, safety).day


def to_quit(served: date, period: str, begins: date | None, safety: int = 0) -> Counted:
    """The same, with how it was counted."""
    if period not in PERIODS or begins is None:
        raise NotKnown("period")
    days, months = PERIODS[period]
    whole = served + timedelta(days=days) if days else add_months(served, min(months, 6))
    least = max(served + FOUR_WEEKS, whole)
    day = _first_of_a_period(least + timedelta(days=safety), days, months, begins)
    kept = f" and {safety} {'day' if safety == 1 else 'days'} kept for safety" if safety else ""
    then = "that day" if day == least else in_words(day)
    return Counted(
        day, f"{_LEAST.get(period, 'four weeks').capitalize()} after service is {in_words(least)}{kept}; a rent period begins on {then}."
    )


def _first_of_a_period(least: date, days: int, months: int, begins: date) -> date:
    if days:
        return least + timedelta(days=(begins - least).days % days)
    count = (least.year - begins.year) * 12 + least.month - begins.month
    count -= count % months
    while add_months(begins, count) < least:
        count += months
    return add_months(begins, count)


def last_to_quit(before: date, period: str, begins: date | None, safety: int = 0) -> date:
    """The last day of service from which the notice still ends before that day."""
    day = before - FOUR_WEEKS
    while quit_date(day, period, begins, safety) >= before:
        day -= _DAY
    return day


def months_after(months: int, since: date, of: str) -> Counted:
    """The corresponding day some months on."""
    count = "One month" if months == 1 else f"{_NUMBERS.get(months, months)} months"
    return Counted(add_months(since, months), f"{count} after {of}, {in_words(since)}, by the matching date of the later month.")


_NUMBERS = {2: "Two", 6: "Six", 12: "Twelve"}

#: Conditions of the absolute ground (Housing Act 1985 s.84A; Housing Act 1988 Sch 2 ground 7A) -> months in which notice must
#: be served, beginning with the day of what is relied on (HA 1985 s.83ZA; HA 1988 s.8(4C)-(4E)).
GROUNDS: Mapping[str, int] = {"offence": 12, "injunction_breach": 12, "cbo_breach": 12, "closure": 3, "noise": 12}

#: The same conditions in words, by their number in the statute.
CONDITIONS: Mapping[str, str] = {
    "offence": "Condition 1: a conviction for a serious offence",
    "injunction_breach": "Condition 2: a court found that an injunction was broken",
    "cbo_breach": "Condition 3: a conviction for breaking a criminal behaviour order",
    "closure": "Condition 4: a closure order shut the home for more than 48 hours",
    "noise": "Condition 5: a conviction over noise that is a statutory nuisance",
}


def last_service(ground: str, on: date) -> date:
    """The last day to serve a notice on the absolute ground."""
    return add_months(on, GROUNDS[ground]) - _DAY


def trial_ends(started: date, *, extended: bool = False) -> date:
    """The last day of an introductory tenancy's trial period: a year (Housing Act 1996 s.125), or eighteen months when it
    was extended (s.125A). `started` is the later of the tenancy's first day and the first right to possession (s.125(2))."""
    return add_months(started, 18 if extended else 12) - _DAY


def last_extension(started: date) -> date:
    """The last day to serve notice that a trial period is extended: eight weeks before it ends (HA 1996 s.125A(3))."""
    return trial_ends(started) - timedelta(weeks=8)


#: Other last days: the statute, and how it counts from one day. The 2014 Act is the Anti-social Behaviour, Crime and Policing Act.
LAST_DAYS: Mapping[str, tuple[str, Callable[[date], date]]] = {
    "cpn_appeal": ("2014 Act s.46: 21 days beginning with the day of issue", lambda issued: last_day_of_period(issued, 21)),
    "closure_appeal": ("2014 Act s.84: 21 days beginning with the day of the decision", lambda made: last_day_of_period(made, 21)),
    "demotion": ("Housing Act 1996 s.143B: a year from the order", lambda made: add_months(made, 12) - _DAY),
    "extension_notice": ("Housing Act 1996 s.125A(3): eight weeks before the trial period ends", last_extension),
    "circumstances": (
        "Pre-Action Protocol for Possession Claims by Social Landlords, part 3: 14 days to reply, as the product's default",
        lambda asked: asked + timedelta(days=14),
    ),
    "case_review_complaint": (
        "2014 Act s.104: complained within one month beginning with the day of the behaviour", lambda on: add_months(on, 1) - _DAY
    ),
    "case_review": (
        "2014 Act s.104: applied within six months beginning with the day of the complaint", lambda made: add_months(made, 6) - _DAY
    ),
}  # fmt: skip
