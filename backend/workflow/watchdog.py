"""No silent stop: an open instance always waits for a person, a time, a message or a retry. Anything else is found here
and becomes a fault that managers see. Knows nothing of why it stopped."""

from __future__ import annotations

import logging
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from backend.workflow.models import Fault, Instance, Task

log = logging.getLogger(__name__)
#: The engine id of a fault that is about the instance as a whole: no step of its diagram raised it.
WHOLE = UUID(int=0)
NAME = "The case as a whole"
STOPPED = "This case waits for nothing: no task, date, message or retry. Try again; if it stays, tell those who look after the software."


def silent() -> QuerySet[Instance]:
    """Open instances with no open task, offer, timer, awaited message or fault."""
    task = Task.objects.filter(instance=OuterRef("pk"), status=Task.OPEN)
    fault = Fault.objects.filter(instance=OuterRef("pk"), resolved_at=None)
    waiting = Instance.objects.filter(ended_at=None, due_at=None, offers=[], awaits_message=False)
    return waiting.filter(~Exists(task), ~Exists(fault))


def note_silent(*, now: datetime) -> list[int]:
    """Give every silent instance a fault, and log it; gives back their numbers."""
    noted = [number for number in silent().values_list("pk", flat=True) if _note(number, now)]
    if noted:
        # Numbers, never names: logs hold no personal data.
        log.error("Instances that stopped in silence: %s", noted)
    return noted


@transaction.atomic
def _note(number: int, now: datetime) -> bool:
    """Look again under the instance's lock: somebody may have moved it meanwhile."""
    Instance.objects.select_for_update().get(pk=number)
    if not silent().filter(pk=number).exists():
        return False
    raise_fault(number, STOPPED, now=now)
    return True


def raise_fault(number: int, sentence: str, *, now: datetime) -> None:
    """A fault of the instance as a whole. It is dealt with when the instance next moves."""
    said = {"name": NAME, "sentence": sentence[:500]}
    Fault.objects.update_or_create(
        instance_id=number, engine_id=WHOLE, resolved_at=None, defaults=said, create_defaults={**said, "raised_at": now}
    )
    Instance.objects.filter(pk=number).update(has_faults=True)


def keep_open_if_still_stopped(fault: Fault) -> None:
    """After a retry: if the instance waits for nothing again, its fault is open again."""
    if silent().filter(pk=fault.instance_id).exists():
        Fault.objects.filter(pk=fault.pk).update(resolved_at=None)
        Instance.objects.filter(pk=fault.instance_id).update(has_faults=True)
