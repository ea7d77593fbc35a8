"""Cases and the people in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q, Value

from backend.accounts.models import Landlord, Patch, User
from backend.workflow.models import Instance

if TYPE_CHECKING:
    from backend.casework.models.care import SafeContact


class Person(models.Model):
    """Somebody we know by name. One person may be in several cases."""

    landlord = models.ForeignKey(Landlord, on_delete=models.PROTECT, related_name="people")
    name = models.CharField(max_length=200)
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    address = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    postcode = models.CharField(max_length=10, blank=True)
    is_tenant = models.BooleanField(default=True)
    #: How they read letters: the code of a language beside the English, and whether in large print.
    letters_in = models.CharField(max_length=8, blank=True)
    large_print = models.BooleanField(default=False)
    #: The landlord's own number for a tenant, and what the last list of homes said: what an officer corrected stays corrected.
    reference = models.CharField(max_length=40, blank=True)
    imported = models.JSONField(default=dict)
    #: The same human being, written down twice. Joined by somebody's choice; each row keeps what was told in its own case.
    same_as = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="duplicates")
    #: What the search looks at: worked out by the database.
    findable = models.GeneratedField(
        expression=Func(F("name"), F("address"), F("postcode"), F("phone"), function="caseway_findable"),
        output_field=models.TextField(), db_persist=True,
    )  # fmt: skip

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["landlord", "postcode"], name="person_postcode"),
            GinIndex(fields=["findable"], opclasses=["gin_trgm_ops"], name="person_findable"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["landlord", "reference"], condition=~Q(reference=""), name="one_person_a_reference"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def safety(self) -> SafeContact | None:
        """How to reach them safely, where they asked for it; read by name with `SAFETY`, so that a list asks once."""
        own = getattr(self, "safe_contact", None)
        return own or (getattr(self.same_as, "safe_contact", None) if self.same_as else None)


#: What must be read with a person so that `safety` asks nothing more.
SAFETY = ("safe_contact", "same_as__safe_contact")


class Case(models.Model):
    """Our activity on one or more reports. Closed by its closing step; the instance may go on after that."""

    landlord = models.ForeignKey(Landlord, on_delete=models.PROTECT, related_name="cases")
    reference = models.CharField(max_length=20)
    instance = models.OneToOneField(Instance, on_delete=models.PROTECT, related_name="case")
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=60, blank=True)
    place = models.CharField(max_length=200)
    postcode = models.CharField(max_length=10, blank=True)
    category = models.CharField(max_length=60, blank=True)
    severity = models.CharField(max_length=20, blank=True)
    risk_band = models.CharField(max_length=20, blank=True)
    patch = models.ForeignKey(Patch, on_delete=models.SET_NULL, null=True, related_name="cases")
    owner = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="cases")
    #: The closed case that a further report has brought back as this one.
    follows = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="followed_by")
    findable = models.GeneratedField(
        expression=Func(
            F("reference"), Func(F("place"), template="ARRAY[%(expressions)s]"), F("postcode"), Value(""), function="caseway_findable"
        ),
        output_field=models.TextField(), db_persist=True,
    )  # fmt: skip

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["landlord", "reference"], name="one_case_a_reference")]
        indexes: ClassVar = [
            GinIndex(fields=["findable"], opclasses=["gin_trgm_ops"], name="case_findable"),
            models.Index(fields=["landlord", "-opened_at"], name="case_newest"),
            models.Index(fields=["landlord", "-opened_at"], condition=Q(closed_at=None), name="case_open_newest"),
            models.Index(fields=["landlord", "closed_at"], name="case_closed"),
            models.Index(fields=["landlord", "postcode"], name="case_postcode"),
        ]

    def __str__(self) -> str:
        return self.reference

    def adjustments(self) -> models.QuerySet[Any]:
        """The reports whose reporters need something done differently, last first."""
        return self.reports.exclude(adjustments="").order_by("-received_at")[:5]


class Party(models.Model):
    """A person's part in one case. A respondent may be unknown: then there is a description and no person yet."""

    REPORTER, RESPONDENT, WITNESS = "reporter", "respondent", "witness"
    ROLES: ClassVar = [(REPORTER, "Reporter"), (RESPONDENT, "Person complained about"), (WITNESS, "Witness")]

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="parties")
    role = models.CharField(max_length=12, choices=ROLES)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="parts")
    description = models.CharField(max_length=200, blank=True)
    confidential = models.BooleanField(default=False)
    added_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(person__isnull=False) | ~Q(description=""), name="party_is_somebody"),
            models.UniqueConstraint(fields=["case", "role", "person"], name="one_part_a_role"),
        ]
        ordering: ClassVar = ["role", "pk"]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return self.person.name if self.person else f"Not known yet: {self.description}"
