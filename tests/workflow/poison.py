"""Poisoned submissions, and the proof that each is refused with a sentence or leaves a case that works and closes.

Shared by the tests and `benchmarks/poison.py`. The same seed gives the same submissions on the same cases.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from backend.accounts.models import Landlord, User
from backend.audit.models import Entry
from backend.casework import commands, queries
from backend.casework.commands import Told
from backend.casework.models import Case, Party, Record, Report
from backend.errors import DomainError, Refused
from backend.web.reports import report_form, told_in
from backend.workflow import jobs
from backend.workflow.forms import Form
from backend.workflow.models import Fault, Instance, Task
from tests.answers import fill

Data = dict[str, list[str]]
TEXTS = (
    "", " ", "\0", "a\0b", "\ud800", "a\udfffb", "\ufffe", "\uffff", "\N{RIGHT-TO-LEFT OVERRIDE}gpj.exe", "\u200b\u200c\u200d", "\u2028\u2029",
    "e" + "\u0301" * 250, "e" + "\u0301" * 9_000, "x" * 301, "x" * 10_001, "x" * 1_000_000, "\n" * 300, "\r\n" * 5_000, "\x1b[2J", "\x7f\x85\x9f",
    "\N{PILE OF POO}" * 90, "\N{WOMAN}\N{ZERO WIDTH JOINER}\N{PERSONAL COMPUTER}", "\N{SOFT HYPHEN}", "\ufeff", "\U000e0041", "اردو", "हिन्दी", "NaN",
    "Infinity", "-Infinity", "1e999", "-1", "0", "-0", "9" * 9, "9" * 20, "9" * 5_000, "1_0", "1,000", "٣", "１２", "²", "0x10", "1.5", "null", "None",
    "true", "undefined", "YES", "yes ", " yes", "yes\n", "no", '{"typename": "datetime"}', '{"a":' * 400, "[" * 5_000, "<script>alert(1)</script>",
    "{{ case.person }}", "{% debug %}", "${7*7}", "%s%n", "'; DROP TABLE casework_case; --", "__import__('os').system('id')", "../../etc/passwd",
    "=HYPERLINK(1)", "typename", "_outputs", "2026-02-30", "25:61", "other", "🏳️‍🌈", "\u202d" * 200 + "x", "a" + "\t" * 200 + "b",
)  # fmt: skip
KEYS = (
    "typename", "_outputs", "outputs", "party", "fault", "item", "instances", "instances_done", "scope", "due", "days", "working_days", "months",
    "reported_at", "opened_at", "closed_at", "severity", "response", "is_asb", "channel", "anonymous", "first_reporter", "csrfmiddlewaretoken",
    "__class__", "__proto__", "constructor", "", " ", "\ud800", "\0", "x" * 10_000, "a-day", "rows-0-", "-0-", "task", "owner", "state", "true",
)  # fmt: skip
DATES = (
    ("0", "0", "0", ""), ("31", "2", "2026", ""), ("1", "1", "9999", ""), ("1", "1", "0", "10:30"), ("-1", "1", "2026", ""), ("1", "1", "1", ""),
    ("1", "1", "2199", "23:59"), ("1", "1", "1901", "00:00"), ("٣", "1", "2026", ""), ("9" * 5_000, "1", "2026", ""), ("1_0", "1", "2026", ""),
    ("29", "2", "2028", "10:30+99:00"), ("29", "3", "2026", "01:30"), ("25", "10", "2026", "01:30"), ("1", "1", "2027", "25:61"), ("", "", "2026", ""),
    ("1", "1", "2027", "NaN"), ("1", "1", "2027", "10:30:00.000001-05:00"), ("1", "1", "2027", "\0"), ("\ud800", "1", "2027", ""), ("1e1", "1", "2027", ""),
    (" 1 ", " 1 ", " 2027 ", " 9:5 "), ("1", "1", "99999999999", ""), ("", "", "", "10:30"), ("1", "1", "2027", "T1030"), ("1", "1", "2027", "24:00"),
)  # fmt: skip


class Poison:
    """An endless row of submissions to forms."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)

    def answers(self, form: Form, sound: Data) -> Data:
        """Something that nobody should send to `form`; `sound` are answers that it takes."""
        data: Data = {key: list(values) for key, values in sound.items()} if self.dice.random() < 0.8 else {}
        for _ in range(self.dice.choice((1, 1, 1, 2, 3, 8))):
            self._spoil(data, form)
        return data

    def told(self) -> Told:
        """What nobody should tell, given straight to the command."""
        said = {name: self._text() for name in ("happened", "who", "name", "phone", "email", "adjustments", "postcode", "place_postcode")}
        keep = {name: text for name, text in said.items() if self.dice.random() < 0.25}
        address = tuple(self._text()[:1_000] for _ in range(self.dice.choice((0, 1, 6, 60))))
        what, place = (self._text() if self.dice.random() < 0.3 else sound for sound in ("Loud music", "4 Mill Lane"))
        return Told(what=what, place=place, address=address, **keep)

    def _text(self) -> str:
        return self.dice.choice(TEXTS)

    def _spoil(self, data: Data, form: Form) -> None:
        question = self.dice.choice(form.questions) if form.questions else None
        key = question.key if question else "x"
        match self.dice.randrange(9):
            case 0 | 1 | 2:
                data[key] = [self._text()]
            case 3:
                for part, value in zip(("day", "month", "year", "time"), self.dice.choice(DATES), strict=True):
                    data[f"{self._dated(form) or key}-{part}"] = [value]
            case 4:
                data[self.dice.choice(KEYS)] = [self._text()]
            case 5:
                data[key] = [*data.get(key, []), *([self._text()] * self.dice.choice((0, 1, 2, 1_000)))]
            case 6:
                data.update({f"{self.dice.choice((key, 'k'))}{number}": ["x"] for number in range(self.dice.choice((10, 3_000)))})
            case 7:
                data.pop(key, None)
            case _:
                data[key] = data[key][:1] * 1_000 if data.get(key) else []

    def _dated(self, form: Form) -> str:
        """The key of a date that the form asks for, in a row or by itself."""
        dated = [q.key for q in form.questions if q.type in ("date", "moment")]
        dated += [f"{q.key}-0-{c.key}" for q in form.questions for c in q.columns if c.type in ("date", "moment")]
        return self.dice.choice(dated) if dated else ""


