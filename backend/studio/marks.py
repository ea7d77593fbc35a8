"""Changes what an event is called, whether it stops things, and how often a step happens, inside a diagram's XML.

Part of `edit`: the list's equal for what the drawing page writes about events and repeated steps.
"""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from backend.errors import DomainError
from backend.workflow.bpmn import BPMN, NAMED, Element

#: How often a step happens, as the forms say it.
OFTEN: Mapping[str, str] = {
    "once": "Once", "side": "Several times, side by side", "turn": "Several times, one after the other",
    "again": "Again while something holds",
}  # fmt: skip
MANY = frozenset({"side", "turn"})
#: What the names of events are called.
CALLED: Mapping[str, str] = {"signal": "Name of the signal", "escalation": "Name of what is raised", "error": "Name of the failure"}
#: What may be said of the marks of a step.
SAID = ("event-name", "stops", "often", "each", "times", "stop-early", "again", "before", "most")
_MARKS = ("multiInstanceLoopCharacteristics", "standardLoopCharacteristics")
#: What stands before a mark in the activity it marks.
_BEFORE = {"documentation", "extensionElements", "incoming", "outgoing"}


def how_often(element: Element) -> str:
    """One of `OFTEN`."""
    if element.repeat is None:
        return "once"
    return "again" if element.repeat.loop else "turn" if element.repeat.in_turn else "side"


def edit_marks(root: etree._Element, node: etree._Element, said: Mapping[str, str]) -> None:
    """Change `node`, a step inside `root`, by those of `SAID` that are given; `each` is a property, which is not written here."""
    if "event-name" in said:
        _name_event(root, node, said["event-name"].strip())
    if "stops" in said:
        attribute = "cancelActivity" if node.tag == _tag("boundaryEvent") else "isInterrupting"
        node.set(attribute, "true" if said["stops"] == "yes" else "false")
    if "often" in said:
        _repeat(node, said)


def _tag(name: str) -> str:
    return f"{{{BPMN}}}{name}"


def _name_event(root: etree._Element, node: etree._Element, name: str) -> None:
    for kind, says in NAMED.items():
        definition = node.find(_tag(f"{kind}EventDefinition"))
        if definition is not None and kind != "message":
            if name:
                definition.set(f"{kind}Ref", _root_of(root, kind, says, name))
            else:
                definition.attrib.pop(f"{kind}Ref", None)


def _root_of(root: etree._Element, kind: str, says: str, name: str) -> str:
    """The id of the root element of this name, which is made if it is not there."""
    for known in root.findall(_tag(kind)):
        if (known.get(says) or known.get("name")) == name:
            return str(known.get("id"))
    taken = {one.get("id") for one in root.iter()}
    new = next(f"{kind.title()}_{number}" for number in range(1, len(taken) + 2) if f"{kind.title()}_{number}" not in taken)
    made = etree.Element(_tag(kind), id=new, name=name)
    made.set(says, name)
    last = max(root.index(one) for one in root.findall(_tag("process")))
    root.insert(last + 1, made)
    return new


def _repeat(node: etree._Element, said: Mapping[str, str]) -> None:
    for mark in _MARKS:
        for old in node.findall(_tag(mark)):
            node.remove(old)
    how = said["often"]
    if how not in OFTEN:
        raise DomainError("Choose how often the step happens.")
    if how == "once":
        return
    mark = etree.Element(_tag(_MARKS[0] if how in MANY else _MARKS[1]))
    node.insert(sum(1 for child in node if etree.QName(child).localname in _BEFORE), mark)
    if how in MANY:
        mark.set("isSequential", "true" if how == "turn" else "false")
        _say(mark, "loopCardinality", "" if said.get("each") else said.get("times", ""))
        _say(mark, "completionCondition", said.get("stop-early", ""))
        return
    mark.set("testBefore", "true" if said.get("before") == "yes" else "false")
    if most := said.get("most", "").strip():
        mark.set("loopMaximum", most)
    _say(mark, "loopCondition", said.get("again", ""))


def _say(mark: etree._Element, name: str, text: str) -> None:
    if text.strip():
        etree.SubElement(mark, _tag(name)).text = text.strip()
