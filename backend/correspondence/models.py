"""Letters in the world: one row is one letter to be made and sent. The row is the job."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from backend.accounts.models import User
from backend.casework.models import Case, Party, Survey


class Letter(models.Model):
    """A letter to one person. `data` is what it says, as it was known when the diagram asked for it."""

    QUEUED, RENDERED, SENT, FAILED, HELD = "queued", "rendered", "sent", "failed", "held"
    STATUSES: ClassVar = [
        (QUEUED, "Being made"), (RENDERED, "Ready to send"), (SENT, "Sent"), (FAILED, "Could not be made"),
        (HELD, "Held: not safe to post"),
    ]  # fmt: skip
    SENDING: ClassVar = [("post", "By post"), ("hand", "By hand")]

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="letters")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="letters")
    key = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    data = models.JSONField()
    survey = models.ForeignKey(Survey, on_delete=models.SET_NULL, null=True, related_name="+")
    status = models.CharField(max_length=10, choices=STATUSES, default=QUEUED)
    queued_at = models.DateTimeField()
    rendered_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    sent_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    sent_how = models.CharField(max_length=10, choices=SENDING, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    problem = models.CharField(max_length=500, blank=True)
    #: Who had it made although it must not go to the home, and how it reaches the person instead.
    released_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    released_why = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["queued_at"], condition=Q(status="queued"), name="letter_queue"),
            models.Index(fields=["queued_at"], condition=Q(status__in=("rendered", "failed", "held")), name="letter_waiting"),
        ]
        ordering: ClassVar = ["-queued_at", "-pk"]

    def __str__(self) -> str:
        return self.title


class Rendition(models.Model):
    """One PDF of a letter, kept as it was made, with its hash."""

    letter = models.ForeignKey(Letter, on_delete=models.CASCADE, related_name="renditions")
    name = models.CharField(max_length=12)
    pdf = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    pages = models.PositiveSmallIntegerField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["letter", "name"], name="one_rendition_a_name")]

    def __str__(self) -> str:
        return f"{self.letter} ({self.name})"
