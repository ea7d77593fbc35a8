"""A landlord's own wording in the world: it is the version's, it is checked with the pack, and prescribed forms follow the law's days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

import letters as written
from backend.accounts.models import Landlord, User
from backend.casework.models import Case
from backend.correspondence import commands as letters
from backend.correspondence import jobs
from backend.correspondence.models import Letter
from backend.correspondence.wording import confirmed
from backend.correspondence.wording.letterhead import save_letterhead
from backend.correspondence.words import brand_of
from backend.errors import InvalidAnswers, NotAllowed, NotFound, Refused
from backend.workflow import check
from backend.workflow.findings import Finding, PackRefused
from backend.workflow.publishing import live_version, publish
from tests.answers import do
from tests.workflow.test_runner import open_case

Who = Callable[[str], User]
BODY = "letters/acknowledgement/body.md"
OURS = "Thank you, {{ recipient.name }}.\n[[if is_asb]]\nIt is anti-social behaviour.\n[[else]]\nIt is something else.\n[[end]]\n"
FORM = "form-3"


def publish_with(landlord: Landlord, now: datetime, **texts: str) -> None:
    files = {**live_version(landlord).files, **{path.replace("__", "/"): text for path, text in texts.items()}}
    publish(landlord=landlord, files=files, note="Wording", by=None, now=now)


def thanked(landlord: Landlord, user: Who, now: datetime) -> Letter:
    """The letter that the triage of a new report asks for."""
    case = open_case(landlord, user, now)
    do(case, "Triage the report", user("calls"), now)
    return Letter.objects.get(case=case)


def page_of(letter: Letter) -> str:
    return str(letter.renditions.get().page)


def test_a_letter_has_the_wording_of_its_cases_version_whatever_is_published_later(landlord: Landlord, user: Who, now: datetime) -> None:
    publish_with(landlord, now, **{BODY: OURS})
    first = thanked(landlord, user, now)
    assert first.data["decided"] == {"is_asb": True}
    publish_with(landlord, now, **{BODY: "Much later words."})
    second = thanked(landlord, user, now)
    jobs.draw_waiting()
    assert "Thank you, Carol Whitmore.\nIt is anti-social behaviour." in page_of(first) and "something else" not in page_of(first)
    assert "Much later words." in page_of(second)
    assert first.renditions.get().wording != second.renditions.get().wording
    assert "It is anti-social behaviour." in letters.preview(user("officer"), first.pk, now=now)


def test_what_is_wrong_with_wording_is_found_by_file_and_line_and_stops_publishing(landlord: Landlord, now: datetime) -> None:
    files = dict(live_version(landlord).files)
    wrong = {
        BODY: "Thank you.\n{{ recipient.nam }}", "letters/warning/letter.toml": 'title = "We have your report"', "letters/warning/body.md": "x",
        "letters/advisory/body.md": "[[if nothing_like_it]]\nx\n[[end]]", "letters/closure/notes.txt": "x",
        "letters/our-own/letter.toml": 'title = "Ours"\naudience = "nobody"', "letters/our-own/body.md": "x",
    }  # fmt: skip
    found = {(one.file, one.element): one.sentence for one in check.errors(check.findings({**files, **wrong}))}
    assert found[BODY, "line 2"] == "No letter knows {{ recipient.nam }}. Did you mean recipient.name?"
    assert "“nothing_like_it” is not a fact" in found["letters/advisory/body.md", "line 1"]
    assert "who reads it" in found["letters/our-own/letter.toml", "line 2"]
    assert ("letters/closure/notes.txt", "") in found
    with pytest.raises(PackRefused, match="line 2"):
        publish_with(landlord, now, **{BODY: wrong[BODY]})


def test_two_letters_of_one_title_are_told_apart(landlord: Landlord) -> None:
    wrong = {"letters/warning/letter.toml": 'title = "We have your report"', "letters/warning/body.md": "x"}
    found = check.findings({**live_version(landlord).files, **wrong})
    assert Finding("letters/warning/letter.toml", "title", "The letter “acknowledgement” has this title too.", "Give it another.") in found


def test_diagrams_send_a_letter_of_the_landlords_own_by_its_code(landlord: Landlord, user: Who, now: datetime) -> None:
    live = dict(live_version(landlord).files)
    sent = {path: text.replace("'acknowledgement'", "'our-thanks'") for path, text in live.items()}
    assert any("“our-thanks” is not one of the choices" in one.sentence for one in check.findings(sent))
    texts = {"letters/our-thanks/letter.toml": 'title = "Thank you"\naudience = "reporter"', "letters/our-thanks/body.md": "We are on it."}
    publish(landlord=landlord, files={**sent, **texts}, note="Ours", by=None, now=now)
    letter = thanked(landlord, user, now)
    jobs.draw_waiting()
    assert (letter.kind, letter.title) == ("our-thanks", "Thank you") and "We are on it." in page_of(letter)


def entered(by: User, now: datetime, **changed: object) -> None:
    text = "# Form 3\n\n" + "\n\n".join(
        f"[[if {need.name}]]\n{{{{ {need.name} }}}}\n[[end]]" if need.type == "rows" or need.optional else f"{{{{ {need.name} }}}}"
        for need in written.form_fields(written.kind(FORM))
    )
    said = {
        "version": "May 2026", "text": text.replace("\n{{", "\n\n{{"), "valid_from": date(2026, 5, 1), "valid_until": None, "lawyer": "A Solicitor",
        "confirmed_on": date(2026, 6, 1), **changed,
    }  # fmt: skip
    confirmed.enter_text(code=FORM, by=by, now=now, **said)  # type: ignore[arg-type]


def test_a_prescribed_form_is_issued_with_the_text_in_force_and_with_no_other(landlord: Landlord, user: Who, now: datetime) -> None:
    kind, by = written.kind(FORM), user("admin")
    with pytest.raises(Refused, match="lawyer has not given its text yet"):
        confirmed.issued(kind, landlord, now.date())
    told = confirmed.advice(kind, landlord, confirmed.ticked(landlord), now.date())
    assert told.stops and told.sentence.startswith("This form cannot be issued. Your landlord’s lawyer")
    entered(by, now, valid_until=date(2026, 12, 31))
    assert not confirmed.advice(kind, landlord, confirmed.ticked(landlord), now.date()).stops
    issued = confirmed.issued(kind, landlord, now.date())
    assert "<h2>Form 3</h2>" in written.preview_html(issued, written.sample(issued))
    for day, sentence in ((date(2026, 4, 30), "not given its text yet"), (date(2027, 1, 1), "could be used until Thursday 31")):
        with pytest.raises(Refused, match=sentence):
            confirmed.issued(kind, landlord, day)
    entered(by, now, version="2027", valid_from=date(2027, 1, 1))
    assert confirmed.issued(kind, landlord, date(2027, 1, 1)).version == confirmed.issued(kind, landlord, date(2026, 12, 31)).version
    entry = confirmed.in_force(landlord, FORM, date(2027, 1, 1))
    assert not isinstance(entry, str) and entry.version == "2027"


def test_a_text_that_lacks_a_field_of_the_form_or_depends_on_the_case_is_refused(landlord: Landlord, user: Who, now: datetime) -> None:
    by = user("admin")
    with pytest.raises(InvalidAnswers) as refused:
        entered(by, now, text="{{ tenant }}", version=" ", lawyer="", confirmed_on=now.date() + timedelta(days=1))
    assert set(refused.value.problems) == {"text", "version", "lawyer", "confirmed_on"}
    assert "Line 1: no letter knows {{ tenant }}." in refused.value.problems["text"]
    with pytest.raises(InvalidAnswers) as refused:
        entered(by, now, text="Nothing of it.")
    assert "The form nowhere has {{" in refused.value.problems["text"]
    with pytest.raises(InvalidAnswers) as refused:
        entered(by, now, text="[[if is_asb]]\nx\n[[end]]")
    assert "cannot depend on is_asb" in refused.value.problems["text"]
    with pytest.raises(NotAllowed):
        entered(user("owner"), now)


def test_a_letter_that_wants_a_lawyer_says_so_until_one_ticks_its_wording(landlord: Landlord, user: Who, now: datetime) -> None:
    kind = next(kind for kind in written.kinds().values() if kind.lawyer and not kind.prescribed)
    assert kind.lawyer in confirmed.advice(kind, landlord, confirmed.ticked(landlord), now.date()).sentence
    said = {"code": kind.code, "lawyer": "A Solicitor", "confirmed_on": now.date(), "by": user("admin"), "now": now}
    with pytest.raises(Refused, match="changed since you opened the page"):
        confirmed.tick(wording="another", **said)  # type: ignore[arg-type]
    confirmed.tick(wording=kind.version, **said)  # type: ignore[arg-type]
    assert confirmed.advice(kind, landlord, confirmed.ticked(landlord), now.date()) == confirmed.Advice()
    publish_with(landlord, now, **{f"letters/{kind.code}/body.md": "Other words."})
    standing = confirmed.standing_of(user("admin"), kind.code, now.date())
    assert not standing.good and standing.sentence == "Its wording was changed since a lawyer confirmed it."
    assert kind.lawyer in confirmed.advice(standing.kind, landlord, confirmed.ticked(landlord), now.date()).sentence
    with pytest.raises(NotFound):
        confirmed.tick(wording=kind.version, **{**said, "code": "acknowledgement"})  # type: ignore[arg-type]


def test_the_landlord_decides_how_letters_look(landlord: Landlord, user: Who, now: datetime) -> None:
    case: Case = open_case(landlord, user, now)
    look = {"colour": "#7A1F5C", "signatory": "Safer Homes", "service": "Serve us at 1 High Street.", "by": user("admin"), "now": now}
    save_letterhead(logo=None, without_logo=False, **look)  # type: ignore[arg-type]
    case.landlord.refresh_from_db()
    brand = brand_of(case)
    assert (brand.colour, brand.signatory, brand.service) == ("#7a1f5c", "Safer Homes", "Serve us at 1 High Street.")
    kind = written.kind("acknowledgement")
    assert "Serve us at 1 High Street." in written.preview_html(kind, written.sample(kind), brand)
    with pytest.raises(InvalidAnswers) as refused:
        save_letterhead(logo=b"GIF89a", without_logo=False, **{**look, "colour": "#ffff00", "service": "x" * 301})  # type: ignore[arg-type]
    assert set(refused.value.problems) == {"colour", "service", "logo"}
    with pytest.raises(NotAllowed):
        save_letterhead(logo=None, without_logo=False, **{**look, "by": user("officer")})  # type: ignore[arg-type]
