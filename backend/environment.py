"""Strict readers of environment variables: a wrong value stops the start with a sentence, never a guess."""

from __future__ import annotations

import os
from collections.abc import Mapping
from urllib.parse import parse_qs, unquote, urlsplit


class WrongSetting(RuntimeError):
    """An environment variable is missing or cannot be read."""


def text(name: str, default: str | None = None) -> str:
    value = os.environ.get(name, default)
    if value is None:
        raise WrongSetting(f"{name} is not set. ./run sets it; on your own server set it in the environment.")
    return value


def flag(name: str) -> bool:
    value = os.environ.get(name, "0")
    if value not in ("0", "1"):
        raise WrongSetting(f"{name} is “{value}”; write 1 or 0.")
    return value == "1"


def words(name: str, default: str) -> list[str]:
    return [word for word in (part.strip() for part in text(name, default).split(",")) if word]


def database(name: str) -> Mapping[str, object]:
    """Django's settings for a `postgres://user:password@host:port/name?host=/socket/folder` address."""
    url = urlsplit(text(name))
    if url.scheme not in ("postgres", "postgresql") or len(url.path) < 2:
        raise WrongSetting(f"{name} must look like postgres://user:password@host:5432/database. PostgreSQL is the only database.")
    query = parse_qs(url.query)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(url.path[1:]),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": query.get("host", [url.hostname or ""])[0],
        "PORT": str(query.get("port", [url.port or ""])[0]),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
