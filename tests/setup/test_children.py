"""Processes that we start, those that a killed run left, and those that are not ours."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from backend.setup.children import Child, stop_all
from backend.setup.identity import started_at
from backend.setup.places import Places
from backend.setup.register import Register, wait_until
from backend.setup.steps import Stopped
from backend.setup.supervisor import Watched

Make = Callable[..., Child]
SLEEP = "import time; time.sleep(60)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
PARENT = (
    "import subprocess, sys, time\n"
    "print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']).pid, flush=True)\n"
    "time.sleep(60)"
)


def logged(child: Child) -> str:
    assert wait_until(lambda: child.log.read_text().endswith("\n"), 10)
    return child.log.read_text().strip()


def test_a_child_stops_when_asked(child: Make) -> None:
    one = child(SLEEP)
    one.start()
    stop_all([one])
    assert one.ended()
    assert not one.register.entries()


def test_a_child_that_does_not_listen_is_killed(child: Make) -> None:
    one = child(DEAF)
    one.start()
    logged(one)
    stop_all([one], patience=0.2)
    assert one.ended()


def test_the_children_of_a_child_go_with_it(child: Make) -> None:
    one = child(PARENT)
    one.start()
    grandchild = int(logged(one))
    stop_all([one])
    assert wait_until(lambda: started_at(grandchild) is None, 5)


def test_a_child_that_dies_at_once_is_told_with_the_end_of_its_log(child: Make) -> None:
    one = child("raise SystemExit('no such letterhead')")
    one.ready = lambda: False
    one.start()
    with pytest.raises(Stopped, match="no such letterhead"):
        one.wait_ready()


def test_what_a_killed_run_left_is_stopped_by_the_next(child: Make, places: Places) -> None:
    one = child(SLEEP)
    one.start()
    folder = places.root / "short-lived"
    folder.mkdir()
    one.register.note_folder(folder)
    assert Register(places.register).clear_up() == 1
    assert one.ended()
    assert not folder.exists()


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs /proc")
def test_members_of_a_dead_leaders_group_are_stopped_too(child: Make, places: Places) -> None:
    one = child(PARENT)
    one.start()
    grandchild = int(logged(one))
    os.kill(one.pid, 9)
    assert one.process
    one.process.wait()
    assert Register(places.register).clear_up() == 1
    assert started_at(grandchild) is None


def test_a_stranger_with_the_same_number_is_left_alone(places: Places) -> None:
    stranger = subprocess.Popen([sys.executable, "-c", SLEEP], process_group=0)
    try:
        register = Register(places.register)
        register.note("web", stranger.pid, 15)
        path = places.register / "web.json"
        path.write_text(path.read_text().replace(started_at(stranger.pid) or "", "another boot 1"))
        assert register.clear_up() == 0
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_half_written_entry_does_not_stop_the_next_run(places: Places) -> None:
    places.register.mkdir()
    (places.register / "web.json").write_text('{"pid": 1')
    assert Register(places.register).clear_up() == 0
    assert not places.register.exists()


def test_what_dies_is_started_again_a_little_later_each_time(child: Make) -> None:
    one = child("pass")
    one.start()
    watched = Watched(one, started=time.monotonic())
    said: list[str] = []
    for pause in (0.5, 1.0, 2.0):
        assert wait_until(one.ended, 10)
        now = time.monotonic()
        watched.look(now, said.append)
        assert watched.again_at == now + pause
        before = one.pid
        watched.look(now + pause - 0.1, said.append)
        assert one.pid == before
        watched.look(now + pause, said.append)
        assert one.pid != before
        watched.started = time.monotonic()
    assert len(said) == 3
