"""From triage to aftercare, as the baseline draws it: who takes a case, how risky it is, what opens by itself, how a case
closes and what follows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from backend.accounts.models import Landlord, User
from backend.audit.models import Entry
from backend.casework import commands, faults, queries
from backend.casework.commands import Told
from backend.casework.models import Case
from backend.correspondence.models import Letter
from backend.operations.draw_lot import lot
from backend.rules.working_time import LONDON
from backend.workflow import runner
from backend.workflow.models import Fault, Instance, Task
from backend.workflow.packs import with_settings
from backend.workflow.publishing import publish
from tests.answers import do, open_tasks
from tests.workflow.test_check import BASELINE
from tests.workflow.test_runner import open_case

Who = Callable[[str], User]
#: Answers to the risk questions that score nothing.
LOW = {
    "how_often": "first", "linked": "no", "worse": "no", "know": "no", "history": "no", "aimed": "nobody", "more_risk": "no",
    "affected": "not", "health": "no", "professional": "no", "support": "close", "others": "no",
}  # fmt: skip


def facts(case: Case) -> dict[str, object]:
    return dict(Instance.objects.get(pk=case.instance_id).facts)


def pass_time(case: Case, now: datetime) -> None:
    runner.tick(case.instance_id, now=now)


def at_work(landlord: Landlord, user: Who, now: datetime, **triage: str) -> Case:
    """A case whose plan is agreed: low in risk, so that nothing needs approval, unless said otherwise."""
    case = open_case(landlord, user, now)
    do(case, "Triage the report", user("calls"), now, **{"harm": "distress", **triage})
    do(case, "Contact the reporter", user("officer"), now)
    do(case, "Ask the risk questions", user("officer"), now, **LOW)
    do(case, "Agree the action plan", user("officer"), now, update_rhythm="weekly")
    return Case.objects.get(pk=case.pk)


def talked(case: Case, user: Who, now: datetime, **said: str) -> Case:
    """The same after the talk about closing."""
    ready = next(tool for tool in queries.tools(case) if tool.name == "Start closing the case")
    commands.start_tool(case=case, element=ready.element, party=None, by=user("officer"), now=now)
    do(case, "Start closing the case", user("officer"), now)
    do(case, "Talk to the reporters about closing", user("officer"), now, **said)
    return Case.objects.get(pk=case.pk)


# Triage.


def test_a_report_for_somebody_else_is_passed_on_and_the_reporter_told_why(landlord: Landlord, user: Who, now: datetime) -> None:
    case = open_case(landlord, user, now)
    do(case, "Triage the report", user("calls"), now, is_asb="no", instead="pass_on", reasons="elsewhere")
    assert open_tasks(case) == ["Pass it on to whoever is better placed"] and not Letter.objects.exists()
    do(case, "Pass it on to whoever is better placed", user("calls"), now)
    case.refresh_from_db()
    assert (case.outcome, Letter.objects.get().kind) == ("not_asb", "not-asb")
    assert "Somebody else has the powers" in str(Letter.objects.get().data)


def test_advice_closes_a_report_that_is_not_ours_at_once(landlord: Landlord, user: Who, now: datetime) -> None:
    case = open_case(landlord, user, now)
    do(case, "Triage the report", user("calls"), now, is_asb="no", instead="advice")
    case.refresh_from_db()
    assert case.closed_at == now and open_tasks(case) == []


@pytest.mark.parametrize(
    ("answers", "owner", "severity", "band"),
    [
        ({"category": "GAR", "harm": "annoyance"}, "officer", "low", "low"),
        ({"category": "GAR", "harm": "annoyance", "vulnerability": "age"}, "officer", "low", "medium"),
        ({"category": "HAT", "harm": "distress"}, "compliance", "high", "low"),
        ({"category": "DOM", "harm": "fear", "vulnerability": "isolated"}, "compliance", "high", "high"),
        ({"category": "VIO", "harm": "violence"}, "compliance", "high", "high"),
        ({"category": "DRU", "harm": "fear", "repeat_reports": "third"}, "officer", "high", "high"),
        ({"category": "RUB", "harm": "annoyance", "reporter_kind": "staff"}, "officer", "medium", "low"),
        ({"category": "NOI", "harm": "distress", "repeat_reports": "third"}, "officer", "low", "medium"),
    ],
)
def test_tables_say_how_serious_a_report_is_and_whose(
    landlord: Landlord, user: Who, now: datetime, answers: dict[str, str], owner: str, severity: str, band: str
) -> None:
    case = open_case(landlord, user, now)
    do(case, "Triage the report", user("calls"), now, **answers)
    case.refresh_from_db()
    assert (case.owner, case.severity, case.risk_band) == (user(owner), severity, band)
    assert facts(case)["escalated"] is (owner == "compliance")


def test_nobody_asks_an_anonymous_reporter_questions_and_the_case_goes_on(landlord: Landlord, user: Who, now: datetime) -> None:
    case = open_case(landlord, user, now, name="", address=())
    do(case, "Triage the report", user("calls"), now, harm="distress")
    assert open_tasks(case) == ["Look into an anonymous report"]
    do(case, "Look into an anonymous report", user("officer"), now, domestic_abuse="no", how_often="once", worse="no", affected="little")
    do(case, "Agree the action plan", user("officer"), now, update_rhythm="weekly")
    case.refresh_from_db()
    assert case.risk_band == "low"
    pass_time(case, now + timedelta(days=5))
    assert "Give the agreed update" not in open_tasks(case)


# Risk.


@pytest.mark.parametrize(
    ("answers", "band"),
    [({}, "low"), ({"danger": "weapon"}, "high"), ({"officer_view": "high"}, "high"), ({"identity": "yes"}, "high"),
     ({"how_often": "daily", "affected": "extremely", "worse": "yes"}, "medium")],
)  # fmt: skip
def test_danger_and_judgement_go_before_the_score(landlord: Landlord, user: Who, now: datetime, answers: dict[str, str], band: str) -> None:
    case = open_case(landlord, user, now)
    do(case, "Triage the report", user("calls"), now, harm="distress")
    do(case, "Contact the reporter", user("officer"), now)
    do(case, "Ask the risk questions", user("officer"), now, **{**LOW, **answers})
    case.refresh_from_db()
    assert case.risk_band == band


def test_somebody_who_needs_more_care_is_offered_extra_support_before_the_plan(landlord: Landlord, user: Who, now: datetime) -> None:
    case = open_case(landlord, user, now)
    do(case, "Triage the report", user("calls"), now, harm="distress")
    do(case, "Contact the reporter", user("officer"), now)
    do(case, "Ask the risk questions", user("officer"), now, vulnerability="disability")
    assert open_tasks(case) == ["Arrange extra support"]
    do(case, "Arrange extra support", user("officer"), now)
    assert open_tasks(case) == ["Agree the action plan"]


# While the case is open.


def test_updates_open_by_themselves_at_the_agreed_rhythm_for_each_reporter_who_gave_a_name(
    landlord: Landlord, user: Who, now: datetime
) -> None:
    case = at_work(landlord, user, now)
    told = Told(what="It was loud again", place="4 Mill Lane", name="Joe Fry", address=("6 Mill Lane", "WISBECH"), postcode="PE14 7DE")
    report = commands.take_report(landlord=landlord, channel="letter", told=told, by=user("calls"), now=now)
    commands.attach_report(report=report, case=case, by=user("calls"), now=now)
    pass_time(case, now + timedelta(days=3))
    assert "Give the agreed update" not in open_tasks(case)
    later = now + timedelta(days=4)
    pass_time(case, later)
    updates = Task.objects.filter(instance=case.instance_id, name="Give the agreed update")
    assert {task.party_id for task in updates} == set(case.parties.values_list("pk", flat=True))
    assert {task.due_at.astimezone(LONDON).date() for task in updates} == {(now + timedelta(days=7)).date()}
    for _ in range(2):
        do(case, "Give the agreed update", user("officer"), later)
    pass_time(case, later + timedelta(days=3))
    assert "Give the agreed update" not in open_tasks(case)
    pass_time(case, later + timedelta(days=4))
    assert open_tasks(case).count("Give the agreed update") == 2


def test_a_further_report_with_half_an_address_is_attached_and_its_letter_waits_for_the_rest(
    landlord: Landlord, user: Who, now: datetime
) -> None:
    case = at_work(landlord, user, now)
    told = Told(what="It was loud again", place="4 Mill Lane", name="Joe Fry", address=("6 Mill Lane",), postcode="PE14 7DE")
    report = commands.take_report(landlord=landlord, channel="letter", told=told, by=user("calls"), now=now)
    commands.attach_report(report=report, case=case, by=user("calls"), now=now)
    fault = Fault.objects.get(instance=case.instance_id, resolved_at=None)
    assert fault.name == "Acknowledge the report" and not Letter.objects.filter(party__person__name="Joe Fry").exists()
    party = case.parties.get(person__name="Joe Fry")
    commands.identify_party(
        party=party, name="Joe Fry", phone="", email="", address=["6 Mill Lane", "WISBECH"], postcode="PE14 7DE", by=user("leader"), now=now
    )
    faults.retry_fault(fault_id=fault.pk, facts={}, reason="The town is there now", by=user("leader"), now=now)
    assert Letter.objects.get(party=party).kind == "acknowledgement" and "Contact this reporter" in open_tasks(case)


def test_a_disclosure_at_first_contact_reaches_the_case_and_mediation_is_not_advised(landlord: Landlord, user: Who, now: datetime) -> None:
    case = open_case(landlord, user, now)
    do(case, "Triage the report", user("calls"), now)
    do(case, "Contact the reporter", user("officer"), now, domestic_abuse="yes")
    while not queries.tools(Case.objects.get(pk=case.pk)):
        do(case, open_tasks(case)[0], user("leader"), now)
    assert Case.objects.get(pk=case.pk).instance.facts["domestic_abuse"] is True
    unadvised = {tool.element for tool in queries.tools(Case.objects.get(pk=case.pk)) if tool.reason}
    assert {"Tool_mediation", "Tool_restorative", "Tool_gna"} <= unadvised


def test_the_risk_is_looked_at_again_and_the_leader_reviews_while_the_case_is_open(landlord: Landlord, user: Who, now: datetime) -> None:
    case = at_work(landlord, user, now)
    later = now + timedelta(days=28)
    pass_time(case, later)
    assert {"Look at the risk again", "Review the open case"} <= set(open_tasks(case))
    do(case, "Look at the risk again", user("officer"), later, danger="weapon")
    case.refresh_from_db()
    assert case.risk_band == "high"
    do(case, "Review the open case", user("leader"), later)
    again = later + timedelta(days=5)
    pass_time(case, again)
    assert open_tasks(case).count("Look at the risk again") == 1
    task = Task.objects.get(instance=case.instance_id, name="Look at the risk again", status="open")
    assert task.due_at.astimezone(LONDON).date() == (later + timedelta(days=7)).date()


def test_updates_and_reviews_end_with_the_work_and_begin_again_when_it_goes_on(landlord: Landlord, user: Who, now: datetime) -> None:
    case = at_work(landlord, user, now)
    later = now + timedelta(days=30)
    pass_time(case, later)
    assert "Give the agreed update" in open_tasks(case)
    case = talked(case, user, later, ready_to_close="no")
    assert open_tasks(case) == []
    pass_time(case, later + timedelta(days=4))
    assert open_tasks(case) == ["Give the agreed update"]


# Closing.


def test_a_case_closes_by_itself_when_nobody_objects_in_the_days_that_the_letter_left(landlord: Landlord, user: Who, now: datetime) -> None:
    case = talked(at_work(landlord, user, now), user, now)
    letter = Letter.objects.get(kind="closure")
    last = datetime(2026, 12, 4, 17, tzinfo=LONDON)
    assert datetime.fromisoformat(letter.data["object_by"]) == last and letter.data["closed_on"] == "2026-12-04"
    assert case.closed_at is None and open_tasks(case) == ["Take an objection, if one comes"]
    pass_time(case, last - timedelta(minutes=1))
    assert Case.objects.get(pk=case.pk).closed_at is None
    pass_time(case, last)
    case.refresh_from_db()
    assert (case.closed_at, case.outcome) == (last, "resolved")
    assert Letter.objects.filter(kind="survey").count() == 1


def test_an_objection_keeps_the_case_open_or_leaves_the_rest_of_the_days(landlord: Landlord, user: Who, now: datetime) -> None:
    case = talked(at_work(landlord, user, now), user, now)
    do(case, "Take an objection, if one comes", user("officer"), now, ready_to_close="yes")
    assert open_tasks(case) == ["Take an objection, if one comes"]
    do(case, "Take an objection, if one comes", user("officer"), now, ready_to_close="no")
    case.refresh_from_db()
    assert case.closed_at is None and queries.tools(case)


@pytest.mark.parametrize(("said", "asked"), [({}, False), ({"outcome": "unresolved"}, True), ({"outcome": "withdrawn"}, False)])
def test_a_table_says_whether_a_leader_must_agree_to_closing(
    landlord: Landlord, user: Who, now: datetime, said: dict[str, str], asked: bool
) -> None:
    case = talked(at_work(landlord, user, now), user, now, **said)
    assert ("Decide about closing" in open_tasks(case)) is asked
    if asked:
        do(case, "Decide about closing", user("leader"), now, ready_to_close="no")
        assert queries.tools(Case.objects.get(pk=case.pk)) and not Letter.objects.filter(kind="closure").exists()


# Afterwards.


def closed(landlord: Landlord, user: Who, now: datetime) -> Case:
    case = talked(at_work(landlord, user, now), user, now)
    pass_time(case, datetime(2026, 12, 4, 17, tzinfo=LONDON))
    return Case.objects.get(pk=case.pk)


@pytest.mark.parametrize("percent", [0, 100])
def test_calls_are_drawn_by_lot_from_the_case_and_anybody_can_check_the_draw(
    landlord: Landlord, user: Who, now: datetime, percent: int
) -> None:
    publish(landlord=landlord, files=with_settings(BASELINE, {"call_sample": percent}), note="Calls", by=None, now=now)
    case = closed(landlord, user, now)
    assert ("Call somebody whose case has closed" in open_tasks(case)) is (percent == 100)
    entry = Entry.objects.get(verb="draw_lot", case_id=case.pk)
    assert f"lot {lot(f'fenbridge/{case.reference}/After_lot')} of" in entry.sentence


def test_lots_fall_evenly_and_never_differ_for_the_same_case() -> None:
    lots = [lot(f"fenbridge/ASB-{number:05d}/After_lot") for number in range(2_000)]
    assert lots == [lot(f"fenbridge/ASB-{number:05d}/After_lot") for number in range(2_000)]
    assert 150 < sum(one < 10 for one in lots) < 250


def test_weeks_after_closing_somebody_asks_whether_it_has_started_again_and_then_the_case_ends(
    landlord: Landlord, user: Who, now: datetime
) -> None:
    publish(landlord=landlord, files=with_settings(BASELINE, {"call_sample": 0}), note="No calls", by=None, now=now)
    case = closed(landlord, user, now)
    assert case.closed_at is not None
    pass_time(case, case.closed_at + timedelta(days=28))
    assert open_tasks(case) == [] and Instance.objects.get(pk=case.instance_id).ended_at is None
    weeks = case.closed_at + timedelta(days=42)
    pass_time(case, weeks)
    assert open_tasks(case) == ["Check that it has not started again"]
    do(case, "Check that it has not started again", user("officer"), weeks)
    assert Instance.objects.get(pk=case.instance_id).ended_by == "Life_end"
