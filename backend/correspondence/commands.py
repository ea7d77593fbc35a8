"""The life of a letter until it is made: asked for by a diagram or an officer, checked, approved, withdrawn.

`words.py` fills it, `making.py` makes it, `sending/` sends it. Each step is an entry in the audit, so a letter's page can tell its life.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

import letters
from backend.accounts import powers
from backend.accounts.models import User
from backend.audit.models import Entry, record
from backend.casework import access
from backend.casework.models.case import SAFETY
from backend.casework.text import plain
from backend.correspondence import making, notices
from backend.correspondence.betrayal import betrays
from backend.correspondence.homes import home_closed, moved
from backend.correspondence.models import Letter, Rendition
from backend.correspondence.wording.confirmed import issued
from backend.correspondence.words import Writing, brand_of, computed, data_for, followed, kind_of, standard, summary_for, translation_of
from backend.errors import AlreadyDone, InvalidAnswers, NotAllowed, NotFound, Refused
from backend.rules.working_time import LONDON
from backend.workflow.values import unpack

MAX_REASON = 300
#: So many telling words stand in the sentence of a stop; the letter's page lists all of them.
NAMED = 3


@dataclass(frozen=True)
class Standing:
    """Where a letter stands once its words are known, and what holds it up, in a sentence."""

    status: str
    problem: str = ""


def queue_letter(*, kind_code: str, key: str, writing: Writing, typed: Mapping[str, Any] | None = None) -> Letter:
    """Ask for a letter, whose own words are found in the case or given as `typed`. Raises `Refused` with a sentence for everything
    it lacks (an address without a postcode, say). It waits, unmade, where it may give somebody away, where the procedure wants it
    approved, or where it is not safe to post. Of a notice every joint tenant gets a copy: this gives back the copy of the person
    it was asked for."""
    kind = kind_of(writing.case, kind_code)
    return with_copies(kind, key, writing, what_it_says(kind, writing, typed), _queue)


Keep = Callable[[letters.Kind, str, Writing, dict[str, Any], Letter | None], Letter]


def with_copies(kind: letters.Kind, key: str, writing: Writing, data: dict[str, Any], keep: Keep) -> Letter:
    """Keep a letter, and of a notice a copy for each further tenant; the working of a notice is kept in the case file."""
    others = notices.copies(kind, writing, data)
    if not Letter.objects.filter(key=key).exists():
        notices.keep_working(kind, writing, data)
    first = keep(kind, key, writing, data, None)
    for number, other in enumerate(others, start=2):
        keep(kind, f"{key}:{number}", other, {**data, **standard(kind, other)}, first)
    return first


def _queue(kind: letters.Kind, key: str, writing: Writing, data: dict[str, Any], copy_of: Letter | None) -> Letter:
    letter = new_letter(kind, key, writing, data, copy_of)
    _stand(letter, stands(letter))
    letter, made = kept(letter)
    if made and letter.status != Letter.QUEUED:
        _told(letter, "hold_letter", f"“{letter.title}” waits: {letter.get_status_display().lower()}", None, writing.now)
    return letter


def new_letter(kind: letters.Kind, key: str, writing: Writing, data: dict[str, Any], copy_of: Letter | None = None) -> Letter:
    """A letter that is not kept yet, to the person that is written to and in the language they read."""
    approver = writing.case.instance.version.contents.approve.get(kind.code, "")
    return Letter(
        case=writing.case, party=writing.party, person=writing.person, addressee="" if writing.party else writing.to, key=key,
        kind=kind.code, title=kind.title, data=data, language=_language(writing, kind), survey=writing.survey, queued_at=writing.now,
        asked_by=writing.by, approver=approver, copy_of=copy_of,
    )  # fmt: skip


def _language(writing: Writing, kind: letters.Kind) -> str:
    """The second language that this person reads, where the letter has a text in it."""
    wanted = writing.party.person.letters_in if writing.party and writing.party.person else ""
    return wanted if translation_of(writing.case, kind.code, wanted) else ""


def kept(letter: Letter) -> tuple[Letter, bool]:
    """The letter as a row, and whether it is a new one: the same key makes no second."""
    return Letter.objects.get_or_create(key=letter.key, defaults=_columns(letter))


def _columns(letter: Letter) -> dict[str, Any]:
    return {field.attname: getattr(letter, field.attname) for field in Letter._meta.concrete_fields if field.attname not in ("id", "key")}


def what_it_says(kind: letters.Kind, writing: Writing, typed: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The words of a letter: found in the case, or as they were typed. Raises `Refused` when anything is lacking."""
    data = {**(data_for(kind, writing) if typed is None else standard(kind, writing)), **(typed or {})}
    data = notices.filled(kind, writing, followed(kind, data))
    if lacking := letters.missing(kind, letters.from_json(kind, data)):
        raise Refused(f"“{kind.title}” to {writing.to} cannot be written yet. {' '.join(lacking)}")
    issued(kind, writing.case.landlord, writing.now.astimezone(LONDON).date())
    return data


