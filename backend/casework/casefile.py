"""What the page of a case reads of its file: the newest lines of each part, and each part whole, a page at a time.

Everything here is a constant number of statements and of bounded size, whatever the age of the case. Knows no HTML.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import CharField, Count, F, QuerySet, Value

from backend.accounts.models import User
from backend.audit.models import Entry
from backend.casework import access
from backend.casework.models import Case, Evidence, Incident, Note, Record, Survey
from backend.errors import NotFound

#: How many lines of a part the case page shows, and how many a page of the part alone.
NEWEST, PER_PAGE = 20, 20
#: The verb under which the history says that a case's risk band changed.
RISK_BAND = "set_risk_band"
#: Parts of the file that are no section of a form.
REPORTS, EVIDENCE = "reports", "evidence"


@dataclass(frozen=True)
class Line:
    """One thing in the file: which kind of row, when it was, and the row."""

    kind: str
    at: datetime
    row: Any


def lines(case: Case, part: str, *, start: int = 0, stop: int = NEWEST) -> list[Line]:
    """The lines of one part from `start` to `stop`, newest first."""
    sources = _sources(case, part)
    first, *more = [_keyed(kind, rows, when)[:stop] for kind, (rows, when) in sources.items()]
    newest_first = first.union(*more, all=True).order_by("-line_at", "-line_pk") if more else first
    found = list(newest_first[start:stop])
    rows = {kind: rows.in_bulk([pk for of, pk, _ in found if of == kind]) for kind, (rows, _) in sources.items()}
    return [Line(kind, at, rows[kind][pk]) for kind, pk, at in found]


def counts(case: Case) -> Mapping[str, int]:
    """How many lines each part has."""
    found = Counter(dict(case.records.order_by().values_list("section").annotate(Count("pk"))))
    found["contact"] += case.notes.count()
    found["risk"] += _changes_of_band(case).count()
    found["history"] += _entries(case).count() + case.surveys.filter(answered_at__isnull=False).count()
    found[REPORTS] = case.reports.count() + case.incidents.count()
    found[EVIDENCE] = case.evidence.count()
    return found


def newest(case: Case, section: str) -> Record | None:
    """The last record of a section, with its answers."""
    return case.records.select_related("party__person", "by").filter(section=section).order_by("-at", "-pk").first()


def record_by_id(user: User, case: Case, record_id: int) -> Record:
    """A record of a case this person may see. Raises `NotFound`."""
    case = access.case_for(user, case.reference)
    found = case.records.select_related("party__person", "by").filter(pk=record_id).first()
    if found is None:
        raise NotFound
    return found


_Rows = tuple[QuerySet[Any], str]


def _sources(case: Case, part: str) -> dict[str, _Rows]:
    """Where the lines of a part come from: kind of row -> rows, and the column that says when."""
    if part == REPORTS:
        told = Incident.objects.select_related("told_by__person", "by", "report").filter(case=case)
        return {"report": (case.reports.select_related("taken_by"), "received_at"), "incident": (told, "told_at")}
    if part == EVIDENCE:
        return {"evidence": (_evidence(case), "at")}
    found: dict[str, _Rows] = {"record": (Record.objects.select_related("party__person", "by").filter(case=case, section=part), "at")}
    if part == "contact":
        found["note"] = (_notes(case), "happened_at")
    if part == "risk":
        found["entry"] = (_changes_of_band(case), "at")
    if part == "history":
        found["entry"] = (_entries(case), "at")
        answered = Survey.objects.select_related("party__person").filter(case=case, answered_at__isnull=False)
        found["survey"] = (answered, "answered_at")
    return found


def _evidence(case: Case) -> QuerySet[Evidence]:
    return Evidence.objects.select_related("by", "party__person", "incident").filter(case=case)


def _notes(case: Case) -> QuerySet[Note]:
    return Note.objects.select_related("party__person", "by").prefetch_related("earlier__by").filter(case=case)


def _entries(case: Case) -> QuerySet[Entry]:
    return Entry.objects.select_related("by").filter(case_id=case.pk)


def _changes_of_band(case: Case) -> QuerySet[Entry]:
    return _entries(case).filter(verb=RISK_BAND)


def _keyed(kind: str, rows: QuerySet[Any], when: str) -> QuerySet[Any, Any]:
    bare = rows.select_related(None).prefetch_related(None).order_by()
    named: QuerySet[Any, Any] = bare.annotate(line_kind=Value(kind, CharField()), line_pk=F("pk"), line_at=F(when))
    return named.values_list("line_kind", "line_pk", "line_at").order_by("-line_at", "-line_pk")
