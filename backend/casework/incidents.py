"""Incidents that an officer adds at any time: what happened, where, of which type, and who told us.

Knows no types of its own: they are the categories of the case's procedure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from backend.accounts.models import User
from backend.audit.models import record
from backend.casework import access
from backend.casework.models import Case, Incident, Party
from backend.casework.postcodes import NOT_WHOLE, tidy
from backend.casework.text import plain
from backend.errors import InvalidAnswers, NotFound
from backend.workflow.forms import Option

#: The fact that holds a case's category; the question that gives it names the types of incident.
CATEGORY = "category"
#: Of a place, a time and a source, in characters.
MOST = 200


@dataclass(frozen=True)
class Happened:
    """An incident as it was told. `party` told us, or `source` says who did."""

    what: str
    place: str
    type: str
    on: date
    postcode: str = ""
    when: str = ""
    party: Party | None = None
    source: str = ""


def types_of(case: Case) -> Sequence[Option]:
    """The types of incident that the case's own procedure knows."""
    questions = [question for form in case.instance.contents.forms.values() for question in form.questions if question.fact == CATEGORY]
    return questions[0].options if questions else ()


@transaction.atomic
def add_incident(*, case: Case, happened: Happened, by: User, now: datetime) -> Incident:
    """Write down that something happened."""
    case = access.work_on(by, case)
    _check(case, happened, now)
    incident = Incident.objects.create(
        case=case, type=happened.type, happened_on=happened.on, happened=plain(happened.when), place=plain(happened.place),
        postcode=tidy(happened.postcode) or "", what=plain(happened.what), told_by=happened.party,
        source="" if happened.party else plain(happened.source), by=by, told_at=now,
    )  # fmt: skip
    record("add_incident", "Added an incident", landlord=case.landlord, by=by, at=now, case_id=case.pk, incident=incident.pk)
    return incident


def _check(case: Case, happened: Happened, now: datetime) -> None:
    problems = {}
    if not plain(happened.what):
        problems["what"] = "Say what happened"
    elif len(happened.what) > 10_000:
        problems["what"] = "Shorten this to 10,000 characters"
    if not plain(happened.place):
        problems["place"] = "Say where it happened"
    for key in ("place", "when", "source"):
        if len(getattr(happened, key)) > MOST:
            problems[key] = f"Shorten this to {MOST} characters"
    if happened.postcode.strip() and tidy(happened.postcode) is None:
        problems["postcode"] = NOT_WHOLE
    if happened.type not in {option.value for option in types_of(case)}:
        problems["type"] = "Choose what kind of incident it was"
    if happened.on > timezone.localdate(now):
        problems["on"] = "Enter a day that has come"
    if problems:
        raise InvalidAnswers(problems)
    if happened.party is not None and happened.party.case_id != case.pk:
        raise NotFound
