"""Everything that is wrong with a pack, before anybody can publish it: findings by file and element.

`findings(files)` never raises; an empty list, or warnings only, means that the pack may be published.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from backend.workflow import catalogue, events, shape
from backend.workflow.bpmn import PEOPLE, SYSTEM, Element
from backend.workflow.expressions import ExpressionError, parse
from backend.workflow.findings import Finding, PackRefused
from backend.workflow.functions import NAMES
from backend.workflow.packs import ABOUT, Files, Pack, read_pack
from backend.workflow.rails import check_rails
from backend.workflow.shape import at, each_element


def findings(files: Files) -> list[Finding]:
    """Every finding in the pack made of `files`, sorted by file and element."""
    try:
        pack = read_pack(files)
    except PackRefused as refused:
        return sorted(set(refused.findings))
    found = [finding for check in CHECKS for finding in check(pack)]
    if not errors(found):
        try:
            pack.engine  # noqa: B018  # parsed here, so that what only the engine can tell is a finding too
        except PackRefused as refused:
            found = refused.findings
    return sorted(set(found))


def errors(found: list[Finding]) -> list[Finding]:
    return [finding for finding in found if finding.severity == "error"]


def check_tasks(pack: Pack) -> Iterator[Finding]:
    """Every task for a person has a role, a form, and a promise or a due time."""
    for diagram, element in each_element(pack):
        if element.kind not in PEOPLE:
            continue
        said = element.properties
        if not element.name:
            yield at(diagram, element, "It has no name, so officers would not know what to do.", "Give it a name.")
        if not pack.role_of(element):
            yield at(diagram, element, "Nobody has this task: it is in no lane that bears a role's name.", "Move it into a role's lane.")
        if said.get("form") not in pack.forms:
            yield at(diagram, element, f"Its form “{said.get('form', '')}” does not exist.", "Choose a form.")
        if said.get("promise") and said["promise"] not in pack.promises:
            yield at(diagram, element, f"Its promise “{said['promise']}” does not exist.", "Choose a promise.")
        if not said.get("promise") and not said.get("due"):
            yield at(
                diagram, element, "It has no promise and no due time, so it could wait for ever.", "Choose a promise or give a due time."
            )


def check_operations(pack: Pack) -> Iterator[Finding]:
    """Every operation exists, and its parameters match its signature."""
    for diagram, element in each_element(pack):
        if element.kind not in SYSTEM:
            continue
        kind = catalogue.operations().get(element.operation.name) if element.operation else None
        if element.operation is None or kind is None:
            yield at(diagram, element, "It does not say what the system should do.", "Choose an operation.")
            continue
        yield from (at(diagram, element, *problem) for problem in _parameter_problems(kind, element.operation.parameters))


def _parameter_problems(kind: catalogue.OperationKind, given: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name in sorted(set(given) - set(kind.parameters)):
        yield f"“{kind.label}” has no “{name}”.", "Take it away."
    for name, parameter in kind.parameters.items():
        text = given.get(name, "").strip()
        if not text:
            if not parameter.optional:
                yield f"“{parameter.label}” is missing.", "Fill it in."
            continue
        allowed = catalogue.choices(parameter)
        if allowed and text.strip("'\"") not in allowed and text[:1] in "'\"":
            yield f"“{text}” is not one of the choices for “{parameter.label}”.", f"Choose one of: {', '.join(allowed)}."


def check_lengths(pack: Pack) -> Iterator[Finding]:
    """Names fit where they are kept and shown."""
    for diagram, element in each_element(pack):
        if len(element.name) > 150:
            yield at(diagram, element, "Its name is longer than 150 characters.", "Shorten it.")


def check_names(pack: Pack) -> Iterator[Finding]:
    """Tables, called diagrams and messages that are named exist."""
    processes = {diagram.process for diagram in pack.diagrams.values()}
    for diagram, element in each_element(pack):
        if element.kind == "businessRuleTask" and element.table not in pack.tables:
            yield at(diagram, element, f"The decision table “{element.table}” does not exist.", "Choose a table.")
        if element.kind == "callActivity" and element.called not in processes:
            yield at(diagram, element, f"The diagram “{element.called}” does not exist.", "Choose a diagram.")
        if element.event == "message" and element.message not in catalogue.messages():
            yield at(diagram, element, f"“{element.message}” is not a message that a case can get.", "Choose a message.")
        if element.event == "timer" and not element.due:
            yield at(diagram, element, "It does not say how long to wait.", "Write when, for example days(28, since=opened_at).")


def check_expressions(pack: Pack) -> Iterator[Finding]:
    """Every expression can be read, and names only facts and functions that exist."""
    for diagram, element in each_element(pack):
        for text in _expressions(element):
            yield from (at(diagram, element, sentence, "Correct it.") for sentence in expression_problems(pack, text))
    for diagram in pack.diagrams.values():
        for flow in diagram.flows.values():
            for sentence in expression_problems(pack, flow.condition) if flow.condition else ():
                yield Finding(diagram.file, flow.id, sentence, "Correct the condition on this line.", flow.name)
    for table in pack.tables.values():
        for text in (given.text for given in table.inputs):
            yield from (Finding(f"{table.key}.dmn", "", s, "Correct the column.", table.name) for s in expression_problems(pack, text))
    for promise in pack.promises.values():
        for length in promise.lengths:
            for sentence in expression_problems(pack, length.when) if length.when else ():
                yield Finding("promises.toml", promise.code, sentence, "Correct it.", promise.name)
        if promise.since and promise.since not in pack.facts:
            yield Finding(
                "promises.toml", promise.code, f"“{promise.since}” is not a fact.", "Choose the fact the clock starts from.", promise.name
            )


def _expressions(element: Element) -> Iterator[str]:
    yield from (element.properties[key] for key in ("due", "offered") if element.properties.get(key))
    yield from (text for text in (element.due, element.completion) if text)
    if element.repeat is not None:
        yield from (text for text in (element.repeat.count, element.repeat.condition, element.repeat.until) if text)
    if element.operation is not None:
        yield from (text for text in element.operation.parameters.values() if text.strip())


def expression_problems(pack: Pack, text: str) -> Iterator[str]:
    """Sentences about `text`; nothing when it can be used."""
    try:
        expression = parse(text)
    except ExpressionError as error:
        yield error.sentence
        return
    for name in sorted(expression.names - set(pack.facts)):
        yield f"“{name}” is not a fact that any form, table or the product sets."
    for name in sorted(expression.functions - NAMES):
        yield f"“{name}” is not a function that diagrams have."


def check_about(pack: Pack) -> Iterator[Finding]:
    """The pack has roles, and lanes bear their names."""
    names = {role.name for role in pack.roles.values()}
    if not names:
        yield Finding(ABOUT, "role", "The pack declares no roles.", "Add the roles of your staff.")
    for diagram in pack.diagrams.values():
        for lane_id, name in diagram.lanes.items():
            if name not in names | {"System"}:
                yield Finding(
                    diagram.file,
                    lane_id,
                    f"The lane “{name}” is not a role of this landlord.",
                    f"Name it one of: {', '.join(sorted(names))}, System.",
                )


CHECKS: tuple[Callable[[Pack], Iterator[Finding]], ...] = (
    check_about, check_lengths, check_tasks, check_operations, check_names, check_expressions, *shape.CHECKS, *events.CHECKS,
    check_rails,
)  # fmt: skip
