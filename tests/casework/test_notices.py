"""Officers are told of their work once: as it arrives, as it is nearly late, and when it is late."""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.accounts.models import Absence, Landlord, User
from backend.casework import mailing, notices, tasks
from backend.casework.models import Case, Notice
from backend.workflow.models import Task
from tests.answers import do
from tests.workflow.test_runner import open_case

Who = Callable[[str], User]
LATER = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _mails(settings: Any) -> None:
    settings.MAILS = True


@pytest.fixture
def case(landlord: Landlord, user: Who, now: datetime) -> Case:
    """A case whose first contact waits for its officer, made by somebody else."""
    found = open_case(landlord, user, now)
    do(found, "Triage the report", user("calls"), now)
    return found


def contact(case: Case) -> Task:
    return Task.objects.get(instance=case.instance, name="Contact the reporter")


def told(person: User) -> list[str]:
    return list(person.notices.order_by("pk").values_list("kind", flat=True))


def test_new_work_is_told_of_once_however_often_one_looks(case: Case, user: Who, now: datetime) -> None:
    for _ in range(3):
        notices.make_due(now=now + LATER)
    owner = contact(case).owner
    assert owner is not None and told(owner) == ["arrived"]


def test_nobody_is_told_of_work_that_they_have_begun_themselves(case: Case, user: Who, now: datetime) -> None:
    notices.make_due(now=now)
    owner = contact(case).owner
    assert owner is not None
    do(case, "Contact the reporter", owner, now + LATER)
    notices.make_due(now=now + LATER)
    assert Notice.objects.filter(task__name="Ask the risk questions").count() == 0


def test_work_that_is_nearly_late_and_late_is_told_of_once_each(case: Case, user: Who, now: datetime) -> None:
    task = contact(case)
    assert task.owner is not None
    for moment in (now, task.due_at - timedelta(hours=7), task.due_at - timedelta(hours=6), task.due_at, task.due_at + timedelta(days=1)):
        notices.make_due(now=moment)
    assert told(task.owner) == ["arrived", "soon", "late"]


def test_a_task_that_is_put_off_is_late_on_its_new_day(case: Case, user: Who, now: datetime) -> None:
    task = contact(case)
    assert task.owner is not None
    day = now.date() + timedelta(days=12)
    tasks.put_off(task_id=task.pk, to=day, reason="Away", breaks_promise=True, by=task.owner, now=now)
    notices.make_due(now=task.due_at + LATER)
    assert "late" not in told(task.owner)
    notices.make_due(now=now + timedelta(days=13))
    assert "late" in told(task.owner)


def test_work_of_a_role_is_told_to_those_with_the_patch(landlord: Landlord, user: Who, now: datetime) -> None:
    case = open_case(landlord, user, now)
    Task.objects.update(role="case-officer")
    notices.make_due(now=now + LATER)
    assert case.patch is not None and case.patch.name == "Wisbech"
    assert {one.person.email.split("@")[0] for one in Notice.objects.select_related("person")} == {"officer", "compliance"}


def test_whoever_covers_is_told_too(case: Case, user: Who, now: datetime) -> None:
    task, cover = contact(case), user("officer2")
    assert task.owner is not None
    Absence.objects.create(user=task.owner, cover=cover, first=now.date(), last=now.date(), arranged_by=cover, arranged_at=now)
    notices.make_due(now=now + LATER)
    assert told(cover) == told(task.owner) == ["arrived"]


def test_a_colleague_who_is_handed_a_task_is_told(case: Case, user: Who, now: datetime) -> None:
    task, other = contact(case), user("officer2")
    assert task.owner is not None
    for _ in range(2):
        tasks.hand_over(task_id=task.pk, to=other, by=task.owner, now=now)
    assert told(other) == ["handed"]


def test_the_sweep_asks_as_much_for_many_tasks_as_for_one(landlord: Landlord, user: Who, now: datetime) -> None:
    asked = []
    for count in (1, 4):
        for number in range(count):
            open_case(landlord, user, now, name=f"Person {count} {number}")
        with CaptureQueriesContext(connection) as seen:
            assert notices.make_due(now=now + LATER) == count
        asked.append(len(seen))
    assert asked[0] == asked[1]


