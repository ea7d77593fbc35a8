"""A private queue server: one socket in a private folder, nothing on disk. The database is the queue of record."""

from __future__ import annotations

import os
import socket
import tempfile
from pathlib import Path

from backend.setup.binaries import machine_queue, wheel_queue
from backend.setup.children import Child
from backend.setup.places import Places
from backend.setup.register import Register
from backend.setup.steps import Stopped


def queue_server(places: Places, logs: Path, register: Register) -> tuple[str, Child]:
    """The address of a new private queue, and its process, not yet started."""
    folder = queue_folder(register)
    path = folder / "queue.sock"
    child = Child(
        name="redis",
        argv=command(program(places), folder, path),
        env={"PATH": os.environ.get("PATH", os.defpath)},
        cwd=folder,
        logs=logs,
        register=register,
        ready=lambda: answers(path),
    )
    return f"unix://{path}", child


def program(places: Places) -> str:
    """The machine's queue server before the wheel's."""
    found = machine_queue() or wheel_queue(places)
    if found is None:
        raise Stopped("No queue server was found: install redis-server or valkey-server, or set REDIS_URL.")
    return found


def command(server: str, folder: Path, path: Path) -> list[str]:
    """The server in the foreground, with no port and no files."""
    sockets = ["--port", "0", "--unixsocket", str(path), "--unixsocketperm", "700"]
    return [server, *sockets, "--save", "", "--appendonly", "no", "--dir", str(folder), "--daemonize", "no"]


def queue_folder(register: Register) -> Path:
    """A new private folder with a short name, for the socket."""
    place = tempfile.gettempdir()
    folder = Path(tempfile.mkdtemp(prefix="caseway-queue-", dir=place if len(place) < 70 else "/tmp"))
    register.note_folder(folder)
    return folder


def answers(path: Path) -> bool:
    """Whether the server behind the socket answers a greeting."""
    with socket.socket(socket.AF_UNIX) as door:
        door.settimeout(2)
        try:
            door.connect(str(path))
            door.sendall(b"PING\r\n")
            return door.recv(7).startswith(b"+PONG")
        except OSError:
            return False
