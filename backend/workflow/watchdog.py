"""No silent stop: an open instance always waits for a person, a time, a message or a retry. Anything else is found here."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet

from backend.workflow.models import Fault, Instance, Task


def silent() -> QuerySet[Instance]:
    """Open instances with no open task, offer, timer, awaited message or fault."""
    task = Task.objects.filter(instance=OuterRef("pk"), status=Task.OPEN)
    fault = Fault.objects.filter(instance=OuterRef("pk"), resolved_at=None)
    waiting = Instance.objects.filter(ended_at=None, due_at=None, offers=[], has_faults=False, awaits_message=False)
    return waiting.filter(~Exists(task), ~Exists(fault)).exclude(state=None)
