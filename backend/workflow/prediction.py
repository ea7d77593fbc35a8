"""What is done, open, certain to come and possible in a running instance, read from where it stands on its diagrams.

Certain is what lies on every way from here to every end; possible is what can be reached at all. Facts are not looked
at: a decision may go any way. `ways` works it out; here it is put into the pack's words. Knows no case.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from django.utils import timezone

from backend.rules.working_time import LONDON
from backend.workflow.bpmn import PEOPLE, Element
from backend.workflow.expressions import ExpressionError, parse
from backend.workflow.foresight import HOLDING, Foresight
from backend.workflow.models import Instance, Task, contents_of
from backend.workflow.promises import Promise
from backend.workflow.values import unpack


@dataclass(frozen=True)
class NextStep:
    """One step as people are told of it: `public` is what tenants are told, `promise` the time it is promised within."""

    element: str
    name: str
    public: str
    role: str
    promise: str


Steps = tuple[NextStep, ...]


@dataclass(frozen=True)
class Outlook:
    """Steps for people, and what the public is told of: done as it happened, the rest as it can first happen."""

    done: Steps
    open: Steps
    certain: Steps
    possible: Steps


def outlook(instance: Instance) -> Outlook:
    """What has been and what comes in this instance. Two statements, whatever its age."""
    live = instance.active if instance.ended_at is None else ()
    certain, possible = _foresight(instance.version.content_id).ahead(live)
    waiting = Task.objects.filter(instance=instance, status=Task.OPEN).order_by("due_at", "pk")
    opened = list(dict.fromkeys(waiting.values_list("element", flat=True)))
    say = _Saying(instance)
    return Outlook(
        done=say.steps(dict.fromkeys(instance.steps.order_by("pk").values_list("element", flat=True))), open=say.steps(opened),
        certain=say.steps(e for e in certain if e not in opened), possible=say.steps(e for e in possible if e not in opened),
    )  # fmt: skip


def told(instance: Instance, element: str) -> NextStep:
    """One step as people are told of it."""
    say = _Saying(instance)
    return say.step(say.pack.elements[element])


@lru_cache(maxsize=64)
def _foresight(digest: str) -> Foresight:
    return Foresight(contents_of(digest))


class _Saying:
    """Puts elements into the words of the instance's version."""

    def __init__(self, instance: Instance) -> None:
        self.instance, self.pack = instance, instance.version.contents
        self.facts = self.pack.known(unpack(instance.facts), timezone.localdate())

    def steps(self, elements: Iterable[str]) -> Steps:
        """Steps for people, and what has public wording. Two that read alike are said once."""
        found = (self.pack.elements[e] for e in elements if e in self.pack.elements)
        said = [self.step(e) for e in found if e.kind in PEOPLE or ("public" in e.properties and e.kind not in HOLDING)]
        first: dict[NextStep, NextStep] = {}
        for step in said:
            first.setdefault(replace(step, element=""), step)
        return tuple(first.values())

    def step(self, element: Element) -> NextStep:
        role = self.pack.roles.get(self.pack.role_of(element))
        promise = self.pack.promises.get(element.properties.get("promise", ""))
        public = element.properties.get("public", "")
        return NextStep(element.id, element.label, public, role.name if role else "", self._within(promise) if promise else "")

    def _within(self, promise: Promise) -> str:
        """The length that holds for the case; "" while a fact that decides it is not known."""
        since = self.facts.get(promise.since)
        anchor = (since if isinstance(since, datetime) else self.instance.started_at).astimezone(LONDON).date()
        for length in promise.lengths:
            if length.when and any(self.facts.get(name) is None for name in parse(length.when).names):
                return ""
            try:
                if length.holds(anchor, self.facts, {}):
                    return f"within {length.words}"
            except ExpressionError:
                return ""
        return ""
