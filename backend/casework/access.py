"""Which cases and tasks a person may see and do. Every query and command asks here; views never decide."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from operator import or_

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet

from backend.accounts import powers
from backend.accounts.models import Closure, Team, User
from backend.casework.models import Case, Party, Person, Property, Report
from backend.casework.models.case import SAFETY
from backend.errors import NotAllowed, NotFound
from backend.workflow.models import Task
from backend.workflow.prepared import Prepared


def need(user: User, *any_of: str) -> None:
    """Raise `NotAllowed` unless the user has one of these powers."""
    if not any(user.can(power) for power in any_of):
        raise NotAllowed


def cases_for(user: User, cases: QuerySet[Case] | None = None) -> QuerySet[Case]:
    """The cases this person may see, of all or of these: all of the landlord's, or their own, their patches', those they
    opened, and those in which a task waits for one of their roles and belongs to nobody yet."""
    cases = (Case.objects.all() if cases is None else cases).filter(landlord=user.landlord_id)
    if not user.can(powers.WORK):
        return cases.none()
    if user.can(powers.ALL_CASES):
        return cases
    # Each way on its own: with “or” between them the database would go through every case of the landlord.
    first, *others = (cases.filter(way).values("pk") for way in _ways(user, "", *_whose(user)))
    return Case.objects.filter(pk__in=first.union(*others))


def seen_by(user: User, case: str = "") -> Q:
    """That `cases_for` this person has the case, or the row's case at the path `case` (“instance__case__”). Asked of each
    row on its own: for rows that are few whatever the landlord's size."""
    theirs = Q(**{f"{case}landlord": user.landlord_id})
    if not user.can(powers.WORK):
        return Q(pk__in=[])
    return theirs if user.can(powers.ALL_CASES) else theirs & reduce(or_, _ways(user, case, reduce(or_, _whose(user))))


def sees(user: User, **which: int) -> bool:
    """Whether this person may see one case, told by a column of it: `instance` or `pk`."""
    return Case.objects.filter(seen_by(user), **which).exists()


def _ways(user: User, case: str, *waiting: Q) -> Iterator[Q]:
    """Why somebody may see a case of their landlord; `waiting`: the tasks that show it."""
    yield Q(**{f"{case}owner__in": _hands(user)})
    yield Q(**{f"{case}opened_by": user})
    yield Q(**{f"{case}patch__in": [patch.pk for patch in user.patches.all()]})
    for whose in waiting:
        yield Q(Exists(Task.objects.filter(whose, instance=OuterRef(f"{case}instance"), status=Task.OPEN)))


def _hands(user: User) -> set[int]:
    """This person, and everybody who is away today and whom they cover for."""
    return {user.pk, *user.covers}


def _whose(user: User) -> tuple[Q, Q]:
    """Tasks that are theirs or of somebody they cover for; those of their roles and nobody's yet."""
    return Q(owner__in=_hands(user)), Q(owner=None, role__in=user.role_codes)


def case_for(user: User, reference: str) -> Case:
    """The case, if this person may see it. Raises `NotFound`, never more: another's case does not exist."""
    cases = Case.objects.filter(seen_by(user), reference=reference)
    case = cases.select_related("landlord", "owner", "patch", "instance__version").first()
    if case is None:
        raise NotFound
    return case


def work_on(user: User, case: Case) -> Case:
    """The case, for somebody who works on cases and may see it."""
    need(user, powers.WORK)
    return case_for(user, case.reference)


def tasks_for(user: User) -> QuerySet[Task]:
    """Open tasks that this person may do: of their roles and nobody's yet, their own, or of somebody they cover for."""
    tasks = Task.objects.filter(landlord=user.landlord_id, status=Task.OPEN)
    if not user.can(powers.WORK):
        return tasks.none()
    # Each of them shows its case. The two kinds on their own, for the same reason as above.
    own, roles = (tasks.filter(whose).values("pk") for whose in _whose(user))
    return Task.objects.filter(pk__in=own.union(roles))


def tasks_of_team(user: User, team: Team) -> QuerySet[Task]:
    """Open tasks of a team's people: for those in it, of cases that they may see, and for managers."""
    tasks = Task.objects.filter(landlord=user.landlord_id, status=Task.OPEN, owner__team=team)
    if team.landlord_id != user.landlord_id or not user.can(powers.WORK) or not (user.can(powers.MANAGE) or team.pk == user.team_id):
        raise NotFound
    return tasks if user.can(powers.MANAGE) else tasks.filter(seen_by(user, "instance__case__"))


def may_see(user: User, task: Task) -> bool:
    """Whether this person may see the task's case. Their own open task, or one that waits for their role, shows it."""
    if task.instance.landlord_id != user.landlord_id or not user.can(powers.WORK):
        return False
    if task.status == Task.OPEN and _is_in_hand(user, task):
        return True
    return sees(user, instance=task.instance_id)


