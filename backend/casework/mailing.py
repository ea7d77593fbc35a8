"""Notices by e-mail. Every notice that waits for a person goes in one e-mail, which holds no personal data: a case's
reference, a task's name and a link. Rows are taken under a lease, so a worker that is killed loses nothing.
"""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F, Q
from django.template.loader import render_to_string

from backend.accounts.models import User
from backend.casework.models import Notice
from backend.workflow.models import Task

log = logging.getLogger(__name__)
#: Longer than sending one e-mail may take; how long a mail server that does not answer is left alone; how often it is tried.
LEASE, PAUSE, MAX_ATTEMPTS = timedelta(minutes=1), timedelta(minutes=2), 100
#: E-mails that one look sends before it lets letters in.
BATCH = 50


def send_waiting(*, now: datetime) -> int:
    """Send what waits, one e-mail a person; gives back how many were taken. Stops at the first trouble with the server."""
    sent = 0
    while sent < BATCH and _send_one(now):
        sent += 1
    return sent


def _send_one(now: datetime) -> bool:
    rows = _take(now)
    if not rows:
        return False
    held = Notice.objects.filter(pk__in=[row.pk for row in rows], lease_until=rows[0].lease_until)
    open_still = [row for row in rows if row.task.status == Task.OPEN and row.person.is_active]
    try:
        if open_still:
            _message(open_still[0].person, open_still).send()
    except smtplib.SMTPRecipientsRefused:
        # This address does not work, and will not tomorrow: the notice stands in the product.
        log.error("The mail server refused an address of user %s", rows[0].person_id)
        held.update(mail_at=None, lease_until=None)
    except (OSError, smtplib.SMTPException) as error:
        log.error("The mail server took no e-mail: %s", type(error).__name__)
        held.update(lease_until=None)
        # Trying it again for each person would hold up the letters.
        Notice.objects.filter(mail_at__lte=now).update(mail_at=now + PAUSE)
        return False
    else:
        held.filter(pk__in=[row.pk for row in open_still]).update(mailed_at=now)
        held.update(mail_at=None, lease_until=None)
    return True


@transaction.atomic
def _take(now: datetime) -> list[Notice]:
    """Lease everything that waits for the person who has waited longest. What was tried too often is let go."""
    Notice.objects.filter(mail_at__lte=now, attempts__gte=MAX_ATTEMPTS).update(mail_at=None)
    free = Notice.objects.filter(Q(lease_until=None) | Q(lease_until__lt=now), mail_at__lte=now)
    first = free.order_by("mail_at", "pk").select_for_update(skip_locked=True).first()
    if first is None:
        return []
    taken = free.filter(person=first.person_id).select_for_update(skip_locked=True, of=("self",))
    rows = list(taken.select_related("person__landlord", "task__instance__case").order_by("at", "pk"))
    until = now + LEASE
    Notice.objects.filter(pk__in=[row.pk for row in rows]).update(lease_until=until, attempts=F("attempts") + 1)
    for row in rows:
        row.lease_until = until
    return rows


def _message(person: User, rows: Sequence[Notice]) -> EmailMessage:
    said = [(label, [row for row in rows if row.kind == kind]) for kind, label in reversed(Notice.KINDS)]
    said = [(label, found) for label, found in said if found]
    context = {"said": said, "site": settings.SITE_URL}
    subject = f"Caseway: {', '.join(f'{len(found)} {label.lower()}' for label, found in said)}"
    # A server that had the e-mail before its worker was killed can know it again by its number.
    number = f"<notice-{rows[0].pk}-{rows[-1].pk}-{len(rows)}@caseway>"
    body = render_to_string("mail/notices.txt", context)
    return EmailMessage(subject, body, settings.DEFAULT_FROM_EMAIL, [person.email], headers={"Message-ID": number})
