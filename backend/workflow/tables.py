"""Decision tables: DMN files read into rows of our own expressions.

SpiffWorkflow's reading takes the first of two matches silently and leaves the output missing when nothing matches;
here both are errors. Cells are unary tests: `-`, `"a","b"`, `>= 13`, `[1..5]`, `true`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from backend.workflow.bpmn import MAX_ELEMENTS, parse_xml
from backend.workflow.expressions import Expression, ExpressionError, Function, Value, parse
from backend.workflow.findings import refuse
from backend.workflow.once import once
from backend.workflow.values import Fact, Kind, WrongFact

DMN = "https://www.omg.org/spec/DMN/20191111/MODEL/"
_TAGS = {
    "definitions",
    "decision",
    "decisionTable",
    "input",
    "inputExpression",
    "text",
    "output",
    "rule",
    "inputEntry",
    "outputEntry",
    "description",
}
_KINDS: Mapping[str, Kind] = {"string": "one_of", "boolean": "yes_no", "integer": "whole", "number": "decimal"}
_RANGE = re.compile(r"([\[(])\s*(-?[\d.]+)\s*\.\.\s*(-?[\d.]+)\s*([\])])\Z")


@dataclass(frozen=True)
class Rule:
    id: str
    tests: tuple[Expression | None, ...]
    outputs: tuple[Expression, ...]
    cells: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True)
class Table:
    """One decision table. `columns` are the ids of its inputs; `outputs` name the facts it sets."""

    key: str
    name: str
    first: bool
    inputs: tuple[Expression, ...]
    outputs: tuple[Fact, ...]
    rules: tuple[Rule, ...]
    columns: tuple[str, ...] = ()

    def decide(self, names: Mapping[str, Value], functions: Mapping[str, Function]) -> dict[str, Value]:
        """The outputs for these facts. Raises `ExpressionError` when no row, or more than one, fits."""
        fitting = [rule for rule in self.rules if all(test is None or test.evaluate(names, functions) for test in rule.tests)]
        if not fitting:
            raise ExpressionError(f"No row of the table “{self.name}” fits this case.")
        if len(fitting) > 1 and not self.first:
            raise ExpressionError(f"More than one row of the table “{self.name}” fits this case.")
        values = (cell.evaluate({}, functions) for cell in fitting[0].outputs)
        return {fact.name: value for fact, value in zip(self.outputs, values, strict=True)}


@once
def read_table(key: str, source: str) -> Table:
    """The table in a pack's `<key>.dmn`. Raises `PackRefused`."""
    file = f"{key}.dmn"
    root = parse_xml(file, source)
    for count, node in enumerate(root.iter()):
        if count > MAX_ELEMENTS:
            raise refuse(file, "", "The table is too large.", "Split it.")
        if isinstance(node.tag, str) and etree.QName(node).localname not in _TAGS:
            what = etree.QName(node).localname
            raise refuse(file, node.get("id", ""), f"“{what}” is not part of a decision table.", "Save it again from the editor.")
    decision = root.find(f"{{{DMN}}}decision")
    table = decision.find(f"{{{DMN}}}decisionTable") if decision is not None else None
    if decision is None or table is None:
        raise refuse(file, "", "The file holds no decision table.", "Save it again from the editor.")
    policy = table.get("hitPolicy", "UNIQUE")
    if policy not in ("UNIQUE", "FIRST"):
        raise refuse(file, table.get("id", ""), f"The hit policy {policy} is not offered.", "Use UNIQUE or FIRST.")
    return _Reader(file, key).table(decision.get("name", key), policy == "FIRST", table)


