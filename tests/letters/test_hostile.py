"""What must never get into a letter: markup, outside files, hidden characters, a blank, a reporter's name."""

from __future__ import annotations

import ctypes
import io
import json
import logging
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from jinja2 import UndefinedError
from PIL import Image

import letters
from letters import errors
from letters.draw import draw
from letters.render import page
from letters.templates import environment

from .conftest import BRAND, texts
from .fetching import FETCHING

Change = Callable[..., dict[str, object]]
ATTACKS = [
    "<img src=http://127.0.0.1:9/x.png>",
    "<link rel=attachment href=file:///etc/passwd>",
    "<svg><image href='file:///etc/passwd'/></svg>",
    "</style><style>@import 'http://127.0.0.1:9/';</style>",
    "<a href='javascript:alert(1)'>click</a>",
    "{{ officer.__class__ }}{% include 'base/parts.html' %}",
    "<td colspan=100000>",
    '" onmouseover="x" style="background:url(http://127.0.0.1:9/)',
]


def text_of(letter: letters.Rendition) -> str:
    return "\n".join(texts(letter))


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_hostile_values_come_out_as_the_text_they_are(with_value: Change) -> None:
    data = {**with_value("\n".join(ATTACKS), "report_summary"), "contact_method": ATTACKS[0]}
    letter = letters.render(letters.kind("acknowledgement"), data, rendition="accessible", brand=BRAND)
    for attack in ATTACKS:
        assert squeezed(attack) in squeezed(text_of(letter))
    assert b"/Annots" not in letter.pdf
    assert b"/EmbeddedFiles" not in letter.pdf


@pytest.mark.parametrize("path", [("landlord", "name"), ("officer", "phone"), ("recipient", "name"), ("case", "reference")])
def test_hostile_standard_values_come_out_as_text_even_in_attributes(with_value: Change, path: tuple[str, str]) -> None:
    html = letters.preview_html(letters.kind("acknowledgement"), with_value('x"><img/src=x onerror=y>', *path), BRAND)
    assert "<img/src=x" not in html
    assert "&lt;img/src=x" in html


@pytest.mark.parametrize(
    "body",
    [
        "<img src='http://127.0.0.1:9/x.png' alt=x>",
        "<img src='file:///etc/passwd' alt=x>",
        "<img src='data:image/png;base64,iVBORw0KGgo=' alt=x>",
        "<img src='data:image/svg+xml,&lt;svg/&gt;' alt=x>",
        "<svg width=9 height=9><image href='file:///etc/passwd' width=9 height=9 /></svg>",
        "<p style='background:url(file:///etc/passwd)'>x</p>",
        "<link rel=stylesheet href='http://127.0.0.1:9/x.css'>",
        "<link rel=attachment href='file:///etc/passwd'>",
        "<a rel=attachment href='file:///etc/passwd'>x</a>",
        "<style>@import url(http://127.0.0.1:9/);</style>",
        "<style>@font-face{font-family:x;src:url(file:///etc/passwd)}p{font-family:x}</style><p>x</p>",
        "<base href='file:///etc/'><img src=passwd alt=x>",
        "<object data='file:///etc/passwd'></object>",
        "<embed src='http://127.0.0.1:9/'>",
    ],
)
def test_a_page_that_fetches_anything_makes_no_letter(body: str) -> None:
    with pytest.raises(errors.RefusedFetch, match="was not made"):
        draw(f"<html lang=en-GB><title>x</title>{body}", "accessible", {})


def test_a_fault_while_drawing_fails_the_letter_even_where_logging_is_switched_off() -> None:
    logging.getLogger("weasyprint").disabled = True
    try:
        with pytest.raises(errors.DrawingFault, match="colr"):
            draw("<html lang=en-GB><title>x</title><p style='colr: red'>x</p>", "accessible", {})
    finally:
        logging.getLogger("weasyprint").disabled = False


def test_a_misspelt_need_is_an_error_and_never_a_blank(data: dict[str, object]) -> None:
    data["frist_contact_by"] = data.pop("first_contact_by")
    with pytest.raises(errors.NeedsNotMet) as caught:
        letters.render(letters.kind("acknowledgement"), data, rendition="print", brand=BRAND)
    assert caught.value.sentences == (
        "The day and time by which we will make first contact is missing. Give it before you send this letter.",
        "This letter knows nothing called frist_contact_by. Check the spelling.",
    )


def test_a_name_that_nobody_gives_is_an_error_in_the_template_too() -> None:
    with pytest.raises(UndefinedError):
        environment().from_string("{{ nobody }}").render()
    with pytest.raises(UndefinedError):
        environment().from_string("{{ row.waht }}").render(row={"what": "noise"})


