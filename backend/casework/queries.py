"""What pages and the API read. Each is a constant number of statements, whatever the size of the case or landlord."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import SequenceMatcher

from django.db.models import Case as Choose
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet, Value, When

from backend.accounts import powers
from backend.accounts.models import User
from backend.casework import access
from backend.casework.models import Case, Party, Report
from backend.casework.models.case import SAFETY
from backend.casework.search import narrowed
from backend.errors import NotFound
from backend.workflow.bpmn import Element
from backend.workflow.models import Fault, Task
from backend.workflow.watchdog import silent

RECENT = timedelta(days=183)


def tasks_of(case: Case) -> QuerySet[Task]:
    """Open tasks of a case, soonest due first."""
    return Task.objects.filter(instance=case.instance_id, status=Task.OPEN).select_related("owner").order_by("due_at", "pk")


def task_by_id(user: User, task_id: int) -> Task:
    """A task of a case this person may see. Raises `NotFound`."""
    task = (
        Task.objects.select_related("instance__version", "instance__case__landlord", "instance__case__owner", "closed_by")
        .filter(access.seen_by(user, "instance__case__"), pk=task_id).first()
    )  # fmt: skip
    if task is None:
        raise NotFound
    return task


def case_of_task(task: Task) -> Case:
    """The case of a task that was asked for here, with what stands beside its form."""
    return (
        Case.objects.select_related("landlord", "owner", "patch", "instance__version")
        .prefetch_related(Prefetch("parties", _people()), "reports")
        .get(instance=task.instance_id)
    )


def cases(user: User, *, state: str = "open", words: str = "") -> QuerySet[Case]:
    """Cases this person may see, newest first, with their number of open tasks and how many of those are late."""
    of = Case.objects.filter(closed_at__isnull=state == "open") if state in ("open", "closed") else None
    found = access.cases_for(user, of).select_related("owner", "patch", "instance__version")
    return narrowed(found, user, words).order_by("-opened_at")


def case_head(user: User, reference: str) -> Case:
    """A case with its people and what has stopped: as much for an old case as for a new one."""
    found = Case.objects.filter(access.seen_by(user), reference=reference)
    found = found.select_related("landlord", "owner", "patch", "instance__version", "follows")
    open_faults = Fault.objects.filter(resolved_at=None)
    beside = (Prefetch("parties", _people()), Prefetch("instance__faults", open_faults), "followed_by")
    case = found.prefetch_related(*beside).first()
    if case is None:
        raise NotFound
    return case


def _people() -> QuerySet[Party]:
    """The people of a case, each with what their safety asks."""
    return Party.objects.select_related("person", *(f"person__{path}" for path in SAFETY))


def unplaced_reports(user: User) -> QuerySet[Report]:
    """Reports that wait for somebody to decide where they belong, oldest first."""
    return access.reports_for(user).filter(case=None).select_related("taken_by").order_by("received_at")


def report_by_id(user: User, report_id: int) -> Report:
    report = access.reports_for(user).select_related("case", "taken_by", "landlord").filter(pk=report_id).first()
    if report is None:
        raise NotFound
    return report


@dataclass(frozen=True)
class Match:
    """A case that a report may belong to; `likeness` from 0 to 1."""

    case: Case
    likeness: float


def likely_matches(report: Report) -> list[Match]:
    """Open cases about the same place, most alike first. Spelling may differ."""
    return _alike_cases(report, Case.objects.filter(closed_at=None))


def likely_former(report: Report) -> list[Match]:
    """Cases about the same place that were closed within half a year before the report, most alike first."""
    return _alike_cases(report, Case.objects.filter(closed_at__gte=report.received_at - RECENT))


def _alike_cases(report: Report, cases: QuerySet[Case]) -> list[Match]:
    near = cases.filter(landlord=report.landlord_id)
    near = near.filter(Q(postcode=report.place_postcode) if report.place_postcode else Q(opened_at__gte=report.received_at - RECENT))
    found = [Match(case, _alike(report, case)) for case in near.select_related("owner", "instance__version").order_by("-opened_at")[:200]]
    return sorted((match for match in found if match.likeness >= 0.6), key=lambda match: -match.likeness)[:5]


def _alike(report: Report, case: Case) -> float:
    place = SequenceMatcher(None, _plain(report.place), _plain(case.place)).ratio()
    return max(place, 0.7) if report.place_postcode and report.place_postcode == case.postcode else place


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9 ]", "", text.lower())


@dataclass(frozen=True)
class Tool:
    """A tool that may be started now, and the people it may be started for. `whom` names their parts in the case, in words
    in `whom_words`; `reason`: it is not what the procedure advises for this case, so whoever starts it says why."""

    element: str
    name: str
    whom: str
    people: tuple[Party, ...]
    group: str
    reason: bool

    @property
    def whom_words(self) -> str:
        return "" if self.whom == "case" else " or ".join(dict(Party.ROLES)[role].lower() for role in self.whom.split())


def tools(case: Case) -> list[Tool]:
    """What the case's stage offers, for whom, in the order in which it is drawn."""
    contents = case.instance.version.contents
    return [
        _tool(contents.elements[offer["element"]], case.parties.all(), reason=bool(offer.get("reason"))) for offer in case.instance.offers
    ]


