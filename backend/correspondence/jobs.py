"""The letters queue. Rows are the queue of record; a nudge or the two-second sweep makes a worker look."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from backend.correspondence import making

#: Letters drawn before a worker lets other work in.
BATCH = 50


@shared_task
def sweep() -> None:
    """Draw every letter that waits."""
    draw_waiting()


def draw_waiting() -> int:
    """Take and draw letters until none waits; gives back how many were taken."""
    taken = 0
    while taken < BATCH and (letter := making.take_next(now=timezone.now())) is not None:
        if letter.lease is not None:
            making.render(letter, now=timezone.now())
        taken += 1
    return taken
