"""Closure surveys."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from backend.accounts.models import User
from backend.casework.models.case import Case, Party


class Survey(models.Model):
    """One reporter's survey. Only the hash of its link's token is kept; the token stands in the letter alone."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="surveys")
    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="surveys")
    token_hash = models.CharField(max_length=64, blank=True)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answers = models.JSONField(default=list)
    channel = models.CharField(max_length=12, blank=True, choices=[("online", "Online"), ("telephone", "Telephone"), ("paper", "On paper")])
    entered_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "party", "sent_at"], name="one_survey_a_sending"),
            models.UniqueConstraint(fields=["token_hash"], condition=~Q(token_hash=""), name="one_survey_a_token"),
        ]

    def __str__(self) -> str:
        return f"Survey {self.pk}"
