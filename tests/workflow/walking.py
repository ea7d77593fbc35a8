"""Walks an instance of a whole pack through the engine alone: no database, every answer the first that a form offers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from backend.rules.working_time import LONDON, Calendar
from backend.workflow import catalogue
from backend.workflow.engine import PARTY, Effect, OpenTask, Outcome, Run, scopes
from backend.workflow.expressions import Function, Value, parse
from backend.workflow.forms import Form
from backend.workflow.functions import functions_for
from backend.workflow.packs import Pack
from backend.workflow.values import pack, unpack
from tests.answers import fill

NOW = datetime(2026, 11, 20, 16, 30, tzinfo=LONDON)
SOMEBODY = 7
BEGUN: Mapping[str, Value] = {
    "reported_at": NOW, "opened_at": NOW, "channel": "telephone", "anonymous": False, "first_reporter": SOMEBODY,
}  # fmt: skip
#: More steps than any walk through a pack needs.
ENOUGH = 300


@dataclass
class PackHost:
    """Does nothing in the world and says yes to all that an operation is asked, unless `broken` names it."""

    contents: Pack
    now: datetime = NOW
    broken: str = ""

    def people(self, group: str) -> list[int]:
        return [SOMEBODY]

    def knows(self, person: int) -> bool:
        return person == SOMEBODY

    @property
    def functions(self) -> Mapping[str, Function]:
        return functions_for(Calendar())

    def perform(self, effect: Effect) -> Mapping[str, Value]:
        if effect.operation == self.broken:
            raise RuntimeError("the printer is on fire")
        said: dict[str, Value] = {"moment": self.now, "yes_no": True}
        if effect.operation == "set_date":
            return {str(effect.parameters["fact"]): self.now + timedelta(days=int(str(effect.parameters["count"])))}
        return {fact.name: said[fact.kind] for fact in catalogue.operations()[effect.operation].gives}

    def decide(self, table: str, facts: Mapping[str, Value]) -> Mapping[str, Value]:
        return self.contents.tables[table].decide({**dict.fromkeys(self.contents.facts), **facts}, self.functions)

    def accept(self, name: str, value: Value) -> Value:
        return self.contents.facts[name].accept(value)


@dataclass
class PackWalk:
    """One instance, saved as JSON and loaded between every two steps."""

    contents: Pack
    facts: dict[str, Value] = field(default_factory=lambda: dict(BEGUN))
    state: dict[str, Any] | None = None
    host: PackHost = field(init=False)
    outcome: Outcome = field(init=False)
    left: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.host = PackHost(self.contents)

    def step(self, verb: str, *args: object) -> Any:
        facts = self.contents.known(self.facts, self.host.now.astimezone(LONDON).date())
        run = Run(self.contents.engine, self.contents.elements, self.host, facts, self.state)
        gave = getattr(run, verb)(*args)
        self.outcome = run.outcome()
        self.state = json.loads(json.dumps(self.outcome.state))
        kept = {name: value for name, value in self.outcome.facts.items() if name not in self.contents.settings}
        self.facts = unpack(json.loads(json.dumps(pack(kept))))
        return gave

    def do(self, element: str, **given: str) -> None:
        """Complete the first open task of this element."""
        task = next(task for task in self.outcome.open if task.element == element)
        self.step("complete", task.id, self._answers(task, given))

    def start(self, element: str, party: int = SOMEBODY) -> None:
        """Start a tool that is offered, for this person unless it is for the whole case."""
        offer = next(offer for offer in self.outcome.offers if offer.element == element)
        about_all = self.contents.elements[element].properties.get("for", "case") == "case"
        self.step("start_tool", offer.toolbox, element, {} if about_all else {PARTY: party})

    def _answers(self, task: OpenTask, given: Mapping[str, str]) -> Mapping[str, Value]:
        form: Form = self.contents.forms[self.contents.elements[task.element].properties["form"]]
        seen = {**self.contents.known(self.facts, NOW.date()), **scopes(self.state or {}).get(task.id, {})}
        form = form.offering(lambda text: bool(parse(text).evaluate(seen, self.host.functions)))
        rows = {question.key: str(SOMEBODY) for question in form.questions if question.type in ("person", "officer")}
        people = {key: {str(SOMEBODY): "Somebody"} for key in rows}
        return form.clean(fill(form, {**rows, **given}), people).facts

    def go_to_the_end(self) -> str:
        """Put faults right, do what is open, wait for what is due, pick each tool once; the end event that is reached."""
        used: set[str] = set()
        for _ in range(ENOUGH):
            if self.outcome.ended:
                return self.outcome.ended
            self._one_step(used)
        raise AssertionError(f"no end in sight; open: {self.outcome.open}")

    def _one_step(self, used: set[str]) -> None:
        fresh = [offer.element for offer in self.outcome.offers if offer.element not in used]
        if self.outcome.troubles:
            self.step("retry", self.outcome.troubles[0].id)
        elif waiting := [task.element for task in self.outcome.open if task.element not in self.left]:
            # What opens again as soon as it is done waits for its time instead.
            self.do(waiting[0])
            self.left = {waiting[0]}
        elif fresh:
            used.add(fresh[0])
            self.start(fresh[0])
        else:
            assert self.outcome.due_at is not None, "nothing is open, nothing is offered and nothing is due"
            self.host.now = max(self.host.now, self.outcome.due_at)
            self.step("tick")
            self.left = set()
