"""Ports and addresses: is the port free, does the database or queue that the user named answer.

Knows how to knock; knows nothing of what lives behind the door.
"""

from __future__ import annotations

import errno
import socket
import subprocess
import urllib.error
import urllib.request
from urllib.parse import parse_qs, unquote, urlsplit

from backend.setup.places import Places
from backend.setup.steps import Stopped, first_line

OR_UNSET = "or unset it and Caseway starts its own."
TRY_TO_CONNECT = """
import os, sys, psycopg
try:
    psycopg.connect(os.environ["DATABASE_URL"], connect_timeout=5).close()
except Exception as error:
    sys.exit(str(error))
"""


def check_port(port: int) -> None:
    """Stop if the port cannot be had; says which would do."""
    number = try_port(port)
    if number == 0:
        return
    if number == errno.EACCES:
        raise Stopped(f"This user may not open port {port}: choose one above 1023, for example ./run --port 8000.")
    if number != errno.EADDRINUSE:
        raise Stopped(f"Port {port} cannot be opened: choose another, for example ./run --port 8000.")
    free = next((other for other in range(port + 1, min(port + 100, 65536)) if try_port(other) == 0), 8000)
    raise Stopped(f"Port {port} is taken by another program: stop it, or choose another port, for example ./run --port {free}.")


def try_port(port: int) -> int:
    """0 if the port can be had, else the error's number.

    Also looked for under the newer kind of address: a browser that is told `localhost` may try that first.
    """
    number = try_bind(socket.AF_INET, "127.0.0.1", port)
    newer = try_bind(socket.AF_INET6, "::1", port) if socket.has_ipv6 else 0
    return number or (newer if newer == errno.EADDRINUSE else 0)


def try_bind(family: socket.AddressFamily, host: str, port: int) -> int:
    """0 if an address can be taken, else the error's number."""
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        return error.errno or -1
    return 0


def check_given(name: str, url: str) -> None:
    """Knock at the address that the user gave; stop if nobody is there. Says nothing of passwords in it."""
    schemes, port = {
        "DATABASE_URL": (("postgres", "postgresql"), 5432),
        "REDIS_URL": (("redis", "rediss", "unix"), 6379),
    }[name]
    parts = urlsplit(url)
    if parts.scheme not in schemes:
        raise Stopped(f"{name} must begin with {schemes[0]}:// and does not: correct it, {OR_UNSET}")
    try:
        knock(socket_path(name, url), parts.hostname or "localhost", parts.port or port)
    except (OSError, ValueError) as error:
        raise Stopped(f"{name} is set and nothing answers there ({error}): start that server, correct {name}, {OR_UNSET}") from None


def socket_path(name: str, url: str) -> str | None:
    """The file that stands for a local socket, if the address names one."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return unquote(parts.path)
    host = parse_qs(parts.query).get("host", [unquote(parts.hostname or "")])[0]
    return f"{host}/.s.PGSQL.{parts.port or 5432}" if name == "DATABASE_URL" and host.startswith("/") else None


def knock(path: str | None, host: str, port: int) -> None:
    """Open a connection and close it."""
    if path is None:
        socket.create_connection((host, port), timeout=5).close()
        return
    with socket.socket(socket.AF_UNIX) as door:
        door.settimeout(5)
        door.connect(path)


def check_database_opens(places: Places, url: str) -> None:
    """Sign in to the database that the user gave, as the product will; stop with the server's own reason."""
    result = subprocess.run([places.python, "-c", TRY_TO_CONNECT], env={"DATABASE_URL": url}, capture_output=True, text=True, timeout=60)
    if result.returncode:
        reason = first_line([result.stderr]) or "no reason given"
        raise Stopped(f"DATABASE_URL is set and the database does not open ({reason}): correct it, {OR_UNSET}")


def page_opens(url: str) -> bool:
    """Whether the page answers 200; a proxy in the environment is passed by."""
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False
