"""The queues of changed calendars, of lists of homes and of notices. The row is the job; the sweeps find rows that nobody took."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from backend.casework import mailing, notices
from backend.casework.importing import import_next
from backend.casework.recomputing import recompute_next

#: Batches worked out before a worker lets other work in.
BATCHES = 40


@shared_task
def sweep() -> None:
    """Work out promises again after changes of calendars."""
    recompute_waiting()


@shared_task
def notify() -> None:
    """Write down whom to tell of which task."""
    notices.make_due(now=timezone.now())


@shared_task
def mail() -> None:
    """Send the notices that are wanted by e-mail."""
    mailing.send_waiting(now=timezone.now())


def recompute_waiting() -> int:
    """Work out batches until none waits; gives back how many there were."""
    done = 0
    while done < BATCHES and recompute_next(now=timezone.now()):
        done += 1
    return done


@shared_task
def import_homes() -> None:
    """Go through the lists of homes that wait."""
    import_waiting()


def import_waiting() -> int:
    """Go through batches until none waits; gives back how many there were."""
    done = 0
    while done < BATCHES and import_next(now=timezone.now()):
        done += 1
    return done
