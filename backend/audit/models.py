"""Who did what, when: one row per command, in the command's transaction, never changed afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models.functions import Now

if TYPE_CHECKING:
    from backend.accounts.models import Landlord, User


class Entry(models.Model):
    """`at` is the command's own time, `recorded_at` the database's clock. A trigger refuses update and delete."""

    landlord = models.ForeignKey("accounts.Landlord", on_delete=models.PROTECT, related_name="+")
    case_id = models.BigIntegerField(null=True, db_index=True)
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    verb = models.CharField(max_length=60)
    sentence = models.CharField(max_length=300)
    details = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["at", "pk"]

    def __str__(self) -> str:
        return self.sentence


def record(
    verb: str, sentence: str, *, landlord: Landlord, by: User | None, at: datetime, case_id: int | None = None, **details: Any
) -> Entry:
    """Write one entry. `sentence` is read by people on the case's history; `by` is None for the system."""
    return Entry.objects.create(landlord=landlord, case_id=case_id, by=by, at=at, verb=verb, sentence=sentence[:300], details=details)


def record_each(
    verb: str, said: Iterable[tuple[str, int, Mapping[str, Any]]], *, landlord: Landlord, by: User | None, at: datetime
) -> None:
    """Write one entry for each sentence, its case and its details: for a command that touches many cases at once."""
    entries = (
        Entry(landlord=landlord, case_id=case_id, by=by, at=at, verb=verb, sentence=sentence[:300], details=dict(details))
        for sentence, case_id, details in said
    )
    Entry.objects.bulk_create(entries)
