"""Turns the questions of a form into what a template draws: values kept, errors placed, dependent questions nested."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from backend.workflow.forms import Data, Form, Option, Question

Choices = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Choice:
    """One radio button or tick box, and the questions that it brings up."""

    value: str
    label: str
    hint: str
    chosen: bool
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Field:
    """One question as it is drawn. `parts` are the boxes of a date: (key, label, value, width)."""

    question: Question
    value: str
    error: str
    choices: tuple[Choice, ...] = ()
    parts: tuple[tuple[str, str, str, int], ...] = ()
    rows: tuple[tuple[Field, ...], ...] = ()
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return self.question.key

    @property
    def template(self) -> str:
        kinds = {"yes_no": "choices", "choice": "choices", "person": "choices", "officer": "select", "moment": "date"}
        return f"parts/{kinds.get(self.question.type, self.question.type)}.html"

    @property
    def box(self) -> str:
        """Which of GOV.UK's two kinds of choice it is drawn as."""
        return "checkboxes" if self.question.type == "choices" else "radios"

    @property
    def target(self) -> str:
        """The id that the error summary leads to: the first thing that can take the focus."""
        if self.choices and self.question.type != "officer":
            return f"{self.key}-1"
        if self.rows:
            return self.rows[0][0].target
        return self.parts[0][0] if self.parts else self.key


def fields_of(form: Form, data: Data, problems: Mapping[str, str], choices: Choices) -> list[Field]:
    """The form's questions in order; those that depend on an answer are nested under it."""
    return [_field(question, form, data, problems, choices) for question in form.questions if question.when is None]


def _field(question: Question, form: Form, data: Data, problems: Mapping[str, str], choices: Choices) -> Field:
    given = list(data.get(question.key, ()))
    drawn = Field(question, given[0] if given else "", problems.get(question.key, ""))
    match question.type:
        case "yes_no" | "choice" | "choices" | "person" | "officer":
            options = _options(question, choices.get(question.key, {}))
            nested = {o.value: tuple(_nested(question, o.value, form, data, problems, choices)) for o in options}
            found = tuple(Choice(o.value, o.label, o.hint, o.value in given, nested[o.value]) for o in options)
            return replace(drawn, choices=found)
        case "date" | "moment":
            return replace(drawn, parts=tuple(_parts(question, data)))
        case "rows":
            return replace(drawn, rows=tuple(_row(question, number, form, data, choices) for number in range(question.rows)))
    return drawn


def _options(question: Question, people: Mapping[str, str]) -> Sequence[Option]:
    if question.type == "yes_no":
        return (Option("yes", "Yes"), Option("no", "No"))
    return [Option(value, label) for value, label in people.items()] if question.type in ("person", "officer") else question.options


def _nested(parent: Question, value: str, form: Form, data: Data, problems: Mapping[str, str], choices: Choices) -> Iterator[Field]:
    for question in form.questions:
        if question.when == (parent.key, value):
            yield _field(question, form, data, problems, choices)


def _parts(question: Question, data: Data) -> Iterator[tuple[str, str, str, int]]:
    for part, label, width in (("day", "Day", 2), ("month", "Month", 2), ("year", "Year", 4)):
        key = f"{question.key}-{part}"
        yield key, label, next(iter(data.get(key, ())), ""), width
    if question.type == "moment":
        key = f"{question.key}-time"
        yield key, "Time, like 14:30", next(iter(data.get(key, ())), ""), 5


def _row(question: Question, number: int, form: Form, data: Data, choices: Choices) -> tuple[Field, ...]:
    columns = (replace(column, key=f"{question.key}-{number}-{column.key}") for column in question.columns)
    return tuple(_field(column, form, data, {}, choices) for column in columns)


def with_problem(fields: Sequence[Field]) -> list[Field]:
    """Every field that has an error, in order, for the error summary."""
    found = []
    for one in fields:
        if one.error:
            found.append(one)
        for choice in one.choices:
            found.extend(with_problem(choice.fields))
    return found
