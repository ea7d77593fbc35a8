"""What people do to cases: each a function, one transaction, with an audit entry. `by` and `now` are always arguments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from backend.accounts import powers
from backend.accounts.models import Landlord, User
from backend.audit.models import record
from backend.casework import access, separation
from backend.casework.models import Case, Incident, Party, Person, Record, Report
from backend.casework.postcodes import NOT_WHOLE, patch_for, tidy
from backend.casework.subjects import REPORT_ATTACHED
from backend.casework.text import plain
from backend.errors import AlreadyDone, DomainError, InvalidAnswers, NotAllowed, NotFound
from backend.workflow import catalogue, runner
from backend.workflow.expressions import Value
from backend.workflow.forms import Cleaned, Form
from backend.workflow.models import Task
from backend.workflow.publishing import live_version

#: Of what is known of somebody without a name, and of a line of an address as letters print it.
MOST_KNOWN, MOST_IN_LINE = 200, 100


@dataclass(frozen=True)
class Told:
    """What somebody told us. `address` is the reporter's own, `place` where it happened."""

    what: str
    place: str
    place_postcode: str = ""
    happened: str = ""
    who: str = ""
    name: str = ""
    phone: str = ""
    email: str = ""
    address: tuple[str, ...] = ()
    postcode: str = ""
    confidential: bool = False
    adjustments: str = ""

    def made_plain(self) -> Told:
        """The same without characters that are not seen and could mislead."""
        texts: dict[str, Any] = {field.name: plain(value) for field in fields(self) if isinstance(value := getattr(self, field.name), str)}
        return replace(self, **texts, address=tuple(line for line in map(plain, self.address) if line))

    def check(self) -> None:
        """Raise `InvalidAnswers` for what is missing or too long."""
        problems: dict[str, str] = {}
        if not self.what.strip():
            problems["what"] = "Tell us what happened"
        if not self.place.strip():
            problems["place"] = "Tell us where it happened"
        for name, limit in (
            ("what", 10_000),
            ("place", 200),
            ("happened", 200),
            ("who", 300),
            ("name", 200),
            ("phone", 40),
            ("adjustments", 300),
        ):
            if len(getattr(self, name)) > limit:
                problems[name] = f"Shorten this to {limit:,} characters"
        for name in ("postcode", "place_postcode"):
            if getattr(self, name) and tidy(getattr(self, name)) is None:
                problems[name] = NOT_WHOLE
        problems |= _wrong_ways(self.email, self.address)
        if problems:
            raise InvalidAnswers(problems)


@transaction.atomic
def take_report(*, landlord: Landlord, channel: str, told: Told, by: User | None, now: datetime) -> Report:
    """Keep a report as it was told. `by` is None for the public form."""
    if by is not None:
        access.need(by, powers.TAKE_REPORTS)
        if by.landlord_id != landlord.pk:
            raise NotAllowed
    if channel not in dict(Report.CHANNELS):
        raise InvalidAnswers({"channel": "Choose how this reached us"})
    told = told.made_plain()
    told.check()
    report = Report.objects.create(
        landlord=landlord, channel=channel, received_at=now, taken_by=by, what=told.what.strip(), place=told.place.strip(),
        place_postcode=tidy(told.place_postcode) or "", happened=told.happened.strip(), who=told.who.strip(),
        name=told.name.strip(), phone=told.phone.strip(), email=told.email.strip(),
        address=[line.strip() for line in told.address if line.strip()], postcode=tidy(told.postcode) or "",
        confidential=told.confidential, adjustments=told.adjustments.strip(),
    )  # fmt: skip
    record("take_report", "Took a report", landlord=landlord, by=by, at=now, report=report.pk, channel=channel)
    return report