@pytest.mark.parametrize("hidden", ["\x00", "\x1b", "\N{RIGHT-TO-LEFT OVERRIDE}", "\N{LEFT-TO-RIGHT ISOLATE}", "\ud800", "\ue000"])
@pytest.mark.parametrize("name", ["contact_method", "report_summary"])
def test_hidden_characters_are_refused_by_name(with_value: Change, name: str, hidden: str) -> None:
    faults = letters.missing(letters.kind("acknowledgement"), with_value(f"by {hidden}phone", name))
    assert len(faults) == 1
    assert f"U+{ord(hidden):04X}" in faults[0]


def test_what_word_processors_leave_behind_is_dropped(with_value: Change) -> None:
    html = letters.preview_html(letters.kind("acknowledgement"), with_value("\ufeffby\u200b pho\u00adne\t now", "contact_method"))
    assert "by phone now" in html


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("contact_method", "x" * 10_000, "10,000 characters, where 300 fit"),
        ("report_summary", "x" * 10_000, "10,000 characters, where 5,000 fit"),
        ("report_summary", "x" * 201, "a word of more than 200 characters"),
        ("report_summary", ["x"], "must be text"),
        ("report_summary", " \n ", "is missing"),
        ("reported_on", "2026-11-20", "must be a date"),
        ("first_contact_by", None, "is missing"),
        ("landlord", "Northbank", "The landlord's name is missing. Add it in the landlord's settings."),
    ],
)
def test_a_value_of_the_wrong_type_or_size_is_told_plainly(with_value: Change, name: str, value: object, said: str) -> None:
    faults = letters.missing(letters.kind("acknowledgement"), with_value(value, name))
    assert said in " ".join(faults)


def test_rows_are_checked_cell_by_cell() -> None:
    data = letters.sample(letters.kind("warning"))
    data["incidents"] = [{"on": "yesterday", "what": "noise"}]
    data["changes"] = [{"change": "x", "chnage": "y"}]
    data["next_steps"] = [{"step": "x"}] * 41
    faults = " ".join(letters.missing(letters.kind("warning"), data))
    assert "What has been reported, row 1: The date must be a date." in faults
    assert "What must change, row 1, must hold only change." in faults
    assert "41 entries, where 40 fit" in faults


def test_all_values_together_are_bounded() -> None:
    data = letters.sample(letters.kind("warning"))
    for name, column in (("changes", "change"), ("next_steps", "step")):
        data[name] = [{column: "x " * 150}] * 40
    assert letters.missing(letters.kind("warning"), data) == ()
    data["incidents"] = [{"on": data["letter_date"], "what": "x " * 150}] * 40
    (fault,) = letters.missing(letters.kind("warning"), data)
    assert fault.startswith("The letter is too long: 36,")


def test_the_longest_values_without_a_space_still_make_a_letter(with_value: Change) -> None:
    data = {**with_value(f"{'W' * 200} " * 24, "report_summary"), "contact_method": "W" * 200}
    assert letters.render(letters.kind("acknowledgement"), data, rendition="large", brand=BRAND).pages < 25


def test_a_character_that_no_font_has_stops_the_letter_and_is_named(with_value: Change) -> None:
    with pytest.raises(errors.CharacterWithoutFont, match=r"U\+18B00"):
        letters.render(letters.kind("acknowledgement"), with_value("by \U00018b00", "contact_method"), rendition="print", brand=BRAND)


def test_names_in_other_scripts_are_printed(with_value: Change) -> None:
    letter = letters.render(
        letters.kind("acknowledgement"),
        with_value("Łucja Ó Briain آمنہ Đặng", "officer", "name"),
        rendition="accessible",
        brand=BRAND,
    )
    assert "Łucja Ó Briain" in text_of(letter)


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (["W" * 60, "27 Mill Lane", "LEICESTER", "LE2 7AB"], ("recipient", "address")),
        (["x " * 100] * 8, ("landlord", "address")),
    ],
)
def test_what_does_not_fit_the_head_of_the_page_stops_the_print(with_value: Change, value: object, path: tuple[str, str]) -> None:
    with pytest.raises(errors.DoesNotFit, match="Shorten"):
        letters.render(letters.kind("acknowledgement"), with_value(value, *path), rendition="print", brand=BRAND)


def test_seven_lines_fill_the_window_and_no_more(with_value: Change) -> None:
    lines = ["Flat 3", "Rose Court", "27 Mill Lane", "Highfields", "LEICESTER", "LE2 7AB"]
    assert letters.render(letters.kind("acknowledgement"), with_value(lines, "recipient", "address"), rendition="print", brand=BRAND).pages


def test_a_letter_too_long_for_the_post_is_refused_in_print_only() -> None:
    data = letters.sample(letters.kind("warning"))
    data["incidents"] = [{"on": data["letter_date"], "what": "noise " * 49}] * 30
    data["changes"] = [{"change": "noise " * 49}] * 40
    with pytest.raises(errors.TooManyPages, match="where 10 can be printed"):
        letters.render(letters.kind("warning"), data, rendition="print", brand=BRAND)
    assert letters.render(letters.kind("warning"), data, rendition="large", brand=BRAND).pages > 10


