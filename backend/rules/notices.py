"""The dates of tenancy notices in England: when a notice counts as served, from when court proceedings may begin, until
when they may, and until when a tenant may ask for a review; and the working of each, row by row.

All are calendar days; weekends and bank holidays move nothing but the service. Knows no case, no form and no landlord's
calendar: closure days never move a statutory date. A lawyer confirms each notice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from backend.rules.dates import in_words, last_day_of_period
from backend.rules.notices_bounds import bounds
from backend.rules.notices_counting import (
    FIXED,
    GROUNDS,
    LAST_DAYS,
    LATEST,
    PERIODS,
    POST,
    CannotCount,
    Counted,
    NotKnown,
    TooEarly,
    TooLate,
    last_service,
    months_after,
    quit_date,
    served_on,
    service,
    trial_ends,
)
from backend.rules.notices_kinds import ABSOLUTE, KINDS, Notice, Row, Rule, quit_or_four_weeks

__all__ = [
    "ABSOLUTE", "FIXED", "GROUNDS", "KINDS", "LAST_DAYS", "LATEST", "PERIODS", "POST", "CannotCount", "Dates", "NotKnown", "Notice", "Row",
    "TooEarly", "TooLate", "dates_of", "last_service", "quit_date", "served_on", "service_rows", "trial_ends", "workings",
]  # fmt: skip
_DAY = timedelta(days=1)
_SERVED_BY: Mapping[str, str] = {
    "hand": "Delivery to the tenant; the hour is the product's caution",
    "left": "Local Government Act 1972 s.233, or a clause under Law of Property Act 1925 s.196; the hour is the product's caution",
    "first_class": "Interpretation Act 1978 s.7; Practice Direction [1985] 1 All ER 889",
    "second_class": "Interpretation Act 1978 s.7; Practice Direction [1985] 1 All ER 889",
    "recorded": "Law of Property Act 1925 s.196(4)",
}
#: Ways whose day no statute that we could read counts.
_OWN = frozenset({"hand", "left", "recorded"})


@dataclass(frozen=True)
class Dates:
    """`earliest` is from when proceedings may begin, or after which they may: `claim_from` is the first day on which a claim may
    be issued. `possession` is the day to name in the notice where proceedings may begin before it; `until` is the last day for
    the court claim and `safe` the day before it; `review` the last day to ask for a review and `decide` the last to answer one.
    `serve_from` and `serve_by` bound the day of service. None: the statute sets none."""

    served: date
    earliest: date
    possession: date | None
    until: date | None
    review: date | None
    law: str
    claim_from: date
    safe: date | None = None
    decide: date | None = None
    serve_from: date | None = None
    serve_by: date | None = None

    @property
    def named(self) -> date:
        """The day to name in the notice."""
        return self.possession or self.earliest


def dates_of(notice: Notice) -> Dates:
    """The dates of a notice. Raises `NotKnown`, `TooEarly`, or `TooLate` where the statute's time to serve it is over."""
    days = {row.key: row.day for row in workings(notice)}
    at_once = bool(KINDS[notice.kind].at_once)
    return Dates(
        served=days["served"],
        earliest=days["proceedings_from"] if at_once else days["named"],
        possession=days["named"] if at_once else None,
        until=days.get("proceedings_by"),
        review=days.get("review_by"),
        law=KINDS[notice.kind].law,
        claim_from=days.get("proceedings_from", days["named"]),
        safe=days.get("claim_safe"),
        decide=days.get("review_answer_by"),
        serve_from=days.get("serve_from"),
        serve_by=days.get("serve_by"),
    )


