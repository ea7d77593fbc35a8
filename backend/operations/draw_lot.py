"""“Draw by lot”: whether a case is one of so many in a hundred. The lot comes from the case alone, so nobody can choose or
avoid a case, the draw comes out the same whenever it is done again, and the audit entry says how to check it."""

from __future__ import annotations

from hashlib import sha256

from backend.audit.models import record
from backend.casework.models import Case
from backend.workflow.catalogue import Parameter, operation
from backend.workflow.expressions import Value
from backend.workflow.runner import Context
from backend.workflow.values import Fact


def lot(seed: str) -> int:
    """The lot of a seed, from 0 to 99: its SHA-256 as a number, divided by a hundred, what is left over."""
    return int(sha256(seed.encode()).hexdigest(), 16) % 100


@operation("draw_lot", "Draw by lot", gives=(Fact("drawn", "yes_no", source="draw_lot"),), percent=Parameter("How many in a hundred"))
def draw_lot(context: Context, *, percent: int) -> dict[str, Value]:
    case: Case = context.subject
    seed = f"{case.landlord.code}/{case.reference}/{context.element}"
    number = lot(seed)
    said = f"Drew lot {number} of 0 to 99 from “{seed}”; drawn below {percent}: {'yes' if number < percent else 'no'}"
    record("draw_lot", said, landlord=case.landlord, by=context.by, at=context.now, case_id=case.pk, seed=seed, lot=number, percent=percent)
    return {"drawn": number < percent}