def _tool(element: Element, parties: Iterable[Party], *, reason: bool) -> Tool:
    whom, group = element.properties.get("for", "case"), element.properties.get("group", "")
    return Tool(element.id, element.label, whom, tuple(party for party in parties if party.role in whom.split()), group, reason)


def tools_by_group(case: Case) -> dict[str, list[Tool]]:
    """The tools that are offered, under the headings that the procedure gives them."""
    found: dict[str, list[Tool]] = {}
    for tool in tools(case):
        found.setdefault(tool.group, []).append(tool)
    return found


def overdue(user: User, *, now: datetime) -> QuerySet[Task]:
    """Every open task of the landlord that is late or due within two days, most overdue first. For managers."""
    access.need(user, powers.MANAGE)
    tasks = Task.objects.filter(landlord=user.landlord_id, status=Task.OPEN, due_at__lt=now + timedelta(days=2))
    return tasks.select_related("instance__case__patch", "owner__team").order_by("due_at", "pk")


@dataclass(frozen=True)
class Load:
    """How much one officer has on their desk."""

    owner: str
    team: str
    open: int
    late: int


def load_by_officer(user: User, *, now: datetime, most: int | None = None) -> list[Load]:
    """Open and late tasks by officer and team, those with most late first; tasks that belong to a role alone are counted under it."""
    access.need(user, powers.MANAGE)
    rows = (
        Task.objects.filter(landlord=user.landlord_id, status=Task.OPEN)
        .values("owner", nobodys=Choose(When(owner=None, then="role"), default=Value("")))
        .annotate(open=Count("pk"), late=Count("pk", filter=Q(due_at__lt=now)))
        .order_by("-late", "-open", "owner", "nobodys")[:most]
    )
    # Names only of those shown: joined above, they would be read for every task.
    people = User.objects.select_related("team").in_bulk([row["owner"] for row in rows if row["owner"]])
    roles = {role.code: role.name for role in user.landlord.roles.all()}
    return [_load(people.get(row["owner"]), roles.get(str(row["nobodys"]), ""), row["open"], row["late"]) for row in rows]


def _load(owner: User | None, role: str, waiting: int, late: int) -> Load:
    if owner is None:
        return Load(f"Nobody yet ({role})", "", waiting, late)
    return Load(owner.name, owner.team.name if owner.team else "", waiting, late)


def open_faults(user: User) -> QuerySet[Fault]:
    """Every place where a case of the landlord cannot go on by itself, oldest first. For managers."""
    access.need(user, powers.MANAGE)
    faults = Fault.objects.filter(instance__landlord=user.landlord_id, resolved_at=None)
    return faults.select_related("instance__case__owner").order_by("raised_at", "pk")


def stopped_cases(user: User) -> QuerySet[Case]:
    """Cases that have stopped without anybody knowing why: nothing open, offered, timed, awaited or at fault."""
    access.need(user, powers.MANAGE)
    return Case.objects.filter(landlord=user.landlord_id, instance__in=silent().filter(landlord=user.landlord_id)).select_related("owner")


def quiet_cases(user: User) -> QuerySet[Case]:
    """Open cases in which nothing is due: no task is open. Somebody should look at them. Oldest first."""
    access.need(user, powers.MANAGE)
    task = Task.objects.filter(instance=OuterRef("instance"), status=Task.OPEN)
    return Case.objects.filter(~Exists(task), landlord=user.landlord_id, closed_at=None).select_related("owner").order_by("opened_at")


def waiting_by_element(user: User, *, now: datetime) -> dict[str, tuple[int, int]]:
    """For each step of the landlord's diagrams: how many tasks wait there, and how many of them are late."""
    access.need(user, powers.MANAGE, powers.DRAW)
    rows = (
        Task.objects.filter(landlord=user.landlord_id, status=Task.OPEN)
        .values("element").annotate(open=Count("pk"), late=Count("pk", filter=Q(due_at__lt=now)))
    )  # fmt: skip
    return {row["element"]: (row["open"], row["late"]) for row in rows}
