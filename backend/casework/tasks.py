"""What people do with a task besides completing it: keep what they have typed, take it, give it back, hand it over, put it off.

None of this moves the case: the engine room knows nothing of it. What was promised stays as it was promised.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction

from backend.accounts import powers
from backend.accounts.models import User
from backend.audit.models import record
from backend.casework import access, notices, separation
from backend.errors import AlreadyDone, InvalidAnswers, NotAllowed, NotFound
from backend.rules.working_time import LONDON
from backend.workflow.models import Task

MAX_REASON = 200
#: Later than this is a slip of the pen.
FURTHEST = timedelta(days=366)


@transaction.atomic
def save_draft(*, task_id: int, data: Mapping[str, Sequence[str]], by: User) -> None:
    """Keep what has been typed so far, without checking it. It stays with the task, whoever has it next."""
    _change(_task(task_id, by), draft={key: list(values) for key, values in data.items()})


@transaction.atomic
def claim(*, task_id: int, by: User, now: datetime) -> Task:
    """Take a task that waits for a role. Of two who try, one gets it."""
    task = _task(task_id, by)
    if mine := separation.did_before(task, by):
        raise NotAllowed(f"You did “{mine}” yourself, so somebody else must do this. Leave it for them.")
    if not Task.objects.filter(pk=task.pk, status=Task.OPEN, owner=None).update(owner=by):
        task.refresh_from_db(fields=["owner", "status"])
        taken = f"{task.owner.name} has “{task.name}” already" if task.owner and task.status == Task.OPEN else _gone(task)
        raise AlreadyDone(f"{taken}, so nothing was changed.")
    _tell(task, "claim", f"Took “{task.name}”", by, now)
    return task


@transaction.atomic
def release(*, task_id: int, by: User, now: datetime) -> Task:
    """Give a task back to its role: anybody who has the role may take it."""
    task = _task(task_id, by)
    if task.owner_id is None:
        raise AlreadyDone(f"“{task.name}” is nobody’s already, so nothing was changed.")
    if task.owner_id not in {by.pk, *by.covers} and not by.can(powers.MANAGE):
        raise NotAllowed("Only the person who has this task, or a manager, can give it back.")
    # As if it had just come: those of its role who have not been told of it are.
    _change(task, owner=None, notice_at=task.opened_at)
    _tell(task, "release", f"Gave “{task.name}” back to those with its role", by, now)
    return task


@transaction.atomic
def hand_over(*, task_id: int, to: User, by: User, now: datetime) -> Task:
    """Give an open task to somebody who may do it."""
    task = _task(task_id, by)
    if to.landlord_id != by.landlord_id or not to.can(powers.WORK):
        raise InvalidAnswers({"to": "Choose somebody who works on cases"})
    if theirs := separation.did_before(task, to):
        raise InvalidAnswers({"to": f"Choose somebody else: {to.name} did “{theirs}”, and this must be looked at by another person"})
    _change(task, owner=to)
    if to.pk != by.pk:
        notices.tell_handed(task, to, now=now)
    _tell(task, "hand_over", f"Handed “{task.name}” to {to.name}", by, now)
    return task


@transaction.atomic
def put_off(*, task_id: int, to: date, reason: str, breaks_promise: bool, by: User, now: datetime) -> Task:
    """Mean to do a task on a later day. Its promise stands: who puts it off beyond that must say that it is broken."""
    task = _task(task_id, by)
    until = datetime.combine(to, task.instance.landlord.calendar.closes, tzinfo=LONDON)
    _check(task, until, reason.strip(), now, breaks_promise=breaks_promise)
    _change(task, put_off_to=until, put_off_why=reason.strip(), notice_at=now)
    broken = bool(task.promise) and until > task.due_at
    said = f"Put “{task.name}” off to {to.day} {to:%B %Y}{', which breaks its promise' if broken else ''}: {reason.strip()}"
    _tell(task, "put_off", said, by, now, to=to.isoformat(), reason=reason.strip(), broken=broken)
    return task


def _check(task: Task, until: datetime, reason: str, now: datetime, *, breaks_promise: bool) -> None:
    problems: dict[str, str] = {}
    if until <= now or until - now > FURTHEST:
        problems["to"] = "Enter a day that is not over yet, within a year"
    elif not task.instance.landlord.calendar.is_working_day(until.date()):
        problems["to"] = "The office is shut on this day. Enter a working day"
    elif task.promise and now < task.due_at < until and not breaks_promise:  # a late one has broken it already
        problems["broken"] = f"We promised this by {_day(task.due_at)}. Enter an earlier day, or say here that the promise will be broken"
    if not reason or len(reason) > MAX_REASON:
        problems["reason"] = f"Say why, in at most {MAX_REASON} characters"
    if problems:
        raise InvalidAnswers(problems)


def _day(moment: datetime) -> str:
    local = moment.astimezone(LONDON)
    return f"{local.day} {local:%B %Y}"


def _task(task_id: int, by: User) -> Task:
    task = Task.objects.select_related("instance__case__landlord", "instance__landlord").filter(pk=task_id).first()
    if task is None:
        raise NotFound
    access.need_task(by, task)
    return task


def _change(task: Task, **columns: object) -> None:
    """Change an open task; one that somebody has done meanwhile is left as it is."""
    if not Task.objects.filter(pk=task.pk, status=Task.OPEN).update(**columns):
        raise AlreadyDone(f"{_gone(task)}, so nothing was changed.")


def _gone(task: Task) -> str:
    return f"“{task.name}” has already been done"


def _tell(task: Task, verb: str, sentence: str, by: User, now: datetime, **details: object) -> None:
    case = task.instance.case
    record(verb, sentence, landlord=case.landlord, by=by, at=now, case_id=case.pk, task=task.pk, **details)