def stands(letter: Letter) -> Standing:
    """Whether a letter may be made as it is: nobody is given away, whoever must approve it did, and it is safe to write."""
    if another := moved(letter):
        return Standing(Letter.FAILED, another)
    if letter.cleared_by_id is None and (telling := gives_away(letter)):
        words, more = ", ".join(f"“{words}”" for words in telling[:NAMED]), len(telling) - NAMED
        why = f"These words could give away who reported: {words}{f' and {more} more' if more > 0 else ''}. Change them, or ask"
        return Standing(Letter.STOPPED, f"{why} somebody else to look at them.")
    if letter.approver and letter.approved_by_id is None:
        return Standing(Letter.APPROVAL, f"It waits for approval by: {role_name(letter)}.")
    if kind_of(letter.case, letter.kind).shape == "letter" and not letter.released_by_id and (closed := home_closed(letter)):
        return Standing(Letter.HELD, closed)
    return Standing(Letter.QUEUED)


def gives_away(letter: Letter) -> list[str]:
    """All the words that could tell somebody else who reported. A paper for ourselves, which goes to nobody, may."""
    kind = kind_of(letter.case, letter.kind)
    if kind.audience == "file" and kind.shape == "document":
        return []
    return betrays(letter.data, letter.case, letter.party, summary=summary_for(letter.party), closed=kind.audience == "respondent")


def role_name(letter: Letter) -> str:
    """What the landlord calls the role that approves it."""
    role = letter.case.instance.version.contents.roles.get(letter.approver)
    return role.name if role else letter.approver


def _stand(letter: Letter, where: Standing) -> None:
    letter.status, letter.problem, letter.attempts = where.status, where.problem[:500], 0


# Steps that a person takes. Each locks the row, so that two people cannot take two steps from the same place.

#: Step -> where a letter stands when it can be taken.
STEPS: Mapping[str, tuple[str, ...]] = {
    "finish": (Letter.DRAFT,), "words": Letter.WRITABLE, "approve": (Letter.APPROVAL,), "clear": (Letter.STOPPED,),
    "send-back": (Letter.APPROVAL, Letter.STOPPED), "release": (Letter.HELD,), "retry": (Letter.FAILED,),
    "withdraw": tuple(status for status, _ in Letter.STATUSES if status != Letter.WITHDRAWN),
    "again": (Letter.RENDERED, Letter.WITHDRAWN, Letter.SENT, Letter.RETURNED),
}  # fmt: skip


def open_steps(letter: Letter, by: User) -> set[str]:
    """The steps that this person can take with a letter as it stands. Whoever had a part in words that wait for a second person
    can neither clear nor approve them, nor send them back."""
    found = {step for step, statuses in STEPS.items() if letter.status in statuses}
    if letter.survey_id is not None or ("again" in found and _written_again(letter.pk).exists()):
        found -= {"again"}
    if letter.approver not in by.role_codes:
        found -= {"approve"}
    if not by.can(powers.MANAGE):
        found -= {"clear"}
    if "send-back" in found and by.pk in _authors(letter):
        found -= {"approve", "clear", "send-back"}
    return found


def _held(by: User, letter_id: int, step: str) -> Letter:
    """The letter, locked, for somebody who may work on its case. Raises `AlreadyDone` when it is past this step."""
    access.need(by, powers.WORK)
    letter_for(by, letter_id)
    letter = Letter.objects.select_for_update(of=("self",)).select_related(*_READ).get(pk=letter_id)
    if letter.status not in STEPS[step]:
        raise AlreadyDone(f"“{letter.title}” is now: {letter.get_status_display().lower()}. Nothing was changed.")
    return letter


