"""`./run`: everything set up, the site in the foreground until Ctrl-C. Knows the order of things."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, field
from typing import TextIO

from backend.setup import locks
from backend.setup.addresses import check_database_opens, check_given, check_port
from backend.setup.binaries import machine_queue
from backend.setup.children import Child, stop_all
from backend.setup.environment import site_environment
from backend.setup.node import ensure_frontend, machine_has_node
from backend.setup.packages import ensure_packages, packages_for_run
from backend.setup.places import Places
from backend.setup.postgres import database_for_run, forget_data, run_needs_wheel
from backend.setup.python import ensure_python
from backend.setup.redis import queue_server
from backend.setup.register import Register
from backend.setup.site import (
    Site,
    ask_for_sign_ins,
    prepare,
    site_children,
    tell,
    wait_for_first_page,
)
from backend.setup.steps import Progress, Stopped
from backend.setup.supervisor import no_more_interruptions, stop_politely, watch


@dataclass
class Run:
    """One `./run`: what the person gave, and what was started so far."""

    places: Places
    port: int
    fresh: bool
    progress: Progress
    database_url: str = field(default_factory=lambda: os.environ.get("DATABASE_URL", ""))
    redis_url: str = field(default_factory=lambda: os.environ.get("REDIS_URL", ""))
    children: list[Child] = field(default_factory=list)

    @property
    def register(self) -> Register:
        """What this run started."""
        return Register(self.places.register)

    @property
    def url(self) -> str:
        """Where the site is."""
        return f"http://localhost:{self.port}/"


def run(places: Places, *, port: int, fresh: bool) -> int:
    """Set up and run until stopped; the exit status."""
    stop_politely()
    this = Run(places, port, fresh, Progress())
    if fresh and this.database_url:
        raise Stopped("--fresh empties the database, and DATABASE_URL names one that is not ours: unset it, or leave out --fresh.")
    places.make()
    with only_one(places, port):
        try:
            check(this)
            run_until_stopped(this)
        except KeyboardInterrupt:
            pass
        finally:
            no_more_interruptions()
            stop_everything(this)
    return 0


def only_one(places: Places, port: int) -> TextIO:
    """The clone's lock; stop if another `./run` has it."""
    path = places.home / "run.lock"
    held = locks.take(path, f"http://localhost:{port}/ {os.getpid()}")
    if held is None:
        url, pid = (*path.read_text().split(), "?", "?")[:2]
        raise Stopped(f"Caseway already runs in this folder, at {url}: stop it with Ctrl-C in its window, or with: kill {pid}")
    return held


def check(this: Run) -> None:
    """Everything that can be known before anything is started."""
    if this.register.clear_up():
        this.progress.say("Stopped what a run that was killed had left")
    check_port(this.port)
    for name, url in (("DATABASE_URL", this.database_url), ("REDIS_URL", this.redis_url)):
        if url:
            check_given(name, url)


def run_until_stopped(this: Run) -> None:
    """Set up, start, tell, watch."""
    with locks.waiting_for(this.places.home / "setup.lock", this.progress.say):
        set_up(this)
    site = start_services(this)
    asked = None
    try:
        prepare(site, this.database_url, this.progress)
        asked = ask_for_sign_ins(site)
        start_site(this, site)
        tell(this.url, asked)
    finally:
        if asked and asked.poll() is None:
            asked.kill()
    watch(this.children, this.progress.say)


def set_up(this: Run) -> None:
    """What the machine and the clone need; does nothing where nothing changed."""
    if this.fresh:
        start_over(this)
    ensure_packages(this.places, this.progress, packages_for_run())
    wheels = wheels_for(
        postgres=not this.database_url and run_needs_wheel(this.places),
        queue=not this.redis_url and machine_queue() is None,
    )
    ensure_python(this.places, wheels, this.progress)
    ensure_frontend(this.places, this.progress)


def wheels_for(*, postgres: bool, queue: bool) -> set[str]:
    """The lock files of the wheels that stand in for what the machine lacks."""
    lacking = {"postgres": postgres, "queue": queue, "node": not machine_has_node()}
    return {name for name, lacks in lacking.items() if lacks}


def start_over(this: Run) -> None:
    """Forget the data: database, uploads, and what was done to them."""
    this.progress.say("Starting over: removing the database and the uploads")
    forget_data(this.places)
    shutil.rmtree(this.places.media, ignore_errors=True)
    shutil.rmtree(this.places.home / "static", ignore_errors=True)
    this.places.make()


def start_services(this: Run) -> Site:
    """The database and the queue, ours or the given ones, and the site that uses them."""
    database, queue = this.database_url, this.redis_url
    if database:
        check_database_opens(this.places, database)
    else:
        ours = database_for_run(this.places, this.register, this.progress)
        database = ours.url
        begin(this, ours.child(this.places.logs, this.register))
    if not queue:
        queue, server = queue_server(this.places, this.places.logs, this.register)
        begin(this, server)
    for child in this.children:
        child.wait_ready()
    env = site_environment(this.places, database=database, queue=queue, home=this.places.home, demo=True, url=this.url)
    return Site(this.places, env)


def begin(this: Run, child: Child) -> None:
    """Start a process; it is ours to stop from before it runs."""
    this.children.append(child)
    child.start()


def start_site(this: Run, site: Site) -> None:
    """Start web, workers and clock, and wait for the first page."""
    this.progress.say("Starting the site")
    web, *others = site_children(site, this.port, this.register)
    begin(this, web)
    wait_for_first_page(web, f"http://127.0.0.1:{this.port}/")
    # Only now, so that five interpreters starting at once do not keep the person waiting for the page.
    for child in others:
        begin(this, child)
    this.progress.say("The first page opens")


def stop_everything(this: Run) -> None:
    """The site first, so that its last work finds the database and the queue."""
    if this.children:
        print("\nStopping Caseway.", flush=True)
    services = [child for child in this.children if child.name in ("postgres", "redis")]
    stop_all([child for child in this.children if child not in services])
    stop_all(services)
    this.register.clear_up()
