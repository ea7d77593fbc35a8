"""Evidence: kept as it came, shown without its maker, and placed by those who triage when it belongs to no case yet."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from backend.accounts.models import Landlord, User
from backend.audit.models import Entry
from backend.casework import evidence, store
from backend.casework.models import Evidence
from backend.errors import AlreadyDone, InvalidAnswers, NotAllowed, NotFound
from tests.workflow.test_runner import open_case

Who = Callable[[str], User]


@pytest.fixture(autouse=True)
def _own_folder(settings: object, tmp_path: Path) -> Iterator[None]:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]
    yield
    assert list(tmp_path.glob("evidence/*.part")) == [], "what was being made is gone"


def photo() -> bytes:
    """A picture that says with what it was taken."""
    exif, held = Image.Exif(), BytesIO()
    exif[0x010F] = "Canary Cameras"
    Image.new("RGB", (40, 20), "teal").save(held, "JPEG", exif=exif)
    return held.getvalue()


def test_the_original_is_kept_with_its_hash_and_a_copy_without_its_maker_is_shown(landlord: Landlord, user: Who, now: datetime) -> None:
    case = open_case(landlord, user, now)
    kept = evidence.add_evidence(case=case, title="The door", filename="a.jpg", content=BytesIO(photo()), by=user("officer"), now=now)
    assert kept.kind == Evidence.PHOTO and kept.sha256 == hashlib.sha256(photo()).hexdigest()
    assert store.path_of(kept.sha256).read_bytes() == photo()
    for digest in (kept.shared_sha256, kept.thumbnail_sha256):
        assert b"Canary" not in store.path_of(digest).read_bytes()


def test_a_picture_that_no_copy_can_be_made_of_has_its_original_only(landlord: Landlord, user: Who, now: datetime) -> None:
    case = open_case(landlord, user, now)
    heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 64
    kept = evidence.add_evidence(case=case, title="x", filename="a.heic", content=BytesIO(heic), by=user("officer"), now=now)
    assert (kept.kind, kept.shared_sha256, kept.thumbnail_sha256) == (Evidence.DOCUMENT, "", "")


def test_only_those_with_the_power_open_the_original_and_that_they_did_is_kept(landlord: Landlord, user: Who, now: datetime) -> None:
    case = open_case(landlord, user, now)
    kept = evidence.add_evidence(case=case, title="x", filename="a.jpg", content=BytesIO(photo()), by=user("officer"), now=now)
    with pytest.raises(NotAllowed):
        evidence.open_original(evidence=kept, reason="To look", by=user("officer"), now=now)
    with pytest.raises(InvalidAnswers):
        evidence.open_original(evidence=kept, reason=" \u200b", by=user("leader"), now=now)
    assert evidence.open_original(evidence=kept, reason="For court", by=user("leader"), now=now).read_bytes() == photo()
    entry = Entry.objects.get(verb="open_original")
    assert (entry.by, entry.case_id, entry.details["reason"]) == (user("leader"), case.pk, "For court")


def test_evidence_of_no_case_waits_for_triage_and_is_placed_once(landlord: Landlord, user: Who, now: datetime) -> None:
    case = open_case(landlord, user, now)
    with pytest.raises(InvalidAnswers):
        evidence.take_evidence(title="x", filename="a.jpg", content=BytesIO(photo()), origin="", by=user("calls"), now=now)
    kept = evidence.take_evidence(title="x", filename="a.jpg", content=BytesIO(photo()), origin="By post", by=user("compliance"), now=now)
    assert list(evidence.unplaced_evidence(user("calls"))) == [kept] and case.evidence.count() == 0
    with pytest.raises(NotAllowed):
        evidence.place_evidence(evidence=kept, case=case, by=user("admin"), now=now)
    evidence.place_evidence(evidence=kept, case=case, by=user("calls"), now=now)
    assert case.evidence.get().placed_by == user("calls") and not evidence.unplaced_evidence(user("calls")).exists()
    assert Entry.objects.filter(case_id=case.pk, verb="place_evidence").exists()
    with pytest.raises(AlreadyDone):
        evidence.place_evidence(evidence=kept, case=case, by=user("calls"), now=now)


def test_evidence_of_anothers_case_does_not_exist(landlord: Landlord, user: Who, now: datetime) -> None:
    case, other = open_case(landlord, user, now), open_case(landlord, user, now)
    kept = evidence.add_evidence(case=case, title="x", filename="a.jpg", content=BytesIO(photo()), by=user("officer"), now=now)
    with pytest.raises(NotFound):
        evidence.evidence_by_id(user("officer2"), kept.pk)
    with pytest.raises(NotFound):
        evidence.describe_evidence(evidence=kept, title="x", incident=other.incidents.get(), party=None, by=user("officer"), now=now)


def test_what_is_said_of_evidence_changes_in_the_open(landlord: Landlord, user: Who, now: datetime) -> None:
    case = open_case(landlord, user, now)
    kept = evidence.add_evidence(case=case, title="A door", filename="a.jpg", content=BytesIO(photo()), by=user("officer"), now=now)
    about = {"incident": case.incidents.get(), "party": case.parties.get()}
    evidence.describe_evidence(evidence=kept, title="The front door", by=user("officer"), now=now, **about)  # type: ignore[arg-type]
    kept.refresh_from_db()
    assert (kept.title, kept.incident, kept.party) == ("The front door", case.incidents.get(), case.parties.get())
    details = Entry.objects.get(verb="describe_evidence").details
    assert (details["before"], details["after"]) == ("A door", "The front door")
