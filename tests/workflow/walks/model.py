"""What must happen, said plainly: blocks that are open, one inside another. Knows no tokens, no joins and no SpiffWorkflow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.workflow.walks import blocks as b

Key = tuple[str, tuple[tuple[tuple[str, object], ...], ...]]


@dataclass
class Scope:
    around: Scope | None
    told: dict[str, object]
    outputs: tuple[str, ...] = ()
    written: dict[str, object] = field(default_factory=dict)


class Open:
    """An open block. `scope` is what it sees besides the facts."""

    def __init__(self, world: World, block: b.Block, outer: Open | None, scope: Scope | None) -> None:
        self.world, self.block, self.outer, self.scope = world, block, outer, scope
        self.over = False
        self.inner: list[Open] = []

    def begin(self) -> None:
        getattr(self, f"begin_{type(self.block).__name__.lower()}")()

    def open(self, block: b.Block, scope: Scope | None = None) -> Open:
        child = Open(self.world, block, self, scope or self.scope)
        self.inner.append(child)
        child.begin()
        return child

    def finish(self) -> None:
        if not self.over:
            self.over = True
            assert self.outer is not None
            self.outer.inner.remove(self)
            self.close_limits()
            self.outer.done(self)

    def cancel(self) -> None:
        self.over = True
        for child in self.inner:
            child.cancel()
        self.close_limits()
        self.inner = []

    def everything(self) -> Iterator[Open]:
        yield self
        for child in list(self.inner):
            yield from child.everything()

    # Beside an activity.

    def begin_limits(self, limits: list[b.Limit]) -> None:
        self.limits = [Standing(self.world, limit, self) for limit in limits]
        self.world.standing += self.limits

    def close_limits(self) -> None:
        for limit in getattr(self, "limits", ()):
            self.world.forget(limit)

    @property
    def container(self) -> Open:
        """The nearest thing around that is open as long as anything in it is."""
        found = self.outer
        while found is not None and not isinstance(found, Container):
            found = found.outer
        assert found is not None
        return found

    def strike(self, limit: b.Limit) -> None:
        """What is attached here has happened."""
        if limit.interrupting:
            assert self.outer is not None
            outer = self.outer
            self.cancel()
            outer.inner.remove(self)
            detour = Detour(self.world, limit.body, outer, self.scope)
            detour.host = self
            outer.inner.append(detour)
            detour.begin()
        else:
            self.container.aside(limit.body, self.scope)  # type: ignore[attr-defined]

    # The blocks.

    def begin_work(self) -> None:
        self.begin_limits(self.limits_of_work())

    def limits_of_work(self) -> list[b.Limit]:
        assert isinstance(self.block, b.Work)
        return self.block.limits

    def complete(self, answers: dict[str, bool]) -> None:
        self.world.learn(self.scope, answers)
        self.finish()

    def begin_auto(self) -> None:
        block = self.block
        assert isinstance(block, b.Auto)
        value = self.world.sees(self.scope, block.reads)
        if block.kind == "businessRuleTask":
            self.world.learn(self.scope, {block.sets: value})
        else:
            self.world.effects[(block.id, value, *self.world.chain(self.scope))] += 1
        self.finish()

    def begin_wait(self) -> None:
        self.world.waiting.append(self)

    def happens(self) -> None:
        if self.over:
            return
        if isinstance(self.outer, Open) and isinstance(self.outer.block, b.Gate):
            self.outer.chosen(self)
        else:
            self.finish()

    def begin_say(self) -> None:
        block = self.block
        assert isinstance(block, b.Say)
        if block.event.kind == "signal":
            self.world.tell("signal", block.event.name)
        elif block.event.kind == "terminate":
            self.container.terminate()  # type: ignore[attr-defined]
            return
        elif block.event.kind:
            self.raise_up(block.event)
        if block.ends:
            self.end()
        elif not self.over:
            self.finish()

    def end(self) -> None:
        """An end event: nothing follows, and what is around goes on when nothing else is open in its container."""
        if not self.over:
            self.over = True
            container = self.container
            container.dead_end(self)  # type: ignore[attr-defined]

    def raise_up(self, event: b.Event) -> None:
        found: Open | None = self.container
        while found is not None:
            if isinstance(found, Container) and found.deal(event):
                return
            for limit in getattr(found, "limits", ()):
                if limit in self.world.standing and limit.limit.event.kind == event.kind and limit.limit.event.name == event.name:
                    limit.happens()
                    return
            found = found.outer
        assert event.kind == "escalation"

    def begin_sequence(self) -> None:
        self.place = 0
        assert isinstance(self.block, b.Sequence)
        self.open(self.block.parts[0])

    def done(self, child: Open) -> None:
        """A block inside has come to its end."""
        getattr(self, f"done_{type(self.block).__name__.lower()}")(child)

    def done_sequence(self, child: Open) -> None:
        assert isinstance(self.block, b.Sequence)
        self.place += 1
        if self.place < len(self.block.parts):
            self.open(self.block.parts[self.place])
        else:
            self.finish()

    def begin_branches(self) -> None:
        block = self.block
        assert isinstance(block, b.Branches)
        chosen = list(block.ways)
        if block.tests:
            holding = [way for way, test in zip(block.ways, block.tests, strict=False) if self.world.holds(self.scope, test)]
            chosen = holding or [block.ways[-1]]
            chosen = chosen[:1] if block.kind == "exclusiveGateway" else chosen
        self.left = len(chosen)
        for way in chosen:
            if not self.over:
                self.open(way)

    def done_branches(self, child: Open) -> None:
        self.left -= 1
        if not self.left:
            self.finish()

    def begin_gate(self) -> None:
        assert isinstance(self.block, b.Gate)
        for wait in self.block.waits:
            self.open(wait)

    def chosen(self, wait: Open) -> None:
        assert isinstance(self.block, b.Gate) and isinstance(wait.block, b.Wait)
        number = self.block.waits.index(wait.block)
        for child in list(self.inner):
            child.cancel()
        self.inner = []
        self.open(self.block.ways[number])

    def done_gate(self, child: Open) -> None:
        self.finish()

    def begin_round(self) -> None:
        assert isinstance(self.block, b.Round)
        self.open(self.block.body)

    def done_round(self, child: Open) -> None:
        assert isinstance(self.block, b.Round)
        if self.world.holds(self.scope, self.block.again):
            self.begin_round()
        else:
            self.finish()

    def begin_group(self) -> None:
        assert isinstance(self.block, b.Group)
        self.begin_limits(self.block.limits)
        # What the step says goes out of it goes out of both its scopes, that of the round and that of the person.
        outputs = self.outer.block.outputs if self.outer is not None and isinstance(self.outer.block, b.Again) else ()
        scope = Scope(self.scope, {"party": b.SOMEBODY}, outputs) if self.block.about else self.scope
        inside = Container(self.world, self.block, self, scope)
        self.inner.append(inside)
        inside.start(self.block.body, self.block.whenevers)

    def done_group(self, child: Open) -> None:
        self.finish()

    def begin_toolbox(self) -> None:
        inside = Container(self.world, self.block, self, self.scope)
        self.inner.append(inside)
        self.world.toolboxes.append(inside)

    def done_toolbox(self, child: Open) -> None:
        self.finish()

    def begin_again(self) -> None:
        block = self.block
        assert isinstance(block, b.Again)
        self.begin_limits(block.limits)
        self.started = self.ended = 0
        self.many = len(b.RESPONDENTS) if block.each else block.count
        self.world.rounds.append(self)
        if block.loop is None:
            for _ in range(min(self.many, 1) if block.in_turn else self.many):
                self.next_round()

    def next_round(self) -> None:
        block = self.block
        assert isinstance(block, b.Again)
        self.started += 1
        scope = self.scope
        if block.loop is None:
            told: dict[str, object] = {"item": self.started}
            if block.each:
                told["party"] = b.RESPONDENTS[self.started - 1]
            scope = Scope(self.scope, told, block.outputs)
        inside = Container(self.world, block, self, scope)
        self.inner.append(inside)
        inside.start(block.body, [])

    def look_after(self) -> bool:
        """Whether something moved: the next round, or the end."""
        block = self.block
        assert isinstance(block, b.Again)
        if block.loop is not None:
            if self.inner:
                return False
            asked = block.before or self.started > 0
            if (block.most and self.started >= block.most) or (asked and not self.world.holds(self.scope, block.loop)):
                self.finish()
            else:
                self.next_round()
            return True
        if block.until_done and self.ended and self.ended >= block.until_done:
            for child in list(self.inner):
                child.cancel()
            self.inner = []
            self.finish()
            return True
        if self.inner:
            return False
        if self.started < self.many:
            self.next_round()
        else:
            self.finish()
        return True

    def done_again(self, child: Open) -> None:
        self.ended += 1


class Container(Open):
    """The inside of a group, a toolbox, a round: open as long as anything in it is."""

    interrupted = False

    def start(self, body: b.Block, whenevers: list[b.Whenever]) -> None:
        self.triggers = [Trigger(self.world, whenever, self) for whenever in whenevers]
        self.world.triggers += self.triggers
        self.open(body)

    def finish(self) -> None:
        self.shut()
        super().finish()

    def cancel(self) -> None:
        self.shut()
        super().cancel()

    def shut(self) -> None:
        for trigger in getattr(self, "triggers", ()):
            if trigger in self.world.triggers:
                self.world.triggers.remove(trigger)

    def done(self, child: Open) -> None:
        if not self.inner and not self.over and not isinstance(self.block, b.Toolbox):
            self.finish()

    def dead_end(self, where: Open) -> None:
        """A path ended inside a block that will now never come to its own end: it is taken away, with nothing after it."""
        top = where
        while top.outer is not self:
            assert top.outer is not None
            top = top.outer
        # Only a block in which nothing else is open is over by this.
        if not any(isinstance(open_.block, b.Work | b.Wait) and not open_.over for open_ in top.everything()):
            top.cancel()
            self.inner.remove(top)
            self.done(top)

    def aside(self, body: b.Block, scope: Scope | None) -> None:
        self.open(body, scope)

    def terminate(self) -> None:
        for child in list(self.inner):
            child.cancel()
        self.inner = []
        self.finish()

    def deal(self, event: b.Event) -> bool:
        for trigger in getattr(self, "triggers", ()):
            if trigger in self.world.triggers and (trigger.whenever.event.kind, trigger.whenever.event.name) == (event.kind, event.name):
                trigger.happens(None)
                return True
        return False

    def launch(self, whenever: b.Whenever, tag: int | None) -> None:
        if whenever.interrupting:
            for child in list(self.inner):
                child.cancel()
            self.inner = []
            self.shut()
        scope = Scope(self.scope, {"tag": tag}) if tag is not None else self.scope
        inside = Container(self.world, whenever, self, scope)
        self.inner.append(inside)
        inside.start(whenever.body, [])


class Detour(Open):
    """What follows an interrupting limit; at its end the case goes on as after the activity itself."""

    host: Open

    def finish(self) -> None:
        if not self.over:
            self.over = True
            assert self.outer is not None
            self.outer.inner.remove(self)
            self.outer.done(self)


@dataclass(eq=False)
class Standing:
    """A limit that stands beside an open activity."""

    world: World
    limit: b.Limit
    host: Open

    @property
    def event(self) -> b.Event:
        return self.limit.event

    def happens(self) -> None:
        if self.limit.interrupting or self.limit.event.kind == "timer":
            self.world.forget(self)
        self.host.strike(self.limit)


@dataclass(eq=False)
class Trigger:
    """An event sub-process that may begin."""

    world: World
    whenever: b.Whenever
    container: Container

    @property
    def event(self) -> b.Event:
        return self.whenever.event

    def happens(self, tag: int | None) -> None:
        if self.whenever.event.kind == "timer":
            self.world.triggers.remove(self)
        self.container.launch(self.whenever, tag)


class Outermost(Open):
    """What stands around the whole case."""

    def done(self, child: Open) -> None:
        self.world.ended = True


class World:
    def __init__(self, top: b.Group, now: datetime) -> None:
        self.facts: dict[str, object] = dict.fromkeys(b.FACTS, False)
        self.started_at = self.now = now
        self.effects: Counter[tuple[object, ...]] = Counter()
        self.waiting: list[Open] = []
        self.standing: list[Standing] = []
        self.triggers: list[Trigger] = []
        self.toolboxes: list[Container] = []
        self.rounds: list[Open] = []
        self.ended = False

        self.root = Outermost(self, top, None, None)
        self.top = Open(self, top, self.root, None)
        self.root.inner.append(self.top)
        self.top.begin()
        self.settle()

    # What is known.

    def sees(self, scope: Scope | None, name: str) -> object:
        while scope is not None:
            if name in scope.written:
                return scope.written[name]
            if name in scope.told:
                return scope.told[name]
            scope = scope.around
        return self.facts.get(name)

    def holds(self, scope: Scope | None, test: b.Test) -> bool:
        return bool(self.sees(scope, test.fact)) == test.wanted

    def learn(self, scope: Scope | None, values: dict[str, object] | dict[str, bool]) -> None:
        for name, value in values.items():
            within = scope
            while within is not None and name in within.outputs:
                within = within.around
            if within is None:
                self.facts[name] = value
            else:
                within.written[name] = value

    def chain(self, scope: Scope | None) -> tuple[tuple[tuple[str, object], ...], ...]:
        """Which run, round and person a scope is of."""
        found = []
        while scope is not None:
            found.append(tuple(sorted(scope.told.items())))
            scope = scope.around
        return tuple(found)

    # What is going on.

    def open_work(self) -> list[tuple[Key, Open]]:
        return [
            ((o.block.id, self.chain(o.scope)), o)
            for o in self.root.everything()
            if isinstance(o.block, b.Work) and not o.over and not o.inner and type(o) is Open
        ]

    def offers(self) -> list[tuple[Key, Container, b.Block]]:
        return [
            ((tool.id, self.chain(box.scope)), box, tool)
            for box in self.toolboxes if not box.over and isinstance(box.block, b.Toolbox) for tool in box.block.tools
        ]  # fmt: skip

    def hearers(self, kind: str) -> list[Open | Standing | Trigger]:
        waits = [o for o in self.waiting if not o.over and isinstance(o.block, b.Wait) and o.block.event.kind == kind]
        return [*waits, *(s for s in self.standing if s.event.kind == kind), *(t for t in self.triggers if t.event.kind == kind)]

    def messages(self) -> set[str]:
        return {_event(hearer).name for hearer in self.hearers("message")}

    def due(self) -> datetime | None:
        return min((self._due(hearer) for hearer in self.hearers("timer")), default=None)

    def _due(self, hearer: Open | Standing | Trigger) -> datetime:
        return self.started_at + timedelta(days=_event(hearer).days)

    def forget(self, limit: Standing) -> None:
        if limit in self.standing:
            self.standing.remove(limit)

    # What can happen.

    def tell(self, kind: str, name: str, tag: int | None = None) -> None:
        heard = [hearer for hearer in self.hearers(kind) if _event(hearer).name == name and not isinstance(hearer, Trigger)]
        for hearer in heard:
            if (isinstance(hearer, Open) and not hearer.over) or hearer in self.standing:
                hearer.happens()  # type: ignore[call-arg]
        for trigger in [t for t in self.triggers if t.event.kind == kind and t.event.name == name]:
            if trigger in self.triggers:
                trigger.happens(tag)

    def start_tool(self, box: Container, tool: b.Block, tag: int) -> None:
        assert isinstance(box.block, b.Toolbox)
        after = box.block.after[box.block.tools.index(tool)]
        parts = [tool, *([after] if after is not None else [])]
        box.open(b.Sequence("", parts), Scope(box.scope, {"tag": tag}))

    def settle(self) -> None:
        """Let toolboxes and repetitions end, and timers happen, until only people are left."""
        moving = True
        while moving:
            moving = self._containers() or self._timers()

    def _containers(self) -> bool:
        for again in [a for a in self.rounds if not a.over]:
            if again.look_after():
                return True
        for box in [box for box in self.toolboxes if not box.over]:
            assert isinstance(box.block, b.Toolbox)
            if not box.inner and self.holds(box.scope, box.block.completion):
                box.finish()
                return True
        return False

    def _timers(self) -> bool:
        timers: list[Open | Standing | Trigger] = self.hearers("timer")
        due = [timer for timer in timers if self._due(timer) <= self.now]
        if not due:
            return False
        first = min(due, key=self._due)
        strike: Callable[..., None] = first.happens
        strike(None) if isinstance(first, Trigger) else strike()
        return True


def _event(hearer: Open | Standing | Trigger) -> b.Event:
    return hearer.block.event if isinstance(hearer, Open) else hearer.event  # type: ignore[attr-defined]
