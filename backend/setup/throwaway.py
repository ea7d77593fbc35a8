"""`./test` and `./bench`: the same set-up, on a database and a queue that are thrown away afterwards.

Never touches what `./run` or the environment's DATABASE_URL and REDIS_URL name.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from backend.setup import locks
from backend.setup.binaries import machine_postgres, machine_queue
from backend.setup.environment import site_environment
from backend.setup.node import ensure_frontend, find_node
from backend.setup.packages import ensure_browser, ensure_packages, packages_for_run, packages_for_tests
from backend.setup.places import Places
from backend.setup.postgres import throw_away_database
from backend.setup.python import ensure_python
from backend.setup.redis import queue_server
from backend.setup.register import Register
from backend.setup.run import wheels_for
from backend.setup.steps import Progress, Stopped
from backend.setup.supervisor import no_more_interruptions, stop_politely

INTERRUPTED = 130
# The queue's wheel brings a pytest plugin that we do not want, and only where the wheel is used.
PYTEST = ("-n", "2", "-p", "no:valkey")


def test(places: Places, arguments: Sequence[str]) -> int:
    """Set up and run pytest; its exit status."""
    return with_services(places, ["-m", "pytest", *PYTEST, *arguments], browser=True)


def bench(places: Places, arguments: Sequence[str]) -> int:
    """Set up and run one benchmark; its exit status."""
    names = sorted(path.stem for path in (places.root / "benchmarks").glob("[a-z]*.py"))
    if not arguments or arguments[0] not in names:
        raise Stopped(f"Say which benchmark: {', '.join(names) or 'there is none yet'}.")
    return with_services(places, ["-m", f"benchmarks.{arguments[0]}", *arguments[1:]], browser=False, durable=True)


def with_services(places: Places, words: list[str], *, browser: bool, durable: bool = False) -> int:
    """Run a Python command of the virtual environment on throw-away services; durable ones wait for the disk, as real ones do."""
    stop_politely()
    progress = Progress()
    places.make()
    with locks.waiting_for(places.home / "setup.lock", progress.say):
        chromium = set_up(places, progress, browser=browser)
    register = Register(places.tests / str(os.getpid()))
    with services(places, register, progress, durable=durable) as env:
        if chromium:
            # Playwright's own Node needs a system library that a bare Debian lacks; ours is there already.
            env |= {"CASEWAY_CHROMIUM": chromium, "PLAYWRIGHT_NODEJS_PATH": find_node(places)}
        progress.say(f"Running: python {' '.join(words)}")
        return run_in_front([str(places.python), *words], env, places.root, register)


def set_up(places: Places, progress: Progress, *, browser: bool) -> str | None:
    """What the machine and the clone need for tests; the browser, if one is wanted and can be had."""
    ensure_packages(places, progress, packages_for_tests() if browser else packages_for_run())
    chromium = ensure_browser(places, progress) if browser else None
    wheels = wheels_for(postgres=not machine_postgres(), queue=machine_queue() is None)
    ensure_python(places, {"test"} | wheels, progress)
    ensure_frontend(places, progress)
    return chromium


@contextmanager
def services(places: Places, register: Register, progress: Progress, *, durable: bool = False) -> Iterator[dict[str, str]]:
    """A new database and queue; the environment that leads to them. Stopped and removed at the end."""
    clear_up_after_killed(places)
    with held(register.folder):
        try:
            progress.say("Starting a throw-away database and queue")
            yield started(places, register, durable=durable)
        finally:
            no_more_interruptions()
            register.clear_up()


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold the folder's lock, by which others see that we live."""
    with suppress(FileNotFoundError):
        shutil.rmtree(folder)
    lock = locks.take(folder / "lock")
    try:
        yield
    finally:
        if lock:
            lock.close()


def clear_up_after_killed(places: Places) -> None:
    """Stop what test runs left that were killed; those that live hold their lock."""
    for folder in places.tests.iterdir():
        lock = locks.take(folder / "lock")
        if lock:
            Register(folder).clear_up()
            lock.close()


def started(places: Places, register: Register, *, durable: bool) -> dict[str, str]:
    """Start both and wait for them; the environment that leads to them."""
    folder = work_folder(register)
    database = throw_away_database(places, register, durable=durable)
    queue, redis = queue_server(places, folder, register)
    postgres = database.child(folder, register)
    for child in (postgres, redis):
        child.start()
    for child in (postgres, redis):
        child.wait_ready()
    env = site_environment(places, database=database.url, queue=queue, home=folder, demo=False)
    env.pop("CASEWAY_CHROMIUM", None)
    return env


def work_folder(register: Register) -> Path:
    """What CASEWAY_HOME is for the tests: logs, uploads and a secret that are thrown away."""
    folder = Path(tempfile.mkdtemp(prefix="caseway-test-"))
    register.note_folder(folder)
    return folder


def run_in_front(command: list[str], env: Mapping[str, str], cwd: Path, register: Register) -> int:
    """Run a command in the terminal's own group, so that Ctrl-C and a debugger reach it."""
    process = subprocess.Popen(command, env=env, cwd=cwd)
    register.note("command", process.pid, signal.SIGTERM)
    try:
        return process.wait()
    except KeyboardInterrupt as stop:
        no_more_interruptions()
        stop_in_front(process, told=stop.args == (signal.SIGINT,))
        return INTERRUPTED


def stop_in_front(process: subprocess.Popen[bytes], *, told: bool) -> None:
    """Let the command end by itself; a Ctrl-C has told it already, and a second one would cut its clearing up short."""
    steps = [(signal.SIGINT, 10.0), (signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0)]
    if told:
        steps.insert(0, (signal.SIGCONT, 5.0))
    for number, patience in steps:
        process.send_signal(number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(patience)
            return
