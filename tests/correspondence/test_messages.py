"""Letters go by e-mail or text only where the person agreed and it is safe; each message leaves at most once, and then a person decides."""

from __future__ import annotations

import smtplib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.mail import EmailMessage
from django.db import connection
from django.utils import timezone

import letters
from backend.accounts.models import Landlord, User
from backend.audit.models import Entry
from backend.casework import consents, safety
from backend.casework.models import Consent, Party
from backend.correspondence import jobs
from backend.correspondence.models import Letter, Message
from backend.correspondence.sending import messages
from backend.correspondence.sending.texts import Folder, NotSent
from backend.environment import WrongSetting, texts
from backend.errors import AlreadyDone, DomainError, NotFound, Refused
from tests.answers import do
from tests.workflow.test_runner import open_case

Who = Callable[[str], User]
ADDRESS, NUMBER = "carol@home.example", "07700 900123"


@pytest.fixture
def letter(landlord: Landlord, user: Who, now: datetime, settings: object, tmp_path: Path) -> Iterator[Letter]:
    """A letter that is made, to somebody who agreed to e-mail and texts, where both can be sent."""
    settings.MAILS, settings.TEXTS = True, (tmp_path / "texts").as_uri()  # type: ignore[attr-defined]
    do(open_case(landlord, user, now, phone=NUMBER, email=ADDRESS), "Triage the report", user("calls"), now)
    jobs.draw_waiting()
    found = Letter.objects.select_related("case", "party__person").get()
    agree(found, user("officer"), now)
    return found


def agree(letter: Letter, by: User, now: datetime, answer: str = Consent.GIVEN) -> None:
    assert letter.party is not None
    why = "To protect somebody" if answer == Consent.OVERRIDDEN else ""
    consents.record_consent(party=letter.party, action=messages.AGREED, answer=answer, reason=why, by=by, now=now)


def send(letter: Letter, by: User, now: datetime, channel: str = "email") -> Message:
    to = ADDRESS if channel == "email" else NUMBER
    return messages.send(letter_id=letter.pk, channel=channel, to=to, by=by, now=now)


def guard(letter: Letter, by: User, now: datetime, *, never_message: bool = False, numbers: str = "") -> None:
    assert letter.party is not None and letter.party.person is not None
    safety.set_safe_contact(
        person=letter.party.person, never_post=False, never_message=never_message, ways="Ask first", times="", words="", numbers=numbers,
        by=by, now=now,
    )  # fmt: skip


def test_an_e_mail_carries_the_letter_as_words_and_as_the_accessible_pdf_and_offers_paper(
    letter: Letter, user: Who, now: datetime, mailoutbox: list[EmailMessage]
) -> None:
    send(letter, user("officer"), now)
    with connection.cursor() as cursor:
        cursor.execute("SELECT address FROM correspondence_message")
        assert "carol" not in cursor.fetchone()[0]
    assert Letter.objects.get().status == Letter.RENDERED and jobs.send_waiting() == 1
    (mail,) = mailoutbox
    letter.refresh_from_db()
    assert mail.to == [ADDRESS] and mail.reply_to == [letter.case.landlord.email]
    assert "Dear Carol Whitmore" in mail.body and "on paper" in mail.body and "noise" not in mail.subject.lower()
    ((name, content, kind),) = mail.attachments
    kept = letter.renditions.get(name="accessible")
    assert (name, kind, content) == ("letter.pdf", "application/pdf", bytes(kept.pdf))
    assert (letter.status, letter.sent_how, letter.sent_sha256) == (Letter.SENT, Letter.EMAIL, kept.sha256)
    assert Entry.objects.get(verb="send_letter").details["sha256"] == kept.sha256
    assert jobs.send_waiting() == 0 and len(mailoutbox) == 1


def test_a_text_says_that_there_is_a_letter_and_is_no_letter(letter: Letter, user: Who, now: datetime, tmp_path: Path) -> None:
    send(letter, user("officer"), now, "text")
    jobs.send_waiting()
    (file,) = (tmp_path / "texts").iterdir()
    said = file.read_text()
    assert said.startswith(f"To: {NUMBER}") and "call" in said and "on paper" in said and "noise" not in said.lower()
    assert Letter.objects.get().status == Letter.RENDERED and Message.objects.get().status == Message.SENT
    assert Entry.objects.filter(verb="message_letter").exists()


@pytest.mark.parametrize("answer", [Consent.REFUSED, Consent.OVERRIDDEN])
def test_without_their_agreement_nothing_goes_by_e_mail_or_text(answer: str, letter: Letter, user: Who, now: datetime) -> None:
    agree(letter, user("officer"), now, answer)
    for channel in messages.CHANNELS:
        with pytest.raises(Refused, match="has not agreed"):
            send(letter, user("officer"), now, channel)
    Consent.objects.all().delete()
    with pytest.raises(Refused, match="has not agreed"):
        send(letter, user("officer"), now)


def test_whoever_must_not_be_left_a_message_gets_none_nor_does_a_row_that_could_be_them(letter: Letter, user: Who, now: datetime) -> None:
    officer = user("officer")
    guard(letter, officer, now, never_message=True)
    for channel in messages.CHANNELS:
        with pytest.raises(Refused, match="must not be left a message"):
            send(letter, officer, now, channel)
    assert letter.party is not None and letter.party.person is not None
    twin = letter.party.person
    twin.pk, twin._state.adding = None, True
    twin.save()
    Party.objects.filter(pk=letter.party.pk).update(person=twin)
    with pytest.raises(Refused, match="may be somebody to whom no message"):
        send(letter, officer, now)


