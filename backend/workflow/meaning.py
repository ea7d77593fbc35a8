"""What the expressions of a pack mean, as far as it can be told before any case runs: facts and functions that exist,
values that a fact can have, and things that can be compared and counted with.

Part of the checker. Says nothing of what it cannot prove: a fact that is not known yet is no mistake.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from backend.workflow import events
from backend.workflow.bpmn import Diagram, Element, Flow
from backend.workflow.engine import INSTANCES, INSTANCES_DONE, ITEM
from backend.workflow.expressions import CONSTANTS, ExpressionError, parse
from backend.workflow.findings import Finding
from backend.workflow.functions import NAMES
from backend.workflow.packs import Pack
from backend.workflow.promises import FILE as PROMISES
from backend.workflow.shape import at, each_element
from backend.workflow.tables import Table
from backend.workflow.values import Fact

#: What is wrong, and what to do about it.
Problem = tuple[str, str]
#: What every function that diagrams have is given.
_GIVEN = {"count": "a number", "since": "a moment"}
_KINDS = {
    "yes_no": "a yes or no", "whole": "a number", "decimal": "a number", "row": "a number", "date": "a date", "moment": "a moment",
    "one_of": "a choice",
}  # fmt: skip
#: What can be asked besides the facts: within a round, which one it is; for stopping early, how many there are and are done.
_ROUND = {ITEM: Fact(ITEM, "whole")}
_ROUNDS = {name: Fact(name, "whole") for name in (INSTANCES, INSTANCES_DONE)}
_ANYTHING, _NOTHING, _LIST = "anything", "nothing", "a list"


def check_expressions(pack: Pack) -> Iterator[Finding]:
    """Everything that diagrams, tables and promises say can be read and makes sense."""
    rounds = events.rounds(pack)
    for diagram, element in each_element(pack):
        seen = {**pack.facts, **_ROUND} if element.id in rounds else pack.facts
        for text, wanted in _said(element):
            yield from (at(diagram, element, *problem) for problem in problems(seen, text, wanted))
        for text in _always_the_same(element):
            yield at(diagram, element, f"“{text}” is the same in every case.", "Ask for a fact in it.")
        for text in [element.repeat.until] if element.repeat is not None else ():
            yield from (at(diagram, element, *problem) for problem in problems({**pack.facts, **_ROUNDS}, text))
        yield from (at(diagram, element, *problem) for problem in _named_facts(pack, element))
    for diagram in pack.diagrams.values():
        for flow in diagram.flows.values():
            seen = {**pack.facts, **_ROUND} if flow.source in rounds and diagram.elements[flow.source].repeat is None else pack.facts
            for problem in problems(seen, flow.condition) if flow.condition else ():
                yield Finding(diagram.file, flow.id, *problem, _line(diagram, flow))
    for form in pack.forms.values():
        for key, text in form.conditions():
            yield from (Finding(f"forms/{form.key}.json", key, *problem, form.title) for problem in problems(pack.facts, text))
    for table in pack.tables.values():
        yield from _table_findings(pack.facts, table)
    for promise in pack.promises.values():
        said = [problem for length in promise.lengths if length.when for problem in problems(pack.facts, length.when)]
        if promise.since and (pack.facts.get(promise.since) is None or pack.facts[promise.since].kind != "moment"):
            moments = [name for name, fact in pack.facts.items() if fact.kind == "moment"]
            said.append((f"“{promise.since}” is not a fact that holds a moment.", _instead(promise.since, moments, "Choose one.")))
        yield from (Finding(PROMISES, promise.code, *problem, promise.name) for problem in said)


def _said(element: Element) -> Iterator[tuple[str, str]]:
    """Each expression of a step, with the kind of thing it must give."""
    for text in (element.properties.get("due", ""), element.due):
        yield text, "a moment"
    for text in (element.properties.get("offered", ""), element.properties.get("advised", ""), element.completion):
        yield text, _ANYTHING
    if element.repeat is not None:
        yield element.repeat.count, "a number"
        yield element.repeat.condition, _ANYTHING
    if element.operation is not None:
        yield from ((text.strip(), _ANYTHING) for text in element.operation.parameters.values())


def _named_facts(pack: Pack, element: Element) -> Iterator[Problem]:
    """`about` and `outputs` name facts, without an expression around them; `about` names somebody in the case."""
    about = element.properties.get("about", "")
    for name in (about, *element.properties.get("outputs", "").split()):
        if name and name not in pack.facts:
            yield _unknown(name, pack.facts)
        elif name in pack.settings:
            yield f"“{name}” is a setting of the procedure, so no step gives it out.", "Take it away."
    officers = {question.fact for form in pack.forms.values() for question in form.questions if question.type == "officer"}
    if about in pack.facts and (pack.facts[about].kind != "row" or about in officers):
        people = [name for name, fact in pack.facts.items() if fact.kind == "row" and name not in officers]
        yield f"“{about}” does not hold a person of the case.", _instead(about, people, "Choose one that does.")


def _always_the_same(element: Element) -> Iterator[str]:
    """Conditions that could never end what they should end, since they ask for nothing."""
    endless = element.repeat is not None and element.repeat.loop and not element.repeat.most
    asked = [element.completion, element.repeat.condition if endless and element.repeat else ""]
    for text in filter(None, asked):
        try:
            if not parse(text).names:
                yield text
        except ExpressionError:
            continue


def _line(diagram: Diagram, flow: Flow) -> str:
    return flow.name or f"the line from {diagram.elements[flow.source].label} to {diagram.elements[flow.target].label}"


def _table_findings(facts: Mapping[str, Fact], table: Table) -> Iterator[Finding]:
    file, columns = f"{table.key}.dmn", set()
    for column, given in zip(table.columns, table.inputs, strict=True):
        for problem in problems(facts, given.text):
            columns.add(problem)
            yield Finding(file, column, *problem, table.name)
    for number, rule in enumerate(table.rules, 1):
        cells = [problem for test in rule.tests if test is not None for problem in problems(facts, test.text)]
        for problem in dict.fromkeys(cells):
            if problem not in columns:
                yield Finding(file, rule.id, *problem, f"{table.name}, row {number}")


def problems(facts: Mapping[str, Fact], text: str, wanted: str = _ANYTHING) -> Iterator[Problem]:
    """What is wrong with an expression; nothing when there is none, or it can be used."""
    if not text:
        return
    try:
        expression = parse(text)
    except ExpressionError as error:
        yield error.sentence, "Correct it."
        return
    yield from (_unknown(name, facts) for name in sorted(expression.names - set(facts)))
    for name in sorted(expression.functions - NAMES):
        yield f"“{name}” is not a function that diagrams have.", _instead(name, NAMES, f"Use one of: {', '.join(sorted(NAMES))}.")
    meaning = _Meaning(facts)
    given = meaning.of(expression.tree)
    if wanted != _ANYTHING and given.kind not in (wanted, _ANYTHING):
        meaning.found.append((f"“{text}” gives {given.kind}, where {wanted} is needed.", f"Write something that gives {wanted}."))
    yield from dict.fromkeys(meaning.found)


def _unknown(name: str, facts: Iterable[str]) -> Problem:
    return f"“{name}” is not a fact that any form, table or the product sets.", _instead(name, facts, "Choose a fact that is there.")


def _instead(name: str, known: Iterable[str], otherwise: str) -> str:
    spelt = {each.lower(): each for each in known}
    near = get_close_matches(name.lower(), spelt, 1, 0.6)
    return f"Did you mean “{spelt[near[0]]}”?" if near else otherwise


@dataclass(frozen=True)
class _Type:
    """What a part of an expression gives. `values`: all it can be, where that is known; `words`: how it is written."""

    kind: str
    values: tuple[object, ...] = ()
    words: str = ""


@dataclass
class _Meaning:
    facts: Mapping[str, Fact]
    found: list[Problem] = field(default_factory=list)

    def of(self, node: ast.expr) -> _Type:
        match node:
            case ast.Constant(value=value):
                return _constant(value)
            case ast.Name(id=name):
                return self._name(name)
            case ast.BoolOp(values=parts):
                list(map(self.of, parts))
                return _Type("a yes or no")
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                self.of(operand)
                return _Type("a yes or no")
            case ast.UnaryOp(operand=operand):
                return self._counted(operand)
            case ast.BinOp(left=left, right=right):
                self._counted(left)
                return self._counted(right)
            case ast.Compare(left=left, ops=ops, comparators=rights):
                return self._compared([left, *rights], ops)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                self.of(test)
                one, other = self.of(body), self.of(orelse)
                return _Type(one.kind if one.kind == other.kind else _ANYTHING)
            case ast.Call(args=args, keywords=keywords):
                return self._called(node, args, keywords)
            case ast.List(elts=items) | ast.Tuple(elts=items):
                list(map(self.of, items))
                return _Type(_LIST)
        return _Type(_ANYTHING)

    def _name(self, name: str) -> _Type:
        fact = self.facts.get(name)
        if fact is not None:
            return _Type(_KINDS[fact.kind], fact.choices if fact.kind == "one_of" else (), name)
        return _constant(CONSTANTS[name.lower()]) if name.lower() in CONSTANTS else _Type(_ANYTHING)

    def _counted(self, node: ast.expr) -> _Type:
        given = self.of(node)
        if given.kind not in ("a number", _ANYTHING):
            self.found.append((f"“{ast.unparse(node)}” is {given.kind}, so nothing can be counted with it.", "Count with a number."))
        return _Type("a number")

    def _compared(self, nodes: list[ast.expr], ops: list[ast.cmpop]) -> _Type:
        for left, op, right in zip(nodes, ops, nodes[1:], strict=False):
            words = f"{ast.unparse(left)} {_SIGNS[type(op)]} {ast.unparse(right)}"
            if not isinstance(op, ast.In | ast.NotIn):
                self._pair(self.of(left), op, self.of(right), words)
            elif isinstance(right, ast.List | ast.Tuple):
                for item in right.elts:
                    self._pair(self.of(left), op, self.of(item), words)
            elif self.of(right).kind != _ANYTHING:
                self.found.append((f"“{words}” looks inside something that is not a list.", "Write a list: ['one', 'other']."))
        return _Type("a yes or no")

    def _pair(self, one: _Type, op: ast.cmpop, other: _Type, words: str) -> None:
        if isinstance(op, ast.Lt | ast.LtE | ast.Gt | ast.GtE):
            if (one.kind, other.kind) not in _ORDERED and _ANYTHING not in (one.kind, other.kind):
                self.found.append((f"“{words}” asks which is more, {one.kind} or {other.kind}.", "Compare numbers, dates or moments."))
        elif _NOTHING in (one.kind, other.kind) or _ANYTHING in (one.kind, other.kind):
            return
        elif one.kind != other.kind:
            marks = "Write yes or no without quotation marks." if "a yes or no" in (one.kind, other.kind) else "Compare like with like."
            self.found.append((f"“{words}” compares {one.kind} with {other.kind}, which are never the same.", marks))
        elif one.values and other.values and not set(one.values) & set(other.values):
            self._never(one, other)

    def _never(self, one: _Type, other: _Type) -> None:
        fact, value = (one, other) if one.words else (other, one)
        if not fact.words:
            return
        choices = ", ".join(map(str, fact.values[:20]))
        near = _instead(str(value.values[0]), map(str, fact.values), f"Use one of: {choices}.")
        self.found.append((f"“{fact.words}” is never “{value.words or value.values[0]}”: it is one of {choices}.", near))

    def _called(self, node: ast.Call, args: list[ast.expr], keywords: list[ast.keyword]) -> _Type:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name not in NAMES:
            return _Type(_ANYTHING)
        given = {**dict(zip(_GIVEN, args, strict=False)), **{str(word.arg): word.value for word in keywords}}
        if set(given) != set(_GIVEN) or len(args) > len(_GIVEN):
            self.found.append((f"“{ast.unparse(node)}” needs how many, and since when.", f"For example {name}(3, since=reported_at)."))
        for key, wanted in _GIVEN.items():
            kind = self.of(given[key]).kind if key in given else _ANYTHING
            if kind not in (wanted, _ANYTHING):
                self.found.append((f"“{ast.unparse(given[key])}” is {kind}; “{name}” needs {wanted} there.", f"Give it {wanted}."))
        return _Type("a moment")


_ORDERED = {(kind, kind) for kind in ("a number", "a date", "a moment")}
_SIGNS = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.In: "in", ast.NotIn: "not in",
}  # fmt: skip


def _constant(value: object) -> _Type:
    match value:
        case bool():
            return _Type("a yes or no")
        case None:
            return _Type(_NOTHING)
        case int() | float():
            return _Type("a number")
    return _Type("a choice", (value,))
