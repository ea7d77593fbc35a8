"""“Close the case”: the closing step. The procedure may go on after it, with the survey and aftercare."""

from __future__ import annotations

from backend.audit.models import record
from backend.casework.models import Case
from backend.workflow.catalogue import Parameter, operation
from backend.workflow.expressions import Value
from backend.workflow.runner import Context
from backend.workflow.values import Fact

CLOSED_AT = Fact("closed_at", "moment", source="close_case")


@operation("close_case", "Close the case", gives=(CLOSED_AT,), outcome=Parameter("Outcome"))
def close_case(context: Context, *, outcome: str) -> dict[str, Value]:
    case: Case = context.subject
    case.closed_at, case.outcome = context.now, outcome
    case.save(update_fields=["closed_at", "outcome"])
    record("close_case", "Closed the case", landlord=case.landlord, by=context.by, at=context.now, case_id=case.pk, outcome=outcome)
    return {CLOSED_AT.name: context.now}
