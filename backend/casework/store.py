"""Files outside the database, each kept once under the SHA-256 of its bytes, and there before any row speaks of it.

Knows nothing of evidence, types or people.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol
from uuid import uuid4

from django.conf import settings

CHUNK = 1024 * 1024


class Upload(Protocol):
    """What a web server hands over: something that gives its bytes."""

    def read(self, size: int, /) -> bytes: ...


class TooLarge(Exception):
    """More bytes came than may be kept."""


def path_of(digest: str) -> Path:
    """Where the bytes with this hash are."""
    return Path(settings.MEDIA_ROOT) / "evidence" / digest[:2] / digest


@contextmanager
def workplace() -> Iterator[Path]:
    """A path for a file that is being made; gone afterwards unless it was kept."""
    folder = Path(settings.MEDIA_ROOT) / "evidence"
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{uuid4().hex}.part"
    try:
        yield part
    finally:
        part.unlink(missing_ok=True)


def receive(content: Upload, part: Path, *, most: int) -> int:
    """Write what comes to `part`; gives back how much it was. Raises `TooLarge` past `most` bytes."""
    size = 0
    with part.open("wb") as file:
        while block := content.read(CHUNK):
            size += len(block)
            if size > most:
                raise TooLarge
            file.write(block)
    return size


def keep(part: Path) -> str:
    """Keep a finished file under its hash, which is given back."""
    with part.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    path = path_of(digest)
    path.parent.mkdir(parents=True, exist_ok=True)
    part.replace(path)
    return digest
