"""Random diagrams, redrawn by an owner who does not know what is right: what the checker passes must never stop."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from random import Random

from backend.workflow import events, shape
from backend.workflow.bpmn import read
from backend.workflow.engine import EngineError, build
from backend.workflow.findings import PackRefused
from backend.workflow.packs import Pack
from tests.workflow.walks import blocks
from tests.workflow.walks.walking import Difference, Walk

GATEWAYS = ("exclusiveGateway", "inclusiveGateway", "parallelGateway")
FLOW = re.compile(r'<bpmn:sequenceFlow id="w\d+" sourceRef="(\w+)" targetRef="(\w+)">.*?</bpmn:sequenceFlow>')


def another_gateway(source: str, random: Random) -> str:
    found = [*re.finditer(rf'<bpmn:({"|".join(GATEWAYS)}) id="(\w+)"', source)]
    if not found:
        return source
    chosen = random.choice(found)
    return source[: chosen.start(1)] + random.choice(GATEWAYS) + source[chosen.end(1) :]


def another_end(source: str, random: Random) -> str:
    flow = random.choice([*FLOW.finditer(source)])
    target = random.choice([*FLOW.finditer(source)])[2]
    return source[: flow.start(2)] + target + source[flow.end(2) :]


def one_line_less(source: str, random: Random) -> str:
    flow = random.choice([*FLOW.finditer(source)])
    return source[: flow.start()] + source[flow.end() :]


def one_line_more(source: str, random: Random) -> str:
    flow, other = random.choice([*FLOW.finditer(source)]), random.choice([*FLOW.finditer(source)])
    line = f'<bpmn:sequenceFlow id="more" sourceRef="{flow[1]}" targetRef="{other[2]}"></bpmn:sequenceFlow>'
    return source[: flow.start()] + line + source[flow.start() :]


CHANGES: tuple[Callable[[str, Random], str], ...] = (another_gateway, another_end, one_line_less, one_line_more)


class Redrawn(Walk):
    """The engine alone, on a changed diagram."""

    def __init__(self, seed: int, pack: Pack) -> None:
        super().__init__(seed)
        _, files = blocks.make(seed)
        file = self.random.choice(sorted(files))
        self.refused = False
        try:
            for _ in range(self.random.choice([1, 1, 2])):
                files[file] = self.random.choice(CHANGES)(files[file], self.random)
            self.diagrams = {name: read(name, source) for name, source in files.items()}
        except PackRefused:
            self.refused = True
            return
        self.elements = {e.id: e for diagram in self.diagrams.values() for e in diagram.elements.values()}
        changed = replace(pack, diagrams=self.diagrams, start="P")
        self.refused = any(True for check in (*shape.CHECKS, *events.CHECKS) for _ in check(changed))

    def go(self) -> None:
        self.specs = build("P", self.diagrams)
        try:
            self.command("begin")
            for _ in range(self.steps):
                self.trail.append("")
                if self.outcome.troubles:
                    raise self.differs(self.outcome.troubles[0].sentence)
                if self.outcome.ended:
                    return
                self.act()
        except EngineError as error:
            raise self.differs(error.sentence) from error

    def act(self) -> bool:
        self.random.choice([*[self.any_task_done] * len(self.outcome.open), *[self.any_message] * len(self.outcome.messages),
                            *[self.any_tool] * len(self.outcome.offers), *[self.wait_a_while] * bool(self.outcome.due_at)])()  # fmt: skip
        return True

    def any_task_done(self) -> None:
        task = self.random.choice(self.outcome.open)
        self.command("complete", task.id, {fact: self.random.random() < 0.5 for fact in blocks.FACTS})

    def any_message(self) -> None:
        self.command("deliver", self.random.choice(self.outcome.messages), {}, {})

    def any_tool(self) -> None:
        offer = self.random.choice(self.outcome.offers)
        self.tags += 1
        self.command("start_tool", offer.toolbox, offer.element, {"tag": self.tags})

    def wait_a_while(self) -> None:
        due = self.outcome.due_at
        assert due is not None
        self.house.now = due
        self.command("tick")


__all__ = ["Difference", "Redrawn"]
