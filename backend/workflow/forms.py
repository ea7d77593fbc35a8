"""A form: a list of plain questions, some of whose answers become facts. Read from a pack's `forms/<key>.json`.

Knows how to clean what a browser or the API sends; knows nothing of HTML, requests or cases.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any

from backend.errors import InvalidAnswers
from backend.rules.working_time import LONDON
from backend.workflow.expressions import Value
from backend.workflow.findings import Finding, PackRefused
from backend.workflow.once import once
from backend.workflow.values import Fact, Kind

#: Question type -> the type of fact its answer can become ("" when it never becomes one).
TYPES: Mapping[str, Kind | None] = {
    "line": None, "paragraphs": None, "yes_no": "yes_no", "choice": "one_of", "choices": None, "date": "date",
    "moment": "moment", "whole": "whole", "person": "row", "officer": "row", "rows": None,
}  # fmt: skip
#: The parts of a case file in which a form's answers can be found again.
SECTIONS = ("contact", "risk", "plan", "legal", "partners", "history")
MAX_LINE, MAX_PARAGRAPHS, MAX_QUESTIONS, MAX_OPTIONS, MAX_VALUE = 300, 10_000, 100, 100, 100
_KEY = re.compile(r"[a-z][a-z0-9_]{0,59}\Z", re.IGNORECASE)
#: Urdu, Arabic and Indian scripts need the joiners; no other character that is not seen has a place in words.
_JOINERS = "\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}"
_QUESTION_KEYS = {"key", "label", "type", "hint", "required", "options", "fact", "when", "role", "columns"}
#: How many rows a question of type rows offers, where nobody says more.
ROWS = 6
Data = Mapping[str, Sequence[str]]


def unseen(character: str) -> bool:
    """Whether nobody sees this character, though it may change how the others read."""
    return character not in _JOINERS and unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp")


@dataclass(frozen=True)
class Option:
    """One answer to choose. `offered` is the condition, over the case's facts, under which it is there at all."""

    value: str
    label: str
    hint: str = ""
    score: int = 0
    offered: str = ""


@dataclass(frozen=True)
class Question:
    """One question. `when` names an earlier question and the answer that makes this one be asked."""

    key: str
    label: str
    type: str
    hint: str = ""
    required: bool = True
    options: tuple[Option, ...] = ()
    fact: str = ""
    when: tuple[str, str] | None = None
    role: str = ""
    columns: tuple[Question, ...] = ()
    rows: int = ROWS

    def labelled(self, value: str) -> str:
        if self.type == "yes_no":
            return {"yes": "Yes", "no": "No"}.get(value, value)
        return next((option.label for option in self.options if option.value == value), value)


@dataclass(frozen=True)
class Cleaned:
    """Answers that passed: rows for the record, and the facts among them."""

    answers: list[dict[str, Any]]
    facts: dict[str, Value]


@dataclass(frozen=True)
class Form:
    """`record` is the title under which the answers are kept in the case file, `section` where; `score` the fact that
    gets the sum."""

    key: str
    title: str
    intro: str
    record: str
    score: str
    questions: tuple[Question, ...]
    confidential: bool = False
    section: str = "history"
    #: What staff read out before the person speaks.
    say: str = ""

    def facts(self) -> list[Fact]:
        """The facts that this form declares."""
        source = f"forms/{self.key}.json"
        found = [Fact(self.score, "whole", source=source)] if self.score else []
        for question in self.questions:
            kind = TYPES[question.type]
            if question.fact and kind is not None:
                found.append(Fact(question.fact, kind, tuple(o.value for o in question.options), source))
        return found

    def question_of(self, box: str) -> Question | None:
        """The question that a box of the form belongs to: a date has several boxes, and so has a row."""
        return next((question for question in self.questions if box == question.key or box.startswith(f"{question.key}-")), None)

    def conditions(self) -> Iterator[tuple[str, str]]:
        """The key of each question that has an option with a condition, and the condition."""
        yield from ((question.key, option.offered) for question in self.questions for option in question.options if option.offered)

    def offering(self, holds: Callable[[str], bool]) -> Form:
        """This form with the options whose conditions hold. What is asked is always asked."""
        if not any(self.conditions()):
            return self
        kept = (replace(q, options=tuple(o for o in q.options if not o.offered or holds(o.offered))) for q in self.questions)
        return replace(self, questions=tuple(kept))

    def clean(self, data: Data, people: Mapping[str, Mapping[str, str]]) -> Cleaned:
        """Check `data` (lists of strings by question key, as a browser sends). Raises `InvalidAnswers`.

        `people` gives for each question of type person or officer the ids that may be chosen, with their names.
        """
        problems: dict[str, str] = {}
        answers: list[dict[str, Any]] = []
        facts: dict[str, Value] = {}
        asked: set[str] = set()
        score = 0
        for question in self.questions:
            # What was typed under a question that is not asked any more still comes along, unseen.
            if question.when and (question.when[0] not in asked or question.when[1] not in data.get(question.when[0], ())):
                continue
            asked.add(question.key)
            try:
                value, shown = _clean(question, data, people.get(question.key, {}))
            except ValueError as error:
                problems[question.key] = str(error)
                continue
            if value is None:
                continue
            score += sum(option.score for option in question.options if option.value in data.get(question.key, ()))
            answers.append(_answer(question, value, shown))
            if question.fact:
                facts[question.fact] = value  # type: ignore[assignment]  # lists never have a fact
        if problems:
            raise InvalidAnswers(problems)
        return Cleaned(answers, {**facts, self.score: score} if self.score else facts)


