"""The case file: what people wrote down when they did a task, and the evidence they gathered."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from backend.accounts.models import Landlord, User
from backend.casework.models.case import Case, Party
from backend.casework.models.report import Incident
from backend.workflow.models import Task


class Record(models.Model):
    """The answers given when a task was done, with the questions as they were worded that day."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="records")
    party = models.ForeignKey(Party, on_delete=models.SET_NULL, null=True, related_name="records")
    task = models.OneToOneField(Task, on_delete=models.SET_NULL, null=True, related_name="record")
    form = models.CharField(max_length=100)
    section = models.CharField(max_length=12, default="history")
    title = models.CharField(max_length=200)
    answers = models.JSONField()
    score = models.IntegerField(null=True)
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    #: Which press of a button made it, where no task did: the same press makes no second one.
    press = models.UUIDField(null=True, unique=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["case", "section", "-at"], name="record_newest")]
        ordering: ClassVar = ["-at", "-pk"]

    def __str__(self) -> str:
        return self.title


class Evidence(models.Model):
    """A file somebody gave us or took. `case` is empty until somebody decides where it belongs.

    The bytes are kept once, by their SHA-256, outside the database: the original as it came, and copies that tell
    nothing about their maker. A kind that the product cannot make such a copy of has the original only.
    """

    PHOTO, AUDIO, VIDEO, DOCUMENT = "photo", "audio", "video", "document"
    KINDS: ClassVar = [(PHOTO, "Photo"), (AUDIO, "Recording"), (VIDEO, "Video"), (DOCUMENT, "Document")]

    landlord = models.ForeignKey(Landlord, on_delete=models.PROTECT, related_name="evidence")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, null=True, related_name="evidence")
    kind = models.CharField(max_length=8, choices=KINDS, default=DOCUMENT)
    title = models.CharField(max_length=200)
    origin = models.CharField(max_length=200, blank=True)
    filename = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    shared_sha256 = models.CharField(max_length=64, blank=True)
    shared_type = models.CharField(max_length=100, blank=True)
    thumbnail_sha256 = models.CharField(max_length=64, blank=True)
    incident = models.ForeignKey(Incident, on_delete=models.SET_NULL, null=True, related_name="evidence")
    party = models.ForeignKey(Party, on_delete=models.SET_NULL, null=True, related_name="evidence")
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    placed_at = models.DateTimeField(null=True)
    placed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["landlord", "at"], condition=Q(case=None), name="evidence_unplaced")]
        ordering: ClassVar = ["-at", "-pk"]

    def __str__(self) -> str:
        return self.title
