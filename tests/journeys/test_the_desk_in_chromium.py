"""An officer's day at the desk in a real browser, on a wide screen and on a telephone: the list, a task, putting off, cover, notices."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.people import Person
from tests.journeys.test_the_case_in_chromium import report

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [1280, 375])
def test_the_pages_of_the_desk_are_whole_and_lead_back(browser: Browser, site: str, width: int) -> None:
    calls = Person(browser, site, "Aisha Khan", width=width)
    calls.go("/reports/new")
    report(calls, "Keep the report", f"Ann Lee {width}", "Music every night.")
    calls.press("Open a new case")
    case = calls.page.url.removeprefix(site)
    narrowed = "/tasks?kind=Triage%20the%20report"
    calls.go(narrowed)
    calls.page.get_by_role("button", name="Take it").first.click()
    calls.sees("is yours now.")
    assert calls.page.url.endswith(narrowed)
    calls.go(case)
    calls.click("Triage the report")
    calls.sees("When you finish this")
    assert calls.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    calls.click("Put this task off")
    calls.press("Put it off")
    calls.sees("There is a problem")
    for page in ("/notices", "/me", "/absences/new", "/tasks/team"):
        calls.go(page)
        assert calls.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page


def test_what_is_typed_without_a_connection_waits_and_is_kept_when_it_is_back(browser: Browser, site: str) -> None:
    calls = Person(browser, site, "Aisha Khan")
    calls.go("/reports/new")
    report(calls, "Keep the report", "Sam Tull", "Shouting in the street.")
    calls.press("Open a new case")
    calls.click("Triage the report")
    calls.page.context.set_offline(True)
    calls.page.locator("main form[method=post] input[type=radio]").first.check()
    expect(calls.page.locator("[data-draft-said]")).to_contain_text("no connection", timeout=10_000)
    calls.page.context.set_offline(False)
    expect(calls.page.locator("[data-draft-said]")).to_contain_text("is kept", timeout=15_000)
    calls.page.reload()
    expect(calls.page.locator("main form[method=post] input[type=radio]").first).to_be_checked()
