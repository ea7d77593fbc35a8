"""“Write the classification on the case”: category, severity and risk band, so that lists can show them."""

from __future__ import annotations

from backend.audit.models import record
from backend.casework.casefile import RISK_BAND
from backend.casework.models import Case
from backend.workflow.catalogue import operation
from backend.workflow.runner import Context

#: fact -> column of the case
COLUMNS = {"category": "category", "severity": "severity", "risk_band": "risk_band"}


@operation("classify_case", "Write category, severity and risk on the case")
def classify_case(context: Context) -> None:
    case: Case = context.subject
    known = {column: str(context.facts[fact]) for fact, column in COLUMNS.items() if context.facts.get(fact) is not None}
    was = {column: getattr(case, column) for column in known}
    for column, value in known.items():
        setattr(case, column, value)
    case.save(update_fields=list(known))
    case.incidents.filter(type="").update(type=case.category)
    if was.get("risk_band") != known.get("risk_band"):
        _tell(context, case, was["risk_band"])


def _tell(context: Context, case: Case, before: str) -> None:
    """The case's history says when its risk became what it is."""
    sentence = f"Risk is {case.risk_band}" + (f", it was {before}" if before else "")
    said = {"before": before, "risk_band": case.risk_band}
    record(RISK_BAND, sentence, landlord=case.landlord, by=context.by, at=context.now, case_id=case.pk, **said)