@dataclass
class Ward:
    """The cases that were given poison. `finish` walks each to its end."""

    landlord: Landlord
    now: datetime
    poison: Poison
    most: int
    cases: list[Case] = field(default_factory=list)
    given: int = 0
    taken: int = 0
    refused: int = 0
    closed: int = 0
    slowest_ms: float = 0.0
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.staff = list(User.objects.filter(landlord=self.landlord).prefetch_related("roles", "patches").select_related("landlord"))
        self.calls = next(user for user in self.staff if user.email.startswith("calls"))

    # Reports.

    def report(self) -> None:
        """One poisoned report, through the public form's own reading or straight to the command; a case, if it is taken."""
        form = report_form(self.landlord)
        through_form = self.poison.dice.random() < 0.5
        data = self.poison.answers(form, REPORT)
        before = Report.objects.count(), Entry.objects.count()
        self.given += 1
        started = time.perf_counter()
        try:
            told = told_in(form, data) if through_form else self.poison.told()
            report = commands.take_report(landlord=self.landlord, channel="online", told=told, by=None, now=self.now)
        except DomainError as error:
            self._refused(error)
            assert (Report.objects.count(), Entry.objects.count()) == before
            return
        finally:
            self._timed(started)
        self.taken += 1
        if len(self.cases) < self.most:
            self.open(report)

    def open(self, report: Report) -> Case:
        case = commands.open_case(report=report, by=self.calls, now=self.now)
        self.cases.append(case)
        return case

    # Tasks.

    def submit(self) -> None:
        """One poisoned submission to an open task of one of the cases, which goes on with sound answers when it was refused."""
        task = self._task()
        by, form = self._who(task), commands.form_of(task)
        people = commands.people_for(task, form, task.instance.case)
        sound = fill(form, {key: next(iter(group), "") for key, group in people.items()})
        before = self._standing(task)
        answers = self.poison.answers(form, sound)
        self.given += 1
        started = time.perf_counter()
        try:
            commands.complete_task(task_id=task.pk, data=answers, by=by, now=self.now)
        except DomainError as error:
            self._timed(started)
            self._refused(error)
            assert self._standing(task) == before, task
            if self.poison.dice.random() < 0.3:
                self.work(task)
        else:
            self._timed(started)
            self.taken += 1
            self._readable(task)

    def _timed(self, started: float) -> None:
        self.slowest_ms = max(self.slowest_ms, (time.perf_counter() - started) * 1_000)

    def _task(self) -> Task:
        """An open task of a case; a new case or another tool when there is none."""
        while True:
            case = self.poison.dice.choice(self.cases) if self.cases else self.open(self.sound_report())
            waiting = list(_open(case))
            if waiting:
                return self.poison.dice.choice(waiting)
            if not self._tool(case, self.poison.dice.choice):
                self.open(self.sound_report())

    def sound_report(self) -> Report:
        told = Told(
            what="Loud music every night", place="4 Mill Lane", place_postcode="PE14 7DE", name="Carol Whitmore",
            address=("5 Mill Lane", "WISBECH"), postcode="PE14 7DE",
        )  # fmt: skip
        return commands.take_report(landlord=self.landlord, channel="online", told=told, by=None, now=self.now)

    def _refused(self, error: DomainError) -> None:
        self.refused += 1
        sentences = [error.sentence, *getattr(error, "problems", {}).values()]
        # A sentence may hold somebody's name, and some scripts join and part their letters with these two.
        shown = [sentence.replace("\u200c", "").replace("\u200d", "") for sentence in sentences]
        assert all(sentence.strip() and sentence.isprintable() and len(sentence) < 500 for sentence in shown), sentences

    def _standing(self, task: Task) -> Any:
        instance = Instance.objects.get(pk=task.instance_id)
        counts = Record.objects.count(), Entry.objects.count(), Fault.objects.count()
        return instance.state, instance.facts, counts, list(Task.objects.filter(instance=instance).values_list("pk", "status"))

    def _readable(self, task: Task) -> None:
        """What was kept is text that a page, a letter and another system can show."""
        kept = Record.objects.get(task=task)
        words = json.dumps(kept.answers, ensure_ascii=False)
        words.encode()
        assert "\\u0000" not in words and len(words) < 60_000

    # Working cases with sound answers.

    def finish(self) -> None:
        """Walk every case to its end. Fails when one cannot get there."""
        for case in self.cases:
            for _ in range(60):
                if self._moved_to_end(case):
                    break
            else:
                raise AssertionError(f"{case} does not end: {[t.name for t in _open(case)]}")
            self.closed += 1
        standing = Fault.objects.filter(instance__case__in=self.cases, resolved_at=None)
        self.faults = list(standing.values_list("sentence", flat=True))
        assert not self.faults, self.faults[:3]

    def _moved_to_end(self, case: Case) -> bool:
        if Instance.objects.get(pk=case.instance_id).ended_at is not None:
            return True
        waiting = [task for task in _open(case) if not _lapses(task)]
        for task in waiting:
            self.work(task)
        if not waiting and not self._tool(case, lambda tools: next(t for t in tools if t.element == "Tool_ready")):
            self.now += timedelta(days=90)
            jobs.fire_due(now=self.now)
        return False

    def work(self, task: Task) -> None:
        """Complete a task with sound answers, putting right what is missing."""
        task = Task.objects.select_related("instance__version", "instance__case").get(pk=task.pk)
        if task.status != Task.OPEN:
            return
        form, by = commands.form_of(task), self._who(task)
        for question in form.questions:
            if question.type == "person" and not task.instance.case.parties.filter(role=question.role or "reporter").exists():
                self._add(task.instance.case, question.role or "reporter")
        people = commands.people_for(task, form, task.instance.case)
        data = fill(form, {key: next(iter(group), "") for key, group in people.items()})
        try:
            commands.complete_task(task_id=task.pk, data=data, by=by, now=self.now)
        except Refused:
            self._identify(task.instance.case)
            commands.complete_task(task_id=task.pk, data=data, by=by, now=self.now)

    def _identify(self, case: Case) -> None:
        """Correct everybody's name and address, as the refusal of a letter asks."""
        for party in case.parties.select_related("person", "case"):
            commands.identify_party(
                party=party, name="Carol Whitmore", phone="", email="", address=["5 Mill Lane", "WISBECH"], postcode="PE14 7DE",
                by=self._leader, now=self.now,
            )  # fmt: skip

    @property
    def _leader(self) -> User:
        return next(user for user in self.staff if user.email.startswith("leader"))

    def _tool(self, case: Case, choose: Any) -> bool:
        """Start a tool that is offered for the case, or for its respondent."""
        case = Case.objects.select_related("instance__version", "owner", "landlord").get(pk=case.pk)
        tools = list(queries.tools(case))
        if not tools or case.closed_at is not None:
            return False
        tool = choose(tools)
        party = next(iter(tool.people), None)
        if tool.whom != "case" and party is None:
            party = self._add(case, tool.whom.split()[0])
        commands.start_tool(case=case, element=tool.element, party=party, by=self._leader, now=self.now, reason="It fits.")
        return True

    def _add(self, case: Case, role: str) -> Party:
        return commands.add_party(
            case=case, role=role, name="Dean Stock", description="", phone="", email="", address=["Flat 9", "WISBECH"],
            postcode="PE13 2AB", confidential=False, by=self._leader, now=self.now,
        )  # fmt: skip

    def _who(self, task: Task) -> User:
        """Somebody who may do the task."""
        return next(user for user in self.staff if user.pk == task.owner_id or (task.owner_id is None and task.role in user.role_codes))


