"""Locks between several `./run` and `./test` of one clone. The system frees them however their holder dies."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO


def take(path: Path, note: str = "") -> TextIO | None:
    """The held lock, with a note for whoever comes second; None if another process holds it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    file.truncate(0)
    file.write(note)
    file.flush()
    return file


@contextmanager
def waiting_for(path: Path, say: Callable[[str], None]) -> Iterator[None]:
    """Hold the lock for a while, waiting for whoever holds it now."""
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Waiting for another command's set-up of this folder")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
