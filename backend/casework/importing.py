"""Taking a list of homes: tried first, kept when an administrator says so, batch by batch by a worker.

The `HomesImport` row is the job. Each batch and its place in the row are one transaction, so that a worker that dies loses
nothing and does nothing twice; and a list given twice changes nothing the second time, since homes, tenancies and people are
found by the landlord's own references.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import Q

from backend.accounts import powers
from backend.accounts.models import Patch, User
from backend.audit.models import record
from backend.casework import access
from backend.casework.homes_list import MOST_BYTES, Line, Refusal, Tenant, count, lines_in, text_of
from backend.casework.models import HomesImport, Person, Property, RefusedLine, Tenancy
from backend.casework.postcodes import patch_for
from backend.casework.store import Upload
from backend.casework.text import plain
from backend.errors import AlreadyDone, NotFound

BATCH = 1_000
ADDED, CHANGED, SAME = "added", "changed", "same"


@transaction.atomic
def give_list(*, filename: str, content: Upload, by: User, now: datetime) -> HomesImport:
    """Take a file and have it tried: nothing of it is kept yet. Raises `InvalidAnswers` for one that is no list of homes."""
    access.need(by, powers.ADMINISTER)
    text = text_of(content.read(MOST_BYTES + 1))
    total = count(text)
    given = HomesImport.objects.create(landlord=by.landlord, by=by, at=now, filename=plain(filename)[:200], text=text, total=total)
    record("give_homes", f"Gave a list of {total:,} homes to be tried", landlord=by.landlord, by=by, at=now, imported=given.pk)
    return given


def import_by_id(by: User, import_id: int) -> HomesImport:
    """A list of the administrator's landlord. Raises `NotFound`."""
    access.need(by, powers.ADMINISTER)
    found = HomesImport.objects.select_related("by").filter(pk=import_id, landlord=by.landlord_id).first()
    if found is None:
        raise NotFound
    return found


def imports(by: User) -> Sequence[HomesImport]:
    """The last lists that were given, the newest first."""
    access.need(by, powers.ADMINISTER)
    return list(HomesImport.objects.filter(landlord=by.landlord_id).select_related("by").defer("text").order_by("-at", "-pk")[:20])


@transaction.atomic
def keep_list(*, import_id: int, by: User, now: datetime) -> HomesImport:
    """Keep what a list that was tried would add and change."""
    return _decide(import_id, HomesImport.KEEPING, "Had a list of homes kept", by, now)


@transaction.atomic
def drop_list(*, import_id: int, by: User, now: datetime) -> HomesImport:
    """Throw a list away that was tried."""
    return _decide(import_id, HomesImport.DROPPED, "Threw a list of homes away", by, now)


def _decide(import_id: int, status: str, sentence: str, by: User, now: datetime) -> HomesImport:
    given = import_by_id(by, import_id)
    waiting = HomesImport.objects.filter(pk=given.pk, status=HomesImport.LOOKED)
    fresh: dict[str, Any] = dict.fromkeys(("reached", "added", "changed", "same", "refused"), 0)
    if waiting.update(status=status, **(fresh if status == HomesImport.KEEPING else {"text": "", "done_at": now})) == 0:
        raise AlreadyDone("This list is not waiting for a decision, so nothing was changed.")
    if status == HomesImport.KEEPING:
        given.refused_lines.all().delete()
    record("decide_homes", sentence, landlord=by.landlord, by=by, at=now, imported=given.pk, decision=status)
    return given


# The worker's part


def import_next(*, now: datetime) -> bool:
    """Go through one batch of the oldest list that waits; False when none does."""
    with transaction.atomic():
        waiting = HomesImport.objects.filter(status__in=(HomesImport.LOOKING, HomesImport.KEEPING)).order_by("at", "pk")
        given = waiting.select_related("landlord").select_for_update(of=("self",), skip_locked=True).first()
        if given is None:
            return False
        patches = list(given.landlord.patches.all())
        batch = list(islice(lines_in(given.text, [patch.name for patch in patches], after=given.reached), BATCH))
        _take(given, [line for line in batch if isinstance(line, Line)], patches)
        _refuse(given, [line for line in batch if isinstance(line, Refusal)])
        given.reached += len(batch)
        if given.reached >= given.total:
            _finish(given, now)
        given.save()
        return True


def _refuse(given: HomesImport, refusals: Sequence[Refusal]) -> None:
    given.refused += len(refusals)
    RefusedLine.objects.bulk_create([RefusedLine(imported=given, line=one.number, why=one.why, cells=one.cells) for one in refusals])


def _finish(given: HomesImport, now: datetime) -> None:
    if given.status == HomesImport.LOOKING:
        given.status = HomesImport.LOOKED
        return
    given.status, given.done_at, given.text = HomesImport.DONE, now, ""
    said = f"Kept a list of homes: {given.added:,} added, {given.changed:,} changed, {given.same:,} as they were, {given.refused:,} refused"
    record("keep_homes", said, landlord=given.landlord, by=given.by, at=now, imported=given.pk)


