"""What a letter must never do, whoever asks: reach a home that is not safe or not theirs any more, be cleared by its own writer,
carry what was told in confidence, or go twice."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from backend.accounts.models import Landlord, User
from backend.casework import commands as casework
from backend.casework.models import Case, Party, Person, Record, SafeContact
from backend.correspondence import commands as letters
from backend.correspondence import jobs, sending, writing
from backend.correspondence.commands import queue_letter
from backend.correspondence.models import Letter, Message, PrintRun
from backend.correspondence.sending import runs, service
from backend.correspondence.sending.certificates import Given
from backend.errors import NotAllowed, Refused
from tests.correspondence.test_letters import about_to_warn
from tests.correspondence.test_life import QUIET, asked
from tests.correspondence.test_notices import COUNCIL, INTRODUCTORY, MORNING, REASONS, case, landlord_is, lives, tenant, to, told
from tests.correspondence.test_notify import council
from tests.correspondence.test_printing import copies, letter, lines

__all__ = ["case", "council", "landlord_is", "letter", "tenant"]
Who = Callable[[str], User]
FITTING = {"line": "x", "paragraphs": "x", "date": "2026-12-01", "moment": "2026-12-01T10:00:00+00:00"}


def filled(sheet: writing.Sheet, **said: object) -> dict[str, list[str]]:
    """Every box of a letter filled with something, and these as they are said."""
    answers = {q.key: FITTING.get(q.type) or [{c.key: FITTING[c.type] for c in q.columns}] for q in sheet.form.questions}
    return writing.boxes(sheet.form, {**answers, **said})


def written(case: Case, code: str, party: Party | None, by: User, now: datetime, **said: object) -> Letter:
    """A letter that somebody wrote by hand and finished."""
    sheet = writing.sheet(case, code, party, by=by, now=now)
    made = writing.draft(case=case, code=code, party=party, data=filled(sheet, **said), press=uuid4(), by=by, now=now)
    return letters.finish(letter_id=made.pk, seen=letters.words_of(made), by=by, now=now)


def test_a_joint_tenant_who_is_protected_gets_no_copy_by_post_and_nobody_reads_where_they_are(
    case: Case, tenant: Party, landlord: Landlord, landlord_is: Callable[..., None], user: Who
) -> None:
    landlord_is(**COUNCIL)
    lives(landlord, tenant, "Ada Stock")
    ada = Person.objects.get(name="Ada Stock")
    ada.address, ada.postcode = ["Refuge 1", "LEEDS"], "LS1 4AP"
    ada.save()
    SafeContact.objects.create(person=ada, never_post=True, set_at=MORNING)
    told(case, tenant, INTRODUCTORY | {"notice_reasons": REASONS, "notice_why": "It did not stop."})
    queue_letter(kind_code="notice-introductory", key="notice", writing=to(case, tenant))
    hers = Letter.objects.get(key="notice:2")
    assert hers.status == Letter.HELD and "Refuge" not in str(hers.data)


def test_a_letter_stays_here_when_the_person_has_moved_since(letter: Letter, user: Who, now: datetime) -> None:
    person = letter.party.person  # type: ignore[union-attr]
    assert person is not None and sending.post_closed(letter) is None
    runs.make_run(by=user("leader"), now=now)
    person.address, person.postcode = ["1 Safe Street", "LEEDS"], "LS1 4AP"
    person.save()
    jobs.go_on_with_runs()
    assert "another one now" in lines(PrintRun.objects.get())[0].problem
    assert "another one now" in str(sending.post_closed(Letter.objects.get(pk=letter.pk)))


def test_whoever_wrote_the_words_neither_clears_nor_approves_them(landlord: Landlord, user: Who, now: datetime) -> None:
    case, leader, officer = about_to_warn(landlord, user, now), user("leader"), user("officer")
    made = asked(case, user, now, "Leave Carol alone.")
    Letter.objects.filter(pk=made.pk).update(approver="team-leader")
    letters.change_words(letter_id=made.pk, typed={"changes": [{"change": "Leave Carol be."}]}, by=leader, now=now)
    made.refresh_from_db()
    made = letters.finish(letter_id=made.pk, seen=letters.words_of(made), by=officer, now=now)
    with pytest.raises(NotAllowed, match="second person"):
        letters.clear(letter_id=made.pk, why="Mine.", seen=letters.words_of(made), by=leader, now=now)
    assert letters.open_steps(made, leader) == {"words", "withdraw"}
    Letter.objects.filter(pk=made.pk).update(status=Letter.APPROVAL)
    with pytest.raises(NotAllowed, match="second person"):
        letters.approve(letter_id=made.pk, seen=letters.words_of(made), by=leader, now=now)


def test_what_a_person_never_told_us_is_searched_though_it_stands_under_their_report(landlord: Landlord, user: Who, now: datetime) -> None:
    case, officer = about_to_warn(landlord, user, now), user("officer")
    witness = casework.add_party(
        case=case, role=Party.WITNESS, name="Wendy Moss", description="", phone="", email="", address=["9 Mill Lane", "WISBECH"],
        postcode="PE14 7DE", confidential=False, by=officer, now=now,
    )  # fmt: skip
    made = written(case, "acknowledgement", witness, officer, now, report_summary="Carol Whitmore of 5 Mill Lane reported him.")
    assert made.status == Letter.STOPPED


def test_what_was_told_in_confidence_is_not_offered_to_the_person_complained_about_and_stops_their_letter(
    landlord: Landlord, user: Who, now: datetime
) -> None:
    case, party = about_to_warn(landlord, user, now), None
    said = "She lies in her bedroom hiding from him every single night"
    answer = [{"key": "advice", "label": "Advice", "shown": said, "value": said}]
    party = case.parties.get(role=Party.RESPONDENT)
    Record.objects.create(case=case, party=party, form="safeguarding-referral", title="Told", answers=answer, by=None, at=now)
    sheet = writing.sheet(case, "advisory", party, by=user("officer"), now=now)
    assert "bedroom" not in str(sheet.known)
    advice = [{column.key: said for column in next(q for q in sheet.form.questions if q.key == "advice").columns}]
    assert written(case, "advisory", party, user("officer"), now, advice=advice).status == Letter.STOPPED


def test_a_partners_letter_to_a_home_that_is_protected_waits(landlord: Landlord, user: Who, now: datetime) -> None:
    case = about_to_warn(landlord, user, now)
    SafeContact.objects.create(person=Person.objects.get(name="Carol Whitmore"), never_post=True, set_at=now)
    home = {"recipient_name": "Carol Whitmore", "recipient_address": "5 Mill Lane\nWISBECH\nPE14 7DE"}
    made = written(case, "service-referral", None, user("officer"), now, **home)
    assert made.status == Letter.HELD and "may be somebody" in made.problem


def test_a_copy_by_post_beside_what_is_handed_over_asks_whether_the_home_is_safe(letter: Letter, user: Who, now: datetime) -> None:
    SafeContact.objects.create(person=letter.party.person, never_post=True, set_at=now)  # type: ignore[union-attr]
    Letter.objects.filter(pk=letter.pk).update(rendered_at=now)
    given = Given(how="hand", at=now + timedelta(hours=1), place="Office", server="A", details="Her", also="first_class")
    with pytest.raises(Refused, match="home"):
        service.serve(letter_id=letter.pk, given=given, by=user("leader"), now=now + timedelta(hours=2))


def test_a_package_that_leaves_the_house_names_nobody_who_is_protected(council: None, letter: Letter, user: Who, now: datetime) -> None:
    (other,) = copies(letter, 1)
    runs.make_run(way=PrintRun.NOTIFY, by=user("leader"), now=now)
    person = other.party.person  # type: ignore[union-attr]
    SafeContact.objects.create(person=person, never_post=True, set_at=now)
    jobs.go_on_with_runs()
    _, whole = runs.file_of(user("leader"), 1)
    assert person.name not in zipfile.ZipFile(io.BytesIO(whole)).read("manifest.csv").decode()  # type: ignore[union-attr]
    assert person.name not in str(PrintRun.objects.get().manifest)  # type: ignore[union-attr]


def test_a_letter_whose_email_may_have_been_sent_is_not_posted_as_well(letter: Letter, user: Who, now: datetime) -> None:
    Message.objects.create(
        letter=letter, channel="email", address="a@b.example", body="x", status=Message.UNSURE, key="k", asked_by=user("officer"), asked_at=now
    )  # fmt: skip
    assert letter not in runs.ready(user("leader"))
    with pytest.raises(Refused, match="what became of it"):
        sending.mark_sent(letter_id=letter.pk, how="post", by=user("leader"), now=now)


def test_a_certificate_goes_with_the_service(landlord: Landlord, user: Who, now: datetime) -> None:
    case = about_to_warn(landlord, user, now)
    made = asked(case, user, now, QUIET)
    jobs.draw_waiting()
    later = now + timedelta(days=30)
    Letter.objects.filter(pk=made.pk).update(rendered_at=now)
    given = Given(how="hand", at=later, place="Office", server="A", details="Him")
    kept = service.serve(letter_id=made.pk, given=given, by=user("leader"), now=later)
    letters.withdraw(letter_id=made.pk, why="Wrong person.", by=user("leader"), now=later)
    assert kept.certificate is not None
    kept.certificate.refresh_from_db()
    assert kept.certificate.status == Letter.WITHDRAWN