@transaction.atomic
def open_case(*, report: Report, by: User, now: datetime, follows: Case | None = None) -> Case:
    """Open a case from a report and begin the landlord's live procedure. `follows` is the closed case that it brings back."""
    access.need(by, powers.TRIAGE)
    report = _unplaced(report, by)
    if follows is not None:
        _check_follows(follows, by)
    version = live_version(report.landlord)
    case = Case.objects.create(
        landlord=report.landlord, reference=_next_reference(report.landlord), instance=runner.prepare(version, now=now),
        opened_at=now, opened_by=by, place=report.place, postcode=report.place_postcode,
        patch=patch_for(report.landlord.patches.all(), report.place_postcode), follows=follows,
    )  # fmt: skip
    _place(report, case, by, now)
    record("open_case", "Opened the case", landlord=case.landlord, by=by, at=now, case_id=case.pk, report=report.pk)
    facts: dict[str, Value] = {
        "reported_at": report.received_at,
        "opened_at": now,
        "channel": report.channel,
        "anonymous": not report.name,
        "first_reporter": report.party_id,
    }
    runner.begin(case.instance, facts=facts, by=by, now=now)
    return Case.objects.get(pk=case.pk)


def _check_follows(case: Case, by: User) -> None:
    if case.landlord_id != by.landlord_id:
        raise NotFound
    if case.closed_at is None:
        raise DomainError(f"{case.reference} is still open. Attach the report to it instead.")


@transaction.atomic
def attach_report(*, report: Report, case: Case, by: User, now: datetime) -> Case:
    """Attach a further report to a case that is open. The report keeps its time, channel and reporter."""
    access.need(by, powers.TRIAGE)
    report = _unplaced(report, by)
    # The instance first, as every command does: two orders of locking would stop each other.
    runner.hold(case.instance)
    case = Case.objects.select_related("landlord", "instance").get(pk=case.pk)
    if case.landlord_id != by.landlord_id:
        raise NotFound
    if case.closed_at is not None:
        raise DomainError(f"{case.reference} is closed. Open a new case that goes on from it.")
    _place(report, case, by, now)
    record("attach_report", "Attached a further report", landlord=case.landlord, by=by, at=now, case_id=case.pk, report=report.pk)
    if REPORT_ATTACHED in case.instance.messages:
        # What the reporter's address lacks can only be put right once they are on the case.
        runner.deliver(case.instance, REPORT_ATTACHED, facts={}, by=by, now=now, party_id=report.party_id, may_refuse=False)
    return case


def _unplaced(report: Report, by: User) -> Report:
    held = Report.objects.select_for_update().filter(pk=report.pk, landlord=by.landlord_id).first()
    if held is None:
        raise NotFound
    if held.case_id is not None:
        raise AlreadyDone("This report already belongs to a case, so nothing was changed.")
    return held


def _place(report: Report, case: Case, by: User, now: datetime) -> None:
    """The report's reporter becomes a party, and what it describes an incident."""
    report.case, report.placed_at, report.placed_by = case, now, by
    report.party = _reporter(report, case, now)
    report.save(update_fields=["case", "placed_at", "placed_by", "party"])
    Incident.objects.create(
        case=case, report=report, type=case.category, happened=report.happened, place=report.place, postcode=report.place_postcode,
        what=report.what, told_by=report.party, told_at=report.received_at,
    )  # fmt: skip


def _reporter(report: Report, case: Case, now: datetime) -> Party:
    if not report.name:
        described = f"gave no name, {report.get_channel_display().lower()}"
        return Party.objects.create(case=case, role=Party.REPORTER, description=described, confidential=True, added_at=now)
    for standing in case.parties.filter(role=Party.REPORTER, person__isnull=False).select_related("person"):
        known = standing.person
        if known and (known.name.casefold(), known.address, known.postcode) == (report.name.casefold(), report.address, report.postcode):
            return standing
    # Two people may share a name: a person is never taken from another case, only ever joined by somebody's choice.
    person = Person.objects.create(
        landlord=case.landlord, name=report.name, address=report.address, postcode=report.postcode, phone=report.phone, email=report.email
    )
    return Party.objects.create(case=case, role=Party.REPORTER, person=person, confidential=report.confidential, added_at=now)


