"""The day on which the law counts a letter as served, and the certificate of service that a court may ask for.

Knows nothing of how a letter is marked as gone: `sending.py` and `service.py` do that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from backend.accounts.models import User
from backend.casework.models import Evidence
from backend.correspondence import notices
from backend.correspondence.commands import queue_letter
from backend.correspondence.models import Letter, Service
from backend.correspondence.words import Writing, kind_of
from backend.rules.notices import Row

CERTIFICATE = "certificate-of-service"


@dataclass(frozen=True)
class Given:
    """How a letter came to somebody. `details` is to whom it was handed, or where exactly it was left; `also` how a copy was posted
    on the same day."""

    how: str
    at: datetime
    place: str
    server: str
    details: str = ""
    witness: str = ""
    also: str = ""
    photo: Evidence | None = None


def certify(letter: Letter, given: Given, *, sha256: str, by: User, now: datetime) -> Service:
    """Keep how a letter was served and, where it went to somebody complained about, have the certificate made."""
    counted = counts_as_served(letter, given)
    kept = Service.objects.create(letter=letter, deemed=counted.day, recorded_by=by, recorded_at=now, **vars(given))
    if kind_of(letter.case, letter.kind).audience == "respondent":
        writing = Writing(letter.case, None, None, {}, now, by, addressee="the court")
        said = _said(kept, counted, sha256)
        kept.certificate = queue_letter(kind_code=CERTIFICATE, key=f"certificate:{letter.pk}", writing=writing, typed=said)
        kept.save(update_fields=["certificate"])
    return kept


def counts_as_served(letter: Letter, given: Given) -> Row:
    """The day on which it counts as served, and how that is counted: the later day where a copy was posted as well. Raises `Refused`
    for a notice whose dates would not hold."""
    rows = [notices.served(letter, given=given.at, how=how) for how in (given.how, given.also) if how]
    return max(rows, key=lambda row: row.day)


def _said(kept: Service, counted: Row, sha256: str) -> Mapping[str, object]:
    """What the certificate says. What was not said is left out."""
    ways = [dict(Service.HOW)[way].lower() for way in (kept.how, kept.also) if way]
    photo = f"“{kept.photo.title}”, kept with the case as evidence {kept.photo.pk}" if kept.photo else ""
    said = {
        "served_title": kept.letter.title, "served_to": kept.letter.to, "served_how": ", and a copy by post, ".join(ways).capitalize(),
        "served_at": kept.at.isoformat(), "served_place": kept.place, "server": kept.server, "witness": kept.witness, "photo": photo,
        "served_note": kept.details, "deemed_on": counted.day.isoformat(), "deemed_how": counted.how, "deemed_law": counted.law,
        "papers_hash": sha256,
    }  # fmt: skip
    return {key: value for key, value in said.items() if value}
