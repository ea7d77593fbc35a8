"""What diagrams wait for, tell and repeat: every event is one that can be run, has a name, and is told and heard by somebody.

Part of the checker; knows no engine. What is not offered here is refused by `bpmn` as an element.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from backend.workflow import catalogue
from backend.workflow.bpmn import ACTIVITIES, CONTAINERS, PEOPLE, Diagram, Element
from backend.workflow.engine import MAX_ROUNDS
from backend.workflow.findings import Finding
from backend.workflow.hearing import ANYONE, CASE, OFFICER, whom
from backend.workflow.packs import Pack
from backend.workflow.shape import at, each_element
from backend.workflow.spread import spread

#: The events that each kind of element may have.
OFFERED = {
    "startEvent": {"message", "timer", "signal", "escalation", "error"},
    "endEvent": {"", "terminate", "signal", "escalation", "error"},
    "intermediateThrowEvent": {"", "signal", "escalation"},
    "intermediateCatchEvent": {"message", "timer", "signal"},
    "receiveTask": {"message"},
    "boundaryEvent": {"message", "timer", "signal", "escalation", "error"},
}
_TELLING = {"endEvent", "intermediateThrowEvent"}
_NAMED = {"signal", "escalation", "error"}


def check_offered(pack: Pack) -> Iterator[Finding]:
    """Every event is one that its element can have, and has what it needs."""
    for diagram, element in each_element(pack):
        if element.kind not in OFFERED:
            continue
        owner = diagram.elements.get(element.container)
        begins = element.kind == "startEvent" and owner is not None and owner.event_sub_process
        if element.kind == "startEvent" and not begins:
            if element.event:
                yield at(
                    diagram, element, "It waits for something before anything begins.", "Make it a plain start; wait in a step after it."
                )
            continue
        if element.event not in OFFERED[element.kind]:
            yield at(diagram, element, *_refused(element))
        elif element.event in _NAMED and not element.code and (element.kind in _TELLING or element.event == "signal"):
            yield at(diagram, element, f"The {element.event} has no name.", "Give it a name.")
        elif element.event == "error" and not element.interrupting:
            yield at(diagram, element, "An error always ends what it happens in.", "Let it interrupt, or use an escalation.")
        elif element.kind == "boundaryEvent" and element.event in ("error", "escalation") and not _can_raise(diagram, element):
            yield at(diagram, element, "Nothing can be raised inside what it is attached to.", "Attach it to a group or a called diagram.")


def _refused(element: Element) -> tuple[str, str]:
    if element.event == "message":
        return "A message is something the case gets; it cannot send one.", "Use something the system does to send it."
    if not element.event:
        return "It does not say what it waits for.", "Choose a message or a signal, or write until when."
    return f"It cannot have an event of the kind “{element.event}”.", "Choose another kind of event."


def _can_raise(diagram: Diagram, element: Element) -> bool:
    host = diagram.elements.get(element.attached_to)
    return host is not None and host.kind in CONTAINERS | {"callActivity"}


def check_begun(pack: Pack) -> Iterator[Finding]:
    """An event sub-process begins with one event, and with one that nothing else in its container begins with."""
    for diagram, element in each_element(pack):
        if not element.event_sub_process:
            continue
        starts = [inner for inner in diagram.inside(element.id) if inner.kind == "startEvent"]
        if len(starts) != 1 or not starts[0].event:
            yield at(
                diagram, element, "It does not say what it begins with.", "Draw one start inside it, with a message, a time or a signal."
            )
        if diagram.incoming.get(element.id) or diagram.outgoing.get(element.id) or element.repeat:
            yield at(diagram, element, "It begins by itself, so no line leads to or from it and it is not repeated.", "Delete the line.")
    yield from _begun_twice(pack)


def _begun_twice(pack: Pack) -> Iterator[Finding]:
    for diagram in pack.diagrams.values():
        seen: dict[tuple[str, str, str], str] = {}
        for element in diagram.elements.values():
            owner = diagram.elements.get(element.container)
            if element.kind != "startEvent" or element.event in ("", "timer") or owner is None:
                continue
            if seen.setdefault((owner.container, element.event, element.heard), element.id) != element.id:
                yield at(diagram, element, f"Another part of this diagram already begins with “{element.heard}”.", "Join the two.")


def check_gates(pack: Pack) -> Iterator[Finding]:
    """“Whichever comes first” leads straight to things that can come, each to a different one."""
    for diagram, element in each_element(pack):
        if element.kind != "eventBasedGateway":
            continue
        behind = [diagram.elements[flow.target] for flow in diagram.outgoing.get(element.id, ())]
        if len(behind) < 2:
            yield at(diagram, element, "It has nothing to choose between.", "Draw at least two waits after it.")
        for step in behind:
            if step.kind not in ("intermediateCatchEvent", "receiveTask"):
                yield at(diagram, step, "“Whichever comes first” leads here, where nothing is waited for.", "Draw a wait.")
            elif len(diagram.incoming[step.id]) > 1 or any(e.attached_to == step.id for e in diagram.elements.values()) or step.repeat:
                yield at(
                    diagram,
                    step,
                    "It stands behind “whichever comes first”, so nothing else may lead to it or hang on it.",
                    "Draw it again.",
                )
        heard = [(step.event, step.heard) for step in behind if step.heard]
        if len(set(heard)) < len(heard):
            yield at(diagram, element, "Two of its ways wait for the same thing.", "Take one away.")


def check_told(pack: Pack) -> Iterator[Finding]:
    """What is waited for inside the diagrams is told somewhere in them, and what is raised is dealt with."""
    told = {e.code for _, e in each_element(pack) if e.event == "signal" and e.kind in _TELLING}
    heard = {e.code for _, e in each_element(pack) if e.event == "signal" and e.kind not in _TELLING}
    around = _Around(pack)
    for diagram, element in each_element(pack):
        if element.event == "signal" and element.kind not in _TELLING and element.code not in told:
            yield at(diagram, element, f"Nothing gives the signal “{element.code}”.", "Draw what gives it, or delete this.")
        if element.event == "signal" and element.kind in _TELLING and element.code not in heard:
            yield at(
                diagram,
                element,
                f"Nothing waits for the signal “{element.code}”.",
                "Draw what waits for it, or delete this.",
            )
        if element.event == "signal" and element.kind == "intermediateCatchEvent" and _only_after(pack, diagram, element):
            sentence = f"The signal “{element.code}” is only given after this wait, so it would last for ever."
            yield at(diagram, element, sentence, "Draw what gives it elsewhere.")
        if element.event == "signal" and element.kind in _TELLING and _begins_itself(diagram, element):
            yield at(diagram, element, "It would begin the part that it stands in, again and again.", "Give another signal.")
        if element.event in ("error", "escalation") and element.kind in _TELLING and not around.deals_with(diagram, element):
            yield at(
                diagram, element, f"Nothing around it deals with the {element.event} “{element.code}”.",
                "Draw a boundary event on the group or call around it.",
            )  # fmt: skip


def _only_after(pack: Pack, diagram: Diagram, wait: Element) -> bool:
    """Whether nothing gives the signal but what comes after the wait for it, in its own container."""
    giving = [e for _, e in each_element(pack) if e.event == "signal" and e.kind in _TELLING and e.code == wait.code]
    inside = list(diagram.inside(wait.container))

    def following(step: str) -> list[str]:
        onward = [flow.target for flow in diagram.outgoing.get(step, ())] + [e.id for e in inside if e.attached_to == step]
        return [] if step == wait.id else onward

    before = spread((e.id for e in inside if not diagram.incoming.get(e.id) and not e.attached_to), following)
    return bool(giving) and all(e.container == wait.container and e.id not in before for e in giving)


def _begins_itself(diagram: Diagram, told: Element) -> bool:
    owner = diagram.elements.get(told.container)
    if owner is None or not owner.event_sub_process:
        return False
    return any(inner.kind == "startEvent" and inner.event == told.event and inner.heard == told.heard for inner in diagram.inside(owner.id))


class _Around:
    """What stands around the diagrams of a pack. Each is asked about once for each thing raised, however many calls lead to it."""

    def __init__(self, pack: Pack) -> None:
        self.start = pack.start
        self.calls: dict[str, list[tuple[Diagram, Element]]] = {}
        self.catchers: dict[tuple[str, str], list[Element]] = {}
        self.known: dict[tuple[str, str, str], bool] = {}
        for diagram, element in each_element(pack):
            if element.kind == "callActivity":
                self.calls.setdefault(element.called, []).append((diagram, element))
            if element.event in ("error", "escalation") and element.kind not in _TELLING:
                self.catchers.setdefault((diagram.process, element.event), []).append(element)

    def deals_with(self, diagram: Diagram, raised: Element) -> bool:
        """Whether something around it catches it, in every place from which its diagram is called."""
        container, catchers = raised.container, self.catchers.get((diagram.process, raised.event), [])
        while container:
            if any(_catches(diagram, e, container, raised) for e in catchers):
                return True
            if container == diagram.process:
                break
            container = diagram.elements[container].container
        return self._outside(diagram.process, raised)

    def _outside(self, process: str, raised: Element) -> bool:
        key = (process, raised.event, raised.code)
        if key not in self.known:
            # What comes round to itself is dealt with nowhere on the way.
            self.known[key] = False
            calls = self.calls.get(process, []) if process != self.start else []
            self.known[key] = bool(calls) and all(self._caught_at(*call, raised) for call in calls)
        return self.known[key]

    def _caught_at(self, diagram: Diagram, call: Element, raised: Element) -> bool:
        catchers = self.catchers.get((diagram.process, raised.event), [])
        on_call = any(e.attached_to == call.id and e.code in ("", raised.code) for e in catchers)
        # Seen from outside, the call itself is where it comes from.
        return on_call or self.deals_with(diagram, replace(call, event=raised.event, code=raised.code))


def _catches(diagram: Diagram, element: Element, container: str, raised: Element) -> bool:
    if element.event != raised.event or element.code not in ("", raised.code):
        return False
    if element.kind == "boundaryEvent":
        return element.attached_to == container
    owner = diagram.elements.get(element.container)
    begins = element.kind == "startEvent" and owner is not None and owner.event_sub_process and owner.container == container
    return begins and element.container != raised.container


def check_repeats(pack: Pack) -> Iterator[Finding]:
    """What repeats says how often, and no round goes on without anybody."""
    for diagram, element in each_element(pack):
        repeat = element.repeat
        if element.properties.get("each") and (repeat is None or repeat.loop):
            yield at(diagram, element, "It is for each of several people, but is not drawn as repeated.", "Mark it as repeated.")
        if repeat is None:
            continue
        if element.kind not in ACTIVITIES:
            yield at(diagram, element, "Only a step or a group can be repeated.", "Take the mark away.")
        if repeat.loop:
            if not repeat.condition and not repeat.most:
                yield at(diagram, element, "It does not say how long it is repeated.", "Write a condition, or the most rounds.")
            elif not repeat.most and not _somebody(diagram, element):
                yield at(diagram, element, "A case could go round here without anybody doing anything.", "Say the most rounds.")
        elif repeat.count.lstrip("-").isdigit() and not 1 <= int(repeat.count) <= MAX_ROUNDS:
            yield at(diagram, element, f"“{repeat.count}” is not a number of times from 1 to {MAX_ROUNDS}.", "Write another number.")
        elif bool(repeat.count) == bool(repeat.each):
            yield at(diagram, element, "It does not say how often it happens.", "Say how many times, or for each of whom.")
        elif repeat.each and repeat.each not in catalogue.groups():
            yield at(
                diagram, element, f"“{repeat.each}” is not a group of people in a case.", f"Choose one of: {', '.join(catalogue.groups())}."
            )


def _somebody(diagram: Diagram, element: Element) -> bool:
    """Whether a person or an event is waited for in it."""
    if element.kind in CONTAINERS:
        return any(_somebody(diagram, inner) for inner in diagram.inside(element.id))
    return element.kind in PEOPLE | {"receiveTask", "intermediateCatchEvent", "callActivity"}


def rounds(pack: Pack) -> set[str]:
    """The elements that only ever happen within a round of something repeated, whose number they may ask for."""
    found: set[str] = set()
    while True:
        called = {e.called for _, e in each_element(pack) if e.called}
        outside = {e.called for _, e in each_element(pack) if e.called and e.id not in found} | {pack.start}
        more = {
            element.id
            for diagram, element in each_element(pack)
            if _in_round(element) or diagram.process in called - outside or element.container in found
        }
        if more <= found:
            return found
        found |= more


def _in_round(element: Element) -> bool:
    return element.repeat is not None and not element.repeat.loop


def check_officers(pack: Pack) -> Iterator[Finding]:
    """What officers tell a case has a name, and says about whom and whose it is to tell, the same wherever it is heard."""
    said: dict[str, tuple[str, str, str]] = {}
    for diagram, element in each_element(pack):
        if element.event != "message":
            continue
        yield from (at(diagram, element, *problem) for problem in _telling_problems(pack, element))
        tells = element.properties.get("told_by", ""), whom(element), element.properties.get("role", "")
        if said.setdefault(element.message, tells) != tells:
            sentence = f"“{element.message}” is heard elsewhere from others, about others or by another role."
            yield at(diagram, element, sentence, "Say the same in both places, or use another message.")


def _telling_problems(pack: Pack, element: Element) -> Iterator[tuple[str, str]]:
    teller, about, role = (element.properties.get(key, "") for key in ("told_by", "for", "role"))
    if not teller:
        return
    if teller != OFFICER:
        yield f"“{teller}” is nobody who tells a case something.", f"Write “{OFFICER}”, or take it away."
    if element.message in catalogue.messages():
        yield f"The product itself delivers “{element.message}”, so no officer tells it.", "Use another message."
    elif not element.message:
        yield "The message has no name.", "Give it one."
    if not element.name and not element.properties.get("label"):
        yield "It has no words for the officer who tells it.", "Give it a name."
    begins = element.kind == "startEvent"
    if about and about not in ((*catalogue.groups(), ANYONE, CASE) if begins else (CASE,)):
        known = ", ".join((*catalogue.groups(), ANYONE, CASE)) if begins else CASE
        yield f"It cannot be about “{about}” here.", f"Choose one of: {known}."
    if role and not pack.role_of(element):
        yield f"“{role}” is not a role of this landlord.", "Choose a role."


CHECKS = (check_offered, check_begun, check_officers, check_gates, check_told, check_repeats)
