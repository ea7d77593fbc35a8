"""Keeps processes running: what dies is started again, a little later each time. Stops only what it started.

Knows nothing of what the processes do.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType

from backend.setup.children import Child

# What a kill interrupted must be going again within ten seconds, a start under load included.
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 3.0
HEALTHY_AFTER = 5.0


@dataclass
class Watched:
    """A process under watch, and when it may next be started."""

    child: Child
    pause: float = FIRST_PAUSE
    started: float = 0.0
    again_at: float | None = None

    def look(self, now: float, say: Callable[[str], None]) -> None:
        """Start it again if it died and its pause is over."""
        if self.again_at is not None:
            if now >= self.again_at:
                self.again_at, self.started = None, now
                self.child.start()
        elif self.child.ended():
            self.wait_a_little(now, say)

    def wait_a_little(self, now: float, say: Callable[[str], None]) -> None:
        """Choose the pause: short after a long healthy life, longer after each early death."""
        if now - self.started > HEALTHY_AFTER:
            self.pause = FIRST_PAUSE
        say(f"{self.child.name} stopped; starting it again (its log: {self.child.log})")
        self.again_at = now + self.pause
        self.pause = min(self.pause * 2, LONGEST_PAUSE)


def watch(children: list[Child], say: Callable[[str], None], interval: float = 0.2) -> None:
    """Watch for ever; ends only by an interruption."""
    watched = [Watched(child, started=time.monotonic()) for child in children]
    while True:
        for one in watched:
            one.look(time.monotonic(), say)
        time.sleep(interval)


def interrupt(number: int, frame: FrameType | None) -> None:
    """Take every polite request to stop as Ctrl-C, and tell which it was."""
    raise KeyboardInterrupt(number)


def stop_politely() -> None:
    """SIGTERM and a closed terminal stop us as Ctrl-C does; under `nohup` a closed terminal does not."""
    signal.signal(signal.SIGINT, interrupt)
    signal.signal(signal.SIGTERM, interrupt)
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        signal.signal(signal.SIGHUP, interrupt)


def no_more_interruptions() -> None:
    """While we clear up, further requests to stop change nothing; every wait in it has an end."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
