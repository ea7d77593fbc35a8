"""Letters are asked for once, made by one worker, and never betray who reported."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from backend.accounts.models import Landlord, User
from backend.casework import commands, surveys
from backend.casework.models import Case, Party, Record, Survey
from backend.casework.surveys import LinkUsed
from backend.correspondence import commands as letters
from backend.correspondence import jobs, making, sending
from backend.correspondence.models import Letter
from backend.errors import AlreadyDone, InvalidAnswers, Refused
from backend.workflow import jobs as timers
from tests.answers import do, open_tasks
from tests.workflow.test_runner import close, open_case

Who = Callable[[str], User]


@pytest.fixture
def letter(landlord: Landlord, user: Who, now: datetime) -> Letter:
    do(open_case(landlord, user, now), "Triage the report", user("calls"), now)
    return Letter.objects.get()


def test_a_letter_that_was_given_up_is_tried_again_once_nothing_is_lacking(letter: Letter, user: Who, now: datetime) -> None:
    Letter.objects.update(status=Letter.FAILED, attempts=making.MAX_ATTEMPTS)
    person = letter.party.person
    assert person is not None
    address, person.address = person.address, []
    person.save()
    with pytest.raises(Refused, match="cannot be written yet"):
        letters.try_again(letter_id=letter.pk, by=user("leader"), now=now)
    assert Letter.objects.get().status == Letter.FAILED
    person.address = address
    person.save()
    letters.try_again(letter_id=letter.pk, by=user("leader"), now=now)
    assert jobs.draw_waiting() == 1 and Letter.objects.get().status == Letter.RENDERED


GIVEAWAYS = [
    "Leave Carol Whitmore alone.", "Say sorry to mrs whitmore.", "Ask CAROL to forgive you.", "Do not ring 07700-900 123.", "Keep away from 5 Mill Lane.",
    "Ask Çarol about it.", "C\u2060arol saw you.", "Whitmore, Carol saw it.",
]  # fmt: skip


def about_to_warn(landlord: Landlord, user: Who, now: datetime) -> Case:
    """A case in which the officer has yet to write a warning letter."""
    case, officer = open_case(landlord, user, now, phone="07700 900123"), user("officer")
    do(case, "Triage the report", user("calls"), now)
    for name in ("Contact the reporter", "Ask the risk questions", "Agree the action plan"):
        do(case, name, officer, now)
    party = commands.add_party(
        case=case, role=Party.RESPONDENT, name="Barry Cole", description="", phone="", email="", address=["4 Mill Lane", "WISBECH"],
        postcode="PE14 7DE", confidential=False, by=officer, now=now,
    )  # fmt: skip
    case.refresh_from_db()
    commands.start_tool(case=case, element="Tool_warning", party=party, by=officer, now=now)
    return case


def test_a_letter_that_would_tell_somebody_else_who_reported_is_stopped(landlord: Landlord, user: Who, now: datetime) -> None:
    case, officer = about_to_warn(landlord, user, now), user("officer")
    do(case, "Write the warning letter", officer, now, changes=GIVEAWAYS[0])
    letter = Letter.objects.get(kind="warning")
    for words in GIVEAWAYS:
        assert (letter.status, jobs.draw_waiting()) == (Letter.STOPPED, 1 if words == GIVEAWAYS[0] else 0)
        assert "could give away who reported" in letter.problem
        letters.change_words(letter_id=letter.pk, typed={"changes": [{"change": words}]}, by=officer, now=now)
        letter.refresh_from_db()
        letter = letters.finish(letter_id=letter.pk, seen=letters.words_of(letter), by=officer, now=now)
    letters.change_words(letter_id=letter.pk, typed={"changes": [{"change": words} for words in GIVEAWAYS[:5]]}, by=officer, now=now)
    letter.refresh_from_db()
    stopped = letters.finish(letter_id=letter.pk, seen=letters.words_of(letter), by=officer, now=now)
    assert ": “Carol”, “Whitmore”, “07700 900123” and 1 more. Change them" in stopped.problem
    assert letters.gives_away(stopped) == ["Carol", "Whitmore", "07700 900123", "5 Mill Lane"]
    quiet = [{"change": "Keep the noise at 4 Mill Lane down after eleven."}]
    letters.change_words(letter_id=letter.pk, typed={"changes": quiet}, by=officer, now=now)
    letter.refresh_from_db()
    assert letters.finish(letter_id=letter.pk, seen=letters.words_of(letter), by=officer, now=now).status == Letter.QUEUED


def test_a_list_in_a_letter_is_never_the_answer_to_another_question_under_the_same_key(
    landlord: Landlord, user: Who, now: datetime
) -> None:
    case, officer = about_to_warn(landlord, user, now), user("officer")
    said = [{"key": "support", "label": "What support was offered?", "shown": "She is afraid", "value": "She is afraid"}]
    Record.objects.create(case=case, form="hate-route", title="Partners told", answers=said, by=officer, at=now)
    do(case, "Write the warning letter", officer, now)
    assert Letter.objects.get(kind="warning").data["support"] == case.instance.version.contents.standing["support"]


def test_a_letter_is_sent_once(letter: Letter, user: Who, now: datetime) -> None:
    jobs.draw_waiting()
    sending.mark_sent(letter_id=letter.pk, how="post", by=user("leader"), now=now)
    with pytest.raises(AlreadyDone):
        sending.mark_sent(letter_id=letter.pk, how="post", by=user("leader"), now=now)


@pytest.fixture
def survey(landlord: Landlord, user: Who, now: datetime) -> Survey:
    close(open_case(landlord, user, now), user, now)
    return Survey.objects.get()


def test_the_survey_link_stands_in_the_letter_alone_and_works_once(survey: Survey, now: datetime) -> None:
    jobs.draw_waiting()
    survey.refresh_from_db()
    assert len(survey.token_hash) == 64 and "/survey/" not in str(list(Letter.objects.values_list("data", flat=True)))
    token = surveys.mint(survey)
    surveys.answer_by_link(token=token, data={"service": ["very"]}, now=now)
    with pytest.raises(LinkUsed):
        surveys.answer_by_link(token=token, data={"service": ["very_not"]}, now=now)
    survey.refresh_from_db()
    assert survey.answers[0]["value"] == "very"


def test_whoever_has_not_answered_is_reminded_once_and_the_first_link_still_works(survey: Survey, now: datetime) -> None:
    jobs.draw_waiting()
    survey.refresh_from_db()
    link = survey.token_hash
    for days in (21, 22, 27):
        timers.fire_due(now=survey.sent_at + timedelta(days=days, minutes=1))
    reminder = Letter.objects.get(kind="survey-reminder")
    jobs.draw_waiting()
    reminder.refresh_from_db()
    survey.refresh_from_db()
    assert (reminder.status, reminder.party, survey.token_hash) == (Letter.RENDERED, survey.party, link)
    assert reminder.data["survey_by"] == survey.expires_at.date().isoformat()


def test_whoever_has_answered_is_not_reminded(survey: Survey, now: datetime) -> None:
    surveys.answer_by_link(token=surveys.mint(survey), data={"service": ["very"]}, now=survey.sent_at)
    timers.fire_due(now=survey.sent_at + timedelta(days=22))
    assert not Letter.objects.filter(kind="survey-reminder").exists()


def test_an_altered_or_late_survey_link_changes_nothing(survey: Survey, now: datetime) -> None:
    token = surveys.mint(survey)
    for wrong, when in ((token[:-1] + "x", now), ("", now), (token, now + timedelta(days=29))):
        with pytest.raises(LinkUsed):
            surveys.answer_by_link(token=wrong, data={}, now=when)
    survey.refresh_from_db()
    assert survey.answered_at is None


def test_an_answer_that_a_letter_could_not_print_is_refused_while_it_can_be_changed(landlord: Landlord, user: Who, now: datetime) -> None:
    case = open_case(landlord, user, now)
    do(case, "Triage the report", user("calls"), now)
    for name in ("Contact the reporter", "Ask the risk questions", "Agree the action plan"):
        do(case, name, user("leader"), now)
    case.refresh_from_db()
    commands.start_tool(case=case, element="Tool_ready", party=None, by=user("leader"), now=now)
    do(case, "Start closing the case", user("leader"), now)
    with pytest.raises(InvalidAnswers) as caught:
        do(case, "Talk to the reporters about closing", user("leader"), now, actions="We wrote to your neighbour. " * 20)
    assert "300 fit" in caught.value.problems["actions"] and open_tasks(case) == ["Talk to the reporters about closing"]
