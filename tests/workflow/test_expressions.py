"""What a diagram may say, and what it may not."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.rules.working_time import Calendar
from backend.workflow.expressions import ExpressionError, parse
from backend.workflow.functions import functions_for
from tests.workflow.escapes import FAMILIES
from tests.workflow.wild import Texts, prove

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


ATTACKS = [attack for attacks in FAMILIES.values() for attack in attacks]


@pytest.mark.parametrize(("text", "words"), ATTACKS, ids=[ascii(text)[:40] for text, _ in ATTACKS])
def test_an_escape_is_refused_with_its_own_words(text: str, words: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        value(text)
    sentence = caught.value.sentence
    assert words in sentence and len(sentence) < 300 and sentence.isprintable()


def test_there_are_enough_different_escapes() -> None:
    assert len({text for text, _ in ATTACKS}) == len(ATTACKS) >= 150


def test_a_list_of_yes_is_not_a_list_of_ones() -> None:
    assert value("[true] == [1]") is False and value("[true, 1] == [yes, 1]") is True and value("[1] == [1, 1]") is False


@pytest.mark.parametrize(
    "text", ["days(true, since=moment)", "working_days(1.5, since=moment)", "working_days(1001, since=moment)", "weeks('1', since=moment)"]
)
def test_time_is_counted_in_whole_numbers_and_not_for_ever(text: str) -> None:
    functions = functions_for(Calendar())
    with pytest.raises(ExpressionError, match="cannot use"):
        parse(text).evaluate(FACTS, functions)
    assert parse("working_days(1000, since=moment)").evaluate(FACTS, functions)


def test_a_hundred_thousand_random_texts_give_a_scalar_or_a_sentence_each_in_fifty_milliseconds() -> None:
    proof = prove(seed=1, number=100_000)
    assert proof.worst_ms < 50, proof
    assert proof.values > 20_000 and proof.refused > 20_000 and proof.calls > 10_000, proof


def test_the_same_seed_gives_the_same_texts() -> None:
    first, second, third = Texts(1), Texts(1), Texts(2)
    assert [first.next() for _ in range(50)] == [second.next() for _ in range(50)] != [third.next() for _ in range(50)]


def test_reading_and_working_out_imports_opens_runs_and_sends_nothing() -> None:
    """In a process of its own, where every audit event is noted."""
    child = subprocess.run(
        [sys.executable, "-m", "tests.workflow.wild", "2", "10000"], capture_output=True, text=True, timeout=60, check=True
    )
    assert child.stdout == "" and child.stderr == ""
