"""No silent stop, and no timer that comes late without saying so."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client

from backend.accounts.models import Landlord, User
from backend.audit.models import Entry
from backend.casework import faults, queries
from backend.casework.models import Case
from backend.correspondence.models import Letter
from backend.workflow import jobs, runner, watchdog
from backend.workflow.models import Fault, Instance, Step, Task
from backend.workflow.publishing import publish
from tests.workflow.test_runner import close, open_case

Who = Callable[[str], User]


@pytest.fixture
def stopped(landlord: Landlord, user: Who, now: datetime) -> Case:
    """A case whose task has gone, and which waits for nothing else."""
    case = open_case(landlord, user, now)
    Task.objects.filter(instance=case.instance).update(status=Task.CANCELLED)
    return case


def test_a_case_that_stopped_in_silence_becomes_a_fault_that_managers_see(
    stopped: Case, user: Who, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        jobs.watch()
        jobs.watch()
    fault = Fault.objects.get()
    assert "waits for nothing" in fault.sentence and [str(stopped.instance_id)] == [said.split("[")[1][:-1] for said in caplog.messages]
    browser = Client()
    browser.force_login(user("leader"))
    page = browser.get("/faults").content.decode()
    assert stopped.reference in page and "waits for nothing" in page


def test_a_retry_of_a_stopped_case_offers_again_what_its_procedure_still_holds(stopped: Case, user: Who, now: datetime) -> None:
    watchdog.note_silent(now=now)
    fault = Fault.objects.get()
    Task.objects.all().delete()
    faults.retry_fault(fault_id=fault.pk, facts={}, reason="Looked at it", by=user("leader"), now=now)
    fault.refresh_from_db()
    assert fault.resolved_at == now and [task.name for task in Task.objects.all()] == ["Triage the report"]


def test_a_fault_of_a_case_that_a_retry_did_not_move_stays_open(
    stopped: Case, user: Who, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    watchdog.note_silent(now=now)
    fault = Fault.objects.get()
    monkeypatch.setattr(runner, "tick", lambda *args, **kwargs: Fault.objects.update(resolved_at=now))
    faults.retry_fault(fault_id=fault.pk, facts={}, reason="Looked at it", by=user("leader"), now=now)
    fault.refresh_from_db()
    assert fault.resolved_at is None


def test_a_case_that_waits_for_something_is_left_alone(landlord: Landlord, user: Who, now: datetime) -> None:
    open_case(landlord, user, now)
    close(open_case(landlord, user, now), user, now)
    assert watchdog.note_silent(now=now) == [] and not Fault.objects.exists()


def test_an_instance_without_a_state_is_a_silent_stop_too(landlord: Landlord, user: Who, now: datetime) -> None:
    case = open_case(landlord, user, now)
    empty = runner.prepare(case.instance.version, now=now)
    assert list(watchdog.silent()) == [empty]


def test_health_says_what_has_stopped_and_fails(stopped: Case, now: datetime) -> None:
    said = StringIO()
    with pytest.raises(SystemExit):
        call_command("health", stdout=said)
    assert "1 case stopped in silence" in said.getvalue()
    Task.objects.update(status=Task.OPEN)
    call_command("health", stdout=said)
    assert said.getvalue().endswith("All is well.\n")


def test_a_timer_that_cannot_be_acted_on_holds_nothing_up_and_managers_see_it(
    landlord: Landlord, user: Who, now: datetime, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    bad, good = open_case(landlord, user, now), open_case(landlord, user, now)
    for case in (bad, good):
        close(case, user, now)
    Instance.objects.filter(pk=bad.instance_id).update(due_at=now, state={"format": 0, "name": "Carol Whitmore"})
    assert jobs.fire_due(now=now + timedelta(days=28)) == 2
    assert "Survey_wait" not in Instance.objects.get(pk=good.instance_id).active
    assert [fault.instance_id for fault in queries.open_faults(user("leader"))] == [bad.instance_id]
    assert "Whitmore" not in caplog.text and Instance.objects.get(pk=bad.instance_id).due_at == now + timedelta(days=28, minutes=5)


def test_a_timer_in_time_leaves_no_word_on_the_history(landlord: Landlord, user: Who, now: datetime) -> None:
    case = open_case(landlord, user, now)
    close(case, user, now)
    due = Instance.objects.get(pk=case.instance_id).due_at
    assert due is not None and jobs.fire_due(now=due + timedelta(seconds=59)) == 1
    assert not Entry.objects.filter(verb="late_timer").exists()


REMIND = """<bpmn:boundaryEvent id="Survey_week" name="A week without an answer" attachedToRef="Survey_wait" cancelActivity="false">
<bpmn:outgoing>Survey_f90</bpmn:outgoing>
<bpmn:timerEventDefinition id="Survey_week_event"><bpmn:timeDate>days(7, since=survey_sent_at)</bpmn:timeDate></bpmn:timerEventDefinition>
</bpmn:boundaryEvent>
<bpmn:serviceTask id="Survey_again" name="Write again"><bpmn:extensionElements><spiffworkflow:serviceTaskOperator id="send_survey"><spiffworkflow:parameters>
<spiffworkflow:parameter id="letter" type="any" value="'closure'" /><spiffworkflow:parameter id="days" type="any" value="28" />
</spiffworkflow:parameters></spiffworkflow:serviceTaskOperator></bpmn:extensionElements>
<bpmn:incoming>Survey_f90</bpmn:incoming><bpmn:incoming>Survey_f93</bpmn:incoming><bpmn:outgoing>Survey_f91</bpmn:outgoing></bpmn:serviceTask>
<bpmn:intermediateCatchEvent id="Survey_next" name="Another week"><bpmn:incoming>Survey_f91</bpmn:incoming><bpmn:outgoing>Survey_f92</bpmn:outgoing>
<bpmn:timerEventDefinition id="Survey_next_event"><bpmn:timeDate>days(7, since=survey_sent_at)</bpmn:timeDate></bpmn:timerEventDefinition>
</bpmn:intermediateCatchEvent>
<bpmn:sequenceFlow id="Survey_f90" sourceRef="Survey_week" targetRef="Survey_again" />
<bpmn:sequenceFlow id="Survey_f91" sourceRef="Survey_again" targetRef="Survey_next" />
<bpmn:exclusiveGateway id="Survey_more" name="Still wanted?" default="Survey_f94"><bpmn:incoming>Survey_f92</bpmn:incoming>
<bpmn:outgoing>Survey_f93</bpmn:outgoing><bpmn:outgoing>Survey_f94</bpmn:outgoing></bpmn:exclusiveGateway>
<bpmn:endEvent id="Survey_enough"><bpmn:incoming>Survey_f94</bpmn:incoming></bpmn:endEvent>
<bpmn:sequenceFlow id="Survey_f92" sourceRef="Survey_next" targetRef="Survey_more" />
<bpmn:sequenceFlow id="Survey_f93" name="yes" sourceRef="Survey_more" targetRef="Survey_again"><bpmn:conditionExpression>survey_wanted</bpmn:conditionExpression></bpmn:sequenceFlow>
<bpmn:sequenceFlow id="Survey_f94" name="no" sourceRef="Survey_more" targetRef="Survey_enough" />
<bpmn:sequenceFlow id="Survey_f1\""""


