"""A real site for journeys: PostgreSQL, Redis, web server, workers and clock as processes of their own, and Chromium."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parents[2]
CHROMIUM = os.environ.get("CASEWAY_CHROMIUM", "")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run",
]  # fmt: skip


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def own_database(url: str) -> str:
    """A new empty database beside the tests' own; gives back its address."""
    name = f"journey_{os.getpid()}"
    parts = urlsplit(url)
    with psycopg.connect(urlunsplit(parts._replace(path="/postgres")), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}"')  # type: ignore[call-overload]
        connection.execute(f'CREATE DATABASE "{name}"')  # type: ignore[call-overload]
    return urlunsplit(parts._replace(path=f"/{name}"))


#: Everything that a site needs before it starts.
READY = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", "--noinput", verbosity=0)
call_command("demo", "--staff-only")
call_command("collectstatic", "--noinput", "--ignore", "rest_framework", "--ignore", "test", verbosity=0)
"""


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running site with the demo's staff and no cases."""
    port, home = free_port(), tmp_path_factory.mktemp("site")
    address = f"http://127.0.0.1:{port}"
    env = {
        **os.environ, "DATABASE_URL": own_database(os.environ["DATABASE_URL"]), "REDIS_URL": os.environ["REDIS_URL"],
        "CASEWAY_HOME": str(home), "CASEWAY_URL": address, "CASEWAY_DEMO": "1", "PYTHONPATH": str(ROOT), "DJANGO_SETTINGS_MODULE": "backend.settings",
    }  # fmt: skip
    subprocess.run([sys.executable, "-c", READY], env=env, cwd=ROOT, check=True, capture_output=True)
    commands = (
        ["gunicorn", "backend.wsgi", "--workers", "1", "--threads", "4", "--bind", f"127.0.0.1:{port}"],
        ["celery", "-A", "backend.celery", "worker", "-Q", "default,letters", "--concurrency", "1", "-B", "-s", str(home / "beat")],
    )
    with (home / "log").open("w") as log:
        children = [subprocess.Popen([sys.executable, "-m", *command], env=env, cwd=ROOT, stdout=log, stderr=log) for command in commands]
    try:
        wait_for(address)
        yield address
    finally:
        for child in children:
            child.terminate()
        for child in children:
            with suppress(subprocess.TimeoutExpired):
                child.wait(10)
            child.kill()


#: The baseline as a new version, whatever a journey has drawn or broken.
BASELINE = """
import django; django.setup()
from django.conf import settings
from django.utils import timezone
from backend.accounts.models import Landlord
from backend.demo.landlord import load_pack
load_pack(Landlord.objects.get(), settings.PACKS_DIR / "baseline", now=timezone.now())
"""


def in_the_site(code: str) -> list[str]:
    """Run Python on the site's database; gives back the words that it prints."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    env = {**os.environ, "DATABASE_URL": urlunsplit(parts._replace(path=f"/journey_{os.getpid()}")), "PYTHONPATH": str(ROOT)}
    made = subprocess.run([sys.executable, "-c", code], env=env, cwd=ROOT, check=False, capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    return made.stdout.split()


@pytest.fixture
def baseline_again(site: str) -> Iterator[None]:
    """For a journey that publishes: the others find the procedure as it was, in whatever order they come."""
    yield
    in_the_site(BASELINE)


def wait_for(address: str) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=2):
                return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if not CHROMIUM:
        pytest.skip("NO BROWSER: the journeys were not tried. Install Chromium and set CASEWAY_CHROMIUM.")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def browser(chromium: Browser) -> Iterator[Browser]:
    """The browser, whose windows are shut at the end of each journey: open pages go on working."""
    yield chromium
    for context in chromium.contexts:
        context.close()
