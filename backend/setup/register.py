"""The register of what one `./run` or `./test` started, on disk, so that the next can clear up after a killed one.

Stops only processes whose number and start time both match; knows nothing of what they do.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from backend.setup.identity import orphans, started_at


@dataclass(frozen=True)
class Entry:
    """One started process: the leader of its own process group."""

    pid: int
    started: str
    signal: int

    def alive(self) -> bool:
        """Whether that very process still runs."""
        return started_at(self.pid) == self.started

    def left(self) -> list[int]:
        """What is left of it: itself, or members of its group after its death."""
        return [self.pid] if self.alive() else orphans(self.pid, self.started)


class Register:
    """A folder with a file for each started process, and the list of short-lived folders."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def note(self, name: str, pid: int, stop_signal: int) -> None:
        """Remember a process that was just started."""
        self.folder.mkdir(parents=True, exist_ok=True)
        entry = Entry(pid, started_at(pid) or "", stop_signal)
        (self.folder / f"{name}.json").write_text(json.dumps(asdict(entry)))

    def forget(self, name: str) -> None:
        """The process was stopped."""
        (self.folder / f"{name}.json").unlink(missing_ok=True)

    def note_folder(self, folder: Path) -> None:
        """Remember a folder that must go when the run ends."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "folders").open("a") as file:
            file.write(f"{folder}\n")

    def entries(self) -> list[Entry]:
        """Everything noted and not forgotten; a file that a power cut left half-written counts for nothing."""
        found = []
        for path in sorted(self.folder.glob("*.json")):
            with suppress(ValueError, TypeError):
                found.append(Entry(**json.loads(path.read_text())))
        return found

    def clear_up(self, patience: float = 10.0) -> int:
        """Stop what a killed run left, remove its folders, and say how many processes there were."""
        left = [entry for entry in self.entries() if entry.left()]
        for entry in left:
            send(entry.left(), entry.signal)
        wait_until(lambda: not any(entry.left() for entry in left), patience)
        for entry in left:
            send(entry.left(), signal.SIGKILL)
        wait_until(lambda: not any(entry.left() for entry in left), patience)
        self.remove_folders()
        shutil.rmtree(self.folder, ignore_errors=True)
        return len(left)

    def remove_folders(self) -> None:
        """Remove the short-lived folders that were noted."""
        with suppress(FileNotFoundError):
            for line in (self.folder / "folders").read_text().splitlines():
                shutil.rmtree(line, ignore_errors=True)


def send(pids: list[int], number: int) -> None:
    """Send a signal to those of the processes that still exist."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def wait_until(done: Callable[[], bool], patience: float) -> bool:
    """Look again and again until it is done; False if patience ran out."""
    deadline = time.monotonic() + patience
    while not done():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
