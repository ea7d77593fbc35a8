"""Bad input gets one clear sentence and changes nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from uuid import uuid4

import pytest
from django.core.cache import caches
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from backend.accounts.invitations import invite
from backend.accounts.models import Landlord, User
from backend.casework import commands, surveys
from backend.casework.models import Evidence, Record, Report, Survey
from backend.web.logs import WithoutTokens
from backend.workflow.models import Task
from tests.answers import fill
from tests.workflow.test_runner import close, open_case

Who = Callable[[str], User]


@pytest.fixture(autouse=True)
def _own_counters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counters of tries and reports begin at nothing in every test, beside tests that run at the same time."""
    monkeypatch.setattr(caches["default"], "key_prefix", uuid4().hex)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_missing_answers_come_back_with_a_summary_and_what_was_typed(landlord: Landlord, user: Who, now: datetime) -> None:
    case = open_case(landlord, user, now)
    task = Task.objects.get(instance=case.instance)
    response = signed_in(user("calls")).post(reverse("task", args=[task.pk]), {"is_asb": "yes", "harm": "violence"})
    page = response.content.decode()
    assert response.status_code == 422
    assert "There is a problem" in page and 'href="#category-1"' in page and "<title>Error:" in page
    assert 'value="violence" checked' in page
    assert not Record.objects.exists()


def test_an_incomplete_address_is_one_sentence_and_the_answers_stay(landlord: Landlord, user: Who, now: datetime) -> None:
    case = open_case(landlord, user, now, postcode="")
    task = Task.objects.get(instance=case.instance)
    answers = fill(commands.form_of(task), {"category": "NOI"})
    response = signed_in(user("calls")).post(reverse("task", args=[task.pk]), answers)
    assert response.status_code == 422 and "postcode" in response.content.decode() and 'value="NOI" checked' in response.content.decode()


def test_a_task_done_twice_in_the_browser_says_so(landlord: Landlord, user: Who, now: datetime) -> None:
    case = open_case(landlord, user, now)
    task = Task.objects.get(instance=case.instance)
    url, answers = reverse("task", args=[task.pk]), fill(commands.form_of(task), {})
    client = signed_in(user("calls"))
    assert client.post(url, answers).status_code == 302
    page = client.post(url, answers, follow=True).content.decode()
    assert "has already been done, so nothing was changed" in page and Record.objects.count() == 1


def picture(kind: str = "PNG") -> bytes:
    out = BytesIO()
    Image.new("RGB", (8, 8)).save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("door.jpg", picture("PNG"), "not what its name says"),
        ("page.png", b"<html><script>alert(1)</script></html>", "must be a photo"),
        ("virus.exe", b"MZ" + b"\0" * 200, "must be a photo"),
        ("empty.png", b"", "empty"),
        ("cut.png", picture()[:40], "damaged"),
        ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "must be a photo"),
    ],
)
def test_an_upload_of_another_kind_than_it_claims_is_refused(
    name: str, content: bytes, words: str, landlord: Landlord, user: Who, now: datetime
) -> None:
    case = open_case(landlord, user, now)
    data = {"title": "The door", "file": SimpleUploadedFile(name, content)}
    response = signed_in(user("leader")).post(reverse("evidence-new", args=[case.reference]), data)
    assert response.status_code == 422 and words in response.content.decode() and "The door" in response.content.decode()
    assert not Evidence.objects.exists()


def test_an_upload_that_is_too_large_is_refused(landlord: Landlord, user: Who, now: datetime, settings: object) -> None:
    settings.UPLOAD_MAX = 100  # type: ignore[attr-defined]
    case = open_case(landlord, user, now)
    data = {"title": "x", "file": SimpleUploadedFile("a.png", picture() + b"\0" * 200)}
    response = signed_in(user("leader")).post(reverse("evidence-new", args=[case.reference]), data)
    assert response.status_code == 422 and "smaller than" in response.content.decode() and not Evidence.objects.exists()


def test_a_good_upload_is_kept_with_its_hash(landlord: Landlord, user: Who, now: datetime) -> None:
    case = open_case(landlord, user, now)
    response = signed_in(user("leader")).post(
        reverse("evidence-new", args=[case.reference]), {"title": "The door", "file": SimpleUploadedFile("a.png", picture())}
    )
    kept = Evidence.objects.get()
    assert response.status_code == 302 and (kept.content_type, len(kept.sha256)) == ("image/png", 64)


REPORT = {"what": "Shouting", "place": "3 Elm Close", "place_postcode": "PE15 8AF"}


def test_the_public_form_takes_a_report_without_a_name(landlord: Landlord) -> None:
    response = Client().post(reverse("report-public", args=["fenbridge"]), REPORT)
    report = Report.objects.get()
    assert response.status_code == 302 and (report.channel, report.taken_by, report.name) == ("online", None, "")


def test_a_robot_that_fills_in_the_hidden_box_leaves_nothing(landlord: Landlord) -> None:
    response = Client().post(reverse("report-public", args=["fenbridge"]), {**REPORT, "website": "http://spam.example"})
    assert response.status_code == 422 and "robot" in response.content.decode() and not Report.objects.exists()


