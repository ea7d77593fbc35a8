"""The Wisbech case in a real browser, from two reports to two surveys, signing in as each of the people it takes;
then the process owner redraws the procedure, and the next case follows the new drawing."""

from __future__ import annotations

import io
import re
import time

import pypdf
import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.conftest import in_the_site
from tests.journeys.people import Person

pytestmark = pytest.mark.browser
NEXT_DAY = """
import django; django.setup()
from backend.workflow import runner
from backend.workflow.models import Instance
instance = Instance.objects.get(case__reference="{reference}")
runner.tick(instance.pk, now=instance.due_at)
"""
PLACE = {"place": "Flats 1 to 12, Clarkson Court, Wisbech", "place_postcode": "PE13 2AB"}


def report(person: Person, button: str, name: str, what: str) -> None:
    person.fill(
        what=what,
        name=name,
        address=f"Flat {len(name)}\nClarkson Court\nWISBECH",
        postcode="PE13 2AB",
        phone="07700 900123",
        email="",
        confidential="no",
        **PLACE,
    )
    person.press(button)


def start_tool(person: Person, tool: str, party: str = "") -> None:
    link = person.page.get_by_role("link", name=tool, exact=True)
    person.page.locator("#tools ~ details").filter(has=person.page.locator("a", has_text=tool)).first.locator("summary").click()
    link.click()
    person.look()
    if party:
        person.page.get_by_label(party, exact=True).check()
    reason = person.page.get_by_label("Why is this right here?")
    if reason.count():
        reason.fill("They have asked for it themselves.")
    person.press("Start")


def letters_ready(person: Person, case: str, count: int) -> None:
    """Wait until the worker has made so many letters."""
    for _ in range(60):
        person.page.goto(f"{person.site}{case}")
        if person.page.get_by_text("Ready to send").count() == count:
            return person.look()
        time.sleep(0.5)
    raise AssertionError(f"{person.page.get_by_text('Ready to send').count()} letters ready, not {count}")


def survey_link(person: Person) -> str:
    """The address in the survey's letter, read from its PDF."""
    path = (
        person.page.locator("li", has_text="Tell us how we did").get_by_role("link", name="To read or e-mail").first.get_attribute("href")
    )
    pdf = person.page.request.get(f"{person.site}{path}").body()
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages).replace("\n", "").replace(" ", "")
    found = re.search(r"/survey/([\w-]{22})", text)
    assert found, text
    return f"/survey/{found[1]}"


