"""The tools of the baseline: started for whom they fit, in any order and twice at once, to their end and their letters."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import datetime

import pytest
from django.urls import reverse

from backend.accounts.models import Landlord, User
from backend.audit.models import Entry
from backend.casework import commands, queries
from backend.casework.models import Case, Party
from backend.correspondence import jobs
from backend.correspondence.models import Letter
from backend.errors import InvalidAnswers
from backend.workflow.forms import Form
from backend.workflow.models import Task
from tests.answers import USUALLY, do, fill, open_tasks
from tests.web.test_bad_input import signed_in
from tests.workflow.test_runner import open_case

Who = Callable[[str], User]
#: The sixteen informal tools of the contract, by their codes.
INFORMAL = {f"N1-{number}" for number in range(35, 51)}
#: What leads elsewhere: other tests walk it.
ELSEWHERE = {"Tool_legal", "Tool_escalate", "Tool_ready", "Tool_partner_power"}
#: The answers that lead furthest.
FURTHEST = {"cpw_kept": "notice", "review_asked": "yes", "category": "NOI", "harm": "annoyance"}


@pytest.fixture
def case(landlord: Landlord, user: Who, now: datetime) -> Case:
    return in_toolbox(landlord, user, now, category="NOI", harm="annoyance")


def in_toolbox(landlord: Landlord, user: Who, now: datetime, **triage: str) -> Case:
    """A case in its toolbox, with a person complained about and a witness."""
    case = open_case(landlord, user, now)
    do(case, "Triage the report", user("calls"), now, **triage)
    while not queries.tools(case):
        waiting = Task.objects.filter(instance=case.instance_id, status=Task.OPEN).order_by("name").first()
        assert waiting is not None
        do(case, waiting.name, user("officer"), now, **mild(commands.form_of(waiting)))
        case = Case.objects.get(pk=case.pk)
    for role, name, door in ((Party.RESPONDENT, "Barry Cole", "4 Mill Lane"), (Party.WITNESS, "Ann Lee", "9 High Street")):
        commands.add_party(
            case=case, role=role, name=name, description="", phone="", email="", address=[door, "WISBECH"], postcode="PE14 7DE",
            confidential=False, by=user("officer"), now=now,
        )  # fmt: skip
    return Case.objects.get(pk=case.pk)


def mild(form: Form) -> dict[str, str]:
    """The answers that score least, so that no risk is high."""
    scored = [question for question in form.questions if any(option.score for option in question.options)]
    return {
        question.key: min(question.options, key=lambda option: option.score).value for question in scored if question.key not in USUALLY
    }


def start(case: Case, element: str, by: User, now: datetime, reason: str = "") -> None:
    case = Case.objects.get(pk=case.pk)
    tool = next(tool for tool in queries.tools(case) if tool.element == element)
    commands.start_tool(case=case, element=element, party=next(iter(tool.people), None), by=by, now=now, reason=reason)


def finish_everything(case: Case, user: Who, now: datetime, dice: random.Random) -> Counter[str]:
    """Do every open task in some order until none is left; gives back how often each step was done."""
    done: Counter[str] = Counter()
    while waiting := list(Task.objects.filter(instance=case.instance_id, status=Task.OPEN).order_by("pk")):
        task = dice.choice(waiting)
        by = user("leader") if task.role == "team-leader" else case.owner
        assert by is not None
        commands.complete_task(task_id=task.pk, data=fill(commands.form_of(task), FURTHEST), by=by, now=now)
        done[task.element] += 1
    return done


@pytest.mark.parametrize("seed", [1])
def test_every_tool_runs_twice_at_once_in_any_order_to_its_end_and_its_letter(case: Case, user: Who, now: datetime, seed: int) -> None:
    dice = random.Random(seed)
    tools = [tool.element for tool in queries.tools(case) if tool.element not in ELSEWHERE] * 2
    dice.shuffle(tools)
    for element in tools:
        start(case, element, case.owner or user("officer"), now, "It fits here.")
    done = finish_everything(case, user, now, dice)
    assert done and set(done.values()) == {2}
    case.instance.refresh_from_db()
    assert not case.instance.faults.exists() and case.instance.ended_at is None
    while jobs.draw_waiting():
        pass
    wrong = Letter.objects.exclude(status=Letter.RENDERED).values_list("kind", "problem")
    assert not wrong, list(wrong)
    made = Counter(Letter.objects.exclude(kind="acknowledgement").values_list("kind", flat=True))
    assert made == {
        "advisory": 2, "warning": 2, "paired-warning": 2, "final-warning": 2, "calling-card": 2, "mediation-referral": 2,
        "victim-support-referral": 2, "visit-appointment": 2, "abc": 2, "good-neighbour-agreement": 2,
        "tenancy-sustainment": 2, "referral": 2, "tenancy-extension": 2,
    }  # fmt: skip


def test_the_toolbox_names_every_informal_tool_of_the_contract(case: Case) -> None:
    contents = case.instance.version.contents
    codes = [set(contents.elements[tool.element].properties["policy"].split()) for tool in queries.tools(case)]
    assert set().union(*codes) >= INFORMAL
    assert all(tool.group for tool in queries.tools(case))


def test_what_the_procedure_does_not_advise_is_started_with_a_reason_that_is_kept(landlord: Landlord, user: Who, now: datetime) -> None:
    case = in_toolbox(landlord, user, now, category="VIO", harm="violence")
    officer = case.owner or user("officer")
    with pytest.raises(InvalidAnswers) as caught:
        start(case, "Tool_mediation", officer, now, "  ")
    assert set(caught.value.problems) == {"reason"} and "Refer to mediation" not in open_tasks(case)
    start(case, "Tool_mediation", officer, now, "Both asked for it, and the police agree.")
    assert "Refer to mediation" in open_tasks(case)
    assert Entry.objects.get(verb="start_tool").details["reason"] == "Both asked for it, and the police agree."
    start(case, "Tool_meeting", officer, now)
    assert "Call the meeting" in open_tasks(case)


def test_what_is_advised_follows_the_case_as_it_is_now(case: Case, user: Who, now: datetime) -> None:
    def unadvised() -> set[str]:
        return {tool.element for tool in queries.tools(Case.objects.get(pk=case.pk)) if tool.reason}

    assert unadvised() == {"Tool_cpw", "Tool_asb_unit", "Tool_meeting"}
    instance = case.instance
    instance.facts = {**instance.facts, "risk_band": "high"}
    instance.save()
    start(case, "Tool_update", case.owner or user("officer"), now)
    talking = {"Tool_mediation", "Tool_restorative", "Tool_gna"}
    assert unadvised() == talking | {"Tool_self_help", "Tool_environmental_health"}


def test_contact_without_the_reporters_agreement_needs_a_reason(case: Case, user: Who, now: datetime) -> None:
    officer = case.owner or user("officer")
    for element, name in (("Tool_visit", "Arrange the visit or interview"), ("Tool_warning", "Write the warning letter"),
                          ("Tool_abc", "Draw up the contract"), ("Tool_mediation", "Refer to mediation")):  # fmt: skip
        start(case, element, officer, now)
        task = Task.objects.get(instance=case.instance, status=Task.OPEN, name=name)
        data = fill(commands.form_of(task), {"reporter_agreed": "no"})
        with pytest.raises(InvalidAnswers) as caught:
            commands.complete_task(task_id=task.pk, data={**data, "reporter_overridden": [""]}, by=officer, now=now)
        assert set(caught.value.problems) == {"reporter_overridden"}
        kept = commands.complete_task(task_id=task.pk, data={**data, "reporter_overridden": ["Somebody is at risk."]}, by=officer, now=now)
        assert {"reporter_overridden", "reporter_agreed"} <= {answer["key"] for answer in kept.answers}


def test_a_broken_contract_is_recorded_and_goes_on_with_a_new_date(case: Case, user: Who, now: datetime) -> None:
    officer = case.owner or user("officer")
    start(case, "Tool_abc", officer, now)
    do(case, "Draw up the contract", officer, now)
    do(case, "Record the answer and the signing", officer, now)
    kept = do(case, "Review the contract", officer, now, broken="yes", tool_next="again")
    assert "breach_what" in {answer["key"] for answer in kept.answers}
    assert open_tasks(case) == ["Review the contract"]
    do(case, "Review the contract", officer, now, broken="no", tool_next="done")
    assert open_tasks(case) == []


def test_nobody_at_home_leads_to_another_visit_due_after_it(case: Case, user: Who, now: datetime) -> None:
    officer = case.owner or user("officer")
    start(case, "Tool_visit", officer, now)
    do(case, "Arrange the visit or interview", officer, now, visit_letter="no")
    visit = Task.objects.get(instance=case.instance, status=Task.OPEN)
    assert visit.name == "Record the visit or interview" and visit.due_at.date().isoformat() == "2027-03-02"
    do(case, visit.name, officer, now, visit_result="out")
    assert open_tasks(case) == ["Arrange the visit or interview"]
    assert not Letter.objects.filter(kind="visit-appointment").exists()


def test_the_case_page_shows_the_tools_under_their_headings_and_asks_for_the_reason(case: Case, user: Who) -> None:
    page = signed_in(user("leader")).get(reverse("case", args=[case.reference])).content.decode()
    part = page[page.index('id="tools"') : page.index('id="next"')]
    headings = ["Keep people informed and safe", "Gather evidence", "Speak to the person", "Agree how to go on", "Work with partners"]
    assert [part.index(heading) for heading in headings] == sorted(part.index(heading) for heading in headings)
    assert part.count("<details") == len(queries.tools_by_group(case)) and "for a reporter or witness" in part
    asks = signed_in(user("leader")).get(reverse("tool", args=[case.reference, "Tool_meeting"])).content.decode()
    plain = signed_in(user("leader")).get(reverse("tool", args=[case.reference, "Tool_cctv"])).content.decode()
    assert "Why is this right here?" in asks and "Why is this right here?" not in plain
