"""A private PostgreSQL: its own data folder, a socket in a private folder, no TCP, no new system user.

Knows how to make the data, start the server and clear up after a killed one; knows nothing of what is stored.
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from backend.setup.binaries import machine_postgres, major_version, wheel_postgres
from backend.setup.children import Account, Child, account_for_servers, start_as
from backend.setup.identity import started_at
from backend.setup.places import Places
from backend.setup.reach import (
    give,
    make_passable,
    may_enter,
    programs_that_start,
    server_environment,
    shared_folder,
    short_folder,
)
from backend.setup.register import Register, wait_until
from backend.setup.steps import Progress, Stamps, Stopped, tail, wait_or_stop

NAME = "caseway"
# What is to be done again when the data is made anew.
DONE_TO_DATA = ("prepared", "demo")
FAST_AND_FORGETFUL = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@dataclass(frozen=True)
class Database:
    """One private server: its programs, data, socket folder, and the account that it runs as."""

    programs: Path
    data: Path
    sockets: Path
    account: Account | None
    forgetful: bool = False

    @property
    def url(self) -> str:
        """What DATABASE_URL says of it."""
        return f"postgres://{NAME}@/{NAME}?host={self.sockets}"

    def command(self) -> list[str]:
        """The server in the foreground."""
        # Logs hold no personal data: no statement with its values, no details of rows.
        settings = [
            "log_min_error_statement=panic",
            "log_error_verbosity=terse",
            "listen_addresses=",
            f"unix_socket_directories={self.sockets}",
            "port=5432",
        ]
        settings += FAST_AND_FORGETFUL if self.forgetful else ()
        words = [str(self.programs / "postgres"), "-D", str(self.data)]
        return [*words, *(word for setting in settings for word in ("-c", setting))]

    def child(self, logs: Path, register: Register) -> Child:
        """The server as a process that can be started and stopped."""
        return Child(
            name="postgres",
            argv=self.command(),
            env=server_environment(),
            cwd=Path("/"),
            logs=logs,
            register=register,
            stop_signal=signal.SIGINT,
            account=self.account,
            ready=lambda: is_ready(self.data),
            before=lambda: clear_stale_lock(self.data),
        )


def database_for_run(places: Places, register: Register, progress: Progress) -> Database:
    """The server that keeps the site's data from one `./run` to the next; made if this is the first."""
    account = account_for_servers()
    data = data_folder(places, account)
    check_owner(data, account)
    programs = programs_for(places, data)
    programs = programs_that_start(programs, account)
    sockets = short_folder("db", register, account)
    if not (data / "PG_VERSION").exists():
        progress.say(f"Making the database in {data}")
        Stamps(places.stamps).drop(*DONE_TO_DATA)
        make_database(programs, data, account, places.logs / "setup.log")
    return Database(programs, data, sockets, account)


def throw_away_database(places: Places, register: Register, *, durable: bool = False) -> Database:
    """A server in a folder that is thrown away: for tests fast, and forgetful in a power cut; for benchmarks durable."""
    account = account_for_servers()
    folder = short_folder("test-db", register, account)
    data = folder / "data"
    programs = programs_that_start(programs_for(places, data), account)
    make_database(programs, data, account, places.logs / "setup.log", "--no-sync")
    return Database(programs, data, folder, account, forgetful=not durable)


def run_needs_wheel(places: Places) -> bool:
    """Whether the wheel's PostgreSQL must be installed: none on the machine, or none of the data's version."""
    version = version_of(data_folder(places, account_for_servers()))
    return not any(version in (0, major_version(folder)) for folder in machine_postgres())


def version_of(data: Path) -> int:
    """The major version that made the data, 0 if there is none."""
    with suppress(FileNotFoundError):
        return int((data / "PG_VERSION").read_text())
    return 0


def programs_for(places: Places, data: Path) -> Path:
    """The server that fits the data; the machine's own before the wheel's."""
    wheel = wheel_postgres(places)
    found = machine_postgres() + ([wheel] if wheel else [])
    version = version_of(data)
    for folder in found:
        if version in (0, major_version(folder)):
            return folder
    if version and found:
        raise Stopped(f"The database in {data} was made by PostgreSQL {version}, which is missing: install it, or ./run --fresh.")
    raise Stopped("No PostgreSQL was found: install it (on Debian: apt-get install postgresql), or set DATABASE_URL.")


