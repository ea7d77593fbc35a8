"""The kinds of tenancy notice in England, and which counts each takes; the statute stands beside each number.

Knows no tenancy and no landlord: `notices` puts the counts together, `notices_void` says which notice fits which tenancy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from backend.rules.dates import in_words
from backend.rules.notices_counting import FIXED, FOUR_WEEKS, Counted, NotKnown, months_after, to_quit, trial_ends


@dataclass(frozen=True)
class Notice:
    """What the dates of a notice depend on. `ground_on` is the day of the conviction, finding or closure order relied on, or
    that on which an appeal against it ended, `started` the day on which the tenancy (or the demotion) began."""

    kind: str
    given: date
    how: str
    period: str = ""
    period_begins: date | None = None
    ground: str = ""
    ground_on: date | None = None
    started: date | None = None
    extended: bool = False
    #: The day that the notice itself names.
    names: date | None = None
    #: The time at which it was handed over or left, where it is known.
    at: time | None = None
    #: A second way in which it is given on the same day.
    also: str = ""
    #: The last day of a fixed term.
    term_ends: date | None = None
    #: From when nobody could enter a closed home; the end of the order's day where nothing is said.
    shut_since: datetime | None = None
    #: Days that the landlord adds before the day named.
    safety: int = 0


@dataclass(frozen=True)
class Row:
    """One date of a notice: what it is, how it was counted in one plain sentence, the section that says so, and whether a
    lawyer should confirm it because the statute was not to hand."""

    key: str
    what: str
    day: date
    how: str
    law: str
    confirm: bool = False


Count = Callable[[Notice, date], Counted]


@dataclass(frozen=True)
class Rule:
    """How one kind of notice counts: the day it names, whether proceedings may begin at once or only after that day, until when
    (from service, or in months from the day named), and the days in which a review may be asked for, beginning with the day of
    service. Each has its section. `unsure` names the rows that a lawyer should confirm."""

    law: str
    name: Count
    named_law: str
    at_once: str = ""
    after: bool = False
    until: Count | None = None
    until_months: int = 0
    until_law: str = ""
    review: int = 0
    review_law: str = ""
    #: The review must be decided before the day named.
    decide_law: str = ""
    what: str = "The day to name in the notice"
    #: Whether a court claim follows from this notice itself.
    claims: bool = True
    until_what: str = "The last day to begin the court claim"
    unsure: frozenset[str] = frozenset()


def _to_quit(notice: Notice, _served: date) -> Counted:
    return to_quit(_served, notice.period, notice.period_begins, notice.safety)


def _quit_or_month(notice: Notice, served: date) -> Counted:
    """A month after service where the term is fixed: HA 1985 s.83ZA(10)(b); HA 1988 s.8(3A)(b)."""
    return months_after(1, served, "service") if notice.period == FIXED else _to_quit(notice, served)


def quit_or_four_weeks(notice: Notice, served: date) -> Counted:
    """Where the term is fixed, section 83 names no least time that we could read: four weeks, for a lawyer to confirm."""
    if notice.period != FIXED:
        return _to_quit(notice, served)
    return Counted(served + FOUR_WEEKS, "The term is fixed: we keep four weeks after service, as the statute's own time was not to hand.")


def _months_on(months: int) -> Count:
    return lambda _, served: months_after(months, served, "service")


def _two_weeks(_: Notice, served: date) -> Counted:
    return Counted(served + timedelta(weeks=2), f"Two weeks from service on {in_words(served)}.")


def _at_service(_: Notice, served: date) -> Counted:
    return Counted(served, "On this ground proceedings may begin on the day of service.")


def _at_service_reformed(_: Notice, served: date) -> Counted:
    how = "On this ground proceedings may begin on the day of service; no order takes effect within 14 days of the notice."
    return Counted(served, how)


def _own_day(notice: Notice, _: date) -> Counted:
    if notice.names is None:
        raise NotKnown("names")
    return Counted(notice.names, "It is the day that the notice names; no statute counts it.")


def started(notice: Notice) -> date:
    if notice.started is None:
        raise NotKnown("started")
    return notice.started


def _trial(notice: Notice, _: date) -> Counted:
    """Proceedings must be begun before the trial period ends (HA 1996 s.130)."""
    ends = trial_ends(started(notice), extended=notice.extended)
    count = "Eighteen months" if notice.extended else "A year"
    return Counted(ends, f"{count} beginning with {in_words(started(notice))}: after this day the tenancy is secure.")


def _trial_unextended(notice: Notice, _: date) -> Counted:
    return Counted(trial_ends(started(notice)), f"The trial period is a year beginning with {in_words(started(notice))}.")


def _trial_extended(notice: Notice, _: date) -> Counted:
    ends = trial_ends(started(notice), extended=True)
    return Counted(ends, f"Eighteen months beginning with {in_words(started(notice))}: it may be extended once, by six months.")


def _unsure(*keys: str) -> frozenset[str]:
    return frozenset(keys)


_SECTION_8 = "Housing Act 1988 s.8(3)(c)"
KINDS: Mapping[str, Rule] = {
    "secure_ground2": Rule(
        "Housing Act 1985 s.83, ground 2", quit_or_four_weeks, "Housing Act 1985 s.83(5)", at_once="Housing Act 1985 s.83(3)",
        until_months=12, until_law="Housing Act 1985 s.83",
    ),
    "secure_other": Rule(
        "Housing Act 1985 s.83", quit_or_four_weeks, "Housing Act 1985 s.83(5)", after=True,
        until_months=12, until_law="Housing Act 1985 s.83",
    ),
    "secure_absolute": Rule(
        "Housing Act 1985 ss.83ZA, 84A and 85ZA", _quit_or_month, "Housing Act 1985 s.83ZA(10)", after=True,
        until_months=12, until_law="Housing Act 1985 s.83ZA", review=7, review_law="Housing Act 1985 s.85ZA(2), for council homes",
        decide_law="Housing Act 1985 s.85ZA", unsure=_unsure("proceedings_by", "review_answer_by", "serve_by"),
    ),
    "flexible_end": Rule(
        "Housing Act 1985 ss.107D and 107E", _months_on(6), "Housing Act 1985 s.107D", review=21, review_law="Housing Act 1985 s.107E",
        what="The term must not end before", claims=False,
    ),
    "flexible_possession": Rule(
        "Housing Act 1985 s.107D", _months_on(2), "Housing Act 1985 s.107D", unsure=_unsure("named"),
    ),
    "introductory": Rule(
        "Housing Act 1996 ss.128 to 130", _to_quit, "Housing Act 1996 s.128", after=True, until=_trial, until_law="Housing Act 1996 s.130",
        review=14, review_law="Housing Act 1996 s.129", decide_law="Housing Act 1996 s.129",
        unsure=_unsure("proceedings_by", "review_answer_by", "serve_by"),
    ),
    "extension": Rule(
        "Housing Act 1996 ss.125A and 125B", _trial_unextended, "Housing Act 1996 s.125", until=_trial_extended,
        until_law="Housing Act 1996 s.125A", review=14, review_law="Housing Act 1996 s.125B", decide_law="Housing Act 1996 s.125B",
        what="The trial period was to end on", until_what="The extended trial period ends on", claims=False,
    ),
    "demoted": Rule(
        "Housing Act 1996 ss.143B, 143E and 143F", _to_quit, "Housing Act 1996 s.143E", after=True, until=_months_on(6),
        until_law="Housing Act 1996 s.143B", review=14, review_law="Housing Act 1996 s.143F", decide_law="Housing Act 1996 s.143F",
        unsure=_unsure("review_answer_by"),
    ),
    "assured_ground14": Rule(
        "Housing Act 1988 s.8(4), ground 14", _at_service, "Housing Act 1988 s.8(4)", until=_months_on(12), until_law=_SECTION_8,
    ),
    "assured_two_weeks": Rule(
        "Housing Act 1988 s.8(4B)", _two_weeks, "Housing Act 1988 s.8(4B)", until=_months_on(12), until_law=_SECTION_8,
    ),
    "assured_absolute": Rule(
        "Housing Act 1988 s.8(3A), ground 7A; review by policy", _quit_or_month, "Housing Act 1988 s.8(3A)", until=_months_on(12),
        until_law=_SECTION_8, review=7, review_law="The landlord's policy; no statute gives this review",
        unsure=_unsure("review_by", "serve_by"),
    ),
    "section21": Rule(
        "Housing Act 1988 s.21", _months_on(2), "Housing Act 1988 s.21", until=_months_on(6), until_law="Housing Act 1988 s.21(4D)",
        unsure=_unsure("named", "proceedings_by", "serve_from"),
    ),
    "demotion_secure": Rule(
        "Housing Act 1985 ss.82A and 83", quit_or_four_weeks, "Housing Act 1985 s.83", after=True, until_months=12,
        until_law="Housing Act 1985 s.83",
    ),
    "demotion_assured": Rule(
        "Housing Act 1988 s.6A", _two_weeks, "Housing Act 1988 s.6A", until=_months_on(12), until_law="Housing Act 1988 s.6A",
    ),
    # Tenancies under the Renters' Rights Act 2025: Form 3A, no fixed term, no section 21 and no demotion.
    "reformed_ground14": Rule(
        "Housing Act 1988 s.8 as amended by the Renters' Rights Act 2025, ground 14", _at_service_reformed,
        "Housing Act 1988 s.8, as amended", until=_months_on(12), until_law=_SECTION_8, unsure=_unsure("named", "proceedings_by"),
    ),
    "reformed_two_weeks": Rule(
        "Housing Act 1988 s.8 as amended by the Renters' Rights Act 2025", _two_weeks, "Housing Act 1988 s.8, as amended",
        until=_months_on(12), until_law=_SECTION_8, unsure=_unsure("named", "proceedings_by"),
    ),
    "reformed_absolute": Rule(
        "Housing Act 1988 s.8 as amended by the Renters' Rights Act 2025, ground 7A; review by policy", _at_service_reformed,
        "Housing Act 1988 s.8, as amended", until=_months_on(12), until_law=_SECTION_8, review=7,
        review_law="The landlord's policy; no statute gives this review",
        unsure=_unsure("named", "proceedings_by", "review_by", "serve_by"),
    ),
    "own_day": Rule("The agreement, and what your lawyer advises", _own_day, "The agreement", unsure=_unsure("named")),
    "quit": Rule("Protection from Eviction Act 1977 s.5", _to_quit, "Protection from Eviction Act 1977 s.5"),
}  # fmt: skip
#: Notices on the absolute ground, which must be served in time.
ABSOLUTE = frozenset({"secure_absolute", "assured_absolute", "reformed_absolute"})
