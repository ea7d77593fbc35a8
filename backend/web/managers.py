"""For managers: what is overdue or about to be, whose it is, and where on the diagram work waits."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from backend.accounts import powers
from backend.casework import access, queries
from backend.errors import NotFound
from backend.reporting import registry
from backend.web.ask import needs, who
from backend.web.marks import in_reading_order, waiting_marks
from backend.web.pages import page_of
from backend.web.way_back import remember
from backend.workflow.drawing import draw
from backend.workflow.packs import Pack
from backend.workflow.publishing import live_version

PER_PAGE = 30
#: Officers shown at first, those with most late.
BUSIEST = 20


@require_safe
@needs(powers.MANAGE)
def overdue(request: HttpRequest) -> HttpResponse:
    remember(request)
    user, now = who(request), timezone.now()
    tasks = queries.overdue(user, now=now)
    late, everybody = tasks.filter(due_at__lt=now), request.GET.get("officers") == "all"
    load = queries.load_by_officer(user, now=now, most=None if everybody else BUSIEST + 1)
    context = {
        "page": page_of(request, late, PER_PAGE),
        "soon": tasks.filter(due_at__gte=now)[:PER_PAGE], "load": load if everybody else load[:BUSIEST],
        "others": not everybody and len(load) > BUSIEST, "busiest": BUSIEST, "now": now,
        "quiet": queries.quiet_cases(user)[:100],
    }  # fmt: skip
    return render(request, "managers/overdue.html", context)


#: Months shown on the measures page, the running one first.
MONTHS = 3


@require_safe
@needs(powers.MANAGE)
def measures(request: HttpRequest) -> HttpResponse:
    """Each measure with its definition and its last months; every number opens down to its cases."""
    landlord, periods = who(request).landlord, registry.months_back(timezone.now(), MONTHS)
    rows = [
        (measure, [(period, _number(measure.read(landlord, period))) for period in periods]) for measure in registry.measures().values()
    ]
    return render(request, "managers/measures.html", {"periods": periods, "rows": rows})


def _number(reading: registry.Reading) -> str:
    """How a reading is said: a count, or so many of so many."""
    count, of = reading.numbers()
    return str(count) if of is None else f"{count} of {of}"


@require_safe
@needs(powers.MANAGE)
def measure(request: HttpRequest, code: str, back: int) -> HttpResponse:
    """The cases behind one number."""
    user, found = who(request), registry.measures().get(code)
    if found is None or not 0 <= back < MONTHS:
        raise NotFound
    period = registry.months_back(timezone.now(), MONTHS)[back]
    reading = found.read(user.landlord, period)
    cases = access.cases_for(user, reading.cases()).select_related("owner", "patch").order_by("-opened_at")
    missed = reading.missed()
    context = {
        "measure": found, "period": period, "cases": cases[:200],
        "missed": access.cases_for(user, missed)[:200] if missed is not None else None,
    }  # fmt: skip
    return render(request, "managers/measure.html", context)


@require_safe
@needs(powers.MANAGE, powers.DRAW)
def procedure(request: HttpRequest, process: str = "") -> HttpResponse:
    """The live diagrams, with how many tasks wait and how many are late on each step."""
    user, now = who(request), timezone.now()
    live = live_version(user.landlord)
    contents = live.contents
    shown = next((d for d in contents.diagrams.values() if d.process == (process or contents.start)), None)
    if shown is None:
        raise NotFound
    marks = waiting_marks(queries.waiting_by_element(user, now=now), shown, called_steps(contents))
    links = {e.id: reverse("procedure", args=[e.called]) for e in shown.elements.values() if e.kind == "callActivity"}
    svg = draw(shown, marks, links=links, title=shown.name)
    steps = [(element, marks[element.id].words if element.id in marks else "") for element in in_reading_order(shown)]
    diagrams = sorted(contents.diagrams.values(), key=lambda d: (d.process != contents.start, d.name))
    context = {"version": live, "diagrams": diagrams, "shown": shown, "diagram": mark_safe(svg), "steps": steps}  # noqa: S308
    return render(request, "managers/procedure.html", context)


def called_steps(contents: Pack) -> dict[str, set[str]]:
    """For each process, every step in it and in the diagrams it calls."""
    own = {d.process: set(d.elements) for d in contents.diagrams.values()}
    calls = {d.process: {e.called for e in d.elements.values() if e.called} for d in contents.diagrams.values()}

    def all_of(process: str) -> set[str]:
        return own.get(process, set()).union(*(all_of(called) for called in calls.get(process, ())))

    return {process: all_of(process) for process in own}
