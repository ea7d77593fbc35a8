"""Something has happened: what officers may tell a case, at every stage, and what the case does then."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from backend.accounts.models import Landlord, User
from backend.audit.models import Entry
from backend.casework import commands, happenings, queries
from backend.casework.models import Case, Party, Record
from backend.correspondence.models import Letter
from backend.errors import AlreadyDone, DomainError, InvalidAnswers, NotAllowed, NotFound
from backend.workflow import jobs
from backend.workflow.models import Instance
from backend.workflow.publishing import publish
from tests.answers import do, open_tasks
from tests.workflow.test_runner import close, open_case

Who = Callable[[str], User]
STAGES = ("triage", "contact", "tools", "closure")
#: Each thing that may happen at any time: the message, and the first task that it opens.
EVENTS = {
    "new_incident": "Record the incident", "risk_changed": "Ask the risk questions again", "disclosure": "Record the disclosure",
    "safeguarding_concern": "Write down the concern", "reporter_withdraws": "Record why they withdraw",
    "case_review_requested": "Acknowledge the request for a review", "officer_changes": "Choose the new officer and write the brief",
    "legal_now": "Decide about legal action at once", "close_now": "Decide about closing early",
}  # fmt: skip


def fresh(case: Case) -> Case:
    return Case.objects.select_related("instance", "landlord").get(pk=case.pk)


def at_stage(stage: str, landlord: Landlord, user: Who, now: datetime) -> Case:
    """A case that has come to a stage, with a reporter and somebody complained about."""
    case = open_case(landlord, user, now)
    person = {"phone": "", "email": "", "address": ["9 Mill Lane", "WISBECH"], "postcode": "PE14 7DE", "confidential": False}
    commands.add_party(case=case, role="respondent", name="Dean Stock", description="", by=user("leader"), now=now, **person)  # type: ignore[arg-type]
    steps = ["Triage the report", "Contact the reporter", "Ask the risk questions", "Agree the action plan"]
    for name in steps[: {"triage": 0, "contact": 1}.get(stage, 4)]:
        do(case, name, user("leader"), now)
    if stage == "closure":
        commands.start_tool(case=fresh(case), element="Tool_ready", party=None, by=user("leader"), now=now)
        do(case, "Start closing the case", user("leader"), now)
    return fresh(case)


def tell(case: Case, message: str, by: User, now: datetime, **more: object) -> Case:
    """Tell the case something, about the first person it may be about."""
    told = happenings.happening(fresh(case), message, by)
    party = next(iter(told.people), None)
    given = {"party": party, "reason": "The neighbour rang", "press": uuid4(), **more}
    return happenings.tell(case=fresh(case), message=message, by=by, now=now, **given)  # type: ignore[arg-type]


def ended(case: Case) -> bool:
    return Instance.objects.get(pk=case.instance_id).ended_at is not None


@pytest.mark.parametrize("stage", ["triage", "contact", "tools"])
@pytest.mark.parametrize("message", EVENTS)
def test_whatever_happens_opens_its_first_task_each_time_it_happens(
    stage: str, message: str, landlord: Landlord, user: Who, now: datetime
) -> None:
    case = at_stage(stage, landlord, user, now)
    before = open_tasks(case)
    for _ in range(2):
        tell(case, message, user("leader"), now)
    assert sorted([*before, EVENTS[message], EVENTS[message]]) == open_tasks(case)


@pytest.mark.parametrize("message", [message for message in EVENTS if message != "close_now"])
def test_a_case_does_not_end_while_something_that_happened_is_open(message: str, landlord: Landlord, user: Who, now: datetime) -> None:
    case = open_case(landlord, user, now)
    commands.add_party(
        case=case, role="respondent", name="", description="a man", phone="", email="", address=[], postcode="", confidential=False,
        by=user("leader"), now=now,
    )  # fmt: skip
    tell(case, message, user("leader"), now)
    close(case, user, now)
    for days in (15, 60):
        jobs.fire_due(now=now + timedelta(days=days))
    assert EVENTS[message] in open_tasks(case) and not ended(case)


def test_what_was_said_stays_in_the_case_file_and_never_comes_to_the_engine(landlord: Landlord, user: Who, now: datetime) -> None:
    case = at_stage("tools", landlord, user, now)
    tell(case, "safeguarding_concern", user("officer"), now, reason="Zebedee Canary has bruises")
    kept = Record.objects.get(form="happening")
    assert kept.title == "A safeguarding concern" and kept.answers[0]["shown"] == "Zebedee Canary has bruises"
    assert kept.by == user("officer") and kept.party is not None
    entry = Entry.objects.get(verb="tell")
    assert entry.by == user("officer") and "Canary" not in f"{entry.sentence}{entry.details}"
    instance = Instance.objects.get(pk=case.instance_id)
    assert "Canary" not in f"{instance.state}{instance.facts}"


def test_a_button_pressed_twice_tells_the_case_once(landlord: Landlord, user: Who, now: datetime) -> None:
    case, press = at_stage("tools", landlord, user, now), uuid4()
    for _ in range(2):
        tell(case, "new_incident", user("officer"), now, press=press)
    assert open_tasks(case).count("Record the incident") == 1 and Record.objects.filter(form="happening").count() == 1


def test_a_press_that_told_one_case_tells_no_other(landlord: Landlord, user: Who, now: datetime) -> None:
    press, (case, other) = uuid4(), (at_stage("tools", landlord, user, now) for _ in range(2))
    tell(case, "new_incident", user("officer"), now, press=press)
    with pytest.raises(AlreadyDone, match="another case"):
        tell(other, "new_incident", user("officer"), now, press=press)


def test_only_the_role_that_the_diagram_names_tells_it(landlord: Landlord, user: Who, now: datetime) -> None:
    case = at_stage("tools", landlord, user, now)
    officer, leader = user("officer"), user("leader")
    told = {one.message for one in happenings.happenings(case, officer)}
    assert "officer_changes" not in told and {"new_incident", "safeguarding_concern"} <= told
    assert "officer_changes" in {one.message for one in happenings.happenings(case, leader)}
    with pytest.raises(NotAllowed):
        happenings.tell(case=case, message="officer_changes", party=None, reason="Leaves", press=uuid4(), by=officer, now=now)
    with pytest.raises(NotFound):
        happenings.tell(case=case, message="new_incident", party=None, reason="x", press=uuid4(), by=user("officer2"), now=now)


def test_nobody_is_chosen_or_nothing_said_is_asked_for_again(landlord: Landlord, user: Who, now: datetime) -> None:
    case = at_stage("tools", landlord, user, now)
    other = case.parties.get(role=Party.REPORTER)
    with pytest.raises(InvalidAnswers) as wrong:
        happenings.tell(case=case, message="legal_now", party=other, reason=" ", press=uuid4(), by=user("officer"), now=now)
    assert set(wrong.value.problems) == {"party", "reason"}
    with pytest.raises(DomainError, match="does not listen"):
        happenings.tell(case=case, message="report_attached", party=None, reason="x", press=uuid4(), by=user("officer"), now=now)


def test_a_landlord_draws_a_message_of_their_own_without_a_word_of_python(landlord: Landlord, user: Who, now: datetime) -> None:
    files = dict(landlord.pack.live.files)
    for old, new in (('name="new_incident"', 'name="dog_bites_again"'), ('value="A new incident"', 'value="The dog has bitten again"')):
        assert old in files["lifecycle.bpmn"]
        files["lifecycle.bpmn"] = files["lifecycle.bpmn"].replace(old, new)
    publish(landlord=landlord, files=files, note="Dogs", by=None, now=now)
    case = at_stage("tools", landlord, user, now)
    assert happenings.happening(case, "dog_bites_again", user("officer")).label == "The dog has bitten again"
    tell(case, "dog_bites_again", user("officer"), now)
    assert "Record the incident" in open_tasks(case)


def test_what_one_person_disclosed_stays_known_whatever_the_next_one_says(landlord: Landlord, user: Who, now: datetime) -> None:
    case = at_stage("tools", landlord, user, now)
    for hate, abuse, known in (("no", "no", False), ("no", "yes", True), ("no", "no", True)):
        tell(case, "disclosure", user("officer"), now)
        do(case, "Record the disclosure", user("leader"), now, hate_element=hate, domestic_abuse=abuse)
        assert fresh(case).instance.facts["disclosed"] is known
    unadvised = {tool.element for tool in queries.tools(fresh(case)) if tool.reason}
    assert {"Tool_mediation", "Tool_restorative", "Tool_gna"} <= unadvised


def test_a_changed_risk_is_written_on_the_case(landlord: Landlord, user: Who, now: datetime) -> None:
    case = at_stage("tools", landlord, user, now)
    before = (case.category, case.risk_band)
    tell(case, "new_incident", user("officer"), now)
    do(case, "Record the incident", user("leader"), now, risk_changed="yes", hate_element="no")
    do(case, "Ask the risk questions again", user("leader"), now)
    do(case, "Look again at the kind and the harm", user("leader"), now, kind_changed="yes", category="VIO", harm="violence")
    case.refresh_from_db()
    assert before[0] != "VIO" and (case.category, case.severity, case.risk_band) == ("VIO", "high", "high")
    assert "Look again at the action plan" in open_tasks(case)


def test_a_safeguarding_concern_reaches_the_authority_and_the_person_is_told(landlord: Landlord, user: Who, now: datetime) -> None:
    case = at_stage("contact", landlord, user, now)
    tell(case, "safeguarding_concern", user("officer"), now)
    for name in ("Write down the concern", "Refer it to the authority", "Tell the person what was shared", "Ask what the authority did"):
        do(case, name, user("leader"), now)
    assert open_tasks(case) == ["Contact the reporter"]


def test_a_new_officer_gets_the_case_and_its_work_and_the_reporters_are_told(landlord: Landlord, user: Who, now: datetime) -> None:
    case = at_stage("tools", landlord, user, now)
    commands.start_tool(case=case, element="Tool_update", party=case.parties.get(role="reporter"), by=user("leader"), now=now)
    tell(case, "officer_changes", user("leader"), now)
    new = user("compliance")
    do(case, "Choose the new officer and write the brief", user("leader"), now, new_officer=str(new.pk))
    case.refresh_from_db()
    assert case.owner == new and Letter.objects.filter(kind="new-officer", case=case).count() == 1


def test_only_somebody_who_works_on_cases_is_offered_as_the_new_officer(landlord: Landlord, user: Who, now: datetime) -> None:
    case = at_stage("tools", landlord, user, now)
    tell(case, "officer_changes", user("leader"), now)
    task = case.instance.tasks.get(status="open", name="Choose the new officer and write the brief")
    offered = commands.people_for(task, commands.form_of(task), case)["new_officer"]
    assert {*offered} == {str(one.pk) for one in landlord.users.all() if one.can("work")}
    assert user("compliance").name in offered.values() and user("admin").name not in offered.values()


@pytest.mark.parametrize("stage", STAGES[:3])
def test_legal_action_begins_at_once_for_one_person_beside_the_stage(stage: str, landlord: Landlord, user: Who, now: datetime) -> None:
    case = at_stage(stage, landlord, user, now)
    before = open_tasks(case)
    tell(case, "legal_now", user("leader"), now)
    do(case, "Decide about legal action at once", user("leader"), now)
    assert set(before) < set(open_tasks(case))
    began = case.instance.tasks.filter(status="open")
    assert {task.party_id for task in began if task.name not in before} == {case.parties.get(role="respondent").pk}


def test_legal_action_that_is_not_agreed_does_not_begin(landlord: Landlord, user: Who, now: datetime) -> None:
    case = at_stage("tools", landlord, user, now)
    tell(case, "legal_now", user("officer"), now)
    do(case, "Decide about legal action at once", user("leader"), now, legal_now="no")
    assert open_tasks(case) == []


@pytest.mark.parametrize("stage", ["triage", "contact", "tools"])
def test_a_case_goes_straight_to_closing_from_any_stage(stage: str, landlord: Landlord, user: Who, now: datetime) -> None:
    case = at_stage(stage, landlord, user, now)
    tell(case, "close_now", user("leader"), now)
    do(case, "Decide about closing early", user("leader"), now)
    assert open_tasks(case) == ["Check what must not wait before closing"]
    do(case, "Check what must not wait before closing", user("leader"), now)
    assert open_tasks(case) == ["Talk to the reporters about closing"]


def test_a_withdrawal_may_lead_to_closing_and_is_always_told(landlord: Landlord, user: Who, now: datetime) -> None:
    case = at_stage("contact", landlord, user, now)
    tell(case, "reporter_withdraws", user("officer"), now)
    do(case, "Record why they withdraw", user("leader"), now, why="afraid")
    do(case, "Decide whether the case goes on", user("leader"), now, case_goes_on="no")
    assert "Contact the reporter" in open_tasks(case)
    do(case, "Tell them what happens now", user("leader"), now)
    assert open_tasks(case) == ["Check what must not wait before closing"]


def test_a_case_goes_on_without_somebody_who_withdraws(landlord: Landlord, user: Who, now: datetime) -> None:
    case = at_stage("contact", landlord, user, now)
    tell(case, "reporter_withdraws", user("officer"), now)
    for name in ("Record why they withdraw", "Decide whether the case goes on", "Tell them what happens now"):
        do(case, name, user("leader"), now)
    assert open_tasks(case) == ["Contact the reporter"]


def test_an_officer_goes_straight_to_the_tools(landlord: Landlord, user: Who, now: datetime) -> None:
    case = at_stage("contact", landlord, user, now)
    tell(case, "tools_now", user("officer"), now)
    assert open_tasks(case) == ["Check what must not wait"]
    do(case, "Check what must not wait", user("leader"), now)
    assert queries.tools(fresh(case))
    closing = at_stage("closure", landlord, user, now)
    tell(closing, "tools_now", user("leader"), now)
    assert open_tasks(closing) == [] and queries.tools(fresh(closing))
    with pytest.raises(DomainError, match="does not listen"):
        tell(closing, "tools_now", user("leader"), now)


def test_a_mistaken_closure_is_taken_back_and_the_case_counts_once(landlord: Landlord, user: Who, now: datetime) -> None:
    case, leader = open_case(landlord, user, now), user("leader")
    close(case, user, now)
    assert fresh(case).closed_at == now
    tell(case, "closed_by_mistake", leader, now + timedelta(days=3))
    do(case, "Decide about the mistaken closure", leader, now + timedelta(days=3))
    again = fresh(case)
    assert (again.closed_at, again.outcome, again.reference) == (None, "", case.reference) and queries.tools(again)
    later = now + timedelta(days=40)
    commands.start_tool(case=again, element="Tool_ready", party=None, by=leader, now=later)
    for name in ("Start closing the case", "Talk to the reporters about closing", "Decide about closing"):
        do(case, name, leader, later)
    assert open_tasks(case) == ["Take an objection, if one comes"]
    later += timedelta(days=20)
    jobs.fire_due(now=later)
    assert fresh(case).closed_at == later
    assert Case.objects.filter(closed_at__isnull=False).count() == 1


def test_a_closure_stands_after_the_days_that_the_pack_gives(landlord: Landlord, user: Who, now: datetime) -> None:
    case = open_case(landlord, user, now)
    close(case, user, now)
    assert "closed_by_mistake" in {one.message for one in happenings.happenings(fresh(case), user("leader"))}
    jobs.fire_due(now=now + timedelta(days=16))
    assert "closed_by_mistake" not in {one.message for one in happenings.happenings(fresh(case), user("leader"))}


def test_a_closure_that_is_no_mistake_stands(landlord: Landlord, user: Who, now: datetime) -> None:
    case = open_case(landlord, user, now)
    close(case, user, now)
    tell(case, "closed_by_mistake", user("leader"), now)
    do(case, "Decide about the mistaken closure", user("leader"), now, take_back="no")
    assert fresh(case).closed_at == now


def test_a_further_report_after_closure_opens_a_case_that_goes_on_from_the_old_one(landlord: Landlord, user: Who, now: datetime) -> None:
    case = open_case(landlord, user, now)
    told = commands.Told(what="Music again", place="4 Mill Lane", place_postcode="PE14 7DE", name="Carol Whitmore")
    report = commands.take_report(landlord=landlord, channel="telephone", told=told, by=user("calls"), now=now)
    with pytest.raises(DomainError, match="still open"):
        commands.open_case(report=report, by=user("calls"), now=now, follows=case)
    assert queries.likely_former(report) == []
    close(case, user, now)
    assert [match.case for match in queries.likely_former(report)] == [case]
    new = commands.open_case(report=report, by=user("calls"), now=now, follows=fresh(case))
    assert new.follows == case and list(case.followed_by.all()) == [new] and new.reference != case.reference
