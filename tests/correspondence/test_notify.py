"""Councils give letters to GOV.UK Notify: only those that it would take, each fault named as Notify names it."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache

import pikepdf
import pytest

import letters
from backend.accounts.models import Landlord, User
from backend.correspondence import jobs
from backend.correspondence.models import Letter, PrintRun, Rendition
from backend.correspondence.sending import layout, manifest, notify, runs
from backend.errors import NotAllowed
from backend.workflow.publishing import publish
from tests.correspondence.test_printing import copies, letter
from tests.workflow.test_settings import BASELINE, with_settings

__all__ = ["letter"]
Who = Callable[[str], User]
MM = 72 / 25.4


@cache
def sample(code: str = "acknowledgement") -> bytes:
    kind = letters.kind(code)
    return letters.render(kind, letters.sample(kind), rendition="print", brand=letters.PLAIN).pdf


def codes(pdf: bytes) -> set[str]:
    return {code for _, code in layout.faults(pdf)}


def changed(change: Callable[[pikepdf.Pdf], object], pdf: bytes | None = None) -> bytes:
    """A good letter after one thing was done to it."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf or sample())) as opened:
        change(opened)
        opened.save(out)
    return out.getvalue()


def stamped(page: int, x: float, y: float, size: float = 2) -> Callable[[pikepdf.Pdf], None]:
    """A black square at a place in millimetres from the top left."""

    def stamp(pdf: pikepdf.Pdf) -> None:
        drawn = f"q 0 0 0 rg {x * MM} {(297 - y - size) * MM} {size * MM} {size * MM} re f Q".encode()
        # On its own beside what is there, whose last word may have moved the page's origin.
        one = pdf.pages[page]
        one.contents_add(b"q", prepend=True)
        one.contents_add(b"Q " + drawn)

    return stamp


def worded(text: str, x: float, y: float, *, embedded: bool = True) -> Callable[[pikepdf.Pdf], None]:
    """Words in one of the printer's own fonts, which no file holds."""

    def write(pdf: pikepdf.Pdf) -> None:
        page = pdf.pages[0]
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        fonts = page.resources.get("/Font")
        fonts["/Own"] = pdf.make_indirect(font)
        page.contents_add(b"q", prepend=True)
        page.contents_add(f"Q q BT /Own 8 Tf {x * MM} {(297 - y) * MM} Td ({text}) Tj ET Q".encode())

    return write


def rotate(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].Rotate = 90


def letter_sized(pdf: pikepdf.Pdf) -> None:
    pdf.pages[1].mediabox = pikepdf.Array([0, 0, 612, 792])


def long(pdf: pikepdf.Pdf) -> None:
    for _ in range(10):
        pdf.add_blank_page(page_size=(595.276, 841.89))


def fat(pdf: pikepdf.Pdf) -> None:
    pdf.Root["/Fat"] = pdf.make_stream(hashlib.shake_256(b"x").digest(layout.MOST_BYTES))


def empty(pdf: pikepdf.Pdf) -> None:
    pdf.add_blank_page(page_size=(595.276, 841.89))
    pdf.pages[0] = pdf.pages[-1]


@pytest.mark.parametrize("code", ["acknowledgement", "warning"])
def test_our_own_letters_pass(code: str) -> None:
    assert codes(sample(code)) == set()


@pytest.mark.long
@pytest.mark.parametrize("code", [code for code, kind in letters.kinds().items() if kind.shape == "letter" and not kind.notice])
def test_every_letter_that_is_posted_passes(code: str) -> None:
    assert codes(sample(code)) == set()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (rotate, "letter-not-a4-portrait-oriented"), (letter_sized, "letter-not-a4-portrait-oriented"), (long, "letter-too-long"),
        (fat, "file-too-big"), (empty, "address-is-empty"), (worded("NOTIFY", 4, 5), "notify-tag-found-in-content"),
        (worded("Hello", 60, 150), "fonts-not-embedded"),
        *((stamped(0, x, y), "content-outside-printable-area") for x, y in [(60, 34), (60, 80), (18, 50), (122, 50), (5, 200), (200, 200), (100, 1), (100, 294)]),
        *((stamped(1, x, y), "content-outside-printable-area") for x, y in [(10, 34), (197, 34), (100, 2), (100, 293)]),
    ],
)  # fmt: skip
def test_what_notify_would_send_back_is_named_with_its_code(change: Callable[[pikepdf.Pdf], None], code: str) -> None:
    assert code in codes(changed(change))


