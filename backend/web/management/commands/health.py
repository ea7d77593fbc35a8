"""`python -m django health`: whether work goes on by itself. Ends with 1 when something waits that should not."""

from __future__ import annotations

import sys
from datetime import timedelta

from django.core.management.base import BaseCommand
from django.db.models import Q
from django.utils import timezone

from backend.accounts.models import CalendarChange
from backend.casework.mailing import LEASE
from backend.casework.models import Notice
from backend.correspondence.models import Letter
from backend.workflow.models import Instance
from backend.workflow.watchdog import WHOLE, silent

#: Timers and letters are looked at every two seconds: what waits longer than this waits for a process that is down.
PATIENCE = timedelta(minutes=1)
#: Dates are worked out again in batches: a landlord with very many cases may take minutes.
CALENDAR_PATIENCE = timedelta(hours=1)


class Command(BaseCommand):
    help = "Says what has stopped: cases in silence; what waits and nobody takes. Counts only, no names."

    def handle(self, *args: object, **options: object) -> None:
        now = timezone.now()
        late = now - PATIENCE
        counts = {
            "stopped in silence": (
                silent() | Instance.objects.filter(faults__engine_id=WHOLE, faults__resolved_at=None, ended_at=None)
            ).distinct(),
            "with a date that passed unnoticed": Instance.objects.filter(due_at__lt=late, ended_at=None),
            "with a letter that nobody makes": Instance.objects.filter(
                case__letters__status=Letter.QUEUED, case__letters__queued_at__lt=late
            ).distinct(),
        }
        wrong = [_counted(count, "case", said) for said, found in counts.items() if (count := found.count())]
        if changes := CalendarChange.objects.filter(done_at=None, at__lt=now - CALENDAR_PATIENCE).count():
            wrong.append(_counted(changes, "changed calendar", "after which dates have not been worked out again"))
        refused = Q(attempts__gt=0, lease_until=None) | Q(mail_at__lt=late - LEASE)
        if unsent := Notice.objects.filter(refused, mail_at__isnull=False).count():
            wrong.append(_counted(unsent, "notice", "that the mail server does not take"))
        for line in wrong:
            self.stdout.write(line)
        if wrong:
            sys.exit(1)
        self.stdout.write("All is well.")


def _counted(count: int, noun: str, said: str) -> str:
    return f"{count} {noun}{'s' if count != 1 else ''} {said}"
