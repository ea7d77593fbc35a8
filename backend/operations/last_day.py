"""“Work out a last day”: of an appeal, a demoted tenancy or a trial period, as the statute counts it."""

from __future__ import annotations

from datetime import date

from backend.casework.worked_out import ends, keep_dates
from backend.rules.dates import in_words
from backend.rules.notices import LAST_DAYS, Row
from backend.workflow.catalogue import Parameter, operation
from backend.workflow.expressions import Value
from backend.workflow.runner import Context
from backend.workflow.values import Fact

LAST_DAY = Fact("last_day", "moment", source="last_day")
_LABELS = {
    "cpn_appeal": "The last day to appeal against the Community Protection Notice",
    "closure_appeal": "The last day to appeal against the closure order",
    "demotion": "The last day of the demoted tenancy",
    "extension_notice": "The last day to serve notice of the extension",
    "circumstances": "The last day to tell us of their circumstances",
    "case_review_complaint": "The last day on which a complaint counts for a case review",
    "case_review": "The last day to apply for a case review",
}


@operation(
    "last_day",
    "Work out a last day",
    gives=(LAST_DAY,),
    of=Parameter("The last day of what", choices=tuple(LAST_DAYS)),
    since=Parameter("Counted from this day"),
)
def last_day(context: Context, *, of: str, since: date) -> dict[str, Value]:
    law, count = LAST_DAYS[of]
    day, (statute, _, how) = count(since), law.partition(": ")
    row = Row("last_day", _LABELS[of], day, f"{how[:1].upper()}{how[1:]}, {in_words(since)}.", statute)
    keep_dates(context, title=_LABELS[of], rows=[row], law=law)
    return {LAST_DAY.name: ends(day)}
