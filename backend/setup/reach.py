"""What the database's account can reach: folders, programs and short-lived places. As root that account is `nobody`.

Changes no permissions above folders that it made itself. Knows nothing of databases but the server's name.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from pathlib import Path

from backend.setup.children import Account, start_as
from backend.setup.register import Register
from backend.setup.steps import Stopped, answer_of

# A socket's path may have 107 bytes; its own name takes 18 of them.
LONGEST_FOLDER = 80
SHARED = Path("/var/lib/caseway")


def short_folder(purpose: str, register: Register, account: Account | None) -> Path:
    """A new private folder of the account's, with a name short enough for sockets, gone when the run ends."""
    places = [Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")]
    for place in places:
        if len(str(place)) < LONGEST_FOLDER and (account is None or may_enter(account, place)):
            folder = Path(tempfile.mkdtemp(prefix=f"caseway-{purpose}-", dir=place))
            give(folder, account)
            register.note_folder(folder)
            return folder
    raise Stopped(f"No folder for a socket was found among {', '.join(map(str, places))}: make /tmp usable.")


def give(folder: Path, account: Account | None) -> None:
    """Make the account the folder's owner."""
    if account:
        os.chown(folder, account.uid, account.gid)


def may_enter(account: Account, path: Path) -> bool:
    """Whether the account can enter a folder or run a program; tried, since modes do not tell all."""
    return run_as(account, ["test", "-x", str(path)]) == 0


def run_as(account: Account | None, command: list[str]) -> int:
    """Run a short command as the account, in silence."""
    null = os.open(os.devnull, os.O_RDWR)
    try:
        return start_as(account, command, env=server_environment(), cwd=Path("/"), out=null).wait()
    except OSError:
        return -1
    finally:
        os.close(null)


def server_environment() -> dict[str, str]:
    """Little, and none of the caller's secrets."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "HOME": "/"}


def shared_folder(path: Path) -> Path:
    """Where things of this clone are kept that `nobody` must reach, outside the clone; made when it is used."""
    return SHARED / hashlib.sha256(str(path).encode()).hexdigest()[:12]


def make_passable(folder: Path) -> None:
    """Make a folder that others may pass through whatever the umask; one that is there already stays as it is."""
    for one in (SHARED, folder):
        if one.is_relative_to(SHARED) and not one.exists():
            one.mkdir()
            one.chmod(0o755)


def programs_that_start(programs: Path, account: Account | None) -> Path:
    """The programs, copied to where `nobody` can run them if it cannot reach them where they are."""
    if starts(programs, account):
        return programs
    if account is None:
        raise Stopped(f"PostgreSQL in {programs} does not start: reinstall it, or set DATABASE_URL.")
    version = answer_of([programs / "postgres", "--version"]).rpartition(" ")[2]
    copy = shared_folder(programs) / f"server-{version}"
    if not copy.exists():
        copy_for_all(programs.parent, copy)
    if not starts(copy / "bin", account):
        raise Stopped(f"PostgreSQL in {copy} does not start as '{account.name}': run Caseway as an ordinary user.")
    return copy / "bin"


def starts(programs: Path, account: Account | None) -> bool:
    """Whether the account can run the server."""
    return run_as(account, [str(programs / "postgres"), "--version"]) == 0


def copy_for_all(source: Path, copy: Path) -> None:
    """A copy, whole or not at all, that every account can read and run."""
    make_passable(copy.parent)
    half = Path(tempfile.mkdtemp(dir=copy.parent))
    shutil.copytree(source, half, dirs_exist_ok=True, symlinks=True)
    for path in [half, *half.rglob("*")]:
        if not path.is_symlink():
            owner = path.stat().st_mode & 0o500
            path.chmod(path.stat().st_mode & 0o777 | owner >> 3 | owner >> 6)
    half.rename(copy)
