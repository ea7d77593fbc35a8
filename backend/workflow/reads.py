"""Which facts a step reads: what its expressions name, so that a person can be shown what it stopped at.

Knows no case and no values; an operation that looks at facts by itself, in Python, is not seen through.
"""

from __future__ import annotations

from collections.abc import Iterator

from backend.workflow.bpmn import Element
from backend.workflow.expressions import ExpressionError, parse
from backend.workflow.packs import Pack
from backend.workflow.values import Fact


def facts_read(pack: Pack, element: str) -> list[Fact]:
    """The declared facts that a step's parameters, table, times and ways out name, in the order they are written. Not
    rows' ids, since who somebody is cannot be typed in, nor settings, which nothing may set."""
    step = pack.elements.get(element)
    names = dict.fromkeys(name for text in _texts(pack, step) for name in _named(text)) if step else {}
    return [pack.facts[name] for name in names if name in pack.facts and name not in pack.settings and pack.facts[name].kind != "row"]


def _texts(pack: Pack, step: Element) -> Iterator[str]:
    yield from step.expressions
    if table := pack.tables.get(step.table):
        yield from (given.text for given in table.inputs)
    if about := step.properties.get("about"):
        yield about
    for diagram in pack.diagrams.values():
        yield from (flow.condition for flow in diagram.outgoing.get(step.id, ()) if flow.condition)


def _named(text: str) -> list[str]:
    try:
        return sorted(parse(text).names, key=text.find)
    except ExpressionError:
        return []
