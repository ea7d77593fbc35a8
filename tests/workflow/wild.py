"""Random expressions, right and hostile, and the proof that none does anything but give a value or a sentence.

Shared by the tests and `benchmarks/expressions.py`. The same seed gives the same texts on every machine.
"""

from __future__ import annotations

import gc
import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from backend.rules.working_time import Calendar
from backend.workflow.expressions import ExpressionError, Function, Value, parse
from backend.workflow.functions import functions_for

FACTS: dict[str, Value] = {
    "severity": "high", "score": 25, "is_asb": True, "is_hate": False, "unknown_yet": None, "rate": Decimal("1.5"), "least": Decimal("1E-300"),
    "most": 10**15 - 1, "less": -(10**15) + 1, "nan": Decimal("NaN"), "signalling": Decimal("sNaN"), "endless": Decimal("-Infinity"),
    "day": date(2026, 1, 2), "first_day": date.min, "last_day": date.max, "moment": datetime(2026, 1, 2, tzinfo=UTC),
    "dawn": datetime.min.replace(tzinfo=UTC), "dusk": datetime.max.replace(tzinfo=UTC), "zoneless": datetime(2026, 1, 2),  # noqa: DTZ001
    "empty": "", "words": "größe \N{RIGHT-TO-LEFT OVERRIDE}\N{PILE OF POO} {score} %s {0.__class__}", "days": 3, "typename": "datetime",
    "party": 7, "fault": "x", "eval": 1,
}  # fmt: skip
_NAMES = (*FACTS, "missing", "nobody", "größe", "ｓｃｏｒｅ", "TRUE", "No", "Unknown", "score2", "os", "self", "print", "type")
_CALLED = ("working_days", "working_hours", "days", "weeks", "months", "double", "severity", "missing", "eval", "getattr", "str", "Days")
_NUMBERS = (
    "0", "1", "-1", "2", "25", "3660", "1.5", "0.1", "1e3", "1e-320", "1e308", "1e999", "999999999999999", "1000000000000000",
    "1000000000000001", "9" * 40, "0x10", "0b1", "1_000", "00", "1.", ".5", "1e15",
)  # fmt: skip
_TEXTS = ("'high'", '"a"', "''", "'%s'", "'{0}'", "'größe'", "'__class__'", "u'x'", "r'x'", "'a' 'b'", "'" + "x" * 200 + "'", "'''x'''")
_WORDS = ("True", "False", "None", "yes", "no", "none", "unknown")
_OPERATORS = (" + ", "-", " * ", "/", " + ", "*", " < ", " <= ", ">", ">=", " == ", " != ", " in ", " not in ", " and ", " or ")
HOSTILE = (
    "__import__('os').system('id')", "().__class__.__bases__[0].__subclasses__()", ".__class__", ".__globals__", ".__init__", ".real",
    ".format(1)", " % 1", "**", " ** 99", " // 2", " @ ", " << 9", " >> 1", " | ", " & ", " ^ ", "~", "lambda: 1", "lambda x: x", "(y := 1)",
    "[x for x in (1,)]", "(x for x in y)", "{x: 1 for x in y}", "{1, 2}", "{'a': 1}", "f'{score}'", "f'{score!r:>9}'", "await ", "yield ",
    "yield from x", "*", "**x", "*[1]", "b'x'", "1j", "...", "\0", "\ud800", "\udfff", "\ufeff", "\u202e", "\u2028", "\x0c", "\x1b", "\\", "\\x41",
    "'\\ud800'", "'\\0'", "'\\N{DIGIT ONE}'", "(", ")", "[", "]", "{", "}", "'", '"', "'''", ";", ":", "#", "\n", "\r", "\t", "import os",
    "exec('1')", "open('/etc/passwd')", "globals()", "vars()", "__builtins__", "__name__", "_hidden", "os.system", "print('x')", "[0]",
    "[1:2]", "[::-1]", "9" * 5_000, "((" * 40, "))" * 40, "not " * 40, "-" * 40, "'a' * 1000000000", "is", " is not ", "!", "$", "?", "`", "=",
    "==", ":=", "->", ",", ", ", ",,", "if", "else", "for", "del ", "assert ", "return ", "raise x", "with x: y", "async ", "match x: ", "None",
    "é", "ﬃ", "Ⅷ", "٣", "１", "\u200b", "\u0301" * 20, "print 1", "<script>", "&amp;", "{{ score }}", "{% x %}", "${score}", "0777", "1if 1else 2",
    "0_0", "1__0", "1e", "0x", "days(1, since=moment", "days(*", "days(since=", "days(1, 2, 3, since=moment, since=moment)", "true.real",
)  # fmt: skip


