"""Whether pages get slower with the landlord's size: each work page for a landlord with 100,000 cases against one with 100 of the
same mix. One case in twenty is open, with three open tasks, a tenth of them late; there are 200 officers and five years of history."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from backend.accounts.models import Landlord, Patch, Role, Team, User
from backend.casework import commands, queries
from backend.casework.models import Case, Party
from backend.demo.landlord import load_pack
from backend.workflow.models import Task
from benchmarks import crowd, house

#: Cases lived through the product's commands: so many closed ones, and one that stays open.
CLOSED, SMALL, OFFICERS, PATCHES, ROUNDS = 19, 5, 200, 50, 25
OPEN_TASKS, IN_A_TEAM = 3, 8
#: As many rounds of work as a life may need until its survey has gone out.
LONGEST = 40


def main(cases: int = 100_000) -> None:
    now = timezone.now()
    # Pages name their assets by hash, as on a real site.
    call_command("collectstatic", "--noinput", verbosity=0, ignore_patterns=["rest_framework", "test"])
    small = house.landlord(now)
    large = landlord_like(small, now)
    live(small, now)
    crowd.copy_cases(crowd.Into(small, [house.person("officer")], list(small.patches.all()), 1, SMALL - 1))
    officers = list(large.users.filter(roles__code="case-officer").order_by("pk"))
    crowd.copy_cases(crowd.Into(large, officers, list(large.patches.all()), SMALL, SMALL - 1 + cases // (CLOSED + 1)))
    crowd.settle()
    say_mix(small, large)
    compare({name: (measured(who, path), measured(other, beside)) for name, who, path, other, beside in visits(small, large)}, cases)


def landlord_like(small: Landlord, now: datetime) -> Landlord:
    """A landlord with the same procedure, but 200 officers on fifty patches."""
    large = Landlord.objects.create(code="fenbridge-large", name="Fenbridge Large", address=small.address, phone=small.phone)
    load_pack(large, settings.PACKS_DIR / "baseline", now=now)
    patches = [Patch.objects.create(landlord=large, name=f"Patch {number}", postcodes=[]) for number in range(PATCHES)]
    for number in range(OFFICERS):
        officer = staff(large, f"officer{number}", "case-officer", "housing-officer", team=f"Team {number // IN_A_TEAM}")
        officer.patches.set([patches[number % PATCHES]])
    staff(large, "leader", "team-leader")
    staff(large, "calls", "call-centre")
    return large


def staff(landlord: Landlord, name: str, *roles: str, team: str = "Team 0") -> User:
    within, _ = Team.objects.get_or_create(landlord=landlord, name=team)
    user = User.objects.create_user(f"{name}@{landlord.code}.example", None, name=name.title(), landlord=landlord, team=within)
    user.roles.set(Role.objects.filter(landlord=landlord, code__in=roles))
    return user


def live(landlord: Landlord, now: datetime) -> None:
    """The cases that all others are copies of, through the product's own commands."""
    for number in range(CLOSED):
        closed_case(landlord, now - timedelta(days=60), number)
    crowd.now_open_ones()
    open_case(landlord, now)


def closed_case(landlord: Landlord, then: datetime, number: int) -> None:
    """A whole life: every open task is done, and when nothing is open the case is made ready to close."""
    case = Case.objects.select_related("instance").get(pk=house.open_case(landlord, then, number).pk)
    for _ in range(LONGEST):
        task = Task.objects.filter(instance=case.instance_id, status=Task.OPEN).order_by("pk").first()
        case = Case.objects.select_related("instance__version", "owner").get(pk=case.pk)
        if task is not None:
            house.complete(task, able(landlord, task), then)
        elif case.closed_at is None:
            commands.start_tool(case=case, element="Tool_ready", party=None, by=case.owner or house.person("leader"), now=then)
        else:
            return
        then += timedelta(days=1)
    raise AssertionError(f"{case} did not close; open: {task}")


def open_case(landlord: Landlord, now: datetime) -> None:
    """A case in the middle of its life, with three open tasks for one officer."""
    case, officer = house.open_case(landlord, now, CLOSED), house.person("officer")
    while not queries.tools(again(case)):
        house.complete(Task.objects.filter(instance=case.instance_id, status=Task.OPEN).order_by("pk")[0], officer, now)
    neighbour = commands.add_party(
        case=case, role=Party.RESPONDENT, name="Lee Marsh", description="", phone="07700 900 123", email="", postcode="PE14 7DE",
        address=["4 Mill Lane", "WISBECH"], confidential=False, by=officer, now=now,
    )  # fmt: skip
    for _ in range(OPEN_TASKS - case.instance.tasks.filter(status=Task.OPEN).count()):
        commands.start_tool(case=again(case), element="Tool_visit", party=neighbour, by=officer, now=now)
    Task.objects.filter(instance=case.instance_id, status=Task.OPEN).update(owner=officer)


def again(case: Case) -> Case:
    return Case.objects.select_related("instance__version", "owner", "landlord").get(pk=case.pk)


