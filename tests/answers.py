"""Does a case's tasks in tests, with forms filled in as a person would."""

from __future__ import annotations

from datetime import datetime

from backend.accounts.models import User
from backend.casework import commands
from backend.casework.models import Case, Record
from backend.workflow.filling import USUALLY, Answers, fill
from backend.workflow.models import Task

__all__ = ["USUALLY", "Answers", "do", "fill", "open_tasks"]


def do(case: Case, name: str, by: User, now: datetime, **given: str) -> Record:
    """Complete the case's oldest open task of this name."""
    task = Task.objects.filter(instance__case=case, status=Task.OPEN, name=name).order_by("pk").first()
    assert task is not None, f"no task “{name}”; open: {open_tasks(case)}"
    return commands.complete_task(task_id=task.pk, data=fill(commands.form_of(task), given), by=by, now=now)


def open_tasks(case: Case) -> list[str]:
    return sorted(Task.objects.filter(instance__case=case, status=Task.OPEN).values_list("name", flat=True))
