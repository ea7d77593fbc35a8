"""The environment that the product's processes get. Knows the names; not what the product does with them."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from backend.setup.places import Places
from backend.setup.processes import SETTINGS


def site_environment(places: Places, *, database: str, queue: str, home: Path, demo: bool, url: str = "http://localhost") -> dict[str, str]:
    """Everything of ours over the caller's environment, which may carry settings of its own."""
    path = f"{places.venv / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    return {
        **os.environ,
        "PATH": path,
        "VIRTUAL_ENV": str(places.venv),
        "PYTHONUNBUFFERED": "1",
        "DJANGO_SETTINGS_MODULE": SETTINGS,
        "DATABASE_URL": database,
        "REDIS_URL": queue,
        "CASEWAY_SECRET_KEY": secret_key(home),
        "CASEWAY_DEMO": "1" if demo else "0",
        "CASEWAY_HOSTS": "localhost,127.0.0.1",
        "CASEWAY_HOME": str(home),
        "CASEWAY_URL": url,
    }


def secret_key(home: Path) -> str:
    """The clone's own secret, made at the first run and readable by its owner alone."""
    path = home / "secret-key"
    with suppress(FileExistsError):
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        os.write(number, secrets.token_urlsafe(50).encode())
        os.close(number)
    key = path.read_text()
    if key:
        return key
    # A power cut between making and writing leaves it empty.
    path.unlink()
    return secret_key(home)
