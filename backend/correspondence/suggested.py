"""What the case file already holds for the lists of a letter: a chronology, allegations, exhibits, incidents.

Only ever filled into the form of somebody who writes by hand: what was told in confidence is theirs to leave out. Nobody is named
here, and no address is given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from itertools import islice
from typing import Any

from backend.casework.incidents import types_of
from backend.casework.models import Case
from backend.correspondence.models import Letter
from backend.rules.working_time import LONDON

Rows = list[dict[str, Any]]
#: As many as a form is filled with, the newest: each is a handful of boxes to read and send. And the longest cell.
MOST, LONGEST = 40, 280


def rows_for(case: Case, names: Iterable[str]) -> dict[str, Rows]:
    """The rows that the file has for needs of these names, oldest first."""
    return {name: found for name in names if name in _LISTS and (found := _LISTS[name](case))}


def _incidents(case: Case) -> Rows:
    kinds = {option.value: option.label for option in types_of(case)}
    found = case.incidents.exclude(happened_on=None).order_by("-happened_on", "-pk")
    rows = [{"on": one.happened_on.isoformat(), "what": kinds.get(one.type, "")} for one in islice(found, MOST) if one.happened_on]
    return [row for row in reversed(rows) if row["what"]]


def _allegations(case: Case) -> Rows:
    found = case.incidents.exclude(happened_on=None).order_by("-happened_on", "-pk")[:MOST]
    rows = [{"on": one.happened_on.isoformat(), "what": _short(one.what)} for one in found if one.happened_on]
    return [row for row in reversed(rows) if row["what"]]


def _exhibits(case: Case) -> Rows:
    mark = "".join(word[0] for word in case.owner.name.split()).upper() if case.owner else "EX"
    found = case.evidence.order_by("at", "pk")[:MOST]
    return [{"mark": f"{mark}{number}", "what": _short(one.title)} for number, one in enumerate(found, start=1)]


def _chronology(case: Case) -> Rows:
    """Reports, incidents, letters that went out and what was recorded, by day."""
    officer = case.owner.name if case.owner else case.landlord.name
    events: list[tuple[date, str, str]] = []
    for report in case.reports.all():
        events.append((_day(report.received_at), f"Report received: {report.get_channel_display().lower()}", case.landlord.name))
    for incident in case.incidents.exclude(happened_on=None):
        if incident.happened_on:
            events.append((incident.happened_on, _short(incident.what), "As reported to us"))
    for letter in case.letters.filter(status__in=(Letter.SENT, Letter.SERVED)):
        if letter.sent_at:
            how = letter.get_sent_how_display().lower()
            events.append((_day(letter.sent_at), f"Letter “{letter.title}” sent to the {_part(letter)}, {how}", officer))
    for record in case.records.select_related("by").only("title", "at", "by__name"):
        events.append((_day(record.at), record.title, record.by.name if record.by else officer))
    newest = sorted(events, key=lambda event: event[0])[-MOST:]
    return [{"on": on.isoformat(), "what": what, "who": who} for on, what, who in newest if what]


def _part(letter: Letter) -> str:
    return letter.party.get_role_display().lower() if letter.party else "partner"


def _day(at: datetime) -> date:
    return at.astimezone(LONDON).date()


def _short(text: str) -> str:
    """One line that fits a cell of a table."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


_LISTS: Mapping[str, Callable[[Case], Rows]] = {
    "incidents": _incidents, "behaviour": _incidents, "allegations": _allegations, "exhibits": _exhibits, "chronology": _chronology,
}  # fmt: skip
