"""The Wisbech case, from report to survey, through the product's own commands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from backend.accounts.models import Landlord, User
from backend.casework import commands, queries, surveys
from backend.casework.commands import Told
from backend.casework.models import Case, Party
from backend.correspondence import jobs
from backend.correspondence.models import Letter
from backend.workflow.jobs import fire_due
from tests.answers import do, open_tasks

Who = Callable[[str], User]
FLAT = {"place": "Flats 1 to 12, Clarkson Court, Wisbech", "place_postcode": "PE13 2AB"}


@pytest.fixture
def case(landlord: Landlord, user: Who, now: datetime) -> Case:
    told = Told(
        what="Drug dealing on the stairs, shouting at night, the door kicked in. A man threatened me.", name="Marian Webb",
        address=("Flat 3", "Clarkson Court", "WISBECH"), postcode="PE13 2AB", phone="07700 900123", **FLAT,
    )  # fmt: skip
    report = commands.take_report(landlord=landlord, channel="telephone", told=told, by=user("calls"), now=now)
    return commands.open_case(report=report, by=user("calls"), now=now)


def start(case: Case, name: str, party: Party | None, by: User, now: datetime) -> None:
    case = Case.objects.get(pk=case.pk)
    tool = next(t for t in queries.tools(case) if t.name == name)
    commands.start_tool(case=case, element=tool.element, party=party, by=by, now=now, reason="They asked for it.")


def test_one_case_goes_from_report_to_survey(case: Case, user: Who, now: datetime, landlord: Landlord) -> None:
    officer, leader, calls = user("officer"), user("leader"), user("calls")
    assert open_tasks(case) == ["Triage the report"]

    told = Told(what="Dealers in the lobby again", name="Joe Fry", address=("Flat 7", "Clarkson Court"), postcode="PE13 2AB", **FLAT)
    second = commands.take_report(landlord=landlord, channel="online", told=told, by=None, now=now)
    assert [match.case for match in queries.likely_matches(second)] == [case]
    commands.attach_report(report=second, case=case, by=calls, now=now)
    assert case.incidents.count() == 2

    do(case, "Triage the report", calls, now, category="DRU", harm="violence", contact_method="phone")
    case.refresh_from_db()
    assert (case.severity, case.owner) == ("high", officer)
    contact = case.instance.tasks.get(name="Contact the reporter", status="open")
    assert contact.due_at == now.replace(day=23, hour=17, minute=0)

    for name in ("Contact this reporter", "Contact the reporter"):
        do(case, name, officer, now)
    do(case, "Ask the risk questions", officer, now)
    do(case, "Ask the risk questions", officer, now)
    do(case, "Agree the action plan", officer, now, update_rhythm="weekly")

    dealer = commands.add_party(
        case=case,
        role="respondent",
        name="Dean Stock",
        description="",
        phone="",
        email="",
        address=["Flat 9", "Clarkson Court", "WISBECH"],
        postcode="PE13 2AB",
        confidential=False,
        by=officer,
        now=now,
    )
    friend = commands.add_party(
        case=case,
        role="respondent",
        name="",
        description="man in a grey coat",
        phone="",
        email="",
        address=[],
        postcode="",
        confidential=False,
        by=officer,
        now=now,
    )
    start(case, "Warning letter", dealer, officer, now)
    start(case, "Warning letter", dealer, officer, now)
    start(case, "Acceptable Behaviour Contract", friend, officer, now)
    start(case, "Mediation referral", friend, officer, now)
    do(case, "Write the warning letter", officer, now)
    do(case, "Write the warning letter", officer, now)
    commands.identify_party(
        party=friend,
        name="Lee Marsh",
        phone="",
        email="",
        address=["Flat 11", "Clarkson Court", "WISBECH"],
        postcode="PE13 2AB",
        by=officer,
        now=now,
    )
    do(case, "Draw up the contract", officer, now)
    start(case, "Support referral", friend, officer, now)
    start(case, "Escalate to the specialist team", None, officer, now)
    do(case, "Ask for the specialist team", officer, now)
    do(case, "Decide about the escalation", leader, now)
    case.refresh_from_db()
    specialist = case.owner
    assert specialist == user("compliance")

    start(case, "Legal action, with support beside it", dealer, specialist, now)
    do(case, "Offer support", specialist, now, answer="refused")
    do(case, "Check the tenancy or lease", specialist, now, holds="no")
    do(case, "Choose the route", specialist, now)
    assert "Apply to the court for the order" not in open_tasks(case)
    do(case, "Assess proportionality", specialist, now)
    do(case, "Decide about legal action", leader, now)
    for name in ("Prepare the evidence", "Apply to the court for the order", "Record what the court decided"):
        do(case, name, specialist, now)
    do(case, "Serve the order and tell those it protects", specialist, now)
    do(case, "Look whether the order is kept", specialist, now, order_event="ended")
    for _ in range(2):
        do(case, "Check whether things have changed", specialist, now)
    do(case, "Record the answer and the signing", specialist, now)
    do(case, "Review the contract", specialist, now)
    do(case, "Refer to mediation", specialist, now)
    do(case, "Refer for support", specialist, now)
    do(case, "Record what came of it", specialist, now)
    do(case, "Record what came of it", specialist, now)
    start(case, "Start closing the case", None, specialist, now)
    do(case, "Start closing the case", specialist, now)
    do(case, "Talk to the reporters about closing", specialist, now, ready_to_close="no")
    assert queries.tools(Case.objects.get(pk=case.pk))
    start(case, "Start closing the case", None, specialist, now)
    do(case, "Start closing the case", specialist, now)
    do(case, "Talk to the reporters about closing", specialist, now)
    do(case, "Decide about closing", leader, now)
    assert open_tasks(case) == ["Take an objection, if one comes"]
    now = now.replace(month=12, day=4, hour=17, minute=0)
    assert fire_due(now=now) == 1
    case.refresh_from_db()
    assert case.closed_at == now and case.outcome == "resolved"
    assert open_tasks(case) == []

    while jobs.draw_waiting():
        pass
    made = sorted(Letter.objects.values_list("kind", "status"))
    assert made == sorted(
        [
            ("abc", "rendered"),
            ("warning", "rendered"),
            ("warning", "rendered"),
            ("mediation-referral", "rendered"),
            ("referral", "rendered"),
            *[("closure", "rendered")] * 2,
            *[("survey", "rendered")] * 2,
            *[("acknowledgement", "rendered")] * 2,
        ]
    ), list(Letter.objects.values_list("kind", "status", "problem"))
    assert not case.instance.faults.exists()
    first, last = surveys.waiting(case, now=now)
    token = surveys.mint(first)
    surveys.answer_by_link(token=token, data={"service": ["very"]}, now=now)
    case.instance.refresh_from_db()
    assert case.instance.ended_at is None
    surveys.enter(
        case=case, survey_id=last.pk, channel="telephone", data={"service": ["fairly"]}, by=specialist, now=now + timedelta(days=1)
    )
    fire_due(now=now + timedelta(days=15))  # the closure stands
    later = now + timedelta(days=42)
    assert fire_due(now=later) == 1
    do(case, "Check that it has not started again", specialist, later)
    case.instance.refresh_from_db()
    assert case.instance.ended_by == "Life_end"