def test_an_email_holds_the_case_the_task_and_a_link_and_nobodys_name(case: Case, user: Who, now: datetime) -> None:
    notices.make_due(now=now)
    assert mailing.send_waiting(now=now) >= 1 and mailing.send_waiting(now=now) == 0
    task = contact(case)
    assert task.owner is not None
    (sent,) = [message for message in mail.outbox if message.to == [task.owner.email]]
    assert case.reference in sent.body and task.name in sent.body and f"/tasks/{task.pk}" in sent.body
    assert not any(word in sent.body + sent.subject for word in ("Carol", "Whitmore", "Mill Lane", task.owner.name))


def test_one_email_says_everything_that_waits_for_a_person(landlord: Landlord, user: Who, now: datetime) -> None:
    for name in ("One Person", "Another Person"):
        do(open_case(landlord, user, now, name=name), "Triage the report", user("calls"), now)
    Task.objects.filter(name="Contact the reporter").update(owner=user("officer"))
    notices.make_due(now=now)
    mailing.send_waiting(now=now)
    (sent,) = [message for message in mail.outbox if message.to == [user("officer").email]]
    assert sent.subject == "Caseway: 2 new" and sent.body.count("Contact the reporter") == 2


def test_a_digest_waits_for_the_next_morning_and_who_wants_none_gets_none(case: Case, user: Who, now: datetime) -> None:
    task = contact(case)
    assert task.owner is not None
    User.objects.filter(pk=task.owner.pk).update(told="daily")
    User.objects.exclude(pk=task.owner.pk).update(told="product")
    notices.make_due(now=now)
    assert mailing.send_waiting(now=now) == 0
    # The 20th is a Friday: the office opens again on Monday.
    assert mailing.send_waiting(now=now + timedelta(days=2)) == 0
    assert mailing.send_waiting(now=now + timedelta(days=2, hours=17)) == 1 and len(mail.outbox) == 1


def test_work_that_is_done_meanwhile_is_not_mailed(case: Case, user: Who, now: datetime) -> None:
    notices.make_due(now=now)
    Task.objects.update(status=Task.DONE)
    mailing.send_waiting(now=now)
    assert mail.outbox == [] and not Notice.objects.filter(mail_at__isnull=False).exists()


def test_a_server_that_does_not_answer_is_tried_again_later_and_nothing_is_lost(
    case: Case, user: Who, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    notices.make_due(now=now)
    with monkeypatch.context() as broken:
        broken.setattr(mailing.EmailMessage, "send", lambda self: (_ for _ in ()).throw(smtplib.SMTPServerDisconnected()))
        assert mailing.send_waiting(now=now) == 0
    assert mailing.send_waiting(now=now) == 0 and mail.outbox == []
    assert mailing.send_waiting(now=now + mailing.PAUSE) > 0 and mail.outbox


def test_a_killed_workers_notices_are_taken_again_once_its_lease_is_over(case: Case, user: Who, now: datetime) -> None:
    notices.make_due(now=now)
    taken = mailing._take(now)
    assert taken and not {one.person_id for one in mailing._take(now)} & {taken[0].person_id}
    assert mailing.send_waiting(now=now + mailing.LEASE + LATER) > 0


def test_what_has_been_seen_is_not_counted(case: Case, user: Who, now: datetime) -> None:
    notices.make_due(now=now)
    task = contact(case)
    assert task.owner is not None and notices.unread(task.owner) == 1
    notices.mark_read(task.owner, now=now, task=task)
    assert notices.unread(task.owner) == 0 and notices.notices_of(task.owner).count() == 1


def test_whoever_has_lost_a_role_is_not_told_of_its_work_any_more(landlord: Landlord, user: Who, now: datetime) -> None:
    task = Task.objects.get(instance=open_case(landlord, user, now).instance)
    Task.objects.filter(pk=task.pk).update(owner=None)
    notices.make_due(now=task.due_at)
    person = user("calls")
    assert notices.notices_of(person).count() == 1
    person.roles.set(landlord.roles.exclude(code=task.role).filter(powers__contains=["work"])[:1])
    assert notices.notices_of(User.objects.get(pk=person.pk)).count() == 0


def test_whoever_has_left_is_sent_nothing(case: Case, user: Who, now: datetime) -> None:
    notices.make_due(now=now)
    User.objects.update(is_active=False)
    mailing.send_waiting(now=now)
    assert mail.outbox == [] and not Notice.objects.filter(mail_at__isnull=False).exists()
