"""A diagram as SVG, drawn on the server from its own coordinates, with marks on it. Works without JavaScript.

All text is escaped. Every mark is said in words beside the diagram too: colour alone never carries it.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import Literal

from backend.workflow.bpmn import CONTAINERS, Box, Diagram, Element
from backend.workflow.signs import event_sign, gateway_sign, mark_sign, step_sign

#: done: passed at least once. here: the case is there now. late: something there is overdue.
Look = Literal["done", "here", "late"]
_FILL: Mapping[str, tuple[str, str]] = {
    "": ("#ffffff", "#505a5f"), "done": ("#e3ebe9", "#37635b"), "here": ("#fff1c2", "#7a5200"), "late": ("#fbe3df", "#942514"),
}  # fmt: skip
_MARGIN = 20


@dataclass(frozen=True)
class Mark:
    """How one element looks; `words` stand in a small flag on it."""

    look: Look
    words: str = ""


def draw(diagram: Diagram, marks: Mapping[str, Mark], *, links: Mapping[str, str], title: str) -> str:
    """The SVG of `diagram`. `links` give the address that an element leads to (a called diagram, say)."""
    boxes = diagram.boxes.values()
    points = [p for line in diagram.lines.values() for p in line]
    right = max([b.x + b.width for b in boxes] + [x for x, _ in points], default=100) + _MARGIN
    bottom = max([b.y + b.height for b in boxes] + [y for _, y in points], default=100) + _MARGIN
    left = min([b.x for b in boxes] + [x for x, _ in points], default=0) - _MARGIN
    top = min([b.y for b in boxes] + [y for _, y in points], default=0) - _MARGIN
    width, height = right - left, bottom - top
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" '
        f'viewBox="{left:g} {top:g} {width:g} {height:g}" role="{"group" if links else "img"}" aria-label="{escape(title)}" font-family="arial, sans-serif">',
        '<defs><marker id="arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" orient="auto">'
        '<path d="M0 0 10 5 0 10z" fill="#505a5f"/></marker></defs>',
        *_lanes(diagram),
        *_ordered(diagram, marks, links),
        *_flows(diagram),
        "</svg>",
    ]
    return "".join(parts)


_SIZES = {"Event": (36, 36), "Gateway": (50, 50)}


def picture(element: Element) -> str:
    """One element by itself, as a small picture beside words that say what it is."""
    width, height = next((size for ending, size in _SIZES.items() if element.kind.endswith(ending)), (80, 56))
    drawn = "".join(_element(element, Box(2, 2, width, height), None, (False, False)))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width + 4}" height="{height + 4}" viewBox="0 0 {width + 4} {height + 4}" aria-hidden="true">'
        f"{drawn}</svg>"
    )


def _ordered(diagram: Diagram, marks: Mapping[str, Mark], links: Mapping[str, str]) -> Iterator[str]:
    """Containers first, then what is in them, then boundary events, so that nothing hides."""
    elements = sorted(diagram.elements.values(), key=lambda e: (e.kind not in CONTAINERS, bool(e.attached_to)))
    for element in elements:
        box = diagram.boxes.get(element.id)
        if box is not None:
            drawn = "".join(_element(element, box, marks.get(element.id), _goes(diagram, element.id)))
            href = links.get(element.id)
            here = ' data-here="true"' if (mark := marks.get(element.id)) and mark.look != "done" else ""
            yield f'<a href="{escape(href)}"{here}>{drawn}</a>' if href else f"<g{here}>{drawn}</g>"


def _lanes(diagram: Diagram) -> Iterator[str]:
    known = set(diagram.elements) | set(diagram.annotations)
    for key, box in diagram.boxes.items():
        if key in diagram.lanes:
            yield _rect(box, "#ffffff", "#b1b4b6")
            x, y = box.x + 16, box.y + box.height / 2
            yield f'<text x="{x:g}" y="{y:g}" transform="rotate(-90 {x:g} {y:g})" {_FONT} font-weight="700" fill="#33373a">{escape(diagram.lanes[key])}</text>'
        elif key not in known:
            yield _rect(Box(box.x, box.y, 30, box.height), "#eceef0", "#b1b4b6")
            x, y = box.x + 16, box.y + box.height / 2
            yield f'<text x="{x:g}" y="{y:g}" transform="rotate(-90 {x:g} {y:g})" {_FONT} fill="#33373a">{escape(diagram.name)}</text>'


_FONT = 'font-size="12" text-anchor="middle" dominant-baseline="central"'


def _goes(diagram: Diagram, element_id: str) -> tuple[bool, bool]:
    """Whether lines leave the element upwards and downwards: its name must stand clear of them."""
    firsts = [diagram.lines[f.id][:2] for f in diagram.outgoing.get(element_id, ()) if len(diagram.lines.get(f.id, ())) > 1]
    return any(b[1] < a[1] for a, b in firsts), any(b[1] > a[1] for a, b in firsts)


def _element(element: Element, box: Box, mark: Mark | None, goes: tuple[bool, bool]) -> Iterator[str]:
    fill, line = _FILL[mark.look if mark else ""]
    if element.kind.endswith("Gateway"):
        yield from _gateway(element, box, fill, line, goes)
    elif element.kind.endswith("Event"):
        yield from _event(element, box, fill, line)
    else:
        yield from _activity(element, box, fill, line)
    if mark and mark.words:
        yield _flag(box, mark)


def _activity(element: Element, box: Box, fill: str, line: str) -> Iterator[str]:
    open_box = element.kind in CONTAINERS
    width = 3 if element.kind == "callActivity" else 1.5
    dash = ' stroke-dasharray="2 4"' if element.event_sub_process else ""
    yield _rect(box, "#fbfcfc" if open_box and fill == "#ffffff" else fill, line, radius=10, width=width, extra=dash)
    yield mark_sign(element, box.x + box.width / 2, box.y + box.height - 10)
    if open_box:
        yield f'<text x="{box.x + 14:g}" y="{box.y + 18:g}" font-size="12" font-weight="700" dominant-baseline="central" fill="#0b0c0c">{escape(element.label)}</text>'
        return
    yield from _words(element.label, box.x + box.width / 2, box.y + box.height / 2, max(8, int(box.width / 6.4)))
    yield step_sign(element.kind, box)


def _gateway(element: Element, box: Box, fill: str, line: str, goes: tuple[bool, bool]) -> Iterator[str]:
    x, y, half = box.x + box.width / 2, box.y + box.height / 2, box.width / 2
    yield f'<path d="M{x:g} {y - half:g}l{half:g} {half:g}-{half:g} {half:g}-{half:g}-{half:g}z" fill="{fill}" stroke="{line}" stroke-width="1.5"/>'
    yield gateway_sign(element.kind, x, y, line)
    up, down = goes
    if up and down:
        yield from _words(element.name, x - half - 24, box.y - 2, 12)
    else:
        yield from _below(element.name, x, box.y + box.height, 18) if not down else _words(element.name, x, box.y - 14, 24)


def _event(element: Element, box: Box, fill: str, line: str) -> Iterator[str]:
    x, y, radius = box.x + box.width / 2, box.y + box.height / 2, box.width / 2
    width = 3.5 if element.kind == "endEvent" else 1.5
    dash = "" if element.interrupting else ' stroke-dasharray="4 3"'
    yield f'<circle cx="{x:g}" cy="{y:g}" r="{radius:g}" fill="{fill}" stroke="{line}" stroke-width="{width}"{dash}/>'
    if element.kind in ("intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"):
        yield f'<circle cx="{x:g}" cy="{y:g}" r="{radius - 3:g}" fill="none" stroke="{line}"{dash}/>'
    yield event_sign(element.event, x, y, line, fill, told=element.kind in ("endEvent", "intermediateThrowEvent"))
    if element.kind == "boundaryEvent":
        yield from _below(element.name, x - radius - 34, y - 2, 10)
    else:
        yield from _below(element.name, x, box.y + box.height, 18)


def _below(text: str, x: float, bottom: float, columns: int) -> Iterator[str]:
    lines = len(textwrap.wrap(text, columns)[:5])
    return _words(text, x, bottom + 14 + max(0, lines - 1) * 7.5, columns)


def _flows(diagram: Diagram) -> Iterator[str]:
    for flow in diagram.flows.values():
        points = diagram.lines.get(flow.id, ())
        if len(points) < 2:
            continue
        path = " ".join(f"{x:g},{y:g}" for x, y in points)
        yield f'<polyline points="{path}" fill="none" stroke="#505a5f" stroke-width="1.5" marker-end="url(#arrow)"/>'
        if flow.name:
            (x1, y1), (_, y2) = points[0], points[1]
            x, y = (x1 + 16, y1 - 9) if y1 == y2 else (x1 + 14, y1 + (14 if y2 > y1 else -14))
            yield f'<text x="{x:g}" y="{y:g}" {_FONT} fill="#0b0c0c">{escape(flow.name)}</text>'


def _words(text: str, x: float, y: float, columns: int) -> Iterator[str]:
    lines = textwrap.wrap(text, columns)[:5]
    first = y - (len(lines) - 1) * 7.5 if len(lines) < 4 or columns > 12 else y - (len(lines) - 1) * 7
    for number, line in enumerate(lines):
        yield f'<text x="{x:g}" y="{first + number * 15:g}" {_FONT} fill="#0b0c0c">{escape(line)}</text>'


def _flag(box: Box, mark: Mark) -> str:
    fill, line = _FILL[mark.look]
    width = 12 + 6.6 * len(mark.words)
    x, y = box.x + box.width - min(width, box.width) / 2, box.y - 2
    return (
        f'<rect x="{x - width / 2:g}" y="{y - 10:g}" width="{width:g}" height="20" rx="10" fill="{line}"/>'
        f'<text x="{x:g}" y="{y:g}" {_FONT} font-weight="700" fill="{fill}">{escape(mark.words)}</text>'
    )


def _rect(box: Box, fill: str, line: str, *, radius: int = 0, width: float = 1, extra: str = "") -> str:
    return (
        f'<rect x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" height="{box.height:g}" rx="{radius}" '
        f'fill="{fill}" stroke="{line}" stroke-width="{width:g}"{extra}/>'
    )
