"""Somebody whom it is not safe to write to gets nothing by post, and nobody else learns where they are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.core.exceptions import FieldError
from django.core.management import call_command
from django.db import connection
from django.test import override_settings

from backend.accounts.models import Landlord, User
from backend.audit.models import Entry
from backend.casework import commands, safety
from backend.casework.models import Case, Party, Person, SafeContact
from backend.casework.sealed import UNREADABLE
from backend.correspondence import commands as letters
from backend.correspondence import jobs, sending
from backend.correspondence.models import Letter
from backend.errors import AlreadyDone, InvalidAnswers, NotFound, Refused
from tests.answers import do, open_tasks
from tests.web.test_case_page import in_toolbox
from tests.workflow.test_runner import open_case

Who = Callable[[str], User]
SECRET = "Only the sister’s number 07700 900555, after four"


def keep_safe(person: Person, by: User, now: datetime, *, never_post: bool = True, numbers: str = SECRET) -> SafeContact:
    return safety.set_safe_contact(
        person=person, never_post=never_post, never_message=True, ways="Text first", times="After four", words="Say it is the dentist",
        numbers=numbers, by=by, now=now,
    )  # fmt: skip


def reporter(case: Case) -> Person:
    person = case.parties.get(role=Party.REPORTER).person
    assert person is not None
    return person


def respondent(case: Case, by: User, now: datetime) -> Party:
    return commands.add_party(
        case=case, role=Party.RESPONDENT, name="Barry Cole", description="", phone="", email="", address=["4 Mill Lane", "WISBECH"],
        postcode="PE14 7DE", confidential=False, by=by, now=now,
    )  # fmt: skip


def warn(case: Case, party: Party, by: User, now: datetime, **given: str) -> Letter:
    case.refresh_from_db()
    commands.start_tool(case=case, element="Tool_warning", party=party, by=by, now=now)
    do(case, "Write the warning letter", by, now, **given)
    return Letter.objects.get(kind="warning")


@pytest.fixture
def case(landlord: Landlord, user: Who, now: datetime) -> Case:
    return in_toolbox(landlord, user, now)


def test_a_letter_to_somebody_who_must_not_be_written_to_is_held_until_a_person_says_how_it_reaches_them(
    case: Case, user: Who, now: datetime
) -> None:
    officer = user("officer")
    barry = respondent(case, officer, now)
    keep_safe(barry.person, officer, now)
    letter = warn(case, barry, officer, now)
    assert letter.status == Letter.HELD and "must not be written to at home" in letter.problem
    jobs.draw_waiting()
    letter.refresh_from_db()
    assert letter.status == Letter.HELD and letter in letters.waiting_letters(officer)
    with pytest.raises(InvalidAnswers):
        letters.release(letter_id=letter.pk, how=" ", by=officer, now=now)
    letters.release(letter_id=letter.pk, how="Given to him at the office on Friday", by=officer, now=now)
    with connection.cursor() as cursor:
        cursor.execute("SELECT released_why FROM correspondence_letter WHERE id = %s", [letter.pk])
        assert "office" not in cursor.fetchone()[0]
    jobs.draw_waiting()
    letter.refresh_from_db()
    assert letter.status == Letter.RENDERED
    with pytest.raises(Refused, match="must not be written to"):
        sending.mark_sent(letter_id=letter.pk, how="post", by=officer, now=now)
    sending.mark_sent(letter_id=letter.pk, how="hand", by=officer, now=now)
    with pytest.raises(AlreadyDone):
        letters.release(letter_id=letter.pk, how="Again", by=officer, now=now)


def test_a_letter_that_waits_while_the_rule_is_made_is_not_drawn_and_one_that_is_drawn_is_not_posted(
    case: Case, user: Who, now: datetime
) -> None:
    officer = user("officer")
    barry = respondent(case, officer, now)
    letter = warn(case, barry, officer, now)
    assert letter.status == Letter.QUEUED
    keep_safe(barry.person, officer, now)
    jobs.draw_waiting()
    letter.refresh_from_db()
    assert letter.status == Letter.HELD and not letter.renditions.exists()


def test_a_reporter_who_must_not_be_written_to_is_told_otherwise_and_gets_no_survey_by_post(
    landlord: Landlord, user: Who, now: datetime
) -> None:
    case = open_case(landlord, user, now)
    keep_safe(reporter(case), user("leader"), now)
    do(case, "Triage the report", user("calls"), now)
    assert not Letter.objects.exists() and any("tell" in name.lower() or "contact" in name.lower() for name in open_tasks(case))


def test_somebody_written_down_again_is_held_until_a_person_has_looked(landlord: Landlord, user: Who, now: datetime) -> None:
    first = open_case(landlord, user, now, phone="07700 900321")
    keep_safe(reporter(first), user("leader"), now)
    again = open_case(landlord, user, now, phone="+44 7700 900 321")
    do(again, "Triage the report", user("calls"), now)
    assert not Letter.objects.exists() and "may be somebody" in (safety.post_refused(reporter(again)) or "")
    person = reporter(again)
    Person.objects.filter(pk=person.pk).update(phone="", name="Somebody Else")
    assert safety.post_refused(person) is None


def test_a_rule_that_allows_post_holds_no_letter(case: Case, user: Who, now: datetime) -> None:
    officer = user("officer")
    barry = respondent(case, officer, now)
    keep_safe(barry.person, officer, now, never_post=False)
    assert warn(case, barry, officer, now).status == Letter.QUEUED


@pytest.mark.parametrize("words", ["Ring 07700 900555 instead.", "She is at 12 Hill Street now.", "Her number is 07700 900777."])
def test_nobody_elses_letter_tells_where_somebody_is_whatever_part_they_have(words: str, case: Case, user: Who, now: datetime) -> None:
    officer = user("officer")
    barry = respondent(case, officer, now)
    other = commands.add_party(
        case=case, role=Party.RESPONDENT, name="Jo Flint", description="", phone="07700 900777", email="", address=["12 Hill Street"],
        postcode="PE13 2AB", confidential=False, by=officer, now=now,
    )  # fmt: skip
    keep_safe(other.person, officer, now)
    warn(case, barry, officer, now, changes=words)
    letter = Letter.objects.get(kind="warning")
    assert letter.status == Letter.STOPPED and "could give away" in letter.problem


def test_the_words_are_sealed_in_the_database_and_cannot_be_searched(case: Case, user: Who, now: datetime) -> None:
    keep_safe(reporter(case), user("officer"), now)
    with connection.cursor() as cursor:
        cursor.execute("SELECT ways, times, words, numbers FROM casework_safecontact")
        row = cursor.fetchone()
        cursor.execute("SELECT string_agg(sentence || details::text, ' ') FROM audit_entry")
        said = cursor.fetchone()[0]
    assert all(text and "900555" not in text and "dentist" not in text for text in row) and "900555" not in said
    assert SafeContact.objects.get().numbers == SECRET
    with pytest.raises(FieldError):
        SafeContact.objects.filter(numbers__contains="900").count()


def test_a_new_key_opens_what_the_old_one_sealed_and_what_no_key_opens_says_so(case: Case, user: Who, now: datetime) -> None:
    officer, barry = user("officer"), respondent(case, user("officer"), now)
    keep_safe(barry.person, officer, now)
    letters.release(letter_id=warn(case, barry, officer, now).pk, how=SECRET, by=officer, now=now)

    def kept() -> tuple[str, str]:
        return SafeContact.objects.get().numbers, Letter.objects.get(kind="warning").released_why

    with override_settings(FIELD_KEYS=["a newer key of forty random characters and more"]):
        assert kept() == (SECRET, SECRET)
        call_command("reseal", verbosity=0)
        with override_settings(SECRET_KEY="another"):
            assert kept() == (SECRET, SECRET)
    assert kept() == (UNREADABLE, UNREADABLE)


def test_setting_and_lifting_stand_in_the_history_of_every_case_and_lifting_needs_a_reason(case: Case, user: Who, now: datetime) -> None:
    officer, person = user("officer"), reporter(case)
    keep_safe(person, officer, now)
    with pytest.raises(InvalidAnswers):
        safety.lift_safe_contact(person=person, reason=" ", by=officer, now=now)
    safety.lift_safe_contact(person=person, reason="He has moved away", by=officer, now=now)
    assert list(Entry.objects.filter(case_id=case.pk, verb__contains="safe_contact").values_list("verb", flat=True)) == [
        "set_safe_contact", "lift_safe_contact"
    ]  # fmt: skip
    assert safety.post_refused(person) is None


def test_somebody_elses_people_cannot_be_changed_and_an_empty_rule_is_none(case: Case, user: Who, now: datetime) -> None:
    with pytest.raises(NotFound):
        keep_safe(reporter(case), user("officer2"), now)
    with pytest.raises(InvalidAnswers):
        safety.set_safe_contact(
            person=reporter(case),
            never_post=False,
            never_message=False,
            ways="",
            times="",
            words=" ",
            numbers="",
            by=user("officer"),
            now=now,
        )
