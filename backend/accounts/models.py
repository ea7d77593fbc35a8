"""Landlords and the people who work for them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time
from functools import cached_property
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from backend.accounts.powers import POWERS
from backend.rules.working_time import Calendar

AT_ONCE, DAILY, IN_PRODUCT = "at_once", "daily", "product"
TOLD = [
    (AT_ONCE, "In the product, and by e-mail at once"),
    (DAILY, "In the product, and by one e-mail each working day"),
    (IN_PRODUCT, "In the product only"),
]


class Landlord(models.Model):
    """One social landlord: its name on letters, its office hours, its colours."""

    code = models.SlugField(unique=True)
    name = models.CharField(max_length=200)
    address = ArrayField(models.CharField(max_length=100), default=list)
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    hours = models.CharField(max_length=100, default="Monday to Friday, 9am to 5pm")
    colour = models.CharField(max_length=7, default="#1d4f5c")
    opens = models.TimeField(default=time(9))
    closes = models.TimeField(default=time(17))
    next_case_number = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return self.name

    @cached_property
    def calendar(self) -> Calendar:
        """Working time as this landlord keeps it."""
        return self.calendar_with(self.closures.values_list("day", flat=True))

    def calendar_with(self, closed: Iterable[date]) -> Calendar:
        """The same office hours with these closure days."""
        return Calendar(self.opens, self.closes, frozenset(closed))


class Letterhead(models.Model):
    """What a landlord's letters show besides its name, address and colour. Every page reads `Landlord`, and a logo is large."""

    landlord = models.OneToOneField(Landlord, on_delete=models.CASCADE, related_name="letterhead")
    logo = models.BinaryField(null=True)
    #: The words under the officer's name; "" for the name of the team.
    signatory = models.CharField(max_length=200, blank=True)
    #: Where and how letters to the landlord may be served.
    service = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return f"The letters of {self.landlord}"


class Closure(models.Model):
    """A day on which the office is shut, beyond weekends and bank holidays."""

    landlord = models.ForeignKey(Landlord, on_delete=models.CASCADE, related_name="closures")
    day = models.DateField()
    reason = models.CharField(max_length=200)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["landlord", "day"], name="one_closure_a_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.reason}"


class CalendarChange(models.Model):
    """A change of the closure days, and how far the promises it touches have been worked out again. The row is the job:
    `reached` is the last instance that was looked at."""

    landlord = models.ForeignKey(Landlord, on_delete=models.CASCADE, related_name="calendar_changes")
    sentence = models.CharField(max_length=200)
    reason = models.CharField(max_length=200)
    by = models.ForeignKey("User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    before = ArrayField(models.DateField())
    after = ArrayField(models.DateField())
    reached = models.BigIntegerField(default=0)
    moved = models.PositiveIntegerField(default=0)
    kept = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["at"], condition=Q(done_at=None), name="calendar_change_waiting")]

    def __str__(self) -> str:
        return self.sentence


class Role(models.Model):
    """A role as the landlord's pack declares it."""

    landlord = models.ForeignKey(Landlord, on_delete=models.CASCADE, related_name="roles")
    code = models.SlugField()
    name = models.CharField(max_length=100)
    powers = ArrayField(models.CharField(max_length=30, choices=list(POWERS.items())), default=list)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["landlord", "code"], name="one_role_a_code")]
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class Team(models.Model):
    landlord = models.ForeignKey(Landlord, on_delete=models.CASCADE, related_name="teams")
    name = models.CharField(max_length=100)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["landlord", "name"], name="one_team_a_name")]
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class Patch(models.Model):
    """A part of the landlord's area; `postcodes` are the beginnings of the postcodes in it."""

    landlord = models.ForeignKey(Landlord, on_delete=models.CASCADE, related_name="patches")
    name = models.CharField(max_length=100)
    postcodes = ArrayField(models.CharField(max_length=10), default=list, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["landlord", "name"], name="one_patch_a_name")]
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class _Users(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """Somebody who signs in. What they may do comes from their roles alone."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=100)
    phone = models.CharField(max_length=40, blank=True)
    landlord = models.ForeignKey(Landlord, on_delete=models.PROTECT, related_name="users")
    team = models.ForeignKey(Team, on_delete=models.SET_NULL, null=True, blank=True, related_name="users")
    roles = models.ManyToManyField(Role, related_name="users", blank=True)
    patches = models.ManyToManyField(Patch, related_name="users", blank=True)
    is_active = models.BooleanField(default=True)
    told = models.CharField(max_length=10, choices=TOLD, default=AT_ONCE)

    objects: ClassVar[_Users] = _Users()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name

    @cached_property
    def role_codes(self) -> frozenset[str]:
        return frozenset(role.code for role in self.roles.all())

    @cached_property
    def powers(self) -> frozenset[str]:
        return frozenset(power for role in self.roles.all() for power in role.powers)

    @cached_property
    def covers(self) -> frozenset[int]:
        """Whose work is also this person's today, because they are away."""
        return frozenset(self.standing_in.filter(Absence.on(timezone.localdate())).values_list("user_id", flat=True))

    def can(self, power: str) -> bool:
        return self.is_active and power in self.powers


class Absence(models.Model):
    """Somebody is away from the first day to the last, and their work is also another's meanwhile."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="absences")
    cover = models.ForeignKey(User, on_delete=models.CASCADE, related_name="standing_in")
    first = models.DateField()
    last = models.DateField()
    arranged_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    arranged_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(last__gte=models.F("first")), name="absence_ends_after_it_begins"),
            models.CheckConstraint(condition=~Q(user=models.F("cover")), name="nobody_covers_themselves"),
        ]
        indexes: ClassVar = [models.Index(fields=["cover", "last"], name="absence_by_cover")]
        ordering: ClassVar = ["first", "pk"]

    def __str__(self) -> str:
        return f"{self.user} from {self.first} to {self.last}"

    @staticmethod
    def on(day: date) -> Q:
        """Those that last on this day."""
        return Q(first__lte=day, last__gte=day)
