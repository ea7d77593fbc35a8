"""Plays a scenario: runs its steps through the product's own commands with the clock given, and takes everything back.

It needs staff with the roles that the procedure names; the first who has a role does its work. Knows no page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from django.db import transaction

from backend.accounts import powers
from backend.accounts.models import Landlord, User
from backend.casework import commands, happenings, queries, surveys
from backend.casework.commands import Told
from backend.casework.models import Case, Party, Report
from backend.casework.separation import did_before
from backend.errors import DomainError, InvalidAnswers
from backend.rules.working_time import LONDON
from backend.studio import expectations
from backend.workflow import runner
from backend.workflow.filling import SAID, fill
from backend.workflow.findings import PackRefused
from backend.workflow.forms import Form, Question
from backend.workflow.models import Instance, PackFiles, Task, Version
from backend.workflow.packs import content_hash, read_pack, with_settings
from backend.workflow.publishing import live_version
from backend.workflow.scenarios import Move, Scenario
from backend.workflow.walked import Token, tokens, walked

#: What `wait` says when it is until the next timer of the case.
NEXT_TIMER = "next timer"
#: A clock that strikes more often than this while one step waits does not stand still.
MOST_TIMERS = 50


class ScenarioFailed(DomainError):
    """The scenario does not go as it is written."""


@dataclass(frozen=True)
class Played:
    """What a scenario did: the lines of the diagrams that it went along, and the names of the steps that were done."""

    lines: frozenset[str]
    steps: tuple[str, ...]


def play(scenario: Scenario, *, landlord: Landlord) -> Played:
    """Play a scenario of the landlord's live version; nothing of it stays. Raises `ScenarioFailed` at the first step that does
    not go as it is written."""
    with transaction.atomic():
        try:
            return _Play(scenario, landlord, _version(scenario, landlord)).whole()
        finally:
            transaction.set_rollback(True)


def _version(scenario: Scenario, landlord: Landlord) -> Version:
    """The landlord's live version, or one beside it in which its settings are as the scenario says."""
    live = live_version(landlord)
    if not scenario.settings:
        return live
    if strange := sorted(scenario.settings.keys() - live.contents.settings.keys()):
        raise ScenarioFailed(f"{scenario.title}: there is no setting “{strange[0]}”.")
    try:
        files = with_settings(live.files, scenario.settings)
        read_pack(files)
    except PackRefused as error:
        raise ScenarioFailed(f"{scenario.title}: {error.sentence}") from error
    content, _ = PackFiles.objects.get_or_create(digest=content_hash(files), defaults={"files": files})
    return Version.objects.create(pack=live.pack, number=live.number + 1, content=content, published_at=scenario.starts)


