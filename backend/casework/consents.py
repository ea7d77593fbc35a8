"""What each person in a case has said to what we may want to do: agreed, refused, or done all the same and why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from backend.accounts.models import User
from backend.audit.models import record
from backend.casework import access
from backend.casework.models import Case, Consent, Party
from backend.casework.text import plain
from backend.errors import InvalidAnswers


@transaction.atomic
def record_consent(*, party: Party, action: str, answer: str, reason: str, by: User, now: datetime) -> Consent:
    """Keep what a person said. Going on without their agreement needs the reason that a court or an auditor will ask for."""
    case = access.work_on(by, party.case)
    problems = {}
    if action not in dict(Consent.ACTIONS):
        problems["action"] = "Choose what it is about"
    if answer not in dict(Consent.ANSWERS):
        problems["answer"] = "Choose what they said"
    reason = plain(reason)
    if answer == Consent.OVERRIDDEN and not reason:
        problems["reason"] = "Say why this is done without their agreement, and how it protects somebody"
    if len(reason) > 300:
        problems["reason"] = "Shorten this to 300 characters"
    if problems:
        raise InvalidAnswers(problems)
    kept = Consent.objects.create(party=party, action=action, answer=answer, reason=reason, by=by, at=now)
    said = f"{kept.get_answer_display()}: {kept.get_action_display().lower()}"
    record("record_consent", said, landlord=case.landlord, by=by, at=now, case_id=case.pk, party=party.pk, reason=reason)
    return kept


def standing(case: Case) -> Mapping[int, list[Consent]]:
    """What holds now for each party of a case: the latest word on each action, in the order of the list of actions."""
    latest: dict[tuple[int, str], Consent] = {}
    for one in Consent.objects.filter(party__case=case).select_related("by").order_by("at", "pk"):
        latest[one.party_id, one.action] = one
    order = [code for code, _ in Consent.ACTIONS]
    found: dict[int, list[Consent]] = {}
    for (party, _), one in sorted(latest.items(), key=lambda item: order.index(item[0][1])):
        found.setdefault(party, []).append(one)
    return found
