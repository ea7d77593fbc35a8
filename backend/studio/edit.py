"""Changes one step inside a diagram's XML, keeping every id and everything else as it is: the drawing canvas's
equal for the keyboard."""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from backend.casework.text import plain
from backend.errors import DomainError, NotFound
from backend.studio.marks import MANY, edit_marks
from backend.workflow.bpmn import BPMN, FLOW_NODES, PLAIN_ID, SPIFF, parse_xml

#: What may be said of a step; each is a property in the spiffworkflow namespace.
PROPERTIES = ("form", "promise", "due", "policy", "public", "for", "offered", "advised", "group", "mark", "outputs", "not_by", "letters")


def edit_step(file: str, source: str, element: str, said: Mapping[str, str]) -> str:
    """`source` with the step changed: `name`, `PROPERTIES`, `table`, `operation` `parameter-NAME`, and what `marks.edit_marks` takes."""
    root = parse_xml(file, source)
    node = next((n for n in root.iter() if n.get("id") == element and etree.QName(n).localname in FLOW_NODES), None)
    if node is None:
        raise NotFound("There is no such step in the diagram.")
    said = {key: plain(value) for key, value in said.items()}
    if "often" in said:
        said = {**said, "each": said.get("each", "") if said["often"] in MANY else ""}
    if "name" in said:
        node.set("name", said["name"])
    for name in (*PROPERTIES, "each"):
        if name in said:
            _set_property(node, name, said[name].strip())
    if "table" in said:
        _child(_extensions(node), "calledDecisionId").text = said["table"].strip()
    if said.get("operation"):
        _set_operation(node, said)
    edit_marks(root, node, said)
    return str(etree.tostring(root, xml_declaration=True, encoding="UTF-8").decode())


def _extensions(node: etree._Element) -> etree._Element:
    found = node.find(f"{{{BPMN}}}extensionElements")
    if found is None:
        found = etree.Element(f"{{{BPMN}}}extensionElements")
        documentation = node.find(f"{{{BPMN}}}documentation")
        node.insert(0 if documentation is None else 1, found)
    return found


def _child(parent: etree._Element, name: str) -> etree._Element:
    found = parent.find(f"{{{SPIFF}}}{name}")
    return found if found is not None else etree.SubElement(parent, f"{{{SPIFF}}}{name}")


def _set_property(node: etree._Element, name: str, value: str) -> None:
    box = _child(_extensions(node), "properties")
    found = next((p for p in box if p.get("name") == name), None)
    if not value:
        if found is not None:
            box.remove(found)
        return
    if found is None:
        found = etree.SubElement(box, f"{{{SPIFF}}}property", name=name)
    found.set("value", value)


def _set_operation(node: etree._Element, said: Mapping[str, str]) -> None:
    operator = _child(_extensions(node), "serviceTaskOperator")
    operator.set("id", said["operation"])
    box = _child(operator, "parameters")
    for old in list(box):
        box.remove(old)
    for key, value in said.items():
        if key.startswith("parameter-") and value.strip():
            if not PLAIN_ID.match(key):
                raise DomainError("A parameter’s name may hold letters, digits and underscores only.")
            etree.SubElement(box, f"{{{SPIFF}}}parameter", id=key.removeprefix("parameter-"), type="any", value=value.strip())
