"""What the engine room keeps: packs and their versions, instances, tasks, steps done, faults."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import ClassVar

from django.db import models
from django.db.models import Q

from backend.accounts.models import Landlord, User
from backend.workflow.packs import Pack as PackContents
from backend.workflow.packs import read_pack


class Pack(models.Model):
    """One landlord's procedure; its published states are its versions."""

    landlord = models.OneToOneField(Landlord, on_delete=models.CASCADE, related_name="pack")
    title = models.CharField(max_length=200)

    def __str__(self) -> str:
        return self.title

    @property
    def live(self) -> Version | None:
        """The version that the next case will follow."""
        return self.versions.order_by("-number").first()


class PackFiles(models.Model):
    """The exact files of a published state, kept once under their hash. A trigger refuses any change."""

    digest = models.CharField(max_length=64, primary_key=True)
    files = models.JSONField()

    def __str__(self) -> str:
        return self.digest


class Version(models.Model):
    """An immutable published state, named by the hash of its files. A trigger refuses any change."""

    pack = models.ForeignKey(Pack, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    content = models.ForeignKey(PackFiles, on_delete=models.PROTECT, related_name="versions")
    note = models.CharField(max_length=300, blank=True)
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["pack", "number"], name="one_version_a_number"),
        ]
        ordering: ClassVar = ["-number"]

    def __str__(self) -> str:
        return f"Version {self.number}"

    @property
    def files(self) -> Mapping[str, str]:
        """Its files by path, read once per process."""
        return files_of(self.content_id)

    @property
    def contents(self) -> PackContents:
        """The pack, parsed once per process."""
        return contents_of(self.content_id)


@lru_cache(maxsize=1_024)
def digest_of(version_id: int) -> str:
    """The hash that names a version's files."""
    return Version.objects.values_list("content_id", flat=True).get(pk=version_id)


@lru_cache(maxsize=64)
def files_of(digest: str) -> Mapping[str, str]:
    """The files kept under a hash."""
    return MappingProxyType(PackFiles.objects.get(pk=digest).files)


@lru_cache(maxsize=64)
def contents_of(digest: str) -> PackContents:
    """The pack kept under a hash."""
    return read_pack(files_of(digest))


class Instance(models.Model):
    """One running process. `facts` and `state` hold no personal data; `offers` and `active` are for quick pages."""

    landlord = models.ForeignKey(Landlord, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="instances")
    state = models.JSONField(null=True)
    facts = models.JSONField(default=dict)
    offers = models.JSONField(default=list)
    active = models.JSONField(default=list)
    messages = models.JSONField(default=list)
    has_faults = models.BooleanField(default=False)
    awaits_message = models.BooleanField(default=False)
    due_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=100, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="instance_due"),
            # What may have stopped in silence; the watchdog looks closer at these.
            models.Index(fields=["landlord"], condition=Q(ended_at=None, due_at=None, awaits_message=False), name="instance_waits"),
        ]

    def __str__(self) -> str:
        return f"Instance {self.pk}"

    @property
    def contents(self) -> PackContents:
        """The pack of its version. A version never changes, so nothing is read again for it."""
        return contents_of(digest_of(self.version_id))


class Task(models.Model):
    """Something a person must do. Its promise and due time are fixed when it opens; `put_off_to` is when somebody means
    to do it instead, and `notice_at` when people should next be told of it."""

    OPEN, DONE, CANCELLED = "open", "done", "cancelled"

    instance = models.ForeignKey(Instance, on_delete=models.CASCADE, related_name="tasks")
    #: The instance's, so that a list of a large landlord's tasks reads no instances. The indexes below begin with it.
    landlord = models.ForeignKey(Landlord, on_delete=models.PROTECT, related_name="+", db_index=False)
    engine_id = models.UUIDField(unique=True)
    element = models.CharField(max_length=100)
    name = models.CharField(max_length=200)
    form = models.CharField(max_length=100)
    role = models.SlugField()
    promise = models.CharField(max_length=100, blank=True)
    due_at = models.DateTimeField()
    party_id = models.BigIntegerField(null=True)
    owner = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="tasks")
    status = models.CharField(max_length=10, default=OPEN, choices=[(OPEN, "Open"), (DONE, "Done"), (CANCELLED, "No longer needed")])
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    draft = models.JSONField(default=dict)
    put_off_to = models.DateTimeField(null=True)
    put_off_why = models.CharField(max_length=200, blank=True)
    notice_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["notice_at"], condition=Q(status="open", notice_at__isnull=False), name="task_to_be_told_of"),
            models.Index(fields=["role", "due_at"], condition=Q(status="open", owner=None), name="task_open_by_role"),
            models.Index(fields=["owner", "due_at"], condition=Q(status="open"), name="task_open_by_owner"),
            # With what managers count open tasks by.
            models.Index(
                fields=["landlord", "due_at", "id"],
                include=["owner", "role", "element"],
                condition=Q(status="open"),
                name="task_open_by_due",
            ),
            models.Index(fields=["instance"], condition=Q(status="open"), name="task_open_of_instance"),
            models.Index(fields=["landlord", "promise", "due_at"], name="task_by_promise"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def wanted_at(self) -> datetime:
        """By when it is meant to be done: what lists go by. Promises are kept or broken by `due_at`."""
        return self.put_off_to or self.due_at

    def is_late(self, now: datetime) -> bool:
        return self.due_at < (self.closed_at or now)


class Step(models.Model):
    """An element of a diagram that an instance has passed. The engine forgets; this remembers."""

    instance = models.ForeignKey(Instance, on_delete=models.CASCADE, related_name="steps")
    engine_id = models.UUIDField()
    element = models.CharField(max_length=100)
    name = models.CharField(max_length=200)
    party_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["instance", "engine_id", "element"], name="one_step_once")]

    def __str__(self) -> str:
        return self.name


class Done(models.Model):
    """An operation that was performed, under the engine task id that asked for it: so a replay cannot do it twice."""

    instance = models.ForeignKey(Instance, on_delete=models.CASCADE, related_name="operations")
    key = models.UUIDField()
    operation = models.CharField(max_length=100)
    gave = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["instance", "key"], name="one_operation_once")]

    def __str__(self) -> str:
        return self.operation


class Fault(models.Model):
    """A place where an instance cannot go on by itself, until a person tries again or ends the branch."""

    instance = models.ForeignKey(Instance, on_delete=models.CASCADE, related_name="faults")
    engine_id = models.UUIDField()
    element = models.CharField(max_length=100)
    name = models.CharField(max_length=200)
    sentence = models.CharField(max_length=500)
    raised_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["instance", "engine_id"], condition=Q(resolved_at=None), name="one_open_fault_a_place")
        ]

    def __str__(self) -> str:
        return self.sentence
