"""Turns a `DomainError` into an answer with its sentence and the right status."""

from __future__ import annotations

from typing import Any

from rest_framework.response import Response
from rest_framework.views import exception_handler

from backend.errors import AlreadyDone, DomainError, InvalidAnswers, NotAllowed, NotFound


def sentence_for(error: Exception, context: dict[str, Any]) -> Response | None:
    match error:
        case NotFound():
            return Response({"detail": error.sentence}, status=404)
        case NotAllowed():
            return Response({"detail": error.sentence}, status=403)
        case AlreadyDone():
            return Response({"detail": error.sentence}, status=409)
        case InvalidAnswers():
            return Response({"detail": error.sentence, "problems": error.problems}, status=422)
        case DomainError():
            return Response({"detail": error.sentence}, status=422)
    if isinstance(error, RecursionError):
        return Response({"detail": "This is nested too deeply to be read."}, status=400)
    return exception_handler(error, context)
