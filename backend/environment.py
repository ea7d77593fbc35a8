"""Strict readers of environment variables: a wrong value stops the start with a sentence, never a guess."""

from __future__ import annotations

import os
import re
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


def mail(name: str) -> Mapping[str, object]:
    """Django's settings for a `smtp://user:password@host:587` address, which must offer TLS; `smtps://` speaks TLS from the
    first word, and `smtp+plain://` none, for a server on the same machine. Empty: no e-mail is sent."""
    given = text(name, "")
    if not given:
        return {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}
    url = urlsplit(given)
    ports = {"smtp": 587, "smtps": 465, "smtp+plain": 25}
    try:
        port = url.port
    except ValueError:
        port = 0
    if url.scheme not in ports or not url.hostname or port == 0 or url.path not in ("", "/") or url.query:
        raise WrongSetting(f"{name} must look like smtp://user:password@host:587 or smtps://user:password@host:465.")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": url.hostname,
        "EMAIL_PORT": port or ports[url.scheme],
        "EMAIL_HOST_USER": unquote(url.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(url.password or ""),
        "EMAIL_USE_TLS": url.scheme == "smtp",
        "EMAIL_USE_SSL": url.scheme == "smtps",
        "EMAIL_TIMEOUT": 10,
    }


def texts(name: str) -> str:
    """What sends text messages: the dotted name of something that gives a gateway, or `file:///folder` for one that writes files.
    Empty: no text is sent."""
    given = text(name, "")
    if given and not re.fullmatch(r"file:///.+|[a-zA-Z_]\w*(\.[a-zA-Z_]\w*)+", given):
        raise WrongSetting(f"{name} must be a dotted name like landlord.texts.Gateway, or file:///folder.")
    return given


def sender(name: str, *, needed: bool) -> str:
    """The address that e-mails come from."""
    address = text(name, "")
    if (needed or address) and not ("@" in address and address.isprintable() and len(address) < 255):
        raise WrongSetting(f"{name} must be the address that e-mails come from, like caseway@landlord.example.")
    return address or "caseway@localhost"


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
        # Pages ask for few rows: what compiling a query would save it costs ten times over, and disks have no arms to move.
        "OPTIONS": {"options": "-c jit=off -c random_page_cost=1.1"},
    }
