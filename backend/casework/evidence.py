"""Evidence: files checked by what they really are, kept as they came with their hash, and shown as copies that tell
nothing about their maker. With a case, or waiting until somebody decides which case they belong to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import filetype
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from backend.accounts import powers
from backend.accounts.models import User
from backend.audit.models import record
from backend.casework import access, sharing, store
from backend.casework.models import Case, Evidence, Incident, Party
from backend.casework.store import Upload
from backend.casework.text import plain
from backend.errors import AlreadyDone, InvalidAnswers, NotAllowed, NotFound


@dataclass(frozen=True)
class Type:
    """A type of file that may be uploaded, the endings that it may bear, and how its shared copy is made."""

    kind: str
    endings: tuple[str, ...]
    copy: Callable[[Path, Path], None] | None = None


#: By the type found in the bytes.
TYPES: Mapping[str, Type] = {
    "image/jpeg": Type(Evidence.PHOTO, ("jpg", "jpeg")),
    "image/png": Type(Evidence.PHOTO, ("png",)),
    "image/webp": Type(Evidence.PHOTO, ("webp",)),
    "audio/mpeg": Type(Evidence.AUDIO, ("mp3",), sharing.mpeg_copy),
    "audio/x-wav": Type(Evidence.AUDIO, ("wav",), sharing.wave_copy),
    "audio/amr": Type(Evidence.AUDIO, ("amr",), sharing.plain_copy),
    "audio/aac": Type(Evidence.AUDIO, ("aac",), sharing.plain_copy),
    "audio/mp4": Type(Evidence.AUDIO, ("m4a", "mp4"), sharing.boxed_copy),
    "video/mp4": Type(Evidence.VIDEO, ("mp4", "m4v", "m4a", "3gp"), sharing.boxed_copy),
    "video/x-m4v": Type(Evidence.VIDEO, ("m4v", "mp4"), sharing.boxed_copy),
    "video/quicktime": Type(Evidence.VIDEO, ("mov", "qt"), sharing.boxed_copy),
    "video/3gpp": Type(Evidence.VIDEO, ("3gp",), sharing.boxed_copy),
    "application/pdf": Type(Evidence.DOCUMENT, ("pdf",), sharing.pdf_copy),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": Type(Evidence.DOCUMENT, ("docx",), sharing.word_copy),
    # No freely licensed library reads it: the original is kept, and nobody is shown a copy that might say where it was taken.
    "image/heic": Type(Evidence.DOCUMENT, ("heic", "heif")),
}
PROBLEM = "file"


@dataclass(frozen=True)
class _Kept:
    """A file that has been checked and put away: the hashes of the original, the copy that is shown and the small picture."""

    kind: str
    content_type: str
    size: int
    sha256: str
    shared_sha256: str = ""
    shared_type: str = ""
    thumbnail_sha256: str = ""


@transaction.atomic
def add_evidence(
    *, case: Case, title: str, filename: str, content: Upload, by: User, now: datetime,
    incident: Incident | None = None, party: Party | None = None, origin: str = "",
) -> Evidence:  # fmt: skip
    """Keep a file with a case. Raises `InvalidAnswers` for one that is too large, empty or not what it claims."""
    case = access.work_on(by, case)
    _check_links(case, incident, party)
    kept = _keep(case, title, filename, content, origin, by, now)
    Evidence.objects.filter(pk=kept.pk).update(incident=incident, party=party, placed_at=now, placed_by=by)
    record("add_evidence", "Added evidence", landlord=case.landlord, by=by, at=now, case_id=case.pk, evidence=kept.pk)
    return kept


@transaction.atomic
def take_evidence(*, title: str, filename: str, content: Upload, origin: str, by: User, now: datetime) -> Evidence:
    """Keep a file that belongs to no case yet. It waits for somebody who triages to place it."""
    access.need(by, powers.TAKE_REPORTS, powers.TRIAGE, powers.WORK)
    if not plain(origin):
        raise InvalidAnswers({"origin": "Say where it came from, like “e-mailed by Ms Webb, 3 Elm Close”"})
    kept = _keep(None, title, filename, content, origin, by, now)
    record("take_evidence", "Took evidence that belongs to no case yet", landlord=by.landlord, by=by, at=now, evidence=kept.pk)
    return kept


@transaction.atomic
def place_evidence(*, evidence: Evidence, case: Case, by: User, now: datetime) -> Evidence:
    """Put evidence that came in by itself with the case it belongs to."""
    access.need(by, powers.TRIAGE)
    held = Evidence.objects.select_for_update().filter(pk=evidence.pk, landlord=by.landlord_id).first()
    if held is None or case.landlord_id != by.landlord_id:
        raise NotFound
    if held.case_id is not None:
        raise AlreadyDone("This evidence already belongs to a case, so nothing was changed.")
    held.case, held.placed_at, held.placed_by = case, now, by
    held.save(update_fields=["case", "placed_at", "placed_by"])
    record("place_evidence", "Placed evidence that had come in", landlord=by.landlord, by=by, at=now, case_id=case.pk, evidence=held.pk)
    return held


@transaction.atomic
def describe_evidence(
    *, evidence: Evidence, title: str, incident: Incident | None, party: Party | None, by: User, now: datetime
) -> Evidence:
    """Say better what it shows, and link it to an incident or a person. What it said before stays in the history."""
    held = evidence_by_id(by, evidence.pk)
    if held.case is None:
        raise NotFound
    _check_links(held.case, incident, party)
    before = held.title
    held.title, held.incident, held.party = _titled(title), incident, party
    held.save(update_fields=["title", "incident", "party"])
    said = {"evidence": held.pk, "before": before, "after": held.title}
    record("describe_evidence", "Changed what is said of evidence", landlord=by.landlord, by=by, at=now, case_id=held.case_id, **said)
    return held


@transaction.atomic
def open_original(*, evidence: Evidence, reason: str, by: User, now: datetime) -> Path:
    """The file as it was given to us, for those who may have it. That they had it, and why, is kept for good."""
    held = evidence_by_id(by, evidence.pk)
    if not by.can(powers.ORIGINALS):
        raise NotAllowed("Your role does not open originals. Ask your team leader, who can.")
    if not plain(reason):
        raise InvalidAnswers({"reason": "Say why you need the original"})
    said = {"evidence": held.pk, "sha256": held.sha256, "reason": plain(reason)[:300]}
    record("open_original", "Opened the original of evidence", landlord=by.landlord, by=by, at=now, case_id=held.case_id, **said)
    return store.path_of(held.sha256)


def evidence_by_id(user: User, evidence_id: int) -> Evidence:
    """Evidence of a case this person may see, or that waits to be placed by them. Raises `NotFound`."""
    found = Evidence.objects.select_related("case__landlord", "incident", "party__person", "by", "placed_by").filter(pk=evidence_id).first()
    if found is None or found.landlord_id != user.landlord_id:
        raise NotFound
    if found.case_id is None:
        seen = user.can(powers.TRIAGE) or (user.is_active and found.by_id == user.pk)
    else:
        seen = access.sees(user, pk=found.case_id)
    if not seen:
        raise NotFound
    return found


def unplaced_evidence(user: User) -> QuerySet[Evidence]:
    """Evidence that waits for somebody to decide where it belongs, oldest first: all of it for triage, else one's own."""
    access.need(user, powers.TRIAGE, powers.TAKE_REPORTS, powers.WORK)
    waiting = Evidence.objects.filter(landlord=user.landlord_id, case=None).select_related("by").order_by("at", "pk")
    return waiting if user.can(powers.TRIAGE) else waiting.filter(by=user)