def _answer(question: Question, value: object, shown: str) -> dict[str, Any]:
    """The answer as it is kept. `letter` is how a letter says it, where that is not the value itself."""
    kept: dict[str, Any] = {"key": question.key, "label": question.label, "shown": shown, "value": _plain(value)}
    if question.type in ("choice", "choices"):
        kept["letter"] = "\n".join(question.labelled(str(item)) for item in (value if isinstance(value, list) else [value]))
    return kept


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _clean(question: Question, data: Data, people: Mapping[str, str]) -> tuple[Value | list[Any], str]:
    """The value and how it reads. Raises `ValueError` with the sentence to show; (None, "") when not answered."""
    if question.type == "rows":
        return _rows(question, data)
    given = [text.strip() for text in data.get(question.key, ()) if text.strip()]
    if question.type in ("date", "moment"):
        return _when(question, data)
    if not given:
        if question.required:
            raise ValueError(_missing(question))
        return None, ""
    text = given[0].replace("\r\n", "\n")
    match question.type:
        case "line" | "paragraphs":
            return _words(text, question.type)
        case "yes_no":
            return _one_of(text, {"yes": "Yes", "no": "No"}, question) == "yes", question.labelled(text)
        case "choice":
            return _one_of(text, {o.value: o.label for o in question.options}, question), question.labelled(text)
        case "choices":
            offered = {o.value: o.label for o in question.options}
            chosen = [_one_of(item, offered, question) for item in dict.fromkeys(given)]
            return chosen, "; ".join(question.labelled(item) for item in chosen)
        case "whole":
            return _whole(text)
    return int(_one_of(text, people, question)), people[text]


def _rows(question: Question, data: Data) -> tuple[list[dict[str, object]] | None, str]:
    """The rows that hold anything; a row begun must be finished."""
    rows, shown = [], []
    for number in range(question.rows):
        keyed = {f"{question.key}-{number}-{column.key}": column for column in question.columns}
        if not any(text.strip() for key in data for text in data[key] if any(key == k or key.startswith(f"{k}-") for k in keyed)):
            continue
        cells = {column.key: _clean(replace(column, key=key), data, {}) for key, column in keyed.items()}
        rows.append({key: _plain(value) for key, (value, _) in cells.items()})
        shown.append(": ".join(text for _, text in cells.values()))
    if not rows and question.required:
        raise ValueError(f"Fill in at least one row: {question.label}")
    return rows or None, "\n".join(shown)


def _missing(question: Question) -> str:
    match question.type:
        case "yes_no" | "choice" | "choices" | "person" | "officer":
            return f"Choose an answer: {question.label}"
    return f"Enter an answer: {question.label}"


def _words(text: str, kind: str) -> tuple[str, str]:
    limit = MAX_LINE if kind == "line" else MAX_PARAGRAPHS
    if len(text) > limit:
        raise ValueError(f"Shorten this answer to {limit:,} characters; it has {len(text):,}")
    if any(unicodedata.category(character) in ("Cc", "Cs") and character not in "\n\t" for character in text):
        raise ValueError("Remove the characters that cannot be printed")
    # What was pasted may hold marks that nobody sees and nobody could find to remove.
    text = "".join(character for character in text if character in "\n\t" or not unseen(character)).strip()
    if not text:
        raise ValueError("Write this in words")
    return text, text


def _one_of(text: str, allowed: Mapping[str, str], question: Question) -> str:
    if text not in allowed:
        raise ValueError(f"Choose one of the answers offered: {question.label}")
    return text


def _whole(text: str) -> tuple[int, str]:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise ValueError("Enter a whole number, like 3")
    return int(text), text


def _when(question: Question, data: Data) -> tuple[Value, str]:
    parts = [next(iter(data.get(f"{question.key}-{part}", ())), "").strip() for part in ("day", "month", "year")]
    clock = next(iter(data.get(f"{question.key}-time", ())), "").strip()
    if not any(parts) and not clock:
        if question.required:
            raise ValueError(f"Enter a date: {question.label}")
        return None, ""
    try:
        if not all(part.isascii() and part.isdigit() for part in parts):
            raise ValueError
        day = date(int(parts[2]), int(parts[1]), int(parts[0]))
        if not 1900 < day.year < 2200:
            raise ValueError
    except (ValueError, OverflowError):
        raise ValueError("Enter a real date, with day, month and year, like 23 11 2026") from None
    if question.type == "date":
        return day, f"{day:%A} {day.day} {day:%B %Y}"
    try:
        at = time.fromisoformat(clock or "12:00")
    except ValueError:
        raise ValueError("Enter a time like 14:30") from None
    moment = datetime.combine(day, at, tzinfo=LONDON)
    return moment, f"{day:%A} {day.day} {day:%B %Y}, {at:%H:%M}"


