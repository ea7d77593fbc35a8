"""A person puts right what stopped a case, or ends the branch: with a reason, and it stays in the case's history."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from backend.accounts.models import Landlord, Role, User
from backend.audit.models import Entry
from backend.casework import commands, faults
from backend.casework.models import Case
from backend.errors import AlreadyDone, DomainError, InvalidAnswers, NotAllowed, NotFound
from backend.workflow import catalogue, watchdog
from backend.workflow.models import Fault, Instance, Task
from backend.workflow.publishing import publish
from backend.workflow.reads import facts_read
from backend.workflow.values import WrongFact, unpack
from tests.answers import do, open_tasks
from tests.web.test_bad_input import signed_in
from tests.workflow.test_runner import open_case

Who = Callable[[str], User]


@pytest.fixture
def stopped(landlord: Landlord, user: Who, now: datetime) -> Fault:
    """A case that stopped at “Risk band”: the form no longer adds up the score that the table reads."""
    files = dict(landlord.pack.live.files)
    files["forms/risk.json"] = files["forms/risk.json"].replace('"score": "risk_score"', '"score": ""')
    files["pack.toml"] += '\n[facts.risk_score]\nkind = "whole"\n'
    publish(landlord=landlord, files=files, note="No score", by=None, now=now)
    case = open_case(landlord, user, now)
    do(case, "Triage the report", user("calls"), now)
    for name in ("Contact the reporter", "Ask the risk questions"):
        do(case, name, user("officer"), now)
    return Fault.objects.get(instance=case.instance)


def retry(fault: Fault, by: User, now: datetime, **facts: object) -> Fault:
    return faults.retry_fault(fault_id=fault.pk, facts=facts, reason="Added up by hand", by=by, now=now)  # type: ignore[arg-type]


def case_of(fault: Fault) -> Case:
    return Case.objects.get(instance=fault.instance_id)


def test_the_step_names_the_facts_it_reads(stopped: Fault) -> None:
    contents = stopped.instance.version.contents
    assert stopped.name == "Risk band"
    judged = ["risk_score", "danger", "hate_element", "domestic_abuse", "officer_view"]
    assert [fact.name for fact in facts_read(contents, stopped.element)] == judged
    assert [fact.name for fact in facts_read(contents, "First_reached")] == ["reached"]
    assert [fact.name for fact in facts_read(contents, "Life_close")] == ["outcome"]
    suits = ["category", "disclosed", "harm", "severity", "risk_band"]
    assert [fact.name for fact in facts_read(contents, "PutRight_tools")] == ["ready_to_close", *suits]
    assert [fact.name for fact in facts_read(contents, "Survey_wait") or facts_read(contents, timer(stopped))] == ["survey_sent_at"]
    assert facts_read(contents, "no such step") == []


def timer(fault: Fault) -> str:
    return next(e.id for e in fault.instance.version.contents.elements.values() if e.due)


def test_trying_again_without_putting_anything_right_leaves_the_fault_and_is_written_down(stopped: Fault, user: Who, now: datetime) -> None:
    assert retry(stopped, user("officer"), now).resolved_at is None
    assert Entry.objects.get(verb="retry_fault").details["reason"] == "Added up by hand"


def test_a_missing_fact_is_corrected_and_the_case_goes_on_with_old_and_new_value_kept(stopped: Fault, user: Who, now: datetime) -> None:
    fault = retry(stopped, user("leader"), now, risk_score=14)
    instance = Instance.objects.get(pk=fault.instance_id)
    assert fault.resolved_at is not None and not instance.has_faults
    assert unpack(instance.facts)["risk_band"] == "medium" and case_of(fault).risk_band == "medium"
    assert open_tasks(case_of(fault)) == ["Agree the action plan"]
    entry = Entry.objects.get(verb="retry_fault")
    assert (entry.by, entry.case_id) == (user("leader"), case_of(fault).pk)
    assert entry.details["corrected"] == {"risk_score": ["not known", "14"]}
    assert entry.sentence == "Tried “Risk band” again; changed risk score from not known to 14"


def test_only_a_fact_that_the_step_reads_and_a_value_it_takes_are_accepted(stopped: Fault, user: Who, now: datetime) -> None:
    with pytest.raises(DomainError, match="does not look at severity"):
        retry(stopped, user("leader"), now, severity="low")
    with pytest.raises(WrongFact):
        retry(stopped, user("leader"), now, risk_score="plenty")
    assert not Entry.objects.filter(verb="retry_fault").exists()
    assert Fault.objects.get(pk=stopped.pk).resolved_at is None


def test_who_works_on_the_case_may_try_again_but_not_change_facts_or_end_branches(stopped: Fault, user: Who, now: datetime) -> None:
    with pytest.raises(NotAllowed):
        retry(stopped, user("officer"), now, risk_score=14)
    with pytest.raises(NotAllowed):
        faults.end_branch(fault_id=stopped.pk, reason="Not needed", by=user("officer"), now=now)
    for name in ("admin", "owner", "officer2"):
        with pytest.raises(NotFound):
            retry(stopped, user(name), now)


def test_another_landlord_finds_nothing(stopped: Fault, now: datetime) -> None:
    other = Landlord.objects.create(code="elsewhere", name="Elsewhere Homes")
    boss = User.objects.create_user("boss@elsewhere.example", None, name="Boss", landlord=other)
    boss.roles.add(Role.objects.create(landlord=other, code="boss", name="Boss", powers=["work", "all_cases", "manage"]))
    with pytest.raises(NotFound):
        retry(stopped, boss, now, risk_score=14)
    with pytest.raises(NotFound):
        faults.end_branch(fault_id=stopped.pk, reason="Not ours", by=boss, now=now)
    assert signed_in(boss).get(reverse("fault", args=[stopped.pk])).status_code == 404
    assert "Risk band" not in signed_in(boss).get(reverse("faults")).content.decode()


def test_a_fault_is_dealt_with_once(stopped: Fault, user: Who, now: datetime) -> None:
    retry(stopped, user("leader"), now, risk_score=14)
    for act in (
        lambda: retry(stopped, user("leader"), now),
        lambda: faults.end_branch(fault_id=stopped.pk, reason="x", by=user("leader"), now=now),
    ):
        with pytest.raises(AlreadyDone):
            act()


def test_the_main_line_cannot_be_ended_and_the_sentence_says_what_to_do(stopped: Fault, user: Who, now: datetime) -> None:
    with pytest.raises(DomainError, match=r"nothing to do and no end\. Correct what is missing and try again instead"):
        faults.end_branch(fault_id=stopped.pk, reason="Not needed", by=user("leader"), now=now)
    assert Fault.objects.get(pk=stopped.pk).resolved_at is None
    assert not Entry.objects.filter(verb="end_branch").exists()


@pytest.fixture
def tool_stopped(landlord: Landlord, user: Who, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Fault:
    """A case in its toolbox, where one of two warning letters could not be sent."""
    case, officer = open_case(landlord, user, now), user("officer")
    do(case, "Triage the report", user("calls"), now)
    for name in ("Contact the reporter", "Ask the risk questions", "Agree the action plan"):
        do(case, name, officer, now)
    case.refresh_from_db()
    party = commands.add_party(
        case=case, role="respondent", name="Dean Stock", description="", phone="", email="", address=["Flat 9", "WISBECH"],
        postcode="PE13 2AB", confidential=False, by=officer, now=now,
    )  # fmt: skip
    for _ in range(2):
        commands.start_tool(case=case, element="Tool_warning", party=party, by=officer, now=now)
    kind = catalogue.operations()["send_letter"]

    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("no ink")

    monkeypatch.setitem(catalogue.operations(), "send_letter", catalogue.OperationKind(kind.name, kind.label, kind.parameters, broken))  # type: ignore[arg-type]
    do(case, "Write the warning letter", officer, now)
    monkeypatch.setitem(catalogue.operations(), "send_letter", kind)
    return Fault.objects.get(instance=case.instance)


def test_a_tool_that_stopped_is_ended_with_a_reason_and_the_rest_goes_on(tool_stopped: Fault, user: Who, now: datetime) -> None:
    fault = faults.end_branch(fault_id=tool_stopped.pk, reason="He has moved away", by=user("leader"), now=now)
    case = case_of(fault)
    assert fault.resolved_at is not None and open_tasks(case) == ["Write the warning letter"]
    entry = Entry.objects.get(verb="end_branch")
    assert entry.sentence == f"Ended the branch that stopped at “{fault.name}”" and entry.details["reason"] == "He has moved away"
    do(case, "Write the warning letter", user("officer"), now)
    assert "Check whether things have changed" in open_tasks(case)
    assert Task.objects.filter(instance=case.instance, name="Check whether things have changed").count() == 1


def test_a_reason_is_asked_for(tool_stopped: Fault, user: Who, now: datetime) -> None:
    for reason in ("", "  ", "x" * 301):
        with pytest.raises(InvalidAnswers):
            faults.end_branch(fault_id=tool_stopped.pk, reason=reason, by=user("leader"), now=now)
        with pytest.raises(InvalidAnswers):
            faults.retry_fault(fault_id=tool_stopped.pk, facts={}, reason=reason, by=user("leader"), now=now)


# The pages


def page(client: Client, fault: Fault, **data: str) -> str:
    url = reverse("fault", args=[fault.pk])
    response = client.post(url, data, follow=True) if data else client.get(url)
    return str(response.content.decode())


def test_the_page_shows_each_fact_with_its_value_and_keeps_what_was_typed_when_refused(stopped: Fault, user: Who) -> None:
    client = signed_in(user("leader"))
    shown = page(client, stopped)
    assert "Risk score" in shown and "Now: not known" in shown and "compares things that have no order" in shown
    refused = page(client, stopped, act="retry", fact_risk_score="lots", reason="Added up by hand")
    assert "Enter a whole number, like 3" in refused and 'value="lots"' in refused and 'value="Added up by hand"' in refused
    refused = page(client, stopped, act="end", fact_risk_score="12", reason="Not needed")
    assert "Correct what is missing" in refused and 'value="Not needed"' in refused and 'value="12"' in refused
    assert "What have you put right" in page(client, stopped, act="retry", fact_risk_score="12", reason="")
    done = page(client, stopped, act="retry", fact_risk_score="12", reason="Added up by hand")
    assert "The case goes on." in done and "changed risk score from not known to 12: “Added up by hand”" in done
    assert "Dealt with" in page(client, stopped)


def test_an_officer_is_asked_for_a_reason_alone(stopped: Fault, user: Who) -> None:
    client = signed_in(user("officer"))
    assert "Risk score" not in page(client, stopped)
    assert "It still cannot go on." in page(client, stopped, reason="Looked at it")
    assert (
        f'href="{reverse("fault", args=[stopped.pk])}"' in client.get(reverse("case", args=[case_of(stopped).reference])).content.decode()
    )


def test_a_case_that_stopped_as_a_whole_can_be_tried_again_but_has_no_branch_to_end(stopped: Fault, user: Who, now: datetime) -> None:
    Fault.objects.filter(pk=stopped.pk).update(resolved_at=now)
    watchdog.raise_fault(stopped.instance_id, watchdog.STOPPED, now=now)
    whole, client = Fault.objects.get(resolved_at=None), signed_in(user("leader"))
    assert "End this branch" in page(client, Fault.objects.create(instance=stopped.instance, engine_id=uuid4(), name="Send", raised_at=now))
    shown = page(client, whole)
    assert "End this branch" not in shown and "Try again" in shown and 'name="reason"' in shown
    assert "This cannot be ended here." in page(client, whole, act="end", reason="Not needed")
    assert Fault.objects.get(pk=whole.pk).resolved_at is None


def test_faults_are_listed_oldest_first_in_few_statements(stopped: Fault, user: Who, now: datetime) -> None:
    client = signed_in(user("leader"))
    client.get(reverse("faults"))
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("faults"))
    for number in range(5):
        Fault.objects.create(
            instance=stopped.instance, engine_id=f"00000000-0000-0000-0000-00000000000{number}", element="x", name=f"Older {number}",
            sentence="No ink.", raised_at=now.replace(year=2020 - number),
        )  # fmt: skip
    with CaptureQueriesContext(connection) as six:
        listed = client.get(reverse("faults")).content.decode()
    assert len(six) == len(one)
    assert listed.index("Older 4") < listed.index("Older 0") < listed.index("Risk band")


def test_a_decimal_is_asked_for_as_a_number(stopped: Fault, user: Who) -> None:
    assert faults._decimal("rate", "12.5") == Decimal("12.5")
    for wrong in ("many", "NaN", "1e400"):
        with pytest.raises(InvalidAnswers):
            faults._decimal("rate", wrong)
