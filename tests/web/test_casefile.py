"""The file of a case on its pages: what is where, what it weighs, and that neither grows with the case's age."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from backend.accounts.models import Landlord, User
from backend.audit.models import Entry
from backend.casework.models import Case, Evidence, Incident, Note, Record, Report
from backend.correspondence.models import Letter
from tests.web.test_bad_input import signed_in
from tests.web.test_case_page import in_toolbox

Who = Callable[[str], User]
MOST = 150_000


@pytest.fixture(autouse=True)
def _own_folder(settings: object, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]


def picture() -> bytes:
    held = BytesIO()
    Image.new("RGB", (40, 20), "teal").save(held, "JPEG")
    return held.getvalue()


def grown(case: Case, by: User, now: datetime, years: int) -> None:
    """Add what a busy case gathers in so many years, as rows."""
    words, answers = (
        "What was said, at some length. " * 30,
        [{"key": f"q{n}", "label": "A question?", "shown": "An answer. " * 9} for n in range(20)],
    )
    days = [now - timedelta(days=n, minutes=n) for n in range(40 * years)]
    Note.objects.bulk_create([Note(case=case, kind="note", text=words, happened_at=day, by=by, at=day) for day in days])
    sections = ("contact", "risk", "plan", "legal", "partners", "history")
    Record.objects.bulk_create(
        [
            Record(case=case, form="x", section=s, title=f"Record of {s}", answers=answers, score=9, by=by, at=day)
            for s in sections
            for day in days
        ]
    )
    Incident.objects.bulk_create([Incident(case=case, place="A stair", what=words, told_at=day, by=by) for day in days])
    Report.objects.bulk_create(
        [Report(landlord=case.landlord, case=case, channel="email", received_at=day, place="x", what=words) for day in days]
    )
    Evidence.objects.bulk_create(
        [
            Evidence(
                landlord=case.landlord, case=case, title="A door", content_type="image/png", size=1, thumbnail_sha256="x", by=by, at=day
            )
            for day in days
        ]
    )
    Entry.objects.bulk_create([Entry(landlord=case.landlord, case_id=case.pk, by=by, at=day, verb="x", sentence="Did it") for day in days])
    party = case.parties.first()
    Letter.objects.bulk_create(
        [Letter(case=case, party=party, key=uuid4().hex, kind="x", title="A letter", data={}, queued_at=day, status="sent") for day in days]
    )


def looked_at(client: object, *address: object) -> tuple[int, int]:
    """(queries, bytes) of a page."""
    with CaptureQueriesContext(connection) as seen:
        page = client.get(reverse(str(address[0]), args=address[1:]))  # type: ignore[attr-defined]
    assert page.status_code == 200
    return len(seen), len(page.content)


def test_no_page_of_a_case_grows_with_its_age(landlord: Landlord, user: Who, now: datetime) -> None:
    case = in_toolbox(landlord, user, now)
    client, parts = signed_in(user("officer")), ("reports", "contact", "risk", "plan", "evidence", "legal", "partners", "history")
    pages = [("case", case.reference), ("case-letters", case.reference), *(("case-part", case.reference, part) for part in parts)]
    grown(case, user("officer"), now, 1)
    client.get(reverse("case", args=[case.reference]))
    young = [looked_at(client, *page) for page in pages]
    grown(case, user("officer"), now, 9)
    old = [looked_at(client, *page) for page in pages]
    assert [queries for queries, _ in young] == [queries for queries, _ in old]
    assert max(size for _, size in old) < MOST, list(zip(pages, old, strict=True))
    assert all(after < before * 1.1 for (_, before), (_, after) in zip(young, old, strict=True))


def test_each_part_shows_its_records_and_the_rest_is_one_page_away(landlord: Landlord, user: Who, now: datetime) -> None:
    case = in_toolbox(landlord, user, now)
    client = signed_in(user("officer"))
    page = client.get(reverse("case", args=[case.reference])).content.decode()
    places = [
        page.index(f'<h2 class="govuk-heading-m" id="{key}"')
        for key in ("reports", "contact", "risk", "plan", "evidence", "letters", "legal", "partners", "history")
    ]
    assert places == sorted(places)
    plan = case.records.get(section="plan").answers[0]["shown"]
    for number, words in ((1, "First contact"), (2, "Risk assessment"), (3, plan)):
        assert words in page[places[number] : places[number + 1]]
    grown(case, user("officer"), now, 1)
    page = client.get(reverse("case", args=[case.reference])).content.decode()
    total = case.records.filter(section="contact").count() + case.notes.count()
    assert f"Show all {total}" in page
    whole = client.get(reverse("case-part", args=[case.reference, "contact"]), {"page": 2})
    assert f"{total} in all" in whole.content.decode() and "Page 2 of" in whole.content.decode()


def test_a_record_has_a_page_and_only_within_its_own_case(landlord: Landlord, user: Who, now: datetime) -> None:
    case, other = in_toolbox(landlord, user, now), in_toolbox(landlord, user, now)
    record = case.records.get(section="plan")
    client = signed_in(user("officer"))
    assert record.answers[0]["shown"] in client.get(reverse("case-record", args=[case.reference, record.pk])).content.decode()
    assert client.get(reverse("case-record", args=[other.reference, record.pk])).status_code == 404


def test_a_contact_is_written_down_and_corrected_on_the_pages(landlord: Landlord, user: Who, now: datetime) -> None:
    case = in_toolbox(landlord, user, now)
    client, address = signed_in(user("officer")), reverse("contact-new", args=[case.reference])
    typed = {
        "happened_at-day": "19", "happened_at-month": "11", "happened_at-year": "2020", "happened_at-time": "10:05", "way": "telephone",
        "direction": "out", "party": "0", "text": "They will come on Monday.", "minutes": "7",
    }  # fmt: skip
    refused = client.post(address, typed)
    assert refused.status_code == 422 and "They will come on Monday." in refused.content.decode() and "#whom" in refused.content.decode()
    assert client.post(address, {**typed, "whom": "PC Lowe"}).status_code == 302
    note = Note.objects.get()
    correct = reverse("note-correct", args=[case.reference, note.pk])
    assert 'value="PC Lowe"' in client.get(correct).content.decode()
    client.post(correct, {**typed, "whom": "PC Lowe", "text": "They will come on Tuesday.", "reason": "Wrong day"})
    page = client.get(reverse("case-part", args=[case.reference, "contact"])).content.decode()
    assert "They will come on Tuesday." in page and "They will come on Monday." in page and "Wrong day" in page


def test_an_incident_is_added_on_its_page(landlord: Landlord, user: Who, now: datetime) -> None:
    case = in_toolbox(landlord, user, now)
    client, address = signed_in(user("officer")), reverse("incident-new", args=[case.reference])
    assert f'value="{case.place}"' in client.get(address).content.decode()
    typed = {
        "what": "Eggs",
        "type": "VAN",
        "on-day": "1",
        "on-month": "11",
        "on-year": "2020",
        "place": "The stair",
        "party": str(case.parties.first().pk),
    }
    assert client.post(address, typed).status_code == 302
    page = client.get(reverse("case", args=[case.reference])).content.decode()
    assert "Eggs" in page and "Told by Carol Whitmore" in page and ">Vandalism" in page


def test_several_files_are_kept_at_once_and_a_bad_one_does_not_stop_the_good(landlord: Landlord, user: Who, now: datetime) -> None:
    case = in_toolbox(landlord, user, now)
    client = signed_in(user("officer"))
    files = [
        SimpleUploadedFile("a.jpg", picture()),
        SimpleUploadedFile("b.exe", b"MZ" + b"\0" * 99),
        SimpleUploadedFile("c.jpg", picture()),
    ]
    page = client.post(reverse("evidence-new", args=[case.reference]), {"title": "The door", "file": files})
    text = page.content.decode()
    assert (
        page.status_code == 422
        and "b.exe: The file must be" in text
        and "do not send them again: a.jpg, c.jpg" in text
        and 'value="The door"' in text
    )
    assert Evidence.objects.count() == 2


def test_a_player_gets_the_part_it_asks_for(landlord: Landlord, user: Who, now: datetime) -> None:
    case = in_toolbox(landlord, user, now)
    client = signed_in(user("officer"))
    sound = b"\xff\xfb\x90\x00" + bytes(range(256)) * 4
    client.post(reverse("evidence-new", args=[case.reference]), {"title": "Noise", "file": SimpleUploadedFile("a.mp3", sound)})
    kept = Evidence.objects.get()
    assert "<audio" in client.get(reverse("evidence", args=[kept.pk])).content.decode()
    address = reverse("evidence-shown", args=[kept.pk])

    def asked(header: str) -> tuple[int, bytes, str]:
        answer = client.get(address, headers={"range": header})
        return answer.status_code, b"".join(answer) if answer.streaming else answer.content, answer.headers.get("Content-Range", "")

    assert asked("bytes=4-7") == (206, b"\x00\x01\x02\x03", f"bytes 4-7/{len(sound)}")
    assert asked("bytes=-2") == (206, sound[-2:], f"bytes {len(sound) - 2}-{len(sound) - 1}/{len(sound)}")
    assert asked(f"bytes={len(sound)}-")[0] == 416 and asked("bytes=-0")[0] == 416 and asked("bytes=9-2")[0] == 416
    assert asked("lines=1-2")[:2] == (200, sound) and asked("")[:2] == (200, sound)


def test_a_document_is_saved_and_never_shown(landlord: Landlord, user: Who, now: datetime) -> None:
    import pikepdf

    held = BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(held)
    case = in_toolbox(landlord, user, now)
    client = signed_in(user("leader"))
    client.post(
        reverse("evidence-new", args=[case.reference]), {"title": "A statement", "file": SimpleUploadedFile("a.pdf", held.getvalue())}
    )
    kept = Evidence.objects.get()
    assert client.get(reverse("evidence-shown", args=[kept.pk])).headers["Content-Disposition"].startswith("attachment")
    original = client.post(reverse("evidence-original", args=[kept.pk]), {"reason": "For court"})
    assert b"".join(original) == held.getvalue() and original.headers["Content-Disposition"].startswith("attachment")
    assert client.post(reverse("evidence-original", args=[kept.pk]), {"reason": ""}).status_code == 422


def test_evidence_of_no_case_is_placed_from_its_queue(landlord: Landlord, user: Who, now: datetime) -> None:
    case = in_toolbox(landlord, user, now)
    client = signed_in(user("calls"))
    typed = {"title": "Banging", "origin": "E-mailed by Ms Webb", "file": SimpleUploadedFile("a.jpg", picture())}
    assert client.post(reverse("evidence-take"), typed).status_code == 302
    kept = Evidence.objects.get()
    assert "Banging" in client.get(reverse("evidence-inbox")).content.decode()
    assert "1 piece of evidence belongs to no case yet" in client.get(reverse("reports")).content.decode()
    place = reverse("evidence-place", args=[kept.pk])
    wrong = client.post(place, {"case": "ASB-99999"})
    assert wrong.status_code == 422 and "There is no case" in wrong.content.decode()
    assert client.post(place, {"case": case.reference.lower()}).status_code == 302
    assert case.evidence.get() == kept and "Nothing waits" in client.get(reverse("evidence-inbox")).content.decode()


def test_a_called_diagram_leads_back_to_the_one_that_calls_it(landlord: Landlord, user: Who, now: datetime) -> None:
    case = in_toolbox(landlord, user, now)
    page = signed_in(user("officer")).get(reverse("case-diagram", args=[case.reference, "Triage"])).content.decode()
    assert f'Up to: <a class="govuk-link" href="{reverse("case-diagram", args=[case.reference, "Lifecycle"])}"' in page