@dataclass
class _Rows:
    """What a batch makes and changes, gathered so that it is written at once."""

    new: list[Any] = field(default_factory=list)
    changed: dict[int, Any] = field(default_factory=dict)


def _take(given: HomesImport, lines: Sequence[Line], patches: Sequence[Patch]) -> None:
    batch = _Batch(given, lines, patches)
    for line in lines:
        outcome = batch.take(line)
        setattr(given, outcome, getattr(given, outcome) + 1)
    if given.status == HomesImport.KEEPING:
        batch.write()


class _Batch:
    """One batch of lines against what is there: everything is read at once, compared, and written at once."""

    def __init__(self, given: HomesImport, lines: Sequence[Line], patches: Sequence[Patch]) -> None:
        self.landlord, self.patches = given.landlord, patches
        names = [tenant.reference for line in lines for tenant in line.tenants]
        own = Q(landlord=given.landlord_id)
        self.homes = {one.reference: one for one in Property.objects.filter(own, reference__in=[line.reference for line in lines])}
        here = Q(reference__in=[line.tenancy for line in lines if line.tenancy]) | Q(property__in=self.homes.values(), ends=None)
        tenancies = Tenancy.objects.filter(own & here).select_related("property").prefetch_related("people")
        self.tenancies = {one.reference: one for one in tenancies}
        self.people = {one.reference: one for one in Person.objects.filter(own, reference__in=names)}
        self.living: dict[str, list[Person]] = {}
        self.rows = {model: _Rows() for model in (Property, Person, Tenancy)}

    def take(self, line: Line) -> str:
        home, outcome = self._home(line)
        people = [self._person(tenant, line) for tenant in line.tenants]
        outcomes = {
            outcome,
            *(said for _, said in people),
            *(self._tenancy(line, home, [one for one, _ in people]) if line.tenancy else ()),
        }
        return outcome if outcome == ADDED else CHANGED if outcomes - {SAME} else SAME

    def _home(self, line: Line) -> tuple[Property, str]:
        patch = next((one for one in self.patches if one.name == line.patch), None) or patch_for(self.patches, line.postcode)
        values = {"uprn": line.uprn, "address": line.address, "postcode": line.postcode, "patch_id": patch.pk if patch else None}
        return self._put(Property, self.homes, line.reference, values)

    def _person(self, tenant: Tenant, line: Line) -> tuple[Person, str]:
        told = {"name": tenant.name, "phone": tenant.phone, "email": tenant.email, "address": line.address, "postcode": line.postcode}
        standing = self.people.get(tenant.reference)
        # What an officer put right since the last list stays right.
        kept = {key: value for key, value in told.items() if standing is None or getattr(standing, key) == standing.imported.get(key)}
        return self._put(Person, self.people, tenant.reference, {**kept, "imported": told})

    def _tenancy(self, line: Line, home: Property, people: Sequence[Person]) -> Iterable[str]:
        values = {"property": home, "type": line.type, "starts": line.starts, "ends": line.ends}
        tenancy, outcome = self._put(Tenancy, self.tenancies, line.tenancy, values)
        before = {one.reference for one in tenancy.people.all()} if tenancy.pk else set()
        if before != {one.reference for one in people}:
            self.living[line.tenancy] = list(people)
            outcome = outcome if outcome == ADDED else CHANGED
        return [outcome, *self._ended(line, home)]

    def _ended(self, line: Line, home: Property) -> Iterable[str]:
        """A tenancy of the same home that the list does not name any more ended when the new one began."""
        for other in self.tenancies.values():
            here = home.pk is not None and other.property_id == home.pk and other.reference != line.tenancy and other.ends is None
            if here and line.starts and line.ends is None and other.starts <= line.starts:
                other.ends = line.starts
                self.rows[Tenancy].changed[other.pk] = other
                yield CHANGED

    def _put(self, model: Any, standing: dict[str, Any], reference: str, values: dict[str, Any]) -> tuple[Any, str]:
        found = standing.get(reference)
        if found is None:
            standing[reference] = model(landlord=self.landlord, reference=reference, **values)
            self.rows[model].new.append(standing[reference])
            return standing[reference], ADDED
        differing = {key: value for key, value in values.items() if getattr(found, key) != value}
        for key, value in differing.items():
            setattr(found, key, value)
        if differing and found.pk:
            self.rows[model].changed[found.pk] = found
        return found, CHANGED if differing else SAME

    def write(self) -> None:
        fields = {
            Property: ("uprn", "address", "postcode", "patch"), Person: ("name", "phone", "email", "address", "postcode", "imported"),
            Tenancy: ("property", "type", "starts", "ends"),
        }  # fmt: skip
        for model, rows in self.rows.items():
            model._default_manager.bulk_create(rows.new)
            model._default_manager.bulk_update(list(rows.changed.values()), fields[model])
        links = Tenancy.people.through
        moved = {self.tenancies[reference].pk: people for reference, people in self.living.items()}
        links._default_manager.filter(tenancy__in=moved).delete()
        links._default_manager.bulk_create([links(tenancy_id=pk, person_id=one.pk) for pk, people in moved.items() for one in people])
