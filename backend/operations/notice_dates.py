"""“Work out the dates of a notice”: from when proceedings may begin and until when, and until when a review may be asked for.
A notice that the statute no longer allows is refused while the officer can still put it right."""

from __future__ import annotations

from datetime import date, timedelta

from backend.casework.worked_out import begins, ends, in_words, keep_dates
from backend.errors import Refused
from backend.rules.dates import add_months
from backend.rules.notices import KINDS, Dates, Notice, NotKnown, TooEarly, TooLate, dates_of
from backend.workflow.catalogue import Parameter, operation
from backend.workflow.expressions import Value
from backend.workflow.runner import Context
from backend.workflow.values import Fact

FROM = Fact("proceedings_from", "moment", source="notice_dates")
BY = Fact("proceedings_by", "moment", source="notice_dates")
CLAIM = Fact("claim_due", "moment", source="notice_dates")
REVIEW = Fact("review_by", "moment", source="notice_dates")
ASKABLE = Fact("review_open", "yes_no", source="notice_dates")
#: Two weeks to issue the claim once it may be issued; where the law sets no end, a notice is not relied on after a year.
SOON, A_YEAR = timedelta(weeks=2), 12
_MISSING = {
    "period": "Say how the rent is paid and on which day a rent period begins: the notice ends with one.",
    "started": "Say when the tenancy began: the claim must be begun before the trial period ends.",
    "ground": "Say which condition of the absolute ground is met, and on which day it was.",
    "names": "Say which day the notice names.",
}


@operation(
    "notice_dates",
    "Work out the dates of a notice",
    gives=(FROM, BY, CLAIM, REVIEW, ASKABLE),
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
)
def notice_dates(
    context: Context, *, notice: str, given: date, how: str, period: str | None = None, period_begins: date | None = None,
    ground: str | None = None, ground_on: date | None = None, started: date | None = None, extended: bool | None = None,
    names: date | None = None,
) -> dict[str, Value]:  # fmt: skip
    found = _worked_out(
        Notice(notice, given, how, period or "fixed", period_begins, ground or "", ground_on, started, bool(extended), names)
    )
    until = found.until or add_months(found.earliest, A_YEAR)
    keep_dates(
        context,
        title="Dates of the notice",
        law=found.law,
        days=(
            ("served", "It counts as served on", found.served),
            ("proceedings_from", "Court proceedings may begin from", found.earliest),
            ("possession", "The day on which possession is asked for", found.possession),
            ("proceedings_by", "The last day to begin proceedings", found.until),
            ("review_by", "The last day to ask for a review", found.review),
        ),
    )
    return {
        FROM.name: begins(found.earliest),
        BY.name: ends(until),
        CLAIM.name: ends(min(until, max(found.earliest, context.now.date()) + SOON)),
        REVIEW.name: ends(found.review or found.served),
        ASKABLE.name: found.review is not None,
    }


def _worked_out(notice: Notice) -> Dates:
    try:
        return dates_of(notice)
    except NotKnown as missing:
        raise Refused(_MISSING.get(str(missing), "Something that the dates depend on is missing. Look at the answers again.")) from None
    except TooLate as late:
        raise Refused(
            f"This notice is too late: {in_words(late.last)} was the last day for it. Take legal advice on another route."
        ) from None
    except TooEarly as early:
        raise Refused(f"This notice cannot be served before {in_words(early.first)}.") from None
