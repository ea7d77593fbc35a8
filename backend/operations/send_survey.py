"""“Send a letter with the survey”: one survey and one letter for each reporter who can be written to."""

from __future__ import annotations

from backend.casework import surveys
from backend.casework.models import Case
from backend.correspondence.commands import queue_letter
from backend.correspondence.words import Writing
from backend.operations.send_letter import REPORTERS, recipients
from backend.rules.working_time import LONDON
from backend.workflow.catalogue import Parameter, operation
from backend.workflow.expressions import Value
from backend.workflow.functions import functions_for
from backend.workflow.runner import Context
from backend.workflow.values import Fact

GIVES = (Fact("survey_sent_at", "moment", source="send_survey"), Fact("survey_sent", "yes_no", source="send_survey"))


@operation(
    "send_survey",
    "Send a letter with the survey",
    gives=GIVES,
    letter=Parameter("Letter", choices="letters"),
    days=Parameter("Days to answer"),
)
def send_survey(context: Context, *, letter: str, days: int) -> dict[str, Value]:
    case: Case = context.subject
    expires = functions_for(case.landlord.calendar)["days"](days, since=context.now.astimezone(LONDON))
    people = recipients(case, REPORTERS, context)
    for party in people:
        survey = surveys.send(case=case, party=party, expires_at=expires, now=context.now)  # type: ignore[arg-type]  # a moment
        writing = Writing(case, party, survey, context.facts, context.now, context.by)
        queue_letter(kind_code=letter, key=f"{context.key}:{party.pk}", writing=writing)
    return {"survey_sent_at": context.now, "survey_sent": bool(people)}