@pytest.mark.usefixtures("baseline_again")
def test_one_case_from_report_to_survey_and_the_next_follows_the_new_drawing(browser: Browser, site: str) -> None:
    calls = Person(browser, site, "Aisha Khan")
    calls.go("/reports/new")
    report(
        calls, "Keep the report", "Marian Webb", "Drug dealing on the stairs, shouting at night, the door kicked in. A man threatened me."
    )
    calls.press("Open a new case")
    case = calls.page.url.removeprefix(site)
    number = case.rpartition("/")[2]
    calls.sees(f"Case {number} is open.")

    tenant = Person(browser, site, width=375)
    tenant.go("/report/fenbridge")
    tenant.press("Send the report")
    tenant.sees("There is a problem")
    report(tenant, "Send the report", "Joe Fry", "Dealers in the lobby again, and a smashed window.")
    tenant.sees("We have your report")

    calls.click("New reports")
    calls.click(PLACE["place"])
    calls.press(f"Attach to {number}")
    calls.sees(f"The report is attached to {number}.")
    calls.go(case)
    calls.do("Triage the report", is_asb="yes", category="DRU", harm="violence", contact_method="phone")

    officer = Person(browser, site, "Hannah Reed")
    officer.sees("Contact the reporter")
    officer.go(case)
    officer.do("Contact the reporter", said_confidentiality="yes", how="phone")
    officer.do("Contact this reporter", said_confidentiality="yes", how="home")
    for _ in range(2):
        officer.do("Ask the risk questions")
    officer.do("Agree the action plan", update_rhythm="weekly", agreed="yes")

    officer.click("Add a person")
    officer.fill(role="respondent", name="Dean Stock", address="Flat 9\nClarkson Court\nWISBECH", description="")
    officer.press("Keep")
    officer.click("Add a person")
    officer.fill(role="respondent", name="", phone="", address="", postcode="", description="man in a grey coat")
    officer.press("Keep")
    unknown = "Not known yet: man in a grey coat"
    start_tool(officer, "Warning letter", "Dean Stock")
    start_tool(officer, "Warning letter", "Dean Stock")
    start_tool(officer, "Acceptable Behaviour Contract", unknown)
    start_tool(officer, "Mediation referral", unknown)
    officer.do("Write the warning letter")
    officer.do("Write the warning letter")
    officer.click(unknown)
    officer.fill(name="Lee Marsh", address="Flat 11\nClarkson Court\nWISBECH")
    officer.press("Keep")
    officer.do("Draw up the contract", guardian_name="", partner_name="")
    start_tool(officer, "Support referral", "Lee Marsh")
    start_tool(officer, "Escalate to the specialist team")
    officer.do("Ask for the specialist team")

    leader = Person(browser, site, "Marcus Bell")
    leader.go(case)
    leader.do("Decide about the escalation", escalated="yes")
    specialist = Person(browser, site, "Priya Nair")
    specialist.go(case)
    start_tool(specialist, "Legal action, with support beside it", "Dean Stock")
    specialist.do("Offer support", answer="refused")
    specialist.do("Check the tenancy or lease", holds="no")
    specialist.do("Choose the route", legal_route="injunction")
    expect(specialist.page.get_by_role("link", name="Apply to the court for the order")).to_have_count(0)
    specialist.do("Assess proportionality", asked="yes")
    leader.go(case)
    leader.do("Decide about legal action", legal_agreed="yes")
    specialist.go(case)
    specialist.do("Prepare the evidence")
    specialist.go(f"{case}/diagrams/LegalAction")
    specialist.go(case)
    specialist.do("Apply to the court for the order")
    specialist.do("Record what the court decided", court_order="made")
    specialist.do("Serve the order and tell those it protects")
    specialist.do("Look whether the order is kept", order_event="ended")
    for task in ("Check whether things have changed", "Check whether things have changed"):
        specialist.do(task)
    specialist.do("Record the answer and the signing", contract_signed="yes")
    for task in ("Review the contract", "Refer to mediation", "Refer for support", "Record what came of it", "Record what came of it"):
        specialist.do(task)
    letters_ready(specialist, case, 7)
    start_tool(specialist, "Start closing the case")
    specialist.do("Start closing the case", ready_to_close="yes")
    specialist.do("Talk to the reporters about closing", ready_to_close="yes", outcome="resolved")
    leader.go(case)
    leader.do("Decide about closing", ready_to_close="yes")
    specialist.go(case)
    specialist.sees("Take an objection, if one comes")
    letters_ready(specialist, case, 9)
    let_the_days_to_object_pass(case)
    specialist.go(case)
    specialist.sees("Closed")
    letters_ready(specialist, case, 11)

    link = survey_link(specialist)
    tenant.go(link)
    tenant.fill(service="very", result="fairly")
    tenant.press("Send my answers")
    tenant.sees("Thank you for your answers")
    tenant.go(link)
    tenant.sees("This link no longer works")
    specialist.go(case)
    specialist.click("Enter the survey answers of")
    specialist.fill(channel="telephone", service="fairly")
    specialist.press("Keep the answers")

    second = Person(browser, site, "Aisha Khan")
    second.go("/reports/new")
    report(second, "Keep the report", "Grace Okafor", "Motorbikes on the field.")
    second.press("Open a new case")
    second.sees("Triage the report")
    earlier = second.page.url.removeprefix(site)
    for path in ("/overdue", "/procedure", "/procedure/LegalAction", "/tasks", "/cases?state=closed"):
        leader.go(path)
    redraw(browser, site)
    second.go("/reports/new")
    report(second, "Keep the report", "Yusuf Demir", "A dog left barking all day.")
    second.press("Open a new case")
    second.sees("Sort the report")
    second.go(earlier)
    second.sees("Triage the report")
    administer(browser, site)


def let_the_days_to_object_pass(case: str) -> None:
    """The workers' clock cannot be moved, so the case's next timer strikes as if it were its day."""
    in_the_site(NEXT_DAY.format(reference=case.rpartition("/")[2]))


def redraw(browser: Browser, site: str) -> None:
    """The owner renames a step and adds one after it, gives it a form, a promise and a role, saves, and publishes."""
    owner = Person(browser, site, "Olive Marsh")
    owner.go("/redraw/")
    owner.press("Open a draft")
    owner.click("Triage", nth=0)
    page = owner.page
    page.get_by_test_id("pick").select_option("Triage_decide")
    page.get_by_test_id("field-name").fill("Sort the report")
    page.get_by_test_id("field-name").press("Tab")
    page.get_by_test_id("add-after").select_option(label="A task for a person")
    page.get_by_test_id("add-after-button").click()
    page.get_by_test_id("field-name").fill("Thank the caller")
    page.get_by_test_id("field-name").press("Tab")
    page.get_by_test_id("field-form").select_option("update")
    page.get_by_test_id("field-promise").select_option("decision")
    page.get_by_test_id("field-role").select_option("Call centre")
    page.get_by_test_id("save").click()
    expect(page.get_by_test_id("status")).to_contain_text("Saved")
    owner.look()
    owner.go("/redraw/")
    owner.sees("Checked: nothing is wrong")
    page.get_by_label("What have you changed?").fill("We thank the caller")
    owner.press("Publish the draft")
    owner.sees("is published.")


def administer(browser: Browser, site: str) -> None:
    """The administrator adds an officer, and disables one who has left."""
    admin = Person(browser, site, "Ruth Ellery")
    admin.press("Add a person")
    admin.fill(name="Nia Frost", email="nia@fenbridge.example", active="yes")
    admin.press("Keep")
    admin.sees("Nia Frost is kept.")
    admin.click("Nia Frost")
    admin.page.get_by_label("No", exact=True).check()
    admin.press("Keep")
    admin.sees("Disabled")
