"""Where letters are drawn: in a process beside each worker, which has limits, no database and no secrets.

It lives as long as its worker and draws one letter after another. One that takes too long or too much is ended and a fresh
one takes its place: the letter is at fault, and says so. One that something else ended is not the letter's fault. Knows
`letters.press`, which it starts; knows no rows.
"""

from __future__ import annotations

import atexit
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from letters import LetterError, errors, press
from letters.draw import RenditionName

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Limits:
    """What one letter may take: seconds, of work and on the wall, and bytes above what the process needs to stand ready."""

    seconds: int = 20
    room: int = 512 * 2**20


LIMITS = Limits()
#: How long a process may take until it is ready: a machine that is busy starts it slowly.
START = 60.0
#: What it is told of our environment: where programs, fonts and their cache lie.
_TOLD = ("PATH", "HOME", "LANG", "LC_ALL", "XDG_CACHE_HOME", "XDG_DATA_HOME", "FONTCONFIG_FILE", "FONTCONFIG_PATH", "LD_LIBRARY_PATH")
#: How it ends when somebody else ends it: a person, a stop of the whole site, a machine that is short of memory.
_FROM_OUTSIDE = (-signal.SIGKILL, -signal.SIGTERM, -signal.SIGINT, 0)


class Interrupted(Exception):
    """The process that draws was ended from outside, or is busy. The letter is not at fault and is drawn another time."""


def draw(html: str, rendition: RenditionName, pictures: Mapping[str, bytes], *, window: bool = True) -> tuple[bytes, int]:
    """The PDF and its number of pages. Raises `LetterError` for what is wrong with the letter, `TooCostly` where that is its cost."""
    order = press.order_for(html, rendition, pictures, window)
    if not _door.acquire(timeout=LIMITS.seconds):
        raise Interrupted
    try:
        with suppress(Interrupted):
            return _ready().draw(order)
        return _ready().draw(order)
    finally:
        _door.release()


class Press:
    """One process that draws, and the line to it."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._line, theirs = socket.socketpair()
        command = [sys.executable, "-m", press.__name__, str(limits.seconds), str(limits.room)]
        told = {name: os.environ[name] for name in _TOLD if name in os.environ}
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 (our own module, by this interpreter)
                command, stdin=theirs.fileno(), stdout=subprocess.DEVNULL, env=told, cwd=settings.BASE_DIR
            )
        if self._exchange(b"", time.monotonic() + START) is None:
            self.end()
            log.error("The process that draws letters did not start")
            raise Interrupted

    def draw(self, order: bytes) -> tuple[bytes, int]:
        until = time.monotonic() + self.limits.seconds
        try:
            said = self._exchange(order, until)
            pdf = press.receive(self._line, until) if said else None
        except TimeoutError:
            self.end()
            raise self._too_slow() from None
        except BaseException:
            self.end()
            raise
        if said is None or pdf is None:
            raise self._cause_of_death()
        if said["last"]:
            self.end()
        if "error" in said:
            raise _fault(said)
        return pdf, int(said["pages"])

    def stands(self) -> bool:
        """Whether it can still be asked."""
        return self._process.poll() is None

    def end(self) -> None:
        """End it, whatever it does."""
        self.let_go()
        self._process.kill()
        self._process.wait()

    def let_go(self) -> None:
        """Close our end of the line. It is no child of a process that was forked from its worker's."""
        self._line.close()

    def _exchange(self, order: bytes, until: float) -> dict[str, Any] | None:
        """What it says to an order; None when it has ended."""
        try:
            self._line.settimeout(max(until - time.monotonic(), 0.001))
            if order:
                press.send(self._line, order)
            said = press.receive(self._line, until)
        except ConnectionError:
            return None
        return None if said is None else dict(json.loads(said))

    def _too_slow(self) -> LetterError:
        return errors.TooCostly(f"It took more than {self.limits.seconds} seconds to draw. Shorten what it says.")

    def _cause_of_death(self) -> Exception:
        self._line.close()
        status = self._process.wait()
        if status in _FROM_OUTSIDE:
            return Interrupted()
        if status == -signal.SIGXCPU:
            return self._too_slow()
        log.error("The process that draws letters ended with %s", status)
        return errors.TooCostly()


def _fault(said: Mapping[str, Any]) -> LetterError:
    """What the process says is wrong with a letter, as the error that it is."""
    if "where" in said:
        log.error("A letter could not be drawn: %s", said["where"])
    kind = getattr(errors, said["error"], LetterError)
    return kind(said["sentence"]) if issubclass(kind, LetterError) else LetterError(said["sentence"])


_press: Press | None = None
_door = threading.Lock()


def _ready() -> Press:
    """This worker's own, started when it is first needed."""
    global _press
    if _press is None or not _press.stands() or _press.limits != LIMITS:
        put_away()
        _press = Press(LIMITS)
    return _press


def put_away() -> None:
    """End the process, if there is one. A worker that is killed cannot, but then its end of the line is closed for it."""
    global _press
    if _press is not None:
        _press.end()
        _press = None


def _forget() -> None:
    """A process that was forked off has none yet, and must not keep the line of the other open."""
    global _press, _door
    if _press is not None:
        _press.let_go()
    _press, _door = None, threading.Lock()


atexit.register(put_away)
os.register_at_fork(after_in_child=_forget)
