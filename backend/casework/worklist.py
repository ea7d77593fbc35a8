"""The list of tasks: its order, and what it can be narrowed to. Each list is a fixed number of statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, time, timedelta

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from backend.accounts.models import Landlord, Team, User
from backend.casework import access
from backend.rules.working_time import LONDON
from backend.workflow.models import Task, Version

LATE, TODAY, WEEK = "late", "today", "week"
#: Working days within which a task is worth opening at once after another.
NEAR = 5
WHEN: Mapping[str, str] = {LATE: "Late", TODAY: "Late or due today", WEEK: "Late or due this week"}


@dataclass(frozen=True)
class Sieve:
    """What a list is narrowed to; empty lets everything through. `kind` is a task's name, `whose` and `patch` rows' numbers."""

    case: str = ""
    kind: str = ""
    promise: str = ""
    patch: str = ""
    whose: str = ""
    when: str = ""

    @classmethod
    def given(cls, values: Mapping[str, object]) -> Sieve:
        """From what an address says; what it does not know it leaves out."""
        return cls(**{field.name: str(values.get(field.name, "")).strip()[:200] for field in fields(cls)})

    @property
    def used(self) -> bool:
        return self != Sieve()


@dataclass(frozen=True)
class Offered:
    """What a list can be narrowed to: value and label of what is in it."""

    kinds: list[tuple[str, str]]
    promises: list[tuple[str, str]]
    patches: list[tuple[str, str]]
    people: list[tuple[str, str]]


def mine(user: User) -> QuerySet[Task]:
    """Open tasks this person may do, most overdue first."""
    return in_order(access.tasks_for(user))


def of_team(user: User, team: Team) -> QuerySet[Task]:
    """Open tasks of a team's people, most overdue first."""
    return in_order(access.tasks_of_team(user, team))


def in_order(tasks: QuerySet[Task]) -> QuerySet[Task]:
    """By when each is meant to be done."""
    return tasks.select_related("instance__case__patch", "owner").order_by(Coalesce("put_off_to", "due_at"), "pk")


def sifted(tasks: QuerySet[Task], sieve: Sieve, *, now: datetime) -> QuerySet[Task]:
    """Those that pass."""
    exact = {"name": sieve.kind, "promise": sieve.promise, "instance__case__patch": _number(sieve.patch), "owner": _number(sieve.whose)}
    tasks = tasks.filter(**{column: value for column, value in exact.items() if value})
    if sieve.case:
        tasks = tasks.filter(instance__case__reference__icontains=sieve.case)
    return tasks.filter(wanted_before(_until(sieve.when, now))) if sieve.when in WHEN else tasks


def wanted_before(moment: datetime) -> Q:
    """Tasks that are meant to be done by then."""
    return Q(put_off_to__lte=moment) | Q(put_off_to=None, due_at__lte=moment)


def _number(text: str) -> int:
    """A row's number; one that no row has for anything else that was given."""
    if not text:
        return 0
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 and int(text) else -1


def _until(when: str, now: datetime) -> datetime:
    """The end of the time meant. A week ends on Sunday."""
    if when == LATE:
        return now
    today = now.astimezone(LONDON).date()
    last = today + timedelta(days=6 - today.weekday() if when == WEEK else 0)
    return datetime.combine(last + timedelta(days=1), time(0), tzinfo=LONDON)


def offered(tasks: QuerySet[Task], landlord: Landlord) -> Offered:
    """What this list can be narrowed to, each by its name."""
    columns = ("name", "promise", "instance__case__patch", "instance__case__patch__name", "owner", "owner__name")
    rows = list(tasks.order_by().values_list(*columns).distinct())
    live = Version.objects.filter(pack__landlord=landlord).order_by("-number").first()
    named = live.contents.promises if live else {}
    return Offered(
        kinds=_sorted((row[0], row[0]) for row in rows),
        promises=_sorted((row[1], named[row[1]].name if row[1] in named else row[1]) for row in rows),
        patches=_sorted((str(row[2] or ""), row[3]) for row in rows),
        people=_sorted((str(row[4] or ""), row[5]) for row in rows),
    )


def _sorted(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted({pair for pair in pairs if pair[0]}, key=lambda pair: pair[1])


def next_of_case(user: User, case_id: int, *, now: datetime) -> Task | None:
    """What this person can go on with in a case they have just worked on: soonest first, unless it is far off."""
    soon = user.landlord.calendar.working_days(NEAR, since=now)
    return mine(user).filter(instance__case=case_id).filter(wanted_before(soon)).first()
