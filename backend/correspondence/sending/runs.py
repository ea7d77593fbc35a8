"""Many letters that leave together. The row of a run is the job: a worker takes it under a lease and goes through its letters some
at a time, so that it can be stopped, and whatever becomes of the worker no letter is lost or goes twice.

Knows neither paper nor packages: `printing.py` and `notify.py` say what a letter must be like for each, and put letters together.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from uuid import uuid4

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from backend.accounts import powers
from backend.accounts.models import Landlord, User
from backend.audit.models import record, record_each
from backend.casework import access
from backend.casework.models.case import SAFETY
from backend.casework.safety import posts_refused
from backend.correspondence.homes import addressed_to, home_closed, moved
from backend.correspondence.models import Letter, PrintRun, Rendition
from backend.correspondence.sending import moment_of, notify, on_its_way, posted, printing, rendition, serve_by_post
from backend.correspondence.sending.manifest import Line, kept, lines_of, numbered
from backend.correspondence.wording.own import kinds_for
from backend.errors import AlreadyDone, DomainError, InvalidAnswers, NotFound, Refused
from backend.rules.working_time import LONDON
from backend.workflow.publishing import live_version

#: Letters that are looked at in one go, and the most that one run takes: more would be a pile that nobody can fold.
CHUNK, MOST = 25, 1_000
#: How long a run that was taken is left alone, and how often it is taken without coming further. While it is worked on its row is
#: locked, and a killed worker's lock goes with it: the lease only spans the moment between taking and working.
LEASE, MAX_ATTEMPTS = timedelta(seconds=5), 12
WAYS: Mapping[str, ModuleType] = {PrintRun.POST: printing, PrintRun.NOTIFY: notify}


# Asking for a run, and what becomes of it


def ready(user: User) -> QuerySet[Letter]:
    """The landlord's letters that wait to be posted, the oldest first. Those in large print are posted one by one."""
    access.need(user, powers.POST)
    others = [code for code, kind in kinds_for(live_version(user.landlord)).items() if not posted(kind) or kind.prescribed]
    alone = [Q(**{f"party__person__{path}__never_post": True}) for path in SAFETY]
    alone += [Q(party__person__large_print=True), Q(person__large_print=True)]
    waiting = Letter.objects.filter(case__landlord=user.landlord_id, status=Letter.RENDERED, run=None).exclude(kind__in=others)
    for one in alone:
        waiting = waiting.exclude(one)
    return waiting.exclude(Exists(on_its_way(OuterRef("pk")))).order_by("queued_at", "pk")


@transaction.atomic
def make_run(*, way: str = PrintRun.POST, by: User, now: datetime) -> PrintRun:
    """Have everything that waits put together, the oldest first."""
    access.need(by, powers.POST)
    landlord = Landlord.objects.select_for_update().get(pk=by.landlord_id)
    if way == PrintRun.NOTIFY:
        notify.need_offered(landlord)
    chosen = list(ready(by).select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True)[:MOST])
    if not chosen:
        raise Refused("No letter waits to be posted.")
    last = PrintRun.objects.filter(landlord=landlord).aggregate(last=Max("number"))["last"] or 0
    run = PrintRun.objects.create(landlord=landlord, number=last + 1, way=way, total=len(chosen), asked_at=now, asked_by=by)
    Letter.objects.filter(pk__in=chosen).update(run=run)
    record("make_run", f"Had {len(chosen)} letters put together: {run}", landlord=landlord, by=by, at=now, run=run.pk)
    return run


def runs(user: User) -> QuerySet[PrintRun]:
    """The landlord's runs, the newest first, without what is in them."""
    access.need(user, powers.POST)
    return PrintRun.objects.filter(landlord=user.landlord_id).select_related("asked_by").defer("file", "manifest")


def run_by_number(user: User, number: int) -> PrintRun:
    """One run, without its file. Raises `NotFound`."""
    access.need(user, powers.POST)
    found = PrintRun.objects.filter(landlord=user.landlord_id, number=number)
    run = found.select_related("landlord", "asked_by", "posted_by").defer("file").first()
    if run is None:
        raise NotFound
    return run


def file_of(user: User, number: int) -> tuple[PrintRun, bytes]:
    """What a run put together. Raises `NotFound` while it is not there."""
    run = run_by_number(user, number)
    if run.file is None:
        raise NotFound("This is not put together yet. Look again in a moment.")
    return run, bytes(run.file)


