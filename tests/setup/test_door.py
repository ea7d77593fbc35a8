"""The commands as a person meets them: what is refused is refused in one plain sentence, before anything is started."""

from __future__ import annotations

import errno
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from backend.setup import locks
from backend.setup.addresses import try_port

Say = Callable[..., "subprocess.CompletedProcess[str]"]


def nothing_was_started(clone: Path) -> bool:
    return not (clone / ".caseway" / "running").exists() and not (clone / ".caseway" / "venv").exists()


def test_a_taken_port_stops_before_anything_is_started(clone: Path, say: Say) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        answer = say(clone, "run", "--port", str(port))
    assert answer.returncode == 1
    assert f"Port {port} is taken" in answer.stderr
    assert "--port" in answer.stderr
    assert nothing_was_started(clone)


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("DATABASE_URL", "postgres://me:secret@127.0.0.1:1/db"),
        ("DATABASE_URL", "postgres://me@/db?host=/nowhere"),
        ("DATABASE_URL", "sqlite:///db"),
        ("REDIS_URL", "redis://127.0.0.1:1/0"),
        ("REDIS_URL", "unix:///nowhere"),
    ],
)
def test_an_address_where_nothing_answers_stops_before_anything_is_started(clone: Path, say: Say, name: str, address: str) -> None:
    answer = say(clone, "run", "--port", "48231", **{name: address})
    assert answer.returncode == 1
    assert answer.stderr.count("\n") == 1
    assert name in answer.stderr
    assert "secret" not in answer.stderr
    assert nothing_was_started(clone)


def test_starting_over_is_refused_for_a_database_that_is_not_ours(clone: Path, say: Say) -> None:
    answer = say(clone, "run", "--fresh", DATABASE_URL="postgres://me@127.0.0.1:1/db")
    assert answer.returncode == 1
    assert "--fresh" in answer.stderr


def test_a_second_run_in_the_same_folder_says_so(clone: Path, say: Say) -> None:
    held = locks.take(clone / ".caseway" / "run.lock", "http://localhost:8000/ 4711")
    assert held
    with held:
        answer = say(clone, "run")
    assert answer.returncode == 1
    assert "already runs in this folder, at http://localhost:8000/" in answer.stderr


def test_a_number_that_is_no_port_is_refused(clone: Path, say: Say) -> None:
    assert "is not a port" in say(clone, "run", "--port", "99999").stderr


def test_too_old_a_python_is_told_in_one_sentence(clone: Path, say: Say, tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("sh", "dirname"):
        (tools / name).symlink_to(Path("/bin") / name if Path("/bin", name).exists() else Path("/usr/bin", name))
    (tools / "python3").write_text("#!/bin/sh\nexit 1\n")
    (tools / "python3").chmod(0o755)
    answer = say(clone, "run", PATH=str(tools))
    assert answer.returncode == 1
    assert "needs Python 3.11 or newer" in answer.stderr


def test_the_commands_work_from_another_folder(clone: Path, say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    assert say(clone, "run", "--help").returncode == 0


def test_an_unknown_benchmark_is_told_by_name(clone: Path, say: Say) -> None:
    (clone / "benchmarks").mkdir()
    (clone / "benchmarks" / "letters.py").touch()
    answer = say(clone, "bench", "nothing")
    assert answer.returncode == 1
    assert "letters" in answer.stderr


def test_a_port_that_is_taken_for_the_newer_kind_of_address_counts_as_taken() -> None:
    try:
        taken = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("no such addresses here")
    with taken:
        assert try_port(taken.getsockname()[1]) == errno.EADDRINUSE
