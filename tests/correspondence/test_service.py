"""A letter served by hand counts from the day that the law says, and a court can be shown how; one that came back was not served."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from io import BytesIO

import pytest
from PIL import Image

import letters
from backend.accounts.models import Landlord, User
from backend.audit.models import Entry
from backend.casework import evidence
from backend.casework.models import Case, Party
from backend.correspondence import jobs, sending
from backend.correspondence.models import Letter, Service
from backend.correspondence.sending import service
from backend.correspondence.sending.certificates import Given
from backend.errors import AlreadyDone, InvalidAnswers, NotFound, Refused
from backend.rules.working_time import LONDON
from tests.casework.test_safe_contact import keep_safe, respondent, warn
from tests.web.test_case_page import in_toolbox

Who = Callable[[str], User]


@pytest.fixture
def case(landlord: Landlord, user: Who, now: datetime) -> Case:
    return in_toolbox(landlord, user, now)


@pytest.fixture
def warning(case: Case, user: Who, now: datetime) -> Letter:
    """A warning to somebody complained about, made a day before it is served."""
    officer = user("officer")
    letter = warn(case, respondent(case, officer, now), officer, now)
    jobs.draw_waiting()
    Letter.objects.update(rendered_at=now - timedelta(days=1))
    return Letter.objects.get(pk=letter.pk)


def given(at: datetime, **said: object) -> Given:
    usual = Given(
        how="hand", at=at, place="4 Mill Lane, Wisbech", server="Hannah Reed", details="Into Barry Cole’s hand", witness="Tom Achebe"
    )
    return replace(usual, **said)  # type: ignore[arg-type]


def as_notice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The warning, were it a notice: the kinds of notices need a tenancy and its dates."""
    kind = replace(letters.kind("warning"), notice=("secure_other",))

    def kind_of(case: Case, code: str) -> letters.Kind:
        return kind if code == "warning" else letters.kind(code)

    for module in ("sending", "sending.certificates", "sending.service"):
        monkeypatch.setattr(f"backend.correspondence.{module}.kind_of", kind_of)


def test_a_letter_handed_over_is_served_and_its_certificate_is_made(warning: Letter, user: Who, now: datetime) -> None:
    officer, picture = user("officer"), BytesIO()
    Image.new("RGB", (4, 4)).save(picture, "PNG")
    picture.seek(0)
    photo = evidence.add_evidence(case=warning.case, title="His door", filename="door.png", content=picture, by=officer, now=now)
    kept = service.serve(letter_id=warning.pk, given=given(now, photo=photo), by=officer, now=now)
    warning.refresh_from_db()
    assert (warning.status, warning.sent_how, kept.deemed) == (Letter.SERVED, Letter.HAND, date(2026, 11, 20))
    assert warning.sent_sha256 == warning.renditions.get(name="print").sha256
    certificate = kept.certificate
    assert certificate is not None and certificate.to == "the court" and certificate.case == warning.case
    said = certificate.data
    assert said["server"] == "Hannah Reed" and said["witness"] == "Tom Achebe" and "His door" in said["photo"]
    assert said["deemed_on"] == "2026-11-20" and said["papers_hash"] == warning.sent_sha256 and "same day" in said["deemed_how"]
    jobs.draw_waiting()
    certificate.refresh_from_db()
    assert certificate.status == Letter.RENDERED


@pytest.mark.parametrize(
    ("at", "also", "deemed"),
    [
        (datetime(2026, 11, 20, 16, 30, tzinfo=LONDON), "", date(2026, 11, 20)),
        (datetime(2026, 11, 20, 16, 31, tzinfo=LONDON), "", date(2026, 11, 23)),
        (datetime(2026, 11, 21, 10, tzinfo=LONDON), "", date(2026, 11, 23)),
        (datetime(2026, 11, 20, 10, tzinfo=LONDON), "first_class", date(2026, 11, 24)),
        (datetime(2026, 12, 24, 17, tzinfo=LONDON), "", date(2026, 12, 29)),
    ],
)
def test_it_counts_from_the_day_that_the_law_says(at: datetime, also: str, deemed: date, warning: Letter, user: Who) -> None:
    Letter.objects.update(rendered_at=at - timedelta(days=1))
    kept = service.serve(letter_id=warning.pk, given=given(at, how="left", also=also), by=user("officer"), now=at)
    assert kept.deemed == deemed and kept.certificate is not None and kept.certificate.data["deemed_on"] == deemed.isoformat()


