"""The one list of Caseway's processes and commands; docker-compose.yml must say the same.

Knows the commands' words; knows nothing of how or where they are started.
"""

from __future__ import annotations

from dataclasses import dataclass

SETTINGS = "backend.settings"


@dataclass(frozen=True)
class Process:
    """One process of the running site: its name and its command, as `python -m ...` takes it."""

    name: str
    module: str
    arguments: tuple[str, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """The command as one would type it where the virtual environment is on the PATH."""
        return (self.module, *self.arguments)


def site_processes(*, bind: str) -> tuple[Process, ...]:
    """Web, two workers and the clock. Letters have their own worker so that a long run of them holds nothing up."""
    # Loaded before the workers are made, so that one that dies is made again at once. Gunicorn's control socket is one
    # per user, not one per site, and nothing here uses it.
    web = ("backend.wsgi", "--preload", "--workers", "2", "--threads", "4", "--bind", bind, "--no-control-socket")
    return (
        Process("web", "gunicorn", web),
        Process("worker", "celery", worker_arguments("default")),
        Process("letters", "celery", worker_arguments("letters")),
        # The clock keeps nothing on disk: all it says is every few seconds, and a kill cannot spoil a file that is not there.
        Process("beat", "celery", ("-A", "backend.celery", "beat", "--scheduler", "celery.beat.Scheduler")),
    )


def worker_arguments(queue: str) -> tuple[str, ...]:
    """A worker for one queue; the name keeps the workers of one machine apart. Workers need not talk to one another:
    without that one starts sooner, and an emptied queue server takes nothing from them."""
    alone = ("--without-gossip", "--without-mingle", "--without-heartbeat")
    return ("-A", "backend.celery", "worker", "-Q", queue, "--concurrency", "1", "-n", f"{queue}@%h", *alone)