class Texts:
    """An endless row of texts: a third make sense, a third follow the grammar only, a third are hostile or broken."""

    def __init__(self, seed: int) -> None:
        self._roll = random.Random(seed).random

    def next(self) -> str:
        chance = self._roll()
        if chance < 0.35:
            return self._truth(4)
        text = self._node(3 if chance < 0.9 else 7)
        if chance < 0.65:
            return text
        return self._broken(text if chance < 0.8 else self._truth(3)) if chance < 0.97 else self._huge(text)

    def _pick(self, among: Any) -> Any:
        return among[int(self._roll() * len(among))]

    def _truth(self, depth: int) -> str:
        chance, below = self._roll(), depth - 1
        if depth == 0 or chance < 0.15:
            return str(self._pick(("is_asb", "is_hate", "unknown_yet", "yes", "False", "severity == 'high'", "score", "empty")))
        if chance < 0.45:
            return f"({self._truth(below)}) {self._pick(('and', 'or', '==', '!='))} not {self._truth(below)}"
        if chance < 0.65:
            return f"{self._number(below)} {self._pick(('<', '<=', '>', '>=', '==', '!='))} {self._number(below)}"
        if chance < 0.8:
            return f"{self._moment(below)} {self._pick(('<', '<=', '>', '>=', '==', '!='))} {self._moment(below)}"
        if chance < 0.9:
            return (
                f"{self._pick(('severity', 'score', 'words', 'rate'))} {self._pick(('in', 'not in'))} ['high', 25, {self._number(below)}]"
            )
        return f"{self._truth(below)} if {self._truth(below)} else {self._truth(below)}"

    def _number(self, depth: int) -> str:
        if depth <= 0 or self._roll() < 0.4:
            return str(self._pick(("score", "rate", "least", "most", "less", "1", "0", "2.5", "1e-9", "3_000", "1e14", "100")))
        return f"({self._number(depth - 1)} {self._pick('+-*/')} {self._pick(('', '-'))}{self._number(depth - 1)})"

    def _moment(self, depth: int) -> str:
        if depth <= 0 or self._roll() < 0.3:
            return str(self._pick(("moment", "moment", "moment", "dawn", "dusk")))
        count = self._pick(("0", "1", "28", "100", "500", "1000"))
        return f"{self._pick(('working_days', 'working_hours', 'days', 'weeks', 'months'))}({count}, since={self._moment(depth - 1)})"

    def _node(self, depth: int) -> str:
        chance = self._roll()
        if depth == 0 or chance < 0.25:
            return self._leaf()
        below = depth - 1
        if chance < 0.62:
            return f"{self._node(below)}{self._pick(_OPERATORS)}{self._node(below)}"
        if chance < 0.70:
            return f"({self._node(below)})"
        if chance < 0.76:
            return f"{self._pick(('not ', '-', '--'))}{self._node(below)}"
        if chance < 0.82:
            return f"{self._node(below)} if {self._node(below)} else {self._node(below)}"
        if chance < 0.90:
            return self._list(below)
        return self._call(below)

    def _leaf(self) -> str:
        chance = self._roll()
        if chance < 0.45:
            return str(self._pick(_NAMES))
        if chance < 0.7:
            return str(self._pick(_NUMBERS))
        return str(self._pick(_TEXTS if chance < 0.88 else _WORDS))

    def _list(self, depth: int) -> str:
        items = [self._node(depth - 1 if depth else 0) for _ in range(int(self._roll() * 4))]
        if self._roll() < 0.02:
            items *= 60
        return f"[{', '.join(items)}]" if self._roll() < 0.6 else f"({', '.join(items)},)"

    def _call(self, depth: int) -> str:
        name, chance = self._pick(_CALLED), self._roll()
        if chance < 0.5:
            return f"{name}({self._leaf()}, since={self._pick(('moment', 'dawn', 'dusk', 'zoneless', 'day', 'score'))})"
        if chance < 0.8:
            return f"{name}({self._node(depth)}, since={self._node(depth)})"
        return f"{name}({', '.join(self._node(0) for _ in range(int(self._roll() * 4)))})"

    def _broken(self, text: str) -> str:
        for _ in range(1 + int(self._roll() * 3)):
            at, chance = int(self._roll() * (len(text) + 1)), self._roll()
            until = min(len(text), at + int(self._roll() * 8))
            if chance < 0.6:
                text = text[:at] + self._pick(HOSTILE) + text[at:]
            elif chance < 0.75:
                text = text[:at] + text[until:]
            elif chance < 0.9:
                text = text[:at] + text[at:until] * 2 + text[until:]
            else:
                text = text[:at] + chr(int(self._roll() * 0x2FFFF)) + text[at:]
        return text

    def _huge(self, text: str) -> str:
        """Long, wide or deep, about the limits."""
        times = 1 + int(self._roll() * 60)
        match int(self._roll() * 6):
            case 0:
                return "(" * times + text + ")" * times
            case 1:
                return "not " * times + text
            case 2:
                return " or ".join([f"({text})"] * times)
            case 3:
                return "days(" * times + text + ", since=moment)" * times
            case 4:
                return f"[{', '.join(['1'] * times * 2)}] == {text}"
        return " < ".join([self._leaf()] * times)


