"""The process owner's letters: the landlord's wording is kept in the draft, shown as it reads, and refused with its line."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from html import unescape
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

import letters
from backend.accounts.models import Landlord, User
from backend.studio import commands
from backend.studio.models import Draft
from backend.studio.offers import catalogue_for
from backend.workflow.packs import letter_texts
from tests.workflow.test_runner import open_case

Who = Callable[[str], User]
VISIT = {
    "code": "play-area", "title": "The new play area", "audience": "reporter", "shape": "letter", "confidential": "no",
    "needs": "open_on | date | the day on which it opens\nrules | rows | the rules | rule: a rule; until (date): until when",
    "body": "It opens on {{ open_on }}.\n\n{{ rules }}\n",
}  # fmt: skip


@pytest.fixture
def client(user: Who, now: datetime) -> Client:
    commands.open_draft(by=user("owner"), now=now)
    client = Client()
    client.force_login(user("owner"))
    return client


def said(**words: str) -> dict[str, str]:
    return {**words, "revision": str(Draft.objects.get().revision)}


def page(client: Client, name: str, *args: str) -> str:
    return unescape(client.get(reverse(name, args=args)).content.decode())


def shown(client: Client, code: str, **words: str) -> str:
    return unescape(client.post(reverse("wording-preview", args=[code]), said(**words)).content.decode())


def test_every_letter_is_listed_with_whose_wording_it_has(client: Client) -> None:
    listed = page(client, "wordings")
    assert "Warning about behaviour" in listed and "The product’s wording" in listed and "Your wording" not in listed
    client.post(reverse("wording-of", args=["warning"]), said(title="Stop", body="By {{ change_by }}."))
    listed = page(client, "wordings")
    assert "Your wording" in listed and "Stop" in listed


def test_a_shipped_letter_begins_as_the_product_words_it_and_can_go_back_to_that(client: Client) -> None:
    begun = page(client, "wording-of", "warning")
    assert "- They need to stop by **{{ change_by }}**." in begun and "[[if tenancy_clauses]]" in begun
    client.post(reverse("wording-of", args=["warning"]), said(title="Warning about behaviour", body="By {{ change_by }}."))
    assert letter_texts(Draft.objects.get().files)["warning"] == {"body.md": "By {{ change_by }}.\n"}
    assert "Go back to the product’s wording" in page(client, "wording-of", "warning")
    client.post(reverse("wording-back", args=["warning"]))
    assert letter_texts(Draft.objects.get().files) == {}


def test_a_field_that_does_not_exist_is_refused_with_its_line_and_what_was_typed_stays(client: Client) -> None:
    words = "Dear neighbour\n\n\n\n\n\nBy {{ changeby }}."
    answer = client.post(reverse("wording-of", args=["warning"]), said(title="My own title", body=words))
    text = unescape(answer.content.decode())
    assert answer.status_code == 422
    assert "Line 7: no letter knows {{ changeby }}. Did you mean change_by?" in text
    assert words in text and "My own title" in text
    assert letter_texts(Draft.objects.get().files) == {}


def test_a_letter_of_the_landlords_own_needs_no_code_and_can_be_sent_by_diagrams(client: Client) -> None:
    answer = client.post(reverse("wording-new"), said(**VISIT), follow=True)
    assert "The letter is kept in the draft." in answer.content.decode()
    kept = page(client, "wording-of", "play-area")
    assert VISIT["needs"] in kept and VISIT["body"] in kept
    offers = page(client, "wordings")
    assert "Your own letter" in offers and "The new play area" in offers
    choices = next(one for one in catalogue_for(Draft.objects.get().files)["operations"] if one["value"] == "send_letter")["parameters"][0]
    assert {"value": "play-area", "label": "The new play area"} in choices["choices"]


REFUSED: list[tuple[dict[str, str], str]] = [
    ({"code": "Play Area"}, "Use small letters, digits and hyphens"),
    ({"code": "warning"}, "A letter has this name already"),
    ({"title": " "}, "needs a title"),
    ({"audience": ""}, "who reads it"),
    ({"needs": "open_on date"}, "Line 1: write a name, a type and what it is"),
    ({"needs": "open_on | day | x"}, "Line 1: day is no type."),
    ({"needs": "open_on | date | x\nrules | rows | the rules"}, "Line 2: write each column"),
    ({"body": "[[if colour == 1]]\nx\n[[end]]"}, "“colour” is not a fact"),
    ({"body": "[[if landlord_type]]\nx\n[[end]]"}, "where a yes or no is needed"),
    ({"body": " "}, "says nothing yet"),
]


def test_a_letter_that_cannot_be_written_is_refused_and_everything_typed_stays(client: Client) -> None:
    for change, sentence in REFUSED:
        words = {**VISIT, **change}
        answer = client.post(reverse("wording-new"), said(**words))
        text = unescape(answer.content.decode())
        assert answer.status_code == 422 and sentence in text
        assert all(word.strip() in text for word in words.values())
    assert letter_texts(Draft.objects.get().files) == {}


def test_the_preview_shows_what_is_typed_on_the_example_and_runs_nothing(client: Client) -> None:
    answer = client.post(
        reverse("wording-preview", args=["warning"]),
        said(
            title="Stop it",
            body="# Now\n\nBy {{ change_by }}.\n[[if landlord_type == 'almo']]\nWe act for the council.\n[[else]]\nWe are it.\n[[end]]",
        ),
    )
    text = answer.content.decode()
    assert "<h1>Stop it</h1>" in text and "<h2>Now</h2>" in text and "5pm on Tuesday 24" in text
    assert "We act for the council." in text and "We are it." not in text
    assert answer.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "Line 1: no letter knows {{ x }}." in shown(client, "warning", title="", body="{{ x }}")
    assert "We are it." in shown(
        client, "warning", title="", body="[[if landlord_type == 'almo']]\nYes.\n[[else]]\nWe are it.\n[[end]]", held="no"
    )
    assert Draft.objects.get().revision == 1


def test_the_preview_on_a_case_says_what_the_case_knows(client: Client, user: Who, landlord: Landlord, now: datetime) -> None:
    case = open_case(landlord, user, now)
    everybody = User.objects.get(pk=user("owner").pk)
    role = landlord.roles.get(code="tenancy-compliance-officer")
    everybody.roles.add(role)
    words = {"title": "", "body": "{{ report_summary }}\n\nReference {{ case.reference }}.", "case": case.reference}
    assert f"Case {case.reference}" in page(client, "wording-of", "acknowledgement")
    text = shown(client, "acknowledgement", **words)
    assert case.reference in text and case.reports.get().what[:20] in text
    everybody.roles.remove(role)
    assert case.reference not in page(client, "wording-of", "acknowledgement")
    assert "We cannot find that." in shown(client, "acknowledgement", **words)


def test_words_that_somebody_else_saved_meanwhile_are_not_overwritten_unseen(client: Client, user: Who, now: datetime) -> None:
    old = said(title="", body="By {{ change_by }}.")
    commands.save_letter(code="warning", said={"body": "Theirs."}, revision=1, by=user("owner"), now=now)
    answer = client.post(reverse("wording-of", args=["warning"]), old)
    assert answer.status_code == 422 and "Somebody saved the draft meanwhile." in answer.content.decode()
    assert letter_texts(Draft.objects.get().files)["warning"] == {"body.md": "Theirs.\n"}


def test_standing_words_are_boxes_and_not_a_file(client: Client) -> None:
    text = page(client, "wording-standing")
    assert "Citizens Advice | They give free and private advice. | Call 0800 144 8848." in text
    words = said(contact_method="by letter", next_steps="We may meet.\nWe may write.", support="Us | We help.")
    answer = client.post(reverse("wording-standing"), words)
    assert answer.status_code == 422 and "How to reach them, as a sentence is missing" in answer.content.decode()
    client.post(
        reverse("wording-standing"), {**words, "support": "Us | We help. | Call us.", "other": "policy_page", "other-words": "our website"}
    )
    kept = Draft.objects.get().files["letters.toml"]
    assert 'contact_method = "by letter"' in kept and 'policy_page = "our website"' in kept and "complaint_contact" not in kept
    assert '{ step = "We may meet." }' in kept or 'step = "We may meet."' in kept


def test_a_landlord_supplies_a_letter_in_another_language_and_sees_it_beside_the_english(client: Client) -> None:
    assert "Polish: The product’s sample, which nobody has checked" in page(client, "wording-of", "visit-appointment").replace("</a>", "")
    assert "Checked by: nobody" in page(client, "wording-tongue", "visit-appointment", "pl")
    sample = (letters.kind("visit-appointment").folder or Path()) / "pl.md"
    address, words = (
        reverse("wording-tongue", args=["visit-appointment", "pl"]),
        re.sub("Checked by: .*", "Checked by: Anna Kowal", sample.read_text()),
    )
    for wrong, sentence in (
        (f"{words}\n{{{{ visit_when }}}}", "no letter knows {{ visit_when }}."),
        ("# Spotkanie\n\n{{ visit_at }}", "heading"),
    ):
        answer = client.post(address, said(text=wrong))
        assert (
            answer.status_code == 422 and sentence in unescape(answer.content.decode()) and wrong[-20:] in unescape(answer.content.decode())
        )
    looked_at = client.post(reverse("wording-tongue-preview", args=["visit-appointment", "pl"]), {"text": words}).content.decode()
    assert 'lang="pl"' in looked_at and "We would like to" in looked_at
    client.post(address, said(text=words))
    assert letter_texts(Draft.objects.get().files)["visit-appointment"] == {"pl.md": f"{words.rstrip()}\n"}
    assert "The product’s wording" in page(client, "wordings") and "Your wording" not in page(client, "wordings")
    client.post(address, said(text=" "))
    assert letter_texts(Draft.objects.get().files) == {}


@pytest.mark.parametrize("name", ["wordings", "wording-new", "wording-standing"])
def test_only_a_process_owner_comes_here(name: str, user: Who, client: Client) -> None:
    other = Client()
    other.force_login(user("officer"))
    assert other.get(reverse(name)).status_code == 403
