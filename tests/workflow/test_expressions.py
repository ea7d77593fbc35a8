"""What a diagram may say, and what it may not."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.workflow.expressions import ExpressionError, parse

FACTS = {
    "severity": "high", "score": 25, "is_asb": True, "unknown_yet": None, "rate": Decimal("1.5"), "day": date(2026, 1, 2),
    "moment": datetime(2026, 1, 2, tzinfo=UTC),
}  # fmt: skip
FUNCTIONS = {"double": lambda n: n * 2}


def value(text: str) -> object:
    return parse(text).evaluate(FACTS, FUNCTIONS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("severity == 'high' and is_asb", True), ("score >= 25", True), ("13 <= score < 25", False), ("not is_asb", False),
        ("severity in ['high', 'medium']", True), ("severity not in ('low',)", True), ("score * 2 + 1", 51), ("rate / 3", Decimal("0.5")),
        ("'a' if is_asb else 'b'", "a"), ("double(score)", 50), ("unknown_yet == 'x'", False),
        ("unknown_yet or is_asb", True), ("is_asb == yes", True), ("score == true", False), ("-score", -25), ("unknown_yet == none", True),
    ],
)  # fmt: skip
def test_conditions_read_as_people_write_them(text: str, expected: object) -> None:
    assert value(text) == expected


ESCAPES = [
    "__import__('os').system('id')", "().__class__.__bases__[0].__subclasses__()", "severity.__class__", "open('/etc/passwd')",
    "[x for x in (1,)]", "(lambda: 1)()", "f'{severity}'", "score ** 99", "'a' * 10**9", "exec('1')", "eval('1')", "globals()",
    "double.__globals__", "severity.format(1)", "{'a': 1}", "{1, 2}", "severity[0]", "(y := 1)", "double(*[1])", "double(**{'n': 1})",
    "1 if", "import os", "score; score", "", "b'x'", "...", "1j", "score @ 2", "score << 99", "~score", "await x", "yield", "_hidden",
    "1e400", "9" * 40, "'" + "x" * 500 + "'", "double(" * 50 + "1" + ")" * 50, "not " * 400 + "is_asb", "+".join(["1"] * 500), "score is None",
    "[[1], [2]] == 3", "is_asb.real", "\\x41", "day.replace(year=1)",
]  # fmt: skip


@pytest.mark.parametrize("text", ESCAPES)
def test_nothing_outside_the_grammar_is_read_or_run(text: str) -> None:
    with pytest.raises(ExpressionError):
        value(text)


@pytest.mark.parametrize(
    "text",
    [
        "missing == 1",
        "nothing()",
        "score < 'high'",
        "is_asb < 3",
        "day < moment",
        "score / 0",
        "double()",
        "double(severity, 2)",
        "severity in score",
    ],
)
def test_a_mistake_is_a_sentence_that_names_the_words_at_fault(text: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        value(text)
    assert any(word in caught.value.sentence for word in text.replace("(", " ").split())


@settings(max_examples=2_000, deadline=None)
@given(st.text(alphabet="abscore_ ().,'\"+-*/<>=!notandrif10[]{}:@\\", max_size=60))
def test_no_text_does_anything_but_give_a_value_or_a_sentence(text: str) -> None:
    try:
        result = value(text)
    except ExpressionError as error:
        assert error.sentence
    else:
        assert isinstance(result, bool | int | Decimal | str | date | None)
