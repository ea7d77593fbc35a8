"""What officers are told of their work: one row says one thing about one task to one person. The row is the job."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from backend.accounts.models import User
from backend.workflow.models import Task


class Notice(models.Model):
    """Said once: the constraint keeps every worker from saying it again. `mail_at` is when an e-mail should say it too; it is
    empty once one has, or when none is wanted."""

    ARRIVED, HANDED, SOON, LATE = "arrived", "handed", "soon", "late"
    KINDS: ClassVar = [
        (ARRIVED, "New"), (HANDED, "Handed to you"), (SOON, "Nearly late"), (LATE, "Late"),
    ]  # fmt: skip

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="notices")
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=8, choices=KINDS)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    mail_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["task", "kind", "person"], name="one_notice_once")]
        indexes: ClassVar = [
            models.Index(fields=["mail_at"], condition=Q(mail_at__isnull=False), name="notice_to_be_mailed"),
            models.Index(fields=["person", "-at"], name="notice_newest"),
        ]
        ordering: ClassVar = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.task}"
