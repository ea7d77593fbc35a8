"""Seal every sealed word again with the newest key: after a change of CASEWAY_FIELD_KEY, before the old key is thrown away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db import models, transaction

from backend.casework.sealed import UNREADABLE, SealedField


class Command(BaseCommand):
    help = __doc__

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        done = shut = 0
        for row, names in _with_words():
            if UNREADABLE in (getattr(row, name) for name in names):
                shut += 1
            else:
                row.save(update_fields=names)
                done += 1
        if shut:
            raise CommandError(f"{shut} rows cannot be opened with the keys that are here. Nothing was changed: add the old key first.")
        self.stdout.write(f"{done} rows sealed with the newest key.")


def _with_words() -> Iterator[tuple[models.Model, list[str]]]:
    """Every row that keeps something sealed, with the names of what may be."""
    for model in apps.get_models():
        if names := [field.name for field in model._meta.concrete_fields if isinstance(field, SealedField)]:
            rows = model._default_manager.select_for_update().only("pk", *names).iterator()
            yield from ((row, names) for row in rows if any(getattr(row, name) for name in names))
