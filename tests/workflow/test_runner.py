"""The door of the engine room: once each, all or nothing, versions kept."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from backend.accounts.models import Landlord, User
from backend.audit.models import Entry
from backend.casework import commands, faults, queries
from backend.casework.commands import Told
from backend.casework.models import Case, Record
from backend.correspondence.models import Letter
from backend.errors import AlreadyDone, InvalidAnswers, Refused
from backend.operations import send_letter
from backend.workflow import catalogue, jobs, runner
from backend.workflow.models import Fault, Instance, Task, Version
from backend.workflow.publishing import publish
from tests.answers import do, fill, open_tasks

Who = Callable[[str], User]


def open_case(landlord: Landlord, user: Who, now: datetime, **told: object) -> Case:
    fields = {
        "what": "Loud music every night", "place": "4 Mill Lane", "place_postcode": "PE14 7DE", "name": "Carol Whitmore",
        "address": ("5 Mill Lane", "WISBECH"), "postcode": "PE14 7DE", **told,
    }  # fmt: skip
    report = commands.take_report(landlord=landlord, channel="telephone", told=Told(**fields), by=user("calls"), now=now)  # type: ignore[arg-type]
    return commands.open_case(report=report, by=user("calls"), now=now)


def test_completing_a_task_twice_changes_nothing_and_says_so(landlord: Landlord, user: Who, now: datetime) -> None:
    case = open_case(landlord, user, now)
    task = Task.objects.get(instance=case.instance)
    data = fill(commands.form_of(task), {})
    commands.complete_task(task_id=task.pk, data=data, by=user("calls"), now=now)
    before = (Record.objects.count(), Entry.objects.count(), Letter.objects.count())
    with pytest.raises(AlreadyDone, match="already been done"):
        commands.complete_task(task_id=task.pk, data=data, by=user("leader"), now=now)
    assert (Record.objects.count(), Entry.objects.count(), Letter.objects.count()) == before


def test_wrong_answers_change_nothing(landlord: Landlord, user: Who, now: datetime) -> None:
    case = open_case(landlord, user, now)
    task = Task.objects.get(instance=case.instance)
    with pytest.raises(InvalidAnswers) as caught:
        commands.complete_task(task_id=task.pk, data={"is_asb": ["yes"], "category": ["NOSUCH"]}, by=user("calls"), now=now)
    assert {"category", "harm", "contact_method"} <= set(caught.value.problems)
    assert not {"is_asb", "passed_on", "reasons"} & set(caught.value.problems)
    assert open_tasks(case) == ["Triage the report"] and not Record.objects.exists()


def test_a_letter_without_a_full_address_refuses_the_task_and_keeps_everything_as_it_was(
    landlord: Landlord, user: Who, now: datetime
) -> None:
    case = open_case(landlord, user, now, postcode="")
    with pytest.raises(Refused, match="postcode"):
        do(case, "Triage the report", user("calls"), now)
    assert open_tasks(case) == ["Triage the report"]
    assert not Letter.objects.exists() and not Record.objects.exists() and not Fault.objects.exists()


def test_an_operation_that_breaks_leaves_the_answers_standing_and_can_be_retried(
    landlord: Landlord, user: Who, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = open_case(landlord, user, now)
    kind = catalogue.operations()["send_letter"]

    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("no ink")

    monkeypatch.setitem(catalogue.operations(), "send_letter", catalogue.OperationKind(kind.name, kind.label, kind.parameters, broken))  # type: ignore[arg-type]
    do(case, "Triage the report", user("calls"), now)
    fault = Fault.objects.get()
    assert fault.name == "Acknowledge the report" and Record.objects.count() == 1 and not Letter.objects.exists()
    monkeypatch.setitem(catalogue.operations(), "send_letter", kind)
    faults.retry_fault(fault_id=fault.pk, facts={}, reason="Ink was bought", by=user("leader"), now=now)
    fault.refresh_from_db()
    assert fault.resolved_at is not None and Letter.objects.count() == 1
    assert open_tasks(case) == ["Contact the reporter"]


def test_a_report_that_is_not_anti_social_behaviour_ends_with_its_reason_and_a_letter(landlord: Landlord, user: Who, now: datetime) -> None:
    case = open_case(landlord, user, now)
    do(case, "Triage the report", user("calls"), now, is_asb="no", reasons="reasonable")
    case.refresh_from_db()
    case.instance.refresh_from_db()
    letter = Letter.objects.get()
    assert (case.outcome, case.instance.ended_by, letter.kind) == ("not_asb", "Life_not_asb_end", "not-asb")
    assert "children playing" in letter.data["reasons"][0]["reason"]


def test_the_next_case_follows_a_new_version_and_an_open_case_keeps_its_own(landlord: Landlord, user: Who, now: datetime) -> None:
    old = open_case(landlord, user, now)
    files = dict(landlord.pack.live.files)
    files["forms/triage.json"] = files["forms/triage.json"].replace(
        "Do we take this on as anti-social behaviour?", "Is it ASB, in your view?"
    )
    files["triage.bpmn"] = files["triage.bpmn"].replace('name="Triage the report"', 'name="Sort the report"')
    publish(landlord=landlord, files=files, note="Plainer words", by=None, now=now)
    new = open_case(landlord, user, now)
    assert (open_tasks(old), open_tasks(new)) == (["Triage the report"], ["Sort the report"])
    asked = [{q.label for q in commands.form_of(Task.objects.get(instance=case.instance)).questions} for case in (old, new)]
    assert asked[0] ^ asked[1] == {"Do we take this on as anti-social behaviour?", "Is it ASB, in your view?"}
    assert "Do we take this on as anti-social behaviour?" in asked[0]


def test_a_published_version_cannot_be_changed(landlord: Landlord) -> None:
    for rows in (Version.objects.all(),):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            rows.update(note="something else")
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE workflow_packfiles SET files = '{}'")


def test_an_audit_entry_cannot_be_changed_or_deleted(landlord: Landlord) -> None:
    for statement in ("UPDATE audit_entry SET sentence = 'x'", "DELETE FROM audit_entry"):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def close(case: Case, user: Who, now: datetime) -> None:
    """Take a case from triage to its closing step the shortest way, so that the days to object are over now."""
    began = now - timedelta(days=20)
    do(case, "Triage the report", user("calls"), began)
    case.refresh_from_db()
    owner = case.owner
    assert owner is not None
    for name in ("Contact the reporter", "Ask the risk questions", "Agree the action plan"):
        do(case, name, owner, began)
    commands.start_tool(case=case, element="Tool_ready", party=None, by=owner, now=began)
    for name in ("Start closing the case", "Talk to the reporters about closing"):
        do(case, name, owner, began)
    do(case, "Decide about closing", user("leader"), began)
    runner.tick(case.instance_id, now=now)


def test_the_survey_runs_out_and_the_case_ends(landlord: Landlord, user: Who, now: datetime) -> None:
    case = open_case(landlord, user, now)
    close(case, user, now)
    assert jobs.fire_due(now=now + timedelta(days=13)) == 0
    assert jobs.fire_due(now=now + timedelta(days=27)) == 1  # the closure stands; the survey waits on
    assert jobs.fire_due(now=now + timedelta(days=29)) == 1
    assert jobs.fire_due(now=now + timedelta(days=43)) == 1
    do(case, "Check that it has not started again", user("officer"), now + timedelta(days=43))
    instance = Instance.objects.get(pk=case.instance.pk)
    assert instance.ended_by == "Life_end" and instance.due_at is None
    assert jobs.fire_due(now=now + timedelta(days=60)) == 0


def test_an_instance_holds_no_name_address_or_narrative(landlord: Landlord, user: Who, now: datetime) -> None:
    case = open_case(landlord, user, now, name="Zebedee Canary", what="Canary words", address=("1 Canary Street", "WISBECH"))
    close(case, user, now)
    case.instance.refresh_from_db()
    held = str([case.instance.state, case.instance.facts, list(case.instance.steps.values())])
    assert "anary" not in held


def test_completing_a_task_takes_few_statements_and_no_more_as_the_case_grows_old(landlord: Landlord, user: Who, now: datetime) -> None:
    case = open_case(landlord, user, now)
    do(case, "Triage the report", user("calls"), now)
    officer = User.objects.prefetch_related("roles", "patches").get(pk=user("officer").pk)
    early = statements(case, "Contact the reporter", officer, now)
    for name in ("Ask the risk questions", "Agree the action plan"):
        do(case, name, officer, now)
    case.refresh_from_db()
    for _ in range(20):
        commands.start_tool(case=case, element="Tool_update", party=case.parties.get(), by=officer, now=now)
        late = statements(case, "Update the reporter", officer, now)
    # BEGIN and COMMIT of a real request, or the savepoint here, are counted.
    assert early <= 10 and late <= early


def statements(case: Case, name: str, by: User, now: datetime) -> int:
    """How many SQL statements completing this task takes."""
    task = Task.objects.get(instance__case=case, status=Task.OPEN, name=name)
    data = fill(commands.form_of(task), {})
    with CaptureQueriesContext(connection) as captured:
        commands.complete_task(task_id=task.pk, data=data, by=by, now=now)
    return len(captured)


@pytest.mark.django_db(transaction=True)
def test_two_officers_who_submit_at_once_make_one_completion(user: Who, now: datetime, landlord: Landlord) -> None:
    case = open_case(landlord, user, now)
    task = Task.objects.get(instance=case.instance)
    data = fill(commands.form_of(task), {})
    officers, results, start = [user("calls"), user("calls")], [], threading.Barrier(2)

    def submit(by: User) -> None:
        start.wait()
        try:
            commands.complete_task(task_id=task.pk, data=data, by=by, now=now)
            results.append("done")
        except AlreadyDone:
            results.append("told")
        finally:
            connection.close()

    threads = [threading.Thread(target=submit, args=[by]) for by in officers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["done", "told"]
    assert Record.objects.count() == 1 and Letter.objects.count() == 1


def test_a_fault_is_on_the_managers_page_and_no_case_stops_in_silence(landlord: Landlord, user: Who, now: datetime) -> None:
    case = open_case(landlord, user, now)
    Fault.objects.create(instance=case.instance, engine_id=uuid4(), element="x", name="Send a letter", sentence="No ink.", raised_at=now)
    assert [fault.sentence for fault in queries.open_faults(user("leader"))] == ["No ink."]
    close(case, user, now)
    assert not queries.stopped_cases(user("leader")).exists()
    Instance.objects.filter(pk=case.instance.pk).update(due_at=None, awaits_message=False)
    Fault.objects.update(resolved_at=now)
    assert list(queries.stopped_cases(user("leader"))) == [case]


def test_every_operation_is_registered_with_its_file() -> None:
    assert send_letter.send_letter.__module__ == "backend.operations.send_letter"
    files = {path.stem for path in Path(send_letter.__file__).parent.glob("*.py")} - {"__init__", "apps"}
    assert files == set(catalogue.operations()) == {
        "assign_case", "classify_case", "close_case", "draw_lot", "hand_case_over", "last_day", "note_wishes", "notice_dates",
        "remind_survey", "reopen_case", "send_letter", "send_survey", "set_date",
    }  # fmt: skip