@transaction.atomic
def stop(*, number: int, by: User, now: datetime) -> PrintRun:
    """Stop putting letters together. What is done is kept."""
    return _moved(number, (PrintRun.MAKING,), PrintRun.STOPPED, "Stopped", by, now)


@transaction.atomic
def resume(*, number: int, by: User, now: datetime) -> PrintRun:
    """Go on where it stopped."""
    return _moved(number, (PrintRun.STOPPED, PrintRun.FAILED), PrintRun.MAKING, "Went on with", by, now)


@transaction.atomic
def give_up(*, number: int, by: User, now: datetime) -> PrintRun:
    """Put the letters of a run back among those that wait. What was printed of it must not be posted."""
    run = _moved(number, (PrintRun.STOPPED, PrintRun.FAILED, PrintRun.MADE), PrintRun.DROPPED, "Gave up", by, now)
    Letter.objects.filter(run=run).update(run=None)
    PrintRun.objects.filter(pk=run.pk).update(file=None, sha256="")
    return run


def _locked(by: User, number: int, statuses: Sequence[str]) -> PrintRun:
    found = run_by_number(by, number)
    run = PrintRun.objects.select_for_update(of=("self",)).select_related("landlord", "asked_by").defer("file").get(pk=found.pk)
    if run.status not in statuses:
        raise AlreadyDone(f"{run} is now: {run.get_status_display().lower()}. Nothing was changed.")
    return run


def _moved(number: int, before: Sequence[str], to: str, said: str, by: User, now: datetime) -> PrintRun:
    run = _locked(by, number, before)
    run.status, run.problem, run.attempts, run.lease, run.lease_until = to, "", 0, None, None
    run.save(update_fields=["status", "problem", "attempts", "lease", "lease_until"])
    record("change_run", f"{said} {run}", landlord=run.landlord, by=by, at=now, run=run.pk, status=to)
    return run


# Letters that must not go with it any more


def to_take_out(run: PrintRun) -> list[Line]:
    """Letters that were put together and have since been withdrawn or become unsafe to post: they must come out of the pile."""
    chunks = _chunks(lines_of(run.manifest))
    return [line for chunk in chunks for line, _ in _as_they_are(run, chunk, _read(Letter.objects.all(), chunk)) if line.problem]


