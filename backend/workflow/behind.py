"""Which steps lead to one: the nearest that people do, on every way the drawing has. Their answers are what whoever does
the step wants to read. A pure reading of the drawing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from backend.workflow.bpmn import CONTAINERS, PEOPLE, Element
from backend.workflow.packs import Pack


def steps_before(pack: Pack, element: str) -> list[str]:
    """The nearest steps for people before this one, nearest first."""
    waiting, seen, found = deque([pack.elements[element]]), {element}, dict[str, None]()
    while waiting:
        for before in _sources(pack, waiting.popleft()):
            if before.id in seen:
                continue
            seen.add(before.id)
            if before.kind in PEOPLE:
                found[before.id] = None
            else:
                waiting.append(before)
    return list(found)


def _sources(pack: Pack, element: Element) -> Iterator[Element]:
    """What a step comes after: along its lines, by what it sits on, or by what it lies in."""
    diagram = next(d for d in pack.diagrams.values() if element.id in d.elements)
    lines = diagram.incoming.get(element.id, ())
    for flow in lines:
        yield from _last_in(pack, pack.elements[flow.source])
    if element.attached_to:
        yield pack.elements[element.attached_to]
    elif not lines:
        inside = element.container
        holders = [pack.elements[inside]] if inside in pack.elements else [e for e in pack.elements.values() if e.called == inside]
        for holder in holders:
            yield from _sources(pack, holder)


def _last_in(pack: Pack, element: Element) -> Iterator[Element]:
    """The step itself, or what its inside ends with. What a toolbox holds may be done in any order: nothing in it leads on."""
    if element.kind == "adHocSubProcess":
        return
    if element.kind != "callActivity" and element.kind not in CONTAINERS:
        yield element
        return
    inside = element.called or element.id
    for inner in (e for e in pack.elements.values() if e.container == inside and not e.event_sub_process):
        diagram = next(d for d in pack.diagrams.values() if inner.id in d.elements)
        if not diagram.outgoing.get(inner.id):
            yield from _last_in(pack, inner)
