"""Turns checked diagrams into runnable specs. Parsed once per version and kept; never changed while running."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from SpiffWorkflow.bpmn.exceptions import WorkflowTaskException
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.bpmn.specs import BpmnProcessSpec

from backend.workflow.bpmn import Diagram, parse_xml
from backend.workflow.engine.specs import PARSERS, EventSubprocess, ToolboxParser
from backend.workflow.findings import refuse


class _Parser(BpmnParser):  # type: ignore[misc]
    PARSER_CLASSES = PARSERS
    OVERRIDE_PARSER_CLASSES: dict[str, Any] = {}
    AD_HOC_PARSER_CLASS = ToolboxParser


@dataclass(frozen=True)
class Diagrams:
    """Everything one version can run. `specs` holds every process and sub-process by id."""

    start: str
    specs: Mapping[str, BpmnProcessSpec]
    #: message name -> id of the event sub-process of the start process that it starts
    triggers: Mapping[str, str]


def parse(start: str, diagrams: Mapping[str, Diagram], sources: Mapping[str, str]) -> Diagrams:
    """Runnable specs for the process `start` and all it calls. `sources` maps file to XML. Raises `PackRefused`."""
    parser = _Parser()
    # SpiffWorkflow keeps lanes under id(root): the roots must stay alive until parsing is done.
    roots = {file: parse_xml(file, source) for file, source in sources.items()}
    try:
        for file, root in roots.items():
            parser.add_bpmn_xml(root, filename=file)
        specs = {start: parser.get_spec(start), **parser.get_subprocess_specs(start)}
    except (ValidationException, WorkflowTaskException, KeyError, AttributeError, ValueError, TypeError) as error:
        raise refuse("", start, f"The diagrams cannot be run: {error}", "Check the elements named.") from error
    for diagram in diagrams.values():
        _compare_lanes(diagram, specs)
    return Diagrams(start, specs, _triggers(specs[start], diagrams))


def _compare_lanes(diagram: Diagram, specs: Mapping[str, BpmnProcessSpec]) -> None:
    """A lane is a role, so who may do a task: what SpiffWorkflow read must be what the file says."""
    for element in diagram.elements.values():
        container = specs.get(element.container)
        spec = container.task_specs.get(element.id) if container is not None else None
        own = diagram.lanes and element.container == diagram.process
        if spec is not None and own and (spec.lane or "") != element.lane:
            raise refuse(diagram.file, element.id, "Its lane was lost while reading the file.", "Save the diagram again.", element.name)


def _triggers(spec: BpmnProcessSpec, diagrams: Mapping[str, Diagram]) -> dict[str, str]:
    """Message name -> event sub-process. SpiffWorkflow's own trigger list is emptied: it would rewrite the spec."""
    spec.start.trigger_specs = []
    found = {}
    for diagram in diagrams.values():
        for element in diagram.elements.values():
            if element.event_sub_process and element.container == spec.name:
                task_spec = spec.task_specs[element.id]
                assert isinstance(task_spec, EventSubprocess)
                task_spec._inputs = [spec.start.name]
                found.update({inner.message: element.id for inner in diagram.inside(element.id) if inner.kind == "startEvent"})
    return found
