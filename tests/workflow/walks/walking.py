"""Walks random diagrams: the engine and the plain model side by side, saved and loaded between every two steps."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from backend.workflow.bpmn import Element, read
from backend.workflow.engine import Effect, Outcome, Run, build
from backend.workflow.expressions import Value
from backend.workflow.values import pack, unpack
from tests.workflow.drawn import NOW
from tests.workflow.walks import blocks
from tests.workflow.walks.model import Key, World

DAYS = 40


@dataclass
class House:
    now: datetime = NOW
    effects: list[Effect] = field(default_factory=list)

    @property
    def functions(self) -> Mapping[str, object]:
        return {"days": lambda count, since: since + timedelta(days=count)}

    def perform(self, effect: Effect) -> Mapping[str, Value]:
        self.effects.append(effect)
        return {}

    def decide(self, table: str, facts: Mapping[str, Value]) -> Mapping[str, Value]:
        reads, sets = table.split("_")
        return {sets: facts.get(reads)}

    def accept(self, name: str, value: Value) -> Value:
        return value

    def knows(self, person: int) -> bool:
        return True

    def people(self, group: str) -> list[int]:
        return blocks.RESPONDENTS


class Difference(AssertionError):
    """The engine does not do what the model says."""


class Shelf:
    """Where an instance is kept between commands, under a lock as in the database; `locked` can be switched off."""

    locked = True

    def __init__(self) -> None:
        self.kept: tuple[str | None, str] = (
            None,
            json.dumps(pack({**dict.fromkeys(blocks.FACTS, False), "started_at": NOW, "somebody": blocks.SOMEBODY})),
        )


class Walk:
    def __init__(self, seed: int, *, steps: int = 40, always: bool | None = None) -> None:
        self.seed, self.random, self.always = seed, Random(seed), always
        self.draw(*(blocks.make(seed) if always is None else blocks.long_loop()))
        self.steps = steps

    def draw(self, top: blocks.Group, files: dict[str, str]) -> None:
        self.top = top
        self.diagrams = {file: read(file, source) for file, source in files.items()}
        self.elements = {e.id: e for diagram in self.diagrams.values() for e in diagram.elements.values()}
        self.specs = build("P", self.diagrams)
        self.house, self.shelf, self.tags = House(), Shelf(), 100
        self.trail: list[str] = []

    # The engine's side.

    def command(self, verb: str, *args: object, kept: tuple[str | None, str] | None = None) -> None:
        state, facts = kept or self.shelf.kept
        run = Run(self.specs, self.elements, self.house, unpack(json.loads(facts)), json.loads(state) if state else None)
        getattr(run, verb)(*args)
        self.outcome: Outcome = run.outcome()
        self.shelf.kept = (json.dumps(self.outcome.state), json.dumps(pack(self.outcome.facts)))

    def chain(self, token_id: str) -> tuple[tuple[tuple[str, object], ...], ...]:
        tokens = {t["id"]: t for tree in self.outcome.state["trees"] for t in tree["tokens"]}
        return self.chain_of(tokens[token_id].get("data", {}).get("scope", ""))

    def chain_of(self, scope: str) -> tuple[tuple[tuple[str, object], ...], ...]:
        found, scopes = [], self.outcome.state["scopes"]
        while scope:
            told = {name: scopes[scope]["values"][name] for name in ("item", "party", "tag") if name in scopes[scope]["values"]}
            found.append(tuple(sorted(told.items())))
            scope = scopes[scope]["within"]
        return tuple(found)

    def open_tasks(self) -> dict[Key, list[str]]:
        found: dict[Key, list[str]] = {}
        for task in self.outcome.open:
            found.setdefault((task.element, self.chain(task.id)), []).append(task.id)
        return found

    def effects(self) -> Counter[tuple[object, ...]]:
        """What was done since the last look; a scope is known by what it tells."""
        told = ("item", "party", "tag")
        done = Counter(
            (e.element, e.parameters["what"], *sorted((n, v) for n, v in e.scope.items() if n in told)) for e in self.house.effects
        )
        self.house.effects.clear()
        return done

    # Both sides.

    def go(self) -> None:
        self.world = World(self.top, NOW)
        self.command("begin")
        self.compare("begin")
        for _ in range(self.steps):
            if self.outcome.ended or not self.act():
                return

    def act(self) -> bool:
        choices = [
            *[self.complete] * (3 if self.outcome.open else 0), *[self.two_at_once] * (1 if len(self.outcome.open) > 1 else 0),
            *[self.start_tool] * (2 if self.outcome.offers else 0), *[self.deliver] * (1 if self.outcome.messages else 0),
            *[self.wait] * (1 if self.outcome.due_at else 0),
        ]  # fmt: skip
        if not choices:
            raise self.differs("nothing can happen and it has not ended")
        what = self.random.choice(choices)()
        self.world.settle()
        self.compare(what)
        return True

    def complete(self) -> str:
        key, task_id, answers = self.any_task(self.open_tasks())
        self.command("complete", task_id, answers)
        self.answer(key, answers)
        return f"complete {key} {answers}"

    def any_task(self, tasks: dict[Key, list[str]]) -> tuple[Key, str, dict[str, Value]]:
        key = self.random.choice(sorted(tasks, key=str))
        block = next(open_.block for other, open_ in self.world.open_work() if other == key)
        assert isinstance(block, blocks.Work)
        return key, tasks[key][0], self.any_answers(block)

    def any_answers(self, block: blocks.Work) -> dict[str, Value]:
        return {fact: self.random.random() < 0.5 if self.always is None else self.always for fact in block.sets}

    def answer(self, key: Key, answers: dict[str, Value]) -> None:
        open_ = next(open_ for other, open_ in self.world.open_work() if other == key)
        open_.complete(answers)  # type: ignore[arg-type]

    def two_at_once(self) -> str:
        """Two people send their answers in the same moment; the second waits for the lock, and then sees what the first did."""
        tasks, before = self.open_tasks(), self.shelf.kept
        first, first_id, answers = self.any_task(tasks)
        self.command("complete", first_id, answers)
        self.answer(first, answers)
        self.world.settle()
        left = [
            (key, ids) for key, ids in tasks.items() if key != first and key in self.open_tasks() and key in dict(self.world.open_work())
        ]
        if not left:
            return f"complete {first}"
        key = self.random.choice(sorted(left, key=str))[0]
        block = dict(self.world.open_work())[key].block
        assert isinstance(block, blocks.Work)
        second = self.any_answers(block)
        self.command("complete", self.open_tasks()[key][0], second, kept=None if self.shelf.locked else before)
        self.answer(key, second)  # type: ignore[arg-type]
        return f"two at once {first} {answers} {key} {second}"

    def start_tool(self) -> str:
        offer = self.random.choice(self.outcome.offers)
        self.tags += 1
        chain = self.chain(offer.toolbox)
        box, tool = next((box, tool) for (element, other), box, tool in self.world.offers() if (element, other) == (offer.element, chain))
        self.command("start_tool", offer.toolbox, offer.element, {"tag": self.tags})
        self.world.start_tool(box, tool, self.tags)
        return f"start {offer.element}"

    def deliver(self) -> str:
        name = self.random.choice(self.outcome.messages)
        self.tags += 1
        self.command("deliver", name, {}, {"tag": self.tags})
        self.world.tell("message", name, self.tags)
        return f"deliver {name}"

    def wait(self) -> str:
        self.house.now += timedelta(days=self.random.randint(1, DAYS))
        self.world.now = self.house.now
        self.command("tick")
        return f"wait until {self.house.now:%d %B}"

    def compare(self, what: str) -> None:
        self.trail.append(what)
        mine = Counter(key for key, _ in self.world.open_work())
        self.same("open tasks", Counter({key: len(ids) for key, ids in self.open_tasks().items()}), mine)
        self.same("effects", self.effects(), Counter(self._effect(effect) for effect in self.world.effects.elements()))
        self.world.effects.clear()
        self.same("faults", self.outcome.troubles, [])
        self.same("end", bool(self.outcome.ended), self.world.ended)
        offers = Counter((offer.element, self.chain(offer.toolbox)) for offer in self.outcome.offers)
        self.same("tools offered", offers, Counter(key for key, _, _ in self.world.offers()))
        self.same("messages", set(self.outcome.messages), set() if self.world.ended else self.world.messages())
        self.same("next timer", self.outcome.due_at, None if self.world.ended else self.world.due())

    def _effect(self, effect: tuple[object, ...]) -> tuple[object, ...]:
        element, value, *chain = effect
        told: dict[str, object] = {}
        for scope in reversed(chain):
            told.update(dict(scope))  # type: ignore[call-overload]
        return (element, value, *sorted(told.items()))

    def same(self, what: str, engine: object, model: object) -> None:
        if engine != model:
            raise self.differs(f"{what}: engine {engine}, model {model}")

    def differs(self, what: str) -> Difference:
        return Difference(f"seed {self.seed}, after {len(self.trail)} steps ({'; '.join(self.trail[-4:])}): {what}")


# How well the walks cover what can be drawn.


def kinds(walk: Walk) -> set[str]:
    """Every sort of element in a walk's diagrams."""
    return {kind for element in walk.elements.values() for kind in kinds_of(element)}


def kinds_of(element: Element) -> Iterator[str]:
    name = "event sub-process" if element.event_sub_process else element.kind
    if element.event:
        name = f"{element.event} {name}"
    if element.kind == "boundaryEvent" or (element.kind == "startEvent" and element.event):
        name += "" if element.interrupting else ", beside"
    yield name
    if repeat := element.repeat:
        yield "standard loop" if repeat.loop else f"multi-instance, {'in turn' if repeat.in_turn else 'side by side'}"
        if repeat.each:
            yield "multi-instance, for each person"


def depth(block: blocks.Block) -> int:
    """How deeply groups, loops and branches are nested."""
    inside = max((depth(inner) for inner in block.inner()), default=0)
    return inside + (not isinstance(block, blocks.Sequence | blocks.Work | blocks.Auto | blocks.Wait | blocks.Say | blocks.Limit))
