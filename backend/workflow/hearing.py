"""What people may tell a case now: the messages that its own diagrams wait for and that are drawn as an officer's to tell.

A message event says so by its properties: `told_by` (officer), `label` (else its name), `for` (a group of people, “anyone”
of the case, or the case), `role` (who may tell it; else whoever works on the case) and `offered` (a condition). Its
documentation is the help that is shown. Knows no case: who may tell it, and of whom, is casework's to decide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.workflow.bpmn import Element
from backend.workflow.expressions import ExpressionError, parse
from backend.workflow.functions import functions_for
from backend.workflow.values import unpack

if TYPE_CHECKING:
    from backend.workflow.models import Instance

OFFICER, ANYONE, CASE = "officer", "anyone", "case"


def told_by_officers(element: Element) -> bool:
    return element.event == "message" and element.properties.get("told_by") == OFFICER


def hearing(instance: Instance) -> dict[str, Element]:
    """Each message that an officer may tell the instance now, with the event that waits for it. Of several that wait for
    one message, the one that stands open says it in its words."""
    drawn = [e for e in instance.contents.elements.values() if told_by_officers(e) and e.message in instance.messages]
    found: dict[str, Element] = {}
    for element in sorted(drawn, key=lambda e: e.id not in instance.active):
        if _offered(instance, element):
            found.setdefault(element.message, element)
    return found


def _offered(instance: Instance, element: Element) -> bool:
    condition = element.properties.get("offered", "")
    if not condition:
        return True
    facts = {**dict.fromkeys(instance.contents.facts), **unpack(instance.facts)}
    try:
        return bool(parse(condition).evaluate(facts, functions_for(instance.landlord.calendar)))
    except ExpressionError:
        # What cannot be worked out yet is not offered yet, as with tools.
        return False


def words(element: Element) -> str:
    """What it is called for the officer who tells it."""
    return element.properties.get("label") or element.label


def whom(element: Element) -> str:
    """Whom it is about: a group of people, anyone of the case, or the case itself."""
    return element.properties.get("for", CASE)
