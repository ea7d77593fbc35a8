"""Something has happened: what people may tell a case now, and telling it. What a case listens for, in which words, about
whom and who may tell it is drawn in the landlord's diagrams; this module knows no message by name.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from backend.accounts import powers
from backend.accounts.models import User
from backend.audit.models import record
from backend.casework import access
from backend.casework.models import Case, Party, Record
from backend.casework.text import plain
from backend.errors import AlreadyDone, DomainError, InvalidAnswers, NotAllowed
from backend.workflow import runner
from backend.workflow.bpmn import Element
from backend.workflow.hearing import ANYONE, CASE, hearing, whom, words

#: The title in the case file is the event's own words; this is the form under which the reason is kept.
FORM, LONGEST = "happening", 10_000
REASON, PARTY = "reason", "party"


@dataclass(frozen=True)
class Happening:
    """Something that may be told to a case now. `people` are those it may be about; nobody where it is about the case."""

    message: str
    label: str
    help: str
    whom: str
    people: tuple[Party, ...]

    @property
    def about_somebody(self) -> bool:
        return self.whom != CASE


def happenings(case: Case, by: User) -> list[Happening]:
    """What this person may tell the case now, in the order in which the diagrams draw it."""
    parties = list(case.parties.select_related("person"))
    heard = hearing(case.instance)
    return [_happening(element, parties) for element in heard.values() if _may_tell(by, case, element)]


def happening(case: Case, message: str, by: User) -> Happening:
    """One of them. Raises `DomainError` when the case does not listen for it, `NotAllowed` when another role tells it."""
    return _happening(_heard(case, message, by), list(case.parties.select_related("person")))


@transaction.atomic
def tell(*, case: Case, message: str, party: Party | None, reason: str, press: UUID, by: User, now: datetime) -> Case:
    """Tell the case that something has happened, once for each `press` of the button. The reason stays in the case file."""
    case = access.work_on(by, case)
    runner.hold(case.instance)
    told = Record.objects.filter(press=press).first()
    if told is not None:
        if told.case_id != case.pk:
            raise AlreadyDone("This press of a button has told another case already, so nothing was changed.")
        return case
    case.instance.refresh_from_db()
    element = _heard(case, message, by)
    _check(element, case, party, reason)
    about = party if whom(element) != CASE else None
    _keep(case, element, about, reason, press, by, now)
    runner.deliver(case.instance, message, facts={}, by=by, now=now, party_id=about.pk if about else None)
    return case


def _heard(case: Case, message: str, by: User) -> Element:
    element = hearing(case.instance).get(message)
    if element is None:
        raise DomainError("The case does not listen for this at the stage that it has come to. Look at the case again.")
    if not _may_tell(by, case, element):
        raise NotAllowed("Another role says that this has happened. Ask your team leader.")
    return element


def _may_tell(by: User, case: Case, element: Element) -> bool:
    """Whoever works on the case, unless the diagram names a role; a manager may always step in."""
    if not by.can(powers.WORK):
        return False
    role = case.instance.contents.role_of(element) if element.properties.get("role") else ""
    return not role or role in by.role_codes or by.can(powers.MANAGE)


def _happening(element: Element, parties: Iterable[Party]) -> Happening:
    about = whom(element)
    people = tuple(party for party in parties if about in (ANYONE, party.role))
    return Happening(element.message, words(element), element.documentation, about, people)


def _check(element: Element, case: Case, party: Party | None, reason: str) -> None:
    problems: dict[str, str] = {}
    about = whom(element)
    if about != CASE and (party is None or party.case_id != case.pk or about not in (ANYONE, party.role)):
        problems[PARTY] = "Choose who this is about"
    if not plain(reason):
        problems[REASON] = "Say what happened, or why"
    elif len(reason) > LONGEST:
        problems[REASON] = f"Shorten this to {LONGEST:,} characters"
    if problems:
        raise InvalidAnswers(problems)


def _keep(case: Case, element: Element, party: Party | None, reason: str, press: UUID, by: User, now: datetime) -> None:
    label, said = words(element), plain(reason)
    answer = {"key": REASON, "label": "What happened, and why it is told", "shown": said, "value": said}
    Record.objects.create(case=case, party=party, form=FORM, title=label[:200], answers=[answer], by=by, at=now, press=press)
    record(
        "tell", f"Said that this has happened: {label}", landlord=case.landlord, by=by, at=now, case_id=case.pk,
        message=element.message, party=party.pk if party else None,
    )  # fmt: skip
