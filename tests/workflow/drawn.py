"""Small diagrams for tests, written as lines: `kind id` for elements, `a -> b` (with `: condition`) for flows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from xml.sax.saxutils import escape, quoteattr

from backend.workflow.bpmn import read
from backend.workflow.engine import Effect, Outcome, Run, build
from backend.workflow.expressions import Value

HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core" id="Definitions_1" targetNamespace="x">'
)
NOW = datetime(2026, 1, 5, 10, tzinfo=UTC)


def bpmn(body: str, process: str = "P") -> str:
    """A file around `body`, with two messages."""
    return f'{HEAD}<bpmn:process id="{process}" isExecutable="true">{body}</bpmn:process><bpmn:message id="M1" name="news"/><bpmn:message id="M2" name="incident"/></bpmn:definitions>'


def lines(text: str) -> str:
    """XML for a flat process from lines."""
    out, flows = [], 0
    for line in (raw.strip() for raw in text.strip().splitlines()):
        if found := re.match(r"(\w+) -> (\w+)(?:: (.*))?$", line):
            flows += 1
            condition = f"<bpmn:conditionExpression>{escape(found[3])}</bpmn:conditionExpression>" if found[3] else ""
            out.append(f'<bpmn:sequenceFlow id="f{flows}" sourceRef="{found[1]}" targetRef="{found[2]}">{condition}</bpmn:sequenceFlow>')
        elif line:
            kind, name, *rest = line.split(maxsplit=2)
            out.append(f"<bpmn:{kind} id={quoteattr(name)}{' ' + rest[0] if rest else ''}/>")
    return "".join(out)


@dataclass
class House:
    """A host that remembers what it was asked for."""

    now: datetime = NOW
    broken: bool = False
    effects: list[Effect] = field(default_factory=list)

    @property
    def functions(self) -> Mapping[str, object]:
        return {"days": lambda count, since: since + timedelta(days=count)}

    def perform(self, effect: Effect) -> Mapping[str, Value]:
        if self.broken:
            raise RuntimeError("the printer is on fire")
        self.effects.append(effect)
        return {}

    def decide(self, table: str, facts: Mapping[str, Value]) -> Mapping[str, Value]:
        return {"severity": "high"}

    def accept(self, name: str, value: Value) -> Value:
        return value

    def knows(self, person: int) -> bool:
        return True


@dataclass
class Walk:
    """An instance that is saved and loaded between every two steps."""

    source: str
    house: House = field(default_factory=House)
    facts: dict[str, Value] = field(default_factory=dict)
    outcome: Outcome | None = None

    def __post_init__(self) -> None:
        self.diagram = read("p.bpmn", self.source)
        self.diagrams = build(self.diagram.process, {"p.bpmn": self.diagram})

    def step(self, verb: str, *args: object) -> Outcome:
        state = self.outcome.state if self.outcome else None
        run = Run(self.diagrams, self.diagram.elements, self.house, self.facts, state)
        getattr(run, verb)(*args)
        self.outcome = run.outcome()
        return self.outcome

    def do(self, element: str, **facts: Value) -> Outcome:
        assert self.outcome is not None
        task = next(task for task in self.outcome.open if task.element == element)
        return self.step("complete", task.id, facts)

    @property
    def open(self) -> list[str]:
        assert self.outcome is not None
        return sorted(task.element for task in self.outcome.open)
