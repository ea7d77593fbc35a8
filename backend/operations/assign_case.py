"""“Give the case to a role”: to the officer of that role who covers the patch and has least to do."""

from __future__ import annotations

from django.db.models import Count, F, Q

from backend.accounts.models import User
from backend.audit.models import record
from backend.casework.models import Case
from backend.errors import DomainError
from backend.workflow.catalogue import Parameter, operation
from backend.workflow.models import Instance, Task
from backend.workflow.runner import Context


@operation("assign_case", "Give the case to an officer", role=Parameter("Role"))
def assign_case(context: Context, *, role: str) -> None:
    case: Case = context.subject
    if case.owner is not None and case.owner.is_active and role in case.owner.role_codes:
        return
    officer = _least_busy(case, role)
    if officer is None:
        raise DomainError("Nobody has this role yet. Ask your administrator to give it to somebody, then try again.")
    before, case.owner = case.owner, officer
    case.save(update_fields=["owner"])
    move_work(context.instance, before, officer, role)
    record(
        "assign_case", f"Gave the case to {officer.name}", landlord=case.landlord, by=context.by, at=context.now, case_id=case.pk, role=role
    )


def move_work(instance: Instance, before: User | None, officer: User, role: str = "") -> None:
    """Open work goes with the case: what nobody of the role had, and what the officer before had, as far as the new one may do it."""
    theirs = Q(owner=None, role=role) | (Q(owner=before, role__in=officer.role_codes) if before else Q(pk__in=()))
    Task.objects.filter(theirs, instance=instance, status=Task.OPEN).update(owner=officer, notice_at=F("opened_at"))


def _least_busy(case: Case, role: str) -> User | None:
    officers = User.objects.filter(landlord=case.landlord, is_active=True, roles__code=role)
    if case.patch is not None and officers.filter(patches=case.patch).exists():
        officers = officers.filter(patches=case.patch)
    return officers.annotate(load=Count("cases", filter=Q(cases__closed_at=None), distinct=True)).order_by("load", "pk").first()
