"""The landlord's closure days: dated settings, outside every version of the procedure.

Changing them is an administrator's command. What it means for promises that run already is worked out afterwards,
from the `CalendarChange` that it leaves.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction

from backend.accounts import powers
from backend.accounts.models import CalendarChange, Closure, Landlord, User
from backend.audit.models import record
from backend.errors import InvalidAnswers, NotAllowed
from backend.rules.working_time import LONDON, Calendar

#: Longer closures, or ones further away, are a slip of the pen.
LONGEST, FURTHEST = timedelta(days=366), timedelta(days=5 * 366)
#: The most days that are closed at once: each is worked through in every open promise.
MOST_CLOSED = 31
MAX_REASON = 200


@transaction.atomic
def change_calendar(*, landlord: Landlord, first: date, last: date, closed: bool, reason: str, by: User, now: datetime) -> CalendarChange:
    """Close the office from `first` to `last`, or open it after all on days that were closed."""
    if not by.can(powers.ADMINISTER) or by.landlord_id != landlord.pk:
        raise NotAllowed
    _check(first, last, reason.strip(), now, closed=closed)
    # Two changes at once would each forget the other's days.
    landlord = Landlord.objects.select_for_update().get(pk=landlord.pk)
    before = set(landlord.closures.values_list("day", flat=True))
    days = {first + timedelta(days=n) for n in range((last - first).days + 1)}
    workable = {day for day in days if Calendar().is_working_day(day)}
    touched = workable - before if closed else days & before
    if not touched:
        raise InvalidAnswers({"first": _nothing_to_change(workable, closed=closed)})
    if closed:
        Closure.objects.bulk_create(Closure(landlord=landlord, day=day, reason=reason.strip()) for day in sorted(touched))
    else:
        landlord.closures.filter(day__in=touched).delete()
    return _written(landlord, before, before ^ touched, _sentence(first, last, closed=closed), reason.strip(), by, now)


def _written(
    landlord: Landlord, before: set[date], after: set[date], sentence: str, reason: str, by: User, now: datetime
) -> CalendarChange:
    change = CalendarChange.objects.create(
        landlord=landlord, sentence=sentence, reason=reason, by=by, at=now, before=sorted(before), after=sorted(after)
    )
    record("change_calendar", sentence, landlord=landlord, by=by, at=now, reason=reason, change=change.pk)
    return change


def _nothing_to_change(workable: set[date], *, closed: bool) -> str:
    if not workable and not closed:
        return "This is a weekend or bank holiday; it cannot be opened here."
    return f"The office is {'shut' if closed else 'open'} on these days already, as far as this list goes"


def _check(first: date, last: date, reason: str, now: datetime, *, closed: bool) -> None:
    problems: dict[str, str] = {}
    today = now.astimezone(LONDON).date()
    if abs(first - today) > FURTHEST:
        problems["first"] = "Enter a day within five years of today"
    if not timedelta() <= last - first <= LONGEST:
        problems["last"] = "Enter a last day that is not before the first, and at most a year after it"
    elif closed and (last - first).days >= MOST_CLOSED:
        problems["last"] = f"Close at most {MOST_CLOSED} days at a time"
    if not reason or len(reason) > MAX_REASON:
        problems["reason"] = f"Say why, in at most {MAX_REASON} characters"
    if problems:
        raise InvalidAnswers(problems)


def _sentence(first: date, last: date, *, closed: bool) -> str:
    days = f"on {_day(first)}" if first == last else f"from {_day(first)} to {_day(last)}"
    return f"Closed the office {days}" if closed else f"Opened the office after all {days}"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