def _why(said: str, ask: str) -> str:
    if not (words := plain(said)):
        raise InvalidAnswers({"why": ask})
    if len(words) > MAX_REASON:
        raise InvalidAnswers({"why": f"Shorten this to {MAX_REASON} characters"})
    return words


def _told(letter: Letter, verb: str, sentence: str, by: User | None, now: datetime, **details: Any) -> None:
    record(verb, sentence, landlord=letter.case.landlord, by=by, at=now, case_id=letter.case_id, letter=letter.pk, **details)


def _on(letter: Letter, now: datetime, *fields: str) -> None:
    """Save where the letter stands now."""
    _stand(letter, stands(letter))
    if letter.status == Letter.QUEUED:
        letter.queued_at = now
    letter.save(update_fields=[*fields, "status", "problem", "attempts", "queued_at"])


@transaction.atomic
def finish(*, letter_id: int, seen: str, by: User, now: datetime) -> Letter:
    """Say that a draft has been read and is right. `seen` is `words_of` as the reader saw them."""
    letter = _held(by, letter_id, "finish")
    _same_words(letter, seen)
    letter.asked_by = by
    _on(letter, now, "asked_by")
    _told(letter, "finish_letter", f"Read and finished “{letter.title}”", by, now, words=seen)
    return letter


@transaction.atomic
def change_words(*, letter_id: int, typed: Mapping[str, Any], by: User, now: datetime) -> Letter:
    """Write the parts of a letter anew that are free to be written. What the law or the product worked out stays; an approval does
    not, since it was of other words."""
    letter = _held(by, letter_id, "words")
    kind = kind_of(letter.case, letter.kind)
    letter.data = {**{key: value for key, value in letter.data.items() if key not in typed or typed[key] is not None}, **_given(typed)}
    if lacking := letters.missing(kind, letters.from_json(kind, letter.data)):
        raise Refused(" ".join(lacking))
    letter.status, letter.problem, letter.approved_by, letter.cleared_by, letter.cleared_why = Letter.DRAFT, "", None, None, ""
    letter.save(update_fields=["data", "status", "problem", "approved_by", "cleared_by", "cleared_why"])
    _told(letter, "write_letter", f"Changed the words of “{letter.title}”", by, now, words=words_of(letter))
    return letter


def _given(typed: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in typed.items() if value is not None}


@transaction.atomic
def approve(*, letter_id: int, seen: str, by: User, now: datetime) -> Letter:
    """Approve a letter. Whoever wrote it, or did the task that asked for it, cannot."""
    letter = _held(by, letter_id, "approve")
    _somebody_else(letter, by)
    if letter.approver not in by.role_codes:
        raise NotAllowed(f"This letter is approved by: {role_name(letter)}.")
    _same_words(letter, seen)
    letter.approved_by = by
    _on(letter, now, "approved_by")
    _told(letter, "approve_letter", f"Approved “{letter.title}”", by, now, words=seen)
    return letter


@transaction.atomic
def send_back(*, letter_id: int, why: str, by: User, now: datetime) -> Letter:
    """Give a letter back to be written again, with the reason."""
    letter = _held(by, letter_id, "send-back")
    letter.status, letter.problem = Letter.DRAFT, _why(why, "Say what should be different")
    letter.save(update_fields=["status", "problem"])
    _told(letter, "send_back_letter", f"Sent “{letter.title}” back to be changed", by, now, reason=letter.problem)
    return letter


@transaction.atomic
def clear(*, letter_id: int, why: str, seen: str, by: User, now: datetime) -> Letter:
    """Let words stand that could give somebody away: a second person, who manages, says why they do not."""
    letter = _held(by, letter_id, "clear")
    access.need(by, powers.MANAGE)
    _somebody_else(letter, by)
    _same_words(letter, seen)
    letter.cleared_by, letter.cleared_why = by, _why(why, "Say why these words give nobody away")
    _on(letter, now, "cleared_by", "cleared_why")
    _told(letter, "clear_letter", f"Looked at “{letter.title}”: it gives nobody away", by, now, reason=letter.cleared_why, words=seen)
    return letter


