"""Telling officers of their work: when it arrives, when it is nearly late, when it is late. Each is said once.

A task's own row says when people should next be told of it; the sweep takes those rows, so completing a task costs
nothing more. Knows nothing of how an e-mail is sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from backend.accounts.models import AT_ONCE, IN_PRODUCT, Absence, User
from backend.audit.models import Entry
from backend.casework.models import Notice
from backend.rules.deadlines import next_opening, warn_at
from backend.rules.working_time import LONDON, Calendar
from backend.workflow.models import Task

#: Tasks that one look takes.
BATCH = 500


def make_due(*, now: datetime) -> int:
    """Write down whom to tell of what, for every task whose moment has come; gives back how many tasks there were."""
    total = made = _make_some(now)
    while made == BATCH:
        made = _make_some(now)
        total += made
    return total


@transaction.atomic
def _make_some(now: datetime) -> int:
    waiting = Task.objects.filter(status=Task.OPEN, notice_at__lte=now).order_by("notice_at")
    tasks = list(
        waiting.select_for_update(of=("self",), skip_locked=True, no_key=True).select_related(
            "instance__landlord", "instance__case", "owner"
        )[:BATCH]
    )
    if not tasks:
        return 0
    staff, calendars = _Staff(tasks, now), _calendars(tasks)
    rows: list[Notice] = []
    for task in tasks:
        calendar = calendars[task.instance.landlord_id]
        if kind := _kind(task, calendar, now):
            rows.extend(_notice(task, person, kind, calendar, now) for person in staff.told_of(task, kind))
        task.notice_at = _next(task, calendar, now)
    Notice.objects.bulk_create(rows, ignore_conflicts=True)
    Task.objects.bulk_update(tasks, ["notice_at"])
    return len(tasks)


def tell_handed(task: Task, to: User, *, now: datetime) -> None:
    """Somebody was given a task by a colleague."""
    row = _notice(task, to, Notice.HANDED, task.instance.landlord.calendar, now)
    Notice.objects.bulk_create([row], ignore_conflicts=True)


def _kind(task: Task, calendar: Calendar, now: datetime) -> str:
    """What there is to say of a task now; "" for nothing."""
    if task.wanted_at <= now:
        return Notice.LATE
    if task.notice_at == task.opened_at:
        return Notice.ARRIVED
    return Notice.SOON if warn_at(task.wanted_at, calendar) <= now else ""


def _next(task: Task, calendar: Calendar, now: datetime) -> datetime | None:
    """When there is next something to say of it."""
    moments = (warn_at(task.wanted_at, calendar), task.wanted_at)
    return next((moment for moment in moments if moment > now), None)


def _calendars(tasks: Iterable[Task]) -> dict[int, Calendar]:
    landlords = {task.instance.landlord_id: task.instance.landlord for task in tasks}
    return {number: landlord.calendar for number, landlord in landlords.items()}


def _notice(task: Task, person: User, kind: str, calendar: Calendar, now: datetime) -> Notice:
    return Notice(task=task, person=person, kind=kind, at=now, mail_at=_mail_at(person, calendar, now))


def _mail_at(person: User, calendar: Calendar, now: datetime) -> datetime | None:
    """When an e-mail says it too: at once, with the day's digest as the office opens, or never."""
    if not settings.MAILS or person.told == IN_PRODUCT:
        return None
    return now if person.told == AT_ONCE else next_opening(now, calendar)


class _Staff:
    """Whom a batch of tasks concerns, read once for all of them."""

    def __init__(self, tasks: Sequence[Task], now: datetime) -> None:
        roles = {task.role for task in tasks if task.owner_id is None}
        people = User.objects.filter(is_active=True, roles__code__in=roles, landlord__in={task.instance.landlord_id for task in tasks})
        self.in_role = list(people.distinct().prefetch_related("roles", "patches")) if roles else []
        owners = {task.owner_id for task in tasks if task.owner_id}
        away = Absence.objects.filter(Absence.on(now.astimezone(LONDON).date()), user__in=owners)
        self.covers: dict[int, list[User]] = {}
        for absence in away.select_related("cover"):
            self.covers.setdefault(absence.user_id, []).append(absence.cover)
        began = Entry.objects.filter(case_id__in={task.instance.case.pk for task in tasks}, at__in={task.opened_at for task in tasks})
        self.began = set(began.values_list("case_id", "at", "by_id"))

    def told_of(self, task: Task, kind: str) -> Iterator[User]:
        """Nobody is told that work has arrived which they have just begun themselves."""
        for person in self._concerned(task):
            if person.is_active and not (kind == Notice.ARRIVED and (task.instance.case.pk, task.opened_at, person.pk) in self.began):
                yield person

    def _concerned(self, task: Task) -> Sequence[User]:
        if task.owner is None:
            return self._of_role(task)
        return [task.owner, *self.covers.get(task.owner.pk, ())]

    def _of_role(self, task: Task) -> list[User]:
        """Nobody's yet: those of its role who have the case's patch, or all of its role where nobody has."""
        able = [p for p in self.in_role if p.landlord_id == task.instance.landlord_id and task.role in p.role_codes]
        patch = task.instance.case.patch_id
        near = [person for person in able if patch in {one.pk for one in person.patches.all()}]
        return near or able


def notices_of(user: User) -> QuerySet[Notice]:
    """What this person has been told of work that is still open and theirs, newest first."""
    theirs = Q(task__owner__in={user.pk, *user.covers}) | Q(task__owner=None, task__role__in=user.role_codes)
    return user.notices.filter(theirs, task__status=Task.OPEN).select_related("task__instance__case")


def unread(user: User) -> int:
    """How many of these they have not seen."""
    return notices_of(user).filter(read_at=None).order_by().values("task").distinct().count()


def mark_read(user: User, *, now: datetime, task: Task | None = None) -> None:
    """They have seen these: all, or those of one task."""
    found = user.notices.filter(read_at=None)
    (found.filter(task=task) if task else found).update(read_at=now)
