"""Letters in the world: one row is one letter to be made and sent. The row is the job."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models import Q

import letters
from backend.accounts.models import Landlord, User
from backend.casework.models import Case, Evidence, Party, Person, Survey
from backend.casework.sealed import SealedField

#: The renditions of a letter, in words.
SHAPES: Mapping[str, str] = {
    "accessible": "To read or e-mail", "large": "In large print", "print": "To print and post",
    "beside": "To print and post, with the other language beside the English",
}  # fmt: skip


class PrintRun(models.Model):
    """Letters that leave together: one PDF to print and post, or one package for GOV.UK Notify, and its manifest. The row is the
    job; `done` is how far it has come. What was stopped can go on: a letter belongs to one run at most, so that none is posted twice."""

    MAKING, STOPPED, MADE, POSTED, FAILED, DROPPED = "making", "stopped", "made", "posted", "failed", "dropped"
    STATUSES: ClassVar = [
        (MAKING, "Being put together"), (STOPPED, "Stopped"), (MADE, "Ready to send"), (POSTED, "Sent"), (FAILED, "Could not be made"),
        (DROPPED, "Given up"),
    ]  # fmt: skip
    POST, NOTIFY = "post", "notify"
    WAYS: ClassVar = [(POST, "Printed and posted by us"), (NOTIFY, "Printed and posted by GOV.UK Notify")]
    #: The keys are those of `rules.notices.POST`: how a posted letter counts as delivered.
    CLASSES: ClassVar = [("first_class", "First class"), ("second_class", "Second class")]

    landlord = models.ForeignKey(Landlord, on_delete=models.PROTECT, related_name="print_runs")
    number = models.PositiveIntegerField()
    way = models.CharField(max_length=6, choices=WAYS, default=POST)
    status = models.CharField(max_length=10, choices=STATUSES, default=MAKING)
    total = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    #: The PDF for the printer, or the package for Notify.
    file = models.BinaryField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    manifest = models.JSONField(default=list)
    posted_at = models.DateTimeField(null=True)
    posted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    posted_how = models.CharField(max_length=12, choices=CLASSES, blank=True)
    #: How often it was taken since it last came further.
    attempts = models.PositiveSmallIntegerField(default=0)
    lease = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    problem = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["landlord", "number"], name="one_run_a_number")]
        indexes: ClassVar = [models.Index(fields=["asked_at"], condition=Q(status="making"), name="print_runs_to_make")]
        ordering: ClassVar = ["-number"]

    def __str__(self) -> str:
        return f"Print run {self.number}" if self.way == self.POST else f"Notify package {self.number}"


class Letter(models.Model):
    """A letter or document. `data` is what it says, as it was known when it was asked for; `party` is whom it goes to, and nobody
    where it goes to a partner, a court or the file: then `addressee` says so. Its life is in the audit, entry by entry."""

    DRAFT, STOPPED, APPROVAL, QUEUED, RENDERED = "draft", "stopped", "approval", "queued", "rendered"
    SENT, SERVED, RETURNED, WITHDRAWN, FAILED, HELD = "sent", "served", "returned", "withdrawn", "failed", "held"
    STATUSES: ClassVar = [
        (DRAFT, "Being written"), (STOPPED, "Stopped: may give somebody away"), (APPROVAL, "Waits for approval"),
        (QUEUED, "Being made"), (RENDERED, "Ready to send"), (SENT, "Sent"), (SERVED, "Served"), (RETURNED, "Came back"),
        (WITHDRAWN, "Withdrawn"), (FAILED, "Could not be made"), (HELD, "Held: not safe to post"),
    ]  # fmt: skip
    POST, HAND, EMAIL, TEXT, NOTIFY = "post", "hand", "email", "text", "notify"
    SENDING: ClassVar = [
        (POST, "By post"), (HAND, "By hand"), (EMAIL, "By e-mail"), (TEXT, "By text message"), (NOTIFY, "Posted by GOV.UK Notify"),
    ]  # fmt: skip
    #: Nothing has been drawn yet, so the words may still be changed.
    WRITABLE = (DRAFT, STOPPED, APPROVAL, FAILED, HELD)
    #: Somebody has to do something about it.
    WAITING = (DRAFT, STOPPED, APPROVAL, RENDERED, RETURNED, FAILED, HELD)

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="letters")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="letters", null=True)
    addressee = models.CharField(max_length=200, blank=True)
    #: Whom it is addressed to where they have no part in the case: another tenant of the home.
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    key = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    data = models.JSONField()
    #: A second language that stands beside the English, "" for none.
    language = models.CharField(max_length=8, blank=True)
    survey = models.ForeignKey(Survey, on_delete=models.SET_NULL, null=True, related_name="+")
    status = models.CharField(max_length=10, choices=STATUSES, default=QUEUED)
    queued_at = models.DateTimeField()
    #: Who wrote it, or did the task that asked for it: nobody approves or clears their own.
    asked_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    #: The role that must approve it, as the procedure says; "" for none.
    approver = models.CharField(max_length=50, blank=True)
    approved_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    #: A second person looked at words that may give somebody away, and said why they may stand.
    cleared_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    cleared_why = models.CharField(max_length=300, blank=True)
    rendered_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    sent_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    sent_how = models.CharField(max_length=10, choices=SENDING, blank=True)
    #: The rendition that was sent, by its hash.
    sent_sha256 = models.CharField(max_length=64, blank=True)
    run = models.ForeignKey(PrintRun, on_delete=models.SET_NULL, null=True, related_name="letters")
    #: The withdrawn letter that this one was written again from.
    instead_of = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="replaced_by")
    #: Of a notice that every joint tenant gets: the copy that was asked for, on each of the others.
    copy_of = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="copies")
    attempts = models.PositiveSmallIntegerField(default=0)
    lease = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    problem = models.CharField(max_length=500, blank=True)
    #: Who had it made although it must not go to the home, and how it reaches the person instead.
    released_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    released_why = SealedField(blank=True, default="")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["queued_at"], condition=Q(status="queued"), name="letter_queue"),
            models.Index(
                fields=["queued_at"],
                condition=Q(status__in=("draft", "stopped", "approval", "rendered", "returned", "failed", "held")),
                name="letter_waiting",
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(party__isnull=False) | ~Q(addressee=""), name="letter_is_for_somebody"),
        ]
        ordering: ClassVar = ["-queued_at", "-pk"]

    def __str__(self) -> str:
        return self.title

    @property
    def paper(self) -> letters.RenditionName:
        """The rendition that is printed and posted."""
        return "beside" if self.language else "print"

    @property
    def shapes(self) -> tuple[letters.RenditionName, ...]:
        """The renditions that can be drawn of it."""
        return ("accessible", "large", self.paper)

    @property
    def undrawn(self) -> Mapping[str, str]:
        """The renditions that nobody has asked for yet, in words, once the letter has been made: they are drawn when somebody does."""
        kept = {one.name for one in self.renditions.all()}
        return {name: SHAPES[name] for name in self.shapes if name not in kept} if kept else {}

    @property
    def to(self) -> str:
        """Whom it goes to, in words."""
        return self.party.label if self.party else self.addressee


class Service(models.Model):
    """A letter handed over, left or, where it is a notice, posted: who, to whom, where, when, and the day on which the law counts
    it as served. `also` is how a copy was posted on the same day: the later day counts. Its certificate is a letter."""

    HOW: ClassVar = [("hand", "Handed over"), ("left", "Left at the home"), *PrintRun.CLASSES]

    letter = models.OneToOneField(Letter, on_delete=models.CASCADE, related_name="service")
    how = models.CharField(max_length=12, choices=HOW)
    also = models.CharField(max_length=12, choices=PrintRun.CLASSES, blank=True)
    at = models.DateTimeField()
    #: To whom it was handed, or where exactly it was left.
    details = models.CharField(max_length=300, blank=True)
    place = models.CharField(max_length=300)
    server = models.CharField(max_length=200)
    witness = models.CharField(max_length=200, blank=True)
    deemed = models.DateField()
    photo = models.ForeignKey(Evidence, on_delete=models.SET_NULL, null=True, related_name="+")
    certificate = models.OneToOneField(Letter, on_delete=models.SET_NULL, null=True, related_name="certifies")
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.letter}, served {self.deemed}"


class Message(models.Model):
    """One e-mail or text message about a letter. The outside world takes no key, so it is tried at most once: what was being sent
    when its worker died is `unsure`, and a person decides."""

    WAITING, SENDING, SENT, UNSURE, FAILED = "waiting", "sending", "sent", "unsure", "failed"
    STATUSES: ClassVar = [
        (WAITING, "Waits to be sent"), (SENDING, "Being sent"), (SENT, "Sent"), (UNSURE, "May have been sent"), (FAILED, "Not sent"),
    ]  # fmt: skip

    letter = models.ForeignKey(Letter, on_delete=models.CASCADE, related_name="messages")
    channel = models.CharField(max_length=6, choices=[("email", "E-mail"), ("text", "Text message")])
    #: It may be one that is safe because nobody knows it.
    address = SealedField()
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField()
    status = models.CharField(max_length=8, choices=STATUSES, default=WAITING)
    key = models.CharField(max_length=80, unique=True)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["asked_at"], condition=Q(status__in=("waiting", "sending")), name="message_queue"),
        ]
        ordering: ClassVar = ["-asked_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} about {self.letter}"


class Confirmed(models.Model):
    """What a landlord's lawyer has confirmed: the text of a prescribed form between two days, or one version of a kind of letter.
    `text` is empty where the wording is the product's own and only a tick was needed."""

    landlord = models.ForeignKey(Landlord, on_delete=models.CASCADE, related_name="confirmed")
    kind = models.CharField(max_length=60)
    version = models.CharField(max_length=100)
    text = models.TextField(blank=True)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    lawyer = models.CharField(max_length=200)
    confirmed_on = models.DateField()
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["landlord", "kind", "valid_from"], name="confirmed_by_kind")]
        ordering: ClassVar = ["kind", "-valid_from", "-pk"]

    def __str__(self) -> str:
        return f"{self.kind}, {self.version}"


class Rendition(models.Model):
    """One PDF of a letter, kept as it was made, with its hash."""

    letter = models.ForeignKey(Letter, on_delete=models.CASCADE, related_name="renditions")
    name = models.CharField(max_length=12)
    pdf = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    pages = models.PositiveSmallIntegerField()
    #: The hash of the wording that it was made from.
    wording = models.CharField(max_length=64, blank=True)
    #: The page that it was drawn from: another rendition says the same, whatever has become of wording and landlord since.
    page = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["letter", "name"], name="one_rendition_a_name")]

    def __str__(self) -> str:
        return f"{self.letter} ({self.name})"

    @property
    def in_words(self) -> str:
        """What this one is for."""
        return SHAPES.get(self.name, self.name)
