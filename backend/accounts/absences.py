"""Who is away, and who does their work meanwhile. Cover is for the days between and goes no further: whoever covers for
somebody does not get the work of those whom that person covers for."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction

from backend.accounts import powers
from backend.accounts.models import Absence, User
from backend.audit.models import record
from backend.errors import InvalidAnswers, NotAllowed, NotFound
from backend.rules.working_time import LONDON

#: Longer absences, or ones that begin further away, are a slip of the pen.
LONGEST = timedelta(days=366)


@transaction.atomic
def arrange_cover(*, absent: User, cover: User, first: date, last: date, by: User, now: datetime) -> Absence:
    """Say that somebody is away from the first day to the last, and who does their work meanwhile."""
    need_arranger(by, absent)
    # Two who arrange at once would not see each other's dates.
    list(User.objects.select_for_update(of=("self",)).filter(pk__in=(absent.pk, cover.pk)).order_by("pk"))
    _check_days(absent, first, last, now)
    _check_cover(absent, cover, first, last)
    absence = Absence.objects.create(user=absent, cover=cover, first=first, last=last, arranged_by=by, arranged_at=now)
    _tell(absence, "arrange_cover", f"{absent.name} is away {_days(absence)}; {cover.name} covers", by, now)
    return absence


@transaction.atomic
def end_cover(*, absence_id: int, by: User, now: datetime) -> Absence:
    """Somebody is back, or not away after all: from now on their work is theirs alone."""
    absence = Absence.objects.select_related("user__landlord", "cover").filter(pk=absence_id).first()
    if absence is None or absence.user.landlord_id != by.landlord_id:
        raise NotFound
    need_arranger(by, absence.user)
    absence.delete()
    _tell(absence, "end_cover", f"{absence.user.name} is not away {_days(absence)} any more", by, now)
    return absence


def need_arranger(by: User, absent: User) -> None:
    """Raise unless this is their own absence, or they look after the team."""
    if by.landlord_id != absent.landlord_id:
        raise NotFound
    if by.pk != absent.pk and not by.can(powers.MANAGE):
        raise NotAllowed("You can arrange cover for yourself. For others, ask their team leader.")


def _check_days(absent: User, first: date, last: date, now: datetime) -> None:
    today = now.astimezone(LONDON).date()
    problems: dict[str, str] = {}
    if first < today - LONGEST or first > today + LONGEST:
        problems["first"] = "Enter a day within a year of today"
    if last < first or last < today or last - first > LONGEST:
        problems["last"] = "Enter a last day that is not over, not before the first, and within a year"
    elif absent.absences.filter(first__lte=last, last__gte=first).exists():
        problems["first"] = f"Cover for {absent.name} is arranged on some of these days already. End that first"
    if problems:
        raise InvalidAnswers(problems)


def _check_cover(absent: User, cover: User, first: date, last: date) -> None:
    if cover.pk == absent.pk or cover.landlord_id != absent.landlord_id or not cover.can(powers.WORK):
        raise InvalidAnswers({"cover": "Choose somebody else who works on cases"})
    if absent.can(powers.MANAGE) and not cover.can(powers.MANAGE):
        raise InvalidAnswers({"cover": f"{absent.name} decides what a manager decides. Choose somebody who may too"})
    if cover.absences.filter(first__lte=last, last__gte=first).exists():
        raise InvalidAnswers({"cover": f"{cover.name} is away on some of these days too. Choose somebody else"})


def _tell(absence: Absence, verb: str, sentence: str, by: User, now: datetime) -> None:
    record(verb, sentence, landlord=absence.user.landlord, by=by, at=now, user=absence.user_id, cover=absence.cover_id)


def _days(absence: Absence) -> str:
    return f"from {absence.first.day} {absence.first:%B %Y} to {absence.last.day} {absence.last:%B %Y}"
