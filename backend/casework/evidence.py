"""Evidence: files checked by what they really are, kept once by their content's hash, before the row is written."""

from __future__ import annotations

import hashlib
import io
from datetime import datetime
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import filetype
from django.conf import settings
from django.db import transaction
from PIL import Image

from backend.accounts import powers
from backend.accounts.models import User
from backend.audit.models import record
from backend.casework import access
from backend.casework.models import Case, Evidence
from backend.errors import InvalidAnswers

#: What may be uploaded: the type found in the bytes, and the endings a file of that type may claim.
TYPES = {
    "image/jpeg": ("jpg", "jpeg"), "image/png": ("png",), "image/webp": ("webp",), "application/pdf": ("pdf",),
    "audio/mpeg": ("mp3",), "audio/x-wav": ("wav",), "audio/mp4": ("m4a", "mp4"), "video/mp4": ("mp4",),
    "video/quicktime": ("mov",),
}  # fmt: skip
MAX_PIXELS = 60_000_000

PROBLEM = "file"


class Upload(Protocol):
    """What a web server hands over: something that gives its bytes."""

    def read(self, size: int, /) -> bytes: ...


@transaction.atomic
def add_evidence(*, case: Case, title: str, filename: str, content: Upload, by: User, now: datetime) -> Evidence:
    """Keep a file with a case. Raises `InvalidAnswers` for one that is too large, empty or not what it claims."""
    access.need(by, powers.WORK)
    case = access.case_for(by, case.reference)
    if not title.strip():
        raise InvalidAnswers({"title": "Say what this shows"})
    data = content.read(settings.UPLOAD_MAX + 1)
    found = _check(data, filename)
    digest = hashlib.sha256(data).hexdigest()
    _store(digest, data)
    kept = Evidence.objects.create(
        case=case, title=title.strip()[:200], filename=Path(filename).name[:200], content_type=found, size=len(data),
        sha256=digest, by=by, at=now,
    )  # fmt: skip
    record("add_evidence", "Added evidence", landlord=case.landlord, by=by, at=now, case_id=case.pk, evidence=kept.pk)
    return kept


def _check(data: bytes, filename: str) -> str:
    if not data:
        raise InvalidAnswers({PROBLEM: "Choose a file; this one is empty"})
    if len(data) > settings.UPLOAD_MAX:
        raise InvalidAnswers({PROBLEM: f"The file must be smaller than {settings.UPLOAD_MAX // 2**20} MB"})
    guessed = filetype.guess_mime(data)
    if guessed not in TYPES:
        raise InvalidAnswers({PROBLEM: "The file must be a photo, a recording, a video or a PDF"})
    if Path(filename).suffix.lower().lstrip(".") not in TYPES[guessed]:
        raise InvalidAnswers({PROBLEM: "The file is not what its name says. Save it again in its own format"})
    if guessed.startswith("image/"):
        _check_picture(data)
    return str(guessed)


def _check_picture(data: bytes) -> None:
    try:
        with Image.open(io.BytesIO(data)) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise InvalidAnswers({PROBLEM: "The picture has too many pixels. Save a smaller copy"})
            picture.verify()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise InvalidAnswers({PROBLEM: "The picture is damaged. Take or save it again"}) from None


def _path(digest: str) -> Path:
    return Path(settings.MEDIA_ROOT) / "evidence" / digest[:2] / digest


def _store(digest: str, data: bytes) -> None:
    path = _path(digest)
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{uuid4().hex}")
    part.write_bytes(data)
    part.replace(path)


def read(evidence: Evidence) -> bytes:
    """The bytes as they were given to us."""
    return _path(evidence.sha256).read_bytes()
