"""Fills in a form as a person would: what matters is given, the rest gets something sensible. For scenarios, tests and benchmarks.

Knows no case: who may be named in an answer is given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from backend.workflow.forms import Form, Question

Answers = dict[str, list[str]]
Given = Mapping[str, str | Sequence[str]]
#: What is mostly answered: a case goes no special route, and nothing goes round again.
USUALLY: Mapping[str, str] = {"identity": "no", "domestic_abuse": "no", "support_needed": "no"}
#: The answer to every date that is not given.
SOME_DAY = date(2027, 3, 1)
SAID = "Something that was said."


def fill(form: Form, given: Given, *, day: date = SOME_DAY) -> Answers:
    """Answers to every question of `form` that is asked; `given` by key."""
    data: Answers = {}
    for question in form.questions:
        if not question.when or question.when[1] in data.get(question.when[0], []):
            data.update(_fill(question, given.get(question.key, USUALLY.get(question.key)), day))
    return data


def _fill(question: Question, given: str | Sequence[str] | None, day: date) -> Answers:
    match question.type:
        case "date" | "moment":
            return _date(question.key, given if isinstance(given, str) else f"{day.isoformat()}T10:30")
        case "rows":
            cells = (_fill(column, None, day) for column in question.columns)
            return {f"{question.key}-0-{key}": value for cell in cells for key, value in cell.items()}
    if given is not None:
        return {question.key: [given] if isinstance(given, str) else [*given]}
    match question.type:
        case "yes_no":
            return {question.key: ["yes"]}
        case "choice" | "choices":
            return {question.key: [question.options[0].value]}
        case "whole":
            return {question.key: ["3"]}
    return {question.key: [SAID]}


def _date(key: str, given: str) -> Answers:
    """A date as the three fields of a form, and its time; `given` like 2026-11-23T10:30."""
    day, _, clock = given.partition("T")
    year, month, number = (str(int(part)) for part in day.split("-"))
    return {f"{key}-day": [number], f"{key}-month": [month], f"{key}-year": [year], f"{key}-time": [clock[:5] or "10:30"]}
