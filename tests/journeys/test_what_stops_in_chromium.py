"""A case that stopped is put right in a real browser, another one's branch is ended, and the office closes: on a wide
screen and on a telephone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.conftest import in_the_site
from tests.journeys.people import Person

pytestmark = pytest.mark.browser

#: Two cases that stop at “Risk band”, because the form no longer adds up the score that the table reads.
STOPPED = """
import django; django.setup()
from django.conf import settings
from django.utils import timezone
from backend.accounts.models import Landlord, User
from backend.workflow.packs import flattened
from backend.workflow.publishing import publish
from tests.answers import do
from tests.workflow.test_runner import open_case

now, landlord = timezone.now(), Landlord.objects.get()
files = flattened(settings.PACKS_DIR / "baseline")
files["forms/risk.json"] = files["forms/risk.json"].replace('"score": "risk_score"', '"score": ""')
files["pack.toml"] += '\\n[facts.risk_score]\\nkind = "whole"\\n'
publish(landlord=landlord, files=files, note="No score", by=None, now=now)
user = lambda name: User.objects.get(email=f"{name}@fenbridge.example")
for _ in range(2):
    case = open_case(landlord, user, now)
    do(case, "Triage the report", user("calls"), now)
    case.refresh_from_db()
    for name in ("Contact the reporter", "Ask the risk questions"):
        do(case, name, case.owner, now)
    print(case.reference)
"""


@pytest.mark.usefixtures("baseline_again")
def test_what_stopped_is_put_right_and_the_office_closes(browser: Browser, site: str) -> None:
    first, second = in_the_site(STOPPED)
    for width, case in ((1280, first), (375, second)):
        leader = Person(browser, site, "Marcus Bell", width=width)
        leader.go("/faults")
        leader.click(f"Risk band in {case}")
        leader.sees("Now: not known")
        leader.page.get_by_label("End this branch").check()
        leader.page.get_by_label("What have you put right").fill("Nobody needs it")
        leader.press("Go ahead")
        leader.sees("Correct what is missing and try again instead.")
        leader.page.get_by_label("Try again").check()
        leader.page.get_by_label("Risk score").fill("14")
        leader.press("Go ahead")
        leader.sees("The case goes on.")
        leader.sees("changed risk score from not known to 14")
        leader.sees("Nobody needs it")
        leader.page.get_by_text("May come").click()
        leader.look()
        assert leader.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for width, year in ((1280, "2027"), (375, "2028")):
        admin = Person(browser, site, "Ruth Ellery", width=width)
        admin.click("Days on which the office is closed")
        admin.press("Change the calendar")
        admin.sees("There is a problem")
        admin.fill(
            what="close",
            **{f"{day}-{part}": text for day in ("first", "last") for part, text in (("day", "3"), ("month", "3"), ("year", year))},
        )
        admin.press("Change the calendar")
        expect(admin.page.get_by_text(f"3 March {year}").first).to_be_visible()
        assert admin.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
