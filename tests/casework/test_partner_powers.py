"""Powers that partners hold: what we give, what they decide, and what follows, through the product's own commands."""

from __future__ import annotations

from datetime import datetime

import pytest

from backend.casework.models import Case, Party
from backend.workflow.models import Task
from tests.answers import do, open_tasks
from tests.casework.test_legal_action import Who, case, landlord_type, offered, respondent, start, worked_out

__all__ = ["case", "landlord_type", "respondent"]
POWER = "A power that a partner holds"


def given(case: Case, user: Who, now: datetime, power: str) -> None:
    start(case, POWER, None, user("compliance"), now)
    do(case, "Talk it over with the partner", user("compliance"), now, partner_power=power)
    do(case, "Give what helps: statements, disclosure, impact", user("compliance"), now)


def closed(case: Case, user: Who, now: datetime, extent: str) -> None:
    given(case, user, now, "closure")
    do(case, "Give the supporting statement", user("compliance"), now)
    do(case, "Record the closure notice", user("compliance"), now, closure_notice_at="2026-11-20")
    made = {f"made_{extent}": "2026-11-21", f"ends_{extent}": "2027-02-20"}
    do(case, "Record what the magistrates decided", user("compliance"), now, closure_result=extent, **made)


def test_a_full_closure_leads_to_possession_on_the_absolute_ground(case: Case, respondent: Party, user: Who, now: datetime) -> None:
    officer = user("compliance")
    closed(case, user, now, "full")
    assert worked_out(case, "The last day to appeal against the closure order")["last_day"] == "2026-12-11"
    watch = Task.objects.get(instance__case=case, name="Look whether the closure is kept")
    assert watch.due_at.date().isoformat() == "2027-02-20"
    do(case, "Decide about possession", user("leader"), now, closure_tenant=str(respondent.pk))
    for name in ("Check the tenancy or lease", "Offer support"):
        assert Task.objects.get(instance__case=case, name=name).party_id == respondent.pk
    do(case, "Check the tenancy or lease", officer, now, tenancy_type="assured")
    do(case, "Choose the route", officer, now, legal_route="absolute")
    do(case, "Assess proportionality", officer, now)
    do(case, "Decide about legal action", user("leader"), now)
    do(case, "Prepare the evidence", officer, now)
    assert "Record the condition and ask for their circumstances" in open_tasks(case)
    do(case, "Look whether the closure is kept", officer, now, closure_event="extended", ends_extended="2027-05-20")
    again = Task.objects.get(instance__case=case, name="Look whether the closure is kept", status=Task.OPEN)
    assert again.due_at.date().isoformat() == "2027-05-20"


def test_a_partial_closure_is_watched_and_takes_no_home(case: Case, user: Who, now: datetime) -> None:
    closed(case, user, now, "partial")
    assert open_tasks(case) == ["Look whether the closure is kept"]
    do(case, "Look whether the closure is kept", user("compliance"), now, closure_event="over")
    assert open_tasks(case) == []


def test_a_warning_that_is_not_kept_becomes_a_notice_each_with_one_of_ours(case: Case, user: Who, now: datetime) -> None:
    officer = user("compliance")
    given(case, user, now, "cpn")
    assert offered(case, "Record the warning, and ours with it", "by") == {"police", "council"}
    do(case, "Record the warning, and ours with it", officer, now, comply_by="2026-11-27")
    kept = Task.objects.get(instance__case=case, name="Look whether the warning was kept")
    assert kept.due_at.date().isoformat() == "2026-11-27"
    do(case, "Look whether the warning was kept", officer, now, warning_kept="no")
    do(case, "Record the notice, and our final warning with it", officer, now, cpn_issued_on="2026-11-25")
    watch = Task.objects.get(instance__case=case, name="Look whether the notice is kept")
    assert watch.due_at.date().isoformat() == "2026-12-15"
    do(case, "Look whether the notice is kept", officer, now, order_event="broken")
    assert "penalty500" not in offered(case, "Record what is done about the breach", "what")
    do(case, "Record what is done about the breach", officer, now)
    assert open_tasks(case) == []


@pytest.mark.parametrize(
    ("power", "task"),
    [
        ("dispersal", "Dispersal: record what police decided"),
        ("cbo", "Criminal Behaviour Order: record what the court decided"),
        ("pspo", "Public Spaces Protection Order: record what the council decided"),
        ("checks", "Police compliance checks: record what was seen"),
    ],
)
def test_each_other_power_has_its_own_form_and_is_watched(power: str, task: str, case: Case, user: Who, now: datetime) -> None:
    officer = user("compliance")
    given(case, user, now, power)
    assert open_tasks(case) == [task]
    do(case, task, officer, now)
    do(case, "Look what came of it, and pass on any breach", officer, now, order_event="broken")
    do(case, "Look what came of it, and pass on any breach", officer, now, order_event="ended")
    assert open_tasks(case) == []


def test_a_partner_who_will_not_act_holds_nothing_up(case: Case, user: Who, now: datetime) -> None:
    start(case, POWER, None, user("compliance"), now)
    do(case, "Talk it over with the partner", user("compliance"), now, partner_acts="no")
    assert open_tasks(case) == []
