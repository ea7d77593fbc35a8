"""Processes that we start: each leads its own group, writes to its own log, and is stopped with its group.

Knows nothing of why they run or when to start them again.
"""

from __future__ import annotations

import os
import pwd
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from backend.setup.register import Register, wait_until
from backend.setup.steps import Stopped, tail

LOG_LIMIT = 5_000_000


@dataclass(frozen=True)
class Account:
    """A system account that a process runs as instead of root."""

    name: str
    uid: int
    gid: int


def account_for_servers() -> Account | None:
    """PostgreSQL refuses to run as root: then it runs as `nobody`. None: as whoever we are."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        raise Stopped("PostgreSQL cannot run as root and this machine has no user 'nobody': run Caseway as an ordinary user.") from None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


@dataclass
class Child:
    """One process that can be started, watched and stopped."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    cwd: Path
    logs: Path
    register: Register
    stop_signal: signal.Signals = signal.SIGTERM
    account: Account | None = None
    ready: Callable[[], bool] = lambda: True
    before: Callable[[], None] = lambda: None
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def log(self) -> Path:
        """Where its output goes."""
        return self.logs / f"{self.name}.log"

    @property
    def pid(self) -> int:
        """Its number, 0 when it was not started."""
        return self.process.pid if self.process else 0

    def start(self) -> None:
        """Start it and note it in the register at once."""
        self.before()
        with open_log(self.log) as out:
            self.process = start_as(self.account, list(self.argv), env=dict(self.env), cwd=self.cwd, out=out.fileno())
        self.register.note(self.name, self.process.pid, self.stop_signal)

    def ended(self) -> bool:
        """Whether it is not running; what is left of its group after its death is stopped."""
        if self.process is None:
            return True
        if self.process.poll() is None:
            return False
        kill_group(self.process.pid)
        return True

    def wait_ready(self, patience: float = 60.0) -> None:
        """Wait until it can be used; if it dies or takes too long, stop with the end of its log."""
        good = wait_until(lambda: self.ended() or self.ready(), patience)
        if not good or self.ended():
            raise Stopped(f"The {self.name} process did not start. The end of {self.log}:\n{tail(self.log)}")


def open_log(path: Path) -> BinaryIO:
    """The log, to write at its end; one that has grown long is put aside first."""
    if path.exists() and path.stat().st_size > LOG_LIMIT:
        path.replace(path.with_suffix(".log.old"))
    return path.open("ab")


def start_as(
    account: Account | None,
    argv: list[str],
    *,
    env: dict[str, str],
    cwd: Path,
    out: int,
    given: int = subprocess.DEVNULL,
) -> subprocess.Popen[bytes]:
    """Start a command in a group of its own, so that a terminal's Ctrl-C reaches only us."""
    uid, gid, groups = (account.uid, account.gid, list[int]()) if account else (None, None, None)
    return subprocess.Popen(
        argv,
        env=env,
        cwd=cwd,
        stdin=given,
        stdout=out,
        stderr=out,
        process_group=0,
        user=uid,
        group=gid,
        extra_groups=groups,
    )


def stop_all(children: Sequence[Child], patience: float = 10.0) -> None:
    """Ask all to stop at once, wait, and kill those that do not."""
    running = [child for child in children if not child.ended()]
    for child in running:
        with suppress(ProcessLookupError):
            os.kill(child.pid, child.stop_signal)
    wait_until(lambda: all(child.ended() for child in running), patience)
    for child in running:
        if not child.ended():
            kill_group(child.pid)
            wait_until(child.ended, 5.0)
    for child in children:
        child.register.forget(child.name)


def kill_group(pid: int) -> None:
    """Kill whatever is left of a process group."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
