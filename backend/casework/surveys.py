"""Closure surveys: sent by the diagram, answered by a one-use link, on paper or by telephone."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from backend.accounts.models import User
from backend.audit.models import record
from backend.casework import access
from backend.casework.models import Case, Party, Survey
from backend.casework.subjects import SURVEYS_ANSWERED
from backend.errors import DomainError, NotFound
from backend.workflow import runner
from backend.workflow.forms import Form

#: The form of the pack that holds the survey's questions.
FORM = "survey"


class LinkUsed(DomainError):
    """This link has already been used or has run out. If you would still like to tell us something, please call us."""


def send(*, case: Case, party: Party, expires_at: datetime, now: datetime) -> Survey:
    """Make a survey for a reporter. The link is minted when its letter is drawn."""
    survey, _ = Survey.objects.get_or_create(case=case, party=party, sent_at=now, defaults={"expires_at": expires_at})
    return survey


def mint(survey: Survey) -> str:
    """A new token for the survey: 128 random bits. It is stored hashed, so only the letter holds it."""
    token = secrets.token_urlsafe(16)
    survey.token_hash = _hash(token)
    survey.save(update_fields=["token_hash"])
    return token


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def by_token(token: str, *, now: datetime) -> Survey:
    """The survey that waits behind a link. Raises `LinkUsed` for anything else, and says no more."""
    survey = Survey.objects.select_related("case__landlord", "case__instance__version").filter(token_hash=_hash(token)).first()
    if survey is None or survey.answered_at is not None or survey.expires_at < now:
        raise LinkUsed
    return survey


def form_for(case: Case) -> Form:
    """The survey's questions, as the case's version has them."""
    return case.instance.version.contents.forms[FORM]


def waiting(case: Case, *, now: datetime) -> list[Survey]:
    """The surveys of a case that may still be answered."""
    return list(case.surveys.select_related("party__person").filter(answered_at=None, expires_at__gte=now))


@transaction.atomic
def answer_by_link(*, token: str, data: Mapping[str, Sequence[str]], now: datetime) -> Survey:
    """Answers that came through the link. It works once."""
    return _answer(by_token(token, now=now), data, channel="online", by=None, now=now)


@transaction.atomic
def enter(*, case: Case, survey_id: int, channel: str, data: Mapping[str, Sequence[str]], by: User, now: datetime) -> Survey:
    """Answers that came on paper or by telephone, entered by staff."""
    case = access.case_for(by, case.reference)
    survey = case.surveys.filter(pk=survey_id, answered_at=None, expires_at__gte=now).first()
    if survey is None or channel not in ("paper", "telephone"):
        raise NotFound("This survey has already been answered or has run out.")
    survey.case = case
    return _answer(survey, data, channel=channel, by=by, now=now)


def _answer(survey: Survey, data: Mapping[str, Sequence[str]], *, channel: str, by: User | None, now: datetime) -> Survey:
    # The instance first, as every command does: the last two answers of a case would else each wait for the other.
    runner.hold(survey.case.instance)
    held = Survey.objects.select_for_update().get(pk=survey.pk)
    if held.answered_at is not None:
        raise LinkUsed
    case = survey.case
    held.answers = form_for(case).clean(data, {}).answers
    if not held.answers:
        raise DomainError("Answer at least one question.")
    held.answered_at, held.channel, held.entered_by, held.token_hash = now, channel, by, ""
    held.save()
    record("answer_survey", "A reporter answered the survey", landlord=case.landlord, by=by, at=now, case_id=case.pk, survey=held.pk)
    instance = case.instance
    instance.refresh_from_db(fields=["messages", "ended_at"])
    if not case.surveys.filter(answered_at=None, expires_at__gte=now).exists() and SURVEYS_ANSWERED in instance.messages:
        runner.deliver(instance, SURVEYS_ANSWERED, facts={}, by=None, now=now)
    return held
