"""A letter's life: written, read, approved, cleared by a second person, withdrawn; and each step is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

import pytest

from backend.accounts.models import Landlord, User
from backend.casework.incidents import types_of
from backend.casework.models import Case, Party
from backend.correspondence import commands as letters
from backend.correspondence import jobs, writing
from backend.correspondence.models import Letter
from backend.correspondence.reading import set_reading
from backend.errors import AlreadyDone, InvalidAnswers, NotAllowed, NotFound, Refused
from tests.answers import do
from tests.correspondence.test_letters import about_to_warn

Who = Callable[[str], User]


@pytest.fixture
def case(landlord: Landlord, user: Who, now: datetime) -> Case:
    return about_to_warn(landlord, user, now)


def asked(case: Case, user: Who, now: datetime, words: str) -> Letter:
    """A warning letter as the officer's task asks for it."""
    do(case, "Write the warning letter", user("officer"), now, changes=words)
    return Letter.objects.get(kind="warning")


QUIET = "Keep the noise at 4 Mill Lane down after eleven."


def write(case: Case, user: Who, now: datetime, code: str = "visit-appointment", **changed: object) -> Letter:
    """A letter that the officer writes by hand to the person complained about or the reporter."""
    party = case.parties.get(role=Party.RESPONDENT)
    sheet = writing.sheet(case, code, party, by=user("officer"), now=now)
    known = {question.key: _sample(question.type) for question in sheet.form.questions}
    data = writing.boxes(sheet.form, {**known, **{k: v for k, v in sheet.known.items() if k in known}, **changed})
    return writing.draft(case=case, code=code, party=party, data=data, press=uuid4(), by=user("officer"), now=now)


def _sample(kind: str) -> object:
    return {"date": "2026-12-01", "moment": "2026-12-01T10:00:00+00:00", "rows": []}.get(kind, "At your home")


def test_words_that_give_somebody_away_are_cleared_by_a_second_person_who_manages(case: Case, user: Who, now: datetime) -> None:
    letter = asked(case, user, now, "Leave Carol alone.")
    seen, why = letters.words_of(letter), "Carol is the name of his own daughter."
    assert letters.open_steps(letter, user("leader")) == {"clear", "send-back", "words", "withdraw"}
    assert letters.open_steps(letter, user("officer")) == {"words", "withdraw"}, "they wrote it"
    assert letters.open_steps(letter, user("calls")) == {"send-back", "words", "withdraw"}, "they do not manage"
    with pytest.raises(NotAllowed):
        letters.clear(letter_id=letter.pk, why=why, seen=seen, by=user("officer"), now=now)
    with pytest.raises(InvalidAnswers):
        letters.clear(letter_id=letter.pk, why=" ", seen=seen, by=user("leader"), now=now)
    with pytest.raises(AlreadyDone, match="changed since you read"):
        letters.clear(letter_id=letter.pk, why=why, seen="other words", by=user("leader"), now=now)
    assert letters.clear(letter_id=letter.pk, why=why, seen=seen, by=user("leader"), now=now).status == Letter.QUEUED
    assert why in [entry.details.get("reason") for entry in letters.life_of(letter)]


def test_a_manager_cannot_clear_or_approve_a_letter_of_their_own(case: Case, user: Who, now: datetime) -> None:
    letter = asked(case, user, now, "Leave Carol alone.")
    Letter.objects.update(asked_by=user("leader"))
    with pytest.raises(NotAllowed, match="second person"):
        letters.clear(letter_id=letter.pk, why="It is right.", seen=letters.words_of(letter), by=user("leader"), now=now)
    Letter.objects.update(status=Letter.APPROVAL, approver="team-leader")
    with pytest.raises(NotAllowed, match="second person"):
        letters.approve(letter_id=letter.pk, seen=letters.words_of(letter), by=user("leader"), now=now)


