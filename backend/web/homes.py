"""Homes: one home with its tenants, and lists of homes that an administrator gives, looks through and keeps."""

from __future__ import annotations

import csv

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from backend.accounts import powers
from backend.casework import homes_list, importing
from backend.casework.homes_list import COLUMNS, NEEDED
from backend.casework.models import HomesImport, Tenancy
from backend.casework.people import home_page
from backend.casework.text import harmless
from backend.errors import InvalidAnswers
from backend.web.ask import needs, who

PER_PAGE = 50


@require_safe
@needs(powers.WORK)
def home(request: HttpRequest, property_id: int) -> HttpResponse:
    return render(request, "homes/home.html", {"found": home_page(who(request), property_id)})


@require_safe
@needs(powers.ADMINISTER)
def imports(request: HttpRequest) -> HttpResponse:
    return render(request, "homes/imports.html", {"imports": importing.imports(who(request))})


@needs(powers.ADMINISTER)
def new_import(request: HttpRequest) -> HttpResponse:
    user, problem = who(request), ""
    if request.method == "POST":
        try:
            file = request.FILES.get("file")
            if file is None:
                raise InvalidAnswers({homes_list.FIELD: "Choose a file"})
            given = importing.give_list(filename=file.name or "", content=file, by=user, now=timezone.now())
        except InvalidAnswers as wrong:
            problem = wrong.problems[homes_list.FIELD]
        else:
            return redirect("homes-import", given.pk)
    context = {
        "problem": problem, "problems": [{"target": "file", "error": problem}] if problem else [], "columns": COLUMNS, "needed": NEEDED,
        "types": [label for _, label in Tenancy.TYPES],
    }  # fmt: skip
    return render(request, "homes/new.html", context, status=422 if problem else 200)


@require_safe
@needs(powers.ADMINISTER)
def show_import(request: HttpRequest, import_id: int) -> HttpResponse:
    """How far it is, what it would do or did, and the lines that were refused."""
    given = importing.import_by_id(who(request), import_id)
    page = Paginator(given.refused_lines.all(), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "homes/import.html", {"given": given, "page": page})


@require_POST
@needs(powers.ADMINISTER)
def decide(request: HttpRequest, import_id: int) -> HttpResponse:
    """Keep a list that was tried, or throw it away."""
    keep = request.POST.get("decision") == "keep"
    act = importing.keep_list if keep else importing.drop_list
    given = act(import_id=import_id, by=who(request), now=timezone.now())
    messages.success(request, "The homes are being kept." if keep else "The list is thrown away. Nothing was changed.")
    return redirect("homes-import", given.pk) if keep else redirect("homes-imports")


@require_safe
@needs(powers.ADMINISTER)
def refused(request: HttpRequest, import_id: int) -> HttpResponse:
    """The refused lines as a spreadsheet, to be put right and given again; no cell of it is ever a formula."""
    given: HomesImport = importing.import_by_id(who(request), import_id)
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="refused-{given.pk}.csv"'
    sheet = csv.writer(response)
    sheet.writerow(["line", "why", "cells as they stood"])
    for one in given.refused_lines.all():
        sheet.writerow([one.line, *map(harmless, (one.why, *one.cells))])
    return response
