"""Small things that every view needs: who asks, with which power, and what they typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast
from uuid import UUID, uuid4

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase

from backend.accounts.models import User
from backend.casework import access
from backend.errors import DomainError, InvalidAnswers, NotAllowed
from backend.web.fields import Choices, Field, fields_of, with_problem
from backend.workflow.forms import Form

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def needs(*any_of: str) -> Callable[[View[P]], View[P]]:
    """Only for signed-in people with one of these powers. Commands and queries check again: this keeps menus honest."""

    def guard(view: View[P]) -> View[P]:
        @login_required
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            access.need(who(request), *any_of)
            return view(request, *args, **kwargs)

        return cast("View[P]", guarded)

    return guard


def who(request: HttpRequest) -> User:
    """The signed-in user."""
    if not isinstance(request.user, User):
        raise NotAllowed("Sign in first.")
    return request.user


def typed(post: QueryDict) -> dict[str, list[str]]:
    """What a browser sent, as lists of strings by name."""
    return {key: [str(value) for value in post.getlist(key)] for key in post if key != "csrfmiddlewaretoken"}


def number(text: str | None) -> int:
    """A row's number as a browser sent it; 0, which no row has, for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 18 else 0


def press_of(request: HttpRequest) -> UUID:
    """The name of one press of a button, kept in the page, so that a second press does nothing twice."""
    try:
        return UUID(request.POST.get("press", ""))
    except ValueError:
        return uuid4()


def form_context(form: Form, data: Mapping[str, list[str]], error: DomainError | None, choices: Choices) -> dict[str, Any]:
    """What a template needs to draw a form with what was typed and what is wrong."""
    problems = error.problems if isinstance(error, InvalidAnswers) else {}
    fields = fields_of(form, data, problems, choices)
    shown: list[Field | str] = list(with_problem(fields))
    if error is not None and not problems:
        shown.append(error.sentence)
    return {"form": form, "fields": fields, "problems": shown}
