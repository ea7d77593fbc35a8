"""The letters queue. Rows are the queue of record; a nudge or the two-second sweep makes a worker look."""

from __future__ import annotations

import math
import time

from celery import shared_task
from django.utils import timezone

from backend.correspondence import making
from backend.correspondence.sending import messages, runs

#: How long a worker draws before it lets other work in, in seconds. One more letter may take twenty, and a job 90. A word to the
#: others is stale after as long as the clock's own.
TURN, STALE = 30.0, 10


@shared_task
def sweep() -> None:
    """Draw letters that wait. Whoever finds some tells the next, so that no worker stands by until the clock strikes again."""
    if making.some_wait(now=timezone.now()):
        sweep.apply_async(expires=STALE)
        draw_waiting(until=time.monotonic() + TURN)


def draw_waiting(*, until: float = math.inf) -> int:
    """Take and draw letters until none waits or it is late on the steady clock; gives back how many were taken."""
    taken = 0
    while time.monotonic() < until and (letter := making.take_next(now=timezone.now())) is not None:
        if letter.lease is not None:
            making.render(letter, now=timezone.now())
        taken += 1
    return taken


@shared_task
def put_together() -> None:
    """Take the runs that wait further; the next sweep goes on with what is left over."""
    go_on_with_runs(until=time.monotonic() + TURN)


def go_on_with_runs(*, until: float = math.inf) -> int:
    """Take runs further until none waits or it is late on the steady clock; gives back the number of steps."""
    steps = 0
    while time.monotonic() < until and runs.go_on(now=timezone.now()):
        steps += 1
    return steps


@shared_task
def send_messages() -> None:
    """Send the e-mails and texts that wait; the next sweep goes on with what is left over."""
    send_waiting(until=time.monotonic() + TURN)


def send_waiting(*, until: float = math.inf) -> int:
    """Try each message that waits once, until it is late on the steady clock; gives back how many were tried."""
    tried = 0
    while time.monotonic() < until and messages.send_next(now=timezone.now()):
        tried += 1
    return tried
