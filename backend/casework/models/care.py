"""What somebody has asked of us for their safety, and what they have agreed to."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from backend.accounts.models import User
from backend.casework.models.case import Party, Person
from backend.casework.sealed import SealedField


class SafeContact(models.Model):
    """How to reach somebody without putting them in danger. What is written here is sealed; the two rules are plain, so
    that letters can obey them."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="safe_contact")
    never_post = models.BooleanField(default=False)
    never_message = models.BooleanField(default=False)
    ways = SealedField(blank=True, default="")
    times = SealedField(blank=True, default="")
    words = SealedField(blank=True, default="")
    numbers = SealedField(blank=True, default="")
    set_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    set_at = models.DateTimeField()

    #: The sealed fields and what each is called.
    SEALED: ClassVar = {"ways": "Safe ways", "times": "Safe times", "numbers": "Safe numbers and addresses", "words": "What to say"}

    def __str__(self) -> str:
        return f"Safe contact {self.pk}"

    @property
    def rules(self) -> list[str]:
        """What must never be done, in words."""
        said = [(self.never_post, "Never write to the home."), (self.never_message, "Never leave a message.")]
        return [words for holds, words in said if holds]

    @property
    def details(self) -> list[tuple[str, str]]:
        return [(label, text) for key, label in self.SEALED.items() if (text := getattr(self, key))]


class Consent(models.Model):
    """What somebody said to one thing that we may want to do. Never changed: the latest row holds."""

    ACTIONS: ClassVar = [
        ("contact_respondent", "Contact the person complained about"),
        ("name_respondent", "Tell the person complained about who reported"),
        ("share_police", "Share with the police"),
        ("share_council", "Share with the council"),
        ("share_support", "Share with a support agency"),
        ("share_health", "Share with health services"),
        ("use_evidence", "Use what they said or gave us as evidence"),
        ("write_digitally", "Write to them by e-mail or text message"),
    ]
    GIVEN, REFUSED, OVERRIDDEN = "given", "refused", "overridden"
    ANSWERS: ClassVar = [(GIVEN, "Agreed"), (REFUSED, "Refused"), (OVERRIDDEN, "Done without agreement")]

    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="consents")
    action = models.CharField(max_length=20, choices=ACTIONS)
    answer = models.CharField(max_length=10, choices=ANSWERS)
    reason = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.get_action_display()}: {self.get_answer_display()}"
