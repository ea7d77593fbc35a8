"""The one narrow door through which text messages leave. What is behind it is chosen by `CASEWAY_TEXTS`: the dotted name of
something that gives a gateway, or `file:///folder`, where each message becomes a file; nothing, and texts are not offered.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Protocol, cast
from urllib.parse import unquote, urlsplit
from uuid import uuid4

from django.conf import settings
from django.utils.module_loading import import_string


class Gateway(Protocol):
    """A provider of text messages. `send` comes back once the provider has the message; it raises `NotSent` when it surely has
    not, and anything else when nobody can know."""

    def send(self, number: str, text: str) -> None: ...


class NotSent(Exception):
    """The provider did not take the message. The words are for the officer."""


class Folder:
    """Writes each message into a file: for the demo and for tests."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, number: str, text: str) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / f"{uuid4().hex}.txt").write_text(f"To: {number}\n\n{text}\n", "utf-8")


def gateway() -> Gateway | None:
    """What sends texts here; None where nothing does."""
    return _chosen(settings.TEXTS) if settings.TEXTS else None


@lru_cache(maxsize=4)
def _chosen(name: str) -> Gateway:
    if name.startswith("file:"):
        return Folder(Path(unquote(urlsplit(name).path)))
    return cast("Gateway", import_string(name)())
