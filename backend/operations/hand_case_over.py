"""“Hand the case over to an officer”: to the one that somebody chose, with the open work that they may do."""

from __future__ import annotations

from backend.accounts import powers
from backend.accounts.models import User
from backend.audit.models import record
from backend.casework.models import Case
from backend.errors import DomainError
from backend.operations.assign_case import move_work
from backend.workflow.catalogue import Parameter, operation
from backend.workflow.runner import Context


@operation("hand_case_over", "Hand the case over to an officer", officer=Parameter("The new officer"))
def hand_case_over(context: Context, *, officer: int) -> None:
    case: Case = context.subject
    chosen = User.objects.filter(pk=officer, landlord=case.landlord_id, is_active=True).first()
    if chosen is None or not chosen.can(powers.WORK):
        raise DomainError("The officer who was chosen does not work on cases any more. Choose another one, then try again.")
    before, case.owner = case.owner, chosen
    case.save(update_fields=["owner"])
    move_work(context.instance, before, chosen)
    record(
        "hand_case_over", f"Handed the case over to {chosen.name}", landlord=case.landlord, by=context.by, at=context.now, case_id=case.pk
    )
