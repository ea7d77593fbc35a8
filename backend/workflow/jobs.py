"""Due timers, and the watch over instances that stopped. The row is the job: an instance whose `due_at` has passed is
taken by one worker at a time. What came late says so on the history."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from backend.audit.models import record
from backend.errors import DomainError
from backend.rules.working_time import LONDON
from backend.workflow import runner, watchdog
from backend.workflow.models import Instance

log = logging.getLogger(__name__)
#: How many instances one sweep moves before it lets the worker breathe.
BATCH = 200
PUT_OFF = timedelta(minutes=5)
#: Later than this is told on the case's history.
LATE = timedelta(minutes=1)
CANNOT = "A date has come, and the system cannot act on it. It tries again every few minutes; tell those who look after the software."


@shared_task
def sweep() -> None:
    """Move every instance whose timer is due."""
    fire_due(now=timezone.now())


@shared_task
def watch() -> None:
    """Give every instance that stopped in silence a fault that managers see."""
    watchdog.note_silent(now=timezone.now())


def fire_due(*, now: datetime) -> int:
    """Fire due timers, each instance in its own transaction; gives back how many instances moved."""
    moved = 0
    while moved < BATCH and _fire_one(now):
        moved += 1
    return moved


def _fire_one(now: datetime) -> bool:
    with transaction.atomic():
        instance = runner.take_due(now)
        if instance is None:
            return False
        try:
            with transaction.atomic():
                _fire(instance, now)
        except (OperationalError, InterfaceError, SoftTimeLimitExceeded):
            # The machine's trouble and not this instance's: everything is as it was, and the next sweep tries again.
            raise
        except Exception as error:
            # Its kind and number, never its words: logs hold no personal data.
            log.error("Instance %s could not be moved: %s", instance.pk, type(error).__name__)
            _put_off(instance.pk, error.sentence if isinstance(error, DomainError) else CANNOT, now)
        return True


def _fire(instance: Instance, now: datetime) -> None:
    due_at = instance.due_at or now
    struck = runner.fire(instance, now=now)
    if struck and now - due_at > LATE:
        _tell_late(instance, struck, due_at, now)
    if instance.ended_at is None and instance.due_at is not None and instance.due_at <= now:
        _put_off(instance.pk, CANNOT, now)


def _put_off(number: int, sentence: str, now: datetime) -> None:
    """Others go on; this one is tried again later, and managers see it meanwhile."""
    watchdog.raise_fault(number, sentence, now=now)
    Instance.objects.filter(pk=number).update(due_at=now + PUT_OFF)


def _tell_late(instance: Instance, struck: list[str], due_at: datetime, now: datetime) -> None:
    """One line on the history for everything that one late look acted on."""
    names = ", ".join(f"“{name}”" for name in dict.fromkeys(struck))
    said = f"Acted {_span(now - due_at)} late on {names}, due on {due_at.astimezone(LONDON):%-d %B %Y at %H:%M}. Each came once."
    record(
        "late_timer", said, landlord=instance.landlord, by=None, at=now, case_id=runner.subject_of(instance).pk,
        due_at=due_at.isoformat(), late_seconds=int((now - due_at).total_seconds()), fired=len(struck),
    )  # fmt: skip


def _span(late: timedelta) -> str:
    """In words: days and hours, or minutes."""
    hours, minutes = divmod(int(late.total_seconds()) // 60, 60)
    days, hours = divmod(hours, 24)
    parts = [(days, "day"), (hours, "hour"), (minutes if not days and not hours else 0, "minute")]
    return " and ".join(f"{count} {word}{'s' if count != 1 else ''}" for count, word in parts if count)