def _check_links(case: Case, incident: Incident | None, party: Party | None) -> None:
    if any(linked is not None and linked.case_id != case.pk for linked in (incident, party)):
        raise NotFound


def _titled(title: str) -> str:
    if not plain(title):
        raise InvalidAnswers({"title": "Say what this shows"})
    return plain(title)[:200]


def _keep(case: Case | None, title: str, filename: str, content: Upload, origin: str, by: User, now: datetime) -> Evidence:
    """Put the file away and write its row."""
    title, kept = _titled(title), _put_away(content, filename)
    return Evidence.objects.create(
        landlord_id=by.landlord_id, case=case, title=title, origin=plain(origin)[:200], filename=plain(Path(filename).name)[:200],
        by=by, at=now, **vars(kept),
    )  # fmt: skip


def _put_away(content: Upload, filename: str) -> _Kept:
    with store.workplace() as part, store.workplace() as shown, store.workplace() as small:
        size = _receive(content, part)
        kept = _shared(part, shown, small, _checked_type(part, filename), Path(filename).suffix)
        return replace(kept, size=size, sha256=store.keep(part))


def _receive(content: Upload, part: Path) -> int:
    try:
        size = store.receive(content, part, most=settings.UPLOAD_MAX)
    except store.TooLarge:
        raise InvalidAnswers({PROBLEM: f"The file must be smaller than {settings.UPLOAD_MAX // 2**20} MB"}) from None
    if not size:
        raise InvalidAnswers({PROBLEM: "Choose a file; this one is empty"})
    return size


def _checked_type(part: Path, filename: str) -> str:
    with part.open("rb") as file:
        found = filetype.guess_mime(file.read(8_192))
    if found not in TYPES:
        raise InvalidAnswers({PROBLEM: "The file must be a photo, a recording, a video, a PDF or a Word document"})
    if Path(filename).suffix.lower().lstrip(".") not in TYPES[found].endings:
        raise InvalidAnswers({PROBLEM: "The file is not what its name says. Save it again in its own format"})
    return str(found)


def _shared(part: Path, shown: Path, small: Path, found: str, ending: str) -> _Kept:
    """Make the copies of a file and put them away."""
    kind = Evidence.AUDIO if found == "video/mp4" and ending.lower() == ".m4a" else TYPES[found].kind
    kept = _Kept(kind, found, 0, "")
    copy = TYPES[found].copy
    try:
        if kind == Evidence.PHOTO:
            drawn = sharing.picture_copies(part, shown, small, content_type=found)
            return replace(kept, shared_sha256=store.keep(shown), shared_type=drawn, thumbnail_sha256=store.keep(small))
        if copy is not None:
            copy(part, shown)
            return replace(kept, shared_sha256=store.keep(shown), shared_type=found)
    except sharing.TooManyPixels:
        raise InvalidAnswers({PROBLEM: "The picture has too many pixels. Save a smaller copy"}) from None
    except sharing.Unreadable:
        raise InvalidAnswers({PROBLEM: "The file is damaged. Take or save it again"}) from None
    return kept
