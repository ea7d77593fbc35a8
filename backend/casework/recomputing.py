"""After a change of the landlord's calendar: live promises are worked out again, case by case, and each case says so.

The `CalendarChange` row is the job: a batch of cases moves in one transaction with its place in the row, so that a
worker that dies loses nothing and does nothing twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from backend.accounts.models import CalendarChange
from backend.audit.models import Entry
from backend.rules.working_time import LONDON
from backend.workflow.dues import Moved, recompute
from backend.workflow.models import Instance

BATCH = 100
#: A task that opened while the change was being kept may still have its date from the calendar before.
MEANWHILE = timedelta(minutes=1)


def recompute_next(*, now: datetime) -> bool:
    """Work out one batch of the oldest change that waits; False when none does."""
    with transaction.atomic():
        waiting = CalendarChange.objects.filter(done_at=None).order_by("at", "pk").select_related("landlord")
        change = waiting.select_for_update(of=("self",)).first()
        if change is None:
            return False
        batch = _batch(change)
        landlord = change.landlord
        moved = recompute(
            batch, was=landlord.calendar_with(change.before), will=landlord.calendar_with(change.after),
            opened_before=change.at + MEANWHILE, now=now,
        )  # fmt: skip
        Entry.objects.bulk_create(_entries(change, batch, moved, now))
        change.moved += sum(not one.kept for one in moved)
        change.kept += sum(one.kept for one in moved)
        if len(batch) < BATCH:
            change.done_at = now
        else:
            change.reached = batch[-1].pk
        change.save(update_fields=["moved", "kept", "done_at", "reached"])
        return True


def _batch(change: CalendarChange) -> list[Instance]:
    """The next instances, locked: nobody else moves them while their dates move."""
    running = Instance.objects.filter(landlord=change.landlord_id, ended_at=None, pk__gt=change.reached).exclude(state=None)
    return list(running.select_related("version", "case").select_for_update(of=("self",)).order_by("pk")[:BATCH])


def _entries(change: CalendarChange, batch: Iterable[Instance], moved: Iterable[Moved], now: datetime) -> list[Entry]:
    cases = {instance.pk: instance.case.pk for instance in batch}
    return [
        Entry(
            landlord_id=change.landlord_id, case_id=cases[one.instance_id], by_id=change.by_id, at=now,
            verb="keep_promise" if one.kept else "recompute_promise", sentence=_sentence(one)[:300],
            details={"reason": f"{change.sentence}. {change.reason}", "before": one.before.isoformat(), "after": one.after.isoformat()},
        )
        for one in moved
    ]  # fmt: skip


def _sentence(one: Moved) -> str:
    if one.kept:
        return (
            f"“{one.name}” stays due {_moment(one.before)}, as people have been told. By the changed calendar it would be "
            f"{_moment(one.after)}: write or call before you count on that"
        )
    return f"“{one.name}” is due {_moment(one.after)} instead of {_moment(one.before)}: the office calendar changed"


def _moment(value: datetime) -> str:
    local = value.astimezone(LONDON)
    return f"{local:%A} {local.day} {local:%B %Y, %H:%M}"
