"""What a letter says: its needs met from the case, from what people wrote in their tasks, and from the pack.

In that order: a value that the product computes (a due time), an answer given in a task for the same person, an
answer given for the case, the landlord's own standing words in the pack's `letters.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import letters
from backend.accounts.models import Landlord, Letterhead, User
from backend.casework.models import Case, Party, Person, Report, Survey
from backend.correspondence.homes import address_of
from backend.correspondence.wording.own import kind_for, translation_for
from backend.rules.notices import LAST_DAYS
from backend.rules.working_time import LONDON
from backend.workflow.expressions import Value, parse
from backend.workflow.functions import functions_for
from backend.workflow.packs import Pack
from backend.workflow.values import unpack

#: The promise that a letter may tell ahead of its task.
FIRST_CONTACT = "first-contact"
#: A last day that follows from another day of the same letter, and the rule that counts it.
FOLLOWS: Mapping[str, tuple[str, str]] = {
    "cpn_appeal_by": ("cpn_issued_on", "cpn_appeal"), "circumstances_by": ("letter_date", "circumstances"),
}  # fmt: skip
#: The fact until when a closing letter leaves time to object.
REPLY_BY = "reply_by"

#: Who in a case gets a letter for these readers; any other goes to nobody in it.
GOES_TO: Mapping[str, tuple[str, ...]] = {"reporter": (Party.REPORTER, Party.WITNESS), "respondent": (Party.RESPONDENT,)}


@dataclass(frozen=True)
class Writing:
    """One letter being written: whose it is, what the case knows, when and by whom. Where it goes to nobody in the case, `recipient`
    holds the name and the address of the partner, or a document goes to nobody at all."""

    case: Case
    party: Party | None
    survey: Survey | None
    facts: Mapping[str, Value]
    now: datetime
    by: User | None = None
    recipient: Mapping[str, Any] | None = None
    person: Person | None = None
    addressee: str = "the case file"

    @property
    def to(self) -> str:
        """Whom it is for, in words."""
        if self.party:
            return self.party.label
        return str(self.recipient["name"]) if self.recipient else self.addressee


def translation_of(case: Case, code: str, language: str) -> letters.Translation | None:
    """The letter's text in that language, as this case's procedure has it; None where there is none."""
    return translation_for(case.instance.version, code, language) if language else None


def kind_of(case: Case, code: str) -> letters.Kind:
    """The kind of letter of that code, as this case's procedure has it."""
    return kind_for(case.instance.version, code)


def brand_of(case: Case) -> letters.Brand:
    """The landlord's colours and logo, and who signs."""
    team = case.owner.team if case.owner else None
    return plain_brand(case.landlord, team.name if team else "")


def plain_brand(landlord: Landlord, team: str = "") -> letters.Brand:
    """How the landlord's letters look, whoever writes them. What it says under an officer's name goes before the name of the team."""
    head = Letterhead.objects.filter(landlord=landlord).first() or Letterhead()
    logo = bytes(head.logo) if head.logo else None
    return letters.Brand(colour=landlord.colour, logo=logo, signatory=head.signatory or team or landlord.name, service=head.service)


def data_for(kind: letters.Kind, writing: Writing) -> dict[str, Any]:
    """The letter's data as JSON values. What cannot be met is left out: `letters.missing` says so in words."""
    said, words = (
        answers(writing.case, writing.party, closed=kind.audience == "respondent"),
        writing.case.instance.version.contents.standing,
    )
    own = {}
    for need in kind.needs:
        value = computed(need.name, writing) or _fitting(need, said.get(need.name)) or words.get(need.name)
        if value is not None:
            own[need.name] = _shape(need, value)
    return {**standard(kind, writing), **own}


def decided(kind: letters.Kind, writing: Writing) -> dict[str, bool]:
    """Whether each condition of the landlord's wording holds as the letter is asked for. Raises `ExpressionError`."""
    contents, landlord = writing.case.instance.version.contents, writing.case.landlord
    seen = contents.known({**unpack(writing.case.instance.facts), **writing.facts}, writing.now.astimezone(LONDON).date())
    functions = functions_for(contents.calendar(landlord.calendar))
    return {condition: parse(condition).evaluate(seen, functions) is True for condition in kind.conditions}


def lacking(kind: letters.Kind, pack: Pack) -> list[tuple[str, str]]:
    """The key and label of each need that no case of this pack could meet: nobody is asked, and nothing stands in its stead."""
    forms = (pack.forms.get(element.properties.get("form", "")) for element in pack.elements.values())
    computed = {name for name in _COMPUTED if name != "object_by" or REPLY_BY in pack.facts}
    met = {question.key for form in forms if form for question in form.questions} | set(pack.standing) | computed
    if FIRST_CONTACT not in pack.promises:
        met.discard("first_contact_by")
    met |= worked_out(kind)
    return [(need.name, need.label) for need in kind.needs if not need.optional and need.name not in met]


def worked_out(kind: letters.Kind) -> frozenset[str]:
    """What nobody types: what `notices.py` finds for a notice, and last days that follow from another day of the letter."""
    return (kind.fixed if kind.notice else frozenset()) | (FOLLOWS.keys() & {need.name for need in kind.needs})


def followed(kind: letters.Kind, data: Mapping[str, Any]) -> dict[str, Any]:
    """The data with each last day that follows from a day in it, as the law counts; whatever stood in its place goes."""
    found = {name: data.get(since) and _last_day(rule, data[since]) for name, (since, rule) in FOLLOWS.items() if name in worked_out(kind)}
    return {name: value for name, value in {**data, **found}.items() if value is not None}


