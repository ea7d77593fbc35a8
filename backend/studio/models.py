"""The process owner's draft: the files of a pack on their way to the next version."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from backend.accounts.models import User
from backend.workflow.models import Pack


class Draft(models.Model):
    """One draft per pack. `revision` counts every change, so that two people cannot overwrite each other unseen."""

    pack = models.OneToOneField(Pack, on_delete=models.CASCADE, related_name="draft")
    files = models.JSONField()
    based_on = models.PositiveIntegerField()
    revision = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"Draft of {self.pack}"
