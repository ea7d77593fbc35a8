"""One human being across cases: who is the same as whom, and which cases they are in as far as somebody may see them.

A person is never joined by the product: only ever by somebody's choice, with a reason, and it can be undone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Prefetch, Q, QuerySet

from backend.accounts import powers
from backend.accounts.models import User
from backend.audit.models import record
from backend.casework import access
from backend.casework.models import Case, Party, Person, Property, SafeContact, Tenancy
from backend.casework.safety import alike
from backend.casework.text import plain
from backend.errors import AlreadyDone, DomainError, InvalidAnswers, NotFound


@dataclass(frozen=True)
class Known:
    """A person with all that one officer may know: `elsewhere` counts the cases that are not theirs to see."""

    person: Person
    others: Sequence[Person]
    parts: Sequence[Party]
    tenancies: Sequence[Tenancy]
    elsewhere: int
    may_be_same: Sequence[Person]

    @property
    def reachable(self) -> bool:
        """Whether this officer may see where the person is: always, unless that could put them in danger."""
        return self.person.safety is None or bool(self.parts)


def known(user: User, person_id: int) -> Known:
    """Somebody's page. Raises `NotFound` for a person whom this user may not see."""
    head = access.person_for(user, person_id)
    rows = access.rows_of(head)
    parts = (
        Party.objects.filter(access.seen_by(user, "case__"), person__in=rows)
        .select_related("case__owner", "person")
        .order_by("-case__opened_at", "role")
    )
    tenancies = Tenancy.objects.filter(people__in=rows).select_related("property").distinct()
    elsewhere = access.cases_of(head).count() - len({part.case_id for part in parts})
    return Known(head, list(head.duplicates.order_by("pk")), list(parts), list(tenancies), elsewhere, list(_likely_same(user, head)[:5]))


def _likely_same(user: User, head: Person) -> QuerySet[Person]:
    """People who may be this one: the same number, the same mail address, or the same name at the same postcode."""
    same = alike(name=head.name, phone=head.phone, postcode=head.postcode)
    if head.email:
        same |= Q(email__iexact=head.email)
    return access.people_for(user).filter(same, same_as=None).exclude(pk=head.pk).order_by("pk")


@transaction.atomic
def join(*, person: Person, into: Person, reason: str, by: User, now: datetime) -> Person:
    """Say that two rows are the same human being. What each case was told stays in it; rules for safety, and how they read letters,
    hold for both."""
    access.need(by, powers.WORK)
    # In one order: two who join the same two would else wait for each other.
    for head in sorted(access.person_for(by, one.pk).pk for one in (into, person)):
        access.lock_person(by, head)
    kept, twice = access.person_for(by, into.pk), access.person_for(by, person.pk)
    if not plain(reason):
        raise InvalidAnswers({"reason": "Say how you know that they are the same person"})
    if kept == twice:
        raise AlreadyDone("They are already one person, so nothing was changed.")
    _carry_safety(twice, kept)
    Person.objects.filter(Q(pk=twice.pk) | Q(same_as=twice)).update(same_as=kept)
    language, large_print = kept.letters_in or twice.letters_in, kept.large_print or twice.large_print
    access.rows_of(kept).update(letters_in=language, large_print=large_print)
    kept.letters_in, kept.large_print = language, large_print
    for case in access.cases_of(kept):
        record(
            "join_people", "Joined two entries of the same person", landlord=kept.landlord, by=by, at=now, case_id=case.pk,
            person=kept.pk, joined=twice.pk, reason=plain(reason)[:300],
        )  # fmt: skip
    return kept


def _carry_safety(twice: Person, kept: Person) -> None:
    """Nobody becomes less safe by being joined: rules are added up, words are put together."""
    carried, standing = (SafeContact.objects.filter(person=one).first() for one in (twice, kept))
    if carried is None:
        return
    if standing is None:
        carried.person = kept
        carried.save(update_fields=["person"])
        return
    standing.never_post |= carried.never_post
    standing.never_message |= carried.never_message
    for key in SafeContact.SEALED:
        texts = dict.fromkeys(text for text in (getattr(standing, key), getattr(carried, key)) if text)
        setattr(standing, key, "\n".join(texts))
    standing.save()
    carried.delete()


@transaction.atomic
def part(*, person: Person, reason: str, by: User, now: datetime) -> Person:
    """Undo a joining: the rows are two people after all. Rules for safety stay with both until somebody lifts them."""
    access.need(by, powers.WORK)
    head = access.lock_person(by, person.pk)
    row = Person.objects.filter(pk=person.pk, same_as=head).select_related("landlord").first()
    if row is None:
        raise NotFound
    if not plain(reason):
        raise InvalidAnswers({"reason": "Say why they are two people"})
    cases = [case.pk for case in access.cases_of(head)]
    rules = SafeContact.objects.filter(person=head).first()
    if rules is not None:
        rules.pk, rules.person = None, row
        rules._state.adding = True
        rules.save()
    row.same_as = None
    row.save(update_fields=["same_as"])
    for case in cases:
        record(
            "part_people", "Parted two entries that had been joined", landlord=row.landlord, by=by, at=now, case_id=case,
            person=head.pk, parted=row.pk, reason=plain(reason)[:300],
        )  # fmt: skip
    return row


@transaction.atomic
def add_known_party(*, case: Case, person: Person, role: str, confidential: bool, by: User, now: datetime) -> Party:
    """Add somebody we know already: a tenant, or a person of another case. Their details are theirs, not typed again."""
    case, person = access.work_on(by, case), access.person_for(by, person.pk)
    if role not in dict(Party.ROLES):
        raise InvalidAnswers({"role": "Choose what part this person has"})
    try:
        with transaction.atomic():
            party = Party.objects.create(case=case, role=role, person=person, confidential=confidential, added_at=now)
    except IntegrityError:
        raise DomainError(f"{person.name} is on this case already, in this part. Nothing was changed.") from None
    said = f"Added a {party.get_role_display().lower()} whom we know"
    record("add_party", said, landlord=case.landlord, by=by, at=now, case_id=case.pk, party=party.pk, person=person.pk)
    return party


@dataclass(frozen=True)
class Home:
    """One home: who has held it, as far as this officer may know, and the cases about it that are theirs to see."""

    property: Property
    tenancies: Sequence[tuple[Tenancy, Sequence[Person]]]
    cases: Sequence[Case]


def home_page(user: User, property_id: int) -> Home:
    """A home's page. Raises `NotFound` for another landlord's."""
    found = access.homes_for(user).select_related("patch").filter(pk=property_id).first()
    if found is None:
        raise NotFound
    tenancies = found.tenancies.prefetch_related(Prefetch("people", access.people_for(user).order_by("name")))
    held = [(tenancy, list(tenancy.people.all())) for tenancy in tenancies]
    people = [one.pk for _, several in held for one in several]
    about = Q(parties__person__in=people) | Q(place__istartswith="".join(found.address[:1]), postcode=found.postcode)
    cases = Case.objects.filter(access.seen_by(user)).filter(about).select_related("owner").distinct().order_by("-opened_at")[:20]
    return Home(found, held, list(cases))
