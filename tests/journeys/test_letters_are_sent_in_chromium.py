"""Letters on their way, in a real browser: many printed together while the page looks on by itself, and one served by hand."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.people import Person
from tests.journeys.test_the_case_in_chromium import letters_ready, report

pytestmark = pytest.mark.browser


def new_case(calls: Person, name: str) -> str:
    """A case whose first letter is made; gives back its address."""
    calls.go("/reports/new")
    report(calls, "Keep the report", name, "Shouting at night.")
    calls.press("Open a new case")
    case = calls.page.url.removeprefix(calls.site)
    calls.do("Triage the report", is_asb="yes", category="DRU", harm="violence", contact_method="phone")
    letters_ready(calls, case, 1)
    return case


def test_letters_are_printed_together_and_posted_and_one_is_served_by_hand(browser: Browser, site: str) -> None:
    calls, leader = Person(browser, site, "Aisha Khan"), Person(browser, site, "Marcus Bell", width=375)
    case = new_case(calls, "Ivy Moss")
    leader.go("/letters/post")
    leader.press("Put them together to print")
    expect(leader.page.get_by_text("The PDF to print, on both sides")).to_be_visible(timeout=60_000)
    leader.look()
    leader.press("They are posted")
    leader.sees("There is a problem")
    leader.page.get_by_label("First class").check()
    leader.press("They are posted")
    leader.sees("The letters are marked as sent.")

    calls.go(case)
    calls.click("We have your report")
    calls.sees("This was sent")
    calls.click("It came back")
    calls.page.get_by_label("Why did it come back?").fill("Addressee gone away")
    calls.press("It came back")
    calls.sees("Ask the person how to reach them")

    case = new_case(calls, "Rose Fell")
    calls.go(case)
    calls.click("We have your report")
    letter = re.sub(r"[?#].*", "", calls.page.url).removeprefix(site)
    for way in ("gone", "message/email", "message/text"):
        calls.go(f"{letter}/{way}")
    calls.go(letter)
    calls.click("Served by hand")
    calls.page.get_by_label("Handed over").check()
    calls.page.get_by_label("To whom was it handed").fill("Into her own hand")
    calls.press("It was served")
    calls.sees("Counts as served on")