class _Reader:
    def __init__(self, file: str, key: str) -> None:
        self.file, self.key = file, key

    def table(self, name: str, first: bool, node: etree._Element) -> Table:
        inputs = tuple(self._parse(_text(item, f"inputExpression/{{{DMN}}}text"), item) for item in _all(node, "input"))
        rows = [
            (row, tuple(_text(c, "text") for c in _all(row, "inputEntry")), [_text(c, "text") for c in _all(row, "outputEntry")])
            for row in _all(node, "rule")
        ]
        outputs = _all(node, "output")
        for row, cells, results in rows:
            if len(cells) != len(inputs) or len(results) != len(outputs):
                raise refuse(self.file, row.get("id", ""), "A row has too few or too many cells.", "Fill every column.")
        facts = tuple(self._fact(item, [(row, results[i]) for row, _, results in rows]) for i, item in enumerate(outputs))
        rules = tuple(self._rule(row, inputs, cells, results) for row, cells, results in rows)
        return Table(self.key, name, first, inputs, facts, rules, tuple(item.get("id", "") for item in _all(node, "input")))

    def _rule(self, row: etree._Element, inputs: tuple[Expression, ...], cells: tuple[str, ...], results: list[str]) -> Rule:
        tests = tuple(self._test(given, cell, row) for given, cell in zip(inputs, cells, strict=True))
        return Rule(
            row.get("id", ""), tests, tuple(self._parse(result, row) for result in results), (*cells, *results), _text(row, "description")
        )

    def _test(self, given: Expression, cell: str, row: etree._Element) -> Expression | None:
        cell = cell.strip()
        if cell in ("", "-"):
            return None
        if found := _RANGE.match(cell):
            opens, low, high, closes = found.groups()
            lower, upper = (">=" if opens == "[" else ">"), ("<=" if closes == "]" else "<")
            return self._parse(f"({given.text}) {lower} {low} and ({given.text}) {upper} {high}", row)
        if cell[0] in "<>":
            return self._whole_cell(f"({given.text}) {cell}", ast.Compare, row)
        self._whole_cell(f"none in [{cell}]", ast.Compare, row)
        return self._parse(f"({given.text}) in [{cell}]", row)

    def _whole_cell(self, text: str, kind: type[ast.expr], row: etree._Element) -> Expression:
        """One test, not one test and then something else."""
        found = self._parse(text, row)
        if not isinstance(found.tree, kind):
            raise refuse(self.file, row.get("id", ""), f"“{text[:80]}” is more than one test.", "Write one test in each cell.")
        return found

    def _fact(self, node: etree._Element, results: list[tuple[etree._Element, str]]) -> Fact:
        kind = _KINDS.get(node.get("typeRef", "string"))
        if kind is None:
            mend = f"Use one of: {', '.join(_KINDS)}."
            raise refuse(self.file, node.get("id", ""), f"“{node.get('typeRef')}” is not a type of output.", mend)
        values = [(row, self._fixed(text, row)) for row, text in results]
        choices = tuple(dict.fromkeys(value for _, value in values if isinstance(value, str))) if kind == "one_of" else ()
        fact = Fact(node.get("name", ""), kind, choices, self.file)
        for row, value in values:
            try:
                fact.accept(value)
            except WrongFact as error:
                raise refuse(self.file, row.get("id", ""), error.sentence, "Write a value of the column’s type.") from None
        return fact

    def _fixed(self, text: str, node: etree._Element) -> Value:
        try:
            return self._parse(text, node).evaluate({}, {})
        except ExpressionError:
            mend = "Put words in quotation marks."
            raise refuse(self.file, node.get("id", ""), f"“{text}” is not a fixed value.", mend, node.get("name", "")) from None

    def _parse(self, text: str, node: etree._Element) -> Expression:
        try:
            return parse(text)
        except ExpressionError as error:
            raise refuse(self.file, node.get("id", ""), error.sentence, "Correct the cell.") from None


def _all(node: etree._Element, child: str) -> list[etree._Element]:
    return list(node.findall(f"{{{DMN}}}{child}"))


def _text(node: etree._Element, path: str) -> str:
    found = node.find(f"{{{DMN}}}{path}")
    return (found.text or "").strip() if found is not None else ""