def test_somebody_with_safe_numbers_is_written_to_at_those_alone(letter: Letter, user: Who, now: datetime) -> None:
    officer = user("officer")
    guard(letter, officer, now, numbers="Sister 07700 900555, or sister@home.example.")
    for channel, to in (("email", ADDRESS), ("text", NUMBER)):
        with pytest.raises(Refused, match="Choose one"):
            messages.send(letter_id=letter.pk, channel=channel, to=to, by=officer, now=now)
    assert messages.send(letter_id=letter.pk, channel="text", to="07700 900555", by=officer, now=now).status == Message.WAITING
    assert messages.send(letter_id=letter.pk, channel="email", to="sister@home.example", by=officer, now=now).status == Message.WAITING


def test_a_rule_made_after_it_was_asked_for_still_holds(letter: Letter, user: Who, now: datetime, mailoutbox: list[EmailMessage]) -> None:
    send(letter, user("officer"), now)
    guard(letter, user("officer"), now, never_message=True)
    jobs.send_waiting()
    message = Message.objects.get()
    assert mailoutbox == [] and message.status == Message.FAILED and "Nothing was sent" in message.problem


def test_a_letter_withdrawn_meanwhile_does_not_go(letter: Letter, user: Who, now: datetime, mailoutbox: list[EmailMessage]) -> None:
    send(letter, user("officer"), now)
    Letter.objects.update(status=Letter.WITHDRAWN)
    jobs.send_waiting()
    assert mailoutbox == [] and Message.objects.get().status == Message.FAILED


def test_a_notice_and_what_is_only_posted_never_go_by_e_mail_or_text(
    letter: Letter, user: Who, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds = letters.kind(letter.kind)
    for kind in (replace(kinds, notice=("secure_other",)), replace(kinds, served_by=("post", "hand"))):
        monkeypatch.setattr(messages, "kind_of", lambda *_, found=kind: found)
        for channel in messages.CHANNELS:
            with pytest.raises(Refused, match="does not go by e-mail or text"):
                send(letter, user("officer"), now, channel)


def test_where_nothing_sends_texts_or_e_mails_none_is_offered(letter: Letter, user: Who, now: datetime, settings: object) -> None:
    settings.MAILS, settings.TEXTS = False, ""  # type: ignore[attr-defined]
    for channel in messages.CHANNELS:
        with pytest.raises(Refused, match="can be sent from here"):
            send(letter, user("officer"), now, channel)


def test_a_message_whose_worker_died_is_sent_by_nobody_until_a_person_says(
    letter: Letter, user: Who, now: datetime, mailoutbox: list[EmailMessage]
) -> None:
    message, at = send(letter, user("officer"), now), timezone.now()
    messages._take(at)
    assert jobs.send_waiting() == 0, "it is being sent"
    messages.send_next(now=at + timedelta(minutes=3))
    message.refresh_from_db()
    assert message.status == Message.UNSURE and mailoutbox == [] and Letter.objects.get().status == Letter.RENDERED
    with pytest.raises(AlreadyDone):
        send(letter, user("officer"), now)
    messages.again(message_id=message.pk, by=user("officer"), now=now)
    jobs.send_waiting()
    assert len(mailoutbox) == 1 and Letter.objects.get().status == Letter.SENT


def test_a_person_may_say_that_it_arrived(letter: Letter, user: Who, now: datetime, mailoutbox: list[EmailMessage]) -> None:
    message = send(letter, user("officer"), now)
    messages._take(now)
    messages.send_next(now=now + timedelta(minutes=3))
    with pytest.raises(NotFound):
        messages.arrived(message_id=message.pk, by=user("officer2"), now=now)
    messages.arrived(message_id=message.pk, by=user("officer"), now=now)
    letter.refresh_from_db()
    assert mailoutbox == [] and (letter.status, letter.sent_how, letter.sent_at) == (Letter.SENT, Letter.EMAIL, now)
    with pytest.raises(AlreadyDone):
        messages.arrived(message_id=message.pk, by=user("officer"), now=now)


@pytest.mark.parametrize(
    ("trouble", "status"),
    [
        (smtplib.SMTPRecipientsRefused({}), Message.FAILED), (ConnectionRefusedError(), Message.FAILED),
        (smtplib.SMTPServerDisconnected(), Message.UNSURE), (TimeoutError(), Message.UNSURE),
    ],
)  # fmt: skip
def test_a_server_that_refuses_and_one_that_falls_silent_are_told_apart(
    trouble: Exception, status: str, letter: Letter, user: Who, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: EmailMessage) -> int:
        raise trouble

    monkeypatch.setattr(EmailMessage, "send", fail)
    send(letter, user("officer"), now)
    jobs.send_waiting()
    message = Message.objects.get()
    assert message.status == status and message.problem and Letter.objects.get().status == Letter.RENDERED


def test_a_gateway_that_did_not_take_a_text_says_so(letter: Letter, user: Who, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise NotSent("This number takes no texts.")

    monkeypatch.setattr(Folder, "send", refuse)
    send(letter, user("officer"), now, "text")
    jobs.send_waiting()
    assert Message.objects.get().problem == "This number takes no texts. Nothing was sent."
    assert send(letter, user("officer"), now, "text").key.endswith(":1"), "another try is another message"


def test_only_those_who_see_the_case_send_about_it(letter: Letter, user: Who, now: datetime) -> None:
    for name in ("officer2", "owner", "admin"):
        with pytest.raises(DomainError):
            send(letter, user(name), now)
    assert not Message.objects.exists()


@pytest.mark.parametrize("wrong", ["texts", "https://gateway.example", "file://texts", "os.system()"])
def test_a_gateway_that_nobody_could_mean_stops_the_start(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASEWAY_TEXTS", wrong)
    with pytest.raises(WrongSetting, match="CASEWAY_TEXTS"):
        texts("CASEWAY_TEXTS")