class Canary:
    """A function that notes how it was called, and every attempt to reach into it."""

    def __init__(self, does: Function) -> None:
        vars(self).update(does=does, calls=[], touched=[])

    def __call__(self, *args: Value, **kwargs: Value) -> Value:
        vars(self)["calls"].append((*args, *kwargs.values()))
        return vars(self)["does"](*args, **kwargs)  # type: ignore[no-any-return]

    def __getattr__(self, name: str) -> Any:
        vars(self)["touched"].append(name)
        raise AttributeError(name)


@dataclass
class Proof:
    """What a run of many texts showed. `worst_ms` is processor time."""

    number: int = 0
    values: int = 0
    refused: int = 0
    calls: int = 0
    worst_ms: float = 0.0
    worst_text: str = ""
    longest: int = 0


def prove(seed: int, number: int) -> Proof:
    """Read and work out `number` texts. Fails at the first that does more than give a scalar or a sentence."""
    texts, proof = Texts(seed), Proof(number)
    canaries = {name: Canary(does) for name, does in {**functions_for(Calendar()), "double": lambda n: n * 2}.items()}
    names, functions = MappingProxyType(FACTS), MappingProxyType(canaries)
    before = repr(FACTS)
    parse("working_days(1000, since=moment)").evaluate(names, functions)
    gc.disable()  # other people's rubbish is not the expression's time
    try:
        for count in range(number):
            _prove_one(texts.next(), names, functions, proof)
            if count % 5_000 == 0:
                _check_canaries(canaries, proof)
                gc.collect()
    finally:
        gc.enable()
    _check_canaries(canaries, proof)
    assert repr(FACTS) == before
    return proof


def _prove_one(text: str, names: Any, functions: Any, proof: Proof) -> None:
    started = time.thread_time()
    try:
        result = parse(text).evaluate(names, functions)
    except ExpressionError as error:
        proof.refused += 1
        sentence = error.sentence
        assert 0 < len(sentence) < 400 and sentence.isprintable(), (text, sentence)
    except Exception as error:
        raise AssertionError(f"{text!r} raised {error!r}") from error
    else:
        proof.values += 1
        assert result is None or type(result) in (bool, int, Decimal, str, date, datetime), (text, type(result))
        proof.longest = max(proof.longest, len(str(result)))
        assert proof.longest <= 400, text
    took = (time.thread_time() - started) * 1_000
    if took > proof.worst_ms:
        proof.worst_ms, proof.worst_text = took, text


def _check_canaries(canaries: dict[str, Canary], proof: Proof) -> None:
    for name, canary in canaries.items():
        kept = vars(canary)
        assert not kept["touched"], (name, kept["touched"])
        for values in kept["calls"]:
            assert all(value is None or type(value) in (bool, int, Decimal, str, date, datetime) for value in values), (name, values)
        proof.calls += len(kept["calls"])
        kept["calls"].clear()


def watched(act: Callable[[], object]) -> list[str]:
    """Every audit event while `act` runs a second time, but the reading of the texts themselves. The hook cannot be
    taken away again: for a process of one's own."""
    seen: list[str] = []
    watching = False

    def hook(event: str, args: tuple[Any, ...]) -> None:
        reading = event == "compile" and args[1] == "<unknown>"
        if watching and not reading:
            seen.append(f"{event} {args!r:.200}")

    act()  # once before, so that what is imported late is there
    sys.addaudithook(hook)
    watching = True
    act()
    watching = False
    return seen


if __name__ == "__main__":
    for event in watched(lambda: prove(*map(int, sys.argv[1:]))):
        print(event)
