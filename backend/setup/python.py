"""The virtual environment, held exactly to the lock files. Knows no package by name but uv, which installs the rest."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from backend.setup.packages import setup_log
from backend.setup.places import Places
from backend.setup.steps import Progress, Stamps, content_hash, run_quietly

UNREACHABLE = "Python packages could not be installed: check the network and try again."


def ensure_python(places: Places, wanted: set[str], progress: Progress) -> None:
    """A virtual environment with exactly the packages of the wanted lock files, and of those wanted before.

    Those wanted before stay, so that `./run` and `./test` in turn do not undo each other's work.
    """
    stamps = Stamps(places.stamps)
    make_venv(places, stamps, progress)
    names = sorted(wanted | kept_names(places) | {"run", "uv"})
    digest = content_hash(*names, *(places.lock_file(name) for name in names))
    if stamps.unchanged("packages", digest):
        return
    progress.say(f"Installing Python packages ({', '.join(names)})")
    install_uv(places)
    sync(places, names)
    (places.stamps / "packages-for").write_text(" ".join(names))
    stamps.keep("packages", digest)


def kept_names(places: Places) -> set[str]:
    """The lock files that the environment holds already."""
    try:
        names = (places.stamps / "packages-for").read_text().split()
    except FileNotFoundError:
        return set()
    return {name for name in names if places.lock_file(name).exists()}


def make_venv(places: Places, stamps: Stamps, progress: Progress) -> None:
    """Make the environment, anew if the machine's Python or the clone's folder changed."""
    digest = content_hash(sys.version, os.path.realpath(sys.executable), str(places.venv))
    if stamps.unchanged("venv", digest) and works(places.python):
        return
    progress.say("Making the virtual environment")
    shutil.rmtree(places.venv, ignore_errors=True)
    stamps.drop("packages", "packages-for")
    run_quietly(
        [sys.executable, "-m", "venv", places.venv],
        log=setup_log(places),
        failure="Python could not make a virtual environment (on Debian the package python3-venv is needed).",
    )
    stamps.keep("venv", digest)


def works(python: Path) -> bool:
    """Whether an interpreter starts."""
    try:
        return subprocess.run([python, "-S", "-c", ""], capture_output=True).returncode == 0
    except OSError:
        return False


def install_uv(places: Places) -> None:
    """The one package that pip installs."""
    run_quietly(
        [places.python, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", places.lock_file("uv")],
        log=setup_log(places),
        failure=UNREACHABLE,
        env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
    )


def sync(places: Places, names: list[str]) -> None:
    """Make the environment hold exactly what the lock files say."""
    uv = places.venv / "bin" / "uv"
    env = {**os.environ, "VIRTUAL_ENV": str(places.venv), "UV_PYTHON_DOWNLOADS": "never"}
    # The system's certificates: an office network that looks into TLS has its own.
    command: list[str | Path] = [uv, "pip", "sync", "--system-certs", "--python", places.python, "--require-hashes", "--strict"]
    command += [places.lock_file(name) for name in names]
    run_quietly(command, log=setup_log(places), failure=UNREACHABLE, env=env)


def installed_folder(places: Places, package: str) -> Path | None:
    """Where a wheel put its files, if it is installed."""
    return next(iter(sorted(places.venv.glob(f"lib*/python3*/site-packages/{package}"))), None)
