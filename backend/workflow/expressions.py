"""What a diagram may say: one small closed expression language, walked by our own evaluator.

Conditions, timers, table cells, due times and operation parameters are all written in it. The text is read with
Python's grammar for its precedence rules only; the tree is checked against a closed list and never compiled, and
nothing here reaches an attribute, an import or a builtin. Knows no BPMN and no Django.
"""

from __future__ import annotations

import ast
import operator
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from backend.errors import DomainError

Value = None | bool | int | Decimal | str | date | datetime
Function = Callable[..., Value]

MAX_TEXT, MAX_NODES, MAX_DEPTH, MAX_STRING, MAX_LIST, MAX_NUMBER = 2_000, 300, 24, 200, 100, 10**15
#: Counting working days far ahead is the one thing here that takes long.
MAX_CALLS = 10
_SCALARS = (bool, int, Decimal, str, date, type(None))
#: Plain words for the constants, so that a caseworker need not learn Python's spelling.
CONSTANTS: Mapping[str, Value] = {"true": True, "false": False, "yes": True, "no": False, "none": None, "unknown": None}

_ARITHMETIC: Mapping[type[ast.operator], Callable[[Decimal, Decimal], Decimal]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
}  # fmt: skip
_ORDERING: Mapping[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
}  # fmt: skip
_EQUALITY = (ast.Eq, ast.NotEq, ast.In, ast.NotIn)

# Python warns of “1if” and would look for the file “<unknown>” to show the line.
warnings.filterwarnings("ignore", category=SyntaxWarning, module="<unknown>")


class ExpressionError(DomainError):
    """This cannot be worked out."""


@dataclass(frozen=True)
class Expression:
    """One checked expression: `names` are the facts it reads, `functions` the functions it calls."""

    text: str
    tree: ast.expr
    names: frozenset[str]
    functions: frozenset[str]

    def evaluate(self, names: Mapping[str, Value], functions: Mapping[str, Function]) -> Value:
        """The value, a scalar. Raises `ExpressionError`, and nothing else."""
        value = _Walk(self.text, names, functions).visit(self.tree)
        if not isinstance(value, _SCALARS):
            raise ExpressionError(f"“{_short(self.text)}” gives a list where one value is needed.")
        return value


@lru_cache(maxsize=1_024)
def parse(text: str) -> Expression:
    """Read and check `text`. Raises `ExpressionError` naming the words at fault."""
    if len(text) > MAX_TEXT:
        raise ExpressionError(f"This is {len(text):,} characters long; {MAX_TEXT:,} are allowed.")
    try:
        tree = ast.parse(_typed(text).strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ExpressionError(f"“{_short(text)}” cannot be read. Check brackets, quotation marks and spelling.") from None
    nodes = list(_checked(tree, text, 0))
    if isinstance(tree, ast.List | ast.Tuple):
        raise ExpressionError(f"“{_short(text)}” is a list where one value is needed.")
    if len(nodes) > MAX_NODES or sum(isinstance(node, ast.Call) for node in nodes) > MAX_CALLS:
        raise ExpressionError(f"“{_short(text)}” has too many parts. Split it, or use a decision table.")
    called = frozenset(node.func.id for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name))
    named = frozenset(node.id for node in nodes if isinstance(node, ast.Name) and node.id.lower() not in CONSTANTS)
    return Expression(text, tree, named, called)


def _typed(text: str) -> str:
    """`text`, if it holds only what people type: a character written as a backslash and a number could be one that the
    database or a page cannot take. Raises `ValueError`."""
    if "\\" in text or not all(character.isprintable() or character in "\n\r\t" for character in text):
        raise ValueError
    return text


def _short(text: str) -> str:
    """`text` as a sentence can quote it."""
    shown = "".join(character if character.isprintable() else " " for character in text[:81])
    return shown if len(shown) <= 80 else shown[:77] + "…"


def _checked(node: ast.expr, text: str, depth: int) -> Iterator[ast.expr]:
    if depth > MAX_DEPTH:
        raise ExpressionError(f"“{_short(text)}” is nested too deeply. Split it, or use a decision table.")
    if not _allowed(node):
        words = _short(ast.get_source_segment(text.strip(), node) or text)
        raise ExpressionError(f"“{words}” is not something a diagram may say.")
    yield node
    for child in _children(node):
        yield from _checked(child, text, depth + 1)


def _allowed(node: ast.expr) -> bool:
    match node:
        case ast.Constant(value=value):
            return _allowed_constant(value)
        case ast.Name(id=name):
            return _plain_name(name)
        case ast.BinOp(op=op):
            return type(op) in _ARITHMETIC
        case ast.UnaryOp(op=op):
            return isinstance(op, ast.Not | ast.USub)
        case ast.Compare(ops=ops):
            return all(type(op) in _ORDERING or isinstance(op, _EQUALITY) for op in ops)
        case ast.Call(func=ast.Name(id=name), args=args, keywords=keywords):
            return _plain_name(name) and all(word.arg for word in keywords) and not any(isinstance(arg, ast.Starred) for arg in args)
        case ast.List(elts=items) | ast.Tuple(elts=items):
            return len(items) <= MAX_LIST
        case ast.BoolOp() | ast.IfExp():
            return True
    return False


def _plain_name(name: str) -> bool:
    return name.isascii() and not name.startswith("_")


def _allowed_constant(value: object) -> bool:
    match value:
        case bool() | None:
            return True
        case int() | float():
            return value == value and abs(value) <= MAX_NUMBER
        case str():
            return len(value) <= MAX_STRING
    return False


