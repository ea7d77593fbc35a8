"""What every answer goes through: sentences for people, and nothing of a signed-in page kept by browsers."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from backend.errors import AlreadyDone, DomainError, NotAllowed, NotFound

Answer = Callable[[HttpRequest], HttpResponse]


class SentencesForPeople:
    """A `DomainError` that no view caught becomes a page with its sentence. Anything else stays a fault of ours."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, DomainError) or request.path.startswith("/api/"):
            return None
        return problem(request, error.sentence, status=_status(error))


def _status(error: DomainError) -> int:
    match error:
        case NotFound():
            return 404
        case NotAllowed():
            return 403
        case AlreadyDone():
            return 409
    return 422


def problem(request: HttpRequest, sentence: str, *, status: int) -> HttpResponse:
    """A page that says what is wrong and what to do."""
    titles = {403: "You cannot do this", 404: "We cannot find that", 409: "Already done"}
    return render(request, "problem.html", {"title": titles.get(status, "There is a problem"), "sentence": sentence}, status=status)


def signed_in_pages_are_not_kept(get_response: Answer) -> Answer:
    """`no-store` on every page that is about anybody; static files are served before this."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return answer
