"""The door of the engine room: every way in which an instance moves, one transaction each.

One writer per instance: each command locks its row first. What the diagram asks for is performed through the
catalogue, each operation in a savepoint and once per engine task id. Knows no case: who owns a task and what an
operation acts on come from the registered `Subjects`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Protocol
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db import transaction
from django.db.models import OuterRef, QuerySet
from django.utils import timezone

from backend.accounts.models import Closure, User
from backend.errors import AlreadyDone, DomainError
from backend.rules.working_time import LONDON
from backend.workflow import catalogue, watchdog
from backend.workflow.dues import due_of
from backend.workflow.engine import NO_END, PARTY, Effect, EngineError, Offer, OpenTask, Outcome, Run, StepDone, Trouble, scopes
from backend.workflow.expressions import ExpressionError, Function, Value, parse
from backend.workflow.functions import functions_for
from backend.workflow.models import Done, Fault, Instance, Step, Task, Version
from backend.workflow.packs import Pack
from backend.workflow.prepared import Prepared
from backend.workflow.values import pack as pack_values
from backend.workflow.values import unpack


class Subjects(Protocol):
    """What casework tells the engine room about the thing an instance is about."""

    def subject(self, instance: Instance) -> Any:
        """The object that operations act on: the case."""

    def owner_id(self, subject: Any, role: str) -> int | None:
        """Who gets a new task of this role, if it is somebody's already."""

    def people(self, subject: Any, group: str) -> list[int]:
        """The row ids of the people in one of the catalogue's groups, in the order in which they joined the case."""

    def knows(self, subject: Any, person: int) -> bool:
        """Whether a row id is that of somebody in the case."""


_subjects: list[Subjects] = []


def serve(subjects: Subjects) -> None:
    """Register where subjects come from. Called once, at start-up."""
    _subjects[:] = [subjects]


def subject_of(instance: Instance) -> Any:
    """What an instance is about."""
    return _subjects[0].subject(instance)


@dataclass(frozen=True)
class Context:
    """What an operation is given besides its parameters. `facts` are the case's, with those of the scope over them."""

    instance: Instance
    subject: Any
    key: UUID
    element: str
    facts: Mapping[str, Value]
    scope: Mapping[str, Value]
    by: User | None
    now: datetime


class _House:
    """One command's host: connects the engine to the catalogue, the pack and the clock."""

    def __init__(self, instance: Instance, facts: dict[str, Value], by: User | None, now: datetime, subject: Any) -> None:
        self.instance, self.facts, self.by, self.now = instance, facts, by, now
        self.contents: Pack = instance.contents
        self.calendar = self.contents.calendar(instance.landlord.calendar)
        self.functions: Mapping[str, Function] = functions_for(self.calendar)
        self._subject = subject

    @cached_property
    def subject(self) -> Any:
        """What the instance is about; read when something needs it."""
        return self._subject or subject_of(self.instance)

    def perform(self, effect: Effect) -> Mapping[str, Value]:
        kind = catalogue.operations().get(effect.operation)
        if kind is None:
            raise DomainError(f"The system has no operation “{effect.operation}”.")
        done = Done.objects.filter(instance=self.instance, key=effect.key).first()
        if done is not None:
            return unpack(done.gave)
        context = Context(
            self.instance, self.subject, UUID(effect.key), effect.element, {**self.facts, **effect.scope}, effect.scope, self.by, self.now
        )
        with transaction.atomic():
            gave = {name: self.accept(name, value) for name, value in kind.perform(context, **effect.parameters).items()}
            Done.objects.create(instance=self.instance, key=effect.key, operation=effect.operation, gave=pack_values(gave), at=self.now)
        return gave

    def decide(self, table: str, facts: Mapping[str, Value]) -> Mapping[str, Value]:
        return self.contents.tables[table].decide({**dict.fromkeys(self.contents.facts), **facts}, self.functions)

    def accept(self, name: str, value: Value) -> Value:
        declared = self.contents.facts.get(name)
        if declared is None:
            raise ExpressionError(f"“{name}” is not a fact of this procedure.")
        if name in self.contents.settings:
            raise ExpressionError(f"“{name}” is a setting of this procedure, which nothing may set.")
        return declared.accept(value)

    def people(self, group: str) -> list[int]:
        return _subjects[0].people(self.subject, group)

    def knows(self, person: int) -> bool:
        return _subjects[0].knows(self.subject, person)

    def due(self, element_id: str, scope: Mapping[str, Value]) -> datetime:
        """When a task that opens now falls due."""
        seen = {**self.facts, **scope}
        return due_of(self.contents, element_id, facts=seen, functions=self.functions, calendar=self.calendar, opened=self.now)