def _children(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.Call):
        return [*node.args, *(word.value for word in node.keywords)]
    return [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]


class _Walk:
    """One evaluation. Every branch is visited at most once, so the work is bounded by the text."""

    def __init__(self, text: str, names: Mapping[str, Value], functions: Mapping[str, Function]) -> None:
        self.text, self.names, self.functions = text, names, functions

    def visit(self, node: ast.expr) -> Value | tuple[Value, ...]:
        match node:
            case ast.Constant(value=float() as number):
                return Decimal(str(number))
            case ast.Constant(value=value):
                return value  # type: ignore[return-value]  # _allowed_constant let only our scalars through
            case ast.Name(id=name):
                return self._name(name)
            case ast.BoolOp(op=op, values=values):
                return self._boolean(op, values)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return not self.visit(operand)
            case ast.UnaryOp(operand=operand):
                return self._bounded(-self._number(operand))
            case ast.BinOp(left=left, op=op, right=right):
                return self._arithmetic(op, self._number(left), self._number(right))
            case ast.Compare(left=left, ops=ops, comparators=rights):
                return self._compare(left, ops, rights)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self.visit(body if self.visit(test) else orelse)
            case ast.List(elts=items) | ast.Tuple(elts=items):
                return tuple(self._scalar(item) for item in items)
            case ast.Call(func=ast.Name(id=name), args=args, keywords=keywords):
                return self._call(name, args, keywords)
        raise ExpressionError(f"“{_short(self.text)}” is not something a diagram may say.")

    def _name(self, name: str) -> Value:
        if name in self.names:
            value = self.names[name]
            if isinstance(value, Decimal) and not value.is_finite():
                raise ExpressionError(f"“{_short(name)}” in “{_short(self.text)}” is not a number that can be counted with.")
            return value
        if name.lower() in CONSTANTS:
            return CONSTANTS[name.lower()]
        raise ExpressionError(f"“{_short(name)}” in “{_short(self.text)}” is not a fact of this case.")

    def _boolean(self, op: ast.boolop, values: list[ast.expr]) -> bool:
        answers = (bool(self.visit(value)) for value in values)
        return all(answers) if isinstance(op, ast.And) else any(answers)

    def _scalar(self, node: ast.expr) -> Value:
        value = self.visit(node)
        if isinstance(value, tuple):
            raise ExpressionError(f"“{_short(self.text)}” has a list inside a list.")
        return value

    def _number(self, node: ast.expr) -> Decimal:
        value = self.visit(node)
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise ExpressionError(f"“{_short(self.text)}” counts with something that is not a number.")
        return Decimal(value)

    def _bounded(self, value: Decimal) -> int | Decimal:
        if abs(value) > MAX_NUMBER:
            raise ExpressionError(f"“{_short(self.text)}” gives a number that is too large.")
        return int(value) if value == value.to_integral_value() else value

    def _arithmetic(self, op: ast.operator, left: Decimal, right: Decimal) -> int | Decimal:
        try:
            return self._bounded(_ARITHMETIC[type(op)](left, right))
        except ArithmeticError:
            raise ExpressionError(f"“{_short(self.text)}” divides by nothing.") from None

    def _compare(self, left: ast.expr, ops: list[ast.cmpop], rights: list[ast.expr]) -> bool:
        first = self.visit(left)
        for op, node in zip(ops, rights, strict=True):
            second = self.visit(node)
            if not self._holds(first, op, second):
                return False
            first = second
        return True

    def _holds(self, first: object, op: ast.cmpop, second: object) -> bool:
        match op:
            case ast.Eq():
                return _same(first, second)
            case ast.NotEq():
                return not _same(first, second)
            case ast.In() | ast.NotIn():
                if not isinstance(second, tuple):
                    raise ExpressionError(f"“{_short(self.text)}” looks inside something that is not a list.")
                return any(_same(first, item) for item in second) == isinstance(op, ast.In)
        if not _orderable(first, second):
            raise ExpressionError(f"“{_short(self.text)}” compares things that have no order, or one that is not known yet.")
        try:
            return _ORDERING[type(op)](first, second)
        except (TypeError, ArithmeticError):
            raise ExpressionError(f"“{_short(self.text)}” compares things that cannot be compared.") from None

    def _call(self, name: str, args: list[ast.expr], keywords: list[ast.keyword]) -> Value:
        function = self.functions.get(name)
        if function is None:
            raise ExpressionError(f"“{_short(name)}” in “{_short(self.text)}” is not a function that diagrams have.")
        values = [self._scalar(arg) for arg in args]
        named = {str(word.arg): self._scalar(word.value) for word in keywords}
        try:
            return function(*values, **named)
        except (TypeError, ValueError, AttributeError, LookupError, ArithmeticError):
            raise ExpressionError(f"“{_short(self.text)}” gives “{_short(name)}” something it cannot use, or not known yet.") from None


def _same(first: object, second: object) -> bool:
    # True == 1 in Python; a yes is never a number here.
    if isinstance(first, tuple) and isinstance(second, tuple):
        return len(first) == len(second) and all(map(_same, first, second))
    return isinstance(first, bool) == isinstance(second, bool) and first == second


def _orderable(first: object, second: object) -> bool:
    def kind(value: object) -> str | None:
        match value:
            case bool():
                return None
            case int() | Decimal():
                return "number"
            case datetime():
                return "moment"
            case date():
                return "date"
        return None

    return kind(first) is not None and kind(first) == kind(second)