def _next_reference(landlord: Landlord) -> str:
    Landlord.objects.filter(pk=landlord.pk).update(next_case_number=F("next_case_number") + 1)
    number = Landlord.objects.values_list("next_case_number", flat=True).get(pk=landlord.pk) - 1
    return f"ASB-{number:05d}"


@transaction.atomic
def add_party(
    *, case: Case, role: str, name: str, description: str, phone: str, email: str, address: Sequence[str], postcode: str,
    confidential: bool, by: User, now: datetime,
) -> Party:  # fmt: skip
    """Add somebody to a case, by name or, when they are not known yet, by description."""
    case = access.work_on(by, case)
    if role not in dict(Party.ROLES):
        raise InvalidAnswers({"role": "Choose what part this person has"})
    if not name.strip() and not description.strip():
        raise InvalidAnswers({"name": "Enter a name, or describe the person if you do not know it"})
    if len(description) > MOST_KNOWN:
        raise InvalidAnswers({"description": f"Shorten this to {MOST_KNOWN} characters"})
    person = _person(case.landlord, name, phone, email, address, postcode) if name.strip() else None
    party = Party.objects.create(
        case=case, role=role, person=person, description=description.strip(), confidential=confidential, added_at=now
    )
    record(
        "add_party", f"Added a {party.get_role_display().lower()}", landlord=case.landlord, by=by, at=now, case_id=case.pk, party=party.pk
    )
    return party


@transaction.atomic
def identify_party(
    *, party: Party, name: str, phone: str, email: str, address: Sequence[str], postcode: str, by: User, now: datetime
) -> Party:
    """Say who somebody is, or correct their details. What was started for them goes on under their name."""
    case = access.work_on(by, party.case)
    if not name.strip():
        raise InvalidAnswers({"name": "Enter the person’s name"})
    # As it is now: of two who say at once who somebody is, the second corrects the first.
    party = Party.objects.select_for_update(of=("self",)).select_related("person").get(pk=party.pk)
    if party.person is None:
        party.person = _person(case.landlord, name, phone, email, address, postcode)
        party.save(update_fields=["person"])
        said = "Identified somebody who was not known"
    else:
        _write_person(party.person, name, phone, email, address, postcode)
        said = "Corrected a person’s details"
    record("identify_party", said, landlord=case.landlord, by=by, at=now, case_id=case.pk, party=party.pk)
    return party


def _person(landlord: Landlord, name: str, phone: str, email: str, address: Sequence[str], postcode: str) -> Person:
    return _write_person(Person(landlord=landlord), name, phone, email, address, postcode)


def _write_person(person: Person, name: str, phone: str, email: str, address: Sequence[str], postcode: str) -> Person:
    tidied = tidy(postcode) if postcode.strip() else ""
    if tidied is None:
        raise InvalidAnswers({"postcode": NOT_WHOLE})
    told = {
        "name": plain(name), "phone": plain(phone), "email": email.strip(), "postcode": tidied,
        "address": [line for line in map(plain, address) if line],
    }  # fmt: skip
    _check_person(told)
    for key, value in told.items():
        setattr(person, key, value)
    # Whom they were joined to is not told here, and may have changed meanwhile.
    person.save(update_fields=told if person.pk else None)
    return person


def _check_person(told: Mapping[str, Any]) -> None:
    """Raise `InvalidAnswers` for what would have to be cut, or cannot be."""
    problems = {key: f"Shorten this to {most} characters" for key, most in (("name", 200), ("phone", 40)) if len(told[key]) > most}
    if problems := problems | _wrong_ways(told["email"], told["address"]):
        raise InvalidAnswers(problems)


def _wrong_ways(email: str, address: Sequence[str]) -> dict[str, str]:
    """What is wrong with where somebody is written to, by field."""
    problems: dict[str, str] = {}
    if any(len(line) > MOST_IN_LINE for line in address):
        problems["address"] = f"Shorten each line of the address to {MOST_IN_LINE} characters"
    if email and ("@" not in email or len(email) > 254):
        problems["email"] = "Enter an e-mail address like name@example.com, or leave it empty"
    return problems


