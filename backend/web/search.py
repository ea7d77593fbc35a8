"""The page behind the search box in every header."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from backend.accounts import powers
from backend.casework.search import search
from backend.web.ask import needs, who

LONGEST = 200


@require_safe
@needs(powers.WORK)
def results(request: HttpRequest) -> HttpResponse:
    """What was found; straight to the case when its very reference was typed."""
    text = request.GET.get("find", "").strip()[:LONGEST]
    found = search(who(request), text)
    if len(found.cases) == 1 and found.cases[0].reference.lower() == text.lower():
        return redirect("case", found.cases[0].reference)
    return render(request, "search.html", {"text": text, "found": found})
