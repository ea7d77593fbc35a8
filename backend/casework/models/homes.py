"""The landlord's homes, who lives in them on what terms, and the lists from which they come."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q, Value

from backend.accounts.models import Landlord, Patch, User
from backend.casework.models.case import Person


class Property(models.Model):
    """One home. `reference` is the landlord's own, and what a further import finds it by."""

    landlord = models.ForeignKey(Landlord, on_delete=models.PROTECT, related_name="properties")
    reference = models.CharField(max_length=40)
    uprn = models.CharField(max_length=12, blank=True)
    address = ArrayField(models.CharField(max_length=100), default=list)
    postcode = models.CharField(max_length=10)
    patch = models.ForeignKey(Patch, on_delete=models.SET_NULL, null=True, related_name="properties")
    #: What the search looks at: worked out by the database.
    findable = models.GeneratedField(
        expression=Func(F("reference"), F("address"), F("postcode"), Value(""), function="caseway_findable"),
        output_field=models.TextField(), db_persist=True,
    )  # fmt: skip

    class Meta:
        verbose_name_plural = "properties"
        constraints: ClassVar = [models.UniqueConstraint(fields=["landlord", "reference"], name="one_property_a_reference")]
        indexes: ClassVar = [
            models.Index(fields=["landlord", "postcode"], name="property_postcode"),
            GinIndex(fields=["findable"], opclasses=["gin_trgm_ops"], name="property_findable"),
        ]

    def __str__(self) -> str:
        return ", ".join([*self.address, self.postcode])


class Tenancy(models.Model):
    """Who holds a home, on what terms, from when until when."""

    TYPES: ClassVar = [
        ("introductory", "Introductory"), ("starter", "Starter"), ("secure", "Secure"), ("flexible", "Flexible"), ("assured", "Assured"),
        ("assured_shorthold", "Assured shorthold"), ("demoted", "Demoted"), ("family_intervention", "Family intervention"),
        ("licence", "Licence"), ("lease", "Lease"), ("shared_ownership", "Shared ownership"),
    ]  # fmt: skip

    property = models.ForeignKey(Property, on_delete=models.CASCADE, related_name="tenancies")
    landlord = models.ForeignKey(Landlord, on_delete=models.PROTECT, related_name="tenancies")
    reference = models.CharField(max_length=40)
    type = models.CharField(max_length=20, choices=TYPES)
    starts = models.DateField()
    ends = models.DateField(null=True)
    people = models.ManyToManyField(Person, related_name="tenancies")

    class Meta:
        verbose_name_plural = "tenancies"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["landlord", "reference"], name="one_tenancy_a_reference"),
            models.CheckConstraint(condition=Q(ends=None) | Q(ends__gte=F("starts")), name="tenancy_ends_after_it_starts"),
        ]
        ordering: ClassVar = ["-starts", "pk"]

    def __str__(self) -> str:
        return f"{self.get_type_display()} tenancy of {self.property}"


class HomesImport(models.Model):
    """One list of homes that an administrator gave us. The row is the job: first the whole list is tried, then somebody says
    whether it is kept. `reached` is the last line that was looked at."""

    LOOKING, LOOKED, KEEPING, DONE, DROPPED = "looking", "looked", "keeping", "done", "dropped"
    STATUSES: ClassVar = [
        (LOOKING, "Being tried"), (LOOKED, "Waiting for you"), (KEEPING, "Being kept"), (DONE, "Kept"), (DROPPED, "Thrown away"),
    ]  # fmt: skip

    landlord = models.ForeignKey(Landlord, on_delete=models.CASCADE, related_name="imports")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    filename = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    status = models.CharField(max_length=10, choices=STATUSES, default=LOOKING)
    total = models.PositiveIntegerField()
    reached = models.PositiveIntegerField(default=0)
    added = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    same = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["at"], condition=Q(status__in=("looking", "keeping")), name="homes_import_waiting")]

    def __str__(self) -> str:
        return self.filename

    @property
    def running(self) -> bool:
        return self.status in (self.LOOKING, self.KEEPING)


class RefusedLine(models.Model):
    """A line of a list that cannot be taken, as it stood, with why."""

    imported = models.ForeignKey(HomesImport, on_delete=models.CASCADE, related_name="refused_lines")
    line = models.PositiveIntegerField()
    why = models.TextField()
    cells = ArrayField(models.TextField())

    class Meta:
        ordering: ClassVar = ["line"]

    def __str__(self) -> str:
        return f"Line {self.line}: {self.why}"