def form_of(task: Task) -> Form:
    """The form of a task, as the case's own version has it, with the options that the case's facts allow."""
    return task.instance.contents.forms[task.form].offering(lambda text: runner.holds(task, text))


def people_for(task: Task, form: Form, case: Case) -> dict[str, dict[str, str]]:
    """For each question that asks for a person, who may be chosen: id to name."""
    found: dict[str, dict[str, str]] = {}
    for question in form.questions:
        if question.type == "person":
            parties = (
                case.parties.select_related("person").filter(role=question.role) if question.role else case.parties.select_related("person")
            )
            found[question.key] = {str(party.pk): party.label for party in parties}
        elif question.type == "officer":
            users = User.objects.filter(landlord=case.landlord, is_active=True, roles__powers__contains=[powers.WORK])
            users = users.filter(roles__code=question.role) if question.role else users
            found[question.key] = {str(user.pk): user.name for user in users.distinct()}
    return found


@transaction.atomic
def complete_task(*, task_id: int, data: Mapping[str, Sequence[str]], by: User, now: datetime) -> Record:
    """Complete a task with its form's answers. Raises `InvalidAnswers`, `Refused` or `AlreadyDone`; then nothing changes."""
    task = access.lock_task(by, task_id)
    access.need_task(by, task)
    if mine := separation.did_before(task, by):
        raise NotAllowed(f"You did “{mine}” yourself, so somebody else must do this. Hand it over; what you typed is kept.")
    runner.take(task, by=by, now=now)
    case = task.instance.case
    form = form_of(task)
    cleaned = form.clean(data, people_for(task, form, case))
    _check_fit(cleaned, task.instance.contents.letters)
    kept = Record.objects.create(
        case=case, party_id=task.party_id, task=task, form=form.key, section=form.section, title=form.record,
        answers=cleaned.answers, score=_score(form, cleaned), by=by, at=now,
    )  # fmt: skip
    record("complete_task", f"Completed “{task.name}”", landlord=case.landlord, by=by, at=now, case_id=case.pk, task=task.pk)
    runner.complete(task, facts=cleaned.facts, by=by, now=now, subject=case)
    return kept


def _score(form: Form, cleaned: Cleaned) -> int | None:
    score = cleaned.facts.get(form.score)
    return score if isinstance(score, int) else None


def _check_fit(cleaned: Cleaned, texts: catalogue.LetterTexts) -> None:
    """What a letter will print must fit it now: later nobody could change the answer."""
    unfit = {
        answer["key"]: catalogue.writing().unfit(texts, answer["key"], answer.get("letter", answer["value"])) for answer in cleaned.answers
    }
    if problems := {key: sentence for key, sentence in unfit.items() if sentence}:
        raise InvalidAnswers(problems)


@transaction.atomic
def start_tool(
    *, case: Case, element: str, party: Party | None, by: User, now: datetime, reason: str = "", press: UUID | None = None
) -> Case:
    """Start a tool that the case's stage offers, for a named person or for the whole case. One that the procedure does not
    advise for this case needs a reason. Raises `AlreadyDone` when the same `press` of the button has started it."""
    case = access.work_on(by, case)
    tool = case.instance.version.contents.elements.get(element)
    if tool is None:
        raise NotFound
    whom = tool.properties.get("for", "case")
    if whom == "case":
        party = None
    elif party is None or party.role not in whom.split() or party.case_id != case.pk:
        raise InvalidAnswers({"party": "Choose who this is for"})
    reason = plain(reason)[:1_000]
    if not reason and any(offer["element"] == element and offer.get("reason") for offer in case.instance.offers):
        raise InvalidAnswers({"reason": "Say why this is right here, although it is not what the procedure advises"})
    runner.start_tool(case.instance, element=element, party_id=party.pk if party else None, by=by, now=now, press=press)
    said = {"reason": reason} if reason else {}
    record("start_tool", f"Started “{tool.label}”", landlord=case.landlord, by=by, at=now, case_id=case.pk, element=element, **said)
    return case