def test_many_reports_from_one_address_are_asked_to_call(landlord: Landlord) -> None:
    statuses = [Client().post(reverse("report-public", args=["fenbridge"]), REPORT).status_code for _ in range(12)]
    assert statuses == [302] * 10 + [422] * 2 and Report.objects.count() == 10
    assert Client(REMOTE_ADDR="198.51.100.7").post(reverse("report-public", args=["fenbridge"]), REPORT).status_code == 302


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"what": ""}, "What has happened?"),
        ({"place_postcode": "NOT A PLACE"}, "full UK postcode"),
        ({"what": "x" * 10_001}, "Shorten"),
        ({"name": "a\x01b"}, "cannot be printed"),
        ({"confidential": "perhaps"}, "Choose one of the answers"),
    ],
)
def test_a_public_report_with_a_mistake_comes_back_with_what_was_typed(change: dict[str, str], words: str, landlord: Landlord) -> None:
    response = Client().post(reverse("report-public", args=["fenbridge"]), {**REPORT, **change})
    page = response.content.decode()
    assert response.status_code == 422 and words in page and "3 Elm Close" in page and not Report.objects.exists()


def test_opening_a_survey_link_changes_nothing_and_answering_works_once(landlord: Landlord, user: Who, now: datetime) -> None:
    case = open_case(landlord, user, timezone.now())
    close(case, user, timezone.now())
    token = surveys.mint(Survey.objects.get())
    url = reverse("survey", args=[token])
    assert Client().get(url).status_code == 200 and Client().get(url).status_code == 200
    assert Client().get(url).headers["Referrer-Policy"] == "same-origin" and "Carol" not in Client().get(url).content.decode()
    assert Client().post(url, {"service": "very"}).status_code == 302
    again = Client().post(url, {"service": "very_not"})
    assert again.status_code == 410 and "already been used" in again.content.decode()
    assert Survey.objects.get().answers[0]["value"] == "very"


def test_markup_that_somebody_typed_is_shown_as_text(landlord: Landlord, user: Who, now: datetime) -> None:
    case = open_case(landlord, user, now, what="<script>alert(1)</script>", place="<img src=x onerror=alert(1)>")
    page = signed_in(user("leader")).get(reverse("case", args=[case.reference])).content.decode()
    assert "<script>alert" not in page and "<img src=x" not in page and "&lt;script&gt;" in page


def test_too_many_wrong_passwords_are_stopped(landlord: Landlord) -> None:
    statuses = [Client().post(reverse("sign-in"), {"email": "leader@fenbridge.example", "password": "wrong"}) for _ in range(11)]
    assert "Too many tries" in statuses[-1].content.decode()


def test_a_draft_of_answers_is_still_there_after_coming_back(landlord: Landlord, user: Who, now: datetime) -> None:
    case = open_case(landlord, user, now)
    task = Task.objects.get(instance=case.instance)
    client = signed_in(user("calls"))
    client.post(reverse("task-draft", args=[task.pk]), {"is_asb": "yes", "harm": "fear"})
    assert 'value="fear" checked' in client.get(reverse("task", args=[task.pk])).content.decode()


@pytest.mark.parametrize("where", ["sign-in", "demo-sign-in"])
def test_a_nul_in_what_is_sent_is_refused_before_anything_reads_it(where: str, landlord: Landlord) -> None:
    assert Client().post(reverse(where), {"email": "a\0b", "user": "a\0b"}).status_code == 400
    assert Client().get(reverse("sign-in"), {"next": "\0"}).status_code == 400


def test_a_body_that_no_page_needs_is_refused_before_it_is_read(landlord: Landlord) -> None:
    response = Client().post(reverse("report-public", args=["fenbridge"]), {"what": "x" * 4_000_000})
    assert response.status_code == 413 and "too large" in response.content.decode()


def test_a_password_link_works_once(landlord: Landlord, user: Who) -> None:
    officer = user("officer")
    url, good = reverse("set-password", args=invite(officer)), "three plain words together"
    assert Client().get(url).status_code == 200
    assert Client().post(url, {"password": "short", "again": "short"}).status_code == 422
    assert Client().post(url, {"password": good, "again": good + "x"}).status_code == 422
    assert Client().post(url, {"password": good, "again": good}).status_code == 302
    assert Client().post(url, {"password": good, "again": good}).status_code == 410
    signed = Client().post(reverse("sign-in"), {"email": officer.email, "password": good})
    assert signed.status_code == 302 and signed.headers["Location"] == reverse("tasks")


def test_people_with_the_same_name_stay_two_people(landlord: Landlord, user: Who, now: datetime) -> None:
    first, second = (open_case(landlord, user, now, name="John Smith", address=(), postcode="") for _ in range(2))
    assert first.parties.get().person != second.parties.get().person


def test_logs_hold_no_survey_token(caplog: pytest.LogCaptureFixture) -> None:
    record = logging.LogRecord("django.request", logging.WARNING, "x", 1, "Unprocessable Entity: %s", ("/survey/abcdefghij",), None)
    WithoutTokens().filter(record)
    assert record.getMessage() == "Unprocessable Entity: /survey/…"


def test_a_line_of_an_address_that_no_letter_prints_is_said_and_what_was_typed_stays(landlord: Landlord, user: Who, now: datetime) -> None:
    told = {**REPORT, "name": "Ann Ash", "address": "Flat 2\n" + "x" * 101}
    response = Client().post(reverse("report-public", args=["fenbridge"]), told)
    assert (
        response.status_code == 422 and "each line of the address" in response.content.decode() and "x" * 101 in response.content.decode()
    )
    case = open_case(landlord, user, now)
    url = reverse("party", args=[case.reference, case.parties.get().pk])
    for wrong, words in (
        ({"address": "x" * 101}, "each line"),
        ({"phone": "0" * 41}, "40 characters"),
        ({"name": "x" * 201}, "200 characters"),
    ):
        response = signed_in(user("officer")).post(url, {"name": "Carol Whitmore", **wrong})
        assert response.status_code == 422 and words in response.content.decode()