def prepare(version: Version, *, now: datetime) -> Instance:
    """A new instance that has not begun, so that its case can point at it first."""
    return Instance.objects.create(landlord=version.pack.landlord, version=version, started_at=now)


def begin(instance: Instance, *, facts: Mapping[str, Value], by: User | None, now: datetime) -> Instance:
    """Start a prepared instance with what is known of it."""
    return _command(instance.pk, lambda run: run.begin(), by=by, now=now, learn=facts)


def hold(instance: Instance) -> None:
    """Lock an instance for this transaction, before anything else of its case is changed."""
    _lock(instance.pk)


def take(task: Task, *, by: User, now: datetime) -> None:
    """Mark a task done that the caller's transaction has locked with its instance. Raises `AlreadyDone` when it is not
    open any more."""
    if task.status != Task.OPEN:
        raise AlreadyDone(f"“{task.name}” has already been done, so nothing was changed.")
    task.status, task.closed_at, task.closed_by = Task.DONE, now, by
    task.save(update_fields=["status", "closed_at", "closed_by"])


def complete(task: Task, *, facts: Mapping[str, Value], by: User, now: datetime, subject: Any = None) -> Instance:
    """Move on from a taken task with the facts its form gave. `subject` saves looking it up again."""
    return _move(task.instance, lambda run: run.complete(str(task.engine_id), facts), by=by, now=now, subject=subject, mends=False)


def deliver(
    instance: Instance, message: str, *, facts: Mapping[str, Value], by: User | None, now: datetime, party_id: int | None = None,
    may_refuse: bool = True,
) -> Instance:  # fmt: skip
    """Pass a message to an instance that waits for it, or that it starts something in (about a person, if given). Without
    `may_refuse`, what an operation would refuse is a fault to put right afterwards: the message has come all the same."""
    return _command(instance.pk, lambda run: run.deliver(message, facts, _scope(party_id)), by=by, now=now, may_refuse=may_refuse)


@transaction.atomic
def start_tool(instance: Instance, *, element: str, party_id: int | None, by: User, now: datetime, press: UUID | None = None) -> Instance:
    """Start a tool of an open toolbox, for a person or for the whole case; once for each `press` of a button."""
    if press is not None:
        hold(instance)
        said = {"operation": f"start {element}"[:100], "at": now}
        if not Done.objects.get_or_create(instance=instance, key=press, defaults=said)[1]:
            raise AlreadyDone("You pressed twice. It was started once.")
    offer = next((o for o in instance.offers if o["element"] == element), None)
    if offer is None:
        raise DomainError("This tool is not offered at this stage of the case.")
    scope = _scope(party_id)
    return _command(instance.pk, lambda run: run.start_tool(offer["toolbox"], element, scope), by=by, now=now)


def _scope(party_id: int | None) -> dict[str, Value]:
    return {} if party_id is None else {PARTY: party_id}


def tick(instance_id: int, *, now: datetime) -> Instance:
    """Let the instance's due timers fire."""
    return _command(instance_id, lambda run: run.tick(), by=None, now=now)


def take_due(now: datetime) -> Instance | None:
    """The instance whose timer fell due first, locked; those that another worker holds are passed over."""
    instance = _DUE.first(now)
    if instance is not None:
        instance.landlord.calendar = instance.landlord.calendar_with(instance.closures)  # type: ignore[attr-defined]  # annotated
    return instance


