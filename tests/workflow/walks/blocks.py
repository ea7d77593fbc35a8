"""Random diagrams as nested blocks, and how each block is drawn in BPMN.

Each block has one way in and one way out, so that a plain model can say what must happen without counting tokens.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from random import Random
from xml.sax.saxutils import escape

from tests.workflow.drawn import HEAD


@dataclass(frozen=True)
class Test:
    """A condition: one fact, wanted true or false."""

    __test__ = False
    fact: str
    wanted: bool = True

    @property
    def text(self) -> str:
        return self.fact if self.wanted else f"not {self.fact}"


@dataclass
class Block:
    id: str = ""

    def __deepcopy__(self, memo: object) -> Block:
        return self

    def inner(self) -> Iterator[Block]:
        """The blocks directly inside."""
        return iter(())

    def everything(self) -> Iterator[Block]:
        yield self
        for block in self.inner():
            yield from block.everything()


@dataclass
class Event:
    """What is waited for: `timer` in `days`, or a named message, signal, escalation or error."""

    kind: str
    name: str = ""
    days: int = 0


@dataclass
class Limit(Block):
    """A boundary event and what follows it."""

    event: Event = field(default_factory=lambda: Event("timer"))
    interrupting: bool = True
    body: Block = field(default_factory=Block)

    def inner(self) -> Iterator[Block]:
        yield self.body


@dataclass
class Work(Block):
    """A task for a person; completing it answers every fact of `sets`."""

    kind: str = "userTask"
    sets: tuple[str, ...] = ()
    limits: list[Limit] = field(default_factory=list)

    def inner(self) -> Iterator[Block]:
        yield from self.limits


@dataclass
class Auto(Block):
    """A service or send task whose parameter is a fact, or a table that copies one fact to another."""

    kind: str = "serviceTask"
    reads: str = ""
    sets: str = ""


@dataclass
class Wait(Block):
    kind: str = "intermediateCatchEvent"
    event: Event = field(default_factory=lambda: Event("timer"))


@dataclass
class Say(Block):
    """Throws a signal, an escalation or an error; `ends` when it is an end event. Also the terminate end,
    and the event that only marks a point."""

    event: Event = field(default_factory=lambda: Event("signal"))
    ends: bool = False


@dataclass
class Sequence(Block):
    parts: list[Block] = field(default_factory=list)

    def inner(self) -> Iterator[Block]:
        yield from self.parts


@dataclass
class Branches(Block):
    """`exclusiveGateway`, `inclusiveGateway` or `parallelGateway`; the last branch is the “otherwise” one."""

    kind: str = "parallelGateway"
    ways: list[Block] = field(default_factory=list)
    tests: list[Test] = field(default_factory=list)

    def inner(self) -> Iterator[Block]:
        yield from self.ways


@dataclass
class Gate(Block):
    """An event-based gateway: whichever wait happens first, and what follows it."""

    waits: list[Wait] = field(default_factory=list)
    ways: list[Block] = field(default_factory=list)

    def inner(self) -> Iterator[Block]:
        yield from self.waits
        yield from self.ways


@dataclass
class Round(Block):
    """A loop drawn with decisions: the body, and again while the test holds."""

    body: Block = field(default_factory=Block)
    again: Test = field(default_factory=lambda: Test("f1"))

    def inner(self) -> Iterator[Block]:
        yield self.body


@dataclass
class Whenever(Block):
    """An event sub-process."""

    event: Event = field(default_factory=lambda: Event("message"))
    interrupting: bool = False
    body: Block = field(default_factory=Block)

    def inner(self) -> Iterator[Block]:
        yield self.body


@dataclass
class Group(Block):
    """A sub-process, or a diagram that is called (`called` is then its process), perhaps about somebody."""

    body: Block = field(default_factory=Block)
    called: str = ""
    about: bool = False
    limits: list[Limit] = field(default_factory=list)
    whenevers: list[Whenever] = field(default_factory=list)

    def inner(self) -> Iterator[Block]:
        yield self.body
        yield from self.limits
        yield from self.whenevers


@dataclass
class Toolbox(Block):
    """An ad-hoc sub-process; each tool is one task or group, perhaps with a step after it."""

    tools: list[Block] = field(default_factory=list)
    after: list[Block | None] = field(default_factory=list)
    completion: Test = field(default_factory=lambda: Test("f1"))

    def inner(self) -> Iterator[Block]:
        yield from self.tools
        yield from (block for block in self.after if block is not None)


@dataclass
class Again(Block):
    """An activity that repeats: `count` times or for each of the respondents, side by side or in turn, or while a test holds."""

    body: Work | Group = field(default_factory=Work)
    count: int = 0
    each: bool = False
    in_turn: bool = False
    until_done: int = 0
    loop: Test | None = None
    before: bool = False
    most: int = 0
    outputs: tuple[str, ...] = ()
    limits: list[Limit] = field(default_factory=list)

    def inner(self) -> Iterator[Block]:
        yield self.body
        yield from self.limits


class Drawing:
    """Draws blocks; `files` maps a file to its XML."""

    def __init__(self) -> None:
        self.files: dict[str, str] = {}
        self.flows = 0
        self.names: dict[tuple[str, str], str] = {}

    def process(self, name: str, body: Block, whenevers: list[Whenever] = []) -> None:  # noqa: B006
        inside = self._inside(name, body, whenevers)
        roots = "".join(
            f'<bpmn:{kind} id="{ref}" {attribute}="{code}"/>'
            for (kind, code), ref in self.names.items()
            for attribute in ({"message": "name", "signal": "name", "error": "errorCode", "escalation": "escalationCode"}[kind],)
        )
        self.files[f"{name}.bpmn"] = (
            f'{HEAD}<bpmn:process id="{name}" isExecutable="true">{inside}</bpmn:process>{roots}</bpmn:definitions>'
        )

    def _inside(self, name: str, body: Block, whenevers: list[Whenever]) -> str:
        out = [f'<bpmn:startEvent id="{name}_S"/>']
        first, last = self.draw(body, out)
        self.flow(out, f"{name}_S", first)
        if last:
            out.append(f'<bpmn:endEvent id="{name}_E"/>')
            self.flow(out, last, f"{name}_E")
        for whenever in whenevers:
            out.append(self._whenever(whenever))
        return "".join(out)

    def _whenever(self, block: Whenever) -> str:
        out = [
            f'<bpmn:startEvent id="{block.id}_S" isInterrupting="{str(block.interrupting).lower()}">{self.event(block.event)}</bpmn:startEvent>'
        ]
        first, last = self.draw(block.body, out)
        self.flow(out, f"{block.id}_S", first)
        out.append(f'<bpmn:endEvent id="{block.id}_E"/>')
        self.flow(out, last, f"{block.id}_E")
        return f'<bpmn:subProcess id="{block.id}" triggeredByEvent="true">{"".join(out)}</bpmn:subProcess>'

    def flow(self, out: list[str], source: str, target: str, condition: str = "") -> str:
        self.flows += 1
        inner = f"<bpmn:conditionExpression>{escape(condition)}</bpmn:conditionExpression>" if condition else ""
        out.append(f'<bpmn:sequenceFlow id="w{self.flows}" sourceRef="{source}" targetRef="{target}">{inner}</bpmn:sequenceFlow>')
        return f"w{self.flows}"

    def ref(self, kind: str, name: str) -> str:
        return self.names.setdefault((kind, name), f"{kind}_{name}")

    def event(self, event: Event) -> str:
        if event.kind == "timer":
            return f"<bpmn:timerEventDefinition><bpmn:timeDate>days({event.days}, since=started_at)</bpmn:timeDate></bpmn:timerEventDefinition>"
        if event.kind == "terminate":
            return "<bpmn:terminateEventDefinition/>"
        if not event.kind:
            return ""
        named = f' {event.kind}Ref="{self.ref(event.kind, event.name)}"' if event.name else ""
        return f"<bpmn:{event.kind}EventDefinition{named}/>"

    def draw(self, block: Block, out: list[str]) -> tuple[str, str]:
        """Draw a block; gives back where it is entered and left (empty when nothing goes on)."""
        return getattr(self, f"_{type(block).__name__.lower()}")(block, out)

    def _work(self, block: Work, out: list[str], repeat: str = "", limits: list[Limit] | None = None) -> tuple[str, str]:
        out.append(f'<bpmn:{block.kind} id="{block.id}">{repeat}</bpmn:{block.kind}>')
        return block.id, self._limits(block.id, block.limits if limits is None else limits, out)

    def _limits(self, host: str, limits: list[Limit], out: list[str]) -> str:
        leaving = host
        for limit in limits:
            out.append(
                f'<bpmn:boundaryEvent id="{limit.id}" attachedToRef="{host}" cancelActivity="{str(limit.interrupting).lower()}">{self.event(limit.event)}</bpmn:boundaryEvent>'
            )
            first, last = self.draw(limit.body, out)
            self.flow(out, limit.id, first)
            if limit.interrupting:
                merge = f"{limit.id}_M"
                out.append(f'<bpmn:exclusiveGateway id="{merge}"/>')
                self.flow(out, leaving, merge)
                self.flow(out, last, merge)
                leaving = merge
            else:
                out.append(f'<bpmn:endEvent id="{limit.id}_E"/>')
                self.flow(out, last, f"{limit.id}_E")
        return leaving

    def _auto(self, block: Auto, out: list[str]) -> tuple[str, str]:
        if block.kind == "businessRuleTask":
            inner = f"<spiffworkflow:calledDecisionId>{block.reads}_{block.sets}</spiffworkflow:calledDecisionId>"
        else:
            inner = f'<spiffworkflow:serviceTaskOperator id="note"><spiffworkflow:parameters><spiffworkflow:parameter id="what" type="str" value="{block.reads}"/></spiffworkflow:parameters></spiffworkflow:serviceTaskOperator>'
        out.append(f'<bpmn:{block.kind} id="{block.id}"><bpmn:extensionElements>{inner}</bpmn:extensionElements></bpmn:{block.kind}>')
        return block.id, block.id

    def _wait(self, block: Wait, out: list[str]) -> tuple[str, str]:
        if block.kind == "receiveTask":
            out.append(f'<bpmn:receiveTask id="{block.id}" messageRef="{self.ref("message", block.event.name)}"/>')
        else:
            out.append(f'<bpmn:{block.kind} id="{block.id}">{self.event(block.event)}</bpmn:{block.kind}>')
        return block.id, block.id

    def _say(self, block: Say, out: list[str]) -> tuple[str, str]:
        kind = "endEvent" if block.ends else "intermediateThrowEvent"
        out.append(f'<bpmn:{kind} id="{block.id}">{self.event(block.event)}</bpmn:{kind}>')
        return block.id, "" if block.ends else block.id

    def _sequence(self, block: Sequence, out: list[str]) -> tuple[str, str]:
        first, last = self.draw(block.parts[0], out)
        for part in block.parts[1:]:
            entry, leaving = self.draw(part, out)
            self.flow(out, last, entry)
            last = leaving
        return first, last

    def _branches(self, block: Branches, out: list[str]) -> tuple[str, str]:
        split, join, default = f"{block.id}_F", f"{block.id}_J", ""
        place = len(out)
        out.append("")
        leaving = 0
        for number, way in enumerate(block.ways):
            condition = block.tests[number].text if number < len(block.tests) else ""
            first, last = self.draw(way, out)
            flow = self.flow(out, split, first, condition)
            default = flow if block.tests and not condition else default
            if last:
                leaving += 1
                self.flow(out, last, join)
        out[place] = f'<bpmn:{block.kind} id="{split}"{f" default={chr(34)}{default}{chr(34)}" if default else ""}/>'
        if leaving:
            out.append(f'<bpmn:{block.kind} id="{join}"/>')
        return split, join if leaving else ""

    def _gate(self, block: Gate, out: list[str]) -> tuple[str, str]:
        out.append(f'<bpmn:eventBasedGateway id="{block.id}_F"/><bpmn:exclusiveGateway id="{block.id}_J"/>')
        for wait, way in zip(block.waits, block.ways, strict=True):
            self.draw(wait, out)
            self.flow(out, f"{block.id}_F", wait.id)
            first, last = self.draw(way, out)
            self.flow(out, wait.id, first)
            self.flow(out, last, f"{block.id}_J")
        return f"{block.id}_F", f"{block.id}_J"

    def _round(self, block: Round, out: list[str]) -> tuple[str, str]:
        first, last = self.draw(block.body, out)
        entry, leaving = f"{block.id}_M", f"{block.id}_D"
        self.flow(out, entry, first)
        self.flow(out, last, leaving)
        self.flow(out, leaving, entry, block.again.text)
        out.append(f'<bpmn:exclusiveGateway id="{entry}"/>')
        place = len(out)
        out.append("")
        after = f"{block.id}_X"
        default = self.flow(out, leaving, after)
        out.append(f'<bpmn:exclusiveGateway id="{after}"/>')
        out[place] = f'<bpmn:exclusiveGateway id="{leaving}" default="{default}"/>'
        return entry, after

    def _group(self, block: Group, out: list[str], repeat: str = "", limits: list[Limit] | None = None) -> tuple[str, str]:
        repeat = repeat or _said({"about": "somebody"} if block.about else {})
        if block.called:
            self.process(block.called, block.body, block.whenevers)
            out.append(f'<bpmn:callActivity id="{block.id}" calledElement="{block.called}">{repeat}</bpmn:callActivity>')
        else:
            out.append(f'<bpmn:subProcess id="{block.id}">{repeat}{self._inside(block.id, block.body, block.whenevers)}</bpmn:subProcess>')
        return block.id, self._limits(block.id, block.limits if limits is None else limits, out)

    def _toolbox(self, block: Toolbox, out: list[str]) -> tuple[str, str]:
        inside: list[str] = []
        for tool, after in zip(block.tools, block.after, strict=True):
            _, last = self.draw(tool, inside)
            if after is not None:
                first, _ = self.draw(after, inside)
                self.flow(inside, last, first)
        completion = f"<bpmn:completionCondition>{block.completion.text}</bpmn:completionCondition>"
        out.append(f'<bpmn:adHocSubProcess id="{block.id}">{"".join(inside)}{completion}</bpmn:adHocSubProcess>')
        return block.id, block.id

    def _again(self, block: Again, out: list[str]) -> tuple[str, str]:
        properties = {"each": "respondent"} if block.each else {}
        if block.outputs:
            properties["outputs"] = " ".join(block.outputs)
        if isinstance(block.body, Group) and block.body.about:
            properties["about"] = "somebody"
        said = _said(properties)
        draw = self._group if isinstance(block.body, Group) else self._work
        return draw(block.body, out, said + self._rounds(block), block.limits)  # type: ignore[arg-type]

    def _rounds(self, block: Again) -> str:
        if block.loop is not None:
            most = f' loopMaximum="{block.most}"' if block.most else ""
            return f'<bpmn:standardLoopCharacteristics testBefore="{str(block.before).lower()}"{most}><bpmn:loopCondition>{block.loop.text}</bpmn:loopCondition></bpmn:standardLoopCharacteristics>'
        count = "" if block.each else f"<bpmn:loopCardinality>{block.count}</bpmn:loopCardinality>"
        until = f"<bpmn:completionCondition>instances_done &gt;= {block.until_done}</bpmn:completionCondition>" if block.until_done else ""
        return f'<bpmn:multiInstanceLoopCharacteristics isSequential="{str(block.in_turn).lower()}">{count}{until}</bpmn:multiInstanceLoopCharacteristics>'


def _said(properties: dict[str, str]) -> str:
    listed = "".join(f'<spiffworkflow:property name="{name}" value="{value}"/>' for name, value in properties.items())
    inner = f"<spiffworkflow:properties>{listed}</spiffworkflow:properties>"
    return f"<bpmn:extensionElements>{inner}</bpmn:extensionElements>" if listed else ""


FACTS = ("f1", "f2", "f3", "f4")
RESPONDENTS = [71, 72, 73]
#: Whom a called diagram may be about.
SOMEBODY = 70


class Maker:
    """Makes random diagrams. `wanted` are features that this diagram must have."""

    def __init__(self, random: Random, wanted: list[str]) -> None:
        self.random, self.wanted, self.numbers, self.calls = random, wanted, 0, 0

    def id(self, letter: str) -> str:
        self.numbers += 1
        return f"{letter}{self.numbers}"

    def test(self) -> Test:
        return Test(self.random.choice(FACTS), self.random.random() < 0.6)

    def facts(self) -> tuple[str, ...]:
        return tuple(self.random.sample(FACTS, self.random.randint(0, 2)))

    def work(self, limits: bool = True) -> Work:
        return Work(self.id("A"), self.random.choice(["userTask", "userTask", "manualTask"]), self.facts())

    def auto(self) -> Auto:
        kind = self.random.choice(["serviceTask", "sendTask", "businessRuleTask"])
        return Auto(self.id("B"), kind, self.random.choice(FACTS), self.id("d") if kind == "businessRuleTask" else "")

    def wait(self, *kinds: str) -> Wait:
        kind = self.random.choice(kinds or ("message", "timer", "receive"))
        if kind == "receive":
            return Wait(self.id("R"), "receiveTask", Event("message", self.id("m")))
        return Wait(self.id("W"), "intermediateCatchEvent", self.happening(kind))

    def happening(self, kind: str) -> Event:
        if kind == "timer":
            self.numbers += 1
            return Event("timer", "", self.numbers)
        return Event(kind, self.id(kind[0]))

    def line(self, length: int = 2) -> Sequence:
        """A plain line of steps, with no joins in it."""
        return Sequence("", [self.random.choice([self.work, self.auto])() for _ in range(self.random.randint(1, length))])

    def block(self, depth: int) -> Block:
        makers = [self.work, self.auto, self.wait] if depth <= 0 else [
            self.work, self.work, self.auto, self.wait, lambda: self.branches(depth), lambda: self.round(depth), lambda: self.group(depth),
        ]  # fmt: skip
        return self.random.choice(makers)()

    def sequence(self, depth: int, most: int = 3) -> Sequence:
        parts = [self.block(depth - 1) for _ in range(self.random.randint(1, most))]
        if depth > 0 and self.wanted:
            parts.insert(self.random.randint(0, len(parts)), self.feature(self.wanted.pop(), depth - 1))
        return Sequence("", parts)

    def branches(self, depth: int, kind: str = "") -> Branches:
        kind = kind or self.random.choice(["exclusiveGateway", "parallelGateway", "inclusiveGateway"])
        ways: list[Block] = [self.sequence(depth - 1, 2) for _ in range(self.random.choice([2, 2, 3]))]
        tests = [] if kind == "parallelGateway" else [self.test() for _ in ways[1:]]
        return Branches(self.id("X"), kind, ways, tests)

    def round(self, depth: int) -> Round:
        test = self.test()
        work = Work(self.id("A"), "userTask", (test.fact,))
        return Round(self.id("L"), Sequence("", [self.sequence(depth - 1, 2), work]), test)

    def group(self, depth: int, called: bool | None = None) -> Group:
        called = self.random.random() < 0.4 if called is None else called
        self.calls += called
        name = f"Called{self.calls}" if called else ""
        return Group(self.id("G"), self.sequence(depth - 1, 2), name, called and self.random.random() < 0.4)

    def limit(self, kind: str, interrupting: bool) -> Limit:
        return Limit(self.id("T"), self.happening(kind), interrupting, self.line())

    def feature(self, name: str, depth: int) -> Block:
        """A block that has the feature `name`: `gate`, `toolbox`, `boundary timer interrupting`, `each` …"""
        words = name.split()
        return getattr(self, f"_{words[0]}")(depth, *words[1:])

    def _gate(self, depth: int) -> Gate:
        waits = [self.wait("message", "timer", "receive") for _ in range(self.random.choice([2, 3]))]
        return Gate(self.id("Y"), waits, [self.line() for _ in waits])

    def _branch(self, depth: int, kind: str) -> Branches:
        return self.branches(depth, kind)

    def _round(self, depth: int) -> Round:
        return self.round(max(depth, 1))

    def _joined(self, depth: int) -> Round:
        """A split and join on a loop."""
        block = self.round(1)
        split = Branches(self.id("X"), self.random.choice(["parallelGateway", "inclusiveGateway"]), [self.line(), self.line()])
        split.tests = [self.test()] if split.kind == "inclusiveGateway" else []
        block.body.parts.insert(0, split)  # type: ignore[attr-defined]
        return block

    def _toolbox(self, depth: int) -> Toolbox:
        done = self.test()
        tools: list[Block] = [Work(self.id("A"), "userTask", (done.fact,)), self.random.choice([self.work, lambda: self.group(depth)])()]
        after: list[Block | None] = [self.auto(), self.line() if self.random.random() < 0.5 else None]
        return Toolbox(self.id("O"), tools, after, done)

    def _call(self, depth: int) -> Group:
        return self.group(depth, called=True)

    def _sub(self, depth: int) -> Group:
        return self.group(depth, called=False)

    def _boundary(self, depth: int, kind: str, how: str) -> Block:
        interrupting = how == "interrupting"
        limit = self.limit(kind, interrupting)
        if kind in ("timer", "message") and self.random.random() < 0.5:
            return Work(self.id("A"), "userTask", self.facts(), [limit])
        group = self.group(depth)
        group.limits = [limit]
        if kind in ("signal", "escalation", "error"):
            group.body = self._throwing(limit.event, group.body, depth)
        return group

    def _throwing(self, event: Event, body: Block, depth: int) -> Block:
        """A body with a task, after which perhaps the event is thrown."""
        ends = event.kind == "error" or (self.random.random() < 0.3)
        test = self.test()
        if ends:
            choice = Branches(self.id("X"), "exclusiveGateway", [Say(self.id("Z"), event, True), body], [test])
        else:
            choice = Branches(self.id("X"), "exclusiveGateway", [Sequence("", [Say(self.id("Z"), event), self.work()]), body], [test])
        decided = Sequence("", [Work(self.id("A"), "userTask", (test.fact,)), choice])
        if self.random.random() < 0.5:
            return decided
        return Branches(self.id("X"), "parallelGateway", [decided, self.line()]) if not ends else decided

    def _terminate(self, depth: int) -> Group:
        group, test = self.group(depth), self.test()
        choice = Branches(self.id("X"), "exclusiveGateway", [Say(self.id("Z"), Event("terminate"), True), self.line()], [test])
        decided = Sequence("", [Work(self.id("A"), "userTask", (test.fact,)), choice])
        # Beside a branch that goes on by itself until the terminate end takes it away.
        group.body = Sequence("", [Work(self.id("A"), "userTask", self.facts(), [self.limit("message", False)]), decided])
        return group

    def _point(self, depth: int) -> Say:
        return Say(self.id("Z"), Event(""))

    def _signal(self, depth: int) -> Branches:
        """One branch waits for a signal that the other gives."""
        event = self.happening("signal")
        hears = Sequence("", [Wait(self.id("W"), "intermediateCatchEvent", event), self.line()])
        return Branches(self.id("X"), "parallelGateway", [Sequence("", [self.work(), Say(self.id("Z"), event), self.line()]), hears])

    def _whenever(self, depth: int, kind: str, how: str) -> Group:
        group = self.group(depth)
        event, interrupting = self.happening(kind), how == "interrupting"
        body = self.sequence(1, 2) if kind == "message" and depth > 0 else self.line()
        group.whenevers = [Whenever(self.id("V"), event, interrupting, body)]
        if kind in ("signal", "escalation", "error"):
            group.body = self._throwing(event, group.body, depth)
        return group

    def _many(self, depth: int, how: str) -> Again:
        body: Work | Group = self.work() if self.random.random() < 0.4 else self.group(depth)
        if isinstance(body, Group):
            # What one round learns, another must not see.
            test = self.test()
            choice = Branches(self.id("X"), "exclusiveGateway", [self.line(), self.line()], [test])
            body.body = Sequence("", [Work(self.id("A"), "userTask", (test.fact,)), self.work(), choice])
        again = Again(self.id("N"), body, self.random.choice([0, 1, 2, 3, 3]))
        again.in_turn = how == "in_turn"
        again.each = how == "each"
        again.until_done = self.random.choice([0, 0, 1, 2])
        again.outputs = ("f2",) if self.random.random() < 0.3 else ()
        if how == "loop":
            test = self.test()
            again.body = Work(self.id("A"), "userTask", (test.fact,))
            again = Again(self.id("N"), again.body, loop=test, before=self.random.random() < 0.5, most=self.random.choice([0, 2, 3]))
        elif self.random.random() < 0.3:
            again.limits = [self.limit("timer", True)]
        return again


FEATURES = [
    "gate", "branch exclusiveGateway", "branch inclusiveGateway", "branch parallelGateway", "round", "joined", "toolbox", "call", "sub",
    "boundary timer interrupting", "boundary timer beside", "boundary message interrupting", "boundary message beside",
    "boundary signal interrupting", "boundary signal beside", "boundary escalation interrupting", "boundary escalation beside",
    "boundary error interrupting", "terminate", "signal",
    "whenever message interrupting", "whenever message beside", "whenever timer interrupting", "whenever timer beside",
    "whenever signal interrupting", "whenever signal beside", "whenever escalation beside", "whenever escalation interrupting",
    "whenever error interrupting", "many side", "many in_turn", "many each", "many loop", "point",
]  # fmt: skip


def make(seed: int) -> tuple[Group, dict[str, str]]:
    """The diagram of a seed, of 5 to 40 elements: its blocks (an outermost group called “P”) and its files."""
    for attempt in count():
        top = _made(Random(f"{seed} {attempt}"), [FEATURES[(seed * 3 + number) % len(FEATURES)] for number in range(3)])
        drawing = Drawing()
        drawing.process("P", top.body)
        if SMALLEST <= sum(len(NODES.findall(source)) for source in drawing.files.values()) <= LARGEST:
            return top, drawing.files
    raise AssertionError


SMALLEST, LARGEST = 5, 40
#: Everything drawn but lines, ends and starts.
NODES = re.compile(r"<bpmn:(?!sequenceFlow|startEvent|endEvent)\w+ id=")


def _made(random: Random, wanted: list[str]) -> Group:
    random.shuffle(wanted)
    maker = Maker(random, wanted)
    body = maker.sequence(random.choice([1, 2, 2, 3]))
    body.parts += [maker.feature(name, 1) for name in maker.wanted]
    maker.wanted.clear()
    return Group("P", body, "P")


def long_loop() -> tuple[Group, dict[str, str]]:
    """One round of ten steps, again and again."""
    maker = Maker(Random(0), [])
    steps: list[Block] = [maker.auto() for _ in range(9)]
    top = Group("P", Round("L", Sequence("", [*steps, Work("A", "userTask", ("f1",))]), Test("f1")), "P")
    drawing = Drawing()
    drawing.process("P", top.body)
    return top, drawing.files
