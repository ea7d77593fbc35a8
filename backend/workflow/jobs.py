"""Due timers. The row is the job: an instance whose `due_at` has passed is taken by one worker at a time."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from backend.errors import DomainError
from backend.workflow import runner
from backend.workflow.models import Instance

log = logging.getLogger(__name__)
#: How many instances one sweep moves before it lets the worker breathe.
BATCH = 200
PUT_OFF = timedelta(minutes=5)


@shared_task
def sweep() -> None:
    """Move every instance whose timer is due."""
    fire_due(now=timezone.now())


def fire_due(*, now: datetime) -> int:
    """Fire due timers, each instance in its own transaction; gives back how many instances moved."""
    moved = 0
    while moved < BATCH and _fire_one(now):
        moved += 1
    return moved


def _fire_one(now: datetime) -> bool:
    with transaction.atomic():
        due = Instance.objects.filter(due_at__lte=now, ended_at=None).order_by("due_at")
        instance = due.select_for_update(skip_locked=True, of=("self",)).first()
        if instance is None:
            return False
        try:
            with transaction.atomic():
                runner.tick(instance.pk, now=now)
        except DomainError:
            # The number, never a name: logs hold no personal data. The instance is put off so that others go on.
            log.exception("Instance %s could not be moved", instance.pk)
            Instance.objects.filter(pk=instance.pk).update(due_at=now + PUT_OFF)
        return True