def _due() -> QuerySet[Instance]:
    closures = ArraySubquery(Closure.objects.filter(landlord=OuterRef("landlord")).values("day"))
    due = Instance.objects.select_for_update(of=("self",), skip_locked=True).select_related("landlord").annotate(closures=closures)
    return due.filter(due_at__lte=datetime.max.replace(tzinfo=UTC), ended_at=None).order_by("due_at")[:1]


_DUE = Prepared(_due)


def fire(instance: Instance, *, now: datetime) -> list[str]:
    """Let the due timers of a taken instance strike; gives back the names of those that did."""
    elements, struck = instance.contents.elements, list[str]()

    def act(run: Run) -> None:
        run.tick()
        struck.extend(elements[step.element].label for step in run.done if elements[step.element].event == "timer")

    _move(instance, act, by=None, now=now, mends=False)
    return struck


def retry(fault: Fault, *, facts: Mapping[str, Value], by: User, now: datetime) -> Instance:
    """Try again where the instance stopped, with facts that were corrected."""
    _still_open(fault)
    if fault.engine_id == watchdog.WHOLE:
        moved = tick(fault.instance_id, now=now)
        watchdog.keep_open_if_still_stopped(fault)
        return moved
    return _command(fault.instance_id, lambda run: run.retry(str(fault.engine_id), facts), by=by, now=now)


@transaction.atomic
def abandon(fault: Fault, *, by: User, now: datetime) -> Instance:
    """End the branch that stopped. Raises `EngineError` when the case would be left with nothing to do and no end."""
    _still_open(fault)
    instance = _command(fault.instance_id, lambda run: run.abandon(str(fault.engine_id)), by=by, now=now)
    if watchdog.silent().filter(pk=instance.pk).exists():
        raise EngineError(NO_END)
    return instance


def _still_open(fault: Fault) -> None:
    if fault.resolved_at is not None:
        raise AlreadyDone("This fault has already been dealt with.")


def seen_by(fault: Fault) -> dict[str, Value]:
    """The facts as the step that stopped sees them: its own branch's over the case's."""
    instance = fault.instance
    return {**unpack(instance.facts), **scopes(instance.state).get(str(fault.engine_id), {})}


def holds(task: Task, text: str) -> bool:
    """Whether a condition holds as a task's own branch sees the facts today. One that cannot be worked out does not."""
    instance = task.instance
    facts = instance.contents.known(unpack(instance.facts), timezone.localdate())
    seen = {**facts, **scopes(instance.state).get(str(task.engine_id), {})}
    try:
        return bool(parse(text).evaluate(seen, functions_for(instance.landlord.calendar)))
    except ExpressionError:
        return False


@transaction.atomic
def _command(
    instance_id: int, act: Callable[[Run], object], *, by: User | None, now: datetime,
    learn: Mapping[str, Value] | None = None, may_refuse: bool = True,
) -> Instance:  # fmt: skip
    return _move(_lock(instance_id), act, by=by, now=now, learn=learn, may_refuse=may_refuse)


def _move(
    instance: Instance, act: Callable[[Run], object], *, by: User | None, now: datetime,
    learn: Mapping[str, Value] | None = None, subject: Any = None, mends: bool = True, may_refuse: bool = True,
) -> Instance:  # fmt: skip
    """Load, act, settle and save one locked instance. What `mends` compares the tasks' rows with what the engine offers;
    the rest, the frequent ones, take the engine's word for what stood open."""
    if instance.ended_at is not None:
        raise AlreadyDone("This case's procedure has ended.")
    contents = instance.contents
    facts = contents.known(unpack(instance.facts), now.astimezone(LONDON).date())
    house = _House(instance, facts, by, now, subject)
    facts.update({name: house.accept(name, value) for name, value in (learn or {}).items()})
    run = Run(contents.engine, contents.elements, house, facts, instance.state, can_refuse=may_refuse and by is not None)
    act(run)
    _save(instance, run.outcome(), house, mends)
    return instance


def _lock(instance_id: int) -> Instance:
    return Instance.objects.select_for_update(of=("self",)).select_related("landlord").get(pk=instance_id)