@transaction.atomic
def release(*, letter_id: int, how: str, by: User, now: datetime) -> Letter:
    """Have a held letter made, to reach the person in a safe way that is written down. It still may not be posted."""
    letter = _held(by, letter_id, "release")
    letter.released_by, letter.released_why = by, _why(how, "Say how it will reach them safely")
    _on(letter, now, "released_by", "released_why")
    _told(letter, "release_letter", f"Had “{letter.title}” made, to be given in a safe way", by, now)
    return letter


@transaction.atomic
def try_again(*, letter_id: int, by: User, now: datetime) -> Letter:
    """Put a letter that could not be made back in the queue, with what is known now."""
    letter = _held(by, letter_id, "retry")
    before, letter.data = _own_words(letter), _refreshed(letter, by, now)
    if _own_words(letter) != before:
        # They were of other words.
        letter.approved_by, letter.cleared_by, letter.cleared_why = None, None, ""
    _on(letter, now, "data", "approved_by", "cleared_by", "cleared_why")
    _told(letter, "retry_letter", f"Asked for “{letter.title}” again", by, now)
    return letter


@transaction.atomic
def withdraw(*, letter_id: int, why: str, by: User, now: datetime) -> Letter:
    """Take a letter back. It stays on record with everything that was made of it; one that has gone out is still with the person."""
    letter = _held(by, letter_id, "withdraw")
    reason = _why(why, "Say why it is withdrawn")
    letter.status, letter.problem = Letter.WITHDRAWN, reason
    letter.save(update_fields=["status", "problem"])
    withdraw_certificate(letter, reason)
    _told(letter, "withdraw_letter", f"Withdrew “{letter.title}”", by, now, reason=reason)
    return letter


def withdraw_certificate(letter: Letter, reason: str) -> None:
    """A certificate of service goes with the service."""
    Letter.objects.filter(certifies__letter=letter).update(status=Letter.WITHDRAWN, problem=reason[:500])


@transaction.atomic
def write_again(*, letter_id: int, by: User, now: datetime) -> Letter:
    """A new draft with the words of a letter that was made or withdrawn. What was made stays as it is; what was not sent is withdrawn."""
    old = _held(by, letter_id, "again")
    if _written_again(old.pk).exists():
        raise AlreadyDone("This letter has been written again already. Look for the new one in the case.")
    if old.survey_id is not None:
        raise Refused("This letter has a link of its own in it, which cannot be used twice. Send the survey again instead.")
    writing = Writing(old.case, old.party, None, {}, now, by, old.data.get("recipient"))
    kind, others = kind_of(old.case, old.kind), old.copy_of or (old if old.copies.exists() else None)
    letter = new_letter(kind, f"again:{old.pk}:{now.isoformat()}", writing, _refreshed(old, by, now), others)
    letter.status, letter.instead_of = Letter.DRAFT, old
    letter.save()
    if old.status == Letter.RENDERED:
        old.status, old.problem = Letter.WITHDRAWN, "It was written again."
        old.save(update_fields=["status", "problem"])
        _told(old, "withdraw_letter", f"Withdrew “{old.title}”, which is written again", by, now)
    _told(letter, "write_letter", f"Began “{letter.title}” again", by, now)
    return letter


def _written_again(letter: int | OuterRef) -> QuerySet[Letter]:
    """What was written instead of a letter, and still stands."""
    return Letter.objects.filter(instead_of=letter).exclude(status=Letter.WITHDRAWN)


def _refreshed(letter: Letter, by: User, now: datetime) -> dict[str, Any]:
    """The same words under today's date: with the address, the officer and whatever the product works out as they are now.
    Raises `Refused`."""
    kind, facts = kind_of(letter.case, letter.kind), unpack(letter.case.instance.facts)
    writing = Writing(letter.case, letter.party, letter.survey, facts, now, by, letter.data.get("recipient"))
    own = {key: value for key, value in letter.data.items() if key not in letters.STANDARD_ROOTS}
    again = {need.name: value for need in kind.needs if (value := computed(need.name, writing)) is not None}
    return what_it_says(kind, writing, {**own, **again})


def words_of(letter: Letter) -> str:
    """A short name for exactly these words, 16 hex digits: what somebody approves is what they saw."""
    return hashlib.sha256(json.dumps(letter.data, sort_keys=True).encode()).hexdigest()[:16]


