"""Letters that are printed together: each once, on sheets of its own, whatever becomes of the worker; and what was sent can be shown again."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pypdf import PdfReader

from backend.accounts.models import Landlord, User
from backend.audit.models import Entry
from backend.casework import safety
from backend.casework.models import Case, Party, Person
from backend.correspondence import jobs, sending
from backend.correspondence.models import Letter, PrintRun, Rendition
from backend.correspondence.reading import set_reading
from backend.correspondence.sending import manifest, runs
from backend.errors import AlreadyDone, InvalidAnswers, NotAllowed, NotFound, Refused
from tests.answers import do
from tests.workflow.test_runner import open_case

Who = Callable[[str], User]


@pytest.fixture
def letter(landlord: Landlord, user: Who, now: datetime) -> Letter:
    """One letter that is made."""
    do(open_case(landlord, user, now), "Triage the report", user("calls"), now)
    jobs.draw_waiting()
    return Letter.objects.get()


def copies(letter: Letter, number: int) -> list[Letter]:
    """So many letters like it, each to a person of its own."""
    case, party = letter.case, letter.party
    assert party is not None and party.person is not None
    made = letter.renditions.get(name="print")
    people = Person.objects.bulk_create(
        Person(landlord=case.landlord, name=f"Person {n}", address=party.person.address, postcode=party.person.postcode)
        for n in range(number)
    )
    parties = Party.objects.bulk_create(Party(case=case, role=Party.WITNESS, person=one, added_at=letter.queued_at) for one in people)
    rows = Letter.objects.bulk_create(
        Letter(
            case=case, party=one, key=f"copy:{one.pk}", kind=letter.kind, title=letter.title, data=letter.data, status=Letter.RENDERED,
            queued_at=letter.queued_at, rendered_at=letter.rendered_at,
        )
        for one in parties
    )  # fmt: skip
    Rendition.objects.bulk_create(
        Rendition(letter=one, name="print", pdf=bytes(made.pdf), sha256=made.sha256, pages=made.pages) for one in rows
    )
    return rows


def made(by: User, now: datetime) -> PrintRun:
    run = runs.make_run(by=by, now=now)
    jobs.go_on_with_runs()
    return PrintRun.objects.get(pk=run.pk)


def lines(run: PrintRun) -> list[manifest.Line]:
    return manifest.lines_of(PrintRun.objects.get(pk=run.pk).manifest)


def test_who_reads_large_print_gets_no_letter_from_a_run(letter: Letter, user: Who, now: datetime) -> None:
    first, second = copies(letter, 2)
    leader = user("leader")
    set_reading(person=first.party.person, language="", large_print=True, by=leader, now=now)  # type: ignore[union-attr, arg-type]
    assert set(runs.ready(leader)) == {letter, second}
    run = runs.make_run(by=leader, now=now)
    set_reading(person=second.party.person, language="", large_print=True, by=leader, now=now)  # type: ignore[union-attr, arg-type]
    jobs.go_on_with_runs()
    assert [(line.letter, line.problem) for line in lines(run)] == [(letter.pk, ""), (second.pk, runs.LARGE)]
    set_reading(person=letter.party.person, language="", large_print=True, by=leader, now=now)  # type: ignore[union-attr, arg-type]
    runs.mark_posted(number=run.number, post_class="first_class", on=None, by=leader, now=now)
    letter.refresh_from_db()
    assert letter.status == Letter.SENT, "what is printed already goes, and goes once"


def test_letters_become_one_pdf_in_which_no_sheet_holds_two_letters(letter: Letter, user: Who, now: datetime) -> None:
    copies(letter, 4)
    run = made(user("leader"), now)
    assert (run.status, run.done, run.total) == (PrintRun.MADE, 5, 5) and run.sha256 == hashlib.sha256(bytes(run.file)).hexdigest()
    pages = [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(bytes(run.file))).pages]
    cover = len(pages) - sum(line.sheets * 2 for line in lines(run))
    assert cover % 2 == 0 and "Print run 1" in pages[0] and "5 letters" in pages[0]
    for line in lines(run):
        first = cover + (line.sheet - 1) * 2
        assert f"Page 1 of {line.pages}" in pages[first] and f"Page {line.pages} of {line.pages}" in pages[first + line.pages - 1]
        assert line.pages % 2 == 0 or pages[first + line.pages] == ""
    assert [line.order for line in lines(run)] == [1, 2, 3, 4, 5]


def test_the_manifest_says_what_is_in_the_pile_and_no_cell_of_it_is_a_formula(letter: Letter, user: Who, now: datetime) -> None:
    Letter.objects.update(title="=SUM(A1)")
    run = made(user("leader"), now)
    rows = list(csv.reader(io.StringIO(manifest.spreadsheet(lines(run)))))
    kept = letter.renditions.get(name="print")
    assert rows[1] == ["1", letter.case.reference, "'=SUM(A1)", str(kept.pages), str((kept.pages + 1) // 2), "1", kept.sha256, "", ""]


@pytest.mark.parametrize("killed_at", range(5))
def test_a_worker_that_is_killed_at_any_step_loses_no_letter_and_doubles_none(
    killed_at: int, letter: Letter, user: Who, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "CHUNK", 2)
    everybody = {letter.pk, *(one.pk for one in copies(letter, 5))}
    run = runs.make_run(by=user("leader"), now=now)
    at = timezone.now()
    for _ in range(killed_at):
        assert runs.go_on(now=at)
    dead = runs.take_next(now=at)
    if dead is None:
        assert killed_at == 4  # three chunks and the binding: all was done before
    else:
        assert runs.take_next(now=at) is None, "nobody else takes what is held"
        later = runs.take_next(now=at + timedelta(minutes=1))
        assert later is not None and runs.step(later) and not runs.step(dead), "the dead one comes back and finds it gone"
    jobs.go_on_with_runs()
    assert PrintRun.objects.get().status == PrintRun.MADE
    assert sorted(line.letter for line in lines(run)) == sorted(everybody) and not any(line.problem for line in lines(run))
    runs.mark_posted(number=1, post_class="first_class", on=None, by=user("leader"), now=now)
    assert set(Letter.objects.filter(status=Letter.SENT).values_list("pk", flat=True)) == everybody
    assert Entry.objects.filter(verb="send_letter").count() == len(everybody)


def test_what_fails_inside_a_step_leaves_nothing_of_it(letter: Letter, user: Who, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    copies(letter, 3)
    runs.make_run(by=user("leader"), now=now)
    runs.go_on(now=timezone.now())

    def die(*_: object) -> bytes:
        raise MemoryError

    with monkeypatch.context() as broken:
        broken.setattr(runs.printing.Binder, "bound", die)
        with pytest.raises(MemoryError):
            runs.go_on(now=timezone.now())
    run = PrintRun.objects.get()
    assert run.status == PrintRun.MAKING and run.file is None and run.letters.count() == 4
    assert runs.go_on(now=timezone.now() + timedelta(minutes=1)) and PrintRun.objects.get().status == PrintRun.MADE


def test_a_run_that_kills_its_worker_again_and_again_is_given_up_and_its_letters_can_go_another_way(
    letter: Letter, user: Who, now: datetime
) -> None:
    runs.make_run(by=user("leader"), now=now)
    for attempt in range(runs.MAX_ATTEMPTS + 1):
        runs.take_next(now=timezone.now() + timedelta(minutes=attempt))
    run = PrintRun.objects.get()
    assert run.status == PrintRun.FAILED and "smaller" in run.problem
    runs.give_up(number=1, by=user("leader"), now=now)
    assert runs.ready(user("leader")).get() == letter


def test_a_run_is_stopped_and_goes_on_where_it_was(letter: Letter, user: Who, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "CHUNK", 2)
    copies(letter, 4)
    runs.make_run(by=user("leader"), now=now)
    runs.go_on(now=timezone.now())
    runs.stop(number=1, by=user("leader"), now=now)
    assert jobs.go_on_with_runs() == 0 and PrintRun.objects.get().done == 2
    with pytest.raises(AlreadyDone, match="stopped"):
        runs.stop(number=1, by=user("leader"), now=now)
    runs.resume(number=1, by=user("leader"), now=now)
    jobs.go_on_with_runs()
    run = PrintRun.objects.get()
    assert run.status == PrintRun.MADE and [line.order for line in lines(run)] == [1, 2, 3, 4, 5]


def test_a_letter_is_in_one_run_only_and_not_sent_by_hand_of_an_officer_meanwhile(letter: Letter, user: Who, now: datetime) -> None:
    runs.make_run(by=user("leader"), now=now)
    with pytest.raises(Refused, match="No letter waits"):
        runs.make_run(by=user("leader"), now=now)
    with pytest.raises(Refused, match="print run 1"):
        sending.mark_sent(letter_id=letter.pk, how="post", by=user("officer"), now=now)
    runs.stop(number=1, by=user("leader"), now=now)
    runs.give_up(number=1, by=user("leader"), now=now)
    assert runs.make_run(by=user("leader"), now=now).number == 2


def test_a_letter_that_may_not_go_any_more_is_left_out_and_said_so(letter: Letter, user: Who, now: datetime) -> None:
    withdrawn, unsafe, good = copies(letter, 3)
    runs.make_run(by=user("leader"), now=now)
    Letter.objects.filter(pk=withdrawn.pk).update(status=Letter.WITHDRAWN)
    keep_from_post(unsafe, user("officer"), now)
    jobs.go_on_with_runs()
    said = {line.letter: line.problem for line in lines(PrintRun.objects.get())}
    assert "withdrawn" in said[withdrawn.pk] and "not safe to post" in said[unsafe.pk] and not said[good.pk] and not said[letter.pk]
    assert set(Letter.objects.exclude(run=None)) == {letter, good}


def keep_from_post(letter: Letter, by: User, now: datetime) -> None:
    assert letter.party is not None and letter.party.person is not None
    safety.set_safe_contact(
        person=letter.party.person, never_post=True, never_message=False, ways="", times="", words="", numbers="", by=by, now=now
    )


def test_a_letter_withdrawn_or_unsafe_after_it_was_printed_is_to_be_taken_out_of_the_pile_and_is_not_sent(
    letter: Letter, user: Who, now: datetime
) -> None:
    withdrawn, unsafe = copies(letter, 2)
    run = made(user("leader"), now)
    assert runs.to_take_out(run) == []
    Letter.objects.filter(pk=withdrawn.pk).update(status=Letter.WITHDRAWN)
    keep_from_post(unsafe, user("officer"), now)
    out = runs.to_take_out(PrintRun.objects.get())
    assert [(line.letter, line.order) for line in out] == [(withdrawn.pk, 2), (unsafe.pk, 3)] and out[0].sheet > 1
    runs.mark_posted(number=1, post_class="second_class", on=None, by=user("leader"), now=now)
    assert dict(Letter.objects.values_list("pk", "status")) == {
        letter.pk: Letter.SENT, withdrawn.pk: Letter.WITHDRAWN, unsafe.pk: Letter.RENDERED,
    }  # fmt: skip
    assert Letter.objects.get(pk=letter.pk).run_id == run.pk and Letter.objects.get(pk=unsafe.pk).run is None


def test_a_run_is_posted_once_on_a_day_that_can_be_and_every_letter_knows_what_went(letter: Letter, user: Who, now: datetime) -> None:
    run, leader = made(user("leader"), now), user("leader")
    with pytest.raises(InvalidAnswers):
        runs.mark_posted(number=1, post_class="third", on=None, by=leader, now=now)
    for wrong in (now + timedelta(days=1), now - timedelta(days=1)):
        with pytest.raises(InvalidAnswers):
            runs.mark_posted(number=1, post_class="first_class", on=wrong.date(), by=leader, now=now)
    runs.mark_posted(number=1, post_class="first_class", on=now.date(), by=leader, now=now)
    with pytest.raises(AlreadyDone):
        runs.mark_posted(number=1, post_class="first_class", on=None, by=leader, now=now)
    letter.refresh_from_db()
    assert (letter.status, letter.sent_how, letter.sent_by) == (Letter.SENT, Letter.POST, leader)
    assert letter.sent_sha256 == letter.renditions.get(name="print").sha256 == lines(run)[0].sha256
    told = Entry.objects.get(verb="send_letter")
    assert told.case_id == letter.case_id and told.details["class"] == "first_class" and told.details["sha256"] == letter.sent_sha256


def test_only_those_whose_role_posts_letters_see_runs_and_never_those_of_another_landlord(letter: Letter, user: Who, now: datetime) -> None:
    for name in ("officer", "calls", "owner", "admin"):
        with pytest.raises(NotAllowed):
            runs.make_run(by=user(name), now=now)
        with pytest.raises(NotAllowed):
            runs.ready(user(name))
    made(user("leader"), now)
    elsewhere = Landlord.objects.create(code="elsewhere", name="Elsewhere Homes")
    User.objects.filter(pk=user("leader").pk).update(landlord=elsewhere)
    assert list(runs.runs(user("leader"))) == []
    with pytest.raises(NotFound):
        runs.file_of(user("leader"), 1)


def test_a_chunk_takes_as_many_statements_whatever_is_in_it(letter: Letter, user: Who, now: datetime) -> None:
    copies(letter, 3 * runs.CHUNK)
    runs.make_run(by=user("leader"), now=now)
    counts = []
    for _ in range(3):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert runs.go_on(now=timezone.now())
        counts.append(len(asked))
    assert counts[0] == counts[1] == counts[2] <= 20


def test_what_was_sent_is_shown_again_byte_for_byte_whatever_changes_afterwards(
    letter: Letter, user: Who, now: datetime, client: object
) -> None:
    from django.test import Client
    from django.urls import reverse

    run = made(user("leader"), now)
    runs.mark_posted(number=1, post_class="first_class", on=None, by=user("leader"), now=now)
    page, browser = reverse("letter-pdf", args=[letter.pk, "print"]), Client()
    browser.force_login(user("officer"))
    before = browser.get(page).content
    Landlord.objects.update(name="Another Name", colour="#000000", phone="0")
    Person.objects.update(name="Somebody Else", address=["Elsewhere"])
    Case.objects.update(owner=user("officer2"))
    letter.refresh_from_db()
    letter.data["report_summary"] = "Something else"
    letter.save()
    after = browser.get(page).content
    assert before == after and hashlib.sha256(after).hexdigest() == letter.sent_sha256 == lines(run)[0].sha256
    assert hashlib.sha256(runs.file_of(user("leader"), 1)[1]).hexdigest() == PrintRun.objects.get().sha256
