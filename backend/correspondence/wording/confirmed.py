"""What the landlord's lawyer has confirmed: the text of prescribed forms, each with its days, and ticks for letters that rest on law.

A prescribed form that has no text in force on its day is not issued. A letter that wants a lawyer's tick and has none is: the
officer is told. A tick is of one wording: when that changes, another is asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from django.db import transaction

import letters
from backend.accounts import powers
from backend.accounts.models import Landlord, User
from backend.audit.models import record
from backend.casework.text import plain
from backend.correspondence.models import Confirmed
from backend.correspondence.wording.examples import on_example
from backend.correspondence.wording.own import kinds_for
from backend.errors import InvalidAnswers, NotAllowed, NotFound, Refused
from backend.rules.working_time import LONDON
from backend.workflow.publishing import live_version

MAX_NAME, MAX_VERSION = 200, 100
_ENTERED = "An administrator enters it under “What a lawyer has confirmed”."


@dataclass(frozen=True)
class Standing:
    """One kind of letter that wants a lawyer, and how it stands today."""

    kind: letters.Kind
    entries: Sequence[Confirmed]
    good: bool
    sentence: str


@transaction.atomic
def enter_text(
    *, code: str, version: str, text: str, valid_from: date, valid_until: date | None, lawyer: str, confirmed_on: date, by: User,
    now: datetime,
) -> Confirmed:  # fmt: skip
    """Keep the text of a prescribed form as the lawyer gave it. Raises `InvalidAnswers`; a flaw in the text names its line."""
    kind = _kind(by, code)
    if kind.prescribed is None:
        raise NotFound("This letter is no prescribed form.")
    problems = {**_lawyers_problems(lawyer, confirmed_on, now), **_text_problems(kind, text)}
    if not version.strip() or len(version.strip()) > MAX_VERSION:
        problems["version"] = f"Say which version of the form it is, in up to {MAX_VERSION} characters"
    if valid_until is not None and valid_until < valid_from:
        problems["valid_until"] = "The last day is before the first"
    if problems:
        raise InvalidAnswers(problems)
    return _keep(kind, by, now, version=plain(version).strip(), text=text, valid_from=valid_from, valid_until=valid_until, lawyer=lawyer,
                 confirmed_on=confirmed_on)  # fmt: skip


@transaction.atomic
def tick(*, code: str, wording: str, lawyer: str, confirmed_on: date, by: User, now: datetime) -> Confirmed:
    """Note that a lawyer has looked at a letter as it is worded now. `wording` is what was on the page: no other is ticked."""
    kind = _kind(by, code)
    if not kind.lawyer:
        raise NotFound("This letter wants no lawyer’s tick.")
    if kind.version != wording:
        raise Refused("The wording was changed since you opened the page. Read the letter again.")
    if problems := _lawyers_problems(lawyer, confirmed_on, now):
        raise InvalidAnswers(problems)
    return _keep(kind, by, now, version=kind.version, valid_from=confirmed_on, lawyer=lawyer, confirmed_on=confirmed_on)


def issued(kind: letters.Kind, landlord: Landlord, day: date) -> letters.Kind:
    """The kind as a letter of that day may be issued: a prescribed form with its text in force. Raises `Refused`."""
    if kind.prescribed is None:
        return kind
    entry = in_force(landlord, kind.code, day)
    if isinstance(entry, str):
        raise Refused(f"“{kind.title}” cannot be issued. {entry} {_ENTERED}")
    try:
        return letters.prescribed_with(kind, entry.text, _no_conditions)
    except letters.BadWording as error:
        raise Refused(f"“{kind.title}” cannot be issued: the text that your lawyer gave does not fit the form. {error}") from error


def in_force(landlord: Landlord, code: str, day: date) -> Confirmed | str:
    """The text of a prescribed form on a day; a sentence where there is none. A later version takes the place of an earlier
    one for good: when it has run out, the earlier does not come back."""
    texts = Confirmed.objects.filter(landlord=landlord, kind=code).exclude(text="")
    entry = texts.filter(valid_from__lte=day).order_by("-valid_from", "-pk").first()
    if entry is None:
        return "Your landlord’s lawyer has not given its text yet."
    if entry.valid_until is not None and entry.valid_until < day:
        until = letters.day(entry.valid_until)
        return f"Its version {entry.version} could be used until {until}. It needs a newer text."
    return entry


def ticked(landlord: Landlord) -> frozenset[tuple[str, str]]:
    """The code and wording of everything that a lawyer ticked."""
    return frozenset(Confirmed.objects.filter(landlord=landlord, text="").values_list("kind", "version"))


class Advice(NamedTuple):
    """What an officer is told before they write a letter; `stops`: it cannot be issued at all."""

    sentence: str = ""
    stops: bool = False


def advice(kind: letters.Kind, landlord: Landlord, of: frozenset[tuple[str, str]], day: date) -> Advice:
    """What is lacking of a prescribed form whose text is not there, or a letter that wants a lawyer's tick and has none of these."""
    if kind.prescribed is not None and isinstance(why := in_force(landlord, kind.code, day), str):
        return Advice(f"This form cannot be issued. {why} {_ENTERED}", stops=True)
    if not kind.lawyer or (kind.code, kind.version) in of:
        return Advice()
    return Advice(f"No lawyer has confirmed this letter as it is worded now. {kind.lawyer}")


