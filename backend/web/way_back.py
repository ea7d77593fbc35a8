"""The list that somebody works from: where it was, with its filters and page, so that a task leads back to it."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse

_KEY = "list"


def remember(request: HttpRequest) -> None:
    """This page is the list they work from now."""
    here = request.get_full_path()
    if request.session.get(_KEY) != here:
        request.session[_KEY] = here


def way_back(request: HttpRequest) -> str:
    """The address of the list they came from; their own tasks when they came from none."""
    return str(request.session.get(_KEY) or reverse("tasks"))
