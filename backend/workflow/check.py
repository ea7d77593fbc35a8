"""Everything that is wrong with a pack, before anybody can publish it: findings by file and element.

`findings(files)` never raises; an empty list, or warnings only, means that the pack may be published.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping

from backend.workflow import catalogue, events, shape
from backend.workflow.bpmn import PEOPLE, SYSTEM
from backend.workflow.coverage import check_tables
from backend.workflow.expressions import ExpressionError, parse
from backend.workflow.findings import Finding, PackRefused
from backend.workflow.forms import unseen
from backend.workflow.hearing import told_by_officers
from backend.workflow.meaning import check_expressions
from backend.workflow.overlay import ABOUT, Files
from backend.workflow.packs import Pack, read_pack
from backend.workflow.rails import check_rails
from backend.workflow.shape import at, each_element
from backend.workflow.values import Fact


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
        if element.operation is None:
            yield at(diagram, element, "It does not say what the system should do.", "Choose an operation.")
            continue
        kind = catalogue.operations().get(element.operation.name)
        if kind is None:
            yield at(diagram, element, f"“{element.operation.name}” is not something that the system can do.", "Choose an operation.")
            continue
        yield from (at(diagram, element, *problem) for problem in _parameter_problems(pack, kind, element.operation.parameters))


def check_approvals(pack: Pack) -> Iterator[Finding]:
    """A letter that must be approved exists, and so does the role that approves it."""
    titles = catalogue.letters(pack.letters)
    for letter, role in pack.approve.items():
        if letter not in titles:
            yield Finding(ABOUT, "approve", f"There is no letter “{letter}” to approve.", "Choose a letter.")
        if role not in pack.roles:
            yield Finding(ABOUT, "approve", f"Nobody could approve “{letter}”: there is no role “{role}”.", "Choose a role.")


def check_marks(pack: Pack) -> Iterator[Finding]:
    """What the pack's guard rails watch by its mark bears one."""
    for diagram, element in each_element(pack):
        wanted = pack.marked.get(element.operation.name, ()) if element.operation else ()
        if wanted and not set(wanted) & set(element.properties.get("mark", "").split()):
            yield at(diagram, element, "It bears no mark, so no guard rail could watch it.", f"Mark it as one of: {', '.join(wanted)}.")


def _parameter_problems(pack: Pack, kind: catalogue.OperationKind, given: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name in sorted(set(given) - set(kind.parameters)):
        yield f"“{kind.label}” has no “{name}”.", "Take it away."
    for name, parameter in kind.parameters.items():
        text = given.get(name, "").strip()
        if not text:
            if not parameter.optional:
                yield f"“{parameter.label}” is missing.", "Fill it in."
            continue
        allowed = catalogue.choices(parameter, pack.letters)
        wrong = sorted(_possible(pack.facts, text) - set(allowed)) if allowed else []
        if wrong:
            yield f"“{wrong[0]}” is not one of the choices for “{parameter.label}”.", f"Choose one of: {', '.join(allowed)}."


def _possible(facts: Mapping[str, Fact], text: str) -> set[str]:
    """What an expression for a choice may come to: the words that it says, the choices of a fact; else its own text."""
    try:
        tree = parse(text).tree
    except ExpressionError:
        return set()
    if isinstance(tree, ast.Constant):
        return {str(tree.value)}
    named = facts.get(tree.id) if isinstance(tree, ast.Name) else None
    return set(named.choices) if named is not None and named.kind == "one_of" else {text}


def check_letters(pack: Pack) -> Iterator[Finding]:
    """The landlord's own letters can be read, and every letter that is sent can be told what it needs: by a question, by the
    pack's standing words or by the product."""
    yield from catalogue.writing().findings(pack)
    titles = catalogue.letters(pack.letters)
    for diagram, element in each_element(pack):
        kind = catalogue.operations().get(element.operation.name) if element.operation else None
        for name, parameter in kind.parameters.items() if kind and element.operation else ():
            code = element.operation.parameters.get(name, "").strip("'\" ") if element.operation else ""
            if parameter.choices != "letters" or code not in titles:
                continue
            for need, label in catalogue.writing().lacking(code, pack):
                yield at(
                    diagram,
                    element,
                    f"The letter “{titles[code]}” needs {label}, which nobody is asked for.",
                    f"Ask it in a task’s form under the key “{need}”, or write it in letters.toml.",
                )


def check_separation(pack: Pack) -> Iterator[Finding]:
    """What keeps two steps apart names steps that people do."""
    for diagram, element in each_element(pack):
        for name in element.properties.get("not_by", "").split():
            earlier = pack.elements.get(name)
            if element.kind not in PEOPLE or earlier is None or earlier.kind not in PEOPLE or name == element.id:
                sentence = f"“{name}” is not an earlier step that a person does, so nobody would be kept from doing this one."
                yield at(diagram, element, sentence, "Name the id of the earlier step.")


def check_letters_at_hand(pack: Pack) -> Iterator[Finding]:
    """The letters that a task offers to be written exist."""
    known = catalogue.letters(pack.letters)
    for diagram, element in each_element(pack):
        for code in element.properties.get("letters", "").split():
            if code not in known:
                yield at(diagram, element, f"There is no letter “{code}” that could be written here.", "Choose a letter by its code.")


def check_lengths(pack: Pack) -> Iterator[Finding]:
    """Names fit where they are kept and shown, and mislead nobody."""
    for diagram, element in each_element(pack):
        if len(element.name) > 150:
            yield at(diagram, element, "Its name is longer than 150 characters.", "Shorten it.")
        if any(map(unseen, element.name)):
            yield at(diagram, element, "Its name holds characters that cannot be printed.", "Write it again.")


def check_names(pack: Pack) -> Iterator[Finding]:
    """Tables, called diagrams and messages that are named exist."""
    processes = {diagram.process for diagram in pack.diagrams.values()}
    for diagram, element in each_element(pack):
        if (element.kind == "businessRuleTask" or element.table) and element.table not in pack.tables:
            yield at(diagram, element, f"The decision table “{element.table}” does not exist.", "Choose a table.")
        if element.kind == "callActivity" and element.called not in processes:
            yield at(diagram, element, f"The diagram “{element.called}” does not exist.", "Choose a diagram.")
        if element.event == "message" and element.message not in catalogue.messages() and not told_by_officers(element):
            yield at(diagram, element, f"“{element.message}” is not a message that a case can get.", "Choose a message.")
        if element.event == "timer" and not element.due:
            yield at(diagram, element, "It does not say how long to wait.", "Write when, for example days(28, since=opened_at).")


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
    check_about, check_lengths, check_tasks, check_separation, check_operations, check_marks, check_letters, check_letters_at_hand,
    check_approvals, check_names, check_expressions, check_tables, *shape.CHECKS, *events.CHECKS, check_rails,
)  # fmt: skip
