"""“Write the classification on the case”: category, severity and risk band, so that lists can show them."""

from __future__ import annotations

from backend.casework.models import Case
from backend.workflow.catalogue import operation
from backend.workflow.runner import Context

#: fact -> column of the case
COLUMNS = {"category": "category", "severity": "severity", "risk_band": "risk_band"}


@operation("classify_case", "Write category, severity and risk on the case")
def classify_case(context: Context) -> None:
    case: Case = context.subject
    known = {column: str(context.facts[fact]) for fact, column in COLUMNS.items() if context.facts.get(fact) is not None}
    for column, value in known.items():
        setattr(case, column, value)
    case.save(update_fields=list(known))
