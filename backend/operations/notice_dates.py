"""“Work out the dates of a notice”: from when proceedings may begin and until when, until when a review may be asked for and
when it must be answered. The working is kept in the case file. A notice that the statute no longer allows is refused while the
officer can still put it right."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from backend.casework.worked_out import begins, ends, keep_dates
from backend.errors import Refused
from backend.rules.dates import add_months, in_words
from backend.rules.notices import KINDS, CannotCount, Dates, Notice, dates_of, workings
from backend.rules.working_time import LONDON
from backend.workflow.catalogue import Parameter, operation
from backend.workflow.expressions import Value
from backend.workflow.runner import Context
from backend.workflow.values import Fact

FROM = Fact("proceedings_from", "moment", source="notice_dates")
BY = Fact("proceedings_by", "moment", source="notice_dates")
CLAIM = Fact("claim_due", "moment", source="notice_dates")
REVIEW = Fact("review_by", "moment", source="notice_dates")
ANSWER = Fact("review_answer_by", "moment", source="notice_dates")
ASKABLE = Fact("review_open", "yes_no", source="notice_dates")
#: Two weeks to issue the claim once it may be issued; where the law sets no end, a notice is not relied on after a year.
SOON, A_YEAR = timedelta(weeks=2), 12


@operation(
    "notice_dates",
    "Work out the dates of a notice",
    gives=(FROM, BY, CLAIM, REVIEW, ANSWER, ASKABLE),
    notice=Parameter("Which notice", choices=tuple(KINDS)),
    given=Parameter("The day it was handed over, left or posted"),
    how=Parameter("How it was given"),
    period=Parameter("How the rent is paid", optional=True),
    period_begins=Parameter("A day on which a rent period begins", optional=True),
    ground=Parameter("Condition of the absolute ground", optional=True),
    ground_on=Parameter("The day of the conviction, finding or order", optional=True),
    started=Parameter("The day the tenancy began", optional=True),
    extended=Parameter("Whether the trial period was extended", optional=True),
    names=Parameter("The day that the notice itself names", optional=True),
    given_at=Parameter("When it was handed over or left, where the hour is known", optional=True),
    also=Parameter("A second way in which it was given on the same day", optional=True),
    term_ends=Parameter("The last day of a fixed term", optional=True),
    shut_since=Parameter("From when nobody could enter a closed home", optional=True),
)
def notice_dates(
    context: Context, *, notice: str, given: date, how: str, period: str | None = None, period_begins: date | None = None,
    ground: str | None = None, ground_on: date | None = None, started: date | None = None, extended: bool | None = None,
    names: date | None = None, given_at: datetime | None = None, also: str | None = None, term_ends: date | None = None,
    shut_since: datetime | None = None,
) -> dict[str, Value]:  # fmt: skip
    asked = Notice(
        notice, given, how, period or "", period_begins, ground or "", ground_on, started, bool(extended), names,
        at=given_at.astimezone(LONDON).time() if given_at else None, also=also or "", term_ends=term_ends, shut_since=shut_since,
    )  # fmt: skip
    found = _worked_out(asked)
    if names is not None and names < found.named:
        raise Refused(f"The notice names a day that is too early: {in_words(found.named)} is the first day that it may name ({found.law}).")
    until = found.until or add_months(found.earliest, A_YEAR)
    keep_dates(context, title="Dates of the notice", law=found.law, rows=workings(asked))
    return {
        FROM.name: begins(found.claim_from),
        BY.name: ends(until),
        CLAIM.name: ends(min(until, max(found.claim_from, context.now.date()) + SOON)),
        REVIEW.name: ends(found.review or found.served),
        ANSWER.name: ends(found.decide or found.earliest),
        ASKABLE.name: found.review is not None,
    }


def _worked_out(notice: Notice) -> Dates:
    try:
        return dates_of(notice)
    except CannotCount as refused:
        raise Refused(refused.sentence) from None