def check_owner(data: Path, account: Account | None) -> None:
    """Stop if the data was made when Caseway ran as another user; PostgreSQL would refuse it in its own words."""
    if data.exists() and data.stat().st_uid != (account.uid if account else os.geteuid()):
        raise Stopped(f"Another user made the database in {data}: run this as that user, or use ./run --fresh.")


def data_folder(places: Places, account: Account | None) -> Path:
    """Where the data is: in the clone, or outside it where `nobody` cannot enter the clone.

    The choice to go outside is remembered, and holds for this clone alone: a copy of its folder has data of its own.
    """
    outside = shared_folder(places.home) / "postgres"
    note = places.home / "postgres-folder"
    with suppress(FileNotFoundError):
        if note.read_text() == str(outside):
            return outside
    if account is None or may_enter(account, places.home):
        return places.home / "postgres"
    note.write_text(str(outside))
    return outside


def make_database(programs: Path, data: Path, account: Account | None, log: Path, *options: str) -> None:
    """Make the data folder whole or not at all: under another name first."""
    half = data.with_name(f"{data.name}.new")
    shutil.rmtree(half, ignore_errors=True)
    make_passable(data.parent)
    half.mkdir(mode=0o700)
    give(half, account)
    initdb = [str(programs / "initdb"), "-D", str(half), "-U", NAME, "--auth=trust", "--encoding=UTF8", *options]
    # Not every system has C.UTF-8; without it only sorting and capitals of accented letters differ.
    if not any(run_logged([*initdb, f"--locale={locale}"], account, log) == 0 for locale in ("C.UTF-8", "C")):
        raise Stopped(f"PostgreSQL could not make its data folder. The end of {log}:\n{tail(log)}")
    alone = [str(programs / "postgres"), "--single", "-D", str(half), "postgres"]
    if run_logged(alone, account, log, f"CREATE DATABASE {NAME};\n"):
        raise Stopped(f"PostgreSQL could not make the database. The end of {log}:\n{tail(log)}")
    half.rename(data)


def run_logged(command: list[str], account: Account | None, log: Path, text: str = "") -> int:
    """Run a server's tool as the account, with its output in the log."""
    with log.open("ab") as out, tempfile.TemporaryFile() as given:
        given.write(text.encode())
        given.seek(0)
        return wait_or_stop(start_as(account, command, env=server_environment(), cwd=Path("/"), out=out.fileno(), given=given.fileno()))


def is_ready(data: Path) -> bool:
    """Whether the server takes connections; it says so itself in the eighth line of its lock file."""
    try:
        return (data / "postmaster.pid").read_text().splitlines()[7].strip() == "ready"
    except (FileNotFoundError, IndexError):
        return False


def clear_stale_lock(data: Path) -> None:
    """Remove the lock file that a killed server left; stop the server if it is in fact alive.

    PostgreSQL takes any living process of the same user with the old number for itself, and after a reboot there
    often is one. Only we start servers on this folder, and we hold the run's lock.
    """
    lock = data / "postmaster.pid"
    try:
        pid = int(lock.read_text().split()[0])
    except (FileNotFoundError, ValueError, IndexError):
        pid = 0
    if pid and is_server_on(data, pid):
        stop_server(pid)
    lock.unlink(missing_ok=True)


def is_server_on(data: Path, pid: int) -> bool:
    """Whether a process is a PostgreSQL of this data folder; one of these always works inside it."""
    try:
        return os.path.samefile(f"/proc/{pid}/cwd", data)
    except OSError:
        return not Path("/proc").exists() and started_at(pid) is not None


def stop_server(pid: int) -> None:
    """Stop a server fast but cleanly; if it does not, at once."""
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.kill(pid, number)
        if wait_until(lambda: started_at(pid) is None, 10.0):
            return


def forget_data(places: Places) -> None:
    """Remove the data of `./run`, wherever it is."""
    data = data_folder(places, account_for_servers())
    clear_stale_lock(data)
    shutil.rmtree(data, ignore_errors=True)
    (places.home / "postgres-folder").unlink(missing_ok=True)
    Stamps(places.stamps).drop(*DONE_TO_DATA)