def _same_words(letter: Letter, seen: str) -> None:
    if seen != words_of(letter):
        raise AlreadyDone("The words were changed since you read them. Read the letter again.")


def _somebody_else(letter: Letter, by: User) -> None:
    if by.pk in _authors(letter):
        raise NotAllowed("Whoever wrote a letter cannot be the second person who looks at it. Ask somebody else.")


def _authors(letter: Letter) -> set[int | None]:
    """Everybody who had a part in the words: who asked, wrote or finished it or the letter it was written again from, and who did
    the tasks whose answers it prints."""
    chain, older = [letter.pk], letter.instead_of
    while older is not None:
        chain, older = [*chain, older.pk], older.instead_of
    wrote = Entry.objects.filter(case_id=letter.case_id, verb__in=("write_letter", "finish_letter"), details__letter__in=chain)
    keys = set(letter.data) - letters.STANDARD_ROOTS
    records = letter.case.records.values_list("by", "answers")
    told = {who for who, answers in records if any(answer["key"] in keys for answer in answers)}
    return {letter.asked_by_id, *wrote.values_list("by", flat=True), *told} - {None}


# What may be read


@dataclass(frozen=True)
class Copy:
    """A further tenant's copy of a notice, and whether it says the same as the one it is seen from."""

    letter: Letter
    same: bool


def copies_of(letter: Letter) -> list[Copy]:
    """The copies of a notice for the other tenants of the home, but those that were withdrawn."""
    if not kind_of(letter.case, letter.kind).notice:
        return []
    root, own = letter.copy_of_id or letter.pk, _own_words(letter)
    others = Letter.objects.filter(Q(pk=root) | Q(copy_of=root)).exclude(status=Letter.WITHDRAWN)
    found = others.exclude(Exists(_written_again(OuterRef("pk")))).select_related("party__person", "service").order_by("pk")
    return [Copy(other, _own_words(other) == own) for other in found if _whose(other) != _whose(letter)]


def _whose(letter: Letter) -> tuple[int | None, int | None, str]:
    return letter.party_id, letter.person_id, letter.addressee


def _own_words(letter: Letter) -> dict[str, Any]:
    """What a letter says, but for whom it goes to, who signs and the day."""
    return {key: value for key, value in letter.data.items() if key not in letters.STANDARD_ROOTS}


def preview(user: User, letter_id: int, *, now: datetime) -> str:
    """The letter as it would be drawn now, as one page of HTML for a frame that runs nothing."""
    letter = letter_for(user, letter_id)
    kind = issued(kind_of(letter.case, letter.kind), letter.case.landlord, now.astimezone(LONDON).date())
    beside = translation_of(letter.case, letter.kind, letter.language)
    return letters.preview_html(kind, letters.from_json(kind, letter.data), brand_of(letter.case), translation=beside)


def life_of(letter: Letter) -> Sequence[Entry]:
    """Everything that happened to a letter, in order."""
    return list(Entry.objects.select_related("by").filter(case_id=letter.case_id, details__letter=letter.pk).order_by("pk"))


def waiting_letters(user: User) -> QuerySet[Letter]:
    """Letters of this person's cases that somebody must send or look at, oldest first."""
    letters_waiting = Letter.objects.filter(access.seen_by(user, "case__"), status__in=Letter.WAITING)
    people = (f"party__person__{path}" for path in SAFETY)
    return letters_waiting.select_related("case__owner", "person", *people).order_by("queued_at", "pk")


_READ = ("case__landlord", "case__owner__team", "case__instance__version", "party__person", "person", "survey", "asked_by", "cleared_by",
         "released_by")  # fmt: skip


def letter_for(user: User, letter_id: int) -> Letter:
    """A letter of a case this person may see. Raises `NotFound`."""
    letter = Letter.objects.select_related(*_READ).filter(access.seen_by(user, "case__"), pk=letter_id).first()
    if letter is None:
        raise NotFound
    return letter


def pdf_for(user: User, letter_id: int, name: str) -> Rendition:
    """One rendition of a letter. Raises `NotFound`."""
    letter = letter_for(user, letter_id)
    rendition = making.drawn(letter, name)
    if rendition is None:
        raise NotFound("This letter has not been made yet. It takes a few seconds; then load the page again.")
    return rendition
