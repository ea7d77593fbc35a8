"""Sending letters that are made: which ways are open to a letter, and saying that one has gone.

`printing.py` prints many at once, `service.py` keeps how one was served by hand, `messages.py` sends e-mails and texts, `notify.py`
makes packages for GOV.UK Notify; all of them mark what has gone here. Knows nothing of how a letter came to be.
"""

from __future__ import annotations

from datetime import date, datetime, time

from django.db import transaction
from django.db.models import OuterRef, QuerySet

import letters
from backend.accounts import powers
from backend.accounts.models import User
from backend.audit.models import record
from backend.casework import access
from backend.correspondence import making
from backend.correspondence.commands import letter_for
from backend.correspondence.homes import home_closed
from backend.correspondence.models import Letter, Message, PrintRun, Rendition
from backend.correspondence.sending.certificates import Given, certify
from backend.correspondence.wording.confirmed import issued
from backend.correspondence.words import kind_of
from backend.errors import AlreadyDone, InvalidAnswers, Refused
from backend.rules.working_time import LONDON


def posted(kind: letters.Kind) -> bool:
    """Whether letters of this kind may be put into an envelope and posted."""
    return "post" in kind.served_by and kind.shape == "letter"


def digital(kind: letters.Kind) -> bool:
    """Whether letters of this kind may go by e-mail or text: a notice never does."""
    return "email" in kind.served_by and not kind.notice and kind.prescribed is None


def post_closed(letter: Letter) -> str | None:
    """Why this letter may not be posted; None when it may."""
    if not posted(kind_of(letter.case, letter.kind)):
        return f"“{letter.title}” is not a letter to be posted. Hand it over."
    return home_closed(letter)


def take(by: User, letter_id: int) -> Letter:
    """A letter that is ready to go, locked, for somebody who may work on its case. Raises `AlreadyDone` when it is not ready or gone."""
    access.need(by, powers.WORK)
    letter_for(by, letter_id)
    held = Letter.objects.select_for_update(of=("self",))
    letter = held.select_related("case__landlord", "case__owner", "case__instance__version", "party__person", "person", "run").get(
        pk=letter_id
    )
    if why := not_ready(letter):
        raise Refused(why) if letter.status == Letter.RENDERED else AlreadyDone(why)
    return letter


def not_ready(letter: Letter) -> str | None:
    """Why this letter cannot be marked as gone now; None when it can."""
    if letter.status != Letter.RENDERED:
        return f"This letter is now: {letter.get_status_display().lower()}. Only one that is ready to send can be sent."
    if letter.run is not None:
        return f"This letter is in {str(letter.run).lower()}. It goes with that, or after that was given up."
    if on_its_way(letter.pk):
        return "An e-mail with this letter is on its way, or may have been sent. Say first what became of it."
    return None


def on_its_way(letter: int | OuterRef) -> QuerySet[Message]:
    """The e-mails with a letter of which nobody knows yet whether they arrive."""
    return Message.objects.filter(letter=letter, channel="email", status__in=(Message.WAITING, Message.SENDING, Message.UNSURE))


def rendition(letter: Letter, name: str) -> Rendition:
    """What is sent: one rendition of a letter that is made."""
    found = making.drawn(letter, name)
    if found is None:
        raise Refused("This letter has not been drawn in the shape that is to be sent. Write it again.")
    return found


def went(letter: Letter, how: str, *, sha256: str, at: datetime, by: User, now: datetime, status: str = Letter.SENT) -> None:
    """Mark a letter that was taken as gone, with what exactly went. Raises `Refused` for a form whose text is another one by then."""
    _still_the_form(letter, sha256, at)
    letter.status, letter.sent_at, letter.sent_by, letter.sent_how, letter.sent_sha256 = status, at, by, how, sha256
    letter.save(update_fields=["status", "sent_at", "sent_by", "sent_how", "sent_sha256"])
    told = {"letter": letter.pk, "how": how, "sha256": sha256, "on": at.astimezone(LONDON).date().isoformat()}
    said = f"{'Served' if status == Letter.SERVED else 'Sent'} “{letter.title}” {dict(Letter.SENDING)[how].lower()}"
    record("send_letter", said, landlord=letter.case.landlord, by=by, at=now, case_id=letter.case_id, **told)


def _still_the_form(letter: Letter, sha256: str, at: datetime) -> None:
    """A prescribed form is good on the day on which it is given, with the text that was in force when it was drawn."""
    kind = kind_of(letter.case, letter.kind)
    if kind.prescribed is None:
        return
    form = issued(kind, letter.case.landlord, at.astimezone(LONDON).date())
    if not letter.renditions.filter(sha256=sha256, wording=form.version).exists():
        raise Refused("The text of this form has changed since it was made. Write it again.")


@transaction.atomic
def mark_sent(*, letter_id: int, how: str, by: User, now: datetime, post_class: str = "", on: date | None = None) -> Letter:
    """Say that one letter has been posted, or given to the person with no need to prove it."""
    letter = take(by, letter_id)
    if how not in (Letter.POST, Letter.HAND):
        raise InvalidAnswers({"how": "Choose how it was sent"})
    if how == Letter.POST and (closed := post_closed(letter)):
        raise Refused(f"{closed} Nothing was marked as sent.")
    if how == Letter.HAND and kind_of(letter.case, letter.kind).notice:
        raise Refused("This is a notice: say who served it, where and when, so that a court can be told.")
    at, sha256 = moment_of(on, letter, now), rendition(letter, letter.paper).sha256
    if how == Letter.POST:
        serve_by_post(letter, post_class, sha256=sha256, at=at, by=by, now=now)
    went(letter, how, sha256=sha256, at=at, by=by, now=now)
    return letter


def moment_of(on: date | None, letter: Letter | None, now: datetime) -> datetime:
    """The moment of a day on which something was posted. Raises `InvalidAnswers` for a day that cannot be."""
    today = now.astimezone(LONDON).date()
    if on is None or on == today:
        return now
    if on > today:
        raise InvalidAnswers({"on": "This day has not come yet"})
    if letter is not None and letter.rendered_at is not None and on < letter.rendered_at.astimezone(LONDON).date():
        raise InvalidAnswers({"on": "The letter was not made yet on this day"})
    return datetime.combine(on, time(12), LONDON)


def serve_by_post(letter: Letter, post_class: str, *, sha256: str, at: datetime, by: User, now: datetime) -> None:
    """Keep on which day a posted notice counts as served; nothing for a letter that is no notice."""
    if not kind_of(letter.case, letter.kind).notice:
        return
    if post_class not in dict(PrintRun.CLASSES):
        raise InvalidAnswers({"post_class": "Say whether it went first or second class: the day of service hangs on it"})
    place = ", ".join(letter.data.get("recipient", {}).get("address", []))[:300]
    certify(letter, Given(how=post_class, at=at, place=place, server=by.name), sha256=sha256, by=by, now=now)
