"""The worker's side of letters: a row that waits is taken under a lease, drawn, and kept with its hash.

Knows nothing of who asked for a letter or how it is sent: `commands.py` does.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse

import letters
from backend.casework import surveys
from backend.casework.safety import post_refused
from backend.correspondence.commands import brand_of
from backend.correspondence.models import Letter, Rendition
from backend.correspondence.words import kind_of

#: How long a letter that was taken is left alone, and how often it is tried. While it is drawn its row is locked, and a
#: killed worker's lock goes with it: the lease only spans the moment between taking and drawing. A worker that is killed for
#: other reasons, again and again, must not make a sound letter look like one that cannot be drawn: 3 of 1,293 were given up
#: when five tries were allowed and something was killed every four seconds on a machine busy with other work.
LEASE = timedelta(seconds=5)
MAX_ATTEMPTS = 12
#: What is made of each letter: one that can be read aloud or shown on a screen, and one for the window envelope.
RENDITIONS = letters.RENDITIONS[0], letters.RENDITIONS[2]


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
        .select_related("case__landlord", "case__owner__team", "case__instance__version", "party__person", "survey")
        .get(pk=letter.pk)
    )
    if held.status != Letter.QUEUED or held.lease != letter.lease:
        return False
    if held.party and not held.released_by_id and (sentence := post_refused(held.party.person)):
        held.status, held.problem, held.lease, held.lease_until = Letter.HELD, sentence, None, None
        held.save(update_fields=["status", "problem", "lease", "lease_until"])
        return True
    kind = kind_of(held.case, held.kind)
    data = dict(held.data)
    if held.survey is not None:
        data["survey_link"] = settings.SITE_URL + reverse("survey", args=[surveys.mint(held.survey)])
    try:
        made = {
            name: letters.render(held.kind, letters.from_json(kind, data), rendition=name, brand=brand_of(held.case)) for name in RENDITIONS
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
