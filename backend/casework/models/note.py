"""What officers write down at any time: notes, and contacts with people."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from backend.accounts.models import User
from backend.casework.models.case import Case, Party


class Note(models.Model):
    """Something written in a case's log. A contact is a note of a talk or message: when, with whom, which way.

    `whom` names somebody who is no party of the case. A corrected note keeps every earlier wording beside it.
    """

    NOTE, CONTACT = "note", "contact"
    WAYS: ClassVar = [
        ("telephone", "Telephone"), ("visit", "Visit"), ("office", "At our office"), ("meeting", "Meeting"), ("video", "Video call"),
        ("email", "E-mail"), ("text", "Text message"), ("letter", "Letter"), ("other", "Another way"),
    ]  # fmt: skip

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="notes")
    kind = models.CharField(max_length=8, choices=[(NOTE, "Note"), (CONTACT, "Contact")])
    text = models.TextField()
    happened_at = models.DateTimeField()
    party = models.ForeignKey(Party, on_delete=models.SET_NULL, null=True, related_name="contacts")
    whom = models.CharField(max_length=200, blank=True)
    way = models.CharField(max_length=10, choices=WAYS, blank=True)
    outward = models.BooleanField(null=True)
    minutes = models.PositiveSmallIntegerField(null=True)
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["case", "-happened_at"], name="note_newest")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(kind="note") | (~Q(way="") & Q(outward__isnull=False)), name="contact_says_which_way")
        ]
        ordering: ClassVar = ["-happened_at", "-pk"]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """How it reads in a list: “Telephone, to Carol Whitmore”."""
        if self.kind == self.NOTE:
            return "Note"
        who = self.party.label if self.party else self.whom
        return f"{self.get_way_display()}, {'to' if self.outward else 'from'} {who}"


class Earlier(models.Model):
    """How a note read before somebody corrected it, and why they did."""

    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="earlier")
    said = models.JSONField()
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]

    def __str__(self) -> str:
        return self.reason
