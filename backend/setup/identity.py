"""Tells one process from another that was given the same number later. Knows nothing of what the process does."""

from __future__ import annotations

from pathlib import Path

from backend.setup.steps import answer_of

BOOT = Path("/proc/sys/kernel/random/boot_id")


def started_at(pid: int) -> str | None:
    """A text that no other process with this number ever has; None if there is no such living process."""
    if not Path("/proc/self/stat").exists():
        return answer_of(["ps", "-o", "lstart=", "-p", str(pid)]) or None
    fields = stat_fields(pid)
    if fields is None or fields[0] in "ZX":
        return None
    return f"{BOOT.read_text().strip()} {fields[19]}"


def stat_fields(pid: int) -> list[str] | None:
    """Linux's record of a process from its state on: state, parent, group, ...; the start time is the twentieth."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def orphans(group: int, started: str) -> list[int]:
    """Members of a process group whose leader is gone, if they are of the leader's boot and no older than it."""
    if started_at(group) is not None or not BOOT.exists() or not started.startswith(BOOT.read_text().strip()):
        return []
    oldest = int(started.split()[1])
    return [pid for pid in all_pids() if belongs(pid, group, oldest)]


def belongs(pid: int, group: int, oldest: int) -> bool:
    """Whether a process is in the group and not older than the moment."""
    fields = stat_fields(pid)
    return fields is not None and fields[0] not in "ZX" and int(fields[2]) == group and int(fields[19]) >= oldest


def all_pids() -> list[int]:
    """The numbers of all processes that can be seen."""
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
