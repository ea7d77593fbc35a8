"""Seal every sealed word again with the newest key: after a change of CASEWAY_FIELD_KEY, before the old key is thrown away."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from backend.casework.models import SafeContact
from backend.casework.sealed import UNREADABLE


class Command(BaseCommand):
    help = __doc__

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        rows = list(SafeContact.objects.select_for_update())
        if shut := [row.pk for row in rows if UNREADABLE in (getattr(row, key) for key in SafeContact.SEALED)]:
            raise CommandError(
                f"{len(shut)} rows cannot be opened with the keys that are here. Nothing was changed: add the old key first."
            )
        for row in rows:
            row.save(update_fields=list(SafeContact.SEALED))
        self.stdout.write(f"{len(rows)} rows sealed with the newest key.")