def test_the_procedure_says_who_approves_a_letter(case: Case, user: Who, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(case.instance.version.contents.approve, "warning", "team-leader")  # type: ignore[arg-type]
    letter = asked(case, user, now, QUIET)
    assert letter.status == Letter.APPROVAL and "Team leader" in letter.problem


def test_a_letter_that_gives_somebody_away_and_needs_approval_needs_both(case: Case, user: Who, now: datetime) -> None:
    Letter.objects.all().delete()
    letter = asked(case, user, now, "Leave Carol alone.")
    Letter.objects.update(approver="team-leader")
    seen = letters.words_of(letter)
    cleared = letters.clear(letter_id=letter.pk, why="His daughter's name.", seen=seen, by=user("leader"), now=now)
    assert cleared.status == Letter.APPROVAL and jobs.draw_waiting() == 0
    assert letters.open_steps(cleared, user("leader")) >= {"approve", "send-back"}
    with pytest.raises(NotAllowed):
        letters.approve(letter_id=letter.pk, seen=seen, by=user("officer"), now=now)
    assert letters.approve(letter_id=letter.pk, seen=seen, by=user("leader"), now=now).status == Letter.QUEUED


def test_changed_words_are_approved_anew(case: Case, user: Who, now: datetime) -> None:
    letter = asked(case, user, now, QUIET)
    Letter.objects.update(status=Letter.APPROVAL, approver="team-leader")
    seen = letters.words_of(letter)
    letters.change_words(letter_id=letter.pk, typed={"changes": [{"change": "Be quiet."}]}, by=user("officer"), now=now)
    letter.refresh_from_db()
    letters.finish(letter_id=letter.pk, seen=letters.words_of(letter), by=user("officer"), now=now)
    with pytest.raises(AlreadyDone, match="changed since you read"):
        letters.approve(letter_id=letter.pk, seen=seen, by=user("leader"), now=now)
    back = letters.send_back(letter_id=letter.pk, why="Say by when.", by=user("leader"), now=now)
    assert (back.status, back.problem) == (Letter.DRAFT, "Say by when.")


def test_a_letter_written_by_hand_is_a_draft_until_it_was_read(case: Case, user: Who, now: datetime) -> None:
    Letter.objects.all().delete()
    letter = write(case, user, now)
    assert letter.status == Letter.DRAFT and jobs.draw_waiting() == 0
    assert letter.title in letters.preview(user("officer"), letter.pk, now=now)
    letters.finish(letter_id=letter.pk, seen=letters.words_of(letter), by=user("officer"), now=now)
    assert jobs.draw_waiting() == 1
    letter.refresh_from_db()
    assert letter.status == Letter.RENDERED and letter.asked_by == user("officer")


def test_what_the_law_or_the_product_works_out_cannot_be_changed_by_hand(case: Case, user: Who, now: datetime) -> None:
    letter = asked(case, user, now, QUIET)
    keys = {question.key for question in writing.sheet_of(letter, now=now).form.questions}
    assert "changes" in keys and not keys & {"change_by", "reply_by", "review_on", "landlord", "recipient"}
    assert letter.data["change_by"]


def test_the_last_day_to_appeal_follows_from_the_day_of_issue_and_is_never_typed(case: Case, user: Who, now: datetime) -> None:
    rows = {"incidents": [{"on": "2026-11-28", "what": "Loud music."}], "must_stop": [{"what": "Do not play loud music."}]}
    letter = write(case, user, now, "community-protection-notice", cpn_issued_on="2026-12-07", **rows)
    # 2014 Act s.46: 21 days beginning with the day of issue.
    assert letter.data["cpn_appeal_by"] == "2026-12-27"
    keys = {question.key for question in writing.sheet(case, letter.kind, letter.party, by=user("officer"), now=now).form.questions}
    assert "cpn_issued_on" in keys and "cpn_appeal_by" not in keys


def test_a_withdrawn_letter_stays_on_record_and_is_written_again_beside_it(case: Case, user: Who, now: datetime) -> None:
    letter = asked(case, user, now, QUIET)
    jobs.draw_waiting()
    made = {one.sha256 for one in letter.renditions.all()}
    again = letters.write_again(letter_id=letter.pk, by=user("officer"), now=now)
    letter.refresh_from_db()
    assert (letter.status, again.status, again.instead_of) == (Letter.WITHDRAWN, Letter.DRAFT, letter)
    assert {one.sha256 for one in letter.renditions.all()} == made and again.data["changes"] == letter.data["changes"]
    with pytest.raises(InvalidAnswers):
        letters.withdraw(letter_id=again.pk, why="", by=user("officer"), now=now)
    letters.withdraw(letter_id=again.pk, why="He moved away.", by=user("officer"), now=now)
    assert Letter.objects.get(pk=again.pk).problem == "He moved away."


def test_a_letter_lacks_nothing_before_it_is_a_draft(case: Case, user: Who, now: datetime) -> None:
    with pytest.raises(InvalidAnswers):
        write(case, user, now, visit_place="")
    for nobody in (None, case.parties.get(role=Party.REPORTER)):
        with pytest.raises(NotFound, match="whom"):
            writing.sheet(case, "visit-appointment", nobody, by=user("officer"), now=now)
    person = case.parties.get(role=Party.RESPONDENT).person
    assert person is not None
    person.address = []
    person.save()
    with pytest.raises(Refused, match="address"):
        write(case, user, now)


def test_nobody_reads_or_changes_a_letter_of_a_case_they_may_not_see(case: Case, user: Who, now: datetime, landlord: Landlord) -> None:
    letter = asked(case, user, now, QUIET)
    other = Landlord.objects.create(code="elsewhere", name="Elsewhere Homes")
    stranger = User.objects.create_user("stranger@elsewhere.example", name="A Stranger", landlord=other)
    for call in (lambda: letters.preview(stranger, letter.pk, now=now), lambda: letters.letter_for(stranger, letter.pk)):
        with pytest.raises(NotFound):
            call()
    with pytest.raises((NotFound, NotAllowed)):
        letters.withdraw(letter_id=letter.pk, why="x", by=stranger, now=now)


def test_somebody_who_reads_another_language_gets_it_beside_the_english(case: Case, user: Who, now: datetime) -> None:
    person = case.parties.get(role=Party.RESPONDENT).person
    assert person is not None
    with pytest.raises(InvalidAnswers):
        set_reading(person=person, language="xx", large_print=False, by=user("officer"), now=now)
    set_reading(person=person, language="pl", large_print=True, by=user("officer"), now=now)
    letter = asked(Case.objects.get(pk=case.pk), user, now, QUIET)
    assert letter.language == "pl" and "Ostrzeżenie" in letters.preview(user("officer"), letter.pk, now=now)
    jobs.draw_waiting()
    letter.refresh_from_db()
    made = letter.renditions.get()
    assert (letter.status, made.name, letter.paper) == (Letter.RENDERED, "beside", "beside")
    assert "Ostrzeżenie" in made.page and set(letter.undrawn) == {"accessible", "large"}
    assert letters.pdf_for(user("officer"), letter.pk, "large").pages


def test_a_letter_without_a_text_in_the_language_goes_in_english(case: Case, user: Who, now: datetime) -> None:
    person = case.parties.get(role=Party.RESPONDENT).person
    assert person is not None
    set_reading(person=person, language="ur", large_print=False, by=user("officer"), now=now)
    letter = asked(Case.objects.get(pk=case.pk), user, now, QUIET)
    Letter.objects.filter(pk=letter.pk).update(language="xx")
    jobs.draw_waiting()
    letter.refresh_from_db()
    assert (letter.language, letter.renditions.get().name) == ("", "print")


def test_lists_of_a_letter_begin_with_what_the_file_holds_and_name_nobody(case: Case, user: Who, now: datetime) -> None:
    case.incidents.update(happened_on=now.date(), type=types_of(case)[0].value, what="Carol heard shouting.")
    warned = writing.sheet(case, "warning", case.parties.get(role=Party.RESPONDENT), by=user("officer"), now=now)
    assert warned.known["incidents"] and "Carol" not in str(warned.known["incidents"])
    bundle = writing.sheet(case, "bundle", None, by=user("officer"), now=now)
    said = [row["what"] for row in bundle.known["chronology"]]
    assert any(words.startswith("Report received") for words in said) and "Carol heard shouting." in said
    assert bundle.known["allegations"] and all(row["on"] for row in bundle.known["chronology"])
