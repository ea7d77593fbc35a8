"""How to reach somebody without putting them in danger: set by an officer, and asked before anything goes out.

Knows nothing of letters: who is about to write asks `post_refused` and gets a sentence, or nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from functools import reduce
from operator import or_

from django.db import transaction
from django.db.models import Q, QuerySet

from backend.accounts import powers
from backend.accounts.models import User
from backend.audit.models import record
from backend.casework import access
from backend.casework.models import Person, SafeContact
from backend.casework.models.case import SAFETY
from backend.casework.phones import WHOLE, national
from backend.casework.text import plain
from backend.errors import InvalidAnswers

MAX_WORDS = 2_000


@transaction.atomic
def set_safe_contact(
    *, person: Person, never_post: bool, never_message: bool, ways: str, times: str, words: str, numbers: str, by: User, now: datetime
) -> SafeContact:
    """Say how somebody is reached safely. It holds in every case that they are in, under every row that is them."""
    access.need(by, powers.WORK)
    head = access.lock_person(by, person.pk)
    texts = {key: plain(text) for key, text in (("ways", ways), ("times", times), ("words", words), ("numbers", numbers))}
    if not (never_post or never_message or any(texts.values())):
        raise InvalidAnswers({"ways": "Say how to reach them, or what must never be done"})
    if long := {key: f"Shorten this to {MAX_WORDS:,} characters" for key, text in texts.items() if len(text) > MAX_WORDS}:
        raise InvalidAnswers(long)
    kept, _ = SafeContact.objects.update_or_create(
        person=head, defaults={**texts, "never_post": never_post, "never_message": never_message, "set_by": by, "set_at": now}
    )
    _tell_cases(head, "set_safe_contact", "Set how to contact a person safely", by, now)
    return kept


@transaction.atomic
def lift_safe_contact(*, person: Person, reason: str, by: User, now: datetime) -> None:
    """Take the rules away, with a reason: from then on the person is reached as everybody else is."""
    access.need(by, powers.WORK)
    head = access.person_for(by, person.pk)
    if not plain(reason):
        raise InvalidAnswers({"reason": "Say why it is safe now"})
    SafeContact.objects.filter(person=head).delete()
    _tell_cases(head, "lift_safe_contact", "Took away a person’s safe-contact rules", by, now, reason=plain(reason)[:300])


def _tell_cases(head: Person, verb: str, sentence: str, by: User, now: datetime, **details: str) -> None:
    """One line on the history of each case of theirs; what the rules say stays off it."""
    for case in access.cases_of(head):
        record(verb, sentence, landlord=head.landlord, by=by, at=now, case_id=case.pk, person=head.pk, **details)


def post_refused(person: Person | None) -> str | None:
    """Why nothing may be posted to this person; None when it may. Always asks the database: a rule may be minutes old.

    Somebody may have been written down again since: a row that could be them is held too, until a person has looked."""
    found = Person.objects.select_related(*SAFETY).filter(pk=person.pk).first() if person else None
    if found is None:
        return None
    if found.safety is not None:
        sentence = f"{found.name} must not be written to at home. Reach them in a way that is safe, as their page says."
        return sentence if found.safety.never_post else None
    if guarded(landlord_id=found.landlord_id, name=found.name, phone=found.phone, postcode=found.postcode).filter(never_post=True).exists():
        return f"{found.name} may be somebody who must not be written to at home. Look on their page whether they are the same person."
    return None


def posts_refused(people: Sequence[Person]) -> dict[int, str]:
    """Of these people of one landlord, to whom nothing may be posted, and why: asked at once for those of whom nothing is known."""
    if not people:
        return {}
    could_be = (alike(name=one.name, phone=one.phone, postcode=one.postcode) for one in people)
    own = Q(pk__in=[one.same_as_id or one.pk for one in people])
    rows = Person.objects.filter(reduce(or_, could_be, own), landlord=people[0].landlord_id)
    if not SafeContact.objects.filter(Q(person__in=rows) | Q(person__duplicates__in=rows), never_post=True).exists():
        return {}
    return {one.pk: sentence for one in people if (sentence := post_refused(one))}


def message_refused(person: Person, to: str) -> str | None:
    """Why no e-mail or text message may go to this address or number of theirs; None when it may. Always asks the database."""
    found = Person.objects.select_related(*SAFETY).get(pk=person.pk)
    if found.safety is None:
        rules = guarded(landlord_id=found.landlord_id, name=found.name, phone=found.phone, postcode=found.postcode)
        said = f"{found.name} may be somebody to whom no message may go. Look on their page whether they are the same person."
        return said if rules.filter(never_message=True).exists() else None
    if found.safety.never_message:
        return f"{found.name} must not be left a message. Reach them in a way that is safe, as their page says."
    if found.safety.numbers and not _among(to, found.safety.numbers):
        return f"{to} is not among the safe numbers and addresses of {found.name}. Use one that is, as their page says."
    return None


def _among(to: str, safe: str) -> bool:
    if "@" in to:
        return to.casefold() in map(str.casefold, addresses_in(safe))
    return any(national(number) == national(to) for number in numbers_in(safe))


def numbers_in(text: str) -> list[str]:
    """The telephone numbers in somebody's words."""
    return re.findall(r"\+?\d[\d ()-]{7,}\d", text)


def addresses_in(text: str) -> list[str]:
    """The e-mail addresses in somebody's words."""
    return [found.rstrip(".") for found in re.findall(r"[^\s,;:<>()]+@[^\s,;:<>()]+", text)]


def guarded(*, landlord_id: int, name: str, phone: str, postcode: str) -> QuerySet[SafeContact]:
    """The rules of everybody who could be the person of this name, number and postcode."""
    people = Person.objects.filter(alike(name=name, phone=phone, postcode=postcode), landlord=landlord_id)
    return SafeContact.objects.filter(Q(person__in=people) | Q(person__duplicates__in=people)).distinct()


def alike(*, name: str, phone: str, postcode: str) -> Q:
    """Which rows of people could be the same human being: the same telephone number, or the same name at the same postcode."""
    number, same = national(phone), Q(pk=None)
    if len(number) >= WHOLE:
        same |= Q(findable__contains=f" {number} ")
    return same | Q(name__iexact=name, postcode=postcode) if name and postcode else same