def able(landlord: Landlord, task: Task) -> User:
    """Somebody who may do a task."""
    people = User.objects.filter(landlord=landlord).prefetch_related("roles", "patches").select_related("landlord")
    return task.owner or people.filter(roles__code=task.role)[0]


def visits(small: Landlord, large: Landlord) -> list[tuple[str, User, str, User, str]]:
    """Each work page for both: its name, then who opens which address."""
    found = []
    for name, role, path in PAGES:
        both = [(person_of(landlord, role), address(landlord, role, path)) for landlord in (small, large)]
        found.append((name, *both[0], *both[1]))
    return found


PAGES = (
    ("my tasks", "officer", "/tasks"),
    ("a task", "officer", "/tasks/{task}"),
    ("cases", "officer", "/cases"),
    ("cases, searched", "officer", "/cases?words={word}"),
    ("closed cases", "officer", "/cases?state=closed"),
    ("a case", "officer", "/cases/{case}"),
    ("letters", "officer", "/letters"),
    ("notices", "officer", "/notices"),
    ("a search", "officer", "/search?find={word}"),
    ("a name with a slip", "officer", "/search?find={slip}"),
    ("something has happened", "officer", "/cases/{case}/happened"),
    ("everybody's contacts", "officer", "/cases/{case}/file/contact"),
    ("evidence to place", "calls", "/evidence"),
    ("the team's tasks", "officer", "/tasks/team"),
    ("reports", "calls", "/reports"),
    ("what is overdue", "leader", "/overdue"),
    ("faults", "leader", "/faults"),
    ("all cases", "leader", "/cases"),
    ("all cases, searched", "leader", "/cases?words={word}"),
    ("measures", "leader", "/measures"),
    ("the procedure", "leader", "/procedure"),
)


def person_of(landlord: Landlord, role: str) -> User:
    people = landlord.users.order_by("pk")
    if role == "officer":
        return people.filter(tasks__status=Task.OPEN).distinct()[0]
    return people.get(email=f"{role}@{landlord.code}.example")


def address(landlord: Landlord, role: str, path: str) -> str:
    """An address with an open task of this person, its case, and the surname of somebody in it, also with a letter left out."""
    task = Task.objects.filter(status=Task.OPEN, owner=person_of(landlord, "officer")).select_related("instance__case").order_by("-pk")[0]
    somebody = Party.objects.filter(case=task.instance.case, role=Party.REPORTER).select_related("person")[0]
    word = somebody.label.split()[-1]
    return path.format(task=task.pk, case=task.instance.case.reference, word=word, slip=word[:2] + word[3:])


@dataclass(frozen=True)
class Measured:
    """The milliseconds of each visit, the statements of one, and the page's bytes."""

    times: list[float]
    statements: int
    size: int


def measured(user: User, path: str) -> Measured:
    client = Client(headers={"host": "localhost"})
    client.force_login(user, backend=f"{ModelBackend.__module__}.ModelBackend")
    for _ in range(2):
        page = client.get(path)
        assert page.status_code == 200, f"{path}: {page.status_code}"
    return Measured([house.timed(lambda: client.get(path)) for _ in range(ROUNDS)], statements(client, path), len(page.content))


def statements(client: Client, path: str) -> int:
    """How many statements a page sends to the database."""
    sent: list[str] = []

    def noted(execute: Callable[..., object], sql: str, *rest: object) -> object:
        sent.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(noted):
        client.get(path)
    return len(sent)


def say_mix(*landlords: Landlord) -> None:
    """What both landlords have, counted."""
    print(f"{'landlord':<20}{'cases':>9}{'open':>8}{'tasks open':>12}{'late':>8}{'officers':>10}{'oldest case':>14}")
    for landlord in landlords:
        cases = Case.objects.filter(landlord=landlord)
        tasks = Task.objects.filter(landlord=landlord, status=Task.OPEN)
        late, oldest = tasks.filter(due_at__lt=timezone.now()).count(), cases.order_by("opened_at")[0].opened_at
        counts = f"{cases.count():>9}{cases.filter(closed_at=None).count():>8}{tasks.count():>12}{late:>8}"
        print(f"{landlord.code:<20}{counts}{landlord.users.count():>10}{oldest.date().isoformat():>14}")


def compare(pages: Mapping[str, tuple[Measured, Measured]], cases: int) -> None:
    print(f"{'page':<24}{'100 cases':>11}{f'{cases:,} cases':>16}{'ratio':>8}{'statements':>14}{'bytes':>18}")
    ratios = {}
    for name, (little, big) in pages.items():
        ratios[name] = median(big.times) / median(little.times)
        times = f"{median(little.times):>8.1f} ms{median(big.times):>13.1f} ms{ratios[name]:>8.2f}"
        print(f"{name:<24}{times}{little.statements:>7}{big.statements:>7}{little.size:>10}{big.size:>8}")
    differ = sum(little.statements != big.statements for little, big in pages.values())
    heaviest = max(big.size for _, big in pages.values())
    house.figures(pages=len(pages), worst_ratio=max(ratios.values()), statements_differ=differ, heaviest_bytes=heaviest)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
