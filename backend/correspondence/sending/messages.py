"""Letters by e-mail, and text messages that say a letter is there: only where the law, the person and their safety allow it.

The outside world takes no key, so each message is tried at most once: one whose worker died, or whose server fell silent, may
have been sent, and a person decides. Knows no gateway: `texts.py` is the door.
"""

from __future__ import annotations

import logging
import re
import smtplib
import socket
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from django.db import transaction

import letters
from backend.accounts.models import User
from backend.audit.models import record
from backend.casework import access, consents
from backend.casework.models import Consent, Person
from backend.casework.models.case import SAFETY
from backend.casework.phones import national
from backend.casework.safety import addresses_in, message_refused, numbers_in
from backend.correspondence.commands import letter_for
from backend.correspondence.models import Letter, Message
from backend.correspondence.sending import digital, rendition, went
from backend.correspondence.sending.texts import NotSent, gateway
from backend.correspondence.words import kind_of
from backend.errors import AlreadyDone, DomainError, InvalidAnswers, NotFound, Refused

log = logging.getLogger(__name__)
EMAIL, TEXT = "email", "text"
CHANNELS: Mapping[str, str] = {EMAIL: "e-mail", TEXT: "text message"}
AGREED = "write_digitally"
#: Longer than any server or gateway may take: what was being sent then has been left alone.
LOST = timedelta(minutes=2)
#: What a server says before it has the message.
_SURELY_NOT = (
    smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError, smtplib.SMTPHeloError, smtplib.SMTPConnectError,
    smtplib.SMTPAuthenticationError, smtplib.SMTPNotSupportedError, ConnectionRefusedError, socket.gaierror,
)  # fmt: skip
#: An e-mail carries the letter; a text says that it is there, also once it is on its way.
_FROM: Mapping[str, tuple[str, ...]] = {EMAIL: (Letter.RENDERED,), TEXT: (Letter.RENDERED, Letter.SENT)}


# What is open to a letter


def closed(letter: Letter, channel: str) -> str | None:
    """Why nothing may be sent about this letter in this way; None when it may."""
    person = letter.party.person if letter.party else None
    if not digital(kind_of(letter.case, letter.kind)):
        return "This letter does not go by e-mail or text. Post it or hand it over."
    if person is None or letter.party is None:
        return "Only a letter to somebody in the case goes by e-mail or text."
    if not offered(channel):
        return f"No {CHANNELS[channel]} can be sent from here. Your administrator can have it set up."
    said = next((one for one in consents.standing(letter.case).get(letter.party.pk, []) if one.action == AGREED), None)
    if said is None or said.answer != Consent.GIVEN:
        return (
            f"{person.name} has not agreed to be written to by e-mail or text. Ask them first and keep what they say, or post the letter."
        )
    if not addresses(person, channel):
        return f"We know no {'e-mail address' if channel == EMAIL else 'mobile number'} at which {person.name} may be written to."
    return None


def offered(channel: str) -> bool:
    """Whether messages of this kind can be sent from here at all."""
    return bool(settings.MAILS) if channel == EMAIL else gateway() is not None


def addresses(person: Person, channel: str) -> list[str]:
    """Where this person may be written to: their own address or number or, where they named safe ones, those alone."""
    found = Person.objects.select_related(*SAFETY).get(pk=person.pk)
    safe = found.safety.numbers if found.safety else ""
    if channel == EMAIL:
        return [address for address in (addresses_in(safe) if safe else [found.email]) if _is_address(address)]
    numbers = numbers_in(safe) if safe else [found.phone]
    return [number for number in numbers if re.fullmatch(r"7\d{9}", national(number))]


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def words(letter: Letter, channel: str) -> tuple[str, str]:
    """Subject and body, as they would be sent: the letter's own words, or that there is one."""
    if channel == TEXT:
        data = {**letter.data, "survey_link": settings.SITE_URL} if letter.survey_id else letter.data
        kind = kind_of(letter.case, letter.kind)
        return "", letters.as_message(kind, letters.from_json(kind, data))
    said = letters.retold(rendition(letter, "accessible").page, letter.data)
    return said.subject, said.body


# What a person does


@transaction.atomic
def send(*, letter_id: int, channel: str, to: str, by: User, now: datetime) -> Message:
    """Have a message sent. Raises `Refused` with the reason where it may not be."""
    letter = _held(by, letter_id, channel)
    if channel not in CHANNELS:
        raise InvalidAnswers({"channel": "Choose e-mail or text message"})
    if (why := closed(letter, channel)) or (why := _unsafe(letter, channel, to)):
        raise Refused(why)
    before = letter.messages.filter(channel=channel)
    if before.exclude(status__in=(Message.FAILED, Message.SENT)).exists():
        raise AlreadyDone(f"A {CHANNELS[channel]} about this letter is on its way, or somebody must say whether it came.")
    subject, body = words(letter, channel)
    return Message.objects.create(
        letter=letter, channel=channel, address=to, subject=subject[:200], body=body, key=f"{letter.pk}:{channel}:{before.count()}",
        asked_by=by, asked_at=now,
    )  # fmt: skip


def _held(by: User, letter_id: int, channel: str) -> Letter:
    access.work_on(by, letter_for(by, letter_id).case)
    letter = _read(letter_id)
    if letter.status not in _FROM.get(channel, (Letter.RENDERED,)):
        raise AlreadyDone(f"“{letter.title}” is now: {letter.get_status_display().lower()}. Nothing was sent.")
    if letter.run is not None and letter.status == Letter.RENDERED:
        raise Refused(f"This letter is in {str(letter.run).lower()}. It goes with that, or after that was given up.")
    return letter


def _read(letter_id: int) -> Letter:
    held = Letter.objects.select_for_update(of=("self",))
    return held.select_related("case__landlord", "case__owner", "case__instance__version", "party__person", "run").get(pk=letter_id)


