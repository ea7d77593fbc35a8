"""“Take the closure back”: the case goes on as if it had not been closed, and keeps its reference."""

from __future__ import annotations

from backend.audit.models import record
from backend.casework.models import Case
from backend.operations.close_case import CLOSED_AT
from backend.workflow.catalogue import operation
from backend.workflow.expressions import Value
from backend.workflow.runner import Context


@operation("reopen_case", "Take the closure back", gives=(CLOSED_AT,))
def reopen_case(context: Context) -> dict[str, Value]:
    case: Case = context.subject
    details = {"closed_at": case.closed_at.isoformat() if case.closed_at else "", "outcome": case.outcome}
    case.closed_at, case.outcome = None, ""
    case.save(update_fields=["closed_at", "outcome"])
    record("reopen_case", "Took the closure back", landlord=case.landlord, by=context.by, at=context.now, case_id=case.pk, **details)
    return {CLOSED_AT.name: None}