def _is_in_hand(user: User, task: Task) -> bool:
    """Theirs, their role's and nobody's yet, or of somebody they cover for; the last is read only when it matters."""
    if task.owner_id is None:
        return task.role in user.role_codes
    return task.owner_id == user.pk or task.owner_id in user.covers


def may_do(user: User, task: Task) -> bool:
    """Whether this person may complete the task: theirs, their role's, a manager's to step in, or of somebody they cover for."""
    if not user.can(powers.WORK) or task.instance.landlord_id != user.landlord_id:
        return False
    return task.owner_id == user.pk or task.role in user.role_codes or user.can(powers.MANAGE) or task.owner_id in user.covers


def need_task(user: User, task: Task) -> None:
    """Raise `NotFound` unless this person may see the task, and `NotAllowed` unless they may do it."""
    if not may_see(user, task):
        raise NotFound
    if not may_do(user, task):
        raise NotAllowed("This task belongs to another role. Ask your team leader to hand it over.")


def could_have_done(user: User, task: Task) -> bool:
    """Whether a closed task was this person's to do: theirs, their role's, or of a case they may see."""
    if not user.can(powers.WORK) or task.instance.landlord_id != user.landlord_id:
        return False
    own = task.owner_id == user.pk or task.role in user.role_codes or task.owner_id in user.covers
    return own or sees(user, instance=task.instance_id)


def lock_task(user: User, task_id: int) -> Task:
    """A task of the user's landlord with its case, locked until the transaction ends and read as it is then: nobody else
    can complete it, move its instance or give its case away. The instance is locked first, as every command does."""
    task = _LOCKED.first(task_id, user.landlord_id)
    if task is None:
        raise NotFound
    case, landlord = task.instance.case, task.instance.landlord
    landlord.calendar = landlord.calendar_with(task.closures)  # type: ignore[attr-defined]  # _locked annotates it
    case.landlord = landlord
    if case.owner_id == user.pk:
        case.owner = user
    return task


def _locked() -> QuerySet[Task]:
    closures = Closure.objects.filter(landlord=OuterRef("instance__landlord")).values("day")
    tasks = Task.objects.select_for_update(of=("instance", "self", "instance__case"), no_key=True)
    joined = tasks.select_related("instance__case", "instance__landlord").annotate(closures=ArraySubquery(closures))
    return joined.filter(pk=0).filter(instance__case__landlord=0)


_LOCKED = Prepared(_locked)


def reports_for(user: User) -> QuerySet[Report]:
    """The reports this person may see: those waiting to be placed for triage, else those of their cases."""
    reports = Report.objects.filter(landlord=user.landlord_id)
    seen = seen_by(user, "case__")
    if user.can(powers.TRIAGE):
        seen |= Q(case=None)
    if user.can(powers.TAKE_REPORTS):
        seen |= Q(taken_by=user)
    return reports.filter(seen)


def people_for(user: User) -> QuerySet[Person]:
    """The people this person may look up: those in a case they may see, and the tenants of the landlord's homes. A tenant with
    a safe-contact rule is found only by those who work on a case of theirs: nobody else learns where they live."""
    people = Person.objects.filter(landlord=user.landlord_id)
    if not user.can(powers.WORK):
        return people.none()
    # Each way on its own: with “or” inside one of them the database would go through every party of the landlord.
    parts = Party.objects.filter(seen_by(user, "case__"))
    own, head = (parts.filter(person=OuterRef(row)) for row in ("pk", "same_as"))
    joined = parts.filter(person__same_as=OuterRef("pk"))
    homes = Person.tenancies.through.objects.filter(person=OuterRef("pk"))
    anybodys = Q(safe_contact=None, same_as__safe_contact=None)
    return people.filter(Exists(own) | Exists(joined) | Exists(head) | Exists(homes) & anybodys)


def homes_for(user: User) -> QuerySet[Property]:
    """The landlord's homes, for everybody who works on cases."""
    homes = Property.objects.filter(landlord=user.landlord_id)
    return homes if user.can(powers.WORK) else homes.none()


def person_for(user: User, person_id: int) -> Person:
    """The person, or who they were joined to, if this person may see them. Raises `NotFound`."""
    row = Person.objects.filter(pk=person_id, landlord=user.landlord_id).first()
    found = people_for(user).select_related("landlord", *SAFETY).filter(pk=row.same_as_id or row.pk).first() if row else None
    if found is None:
        raise NotFound
    return found


def lock_person(user: User, person_id: int) -> Person:
    """The same, locked until the transaction ends and read as they are then: nobody joins them to another meanwhile."""
    Person.objects.select_for_update().get(pk=person_for(user, person_id).pk)
    return person_for(user, person_id)


def cases_of(person: Person) -> QuerySet[Case]:
    """Every case that somebody is in, under whichever row: for commands that must reach all of them, never for a page."""
    return Case.objects.filter(pk__in=Party.objects.filter(person__in=rows_of(person)).values("case"))


def rows_of(person: Person) -> QuerySet[Person]:
    """A human being under every row that was joined."""
    return Person.objects.filter(Q(pk=person.pk) | Q(same_as=person))
