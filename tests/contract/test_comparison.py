"""The same five reports through every landlord's procedure: path, owner, deadlines and letters differ where the policies differ,
and nowhere else. Which differences there are, and in which paragraph they stand, `comparison.toml` says. To see the table:
`./test -n 0 -s tests/contract/test_comparison.py`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

import letters
from backend.accounts import powers
from backend.accounts.models import Landlord, User
from backend.casework import commands, queries
from backend.casework.commands import Told
from backend.casework.models import Case
from backend.casework.separation import did_before
from backend.demo.landlord import BASE, invented, make_landlord
from backend.rules.working_time import LONDON
from backend.workflow.filling import Given, fill
from backend.workflow.models import Task
from backend.workflow.overlay import ABOUT
from backend.workflow.packs import flattened
from backend.workflow.publishing import findings_in

#: What is looked at: the steps in their order, whose case it is, when each step is due, and the letters.
Way = dict[str, Any]
GIVEN: Mapping[str, Any] = tomllib.loads((Path(__file__).parent / "comparison.toml").read_text())
STARTS: datetime = GIVEN["starts"].replace(tzinfo=LONDON)
PACKS = sorted(about.parent.name for about in settings.PACKS_DIR.glob(f"*/{ABOUT}") if "extends" in tomllib.loads(about.read_text()))
MOST_STEPS = 20


def way(landlord: Landlord, report: Mapping[str, Any]) -> Way:
    """What the landlord's procedure makes of a report, up to where an officer picks tools or the case is over."""
    case = opened(landlord, report)
    path: list[str] = []
    due: dict[str, str] = {}
    for task in waiting(case):
        path.append(task.name)
        due[task.name] = f"{task.due_at.astimezone(LONDON):%a %d %b %H:%M}"
        done(task, report, landlord)
    case.refresh_from_db()
    roles = sorted(case.owner.role_codes) if case.owner else []
    return {"path": path, "owner": roles, "due": due, "letters": letters_of(case), "outcome": case.outcome}


def letters_of(case: Case) -> dict[str, dict[str, Any]]:
    """What each letter says, but for whose it is; every one bears the landlord's own name."""
    said = {letter.kind: letter.data for letter in case.letters.all()}
    assert {data["landlord"]["name"] for data in said.values()} == {case.landlord.name}
    return {kind: {need.name: data[need.name] for need in letters.kind(kind).needs if need.name in data} for kind, data in said.items()}


def opened(landlord: Landlord, report: Mapping[str, Any]) -> Case:
    by = able(landlord, powers.TAKE_REPORTS)
    told = Told(
        what=report["what"], place="1 Mill Lane", name="Marian Webb", address=("Flat 3", "Clarkson Court", "WISBECH"), postcode="PE13 2AB"
    )
    taken = commands.take_report(landlord=landlord, channel="telephone", told=told, by=by, now=STARTS)
    return commands.open_case(report=taken, by=by, now=STARTS)


def waiting(case: Case) -> Iterator[Task]:
    """The next open task, again and again, until tools are offered or nothing is open."""
    for _ in range(MOST_STEPS):
        case = Case.objects.select_related("landlord", "owner", "instance__version").get(pk=case.pk)
        task = (
            Task.objects.select_related("instance__version", "owner")
            .filter(instance=case.instance_id, status=Task.OPEN)
            .order_by("pk")
            .first()
        )
        if task is None or queries.tools(case):
            return
        yield task
    raise AssertionError(f"{case.landlord.name} does not come to an end with this report.")


def done(task: Task, report: Mapping[str, Any], landlord: Landlord) -> None:
    form, case = commands.form_of(task), task.instance.case
    people = {key: next(iter(offered), "") for key, offered in commands.people_for(task, form, case).items()}
    said: Given = {key: plain(value) for key, value in report.get(form.key, {}).items()}
    by = task.owner if task.owner and not did_before(task, task.owner) else of_role(landlord, task.role)
    data = fill(form, {**people, **said}, day=(STARTS + timedelta(days=14)).date())
    commands.complete_task(task_id=task.pk, data=data, by=by, now=STARTS)


