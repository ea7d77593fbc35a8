"""What every answer goes through: sentences for people, and nothing of a signed-in page kept by browsers."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse, QueryDict
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


#: What a page without files may be sent, in bytes; evidence and lists of homes are files besides, from signed-in people.
SMALL = 3 * 1024 * 1024
WITH_FILES = ("/evidence/new", "/evidence", "/homes/imports/new")


def only_plain_requests(get_response: Answer) -> Answer:
    """Refuses what no browser of an honest person sends: bodies that are too large, and NUL in any value."""

    def answer(request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        with_files = request.path.endswith(WITH_FILES) and SESSION_KEY in request.session
        most = settings.UPLOAD_TOTAL + SMALL if with_files else SMALL
        if not length.isdigit() or int(length) > most:
            return problem(request, f"This is too large to be taken: at most {most // 2**20} MB.", status=413)
        if _has_nul(request.GET) or (request.content_type != "application/json" and _has_nul(request.POST)):
            return problem(request, "Something you typed cannot be read. Remove it and try again.", status=400)
        return get_response(request)

    return answer


def _has_nul(values: QueryDict) -> bool:
    return any("\0" in text for key in values for text in (key, *map(str, values.getlist(key))))


def address_of_the_caller(get_response: Answer) -> Answer:
    """Behind the proxy that HTTPS needs, the caller's address is the last that the proxy added."""

    def answer(request: HttpRequest) -> HttpResponse:
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
        if settings.SECURE and forwarded:
            request.META["REMOTE_ADDR"] = forwarded.rsplit(",", 1)[-1].strip()
        return get_response(request)

    return answer