@pytest.fixture
def reminding(landlord: Landlord, user: Who, now: datetime) -> Case:
    """A closed case of a landlord who writes again every week until the survey is answered."""
    assert landlord.pack.live is not None
    files = dict(landlord.pack.live.files)
    drawn = files["survey.bpmn"].replace('<bpmn:sequenceFlow id="Survey_f1"', REMIND, 1)
    for days in ("days(21, since=survey_sent_at)", "days(28, since=survey_sent_at)"):
        assert days in drawn
        drawn = drawn.replace(days, "months(3, since=survey_sent_at)")
    files["survey.bpmn"] = drawn
    for file, others in (
        ("after-closing.bpmn", "working_days(10, since=closed_at)"),
        ("aftercare.bpmn", "days(aftercare_days, since=closed_at)"),
    ):
        assert others in files[file]
        files[file] = files[file].replace(others, "months(6, since=closed_at)")
    publish(landlord=landlord, files=files, note="", by=None, now=now)
    case = open_case(landlord, user, now)
    close(case, user, now)
    return case


def closures(case: Case) -> int:
    return Letter.objects.filter(case=case, kind="closure").count()


def test_after_downtime_a_repeated_reminder_comes_once_and_the_history_says_how_late(reminding: Case, now: datetime) -> None:
    due, back = now + timedelta(days=7), now + timedelta(days=8, hours=3)
    assert jobs.fire_due(now=due) == 1 and closures(reminding) == 2
    for _ in range(3):
        jobs.fire_due(now=back + timedelta(days=21))
    assert closures(reminding) == 3
    late = Entry.objects.get(verb="late_timer")
    assert late.sentence.startswith("Acted 15 days and 3 hours late on “Another week”, due on 4 December 2026 at 16:30.")
    assert (late.case_id, late.details["fired"]) == (reminding.pk, 1)
    assert Instance.objects.get(pk=reminding.instance_id).due_at == back + timedelta(days=28)


def test_several_timers_that_fell_due_in_downtime_come_once_each_in_one_line(reminding: Case, now: datetime) -> None:
    back = now + timedelta(days=100)
    assert (jobs.fire_due(now=back), jobs.fire_due(now=back)) == (1, 0)
    assert closures(reminding) <= 2
    elements = Step.objects.filter(instance=reminding.instance_id, element__in=("Survey_week", "Survey_timeout"))
    assert sorted(elements.values_list("element", flat=True)) == ["Survey_timeout", "Survey_week"]
    late = Entry.objects.get(verb="late_timer")
    assert "“A week without an answer”, “28 days”" in late.sentence and late.details["fired"] == 2
