"""Letters: asked for by a diagram, made by a worker, sent by a person."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse

import letters
from backend.accounts import powers
from backend.accounts.models import User
from backend.audit.models import record
from backend.casework import access, surveys
from backend.casework.models import Case
from backend.casework.models.case import SAFETY
from backend.casework.safety import post_refused
from backend.correspondence.betrayal import betrays
from backend.correspondence.models import Letter, Rendition
from backend.correspondence.words import Writing, data_for
from backend.errors import AlreadyDone, DomainError, InvalidAnswers, NotFound, Refused
from backend.workflow.values import unpack

#: How long a letter that was taken is left alone, and how often it is tried. While it is drawn its row is locked, and a
#: killed worker's lock goes with it: the lease only spans the moment between taking and drawing. A worker that is killed for
#: other reasons, again and again, must not make a sound letter look like one that cannot be drawn: 3 of 1,293 were given up
#: when five tries were allowed and something was killed every four seconds on a machine busy with other work.
LEASE = timedelta(seconds=5)
MAX_ATTEMPTS = 12
#: What is made of each letter: one that can be read aloud or shown on a screen, and one for the window envelope.
RENDITIONS = letters.RENDITIONS[0], letters.RENDITIONS[2]


def queue_letter(*, kind_code: str, key: str, writing: Writing) -> Letter:
    """Ask for a letter. Raises `Refused` with a sentence for everything it lacks (an address without a postcode, say).
    A letter to somebody whom it is not safe to write to is held, unmade, until a person says how it reaches them."""
    if kind_code not in letters.kinds():
        raise DomainError(f"There is no kind of letter called “{kind_code}”.")
    kind = letters.kind(kind_code)
    data, held = _what_it_says(kind, writing), post_refused(writing.party.person)
    letter, _ = Letter.objects.get_or_create(
        key=key,
        defaults={
            "case": writing.case, "party": writing.party, "kind": kind.code, "title": kind.title, "data": data,
            "survey": writing.survey, "queued_at": writing.now, "status": Letter.HELD if held else Letter.QUEUED, "problem": held or "",
        },
    )  # fmt: skip
    return letter


def _what_it_says(kind: letters.Kind, writing: Writing) -> dict[str, Any]:
    """The words of a letter, when nothing is lacking and nothing gives a reporter away; else `Refused`."""
    data = data_for(kind, writing)
    if lacking := letters.missing(kind, letters.from_json(kind, data)):
        raise Refused(f"“{kind.title}” to {writing.party.label} cannot be written yet. {' '.join(lacking)}")
    if words := betrays(data, writing.case, writing.party):
        raise Refused(f"“{words}” in this letter could give away who reported. Write it in other words.")
    return data


def take_next(*, now: datetime) -> Letter | None:
    """Lease a letter that nobody holds: the one tried least often, the oldest of these, so that one which brings its worker down holds
    no other up. A letter tried too often is given up, with the reason on the case."""
    with transaction.atomic():
        free = Q(lease_until=None) | Q(lease_until__lt=now)
        letter = (
            Letter.objects.filter(free, status=Letter.QUEUED)
            .order_by("attempts", "queued_at")
            .select_for_update(skip_locked=True, of=("self",))
            .first()
        )
        if letter is None:
            return None
        if letter.attempts >= MAX_ATTEMPTS:
            _give_up(letter, "It took too long or too much memory to draw. Shorten what it says, then try again.")
            return letter
        letter.lease, letter.lease_until, letter.attempts = uuid4(), now + LEASE, letter.attempts + 1
        letter.save(update_fields=["lease", "lease_until", "attempts"])
        return letter


def _give_up(letter: Letter, problem: str) -> None:
    letter.status, letter.problem, letter.lease, letter.lease_until = Letter.FAILED, problem[:500], None, None
    letter.save(update_fields=["status", "problem", "lease", "lease_until"])


@transaction.atomic
def render(letter: Letter, *, now: datetime) -> bool:
    """Draw a leased letter and keep its renditions. False when somebody else has taken it meanwhile."""
    held = (
        Letter.objects.select_for_update(of=("self",))
        .select_related("case__landlord", "case__owner__team", "party__person", "survey")
        .get(pk=letter.pk)
    )
    if held.status != Letter.QUEUED or held.lease != letter.lease:
        return False
    if not held.released_by_id and (sentence := post_refused(held.party.person)):
        held.status, held.problem, held.lease, held.lease_until = Letter.HELD, sentence, None, None
        held.save(update_fields=["status", "problem", "lease", "lease_until"])
        return True
    kind = letters.kind(held.kind)
    data = dict(held.data)
    if held.survey is not None:
        data["survey_link"] = settings.SITE_URL + reverse("survey", args=[surveys.mint(held.survey)])
    try:
        made = {
            name: letters.render(held.kind, letters.from_json(kind, data), rendition=name, brand=_brand(held.case)) for name in RENDITIONS
        }
    except letters.LetterError as error:
        _give_up(held, str(error))
        return True
    Rendition.objects.bulk_create(
        [Rendition(letter=held, name=name, pdf=one.pdf, sha256=one.sha256, pages=one.pages) for name, one in made.items()]
    )
    held.status, held.rendered_at, held.lease, held.lease_until = Letter.RENDERED, now, None, None
    held.save(update_fields=["status", "rendered_at", "lease", "lease_until"])
    return True


def _brand(case: Case) -> letters.Brand:
    team = case.owner.team if case.owner else None
    return letters.Brand(colour=case.landlord.colour, logo=None, signatory=team.name if team else "Neighbourhoods team")


@transaction.atomic
def mark_sent(*, letter_id: int, how: str, by: User, now: datetime) -> Letter:
    """Say that a letter has been posted or handed over."""
    letter = letter_for(by, letter_id)
    access.need(by, powers.WORK)
    if how not in dict(Letter.SENDING):
        raise InvalidAnswers({"how": "Choose how it was sent"})
    if how == "post" and (unsafe := post_refused(letter.party.person)):
        raise Refused(f"{unsafe} Nothing was marked as sent.")
    if Letter.objects.filter(pk=letter.pk, status=Letter.RENDERED).update(status=Letter.SENT, sent_at=now, sent_by=by, sent_how=how) == 0:
        raise AlreadyDone("This letter has already been sent, or is not ready yet.")
    record(
        "send_letter",
        f"Sent “{letter.title}”",
        landlord=letter.case.landlord,
        by=by,
        at=now,
        case_id=letter.case_id,
        letter=letter.pk,
        how=how,
    )
    return letter


@transaction.atomic
def release(*, letter_id: int, how: str, by: User, now: datetime) -> Letter:
    """Have a held letter made, to reach the person in a safe way that is written down. It still may not be posted."""
    letter = letter_for(by, letter_id)
    access.need(by, powers.WORK)
    if not how.strip():
        raise InvalidAnswers({"how": "Say how it will reach them safely"})
    held = Letter.objects.filter(pk=letter.pk, status=Letter.HELD)
    if held.update(status=Letter.QUEUED, problem="", released_by=by, released_why=how.strip()[:300], queued_at=now) == 0:
        raise AlreadyDone("This letter is not held any more, so nothing was changed.")
    record(
        "release_letter", f"Had “{letter.title}” made, to be given in a safe way", landlord=letter.case.landlord, by=by, at=now,
        case_id=letter.case_id, letter=letter.pk, reason=how.strip()[:300],
    )  # fmt: skip
    return letter


@transaction.atomic
def try_again(*, letter_id: int, by: User, now: datetime) -> Letter:
    """Put a letter that could not be made back in the queue, with what is known now."""
    letter = letter_for(by, letter_id)
    access.need(by, powers.WORK)
    facts = unpack(letter.case.instance.facts)
    data = _what_it_says(letters.kind(letter.kind), Writing(letter.case, letter.party, letter.survey, facts, now))
    again = Letter.objects.filter(pk=letter.pk, status=Letter.FAILED)
    if again.update(status=Letter.QUEUED, data=data, attempts=0, problem="", queued_at=now) == 0:
        raise AlreadyDone("This letter is not waiting for anybody.")
    record(
        "retry_letter",
        f"Asked for “{letter.title}” again",
        landlord=letter.case.landlord,
        by=by,
        at=now,
        case_id=letter.case_id,
        letter=letter.pk,
    )
    return letter


def waiting_letters(user: User) -> QuerySet[Letter]:
    """Letters of this person's cases that somebody must send or look at, oldest first."""
    letters_waiting = Letter.objects.filter(access.seen_by(user, "case__"), status__in=(Letter.RENDERED, Letter.FAILED, Letter.HELD))
    return letters_waiting.select_related("case__owner", *(f"party__person__{path}" for path in SAFETY)).order_by("queued_at", "pk")


def letter_for(user: User, letter_id: int) -> Letter:
    """A letter of a case this person may see. Raises `NotFound`."""
    found = Letter.objects.select_related("case__landlord", "case__owner", "party__person", "case__instance__version")
    letter = found.filter(access.seen_by(user, "case__"), pk=letter_id).first()
    if letter is None:
        raise NotFound
    return letter


def pdf_for(user: User, letter_id: int, name: str) -> Rendition:
    """One rendition of a letter. Raises `NotFound`."""
    letter = letter_for(user, letter_id)
    rendition = letter.renditions.filter(name=name).first()
    if rendition is None:
        raise NotFound("This letter has not been made yet. It takes a few seconds; then load the page again.")
    return rendition
