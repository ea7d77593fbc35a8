"""What the tests of set-up share: an empty clone, short-lived processes, the commands as a person calls them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from backend.setup.children import Child
from backend.setup.places import Places, here
from backend.setup.register import Register


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """An empty clone with its private folder."""
    made = Places(tmp_path)
    made.make()
    return made


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone of set-up alone, with nothing installed."""
    root = here().root
    shutil.copytree(root / "backend" / "setup", tmp_path / "backend" / "setup")
    (tmp_path / "backend" / "__init__.py").touch()
    for name in ("run", "test", "bench"):
        shutil.copy2(root / name, tmp_path / name)
    return tmp_path


@pytest.fixture
def say() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Call one of the clone's commands as a person would, and wait for its answer."""

    def call(clone: Path, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
        command = [str(clone / words[0]), *words[1:]]
        return subprocess.run(command, env={**kept, **env}, capture_output=True, text=True, timeout=60)

    return call


@pytest.fixture
def child(places: Places) -> Iterator[Callable[..., Child]]:
    """Make children that run a line of Python; whatever is left of them at the end is killed."""
    made: list[Child] = []

    def make(line: str, name: str = "sleeper") -> Child:
        argv = [sys.executable, "-c", line]
        one = Child(name, argv, dict(os.environ), places.root, places.logs, Register(places.register))
        made.append(one)
        return one

    yield make
    for one in made:
        if not one.ended():
            with suppress(ProcessLookupError):
                os.killpg(one.pid, signal.SIGKILL)
            assert one.process
            one.process.wait()