def test_what_a_court_would_ask_is_asked_and_a_time_that_cannot_be_is_refused(warning: Letter, user: Who, now: datetime) -> None:
    officer = user("officer")
    with pytest.raises(InvalidAnswers) as caught:
        service.serve(letter_id=warning.pk, given=given(now, how="", place=" ", server="", details="", also="pigeon"), by=officer, now=now)
    assert set(caught.value.problems) == {"how", "place", "server", "details", "also"}
    for at, why in ((now + timedelta(hours=1), "not come yet"), (now - timedelta(days=2), "not made yet")):
        with pytest.raises(InvalidAnswers) as caught:
            service.serve(letter_id=warning.pk, given=given(at), by=officer, now=now)
        assert why in caught.value.problems["at"]
    assert not Service.objects.exists() and Letter.objects.get(pk=warning.pk).status == Letter.RENDERED


def test_a_letter_is_served_once_and_only_by_those_who_see_the_case(warning: Letter, user: Who, now: datetime) -> None:
    with pytest.raises(NotFound):
        service.serve(letter_id=warning.pk, given=given(now), by=user("officer2"), now=now)
    service.serve(letter_id=warning.pk, given=given(now), by=user("officer"), now=now)
    with pytest.raises(AlreadyDone):
        service.serve(letter_id=warning.pk, given=given(now), by=user("officer"), now=now)
    with pytest.raises(AlreadyDone):
        sending.mark_sent(letter_id=warning.pk, how="post", by=user("officer"), now=now)
    assert Letter.objects.filter(kind="certificate-of-service").count() == 1


def test_nothing_is_left_at_a_home_that_must_not_be_written_to(warning: Letter, user: Who, now: datetime) -> None:
    assert warning.party is not None and warning.party.person is not None
    keep_safe(warning.party.person, user("officer"), now)
    with pytest.raises(Refused, match="Nothing may be left"):
        service.serve(letter_id=warning.pk, given=given(now, how="left"), by=user("officer"), now=now)
    service.serve(letter_id=warning.pk, given=given(now), by=user("officer"), now=now)


def test_a_letter_to_a_reporter_has_no_certificate_that_would_name_them_to_a_court(case: Case, user: Who, now: datetime) -> None:
    jobs.draw_waiting()
    letter = Letter.objects.get(party__role=Party.REPORTER, kind="acknowledgement")
    Letter.objects.update(rendered_at=now)
    assert service.serve(letter_id=letter.pk, given=given(now), by=user("officer"), now=now).certificate is None


def test_a_posted_notice_says_first_or_second_class_and_counts_from_the_day_of_the_post(
    warning: Letter, user: Who, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_notice(monkeypatch)
    officer = user("officer")
    with pytest.raises(Refused, match="who served it"):
        sending.mark_sent(letter_id=warning.pk, how="hand", by=officer, now=now)
    with pytest.raises(InvalidAnswers):
        sending.mark_sent(letter_id=warning.pk, how="post", by=officer, now=now)
    sending.mark_sent(letter_id=warning.pk, how="post", post_class="second_class", by=officer, now=now)
    kept = Service.objects.get()
    assert (kept.how, kept.deemed, kept.server) == ("second_class", date(2026, 11, 26), officer.name) and kept.certificate is not None


def test_a_notice_that_came_back_was_not_served_and_the_officer_is_told_what_to_do(
    warning: Letter, user: Who, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_notice(monkeypatch)
    officer = user("officer")
    sending.mark_sent(letter_id=warning.pk, how="post", post_class="first_class", by=officer, now=now)
    with pytest.raises(InvalidAnswers):
        service.came_back(letter_id=warning.pk, why=" ", by=officer, now=now)
    back = service.came_back(letter_id=warning.pk, why="Addressee gone away", by=officer, now=now)
    assert (
        back.status == Letter.RETURNED
        and "gone away" in back.problem
        and "was not served" in back.problem
        and "24 November" in back.problem
    )
    assert Entry.objects.filter(verb="return_letter", case_id=warning.case_id).exists()
    with pytest.raises(AlreadyDone):
        service.came_back(letter_id=warning.pk, why="Again", by=officer, now=now)


def test_what_was_handed_over_cannot_come_back(warning: Letter, user: Who, now: datetime) -> None:
    service.serve(letter_id=warning.pk, given=given(now), by=user("officer"), now=now)
    with pytest.raises(AlreadyDone, match="cannot come back"):
        service.came_back(letter_id=warning.pk, why="Found on the stairs", by=user("officer"), now=now)
