"""A page for a frame inside ours: it can run nothing, fetch nothing, send nothing, and stand on no other site. Knows no letters."""

from __future__ import annotations

from django.http import HttpResponse

SHUT = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"


def framed(page: str) -> HttpResponse:
    """The page as a response that only our own frames may show."""
    response = HttpResponse(page)
    response.headers["Content-Security-Policy"] = SHUT
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response
