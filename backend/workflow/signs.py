"""BPMN's small signs as SVG: what stands inside steps, gateways and events. Part of `drawing`; knows only places and colours."""

from __future__ import annotations

from backend.workflow.bpmn import Box, Element

_GREY = "#505a5f"


def step_sign(kind: str, box: Box) -> str:
    """The sign in the upper left corner of a step; for a called diagram, the one at its lower edge."""
    x, y = box.x + 12, box.y + 12
    match kind:
        case "userTask":
            return (
                f'<path d="M{x - 5:g} {y + 6:g}a5 5 0 0 1 10 0z" fill="{_GREY}"/><circle cx="{x:g}" cy="{y - 2:g}" r="3" fill="{_GREY}"/>'
            )
        case "manualTask":
            return _hand(x, y)
        case "serviceTask":
            return f'<circle cx="{x:g}" cy="{y:g}" r="4.5" fill="none" stroke="{_GREY}" stroke-width="2.5" stroke-dasharray="2.2 1.3"/>'
        case "businessRuleTask":
            return f'<path d="M{x - 5:g} {y - 5:g}h11v9h-11zM{x - 5:g} {y - 2:g}h11M{x - 1:g} {y - 2:g}v6" fill="none" stroke="{_GREY}"/>'
        case "receiveTask":
            return f'<path d="M{x - 5:g} {y - 4:g}h11v8h-11zl5.5 5 5.5-5" fill="none" stroke="{_GREY}"/>'
        case "sendTask":
            return f'<path d="M{x - 5:g} {y - 4:g}h11v8h-11z" fill="{_GREY}"/><path d="M{x - 5:g} {y - 4:g}l5.5 5 5.5-5" fill="none" stroke="#ffffff"/>'
        case "callActivity":
            middle, low = box.x + box.width / 2, box.y + box.height - 9
            return f'<path d="M{middle - 6:g} {low - 6:g}h12v12h-12zM{middle:g} {low - 4:g}v8M{middle - 4:g} {low:g}h8" fill="none" stroke="{_GREY}"/>'
    return ""


def _hand(x: float, y: float) -> str:
    """A hand that points to the right."""
    return f'<path d="M{x - 6:g} {y - 2:g}l4-3.5h4M{x - 6:g} {y + 5:g}h9v-2.5h-4h4.5v-2.5h-4.5h8v-2.5h-9" fill="none" stroke="{_GREY}" stroke-width="1.2" stroke-linejoin="round"/>'


def mark_sign(element: Element, x: float, y: float) -> str:
    """Whether it happens several times (three lines) or again and again (an arrow going round), and a toolbox’s wave, side by side."""
    signs = []
    if element.repeat is not None:
        signs.append(_arrow_round if element.repeat.loop else _lines_across if element.repeat.in_turn else _lines_down)
    if element.kind == "adHocSubProcess":
        signs.append(_wave)
    # A called diagram has its own sign in the middle.
    first = x - 9 * (len(signs) - 1) - (16 if element.kind == "callActivity" else 0)
    return "".join(sign(first + 18 * place, y) for place, sign in enumerate(signs))


def _lines_down(x: float, y: float) -> str:
    return f'<path d="M{x - 5:g} {y - 6:g}v12M{x:g} {y - 6:g}v12M{x + 5:g} {y - 6:g}v12" stroke="{_GREY}" stroke-width="2.5"/>'


def _lines_across(x: float, y: float) -> str:
    return f'<path d="M{x - 6:g} {y - 5:g}h12M{x - 6:g} {y:g}h12M{x - 6:g} {y + 5:g}h12" stroke="{_GREY}" stroke-width="2.5"/>'


def _arrow_round(x: float, y: float) -> str:
    return (
        f'<path d="M{x - 2:g} {y + 5.6:g}A6 6 0 1 1 {x + 3:g} {y + 5.2:g}" fill="none" stroke="{_GREY}" stroke-width="1.8"/>'
        f'<path d="M{x - 8:g} {y + 6.5:g}h6.5v-6z" fill="{_GREY}"/>'
    )


def _wave(x: float, y: float) -> str:
    return f'<path d="M{x - 7:g} {y + 2:g}q3.5-7 7-2t7-2" fill="none" stroke="{_GREY}" stroke-width="2.5"/>'


def gateway_sign(kind: str, x: float, y: float, line: str) -> str:
    match kind:
        case "inclusiveGateway":
            return f'<circle cx="{x:g}" cy="{y:g}" r="10" fill="none" stroke="{line}" stroke-width="3"/>'
        case "eventBasedGateway":
            circles = "".join(f'<circle cx="{x:g}" cy="{y:g}" r="{r}" fill="none" stroke="{line}"/>' for r in (13, 10.5))
            return f'{circles}<path d="M{x:g} {y - 7:g}l6.7 4.8-2.6 7.9h-8.2l-2.6-7.9z" fill="none" stroke="{line}"/>'
        case "exclusiveGateway":
            cross = f"M{x - 7:g} {y - 7:g}l14 14M{x + 7:g} {y - 7:g}l-14 14"
        case _:
            cross = f"M{x - 10:g} {y:g}h20M{x:g} {y - 10:g}v20"
    return f'<path d="{cross}" stroke="{line}" stroke-width="3"/>'


_SHAPES = {
    "signal": "l7.5 13h-15z",
    "escalation": "l6.5 14-6.5-6.5-6.5 6.5z",
    "error": "M{left:g} {low:g}l3.6-11.5 5 6.5 4.4-8-3 13-5.5-6.5z",
}


def event_sign(event: str, x: float, y: float, line: str, fill: str, *, told: bool) -> str:
    """The sign inside an event: hollow for what is waited for, filled for what is told."""
    match event:
        case "timer":
            return f'<path d="M{x:g} {y - 7:g}V{y:g}l5 3" fill="none" stroke="{line}" stroke-width="1.5"/>'
        case "message":
            return f'<path d="M{x - 7:g} {y - 5:g}h14v10h-14zl7 6 7-6" fill="none" stroke="{line}" stroke-width="1.2"/>'
        case "terminate":
            return f'<circle cx="{x:g}" cy="{y:g}" r="10" fill="{line}"/>'
        case "signal" | "escalation":
            path = f"M{x:g} {y - 8:g}{_SHAPES[event]}"
        case "error":
            path = _SHAPES[event].format(left=x - 7, low=y + 6)
        case _:
            return ""
    return f'<path d="{path}" fill="{line if told else fill}" stroke="{line}" stroke-width="1.2" stroke-linejoin="round"/>'