def _last_day(rule: str, since: str) -> str:
    return LAST_DAYS[rule][1](date.fromisoformat(since)).isoformat()


def computed(name: str, writing: Writing) -> str | None:
    """What the product works out for a need of this name; None where a person has to say it."""
    find = _COMPUTED.get(name)
    return find(writing) if find else None


def is_computed(name: str) -> bool:
    """Whether the product works out what a need of this name is."""
    return name in _COMPUTED


def unfit(need: letters.Need, answer: object) -> str:
    """Why the letter could not print an answer as it was typed; empty when it could, or when nothing was answered."""
    return letters.unfit(need, _shape(need, answer)) if isinstance(answer, str) and answer.strip() else ""


def standard(kind: letters.Kind, writing: Writing) -> dict[str, Any]:
    """What every letter says: who writes, to whom, about which case, and on which day."""
    landlord, officer = writing.case.landlord, writing.case.owner
    said: dict[str, Any] = {
        "landlord": {
            "name": landlord.name, "address": landlord.address, "phone": landlord.phone, "email": landlord.email, "hours": landlord.hours,
        },
        "officer": {
            "name": officer.name if officer else f"The team at {landlord.name}",
            "phone": (officer.phone if officer else "") or landlord.phone,
            "email": (officer.email if officer else "") or landlord.email,
        },
        "case": {"reference": writing.case.reference},
        "letter_date": writing.now.astimezone(LONDON).date().isoformat(),
    }  # fmt: skip
    if kind.conditions:
        said[letters.DECIDED] = decided(kind, writing)
    return {**said, "recipient": _recipient(writing)} if kind.shape == "letter" else said


def _recipient(writing: Writing) -> dict[str, Any]:
    person = writing.party.person if writing.party else None
    if person is None:
        return dict(writing.recipient or {"name": "", "address": []})
    return {"name": person.name, "address": address_of(person)}


def answers(case: Case, party: Party | None, *, closed: bool = False) -> dict[str, Any]:
    """The latest answer under each key: for this person first, else for the case as a whole. `closed`: none that was given in
    confidence."""
    found: dict[str, Any] = {}
    secret = [key for key, form in case.instance.version.contents.forms.items() if form.confidential] if closed else []
    for whose in [None, party] if party else [None]:
        records = case.records.filter(party=whose).exclude(form__in=secret).order_by("at", "pk")
        for each in records.values_list("answers", flat=True):
            found.update({answer["key"]: answer.get("letter", answer["value"]) for answer in each})
    return found


def _fitting(need: letters.Need, answer: Any) -> Any:
    """The answer, unless it is to another question under the same key: one box cannot be a list with several columns."""
    return None if need.type == "rows" and len(need.columns) > 1 and isinstance(answer, str) else answer


def _shape(need: letters.Need, value: Any) -> Any:
    """Lines typed in one box become the rows of a list with one column."""
    if need.type == "rows" and isinstance(value, str):
        return [{need.columns[0].name: line.strip()} for line in value.splitlines() if line.strip()]
    return value


def _own_report(writing: Writing) -> Report | None:
    return writing.party.reports.order_by("received_at").first() if writing.party else None


def _first_report(writing: Writing) -> Report | None:
    return _own_report(writing) or writing.case.reports.order_by("received_at").first()


def _reported_on(writing: Writing) -> str | None:
    report = _first_report(writing)
    return report.received_at.astimezone(LONDON).date().isoformat() if report else None


def _report_summary(writing: Writing) -> str | None:
    return summary_for(writing.party)


def summary_for(party: Party | None) -> str | None:
    """What this person told us first, as their letters have it; None where they told us nothing."""
    report = party.reports.order_by("received_at").first() if party else None
    # A long link would not fit on a line.
    return re.sub(r"(\S{60})", r"\1 ", report.what[:2_000]) if report else None


def _first_contact_by(writing: Writing) -> str | None:
    """When the first contact is promised: worked out ahead of its task, from what is known now."""
    contents = writing.case.instance.version.contents
    promise = contents.promises.get(FIRST_CONTACT)
    if promise is None:
        return None
    calendar = contents.calendar(writing.case.landlord.calendar)
    facts = contents.known(writing.facts, writing.now.astimezone(LONDON).date())
    report = _first_report(writing)
    if promise.since in facts and report is not None:
        facts[promise.since] = report.received_at
    return promise.due(facts=facts, functions=functions_for(calendar), calendar=calendar, opened=writing.now).isoformat()


def _today(writing: Writing) -> str:
    return writing.now.astimezone(LONDON).date().isoformat()


def _object_by(writing: Writing) -> str | None:
    """Until when the procedure waits for a word against closing the case, where it says so."""
    until = writing.facts.get(REPLY_BY)
    return until.isoformat() if isinstance(until, datetime) else None


def _closed_on(writing: Writing) -> str:
    until = writing.facts.get(REPLY_BY)
    return until.astimezone(LONDON).date().isoformat() if isinstance(until, datetime) else _today(writing)


def _survey_by(writing: Writing) -> str | None:
    return writing.survey.expires_at.astimezone(LONDON).date().isoformat() if writing.survey else None


def _survey_phone(writing: Writing) -> str:
    return writing.case.landlord.phone


_COMPUTED: Mapping[str, Callable[[Writing], str | None]] = {
    "reported_on": _reported_on, "report_summary": _report_summary, "first_contact_by": _first_contact_by,
    "decided_on": _today, "closed_on": _closed_on, "object_by": _object_by, "survey_by": _survey_by, "survey_phone": _survey_phone,
}  # fmt: skip
