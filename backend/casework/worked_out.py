"""Dates that the law sets, kept in the case file with how each was counted and the statute beside it, so that an officer sees
the working.

Knows how they are kept and worded; `rules` knows how they are counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time

from backend.accounts.models import User
from backend.casework.models import Case, Party, Record
from backend.rules.dates import in_words
from backend.rules.notices import Row
from backend.rules.working_time import LONDON
from backend.workflow.engine import PARTY
from backend.workflow.runner import Context

CONFIRM = "Have your lawyer confirm the form and every date before you rely on them."
UNSURE = "A lawyer should confirm this day."


def keep_dates(context: Context, *, title: str, rows: Iterable[Row], law: str) -> Record:
    """Write worked-out days in the case file, about the person the step is about."""
    case: Case = context.subject
    party = case.parties.filter(pk=str(context.scope.get(PARTY) or 0)).first()
    return keep(case, party, title=title, rows=rows, law=law, by=context.by, now=context.now)


def keep(case: Case, party: Party | None, *, title: str, rows: Iterable[Row], law: str, by: User | None, now: datetime) -> Record:
    """The same, about anybody."""
    told: Sequence[dict[str, str]] = [_day(row) for row in rows]
    told = [*told, _answer("law", "Counted by", law, law), _answer("confirm", "Before you go on", CONFIRM, CONFIRM)]
    return Record.objects.create(case=case, party=party, form="dates", title=title, answers=told, by=by, at=now)


def in_full(row: Row) -> str:
    """A day with its working in sentences: “Tuesday 8 December 2026. 14 days, of which … (Housing Act 1996 s.129).”"""
    return f"{in_words(row.day)}. {row.how.removesuffix('.')} ({row.law}).{f' {UNSURE}' if row.confirm else ''}"


def begins(day: date) -> datetime:
    """The first moment of a day."""
    return datetime.combine(day, time(0), tzinfo=LONDON)


def ends(day: date) -> datetime:
    """The last minute of a day."""
    return datetime.combine(day, time(23, 59), tzinfo=LONDON)


def _day(row: Row) -> dict[str, str]:
    return _answer(row.key, row.what, in_full(row), row.day.isoformat()) | {"how": row.how, "law": row.law}


def _answer(key: str, label: str, shown: str, value: str) -> dict[str, str]:
    return {"key": key, "label": label, "shown": shown, "value": value}
