"""Dates that the law sets, kept in the case file with the statute beside them, so that an officer sees what was worked out.

Knows how they are kept and worded; `rules` knows how they are counted.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time

from backend.casework.models import Case, Record
from backend.rules.working_time import LONDON
from backend.workflow.engine import PARTY
from backend.workflow.runner import Context

CONFIRM = "Have your lawyer confirm the form and every date before you rely on them."
#: Label and day; a day that the law does not set is left out.
Days = Iterable[tuple[str, str, date | None]]


def keep_dates(context: Context, *, title: str, days: Days, law: str) -> None:
    """Write worked-out days in the case file, about the person the step is about."""
    case: Case = context.subject
    told = [_answer(key, label, in_words(day), day.isoformat()) for key, label, day in days if day is not None]
    told += [_answer("law", "Counted by", law, law), _answer("confirm", "Before you go on", CONFIRM, CONFIRM)]
    party = case.parties.filter(pk=str(context.scope.get(PARTY) or 0)).first()
    Record.objects.create(case=case, party=party, form="dates", title=title, answers=told, by=context.by, at=context.now)


def in_words(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}"


def begins(day: date) -> datetime:
    """The first moment of a day."""
    return datetime.combine(day, time(0), tzinfo=LONDON)


def ends(day: date) -> datetime:
    """The last minute of a day."""
    return datetime.combine(day, time(23, 59), tzinfo=LONDON)


def _answer(key: str, label: str, shown: str, value: str) -> dict[str, str]:
    return {"key": key, "label": label, "shown": shown, "value": value}
