"""How somebody reads their letters: with a second language beside the English, which every letter then has; or in large print,
for which whoever sends a letter posts it by itself, with that shape in the envelope. Set once, kept with the person under every
row that was joined."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

import letters
from backend.accounts import powers
from backend.accounts.models import User
from backend.audit.models import record
from backend.casework import access
from backend.casework.models import Person
from backend.errors import InvalidAnswers


def tongues() -> Mapping[str, str]:
    """The languages that a letter can have beside its English, by code."""
    return {code: language.name for code, language in letters.languages().items()}


@transaction.atomic
def set_reading(*, person: Person, language: str, large_print: bool, by: User, now: datetime) -> Person:
    """Say how this person reads letters. It holds for every letter that is asked for from now on."""
    access.need(by, powers.WORK)
    head = access.lock_person(by, person.pk)
    if language and language not in tongues():
        raise InvalidAnswers({"language": "Choose a language that letters can have"})
    access.rows_of(head).update(letters_in=language, large_print=large_print)
    head.refresh_from_db(fields=["letters_in", "large_print"])
    for case in access.cases_of(head):
        record("set_reading", "Set how a person reads letters", landlord=head.landlord, by=by, at=now, case_id=case.pk, person=head.pk)
    return head
