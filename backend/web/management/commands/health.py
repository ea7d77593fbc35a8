"""`python -m django health`: whether work goes on by itself. Ends with 1 when something waits that should not."""

from __future__ import annotations

import sys
from datetime import timedelta

from django.core.management.base import BaseCommand
from django.utils import timezone

from backend.correspondence.models import Letter
from backend.workflow.models import Instance
from backend.workflow.watchdog import WHOLE, silent

#: Timers and letters are looked at every two seconds: what waits longer than this waits for a process that is down.
PATIENCE = timedelta(minutes=1)


class Command(BaseCommand):
    help = "Says what has stopped: cases in silence, timers and letters that nobody takes. Counts only, no names."

    def handle(self, *args: object, **options: object) -> None:
        late = timezone.now() - PATIENCE
        counts = {
            "stopped in silence": (
                silent() | Instance.objects.filter(faults__engine_id=WHOLE, faults__resolved_at=None, ended_at=None)
            ).distinct(),
            "with a date that passed unnoticed": Instance.objects.filter(due_at__lt=late, ended_at=None),
            "with a letter that nobody makes": Instance.objects.filter(
                case__letters__status=Letter.QUEUED, case__letters__queued_at__lt=late
            ).distinct(),
        }
        wrong = {said: count for said, found in counts.items() if (count := found.count())}
        for said, count in wrong.items():
            self.stdout.write(f"{count} case{'s' if count != 1 else ''} {said}")
        if wrong:
            sys.exit(1)
        self.stdout.write("All is well.")