def _save(instance: Instance, outcome: Outcome, house: _House, mends: bool) -> None:
    _save_steps(instance, outcome.done, house)
    _save_tasks(instance, outcome, house, _standing_rows(instance) if mends else outcome.stood)
    if outcome.troubles or instance.has_faults:
        _save_faults(instance, outcome.troubles, house)
    kept = {name: value for name, value in outcome.facts.items() if name not in house.contents.settings}
    instance.state, instance.facts = outcome.state, pack_values(kept)
    stands: dict[str, Any] = {
        "has_faults": bool(outcome.troubles),
        "awaits_message": outcome.awaits_message,
        "offers": [_offer(offer) for offer in outcome.offers],
        "active": outcome.active,
        "messages": outcome.messages,
        "due_at": outcome.due_at,
    }
    if outcome.ended:
        stands.update(ended_at=house.now, ended_by=outcome.ended)
    changed = [column for column, value in stands.items() if getattr(instance, column) != value]
    for column in changed:
        setattr(instance, column, stands[column])
    instance.save(update_fields=["state", "facts", *changed])


def _offer(offer: Offer) -> dict[str, str | bool]:
    return {"toolbox": offer.toolbox, "element": offer.element, **({"reason": True} if offer.reason else {})}


def _party(scope: Mapping[str, Value]) -> int | None:
    value = scope.get(PARTY)
    return value if isinstance(value, int) else None


def _save_steps(instance: Instance, done: Iterable[StepDone], house: _House) -> None:
    Step.objects.bulk_create(
        [
            Step(
                instance=instance, engine_id=step.id, element=step.element, name=house.contents.elements[step.element].label,
                party_id=_party(step.scope), at=house.now,
            )
            for step in done
        ],
        ignore_conflicts=True,
    )  # fmt: skip


def _save_tasks(instance: Instance, outcome: Outcome, house: _House, stood: frozenset[str]) -> None:
    """Rows for what the engine offers now: new ones are made, those it no longer offers are cancelled."""
    if gone := stood - {task.id for task in outcome.open}:
        Task.objects.filter(engine_id__in=gone, status=Task.OPEN).update(status=Task.CANCELLED, closed_at=house.now)
    Task.objects.bulk_create([_new_task(instance, task, house) for task in outcome.open if task.id not in stood])


def _standing_rows(instance: Instance) -> frozenset[str]:
    return frozenset(map(str, Task.objects.filter(instance=instance, status=Task.OPEN).values_list("engine_id", flat=True)))


def _new_task(instance: Instance, opened: OpenTask, house: _House) -> Task:
    element = house.contents.elements[opened.element]
    role = house.contents.role_of(element)
    said = {key: element.properties.get(key, "") for key in ("form", "promise")}
    return Task(
        instance=instance, landlord_id=instance.landlord_id, engine_id=opened.id, element=element.id, name=element.label, role=role,
        due_at=house.due(element.id, opened.scope), party_id=_party(opened.scope), owner_id=_subjects[0].owner_id(house.subject, role),
        opened_at=house.now, notice_at=house.now, **said,
    )  # fmt: skip


def _save_faults(instance: Instance, troubles: Iterable[Trouble], house: _House) -> None:
    troubled = {UUID(trouble.id): trouble for trouble in troubles}
    standing = {fault.engine_id: fault for fault in Fault.objects.filter(instance=instance, resolved_at=None)}
    for key, fault in standing.items():
        if key not in troubled:
            Fault.objects.filter(pk=fault.pk).update(resolved_at=house.now)
        elif fault.sentence != troubled[key].sentence[:500]:
            Fault.objects.filter(pk=fault.pk).update(sentence=troubled[key].sentence[:500])
    for key, trouble in troubled.items():
        if key not in standing:
            element = house.contents.elements.get(trouble.element)
            Fault.objects.create(
                instance=instance, engine_id=key, element=trouble.element, name=element.label if element else trouble.element,
                sentence=trouble.sentence[:500], raised_at=house.now,
            )  # fmt: skip
