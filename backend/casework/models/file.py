"""The case file: what people wrote down when they did a task, and the evidence they gathered."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from backend.accounts.models import User
from backend.casework.models.case import Case, Party
from backend.workflow.models import Task


class Record(models.Model):
    """The answers given when a task was done, with the questions as they were worded that day."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="records")
    party = models.ForeignKey(Party, on_delete=models.SET_NULL, null=True, related_name="records")
    task = models.OneToOneField(Task, on_delete=models.SET_NULL, null=True, related_name="record")
    form = models.CharField(max_length=100)
    title = models.CharField(max_length=200)
    answers = models.JSONField()
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    #: Which press of a button made it, where no task did: the same press makes no second one.
    press = models.UUIDField(null=True, unique=True)

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]

    def __str__(self) -> str:
        return self.title


class Evidence(models.Model):
    """A file somebody gave us or took. The bytes are kept once, by their SHA-256, outside the database."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="evidence")
    title = models.CharField(max_length=200)
    filename = models.CharField(max_length=200)
    content_type = models.CharField(max_length=60)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]

    def __str__(self) -> str:
        return self.title