@pytest.mark.parametrize(
    ("colour", "logo", "said"),
    [
        ("red", None, "look like"),
        ("#ffcc00", None, "too pale"),
        ("#000000", b"<svg/>", "PNG picture"),
        ("#000000", b"x" * 700_001, "too large a file"),
    ],
)
def test_a_brand_that_cannot_be_read_or_trusted_is_refused(colour: str, logo: bytes | None, said: str) -> None:
    with pytest.raises(errors.BadBrand, match=said):
        letters.Brand(colour=colour, logo=logo, signatory="x")


@pytest.mark.parametrize("signatory", ["", "x" * 301, "The \N{RIGHT-TO-LEFT OVERRIDE}team"])
def test_the_words_of_the_signatory_are_checked_like_any_others(signatory: str) -> None:
    with pytest.raises(errors.BadBrand, match=r"(?i)words under the officer's name"):
        letters.Brand(colour="#000000", logo=None, signatory=signatory)


def test_a_picture_with_too_many_pixels_is_refused_before_it_is_unpacked() -> None:
    out = io.BytesIO()
    Image.new("1", (9_000, 9_000)).save(out, "PNG")
    with pytest.raises(errors.BadBrand, match="pixels"):
        letters.Brand(colour="#000000", logo=out.getvalue(), signatory="x")


#: What a value can be made to say; each stands in every text of a letter at once.
SAID = [
    *ATTACKS,
    "FILE",
    "URL",
    "\\input{/etc/passwd}",
    "=cmd|' /C calc'!A0",
    "&lt;img src=URL&gt;",
    "]]><!--",
    "<!ENTITY x SYSTEM 'FILE'>",
]


@pytest.fixture
def listening(tmp_path: Path) -> Iterator[Listening]:
    """An address that notes who comes, and a file that notes who opens it, by whatever way."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        secret = tmp_path / "secret.png"
        secret.write_bytes(b"secret")
        watch = Opened(secret)
        yield Listening(f"http://127.0.0.1:{server.getsockname()[1]}/x", secret.as_uri(), server, watch)
        watch.close()


def test_a_page_brings_nothing_in_whatever_it_tries(listening: Listening, data: dict[str, object]) -> None:
    pages = {name: f"<!doctype html><html lang=en-GB style='--brand:#000'><title>x</title>{body}" for name, body in FETCHING.items()}
    kind = letters.kind("acknowledgement")
    for said in SAID:
        values = {**data, "report_summary": listening.aim(said), "contact_method": listening.aim(said)}
        pages[said] = page(kind, values, letters.PLAIN)
    assert len(pages) >= 60
    found = watched([listening.aim(one) for one in pages.values()])
    assert {name: told["asked"] for name, told in zip(pages, found, strict=True) if told["asked"]} == {}
    assert [name for name, told in zip(pages, found, strict=True) if name in SAID and "pages" not in told] == []
    assert listening.heard() == []


def test_the_watch_itself_hears_a_connection_and_an_opened_file(listening: Listening) -> None:
    with socket.socket() as caller:
        caller.connect_ex(listening.server.getsockname())
        Path(listening.file.removeprefix("file://")).read_bytes()
        assert listening.heard() == ["a connection", "an opened file"]


def watched(pages: list[str]) -> list[dict[str, Any]]:
    """What became of each page, and what was asked of Python while it was drawn."""
    lines = "".join(json.dumps(page) + "\n" for page in pages)
    ran = subprocess.run([sys.executable, "-m", "tests.letters.watched"], input=lines, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in ran.stdout.splitlines()]


@dataclass(frozen=True)
class Listening:
    url: str
    file: str
    server: socket.socket
    opened: Opened

    def aim(self, text: str) -> str:
        return text.replace("URL", self.url).replace("FILE", self.file)

    def heard(self) -> list[str]:
        found = []
        with suppress(BlockingIOError):
            self.server.accept()[0].close()
            found.append("a connection")
        return [*found, *(["an opened file"] if self.opened.heard() else [])]


class Opened:
    """Whether a file was opened, by Python or by what it calls: the kernel tells."""

    _OPEN = 0x20

    def __init__(self, path: Path) -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        self._queue = libc.inotify_init1(os.O_NONBLOCK)
        assert self._queue >= 0 and libc.inotify_add_watch(self._queue, bytes(path), self._OPEN) >= 0

    def heard(self) -> bool:
        try:
            return bool(os.read(self._queue, 4096))
        except BlockingIOError:
            return False

    def close(self) -> None:
        os.close(self._queue)
