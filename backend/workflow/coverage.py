"""Whether a decision table has one answer for every case: proved over representative values of the facts it reads.

A choice is each of its values or not known yet, a yes/no is either or not known yet, and a number is looked at on and
between the bounds that the cells cut. Combinations that fit the same rows are one; what is left to try is bounded, and
a table too large for that is refused. Knows no diagrams.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise, product
from math import ceil, floor, prod

from backend.workflow.expressions import Expression, ExpressionError, Value
from backend.workflow.findings import Finding, Severity
from backend.workflow.packs import Pack
from backend.workflow.tables import Table
from backend.workflow.values import Fact

#: Cells worked out for one table, and different sets of fitting rows looked at.
MAX_CELLS, MAX_SETS = 100_000, 20_000
#: How many combinations of one kind are named.
NAMED = 3
Example = Mapping[str, Value]
#: For each set of rows that fit together (a bit for each row), one case that they fit.
Sets = dict[int, Example]


class _Unproved(Exception):
    """Why nothing can be said of a table, and what to do about it."""


def check_tables(pack: Pack) -> Iterator[Finding]:
    """Every table has a row for every case, one row where only one may fit, and no row for nothing."""
    for table in pack.tables.values():
        try:
            yield from _Proof(pack, table).findings()
        except _Unproved as unproved:
            open_ended = table.first and any(not any(rule.tests) for rule in table.rules)
            if not open_ended:
                yield Finding(f"{table.key}.dmn", table.key, str(unproved), _OR_CATCH_ALL, table.name)


_OR_CATCH_ALL = "Make it simpler; or take the first row that fits (FIRST), with a last row that fits everything."


@dataclass
class _Proof:
    pack: Pack
    table: Table

    def findings(self) -> Iterator[Finding]:
        sets = self._sets()
        open_cases = [example for rows, example in sets.items() if not rows]
        for example in open_cases[:NAMED]:
            yield self._finding(
                self.table.key, f"No row fits when {self._in_words(example)}.", "Add a row, or one that fits everything else."
            )
        if not self.table.first:
            yield from self._doubles(sets)
        used = {_first(rows) for rows in sets if rows} if self.table.first else {n for rows in sets for n in _numbers(rows)}
        for number, rule in enumerate(self.table.rules):
            if number not in used:
                above = "the rows above it take every case that it fits" if self.table.first else "it fits no case"
                sentence = f"Row {number + 1} is never used: {above}."
                yield self._finding(rule.id, sentence, "Move it up, change it or delete it.", number, "warning")

    def _doubles(self, sets: Sets) -> Iterator[Finding]:
        doubles = {tuple(_numbers(rows))[:2]: example for rows, example in sets.items() if rows & (rows - 1)}
        for (one, other), example in sorted(doubles.items(), key=lambda item: item[0])[:NAMED]:
            sentence = f"Rows {one + 1} and {other + 1} both fit when {self._in_words(example)}."
            yield self._finding(self.table.rules[other].id, sentence, "Change one, or take the first row that fits (FIRST).", other)

    def _finding(self, element: str, sentence: str, mend: str, row: int | None = None, severity: Severity = "error") -> Finding:
        name = self.table.name if row is None else f"{self.table.name}, row {row + 1}"
        return Finding(f"{self.table.key}.dmn", element, sentence, mend, name, severity)

    def _sets(self) -> Sets:
        """Every set of rows that fit one case together, with such a case."""
        sets: Sets = {(1 << len(self.table.rules)) - 1: {}}
        for columns in _groups(self.table):
            own = self._own_sets(columns)
            if len(sets) * len(own) > MAX_CELLS:
                raise _Unproved("It has too many combinations to be proved.")
            sets = {a & b: {**one, **other} for (a, one), (b, other) in product(reversed(sets.items()), reversed(own.items()))}
            if len(sets) > MAX_SETS:
                raise _Unproved("It has too many combinations to be proved.")
        return sets

    def _own_sets(self, columns: list[int]) -> Sets:
        """The sets for columns that read the same facts."""
        tests = [[rule.tests[column] for column in columns] for rule in self.table.rules]
        names = sorted({name for column in columns for name in self.table.inputs[column].names} | _names(tests))
        values = [self._values(name, [test for row in tests for test in row if test]) for name in names]
        if prod(map(len, values)) * max(1, len(tests)) * len(columns) > MAX_CELLS:
            raise _Unproved("It has too many combinations to be proved.")
        sets: Sets = {}
        for combination in product(*values):
            example = dict(zip(names, combination, strict=True))
            rows = sum(1 << number for number, row in enumerate(tests) if all(_fits(test, example) for test in row))
            sets.setdefault(rows, example)
        return sets

    def _values(self, name: str, tests: list[Expression]) -> Sequence[Value]:
        fact, unknown = self.pack.facts.get(name), () if name in self.pack.settings else (None,)
        if fact is None:
            return [None]
        match fact.kind:
            case "yes_no":
                return [True, False, *unknown]
            case "one_of":
                return [*fact.choices, *unknown]
            case "whole" | "decimal" | "row" if all(_compared_only(test.tree, name) for test in tests):
                return _cuts(fact, tests, self._least(fact))
        if not any(name in test.names for test in tests):
            return [None]
        raise _Unproved(f"What it says of “{name}” cannot be proved: only choices, yes or no, and numbers compared with numbers can.")

    def _least(self, fact: Fact) -> int | None:
        """What people can answer is counted from nothing; a score from its lowest answers."""
        for form in self.pack.forms.values():
            if form.score == fact.name:
                return sum(min((option.score for option in question.options), default=0) for question in form.questions)
        return 0 if fact.kind == "whole" and fact.source.startswith("forms/") else None

    def _in_words(self, example: Example) -> str:
        return " and ".join(f"{name} is {self._said(name, value)}" for name, value in example.items()) or "anything is so"

    def _said(self, name: str, value: Value) -> str:
        match value:
            case None:
                return "not known"
            case bool():
                return "yes" if value else "no"
            case str():
                questions = (question for form in self.pack.forms.values() for question in form.questions if question.fact == name)
                label = next((q.labelled(value) for q in questions if q.labelled(value) != value), "")
                return f"“{value}” ({label})" if label else f"“{value}”"
        return str(value)


def _numbers(rows: int) -> Iterator[int]:
    return (number for number in range(rows.bit_length()) if rows >> number & 1)


def _first(rows: int) -> int:
    return next(_numbers(rows))


def _names(tests: list[list[Expression | None]]) -> set[str]:
    return {name for row in tests for test in row if test for name in test.names}


def _groups(table: Table) -> list[list[int]]:
    """The columns, those together that read a fact in common."""
    groups: list[tuple[set[str], list[int]]] = []
    for column, given in enumerate(table.inputs):
        names = set(given.names) | _names([[rule.tests[column]] for rule in table.rules])
        columns = [column]
        for other in [group for group in groups if group[0] & names]:
            groups.remove(other)
            names, columns = names | other[0], [*other[1], *columns]
        groups.append((names, columns))
    return [columns for _, columns in groups]


def _fits(test: Expression | None, example: Example) -> bool:
    try:
        return test is None or bool(test.evaluate(example, {}))
    except ExpressionError:
        return False


def _compared_only(tree: ast.expr, name: str) -> bool:
    """Whether the fact stands only beside numbers, so that its bounds cut the line into pieces that are all alike."""
    for node in ast.walk(tree):
        inside = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.Name) and child.id == name]
        if inside and not (isinstance(node, ast.Compare) and all(_is_fixed(part, name) for part in (node.left, *node.comparators))):
            return False
    return not isinstance(tree, ast.Name)


def _is_fixed(node: ast.expr, name: str) -> bool:
    match node:
        case ast.Constant():
            return True
        case ast.Name(id=found):
            return found == name
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return _is_fixed(operand, "")
        case ast.List(elts=items) | ast.Tuple(elts=items):
            return all(_is_fixed(item, "") for item in items)
    return False


def _cuts(fact: Fact, tests: list[Expression], least: int | None) -> Sequence[Value]:
    """A value on each bound that the tests name, between each two, and beyond the last on both sides."""
    found = {bound for test in tests for node in ast.walk(test.tree) for bound in _number(node)}
    bounds = sorted(found | {-bound for bound in found}) or [Decimal(0)]
    if fact.kind == "decimal":
        between = [(low + high) / 2 for low, high in pairwise(bounds)]
        return sorted({bounds[0] - 1, *bounds, *between, bounds[-1] + 1})
    near = {whole for bound in bounds for whole in (floor(bound) - 1, floor(bound), ceil(bound), ceil(bound) + 1)}
    return sorted(value for value in near | {least or 0} if least is None or value >= least)


def _number(node: ast.AST) -> Iterator[Decimal]:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        yield Decimal(str(node.value))
