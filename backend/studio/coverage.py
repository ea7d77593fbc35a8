"""The page of practices: what the sources ask for, where the live procedure does it, and what proves it."""

from __future__ import annotations

from itertools import groupby

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from backend.accounts import powers
from backend.accounts.models import User
from backend.casework import access
from backend.errors import NotAllowed
from backend.studio.practices import coverage, sources, tallies
from backend.workflow.publishing import live_version

PER_PAGE = 100


@require_safe
def practices(request: HttpRequest) -> HttpResponse:
    if not isinstance(request.user, User):
        raise NotAllowed("Sign in first.")
    access.need(request.user, powers.DRAW, powers.MANAGE)
    version, all_of = live_version(request.user.landlord), sources()
    pack, kind, own = version.contents, request.GET.get("kind", ""), bool(request.GET.get("own"))
    lines = coverage(pack)
    shown = [line for line in lines if (not kind or kind in line.practice.kinds) and (not own or line.practice.source in pack.sources)]
    page = Paginator(shown, PER_PAGE).get_page(request.GET.get("page"))
    groups = [(all_of.sources[source], [*found]) for source, found in groupby(page, key=lambda line: line.practice.source)]
    met = sum(line.met for line in shown)
    context = {"version": version, "page": page, "groups": groups, "kinds": all_of.kinds, "kind": kind, "met": met}
    context |= {"own": own, "has_own": bool(pack.sources), "tallies": tallies(lines, pack)}
    return render(request, "studio/practices.html", context)
