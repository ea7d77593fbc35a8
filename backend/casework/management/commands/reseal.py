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
        rows = [(row, names) for model, names in _sealed() for row in _with_words(model, names)]
        if shut := [row for row, names in rows if UNREADABLE in (getattr(row, name) for name in names)]:
            raise CommandError(
                f"{len(shut)} rows cannot be opened with the keys that are here. Nothing was changed: add the old key first."
            )
        for row, names in rows:
            row.save(update_fields=names)
        self.stdout.write(f"{len(rows)} rows sealed with the newest key.")


def _with_words(model: type[models.Model], names: list[str]) -> Iterator[models.Model]:
    rows = model._default_manager.select_for_update().only("pk", *names)
    return (row for row in rows.iterator() if any(getattr(row, name) for name in names))


def _sealed() -> Iterator[tuple[type[models.Model], list[str]]]:
    """Every kind of row that keeps something sealed, with the names of what is."""
    for model in apps.get_models():
        if names := [field.name for field in model._meta.concrete_fields if isinstance(field, SealedField)]:
            yield model, names