def _chunks(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """The lines that are in, some at a time."""
    taken = [line for line in lines if not line.problem]
    yield from (taken[at : at + CHUNK] for at in range(0, len(taken), CHUNK))


def _read(found: QuerySet[Letter], chunk: Sequence[Line]) -> list[Letter]:
    """The letters of these lines with all that is asked of them, in a number of reads that does not grow with them."""
    people = (f"party__person__{path}" for path in SAFETY)
    rows = found.filter(pk__in=[line.letter for line in chunk]).select_related("case__landlord", "case__instance", "person", *people)
    rows = rows.annotate(waiting_mail=Exists(on_its_way(OuterRef("pk"))))
    return list(rows.prefetch_related("case__instance__version").order_by("pk"))


def _as_they_are(run: PrintRun, chunk: Sequence[Line], found: Sequence[Letter]) -> list[tuple[Line, Letter | None]]:
    """Each line with its letter as it is now; with the reason in the line where it may not go with the run any more."""
    now = {letter.pk: letter for letter in found if letter.run_id == run.pk}
    unsafe = posts_refused([person for letter in found if (person := addressed_to(letter))])
    lines = ((line, now.get(line.letter)) for line in chunk)
    return [(line.left_out(problem) if (problem := _closed(letter, unsafe)) else line, letter) for line, letter in lines]


#: A run names nobody who is protected: its list is kept, and read by everybody who posts.
NOT_SAFE = "It is not safe to post."
LARGE = "They read large print: post it by itself, with that shape of it in the same envelope."


def _closed(letter: Letter | None, unsafe: Mapping[int, str]) -> str:
    """Why a letter may not go with the run that it is in; empty when it may."""
    if letter is None:
        return "It is not in this run any more."
    if letter.status != Letter.RENDERED:
        return f"It is now: {letter.get_status_display().lower()}."
    if letter.waiting_mail:  # type: ignore[attr-defined]  # asked together with the row
        return "An e-mail with it is on its way, or may have been sent."
    if (person := addressed_to(letter)) is None:
        return NOT_SAFE if home_closed(letter) else ""
    return NOT_SAFE if person.pk in unsafe else moved(letter) or ""


# The worker's part


def take_next(*, now: datetime) -> PrintRun | None:
    """Lease a run that waits: the one taken least often, the oldest of these. One that was taken too often is given up."""
    with transaction.atomic():
        free = PrintRun.objects.filter(Q(lease_until=None) | Q(lease_until__lt=now), status=PrintRun.MAKING).defer("file", "manifest")
        run = free.order_by("attempts", "asked_at").select_for_update(skip_locked=True, of=("self",)).first()
        if run is None:
            return None
        if run.attempts >= MAX_ATTEMPTS:
            run.status, run.problem = PrintRun.FAILED, "It brought the system down again and again. Give it up and make a smaller one."
        run.lease, run.lease_until, run.attempts = uuid4(), now + LEASE, run.attempts + 1
        run.save(update_fields=["status", "problem", "lease", "lease_until", "attempts"])
        return run


def go_on(*, now: datetime) -> bool:
    """Take the next run one step further; False when none waits."""
    run = take_next(now=now)
    if run is not None:
        step(run)
    return run is not None


@transaction.atomic
def step(run: PrintRun) -> bool:
    """Look at the next letters of a leased run, or put it together when all have been looked at. False when somebody else has it."""
    held = PrintRun.objects.select_for_update(of=("self",)).select_related("landlord", "asked_by").defer("file").get(pk=run.pk)
    if held.status != PrintRun.MAKING or held.lease != run.lease:
        return False
    lines = lines_of(held.manifest)
    reached = max((line.letter for line in lines), default=0)
    following = list(held.letters.filter(pk__gt=reached).order_by("pk").values_list("pk", flat=True)[:CHUNK])
    if following:
        lines += _look(held, following)
        held.manifest, held.done = kept(lines), len(lines)
    else:
        _put_together(held, lines)
    held.lease, held.lease_until, held.attempts = None, None, 0
    held.save(update_fields=["status", "done", "manifest", "sha256", "problem", "attempts", "lease", "lease_until"])
    return True


#: What is printed: with the other language beside it where the letter has one.
_ON_PAPER = Q(letter__language="", name="print") | ~Q(letter__language="") & Q(name="beside")


def _look(run: PrintRun, following: Sequence[int]) -> list[Line]:
    """Whether each letter may go, with what it is made of. What may not is let go of, and waits outside the run."""
    chunk = [Line(pk, "", "") for pk in following]
    found = {letter.pk: letter for letter in _read(Letter.objects.select_for_update(of=("self",)), chunk)}
    made = _drawn(run, list(found.values()))
    named = [Line(pk, letter.case.reference, letter.title) for pk, letter in found.items()]
    lines = [
        line if line.problem or letter is None else _checked(run, line, letter, made.get(line.letter))
        for line, letter in _as_they_are(run, named, list(found.values()))
    ]  # fmt: skip
    _let_go(run, lines)
    return lines


def _drawn(run: PrintRun, found: Sequence[Letter]) -> dict[int, Rendition]:
    kept_ones = Rendition.objects.filter(_ON_PAPER, letter__in=found)
    return {one.letter_id: one for one in (kept_ones if WAYS[run.way].READS else kept_ones.defer("pdf"))}


def _checked(run: PrintRun, line: Line, letter: Letter, made: Rendition | None) -> Line:
    """The line of a letter that may go, once it is drawn and is as its way wants it."""
    way = WAYS[run.way]
    if (person := addressed_to(letter)) is not None and person.large_print:
        return line.left_out(LARGE)
    try:
        made = made or rendition(letter, letter.paper)
    except DomainError as error:
        return line.left_out(error.sentence)
    line = Line(line.letter, line.reference, line.title, made.pages, made.sha256)
    wrong = way.refused(letter, bytes(made.pdf) if way.READS else b"")
    return line.left_out(*wrong) if wrong else line


def _let_go(run: PrintRun, lines: Sequence[Line]) -> None:
    if out := [line.letter for line in lines if line.problem]:
        Letter.objects.filter(pk__in=out, run=run).update(run=None)


def _put_together(run: PrintRun, lines: Sequence[Line]) -> None:
    """Make the file of all letters that may still go: the run may have stood still for days."""
    with TemporaryDirectory() as folder:
        binder = WAYS[run.way].Binder(Path(folder))
        sure = {line.letter: line for chunk in _chunks(lines) for line in _bind(run, binder, chunk)}
        lines = list(numbered(sure.get(line.letter, line) for line in lines))
        run.manifest, run.done = kept(lines), len(lines)
        if not any(line.order for line in lines):
            run.status, run.problem = PrintRun.DROPPED, "None of these letters may go."
            return
        whole = binder.bound(run, lines)
    run.status, run.sha256 = PrintRun.MADE, hashlib.sha256(whole).hexdigest()
    PrintRun.objects.filter(pk=run.pk).update(file=whole)


def _bind(run: PrintRun, binder: printing.Binder, chunk: Sequence[Line]) -> list[Line]:
    locked = _read(Letter.objects.select_for_update(of=("self",)), chunk)
    lines = [line for line, _ in _as_they_are(run, chunk, locked)]
    _let_go(run, lines)
    pdfs = dict(Rendition.objects.filter(_ON_PAPER, letter__in=locked).values_list("letter_id", "pdf"))
    binder.add([(line, bytes(pdfs[line.letter])) for line in lines if not line.problem])
    return lines


# They are gone


@transaction.atomic
def mark_posted(*, number: int, post_class: str, on: date | None, by: User, now: datetime) -> PrintRun:
    """Say that a run was posted, or given to Notify: every letter of it is sent, once. What must not go any more is left out."""
    run = _locked(by, number, (PrintRun.MADE,))
    if post_class not in dict(PrintRun.CLASSES):
        raise InvalidAnswers({"post_class": "Choose first or second class"})
    if on is not None and on < run.asked_at.astimezone(LONDON).date():
        raise InvalidAnswers({"on": "The letters were not put together yet on this day"})
    run.posted_at, run.posted_by, run.posted_how, run.status = moment_of(on, None, now), by, post_class, PrintRun.POSTED
    lines = lines_of(run.manifest)
    gone = {line.letter: line for chunk in _chunks(lines) for line in _gone(run, chunk, now)}
    run.manifest = kept(gone.get(line.letter, line) for line in lines)
    run.save(update_fields=["posted_at", "posted_by", "posted_how", "status", "manifest"])
    sent = sum(not line.problem for line in gone.values())
    record("post_run", f"Sent {sent} letters: {run}", landlord=run.landlord, by=by, at=now, run=run.pk, sha256=run.sha256)
    return run


def _gone(run: PrintRun, chunk: Sequence[Line], now: datetime) -> list[Line]:
    """Mark the letters of a chunk as sent; the lines say which were not, and why."""
    pairs = _as_they_are(run, chunk, _read(Letter.objects.select_for_update(of=("self",)), chunk))
    pairs = [(_served(run, line, letter, now), letter) for line, letter in pairs]
    sent = [(line, letter) for line, letter in pairs if letter is not None and not line.problem]
    for line, letter in sent:
        letter.status, letter.sent_at, letter.sent_by = Letter.SENT, run.posted_at, run.posted_by
        letter.sent_how, letter.sent_sha256 = run.way, line.sha256
    Letter.objects.bulk_update([letter for _, letter in sent], ["status", "sent_at", "sent_by", "sent_how", "sent_sha256"])
    _let_go(run, [line for line, _ in pairs])
    told = {"how": run.way, "class": run.posted_how, "run": run.pk}
    said = (
        (f"Sent “{line.title}” with {run}", letter.case_id, {**told, "letter": line.letter, "sha256": line.sha256}) for line, letter in sent
    )
    record_each("send_letter", said, landlord=run.landlord, by=run.posted_by, at=now)
    return [line for line, _ in pairs]


def _served(run: PrintRun, line: Line, letter: Letter | None, now: datetime) -> Line:
    """The line, after the day of service of a notice is kept; a notice that would be served too late does not go."""
    if line.problem or letter is None or run.posted_at is None or run.posted_by is None:
        return line
    try:
        serve_by_post(letter, run.posted_how, sha256=line.sha256, at=run.posted_at, by=run.posted_by, now=now)
    except DomainError as error:
        return line.left_out(error.sentence)
    return line
