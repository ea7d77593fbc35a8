"""What every test may ask for: a landlord with staff, a clock, and answers that fill in any form."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from django.conf import settings
from pytest_django.plugin import DjangoDbBlocker

from backend.accounts.models import Landlord, User
from backend.demo.landlord import make_landlord
from backend.rules.working_time import LONDON

#: A Friday afternoon.
NOW = datetime(2026, 11, 20, 16, 30, tzinfo=LONDON)


def pytest_configure(config: pytest.Config) -> None:
    # Pages in tests name their assets plainly; the journeys collect them as a real site does.
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="run the long proofs too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--long"):
        skip = pytest.mark.skip(reason="a long proof: run with --long")
        for item in items:
            if "long" in item.keywords:
                item.add_marker(skip)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """The database of the tests, with the landlord in it, so that most tests need not make one; those that commit empty it."""
    with django_db_blocker.unblock():
        make_landlord(now=NOW)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def landlord(db: None, now: datetime) -> Landlord:
    return make_landlord(now=now)


@pytest.fixture
def user(landlord: Landlord) -> Callable[[str], User]:
    """A member of staff by the beginning of their address: user("officer")."""
    return lambda name: User.objects.get(email=f"{name}@fenbridge.example")
