"""Reports, as they came in, and the incidents they describe."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from backend.accounts.models import Landlord, User
from backend.casework.models.case import Case, Party


class Report(models.Model):
    """Someone telling us something, once. Kept as told; `case` is empty until somebody decides where it belongs."""

    CHANNELS: ClassVar = [
        ("telephone", "Telephone"), ("online", "Online form"), ("email", "E-mail"), ("letter", "Letter"),
        ("in_person", "In person"), ("partner", "From a partner agency"), ("staff", "From our own staff"),
        ("home_visit", "At a visit to the home"), ("walkabout", "On an estate walkabout"),
    ]  # fmt: skip

    landlord = models.ForeignKey(Landlord, on_delete=models.PROTECT, related_name="reports")
    case = models.ForeignKey(Case, on_delete=models.SET_NULL, null=True, related_name="reports")
    channel = models.CharField(max_length=12, choices=CHANNELS)
    received_at = models.DateTimeField()
    taken_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    placed_at = models.DateTimeField(null=True)
    placed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    party = models.ForeignKey(Party, on_delete=models.SET_NULL, null=True, related_name="reports")
    name = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    address = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    postcode = models.CharField(max_length=10, blank=True)
    place = models.CharField(max_length=200)
    place_postcode = models.CharField(max_length=10, blank=True)
    happened = models.CharField(max_length=200, blank=True)
    what = models.TextField()
    who = models.CharField(max_length=300, blank=True)
    confidential = models.BooleanField(default=False)
    adjustments = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["landlord", "received_at"], condition=Q(case=None), name="report_unplaced")]

    def __str__(self) -> str:
        return f"Report {self.pk}"

    @property
    def reporter(self) -> str:
        return self.name or "Somebody who gave no name"


class Incident(models.Model):
    """Something that happened at a place and time, in the words of the report that told us or of the officer who added it.

    `type` is a category of the case's own procedure: by it and the place, incidents are counted.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="incidents")
    report = models.ForeignKey(Report, on_delete=models.PROTECT, null=True, related_name="incidents")
    type = models.CharField(max_length=60, blank=True)
    happened_on = models.DateField(null=True)
    happened = models.CharField(max_length=200, blank=True)
    place = models.CharField(max_length=200)
    postcode = models.CharField(max_length=10, blank=True)
    what = models.TextField()
    told_by = models.ForeignKey(Party, on_delete=models.SET_NULL, null=True, related_name="incidents_told")
    source = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    told_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["told_at", "pk"]

    def __str__(self) -> str:
        return f"Incident {self.pk}"