def standings(by: User, day: date) -> list[Standing]:
    """Every kind that wants a lawyer, those that lack something first."""
    _administrator(by)
    entries: dict[str, list[Confirmed]] = {}
    for entry in Confirmed.objects.filter(landlord=by.landlord).select_related("entered_by").order_by("-valid_from", "-pk"):
        entries.setdefault(entry.kind, []).append(entry)
    kinds = [kind for kind in kinds_for(live_version(by.landlord)).values() if kind.lawyer or kind.prescribed]
    found = [_standing(kind, entries.get(kind.code, []), by.landlord, day) for kind in kinds]
    return sorted(found, key=lambda one: (one.good, one.kind.title))


def example(by: User, code: str, day: date) -> str:
    """A letter that wants a lawyer, on its example: what there is to confirm. A prescribed form has the text in force, if any."""
    kind = standing_of(by, code, day).kind
    entry = in_force(by.landlord, code, day)
    if kind.prescribed and not isinstance(entry, str):
        kind = letters.prescribed_with(kind, entry.text)
    return on_example(kind, by.landlord)


def standing_of(by: User, code: str, day: date) -> Standing:
    """How one kind stands. Raises `NotFound`."""
    found = next((one for one in standings(by, day) if one.kind.code == code), None)
    if found is None:
        raise NotFound("No lawyer is needed for this letter.")
    return found


def _standing(kind: letters.Kind, entries: Sequence[Confirmed], landlord: Landlord, day: date) -> Standing:
    if kind.prescribed is not None:
        entry = in_force(landlord, kind.code, day)
        good = not isinstance(entry, str)
        return Standing(kind, entries, good, entry if isinstance(entry, str) else f"Version {entry.version} is in force.")
    ticked = next((entry for entry in entries if entry.version == kind.version), None)
    if ticked is not None:
        return Standing(kind, entries, True, f"Confirmed by {ticked.lawyer} on {letters.day(ticked.confirmed_on)}.")
    return Standing(
        kind, entries, False, "Its wording was changed since a lawyer confirmed it." if entries else "No lawyer has confirmed it."
    )


def _keep(
    kind: letters.Kind, by: User, now: datetime, *, version: str, valid_from: date, lawyer: str, confirmed_on: date, text: str = "",
    valid_until: date | None = None,
) -> Confirmed:  # fmt: skip
    entry = Confirmed.objects.create(
        landlord=by.landlord, kind=kind.code, version=version, text=text, valid_from=valid_from, valid_until=valid_until,
        lawyer=plain(lawyer).strip(), confirmed_on=confirmed_on, entered_by=by, at=now,
    )  # fmt: skip
    said = f"Entered the text of “{kind.title}”, version {version}" if text else f"Noted that a lawyer confirmed “{kind.title}”"
    record("confirm_letter", said, landlord=by.landlord, by=by, at=now, kind=kind.code, lawyer=entry.lawyer, wording=version)
    return entry


def _kind(by: User, code: str) -> letters.Kind:
    _administrator(by)
    kind = kinds_for(live_version(by.landlord)).get(code)
    if kind is None:
        raise NotFound("There is no such letter.")
    return kind


def _administrator(by: User) -> None:
    if not by.can(powers.ADMINISTER):
        raise NotAllowed


def _lawyers_problems(lawyer: str, confirmed_on: date, now: datetime) -> dict[str, str]:
    problems = {}
    if not lawyer.strip() or len(lawyer.strip()) > MAX_NAME:
        problems["lawyer"] = f"Give the name of the lawyer, in up to {MAX_NAME} characters"
    if confirmed_on > now.astimezone(LONDON).date():
        problems["confirmed_on"] = "This day has not come yet"
    return problems


def _text_problems(kind: letters.Kind, text: str) -> dict[str, str]:
    try:
        letters.prescribed_with(kind, text, _no_conditions)
    except letters.BadWording as error:
        return {"text": str(error)}
    return {}


def _no_conditions(condition: str) -> str:
    return f"A prescribed form asks nothing of the case, so it cannot depend on {condition[:60]}."
