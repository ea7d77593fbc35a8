"""Fills in forms as a person would: what matters is given, the rest gets something sensible."""

from __future__ import annotations

from datetime import datetime

from backend.accounts.models import User
from backend.casework import commands
from backend.casework.models import Case, Record
from backend.workflow.forms import Form, Question
from backend.workflow.models import Task

Answers = dict[str, list[str]]
#: What most reporters answer: their case goes no special route.
USUALLY = {"identity": "no", "domestic_abuse": "no"}


def fill(form: Form, given: dict[str, str], prefix: str = "") -> Answers:
    """Answers to every question of `form`; `given` by key."""
    data: Answers = {}
    for question in form.questions:
        if question.when and question.when[1] not in data.get(question.when[0], []):
            continue
        data.update(_fill(question, given.get(question.key, USUALLY.get(question.key))))
    return data


def _fill(question: Question, given: str | None) -> Answers:
    match question.type:
        case "date" | "moment":
            year, month, day = (given or "2027-03-01").split("-")
            return {
                f"{question.key}-day": [day],
                f"{question.key}-month": [month],
                f"{question.key}-year": [year],
                f"{question.key}-time": ["10:30"],
            }
        case "rows":
            found: Answers = {}
            for column in question.columns:
                for key, value in _fill(column, None).items():
                    found[f"{question.key}-0-{key}"] = value
            return found
        case "yes_no":
            return {question.key: [given or "yes"]}
        case "choice" | "choices":
            return {question.key: [given or question.options[0].value]}
        case "whole":
            return {question.key: [given or "3"]}
    return {question.key: [given or "Something that was said."]}


def do(case: Case, name: str, by: User, now: datetime, **given: str) -> Record:
    """Complete the case's oldest open task of this name."""
    task = Task.objects.filter(instance__case=case, status=Task.OPEN, name=name).order_by("pk").first()
    assert task is not None, f"no task “{name}”; open: {open_tasks(case)}"
    return commands.complete_task(task_id=task.pk, data=fill(commands.form_of(task), given), by=by, now=now)


def open_tasks(case: Case) -> list[str]:
    return sorted(Task.objects.filter(instance__case=case, status=Task.OPEN).values_list("name", flat=True))
