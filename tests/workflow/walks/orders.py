"""Every order in which the steps of a small diagram can be done: each is done by the engine and by the plain model.

A situation that two orders lead to is gone on from once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import datetime
from random import Random

from tests.workflow.walks.blocks import (
    FEATURES,
    Again,
    Auto,
    Block,
    Branches,
    Drawing,
    Event,
    Group,
    Maker,
    Round,
    Sequence,
    Test,
    Wait,
    Work,
)  # fmt: skip
from tests.workflow.walks.model import Key, World
from tests.workflow.walks.walking import Walk

PASSES = 4
PLAIN = [
    "userTask", "manualTask", "serviceTask", "sendTask", "businessRuleTask", "receiveTask", "message catch", "timer catch",
]  # fmt: skip
CONSTRUCTS = [*PLAIN, *FEATURES]


def construct(name: str) -> Block:
    """One of what the editor offers, as small as it can be."""
    maker = _Small(Random(name), [])
    match name.split():
        case ["userTask" | "manualTask"]:
            return Work(maker.id("A"), name, ("f1",))
        case ["serviceTask" | "sendTask"]:
            return Auto(maker.id("B"), name, "f1")
        case ["businessRuleTask"]:
            return Auto(maker.id("B"), name, "f1", maker.id("d"))
        case ["receiveTask"]:
            return Wait(maker.id("R"), name, Event("message", maker.id("m")))
        case [kind, "catch"]:
            return maker.wait(kind)
    return maker.feature(name, 0)


class _Small(Maker):
    """Makes the smallest blocks."""

    def line(self, length: int = 2) -> Sequence:
        return Sequence("", [self.work()])

    def work(self, limits: bool = True) -> Work:
        return Work(self.id("A"), "userTask", ())

    def sequence(self, depth: int, most: int = 3) -> Sequence:
        return Sequence("", [self.work()])


def _beside(count: int) -> Callable[[Block], Block]:
    return lambda block: Branches("XX", "parallelGateway", [block, *(Work(f"Beside{n}", "userTask", ()) for n in range(1, count))])


CONTEXTS: dict[str, Callable[[Block], Block]] = {
    "in sequence": lambda block: Sequence("", [Work("First", "userTask", ()), block, Work("Last", "userTask", ())]),
    "in a loop of four passes": lambda block: Round("LL", Sequence("", [block, Work("More", "userTask", ("f4",))]), Test("f4")),
    "beside another": _beside(2),
    "beside two others": _beside(3),
    "three times at once": lambda block: Again("NN", Group("GG", Sequence("", [block])), 3),
}


class Orders(Walk):
    """All orders of one diagram. Every answer follows from how often the task was done, so that only the order is free."""

    def __init__(self, name: str, context: str) -> None:
        super().__init__(0)
        body = CONTEXTS[context](construct(name))
        drawing, top = Drawing(), Group("P", Sequence("", [body]), "P")
        drawing.process("P", top.body)
        self.draw(top, drawing.files)
        self.visits: dict[str, int] = {}
        self.waited = {block.event.name for block in top.everything() if isinstance(block, Wait)}
        self.name, self.situations, self.ends = f"{name} {context}", 0, 0

    def explore(self, most: int) -> bool:
        """Go every way; False when there were more than `most` situations."""
        self.world = World(self.top, self.house.now)
        self.command("begin")
        self.compare("begin")
        seen: set[str] = set()
        stack = [self.situation()]
        while stack:
            situation = stack.pop()
            self.stand_in(situation)
            if self.outcome.ended:
                self.ends += 1
                continue
            actions = list(self.actions())
            if not actions:
                raise self.differs("nothing can happen and it has not ended")
            for act in actions:
                self.stand_in(situation)
                what = act()
                self.world.settle()
                self.compare(what)
                key = self.known_by()
                if key not in seen:
                    seen.add(key)
                    stack.append(self.situation())
            if len(seen) > most:
                return False
        self.situations = len(seen)
        return True

    def situation(self) -> tuple[object, ...]:
        return self.shelf.kept, self.outcome, deepcopy(self.world), dict(self.visits), self.house.now, list(self.trail)

    def stand_in(self, situation: tuple[object, ...]) -> None:
        self.shelf.kept, self.outcome, world, visits, self.house.now, trail = situation  # type: ignore[assignment]
        self.world, self.visits, self.trail = deepcopy(world), dict(visits), list(trail)  # type: ignore[call-overload, assignment]

    def actions(self) -> Iterator[Callable[[], str]]:
        for key, ids in sorted(self.open_tasks().items(), key=str):
            yield lambda key=key, ids=ids: self.do(key, ids[0])  # type: ignore[misc]
        for message in self.outcome.messages:
            if self.visits.get(message, 0) < (PASSES if message in self.waited else 1):
                yield lambda message=message: self.tell(message)  # type: ignore[misc]
        for number, offer in enumerate(self.outcome.offers):
            if self.visits.get(offer.element, 0) < 1:
                yield lambda number=number: self.pick(number)  # type: ignore[misc]
        if self.outcome.due_at:
            yield lambda: self.until(self.outcome.due_at)  # type: ignore[arg-type]

    def visit(self, name: str) -> int:
        self.visits[name] = self.visits.get(name, 0) + 1
        return self.visits[name]

    def do(self, key: Key, task_id: str) -> str:
        block = dict(self.world.open_work())[key].block
        assert isinstance(block, Work)
        visit = self.visit(block.id)
        answers = dict.fromkeys(block.sets, visit < PASSES if block.id == "More" else visit % 2 == 0)
        self.command("complete", task_id, answers)
        self.answer(key, answers)  # type: ignore[arg-type]
        return f"complete {key} {answers}"

    def tell(self, message: str) -> str:
        tag = self.visit(message)
        self.command("deliver", message, {}, {"tag": tag})
        self.world.tell("message", message, tag)
        return f"deliver {message}"

    def pick(self, number: int) -> str:
        offer = self.outcome.offers[number]
        tag, chain = self.visit(offer.element), self.chain(offer.toolbox)
        box, tool = next((box, tool) for (element, other), box, tool in self.world.offers() if (element, other) == (offer.element, chain))
        self.command("start_tool", offer.toolbox, offer.element, {"tag": tag})
        self.world.start_tool(box, tool, tag)
        return f"start {offer.element}"

    def until(self, due: datetime) -> str:
        self.house.now = self.world.now = due
        self.command("tick")
        return f"wait until {due:%d %B}"

    def known_by(self) -> str:
        """The same for two situations that nobody could tell apart."""
        tokens = [token for tree in self.outcome.state["trees"] for token in tree["tokens"]]
        names = {token["id"]: f"{token['at']} {self.chain(token['id'])}" for token in tokens}
        known = sorted(
            json.dumps([names[t["id"]], t["state"], *sorted((k, names.get(str(v), v)) for k, v in t.get("notes", {}).items())])
            for t in tokens
        )
        facts = json.loads(self.shelf.kept[1])
        return json.dumps([known, facts, sorted(self.visits.items()), str(self.house.now), self.outcome.ended])