@pytest.mark.parametrize(("page", "x", "y"), [(0, 130, 34), (0, 60, 100), (1, 60, 34), (1, 16, 6), (1, 192, 289)])
def test_what_stands_where_it_may_is_no_fault(page: int, x: float, y: float) -> None:
    assert codes(changed(stamped(page, x, y))) == set()


def test_what_is_no_pdf_cannot_be_read() -> None:
    assert codes(b"%PDF-1.7 nonsense") == {"unable-to-read-the-file"}


GOOD = ["Carol Whitmore", "5 Mill Lane", "WISBECH", "PE14 7DE"]


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([], "address-is-empty"), (["Carol Whitmore", "PE14 7DE"], "not-enough-address-lines"),
        ([*["A"] * 7, "PE14 7DE"], "too-many-address-lines"), ([*GOOD[:3], "PE99"], "not-a-real-uk-postcode"),
        ([*GOOD[:3], "AA1 1AA"], "not-a-real-uk-postcode"), (["Carol", "@5 Mill Lane", *GOOD[2:]], "invalid-char-in-address"),
        (["Carol", "-", *GOOD[2:]], "invalid-address-line-1-or-2"), (["Carol", "No fixed abode", *GOOD[2:]], "no-fixed-abode-address"),
        (["Carol", "1 Rue X", "Paris", "France"], "cant-send-international-letters"),
        (["Cpl Cole", "BFPO 1", "United Kingdom", "BF1 1AA"], "has-country-for-bfpo-address"),
    ],
)  # fmt: skip
def test_an_address_that_notify_would_refuse_is_named_with_its_code(lines: Sequence[str], code: str) -> None:
    assert code in {said for _, said in layout.address_faults(lines)}
    assert list(layout.address_faults(GOOD)) == []


# Packages


@pytest.fixture
def council(letter: Letter, user: Who, now: datetime) -> Landlord:
    landlord = letter.case.landlord
    publish(landlord=landlord, files=with_settings(BASELINE, {"landlord_type": "local-authority"}), note="", by=None, now=now)
    return Landlord.objects.get()


def test_a_package_holds_what_passes_names_what_does_not_and_is_sent_when_it_was_uploaded(
    council: Landlord, letter: Letter, user: Who, now: datetime
) -> None:
    (bad,) = copies(letter, 1)
    Rendition.objects.filter(letter=bad).update(pdf=changed(rotate))
    runs.make_run(way=PrintRun.NOTIFY, by=user("leader"), now=now)
    jobs.go_on_with_runs()
    run, whole = runs.file_of(user("leader"), 1)
    one, other = manifest.lines_of(run.manifest)
    assert (other.letter, other.code) == (bad.pk, "letter-not-a4-portrait-oriented") and "upright A4" in other.problem
    package = zipfile.ZipFile(io.BytesIO(whole))
    name = f"{letter.case.reference}-{letter.pk}.pdf"
    assert set(package.namelist()) == {name, "manifest.csv"} and hashlib.sha256(package.read(name)).hexdigest() == one.sha256
    runs.mark_posted(number=1, post_class="second_class", on=None, by=user("leader"), now=now)
    assert set(Letter.objects.values_list("pk", "status", "sent_how")) == {(letter.pk, "sent", "notify"), (bad.pk, "rendered", "")}


def test_a_landlord_that_is_no_council_is_not_offered_notify(letter: Letter, user: Who, now: datetime) -> None:
    assert not notify.offered(letter.case.landlord)
    with pytest.raises(NotAllowed, match="councils"):
        runs.make_run(way=PrintRun.NOTIFY, by=user("leader"), now=now)


def test_a_notice_and_what_is_signed_together_never_go_by_notify(letter: Letter, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    kind = letters.kind("warning")
    for changed_kind, why in ((replace(kind, notice=("secure_other",)), "nobody could prove"), (letters.kind("abc"), "signed")):
        monkeypatch.setattr(notify, "kind_of", lambda *_, found=changed_kind: found)
        said = notify.refused(letter, b"")
        assert said is not None and why in said[0]
