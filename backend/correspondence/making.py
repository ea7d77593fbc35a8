"""The worker's side of letters: a row that waits is taken under a lease, drawn, and kept with its hash.

Knows nothing of who asked for a letter or how it is sent: `commands.py` does.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse

import letters
from backend.casework import surveys
from backend.correspondence import drawing
from backend.correspondence.homes import home_closed, moved
from backend.correspondence.models import Letter, Rendition
from backend.correspondence.wording.confirmed import issued
from backend.correspondence.words import brand_of, kind_of, translation_of
from backend.errors import Refused
from backend.rules.working_time import LONDON

#: How long a letter that was taken is left alone, and how often it is tried. While it is drawn its row is locked, and a
#: killed worker's lock goes with it: the lease only spans the moment between taking and drawing. A worker that is killed for
#: other reasons, again and again, must not make a sound letter look like one that cannot be drawn: 3 of 1,293 were given up
#: when five tries were allowed and something was killed every four seconds on a machine busy with other work.
LEASE = timedelta(seconds=5)
MAX_ATTEMPTS = 12


def some_wait(*, now: datetime) -> bool:
    """Whether a letter waits that nobody holds."""
    return _free(now).exists()


def _free(now: datetime) -> QuerySet[Letter]:
    return Letter.objects.filter(Q(lease_until=None) | Q(lease_until__lt=now), status=Letter.QUEUED)


def take_next(*, now: datetime) -> Letter | None:
    """Lease a letter that nobody holds: the one tried least often, the oldest of these, so that one which brings its worker down holds
    no other up. A letter tried too often is given up, with the reason on the case."""
    with transaction.atomic():
        waiting = _free(now).only("title", "attempts", "status", "problem", "lease", "lease_until").order_by("attempts", "queued_at")
        letter = waiting.select_for_update(skip_locked=True, of=("self",)).first()
        if letter is None:
            return None
        if letter.attempts >= MAX_ATTEMPTS:
            problem = f"“{letter.title}” was begun {MAX_ATTEMPTS} times and never finished. Shorten what it says, then try again."
            _let_go(letter, Letter.FAILED, problem=problem)
            return letter
        letter.lease, letter.lease_until, letter.attempts = uuid4(), now + LEASE, letter.attempts + 1
        letter.save(update_fields=["lease", "lease_until", "attempts"])
        return letter


@transaction.atomic
def render(letter: Letter, *, now: datetime) -> bool:
    """Draw a leased letter and keep what was drawn. False when somebody else has taken it meanwhile."""
    held = (
        Letter.objects.select_for_update(of=("self",))
        .select_related("case__landlord", "case__owner__team", "case__instance__version", "party__person", "person", "survey")
        .defer(*(f"case__instance__{name}" for name in ("state", "facts", "offers", "active", "messages")))
        .get(pk=letter.pk)
    )
    if held.status != Letter.QUEUED or held.lease != letter.lease:
        return False
    if another := moved(held):
        _let_go(held, Letter.FAILED, problem=another)
        return True
    if not held.released_by_id and kind_of(held.case, held.kind).shape == "letter" and (sentence := home_closed(held)):
        _let_go(held, Letter.HELD, problem=sentence)
        return True
    try:
        kind = issued(kind_of(held.case, held.kind), held.case.landlord, now.astimezone(LONDON).date())
        data = letters.from_json(kind, _said(held))
        beside = translation_of(held.case, held.kind, held.language)
        held.language = held.language if beside else ""
        name = first(kind, held)
        made = letters.render(kind, data, rendition=name, brand=brand_of(held.case), drawing=drawing.draw, translation=beside)
    except (letters.LetterError, Refused) as error:
        _let_go(held, Letter.FAILED, problem=str(error)[:500])
        return True
    _keep(held, name, made, kind.version)
    held.rendered_at = now
    _let_go(held, Letter.RENDERED, "rendered_at", "language")
    return True


def first(kind: letters.Kind, letter: Letter) -> letters.RenditionName:
    """What is drawn of a letter at once: what will be sent. The rest is drawn when somebody first asks for it."""
    return letter.paper if {"post", "hand"} & set(kind.served_by) else "accessible"


def drawn(letter: Letter, name: str) -> Rendition | None:
    """A rendition of a letter, drawn now where nobody has asked for it before and kept from then on; None before the letter
    has been made. It is drawn from the page that the first was drawn from, so it says the same whatever has changed since."""
    kept = {one.name: one for one in letter.renditions.order_by("pk")}
    if name in kept or not kept or name not in letter.shapes:
        return kept.get(name)
    earliest = next(iter(kept.values()))
    if not earliest.page:
        return None
    try:
        made = letters.redraw(kind_of(letter.case, letter.kind), earliest.page, rendition=name, drawing=drawing.draw)
    except letters.LetterError as error:
        raise Refused(str(error)) from error
    except drawing.Interrupted as busy:
        raise Refused("Other letters are being drawn. Load this page again in a minute.") from busy
    # Two who ask at once may both have drawn it: the first row stands.
    _keep(letter, name, made, earliest.wording)
    return letter.renditions.get(name=name)


def _keep(letter: Letter, name: str, made: letters.Rendition, wording: str) -> None:
    row = Rendition(letter=letter, name=name, pdf=made.pdf, sha256=made.sha256, pages=made.pages, page=made.html, wording=wording)
    Rendition.objects.bulk_create([row], ignore_conflicts=True)


def _let_go(letter: Letter, status: str, *also: str, problem: str = "") -> None:
    letter.status, letter.problem, letter.lease, letter.lease_until = status, problem, None, None
    letter.save(update_fields=["status", "problem", "lease", "lease_until", *also])


def _said(letter: Letter) -> dict[str, Any]:
    """What the letter says; a survey's link is made now and stands in the letter alone. A reminder has none: it would end the first."""
    if letter.survey is None or not any(need.name == "survey_link" for need in kind_of(letter.case, letter.kind).needs):
        return dict(letter.data)
    return {**letter.data, "survey_link": settings.SITE_URL + reverse("survey", args=[surveys.mint(letter.survey)])}
