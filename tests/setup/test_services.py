"""A real private PostgreSQL and a real private queue, where this machine or the virtual environment has them."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.setup import postgres
from backend.setup.addresses import check_given, knock, socket_path
from backend.setup.binaries import machine_postgres, machine_queue, wheel_postgres, wheel_queue
from backend.setup.children import Account, Child, account_for_servers, stop_all
from backend.setup.places import Places, here
from backend.setup.postgres import Database, clear_stale_lock, is_server_on
from backend.setup.reach import short_folder
from backend.setup.redis import queue_server
from backend.setup.register import Register, wait_until
from backend.setup.steps import Stopped
from backend.setup.supervisor import Watched


@pytest.fixture
def register(places: Places) -> Iterator[Register]:
    """A register whose processes and folders are gone at the end."""
    made = Register(places.register)
    yield made
    made.clear_up()


@pytest.fixture
def database(places: Places, register: Register, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A new throw-away database, not yet started."""
    wheel = wheel_postgres(here())
    if not (machine_postgres() or wheel):
        pytest.skip("no PostgreSQL here")
    monkeypatch.setattr(postgres, "wheel_postgres", lambda places: wheel)
    return postgres.throw_away_database(places, register)


def test_a_killed_database_starts_again_with_its_data(database: Database, places: Places, register: Register) -> None:
    child = database.child(places.logs, register)
    child.start()
    child.wait_ready()
    check_given("DATABASE_URL", database.url)
    os.kill(child.pid, signal.SIGKILL)
    assert wait_until(child.ended, 5)
    watched = Watched(child)
    watched.look(1e9, print)
    assert watched.again_at
    assert wait_until(lambda: restarted(watched, child), 20)
    stop_all([child])


def restarted(watched: Watched, child: Child) -> bool:
    """Let the watch look once more; whether the child can be used again."""
    watched.look(2e9, print)
    return not child.ended() and child.ready()


def test_the_lock_file_of_a_dead_database_is_no_hindrance(database: Database) -> None:
    lock = database.data / "postmaster.pid"
    lock.write_text(f"{os.getpid()}\n{database.data}\n")
    assert not is_server_on(database.data, os.getpid())
    clear_stale_lock(database.data)
    assert not lock.exists()


def test_the_socket_has_no_port_and_a_short_private_folder(database: Database) -> None:
    path = socket_path("DATABASE_URL", database.url) or ""
    assert path == f"{database.sockets}/.s.PGSQL.5432"
    assert len(path) < 107
    assert database.sockets.stat().st_mode & 0o077 == 0
    assert "listen_addresses=" in database.command()


def test_a_long_temporary_folder_is_passed_by(register: Register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    long = tmp_path / ("x" * 100)
    long.mkdir()
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(long))
    folder = short_folder("db", register, account_for_servers())
    assert not folder.is_relative_to(long)


def test_data_of_a_version_that_is_missing_is_told(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    data = places.home / "postgres"
    data.mkdir()
    (data / "PG_VERSION").write_text("9\n")
    monkeypatch.setattr(postgres, "machine_postgres", lambda: [Path("/usr/lib/postgresql/15/bin")])
    with pytest.raises(Stopped, match="PostgreSQL 9"):
        postgres.programs_for(places, data)


def test_a_private_queue_answers_and_leaves_nothing(places: Places, register: Register) -> None:
    if not (machine_queue() or wheel_queue(here())):
        pytest.skip("no queue server here")
    url, child = queue_server(Places(here().root), places.logs, register)
    child.start()
    child.wait_ready()
    path = socket_path("REDIS_URL", url)
    knock(path, "", 0)
    stop_all([child])
    register.clear_up()
    assert path
    assert not Path(path).parent.exists()


def test_a_copied_clone_does_not_share_the_data_of_the_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "may_enter", lambda account, path: False)
    nobody = Account("nobody", 65534, 65534)
    first, second = (Places(tmp_path / name) for name in ("first", "second"))
    for clone in (first, second):
        clone.root.mkdir()
        clone.make()
    data = postgres.data_folder(first, nobody)
    assert postgres.data_folder(first, nobody) == data
    shutil.copy(first.home / "postgres-folder", second.home)
    assert postgres.data_folder(second, nobody) != data
