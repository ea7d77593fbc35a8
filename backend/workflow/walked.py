"""Which lines of the diagrams an instance has gone along.

A token's id follows from the token before it (`engine.tokens.put`), so the ids alone say where a token came from. Two lines
between the same two steps are one to the engine, and so they are here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from uuid import UUID, uuid5

from backend.workflow.bpmn import Diagram
from backend.workflow.models import Instance, Step
from backend.workflow.packs import Pack

#: A token: its id, and the element it was or is at.
Token = tuple[UUID, str]


def tokens(instance: Instance) -> Iterator[Token]:
    """Every token of an instance that is known: what it has passed, and where it stands now."""
    yield from Step.objects.filter(instance=instance).values_list("engine_id", "element")
    for tree in (instance.state or {}).get("trees", ()):
        yield from ((UUID(token["id"]), token["at"]) for token in tree["tokens"])


def walked(pack: Pack, known: Iterable[Token]) -> set[str]:
    """The ids of the lines that these tokens have gone along. What only stood somewhere between two looks must be among them."""
    at: dict[str, set[UUID]] = {}
    for key, element in known:
        at.setdefault(element, set()).add(key)
    return {line for diagram in pack.diagrams.values() for line in _of(diagram, at)}


def _of(diagram: Diagram, at: dict[str, set[UUID]]) -> Iterator[str]:
    passed = {element: at.get(element, set()) | set(_hosts(diagram, element, at)) for element in diagram.elements}
    for flow in diagram.flows.values():
        came = {uuid5(source, flow.target) for source in passed[flow.source]}
        joined = diagram.elements[flow.target].kind == "parallelGateway" and bool(at.get(flow.target))
        if joined or came & passed[flow.target]:
            yield flow.id


def _hosts(diagram: Diagram, element: str, at: dict[str, set[UUID]]) -> Iterator[UUID]:
    """The tokens that a repeated activity's rounds began from: they are no steps of the history themselves."""
    if diagram.elements[element].repeat is not None:
        for flow in diagram.incoming.get(element, ()):
            hosts = (uuid5(source, element) for source in at.get(flow.source, ()))
            yield from (host for host in hosts if uuid5(host, "round 0") in at.get(element, ()))
