"""Steps that nobody may do who did an earlier one: whoever assessed does not decide, whoever decided does not review.

A step's property `not_by` names the earlier steps by their ids. Asked when a task is completed or handed over. Knows no
role and no particular step: which ones are kept apart is drawn in the pack.
"""

from __future__ import annotations

from backend.accounts.models import User
from backend.workflow.models import Task


def did_before(task: Task, user: User) -> str:
    """The name of the earlier step that keeps this person from doing the task; "" for none. It counts in every run for the
    same person of the case: one that they assessed once, they never decide."""
    apart = task.instance.contents.elements[task.element].properties.get("not_by", "").split()
    if not apart:
        return ""
    done = Task.objects.filter(instance=task.instance_id, element__in=apart, party_id=task.party_id, status=Task.DONE, closed_by=user)
    return done.order_by("-pk").values_list("name", flat=True).first() or ""
