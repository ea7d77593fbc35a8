"""Four of the pack's scenarios as people go through them on the pages, as far as what is theirs alone; one by keyboard only.

The whole of each is played in `tests/studio/test_scenarios.py`, without pages.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.people import Person
from tests.journeys.test_the_case_in_chromium import let_the_days_to_object_pass, report, start_tool

pytestmark = pytest.mark.browser


@pytest.fixture
def calls(browser: Browser, site: str) -> Person:
    return Person(browser, site, "Aisha Khan")


def take(calls: Person, name: str, what: str) -> str:
    """Take a report by telephone and open a case; gives back the case's address."""
    calls.go("/reports/new")
    report(calls, "Keep the report", name, what)
    calls.press("Open a new case")
    return calls.page.url.removeprefix(calls.site)


def add(officer: Person, case: str, name: str) -> None:
    officer.go(f"{case}/people/new")
    officer.fill(role="respondent", name=name, address="Flat 9\nClarkson Court\nWISBECH", description="")
    officer.press("Keep")


def test_noise_stops_after_a_talk_and_the_case_closes(browser: Browser, site: str, calls: Person) -> None:
    case = take(calls, "Noel Hart", "Loud music until two in the morning.")
    calls.do("Triage the report", emergency="no", is_asb="yes", category="NOI", harm="annoyance", contact_method="phone")
    officer = Person(browser, site, "Hannah Reed", width=375)
    officer.go(case)
    officer.do("Contact the reporter", reached="yes", how="home")
    officer.do("Ask the risk questions", how_often="most_weeks")
    officer.do("Agree the action plan", update_rhythm="weekly")
    start_tool(officer, "Start closing the case")
    officer.do("Start closing the case", ready_to_close="yes")
    officer.do("Talk to the reporters about closing", ready_to_close="yes", outcome="resolved", survey_wanted="yes")
    leader = Person(browser, site, "Marcus Bell")
    leader.go(case)
    leader.do("Decide about closing", ready_to_close="yes")
    officer.go(case)
    officer.sees("Take an objection, if one comes")
    let_the_days_to_object_pass(case)
    officer.go(case)
    officer.sees("Closed")
    officer.sees("Enter the survey answers of Noel Hart")


def test_a_hate_crime_is_made_safe_first_and_told_to_partners(browser: Browser, site: str, calls: Person) -> None:
    case = take(calls, "Samira Begum", "Words about my religion were painted on my door.")
    calls.do("Triage the report", category="HAT", harm="distress", is_asb="yes")
    officer = Person(browser, site, "Priya Nair")
    officer.go(case)
    officer.do("Contact the reporter", reached="yes")
    officer.do("Ask the risk questions", identity="yes")
    officer.do("Hate crime: make safe", danger="no")
    officer.do("Hate crime: tell partners and offer support", police="yes")
    officer.sees("Agree the action plan")


def test_three_reporters_and_two_people_complained_about_each_have_their_own(browser: Browser, site: str, calls: Person) -> None:
    case = take(calls, "Marian Webb", "The lobby door was kicked in.")
    number = case.rpartition("/")[2]
    for name in ("Joe Fry", "Ellen Sharp"):
        calls.go("/reports/new")
        report(calls, "Keep the report", name, "The lobby again.")
        calls.press(f"Attach to {number}")
    calls.go(case)
    calls.do("Triage the report", category="VAN", harm="distress", is_asb="yes")
    officer = Person(browser, site, "Hannah Reed")
    for name in ("Dean Stock", "Lee Marsh"):
        add(officer, case, name)
    officer.go(case)
    expect(officer.page.get_by_role("link", name="Contact this reporter")).to_have_count(2)
    officer.do("Contact the reporter", reached="yes")
    for _ in range(2):
        officer.do("Contact this reporter", reached="yes")
    for _ in range(3):
        officer.do("Ask the risk questions")
    officer.do("Agree the action plan")
    for name in ("Dean Stock", "Lee Marsh"):
        start_tool(officer, "Warning letter", name)
        officer.sees(f"for {name}")
    expect(officer.page.get_by_role("link", name="Write the warning letter")).to_have_count(2)


def test_an_injunction_is_asked_for_on_the_first_day(browser: Browser, site: str, calls: Person) -> None:
    case = take(calls, "Ivy Bloom", "He came to my door with a knife.")
    calls.do("Triage the report", category="VIO", harm="violence", is_asb="yes")
    leader = Person(browser, site, "Marcus Bell")
    add(leader, case, "Dean Stock")
    leader.go(f"{case}/happened")
    leader.click("Go straight to legal action")
    leader.fill(reason="He came to her door with a knife.")
    leader.press("Tell the case")
    leader.go(case)
    leader.do("Decide about legal action at once", legal_now="yes")
    officer = Person(browser, site, "Priya Nair")
    officer.go(case)
    officer.do("Check the tenancy or lease", holds="yes", tenancy_type="assured")
    officer.do("Choose the route", legal_route="injunction", first_day="yes")
    officer.do("Assess proportionality")
    leader.go(case)
    leader.do("Decide about legal action", legal_agreed="yes")
    officer.go(case)
    officer.do("Prepare the evidence")
    officer.do("Apply to the court for the order", told="without_notice", arrest="yes")
    officer.sees("Record what the court decided")


#: What has the focus: its words, its name, its kind, its value, and whether anybody can see that it has it.
FOCUS = """() => { const e = document.activeElement;
  return [(e.innerText ?? '').trim(), e.name ?? '', e.type ?? e.tagName.toLowerCase(), e.value ?? '', e.matches(':focus-visible')] }"""


def tab_to(person: Person, words: str, **given: str) -> None:
    """Press Tab until `words` has the focus, answer every question on the way, and press Enter."""
    keys = person.page.keyboard
    for _ in range(150):
        keys.press("Tab")
        said, name, kind, value, seen = person.page.evaluate(FOCUS)
        assert seen or said == "", f"“{said}” on {person.page.url} has the focus, and nobody can see it"
        if said == words:
            with person.page.expect_navigation():
                keys.press("Enter")
            return person.look()
        if kind in ("text", "textarea") and name in given:
            keys.type(given[name])
        elif kind == "radio":
            keys.press("Space")
            while given.get(name, value) != value:
                keys.press("ArrowDown")
                value = person.page.evaluate(FOCUS)[3]
    raise AssertionError(f"“{words}” on {person.page.url} cannot be reached by keyboard")


def test_a_case_is_opened_and_its_first_task_done_by_keyboard_only(calls: Person) -> None:
    calls.go("/reports")
    tab_to(calls, "Take a report")
    tab_to(calls, "Keep the report", what="Music every night.", place="12 Mill Lane, Wisbech", name="Kay Bord", confidential="no")
    tab_to(calls, "Open a new case")
    tab_to(calls, "Triage the report")
    answers = {"is_asb": "yes", "category": "NOI", "harm": "annoyance", "contact_method": "phone"}
    tab_to(calls, "Complete this task", **answers)
    calls.sees("“Triage the report” is done.")
