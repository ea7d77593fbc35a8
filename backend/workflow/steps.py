"""What a landlord's pack says of single steps of the base's diagrams, written into them so that nobody draws them again.

    [Tool_warning]                       a step, lane or line by its id
    name = "Letter of warning"           its name; `calls` the diagram that it calls, `condition` when a line is taken
    offered = "escalated"                any property; "" takes it away; practices in `policy` are added to the base's

    [Tool_ours]                          a tool that the base does not have: a step of ours
    toolbox = "PutRight_tools"           in this toolbox, in its next free place
    name = "Money advice"                that calls a diagram (`calls`), or asks a `form`
    for = "reporter"

Knows XML and its drawing only; what comes of it is read and checked like any other diagram.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lxml import etree

from backend.workflow.bpmn import BPMN, BPMNDI, DC, SPIFF
from backend.workflow.findings import refuse

FILE = "steps.toml"
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_blank_text=True)
#: From one tool to the next, across and down, as the base draws them.
_ACROSS, _DOWN = 168, 81


def with_steps(files: Mapping[str, str], steps: Mapping[str, Any], roles: Mapping[str, str]) -> dict[str, str]:
    """The files with what `steps` says of single steps, and with the names of `roles`, written into their diagrams."""
    for step, said in steps.items():
        if not isinstance(said, dict) or not all(isinstance(value, str) for value in said.values()):
            raise refuse(FILE, step, "What is said of a step is not a list of texts.", 'Write each as: word = "text".')
    left, written = dict(steps), dict(files)
    for path in sorted(path for path in files if path.endswith(".bpmn")):
        words = (*left, *(said["toolbox"] for said in left.values() if "toolbox" in said), *roles)
        if any(f'"{word}"' in files[path] for word in words):
            written[path] = _diagram(files[path], left, roles)
    if left:
        raise refuse(FILE, sorted(left)[0], "No diagram has this step, or its toolbox.", "Look up its id on the diagram’s page.")
    return written


def _diagram(text: str, left: dict[str, Any], roles: Mapping[str, str]) -> str:
    root = etree.fromstring(text.encode(), _PARSER)
    for node in [node for node in root.iter(f"{{{BPMN}}}*") if node.get("id")]:
        if node.tag == f"{{{BPMN}}}lane":
            node.set("name", roles.get(node.get("name", ""), node.get("name", "")))
        for held in node.iterfind(f"{{{BPMN}}}extensionElements/{{{SPIFF}}}properties/{{{SPIFF}}}property[@name='role']"):
            held.set("value", roles.get(held.get("value", ""), held.get("value", "")))
        if (step := node.get("id")) in left and "toolbox" not in left[step]:
            _say(node, left.pop(step))
        for step in [step for step, said in left.items() if said.get("toolbox") == node.get("id")]:
            _add(root, node, step, left.pop(step))
    etree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{etree.tostring(root, encoding="unicode")}\n'


def _say(node: Any, said: Mapping[str, str]) -> None:
    for word, value in said.items():
        match word:
            case "name":
                node.set("name", value)
            case "calls":
                node.set("calledElement", value)
            case "condition":
                _inside(node, f"{{{BPMN}}}conditionExpression").text = value
            case _:
                _property(node, word, value)


def _property(node: Any, word: str, value: str) -> None:
    holder = _inside(_inside(node, f"{{{BPMN}}}extensionElements"), f"{{{SPIFF}}}properties")
    known = next((one for one in holder if one.get("name") == word), None)
    if known is None:
        known = etree.SubElement(holder, f"{{{SPIFF}}}property", name=word)
    elif word == "policy":
        value = f"{known.get('value')} {value}"
    known.set("value", value)
    if not value:
        holder.remove(known)


def _inside(node: Any, tag: str) -> Any:
    found = node.find(tag)
    if found is None:
        found = etree.Element(tag)
        node.insert(0, found)
    return found


def _add(root: Any, toolbox: Any, step: str, said: Mapping[str, str]) -> None:
    """One more tool, drawn after the last one; the toolbox, and what it stands in, grows by a row when there is no place left."""
    tool = etree.Element(f"{{{BPMN}}}{'callActivity' if 'calls' in said else 'userTask'}", id=step)
    last = [node for node in toolbox if node.tag.endswith(("callActivity", "userTask"))][-1]
    last.addnext(tool)
    _say(tool, {word: value for word, value in said.items() if word != "toolbox"})
    shapes = {shape.get("bpmnElement"): shape for shape in root.iter(f"{{{BPMNDI}}}BPMNShape")}
    before, frame = _bounds(shapes[last.get("id")]), _bounds(shapes[toolbox.get("id")])
    x, y = float(before.get("x")) + _ACROSS, float(before.get("y"))
    if x + float(before.get("width")) > float(frame.get("x")) + float(frame.get("width")):
        x, y = min(float(_bounds(shapes[node.get("id")]).get("x")) for node in toolbox if node.get("id") in shapes), y + _DOWN
        _grow(shapes, frame)
    shape = etree.Element(f"{{{BPMNDI}}}BPMNShape", id=f"{step}_di", bpmnElement=step)
    etree.SubElement(shape, f"{{{DC}}}Bounds", {**before.attrib, "x": f"{x:g}", "y": f"{y:g}"})
    shapes[last.get("id")].addnext(shape)


def _grow(shapes: Mapping[str, Any], frame: Any) -> None:
    """Everything that reaches as far down as the toolbox reaches a row further, and what is below it moves down."""
    bottom = float(frame.get("y")) + float(frame.get("height"))
    for box in map(_bounds, shapes.values()):
        top, height = float(box.get("y")), float(box.get("height"))
        if top >= bottom:
            box.set("y", f"{top + _DOWN:g}")
        elif top + height >= bottom:
            box.set("height", f"{height + _DOWN:g}")


def _bounds(shape: Any) -> Any:
    return shape.find(f"{{{DC}}}Bounds")
