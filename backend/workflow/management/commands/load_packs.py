"""Give every landlord without a procedure the baseline. What is published already is never overwritten."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from backend.accounts.models import Landlord
from backend.workflow.packs import flattened
from backend.workflow.publishing import publish


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        for landlord in Landlord.objects.filter(pack=None):
            publish(
                landlord=landlord, files=flattened(settings.PACKS_DIR / "baseline"), note="The sector baseline", by=None, now=timezone.now()
            )
