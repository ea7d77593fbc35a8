"""Cases at every stage, made through the product's own commands with the clock set back."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from backend.accounts.models import Landlord, User
from backend.casework import commands, queries, separation
from backend.casework.commands import Told
from backend.casework.models import Case, Party, Report
from backend.demo.casefiles import evidence_to_place, fill_file
from backend.demo.landlord import Invented, Place, invented, of_role
from backend.demo.people import HAPPENINGS, NAMES, RESPONDENTS, WRITTEN, Happening
from backend.workflow import runner
from backend.workflow.forms import ROWS, Form, Question
from backend.workflow.models import Task

#: How far the cases get, in turn: the number of rounds of work done on each.
DEPTHS = (0, 1, 2, 3, 3, 4, 5, 6, 8, 14, 18, 22)
#: The steps of the toolbox that are started; one that a landlord does not have is not.
TOOLS = (
    "Tool_warning", "Tool_warning", "Tool_mediation", "Tool_abc", "Tool_support", "Tool_update", "Tool_visit", "Tool_escalate",
    "Tool_escalate", "Tool_legal", "Tool_gna", "Tool_diary", "Tool_statement", "Tool_meeting",
)  # fmt: skip
CLOSING = "Tool_ready"
#: So many days ahead is a day that is asked for, by the end of its key: the first that fits. Any other day is today.
_AHEAD = {"reply_by": 7, "ends_on": 182, "review_on": 42, "_by": 14, "_on": 14}
_SENTENCES = (
    "We spoke for twenty minutes and agreed what to do next.",
    "It happens mostly at weekends, late in the evening.",
    "The caretaker has seen it too and will keep a note.",
    "They are willing to talk, and asked us to be discreet.",
)
#: What is said where nobody else may read it: these words stand in no letter.
_IN_CONFIDENCE = (
    "Somebody in the family is afraid and wants this kept between us.",
    "The doctor was told last month; nobody on the estate knows.",
)


@dataclass
class _Story:
    """One case being made: who works on it, when it is in its own time, and the dice."""

    landlord: Landlord
    places: Sequence[Place]
    staff: Sequence[User]
    calls: User
    dice: random.Random
    now: datetime
    until: datetime

    def soon(self) -> datetime:
        """The same day or the next, as first steps usually are."""
        self.now = min(self.now + timedelta(hours=self.dice.uniform(0.5, 7)), self.until)
        return self.now

    def later(self, rounds_left: int) -> datetime:
        """Some time later, so that the last round ends a few days ago."""
        share = (self.until - self.now) / (rounds_left + 1)
        self.now += share * self.dice.uniform(0.7, 1.0)
        return self.now


def make_cases(landlord: Landlord, *, now: datetime, given: Invented | None = None, how_many: int | None = None) -> int:
    """Make the demo's cases; gives back how many. The same on every machine but for the date."""
    given = given or invented()
    how_many = given.cases if how_many is None else how_many
    staff, calls = list(landlord.users.prefetch_related("roles", "patches").order_by("pk")), of_role(landlord, "call-centre")
    plain = _Story(landlord, given.places, staff, calls, random.Random(0), now, now)  # noqa: S311
    for number in range(how_many):
        dice = random.Random(number)  # noqa: S311  # invented data, not secrets
        depth = DEPTHS[number // 2 % len(DEPTHS)]
        ago = timedelta(days=dice.uniform(0.1, 2.5) + depth * dice.uniform(2, 9))
        _one_case(replace(plain, dice=dice, now=now - ago, until=now - ago / 12), number, depth)
    for case in Case.objects.filter(landlord=landlord, owner__isnull=False).order_by("pk"):
        fill_file(case, random.Random(case.pk), now=now)  # noqa: S311
    evidence_to_place(calls, random.Random(how_many), now=now - timedelta(hours=5))  # noqa: S311
    for number in range(3):
        dice = random.Random(1_000 + number)  # noqa: S311
        _take(replace(plain, dice=dice, now=now - timedelta(hours=2 + 3 * number)), HAPPENINGS[number], "online")
    return how_many


def _one_case(story: _Story, number: int, depth: int) -> None:
    happening = HAPPENINGS[number % len(HAPPENINGS)]
    report = _take(story, happening, "telephone" if number % 3 else "online")
    case = commands.open_case(report=report, by=story.calls, now=story.soon())
    for round_number in range(depth):
        now = story.soon() if round_number < 2 and number % 4 else story.later(depth - round_number)
        if not _work(story, case, happening, round_number, now):
            break


def _take(story: _Story, happening: Happening, channel: str) -> Report:
    dice, place = story.dice, story.dice.choice(story.places)
    flat = dice.randint(1, 24)
    told = Told(
        what=happening.what, place=f"{flat + 1} {place.street}, {place.town.title()}", place_postcode=place.postcode, name=dice.choice(NAMES),
        phone=f"07700 900{dice.randint(100, 999)}", address=(f"{flat} {place.street}", place.town), postcode=place.postcode,
        confidential=dice.random() < 0.3,
    )  # fmt: skip
    by = None if channel == "online" else story.calls
    return commands.take_report(landlord=story.landlord, channel=channel, told=told, by=by, now=story.now)


def _work(story: _Story, case: Case, happening: Happening, round_number: int, now: datetime) -> bool:
    """One round: start a tool when the toolbox is open, then do every task that waits. False when nothing moved."""
    case = Case.objects.select_related("instance__version", "owner").get(pk=case.pk)
    if case.instance.ended_at is not None:
        return False
    struck = case.instance.due_at is not None and case.instance.due_at <= now
    if struck:
        case.instance = runner.tick(case.instance_id, now=now)
    started = _start_a_tool(story, case, round_number, now) or struck
    # Nobody objects to closing here, so that task waits for its day.
    tasks = Task.objects.filter(instance=case.instance_id, status=Task.OPEN).exclude(form="objection")
    waiting = list(tasks.order_by("due_at", "pk"))
    for task in waiting[: 1 if round_number in (2, 4) else 4]:
        _do(story, task, happening, now)
    return started or bool(waiting)


def _start_a_tool(story: _Story, case: Case, round_number: int, now: datetime) -> bool:
    offered = {tool.element: tool for tool in queries.tools(case)}
    if not offered or case.owner is None:
        return False
    if not case.parties.filter(role=Party.RESPONDENT).exists():
        _add_respondent(story, case, now)
    tool = offered.get(CLOSING if round_number >= 9 else story.dice.choice(TOOLS))
    if tool is None:
        return False
    party, why = next(iter(tool.people), None), story.dice.choice(_SENTENCES)
    if tool.whom != "case" and party is None:
        return False
    commands.start_tool(case=case, element=tool.element, party=party, by=case.owner, now=now, reason=why)
    return True


def _add_respondent(story: _Story, case: Case, now: datetime) -> None:
    place = next(p for p in story.places if p.postcode == case.postcode)
    by = case.owner or of_role(story.landlord, "team-leader")
    commands.add_party(
        case=case, role=Party.RESPONDENT, name=story.dice.choice(RESPONDENTS), description="", phone="", email="",
        address=[case.place.split(",")[0], place.town], postcode=place.postcode, confidential=False, by=by, now=now,
    )  # fmt: skip


def _do(story: _Story, task: Task, happening: Happening, now: datetime) -> None:
    task = Task.objects.select_related("instance__version", "instance__case", "owner").get(pk=task.pk)
    if task.status != Task.OPEN:
        return
    able = [user for user in (task.owner, *story.staff) if user and (user == task.owner or task.role in user.role_codes)]
    by = next((user for user in able if not separation.did_before(task, user)), None)
    if by is None:
        return  # It waits for somebody who had no part in it.
    form = commands.form_of(task)
    people = commands.people_for(task, form, task.instance.case)
    data = _answers(form, happening, people, story.dice, now)
    commands.complete_task(task_id=task.pk, data=data, by=by, now=now)


def _answers(
    form: Form, happening: Happening, people: Mapping[str, Mapping[str, str]], dice: random.Random, now: datetime
) -> dict[str, list[str]]:
    """Plausible answers to any form; `people` are those who may be named in one."""
    known = {key: next(iter(offered), "") for key, offered in people.items()} | {
        "is_asb": "yes" if happening.category else "no", "category": happening.category, "harm": happening.harm,
        "tenancy_type": "assured", "rent_period": "weekly",
        "identity": "yes" if happening.category == "HAT" else "no", "domestic_abuse": "yes" if happening.category == "DOM" else "no",
    }  # fmt: skip
    data: dict[str, list[str]] = {}
    for question in form.questions:
        if question.when and question.when[1] not in data.get(question.when[0], []):
            continue
        data.update(_answer(question, known.get(question.key, ""), dice, now, _IN_CONFIDENCE if form.confidential else _SENTENCES))
    return data


def _answer(question: Question, known: str, dice: random.Random, now: datetime, said: Sequence[str]) -> dict[str, list[str]]:
    match question.type:
        case "date" | "moment":
            day = now + timedelta(days=next((days for ending, days in _AHEAD.items() if question.key.endswith(ending)), 0))
            return {
                f"{question.key}-day": [str(day.day)],
                f"{question.key}-month": [str(day.month)],
                f"{question.key}-year": [str(day.year)],
                f"{question.key}-time": ["16:30"],
            }
        case "rows":
            cells = [_answer(column, WRITTEN.get(column.key, ""), dice, now, said) for column in question.columns]
            return {f"{question.key}-0-{key}": value for cell in cells for key, value in cell.items()} if ROWS else {}
        case "yes_no":
            return {question.key: [known or "yes"]}
        case "choice" | "choices":
            return {question.key: [known or dice.choice(question.options).value]}
        case "whole":
            return {question.key: [str(dice.randint(2, 6))]}
    return {question.key: [known or WRITTEN.get(question.key, dice.choice(said))]}
