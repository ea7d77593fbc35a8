"""Steps of set-up: telling the person, running a command quietly, remembering what was done.

Knows nothing of what any step is for.
"""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

MADE_BY_TOOLS = {"node_modules", "dist", "__pycache__", ".caseway", ".git"}


class Stopped(Exception):
    """Set-up cannot go on; the message is one plain sentence that says what to do."""


class Progress:
    """Tells the person what happens, with the seconds since the start. Knows no step by name."""

    def __init__(self) -> None:
        self.began = time.monotonic()

    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.began

    def say(self, text: str) -> None:
        """One line of progress."""
        print(f"{self.elapsed():6.1f} s  {text}", flush=True)

    def warn(self, text: str) -> None:
        """One loud line, on the error stream."""
        print(f"!!! {text}", file=sys.stderr, flush=True)


class Stamps:
    """Remembers by content hash which steps are done. A step whose inputs are unchanged is not done again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def unchanged(self, name: str, digest: str) -> bool:
        """Whether the step was last done with the same inputs."""
        try:
            return (self.folder / name).read_text() == digest
        except FileNotFoundError:
            return False

    def keep(self, name: str, digest: str) -> None:
        """Remember the step as done."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_text(digest)

    def drop(self, *names: str) -> None:
        """Forget steps, so that they are done again."""
        for name in names:
            (self.folder / name).unlink(missing_ok=True)


def content_hash(*things: Path | str) -> str:
    """One hash over texts, files and whole folders, less what tools make in them."""
    digest = hashlib.sha256()
    for thing in things:
        if isinstance(thing, str):
            digest.update(thing.encode() + b"\0")
            continue
        for path in files_under(thing):
            digest.update(str(path).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def files_under(path: Path) -> Iterator[Path]:
    """The file itself, or every file in the folder, always in the same order."""
    if path.is_file():
        yield path
    elif path.is_dir() and path.name not in MADE_BY_TOOLS:
        for entry in sorted(path.iterdir()):
            yield from files_under(entry)


def tail(path: Path, lines: int = 15) -> str:
    """The last lines of a file, for a person who must find out why something failed."""
    try:
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
    except FileNotFoundError:
        return ""


def run_quietly(
    command: Sequence[str | Path],
    *,
    log: Path,
    failure: str,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> None:
    """Run a command with its output in the log; if it fails, stop with the sentence and the log's end."""
    with log.open("ab") as out:
        out.write(f"\n$ {' '.join(map(str, command))}\n".encode())
        out.flush()
        # A group of its own, so that Ctrl-C reaches us first and we stop the command with its children.
        process = subprocess.Popen(
            [str(part) for part in command],
            env=env, cwd=cwd, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, process_group=0,
        )  # fmt: skip
    if wait_or_stop(process):
        raise Stopped(f"{failure} The end of {log}:\n{tail(log)}")


def wait_or_stop(process: subprocess.Popen[bytes]) -> int:
    """The command's exit status; if we are stopped meanwhile, its whole group is stopped too."""
    try:
        return process.wait()
    except BaseException:
        for number, patience in ((signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0)):
            with suppress(ProcessLookupError, subprocess.TimeoutExpired):
                os.killpg(process.pid, number)
                process.wait(patience)
        raise


def answer_of(command: Sequence[str | Path]) -> str:
    """What a short command prints, or nothing if it fails or is not there."""
    try:
        result = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=20, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return result.stdout.strip() if result.returncode == 0 else ""


def first_line(texts: Iterable[str]) -> str:
    """The first line of the first text that has one."""
    return next((text.strip().splitlines()[0] for text in texts if text.strip()), "")