def workings(notice: Notice) -> tuple[Row, ...]:
    """Every date of a notice with how it was counted and the section that says so: what the officer sees and the record keeps.
    The dates of a notice are these days and no others. Raises as `dates_of`."""
    rule = KINDS[notice.kind]
    served = service_rows(notice)
    named = _named_row(notice, rule, served[-1].day)
    rows = [*served, *_review_rows(rule, served[-1].day, named.day), named, *_claim_rows(notice, rule, served[-1].day, named.day)]
    rows += bounds(notice, named.law)
    sure = [row if row.key not in rule.unsure else Row(row.key, row.what, row.day, row.how, row.law, confirm=True) for row in rows]
    _in_time(notice, {row.key: row for row in sure})
    return tuple(sure)


def service_rows(notice: Notice) -> list[Row]:
    """When it is given, and when it counts as served."""
    counted = service(notice.given, notice.how, notice.at, notice.also)
    return [
        Row("given", "It is given on", notice.given, "The day on which it is handed over, left or posted.", "The certificate of service"),
        Row("served", "It counts as served on", *counted, _SERVED_BY[notice.how], confirm=notice.how in _OWN),
    ]


def _named_row(notice: Notice, rule: Rule, served: date) -> Row:
    counted, names = rule.name(notice, served), notice.names
    if names is not None and names > counted.day:
        counted = Counted(names, f"{counted.how} The notice names this later day.")
    return Row("named", rule.what, *counted, rule.named_law, confirm=notice.period == FIXED and rule.name is quit_or_four_weeks)


def _review_rows(rule: Rule, served: date, named: date) -> list[Row]:
    if not rule.review:
        return []
    asked = last_day_of_period(served, rule.review)
    rows = [Row("review_by", "The last day to ask for a review", asked, _asking(rule), rule.review_law)]
    if rule.decide_law:
        how = f"The tenant must have the answer before {in_words(named)}, so on the day before it at the latest."
        rows.append(Row("review_answer_by", "The last day to answer a review", named - _DAY, how, rule.decide_law))
    return rows


def _claim_rows(notice: Notice, rule: Rule, served: date, named: date) -> list[Row]:
    rows = [_first_claim(rule, served, named)] if rule.claims else []
    until = rule.until(notice, served) if rule.until else None
    if rule.until_months:
        until = months_after(rule.until_months, named, "the day named")
    if until is not None:
        rows.append(Row("proceedings_by", rule.until_what, *until, rule.until_law))
    if until is not None and rule.claims:
        safe = "One day before the last, as the product's caution: a claim counts when the court issues it."
        rows.append(Row("claim_safe", "To be safe, begin it by", until.day - _DAY, safe, "No statute"))
    return rows


def _asking(rule: Rule) -> str:
    late = " A request on the day after is late by the statute: record it and take legal advice." if rule.review == 7 else ""
    return f"{rule.review} days, of which the first is the day of service.{late}"


def _first_claim(rule: Rule, served: date, named: date) -> Row:
    if rule.at_once:
        first = Counted(served, "With ground 2 proceedings may begin as soon as the notice is served.")
    elif rule.after:
        first = Counted(named + _DAY, "Proceedings may begin after the day named, so on the day that follows it.")
    else:
        first = Counted(named, "Proceedings may begin on the day named.")
    return Row("proceedings_from", "The first day for the court claim", *first, rule.at_once or rule.named_law)


def _in_time(notice: Notice, rows: Mapping[str, Row]) -> None:
    """Refuse what was served outside its bounds, and what would lapse before its own day comes."""
    served = rows["served"].day
    # A closed home's 48 hours must be over when the notice is really given; a day that it only counts as served on is no help.
    given = notice.given if notice.ground == "closure" else served
    if "serve_from" in rows and given < (first := rows["serve_from"]).day:
        raise TooEarly(first.day, first.law)
    if "serve_by" in rows and served > (last := rows["serve_by"]).day:
        raise TooLate(last.day, last.law)
    if "proceedings_by" in rows and "proceedings_from" in rows and rows["proceedings_by"].day < rows["proceedings_from"].day:
        raise TooLate(rows["proceedings_by"].day, rows["proceedings_by"].law)