@once
def read_form(key: str, source: str) -> Form:
    """The form in `source`. Raises `PackRefused` with every finding."""
    file = f"forms/{key}.json"
    try:
        raw = json.loads(source)
        questions = tuple(_question(item) for item in raw["questions"])
        form = Form(
            key, str(raw["title"]), str(raw.get("intro", "")), str(raw.get("record", raw["title"])),
            str(raw.get("score", "")), questions, bool(raw.get("confidential", False)),
            str(raw.get("section", "history")), str(raw.get("say", "")),
        )  # fmt: skip
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise PackRefused([Finding(file, "", f"The form cannot be read: {error}.", "Check its questions.")]) from None
    if findings := list(_check(file, form)):
        raise PackRefused(findings)
    return form


def _question(raw: Mapping[str, Any]) -> Question:
    if unknown := set(raw) - _QUESTION_KEYS:
        raise ValueError(f"a question has “{sorted(unknown)[0]}”, which questions do not have")
    options = tuple(
        Option(str(o["value"]), str(o["label"]), str(o.get("hint", "")), int(o.get("score", 0)), str(o.get("offered", "")))
        for o in raw.get("options", ())
    )
    when = next((str(key), str(value)) for key, value in raw["when"].items()) if raw.get("when") else None
    return Question(
        str(raw["key"]), str(raw["label"]), str(raw["type"]), str(raw.get("hint", "")), bool(raw.get("required", True)),
        options, str(raw.get("fact", "")), when, str(raw.get("role", "")), tuple(_question(c) for c in raw.get("columns", ())),
    )  # fmt: skip


def _said(question: Question) -> list[str]:
    """Every text that a question shows."""
    options = [text for option in question.options for text in (option.label, option.hint)]
    return [question.label, question.hint, *options, *(column.label for column in question.columns)]


def _check(file: str, form: Form) -> Iterator[Finding]:
    for words, limit in (
        (form.title, 200),
        (form.record, 200),
        (form.intro, 2_000),
        (form.say, 2_000),
        *((w, 300) for q in form.questions for w in _said(q)),
    ):
        if len(words) > limit or any(unseen(character) and character != "\n" for character in words):
            yield Finding(
                file, _plain_words(words), f"These words are longer than {limit} characters, or cannot be printed.", "Shorten them."
            )
    if form.section not in SECTIONS:
        yield Finding(file, "", f"“{_plain_words(form.section)}” is no part of a case file.", f"Use one of: {', '.join(SECTIONS)}.")
    if len(form.questions) > MAX_QUESTIONS:
        yield Finding(file, "", f"It has more than {MAX_QUESTIONS} questions.", "Split the form.")
        return
    seen: set[str] = set()
    for question in form.questions:
        key = question.key if _KEY.match(question.key) else ""
        yield from (Finding(file, key, *problem) for problem in _problems(question, seen))
        seen.add(question.key)


def _problems(question: Question, seen: set[str]) -> Iterator[tuple[str, str]]:
    """(sentence, mend) for what is wrong with one question; `seen` are the keys before it."""
    if not _KEY.match(question.key) or question.key in seen or question.key == "csrfmiddlewaretoken":
        yield "Two questions have this key, or it is not one plain word.", "Give it another."
    if question.type not in TYPES:
        yield f"“{_plain_words(question.type)}” is not a type of question.", f"Use one of: {', '.join(TYPES)}."
    elif question.fact and TYPES[question.type] is None:
        yield "Free text cannot become a fact.", "Take the fact away, or ask a choice."
    if question.type in ("choice", "choices") and not question.options:
        yield "There is nothing to choose from.", "Add options."
    values = [option.value for option in question.options]
    if len(values) > MAX_OPTIONS or len(set(values)) < len(values) or not all(map(_can_be_chosen, values)):
        yield f"Two options have the same value, one has none or an odd one, or there are more than {MAX_OPTIONS}.", "Mend the options."
    if question.type == "rows" and not _right_columns(question.columns):
        yield "Its rows need columns of type line, date or moment.", "Give it columns."
    if question.when and question.when[0] not in seen:
        yield "It depends on a question that does not come before it.", "Move it down."


def _plain_words(text: str) -> str:
    return "".join(character for character in text[:40] if not unseen(character))


def _can_be_chosen(value: str) -> bool:
    """Whether a browser sends the value back as it was, and an expression can name it."""
    return 0 < len(value) <= MAX_VALUE and value == value.strip() and not any(unseen(c) or c in "\"'\\" for c in value)


def _right_columns(columns: Sequence[Question]) -> bool:
    keys = {column.key for column in columns}
    return 0 < len(columns) == len(keys) <= ROWS and all(c.type in ("line", "date", "moment") and _KEY.match(c.key) for c in columns)