def plain(value: object) -> str | list[str]:
    return value if isinstance(value, list) else "no" if value is False else str(value)


def able(landlord: Landlord, power: str) -> User:
    return next(user for user in landlord.users.order_by("pk") if user.can(power))


def of_role(landlord: Landlord, code: str) -> User:
    return landlord.users.filter(roles__code=code).order_by("pk")[0]


def ways(name: str) -> dict[str, Way]:
    landlord = make_landlord(now=STARTS, given=invented(name))
    return {report: way(landlord, told) for report, told in GIVEN["report"].items()}


def changed(was: Way, now: Way) -> dict[str, Any]:
    """What is otherwise than in the baseline."""
    return {key: value for key, value in {
        "adds": added(was["path"], now["path"]),
        "owner": now["owner"] if now["owner"] != was["owner"] else None,
        "outcome": now["outcome"] if now["outcome"] != was["outcome"] else None,
        "due": {step: when for step, when in now["due"].items() if was["due"].get(step) != when},
        "words": sorted(kind_and_need for kind_and_need in words(was) | words(now) if words(was).get(kind_and_need) != words(now).get(kind_and_need)),
    }.items() if value}  # fmt: skip


def added(was: list[str], now: list[str]) -> dict[str, str] | list[str]:
    """Each step that was added with the one that comes next; the whole path when any was taken away or moved."""
    if [step for step in now if step in was] != was:
        return now
    return {step: next((later for later in now[place + 1 :]), "") for place, step in enumerate(now) if step not in was}


def words(way: Way) -> dict[str, Any]:
    return {f"{kind} {need}": value for kind, said in way["letters"].items() for need, value in said.items()}


def named(name: str, report: str) -> dict[str, Any]:
    """What `comparison.toml` names for this landlord and report, taken together."""
    found: dict[str, Any] = {"adds": {}, "due": {}, "words": []}
    for one in differences(name, report):
        found["adds"].update(one.get("adds", {}))
        found["due"].update(one.get("due", {}))
        found["words"] = sorted([*found["words"], *one.get("words", [])])
        found.update({key: one[key] for key in ("owner", "outcome") if key in one})
    return {key: value for key, value in found.items() if value}


def differences(name: str, report: str) -> list[Mapping[str, Any]]:
    return [one for one in GIVEN["differs"] if one["pack"] == name and report in one["reports"]]


def test_five_reports_go_as_in_the_baseline_but_for_what_a_landlords_own_policy_says(db: None) -> None:
    found = {name: ways(name) for name in (BASE, *PACKS)}
    print(table(found))  # the comparison is there to be read
    for name in PACKS:
        assert findings_in(flattened(settings.PACKS_DIR / name)) == []
        for report, was in found[BASE].items():
            assert changed(was, found[name][report]) == named(name, report), f"{name}, {report}"


def test_every_difference_is_of_a_landlord_and_names_the_paragraph_that_it_comes_from() -> None:
    assert {one["pack"] for one in GIVEN["differs"]} == {*PACKS}
    for one in GIVEN["differs"]:
        assert one["because"] and set(one["reports"]) <= GIVEN["report"].keys(), one


def table(found: Mapping[str, Mapping[str, Way]]) -> str:
    """The five reports beside each other, a block for each, in plain text."""
    lines = []
    for report, told in GIVEN["report"].items():
        lines.append(f"\n{report}: {told['what']} ({STARTS:%a %d %b %H:%M})")
        for name, taken in found.items():
            way = taken[report]
            steps = " > ".join(f"{step} [{way['due'][step]}]" for step in way["path"])
            lines.append(
                f"  {name:<9} {', '.join(way['owner']) or '-'} | {', '.join(way['letters']) or '-'} | {way['outcome'] or 'goes on'}"
            )
            lines.append(f"            {steps}")
    return "\n".join(lines)