def _unsafe(letter: Letter, channel: str, to: str) -> str | None:
    person = letter.party.person if letter.party else None
    if person is None or to not in addresses(person, channel):
        return "Choose one of the addresses or numbers that we know of them."
    return message_refused(person, to)


@transaction.atomic
def again(*, message_id: int, by: User, now: datetime) -> Message:
    """Send a message again that failed, or that somebody says has not come."""
    message = _message(by, message_id, Message.UNSURE, Message.FAILED)
    letter = _held(by, message.letter_id, message.channel)
    if (why := closed(letter, message.channel)) or (why := _unsafe(letter, message.channel, message.address)):
        raise Refused(why)
    message.status, message.problem, message.asked_by, message.asked_at, message.taken_at = Message.WAITING, "", by, now, None
    message.save(update_fields=["status", "problem", "asked_by", "asked_at", "taken_at"])
    return message


@transaction.atomic
def arrived(*, message_id: int, by: User, now: datetime) -> Message:
    """Say that a message which may have been sent has come."""
    message = _message(by, message_id, Message.UNSURE)
    _sent(message, message.taken_at or now, now)
    return message


def _message(by: User, message_id: int, *statuses: str) -> Message:
    message = Message.objects.select_for_update(of=("self",)).select_related("asked_by").filter(pk=message_id).first()
    if message is None:
        raise NotFound
    access.work_on(by, letter_for(by, message.letter_id).case)
    if message.status not in statuses:
        raise AlreadyDone(f"This message is now: {message.get_status_display().lower()}. Nothing was changed.")
    return message


# The worker's part


def send_next(*, now: datetime) -> bool:
    """Try the message that has waited longest, once; False when none waits."""
    _leave_the_lost(now)
    message = _take(now)
    if message is None:
        return False
    try:
        _pass_on(message)
    except (NotSent, DomainError) as error:
        _failed(message, Message.FAILED, f"{error} Nothing was sent.")
    except Exception as error:
        # Silence after the words were handed over: nobody can know.
        log.error("A message may have been sent: %s", type(error).__name__)
        _failed(message, Message.UNSURE, "The other side fell silent. Ask the person whether it came.")
    else:
        with transaction.atomic():
            held = Message.objects.select_for_update(of=("self",)).select_related("asked_by").get(pk=message.pk)
            _sent(held, now, now)
    return True


def _leave_the_lost(now: datetime) -> None:
    """Whatever was being sent when its worker died may have been sent."""
    lost = Message.objects.filter(status=Message.SENDING, taken_at__lt=now - LOST)
    lost.update(status=Message.UNSURE, problem="Sending was interrupted. Ask the person whether it came.")


@transaction.atomic
def _take(now: datetime) -> Message | None:
    """The next message, from now on being sent: whatever becomes of this worker, nobody else sends it."""
    waiting = Message.objects.filter(status=Message.WAITING).order_by("asked_at", "pk").select_for_update(skip_locked=True)
    message = waiting.first()
    if message is not None:
        message.status, message.taken_at = Message.SENDING, now
        message.save(update_fields=["status", "taken_at"])
    return message


def _pass_on(message: Message) -> None:
    with transaction.atomic():
        letter = _read(message.letter_id)
        if letter.status not in _FROM[message.channel]:
            raise NotSent(f"“{letter.title}” is now: {letter.get_status_display().lower()}.")
        if letter.run_id is not None and letter.status == Letter.RENDERED:
            raise NotSent("The letter is in a run that is being posted. It goes with that.")
        # What was safe when it was asked for may not be any more.
        if (why := closed(letter, message.channel)) or (why := _unsafe(letter, message.channel, message.address)):
            raise NotSent(why)
        pdf = bytes(rendition(letter, "accessible").pdf) if message.channel == EMAIL else b""
    _email(message, letter, pdf) if message.channel == EMAIL else _text(message)


def _email(message: Message, letter: Letter, pdf: bytes) -> None:
    """The letter as words, with the accessible PDF: its name tells nothing."""
    landlord = letter.case.landlord
    replies = [landlord.email] if landlord.email else None
    number = {"Message-ID": f"<letter-{message.pk}@caseway>"}
    mail = EmailMessage(message.subject, message.body, settings.DEFAULT_FROM_EMAIL, [message.address], reply_to=replies, headers=number)
    mail.attach("letter.pdf", pdf, "application/pdf")
    try:
        mail.send()
    except _SURELY_NOT as error:
        log.error("The mail server took no e-mail: %s", type(error).__name__)
        raise NotSent("The mail server did not take the e-mail. Check the address, and try again later.") from error


def _text(message: Message) -> None:
    door = gateway()
    if door is None:
        raise NotSent("No text message can be sent from here.")
    door.send(message.address, message.body)


def _failed(message: Message, status: str, problem: str) -> None:
    Message.objects.filter(pk=message.pk, status=Message.SENDING).update(status=status, problem=problem[:300])


def _sent(message: Message, at: datetime, now: datetime) -> None:
    """Mark a message as sent and, when it carried the letter, the letter too."""
    message.status, message.sent_at, message.problem = Message.SENT, at, ""
    message.save(update_fields=["status", "sent_at", "problem"])
    letter, by = _read(message.letter_id), message.asked_by
    if message.channel == EMAIL and letter.status == Letter.RENDERED:
        went(letter, Letter.EMAIL, sha256=rendition(letter, "accessible").sha256, at=at, by=by, now=now)
        return
    said = f"Sent a {CHANNELS[message.channel]} about “{letter.title}”"
    record("message_letter", said, landlord=letter.case.landlord, by=by, at=now, case_id=letter.case_id, letter=letter.pk)