@dataclass
class _Play:
    scenario: Scenario
    landlord: Landlord
    version: Version
    case: Case | None = None
    parties: dict[str, Party] = field(default_factory=dict)
    known: set[Token] = field(default_factory=set)
    now: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.now = self.scenario.starts
        self.staff = list(self.landlord.users.filter(is_active=True).prefetch_related("roles").order_by("pk"))

    def whole(self) -> Played:
        for move in self.scenario.moves:
            self._one(move)
        steps = tuple(self._instance().steps.order_by("pk").values_list("name", flat=True)) if self.case else ()
        return Played(frozenset(walked(self.version.contents, self.known)), steps)

    def _one(self, move: Move) -> None:
        try:
            if move.verb != "expect":
                getattr(self, f"_{move.verb}")(move.what, move.said)
            if self.case is not None:
                instance = self._instance()
                self._look(instance)
                expectations.check(move.expected, instance, self._name)
        except DomainError as error:
            said = " ".join(error.problems.values()) if isinstance(error, InvalidAnswers) else error.sentence
            about = f"{move.verb} “{move.what}”" if isinstance(move.what, str) else move.verb
            raise ScenarioFailed(f"{self.scenario.title}, step {move.number} ({about}): {said}") from error

    def _look(self, instance: Instance) -> None:
        """Remember every token: what stands somewhere now may be taken away before it is done."""
        self.known.update(tokens(instance))

    # The verbs, each by its name in the scenario.

    def _report(self, who: str, said: Mapping[str, Any]) -> None:
        report = self._take(who, said)
        self.case = commands.open_case(report=report, by=self._able(powers.TRIAGE), now=self.now)
        self._know(who, report)

    def _attach(self, who: str, said: Mapping[str, Any]) -> None:
        report = self._take(who, said)
        commands.attach_report(report=report, case=self._case(), by=self._able(powers.TRIAGE), now=self.now)
        self._know(who, report)

    def _take(self, who: str, said: Mapping[str, Any]) -> Report:
        person = self.scenario.people[who] if who else {}
        plain = {key: str(said[key]) for key in ("happened", "adjustments", "place_postcode") if key in said}
        told = Told(
            what=said.get("what", "Something that happened."), place=said.get("place", "1 High Street"),
            name=person.get("name", ""), phone=person.get("phone", ""), email=person.get("email", ""),
            address=tuple(person.get("address", ())), postcode=person.get("postcode", ""),
            confidential=person.get("confidential", False), **plain,
        )  # fmt: skip
        channel = said.get("channel", "telephone")
        by = None if channel == "online" else self._of_role(said["as"]) if "as" in said else self._able(powers.TAKE_REPORTS)
        return commands.take_report(landlord=self.landlord, channel=channel, told=told, by=by, now=self.now)

    def _know(self, who: str, report: Report) -> None:
        party = Report.objects.select_related("party__person").get(pk=report.pk).party
        if who and party is not None:
            self.parties[who] = party

    def _add(self, who: str, said: Mapping[str, Any]) -> None:
        person = self.scenario.people[who]
        self.parties[who] = commands.add_party(
            case=self._case(), role=said.get("part", Party.RESPONDENT), name=person.get("name", ""),
            description=person.get("description", ""), by=self._worker(), now=self.now, confidential=person.get("confidential", False),
            **_address(person),
        )  # fmt: skip

    def _identify(self, who: str, said: Mapping[str, Any]) -> None:
        name, address = said.get("name", ""), _address(self.scenario.people[who])
        commands.identify_party(party=self._party(who), name=name, by=self._worker(), now=self.now, **address)

    def _start(self, name: str, said: Mapping[str, Any]) -> None:
        offered = {tool.name: tool for tool in queries.tools(self._case())}
        if name not in offered:
            raise ScenarioFailed(f"The tool “{name}” is not offered. Offered now: {'; '.join(sorted(offered)) or 'none'}.")
        party = self._party(said["for"]) if "for" in said else None
        reason, by = said.get("reason", ""), self._worker()
        commands.start_tool(case=self._case(), element=offered[name].element, party=party, by=by, now=self.now, reason=reason)

    def _happen(self, words: str, said: Mapping[str, Any]) -> None:
        leader, case = self._able(powers.MANAGE), self._case()
        told = {one.label: one for one in happenings.happenings(case, leader)}
        if words not in told:
            raise ScenarioFailed(f"It cannot be said that “{words}”. It can: {'; '.join(sorted(told)) or 'nothing'}.")
        party = self._party(said["for"]) if "for" in said else None
        reason, press = said.get("reason", SAID), uuid5(NAMESPACE_OID, f"{self.scenario.name} {len(self.known)}")
        happenings.tell(case=case, message=told[words].message, party=party, reason=reason, press=press, by=leader, now=self.now)

    def _do(self, name: str, said: Mapping[str, Any]) -> None:
        task = self._task(name, self._party(said["for"]) if "for" in said else None)
        if said.get("as", task.role) != task.role:
            raise ScenarioFailed(f"“{name}” is a task of the role “{task.role}”, not “{said['as']}”.")
        form = commands.form_of(task)
        people = commands.people_for(task, form, self._case())
        data = self._answers(form, said.get("answers", {}), people)
        commands.complete_task(task_id=task.pk, data=data, by=self._doer(task), now=self.now)

    def _survey(self, who: str, said: Mapping[str, Any]) -> None:
        party, case = self._party(who), self._case()
        survey = next((one for one in surveys.waiting(case, now=self.now) if one.party_id == party.pk), None)
        if survey is None:
            raise ScenarioFailed(f"No survey waits for {party.label}.")
        data = self._answers(surveys.form_for(case), said.get("answers", {}), {})
        surveys.enter(case=case, survey_id=survey.pk, channel="telephone", data=data, by=self._worker(), now=self.now)

    def _wait(self, until: object, _: Mapping[str, Any]) -> None:
        end = self._moment(until)
        for _number in range(MOST_TIMERS):
            due = self._instance().due_at if self.case else None
            if due is None or due > end:
                break
            self.now = max(self.now, due)
            runner.tick(self._instance().pk, now=self.now)
            self._look(self._instance())
        else:
            raise ScenarioFailed("A timer strikes again and again.")
        self.now = max(self.now, end)

    # Small questions.

    def _moment(self, until: object) -> datetime:
        if isinstance(until, datetime):
            return until if until.tzinfo else until.replace(tzinfo=LONDON)
        if until == NEXT_TIMER:
            due = self._instance().due_at
            if due is None:
                raise ScenarioFailed("No timer is running.")
            return due
        number, _, unit = str(until).partition(" ")
        if unit not in ("day", "days", "hour", "hours") or not number.isdigit():
            raise ScenarioFailed(f"“{until}” is no time to wait: write a moment, “28 days” or “{NEXT_TIMER}”.")
        return self.now + timedelta(**{unit.removesuffix("s") + "s": int(number)})

    def _answers(self, form: Form, given: Mapping[str, Any], people: Mapping[str, Mapping[str, str]]) -> dict[str, list[str]]:
        """The form filled in. An answer to a question that is not asked is a failure: somebody took the question away."""
        by_key = {question.key: question for question in form.questions}
        said = {key: self._plain(by_key[key], value) for key, value in given.items() if key in by_key}
        chosen = {key: next(iter(offered), "") for key, offered in people.items()}
        data = fill(form, {**chosen, **said}, day=(self.now + timedelta(days=14)).date())
        asked = {key for key in by_key if any(field == key or field.startswith(f"{key}-") for field in data)}
        if strange := sorted(given.keys() - asked):
            raise ScenarioFailed(f"The form “{form.title}” does not ask “{strange[0]}”. It asks: {', '.join(sorted(asked))}.")
        return data

    def _plain(self, question: Question, value: object) -> str | list[str]:
        """An answer as a browser would send it; a person goes by the scenario's word for them."""
        if question.type == "person":
            return str(self._party(str(value)).pk)
        match value:
            case bool():
                return "yes" if value else "no"
            case date():
                return value.isoformat()
            case list():
                return [str(item) for item in value]
        return str(value)

    def _task(self, name: str, party: Party | None) -> Task:
        waiting = Task.objects.filter(instance=self._opened().instance_id, status=Task.OPEN).order_by("pk").select_related("owner")
        fitting = [task for task in waiting if task.name == name and (party is None or task.party_id == party.pk)]
        if not fitting:
            there = "; ".join(sorted(task.name for task in waiting)) or "nothing"
            raise ScenarioFailed(f"No task “{name}” is open{f' for {party.label}' if party else ''}. Open now: {there}.")
        return Task.objects.select_related("instance__version", "owner").get(pk=fitting[0].pk)

    def _opened(self) -> Case:
        if self.case is None:
            raise ScenarioFailed("There is no case yet: begin with a report.")
        return self.case

    def _case(self) -> Case:
        """The case as it is now."""
        return Case.objects.select_related("landlord", "owner", "instance__version").get(pk=self._opened().pk)

    def _instance(self) -> Instance:
        return Instance.objects.select_related("case__owner").get(pk=self._opened().instance_id)

    def _party(self, who: str) -> Party:
        if who not in self.parties:
            raise ScenarioFailed(f"“{who}” is not part of the case yet.")
        return Party.objects.select_related("person", "case__landlord").get(pk=self.parties[who].pk)

    def _name(self, party_id: int | None) -> str:
        return next((who for who, party in self.parties.items() if party.pk == party_id), "somebody")

    def _worker(self) -> User:
        owner = self._case().owner
        return owner if owner is not None else self._able(powers.WORK, powers.ALL_CASES)

    def _able(self, *wanted: str) -> User:
        return self._first(lambda user: all(user.can(power) for power in wanted), " and ".join(wanted))

    def _doer(self, task: Task) -> User:
        """Whose task it is, or the first of its role who did not do a step that keeps them from it."""
        if task.owner is not None and not did_before(task, task.owner):
            return task.owner
        return self._first(lambda user: task.role in user.role_codes and not did_before(task, user), task.role)

    def _of_role(self, code: str) -> User:
        return self._first(lambda user: code in user.role_codes, code)

    def _first(self, fits: Callable[[User], bool], what: str) -> User:
        """Of those who fit, the one whose role the pack names first."""
        order = [*self.version.contents.roles]
        fitting = [user for user in self.staff if fits(user)]
        if not fitting:
            raise ScenarioFailed(f"Nobody of the staff has what this step needs: {what}.")
        return min(fitting, key=lambda user: min((order.index(code) for code in user.role_codes if code in order), default=len(order)))


def _address(person: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "phone": person.get("phone", ""),
        "email": person.get("email", ""),
        "address": person.get("address", []),
        "postcode": person.get("postcode", ""),
    }
