"""Sending letters that are made."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from backend.accounts import powers
from backend.accounts.models import User
from backend.audit.models import record
from backend.casework import access
from backend.casework.safety import post_refused
from backend.correspondence.commands import letter_for
from backend.correspondence.models import Letter
from backend.errors import AlreadyDone, InvalidAnswers, Refused


@transaction.atomic
def mark_sent(*, letter_id: int, how: str, by: User, now: datetime) -> Letter:
    """Say that a letter has been posted or handed over."""
    letter = letter_for(by, letter_id)
    access.need(by, powers.WORK)
    if how not in dict(Letter.SENDING):
        raise InvalidAnswers({"how": "Choose how it was sent"})
    if how == Letter.POST and (unsafe := post_refused(letter.party.person if letter.party else None)):
        raise Refused(f"{unsafe} Nothing was marked as sent.")
    if Letter.objects.filter(pk=letter.pk, status=Letter.RENDERED).update(status=Letter.SENT, sent_at=now, sent_by=by, sent_how=how) == 0:
        raise AlreadyDone("This letter has already been sent, or is not ready yet.")
    said = f"Sent “{letter.title}”"
    record("send_letter", said, landlord=letter.case.landlord, by=by, at=now, case_id=letter.case_id, letter=letter.pk, how=how)
    return letter
