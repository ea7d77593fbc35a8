"""A site of its own under the product's own supervisor, and the ways in which its processes are made to fail."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import redis

from backend.setup.addresses import page_opens
from backend.setup.children import Child, stop_all
from backend.setup.environment import site_environment
from backend.setup.places import Places, here
from backend.setup.postgres import throw_away_database
from backend.setup.redis import queue_server
from backend.setup.register import Register, wait_until
from backend.setup.site import Site, site_children
from backend.setup.supervisor import Watched
from backend.setup.throwaway import held, work_folder

SERVICES = ("postgres", "redis")


@dataclass
class Supervised:
    """PostgreSQL, the queue, web, workers and clock as `./run` starts them, on a data folder that is thrown away."""

    port: int
    children: list[Child]
    env: dict[str, str]
    database: Path
    #: Seconds that a process is given to start before it may be killed again.
    up_after: float = 6.0
    restarts: Counter[str] = field(default_factory=Counter)
    _over: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def child(self, name: str) -> Child:
        return next(child for child in self.children if child.name == name)

    def watch(self) -> None:
        """What `supervisor.watch` does, until it is over."""
        watched = [Watched(child, started=time.monotonic()) for child in self.children]
        while not self._over.wait(0.2):
            for one in watched:
                one.look(time.monotonic(), lambda said: self.restarts.update([said.split()[0]]))

    def answers(self) -> bool:
        return page_opens(f"{self.url}/health")

    def is_up(self, name: str) -> bool:
        """Whether it has had time to start; of the web server, whether it answers."""
        if name == "web":
            return self.answers()
        with suppress(OSError):
            return time.time() - Path(f"/proc/{self.child(name).pid}").stat().st_mtime > self.up_after
        return False

    def stop(self) -> None:
        self._over.set()
        stop_all([child for child in self.children if child.name not in SERVICES])
        stop_all([child for child in self.children if child.name in SERVICES])


@contextmanager
def supervised(port: int) -> Iterator[Supervised]:
    """A running, migrated site without a landlord."""
    places = here()
    register = Register(places.tests / f"kill-{os.getpid()}")
    with held(register.folder):
        site = None
        try:
            site, prepared = _services(places, register, port)
            for command in (["migrate", "--noinput"], ["collectstatic", "--noinput", "--ignore", "rest_framework", "--ignore", "test"]):
                prepared.django(*command)
            for child in site.children[len(SERVICES) :]:
                child.start()
            assert wait_until(site.answers, 90), "the first page did not open"
            watching = threading.Thread(target=site.watch, daemon=True)
            watching.start()
            yield site
        finally:
            if site is not None:
                site.stop()
            register.clear_up()


def _services(places: Places, register: Register, port: int) -> tuple[Supervised, Site]:
    folder = work_folder(register)
    database = throw_away_database(places, register, durable=True)
    address, queue = queue_server(places, folder, register)
    services = [database.child(folder, register), queue]
    for child in services:
        child.start()
    for child in services:
        child.wait_ready()
    env = site_environment(places, database=database.url, queue=address, home=folder, demo=False, url=f"http://127.0.0.1:{port}")
    site = Site(places, env)
    own = site_children(site, port, register)
    for child in own:
        child.logs = folder
    return Supervised(port, [*services, *own], env, database.sockets), site


@dataclass
class Trouble:
    """Breaks one thing after another, and counts what it broke."""

    site: Supervised
    dice: random.Random
    done: Counter[str] = field(default_factory=Counter)
    last: float = 0.0

    def strike(self) -> None:
        """One fault of a random kind. What is still starting is left alone: else nothing would ever be up to be broken."""
        kinds: list[tuple[Callable[[], str], int]] = [(self._flush, 3), (self._restart, 2)]
        for name, weight in {"web": 5, "worker": 4, "letters": 5, "beat": 3, "redis": 2}.items():
            if self.site.is_up(name):
                kinds.append((lambda name=name: self._kill(name), weight))  # type: ignore[misc]
                if name in ("web", "worker", "letters"):
                    kinds.append((lambda name=name: self._member(name), 2))  # type: ignore[misc]
        act = self.dice.choices([act for act, _ in kinds], [weight for _, weight in kinds])[0]
        self._note(act())

    def everything(self) -> None:
        """The last fault: all at once, the database with them."""
        self._flush()
        for name in ("web", "worker", "letters", "beat", "redis"):
            self._kill(name)
        self._signal(self.site.child("postgres").pid, signal.SIGQUIT)
        self._note("everything at once")

    def _note(self, kind: str) -> None:
        self.done[kind] += 1
        self.last = time.monotonic()

    def _kill(self, name: str) -> str:
        self._signal(self.site.child(name).pid, signal.SIGKILL)
        return f"killed {name}"

    def _member(self, name: str) -> str:
        """A process that one of ours started: a web worker or the process of a queue worker that does the work."""
        leader = self.site.child(name).pid
        members = [pid for pid in _group(leader) if pid != leader]
        if members:
            self._signal(self.dice.choice(members), signal.SIGKILL)
        return f"killed one of {name}'s own"

    def _flush(self) -> str:
        with suppress(redis.RedisError):
            client: Any = redis.Redis.from_url(self.site.env["REDIS_URL"])
            client.flushall()
            client.close()
        return "emptied redis"

    def _restart(self) -> str:
        """As `pg_ctl restart` does it, by turns at once and fast; the supervisor starts it again."""
        turn = self.done["restarted postgres at once"] <= self.done["restarted postgres fast"]
        self._signal(self.site.child("postgres").pid, signal.SIGQUIT if turn else signal.SIGINT)
        return f"restarted postgres {'at once' if turn else 'fast'}"

    @staticmethod
    def _signal(pid: int, number: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def _group(leader: int) -> list[int]:
    """The processes of a group."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, IndexError):
            if int(path.read_text().rpartition(")")[2].split()[2]) == leader:
                found.append(int(path.parent.name))
    return found
