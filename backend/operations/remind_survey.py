"""“Remind of the survey”: one letter to each reporter whose survey still waits for answers and who can be written to."""

from __future__ import annotations

from backend.casework import surveys
from backend.casework.models import Case
from backend.correspondence.commands import queue_letter
from backend.correspondence.words import Writing
from backend.operations.send_letter import may_be_written_to
from backend.workflow.catalogue import Parameter, operation
from backend.workflow.expressions import Value
from backend.workflow.runner import Context


@operation("remind_survey", "Remind of the survey", letter=Parameter("Letter", choices="letters"))
def remind_survey(context: Context, *, letter: str) -> dict[str, Value]:
    case: Case = context.subject
    for survey in surveys.waiting(case, now=context.now):
        if may_be_written_to(survey.party):
            writing = Writing(case, survey.party, survey, context.facts, context.now, context.by)
            queue_letter(kind_code=letter, key=f"{context.key}:{survey.party.pk}", writing=writing)
    return {}
