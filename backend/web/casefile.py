"""The file of a case: its parts as the case page shows them, each part whole, and one record by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from backend.accounts import powers
from backend.casework import access, casefile, incidents
from backend.casework.casefile import Line
from backend.casework.models import Case
from backend.casework.models.case import SAFETY
from backend.correspondence.models import Letter
from backend.errors import NotFound
from backend.web.ask import needs, who

#: The parts in the order of the page, with what each is called and what it says while it is empty.
TITLES: Mapping[str, tuple[str, str]] = {
    "reports": ("Reports and incidents", "Nothing has been reported yet."),
    "contact": ("Contacts and notes", "Nobody has written down a contact or a note yet."),
    "risk": ("Risk", "Risk has not been assessed yet."),
    "plan": ("Action plan", "No action plan has been agreed yet."),
    "evidence": ("Evidence", "There is no evidence yet."),
    "legal": ("Legal", "No legal step has been considered."),
    "partners": ("Partners", "No other agency is involved yet."),
    "history": ("History", "Nothing has happened yet."),
}
#: The parts of which the last record is shown with its answers: it is what holds now.
IN_FULL = ("risk", "plan")


@dataclass(frozen=True)
class Part:
    """One part of the file: its newest lines, how many there are, and the record that holds now."""

    key: str
    lines: list[Line]
    total: int

    @property
    def title(self) -> str:
        return TITLES[self.key][0]

    @property
    def empty(self) -> str:
        return TITLES[self.key][1]

    @property
    def more(self) -> int:
        """How many lines are on the part's own page alone."""
        return self.total - len(self.lines)

    @property
    def current(self) -> Line | None:
        return next((line for line in self.lines if line.kind == "record"), None) if self.key in IN_FULL else None

    @property
    def before(self) -> list[Line]:
        """The lines but for the record that holds now."""
        return [line for line in self.lines if line is not self.current]


def parts_of(case: Case) -> dict[str, Part]:
    """Every part of the file, each with its newest lines."""
    totals = casefile.counts(case)
    return {key: Part(key, casefile.lines(case, key), totals[key]) for key in TITLES}


def types_in_words(case: Case) -> dict[str, str]:
    """The types of incident, in the words of the case's own procedure."""
    return {option.value: option.label for option in incidents.types_of(case)}


@require_safe
@needs(powers.WORK)
def part(request: HttpRequest, reference: str, key: str) -> HttpResponse:
    """One part of the file from its newest line to its oldest, a page at a time."""
    case = access.case_for(who(request), reference)
    if key not in TITLES:
        raise NotFound
    page: Page[int] = Paginator(range(casefile.counts(case)[key]), casefile.PER_PAGE).get_page(request.GET.get("page"))
    start = (page.number - 1) * casefile.PER_PAGE
    shown = Part(key, casefile.lines(case, key, start=start, stop=start + casefile.PER_PAGE), page.paginator.count)
    context = {"case": case, "part": shown, "page": page, "types": types_in_words(case), "full": True}
    return render(request, "cases/part.html", context)


@require_safe
@needs(powers.WORK)
def record(request: HttpRequest, reference: str, record_id: int) -> HttpResponse:
    """What was written down when one task was done."""
    user = who(request)
    case = access.case_for(user, reference)
    return render(request, "cases/record.html", {"case": case, "record": casefile.record_by_id(user, case, record_id)})


def letters_of(case: Case) -> QuerySet[Letter]:
    """The letters of a case, newest first."""
    people = ("party__person", *(f"party__person__{path}" for path in SAFETY))
    return Letter.objects.select_related(*people).prefetch_related("renditions").filter(case=case)


@require_safe
@needs(powers.WORK)
def letters(request: HttpRequest, reference: str) -> HttpResponse:
    """Every letter of a case, newest first, a page at a time."""
    case = access.case_for(who(request), reference)
    page = Paginator(letters_of(case), casefile.PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "cases/letters_of_case.html", {"case": case, "page": page})