REPORT: Data = {
    "what": ["Loud music every night"], "place": ["4 Mill Lane"], "place_postcode": ["PE14 7DE"], "name": ["Carol Whitmore"],
    "address": ["5 Mill Lane\r\nWISBECH"], "postcode": ["PE14 7DE"], "confidential": ["no"],
}  # fmt: skip


def _open(case: Case) -> Iterator[Task]:
    found = Task.objects.filter(instance=case.instance_id, status=Task.OPEN).select_related("instance__version", "instance__case", "owner")
    return iter(found.order_by("pk"))


def _lapses(task: Task) -> bool:
    """Whether a task goes by itself when nobody has done it in time, as one that waits for an objection does."""
    limits = (e for e in task.instance.version.contents.elements.values() if e.attached_to == task.element)
    return any(limit.event == "timer" and limit.interrupting for limit in limits)


def poisoned(landlord: Landlord, now: datetime, *, seed: int, reports: int, submissions: int, cases: int) -> Ward:
    """Give poison to a landlord's report form and tasks, then walk every case that was touched to its end. The first
    reports that are taken become cases, up to `cases`; another is opened when all have ended."""
    ward = Ward(landlord, now, Poison(seed), cases)
    for _ in range(reports):
        ward.report()
    for _ in range(submissions):
        ward.submit()
    ward.finish()
    return ward
