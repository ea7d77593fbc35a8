"""The letter as the text of an e-mail, and the text message that says one is there."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import letters
from letters.catalogue import described
from letters.errors import BadKind, DoesNotFit
from letters.plain import plain
from letters.render import page
from letters.texts import MESSAGE_LIMIT, gsm, septets

from .conftest import BRAND, every_kind

Change = Callable[..., dict[str, object]]
#: What nobody who looks over a shoulder may read.
TELLING = re.compile(r"noise|behaviou?r|anti-?social|warning|report|evict|possession|police|court|abuse|neighbour|complain", re.IGNORECASE)
SAID = Path(__file__).with_name("said")


def text(code: str) -> letters.Text:
    kind = letters.kind(code)
    return as_text(kind, letters.sample(kind))


def as_text(kind: letters.Kind, data: dict[str, object]) -> letters.Text:
    return letters.retold(page(kind, data, BRAND), data)


def message(code: str, **changes: object) -> str:
    kind = letters.kind(code)
    return letters.as_message(kind, {**letters.sample(kind), **changes})


@every_kind
def test_the_text_of_an_email_says_what_the_letter_says_and_how_to_have_it_on_paper_or_read_aloud(code: str) -> None:
    body = text(code).body
    flat = " ".join(body.split())
    said = (SAID / f"{code}.txt").read_text("utf-8").splitlines()
    # A heading over a column stands before each of its cells here.
    assert len([line for line in said if line in flat]) >= len(said) * 2 // 3
    assert letters.kind(code).title in flat
    for words in ("ASB-2026-00417", "Priya Shah", "0116 496 0123"):
        assert words in flat
    assert flat.endswith("Would you rather have this on paper, or have it read to you? Call Northbank Homes on 0116 496 0100.")
    assert not re.search(r"<|&\w+;|\n{4}|^ {0,}$\Z|\t", body)


@every_kind
def test_the_subject_of_an_email_tells_nobody_what_it_is_about(code: str) -> None:
    subject = text(code).subject
    assert subject == "A letter from Northbank Homes, our reference 2026-00417"
    assert not TELLING.search(subject)


@every_kind
def test_a_text_message_says_who_writes_that_a_letter_is_there_and_whom_to_call_and_nothing_of_what_it_is_about(code: str) -> None:
    said = message(code)
    assert septets(said) <= MESSAGE_LIMIT
    assert gsm(said) == said
    for words in ("Northbank Homes", "2026-00417", "letter", "0116 496 0100", "on paper"):
        assert words in said
    sample = letters.sample(letters.kind(code))
    names = [recipient["name"]] if isinstance(recipient := sample.get("recipient"), dict) else []
    assert not [name for name in (*names, letters.kind(code).title) if name in said]
    assert not TELLING.search(said)


def test_a_text_message_says_by_when_to_answer_where_the_letter_does() -> None:
    assert "Please call by 4:30pm on Friday 27 November 2026." in message("warning")
    assert "Please call by" not in message("referral")


def test_a_letter_as_text_has_headings_lists_and_tables_as_one_would_type_them() -> None:
    body = text("warning").body
    assert body.startswith("Northbank Homes\nNorthbank House\n14 Station Road\n")
    assert "Friday 20 November 2026\n\nPrivate and confidential\n\n\nWarning about behaviour\n\nDear Mr Daniel Price\n\n" in body
    assert "\n\n\nIn short\n\n- It has been reported that the things listed below took place.\n- They need to stop by " in body
    assert "\n\nDate: Wednesday 4 November 2026\nIt has been reported that: Loud music was played from your flat" in body
    assert "\nPriya Shah\nNeighbourhoods team\nNorthbank Homes\n" in body
    assert "27 Mill Lane" not in body
    assert "Signed ____________________ Date ____________________" in text("abc").body


def test_lists_within_lists_and_numbered_lists_keep_their_shape() -> None:
    page = "<body><ol start=3><li>One<ul><li>within</li></ul></li><li><p>Two</p><p>more</p></li></ol><p>a<br>b</p><h3>End</h3></body>"
    assert plain(page) == "3. One\n  - within\n4. Two more\n\na\nb\n\n\nEnd"


def test_hostile_values_stay_text_and_never_break_a_line_of_the_subject(with_value: Change) -> None:
    kind = letters.kind("acknowledgement")
    data = with_value("Homes\r\nBcc: all@example.org <b>&amp;", "landlord", "name")
    made = as_text(kind, {**data, "report_summary": "<script>alert(1)</script> & more"})
    assert made.subject == "A letter from Homes Bcc: all@example.org <b>&amp;, our reference 2026-00417"
    assert "<script>alert(1)</script> & more" in made.body


def test_a_text_message_that_lacks_something_says_what() -> None:
    kind = letters.kind("warning")
    data = letters.sample(kind)
    with pytest.raises(letters.NeedsNotMet, match="reply"):
        letters.as_message(kind, {name: value for name, value in data.items() if name != "reply_by"})


def test_a_landlords_own_wording_is_sent_as_text_too() -> None:
    shipped = letters.kind("closure")
    kind = letters.reworded(shipped, {"body.md": "# Done\n\nBy {{ object_by }}:\n\n1. call\n2. write\n\n{{ actions }}"})
    body = as_text(kind, letters.sample(kind)).body
    assert "\n\n\nDone\n\nBy 4:30pm on Thursday 11 February 2027:\n\n1. call\n2. write\n\n- We spoke to you each week" in body


def test_what_the_phone_networks_cannot_write_is_replaced_and_what_they_write_twice_counts_twice() -> None:
    assert gsm("“Łódź” – Ştefan’s … ☃\u00a0آ") == '"Lodz" - Stefan\'s ... ? ?'
    assert gsm("é ö £ € [x]") == "é ö £ € [x]"
    assert septets("€[x]") == 7
    polish = {**letters.sample(letters.kind("closure"))}
    polish["landlord"] = {**dict(polish["landlord"]), "name": "Spółdzielnia “Dąb”"}  # type: ignore[call-overload]
    said = letters.as_message(letters.kind("closure"), polish)
    assert said.startswith('Spoldzielnia "Dab": we have written')


def test_a_long_name_leaves_out_the_office_hours_and_one_that_is_too_long_stops_the_message(with_value: Change) -> None:
    kind = letters.kind("acknowledgement")
    short = letters.as_message(kind, with_value("Northbank " * 14, "landlord", "name"))
    assert septets(short) <= MESSAGE_LIMIT
    assert "9am" not in short
    with pytest.raises(DoesNotFit, match="Shorten the landlord's name"):
        letters.as_message(kind, with_value("Northbank " * 25, "landlord", "name"))


def own(words: str) -> letters.Kind:
    """The shipped acknowledgement with a text message of its own."""
    shipped = letters.kind("acknowledgement")
    assert shipped.folder
    contract = tomllib.loads((shipped.folder / "letter.toml").read_text("utf-8"))
    return described(shipped.code, {**contract, "message": words}, folder=shipped.folder, version="")


def test_a_kind_may_have_a_text_message_of_its_own(data: dict[str, object]) -> None:
    kind = own("{{ landlord.name }} wrote to you. Call {{ officer.phone }} before {{ first_contact_by }}.")
    assert letters.as_message(kind, data) == "Northbank Homes wrote to you. Call 0116 496 0123 before 4:30pm on Monday 23 November 2026."


@pytest.mark.parametrize("field", ["report_summary", "recipient.name", "contact_method", "lanldord.name", "landlord.email"])
def test_a_text_message_can_hold_nothing_that_tells_what_the_letter_is_about(field: str) -> None:
    with pytest.raises(BadKind, match=field):
        own(f"Call us. {{{{ {field} }}}}")


def test_a_text_message_with_half_a_field_is_refused() -> None:
    with pytest.raises(BadKind, match="text message"):
        own("Call {{ landlord.phone }.")


def test_a_kind_without_its_own_words_has_the_usual_ones() -> None:
    kind = letters.kind("closure")
    assert letters.as_message(replace(kind, message=""), letters.sample(kind)) == message("closure")
