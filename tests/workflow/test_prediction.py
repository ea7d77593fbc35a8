"""What comes next is told truly: whatever opens was certain or possible, and what was certain happens."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.accounts.models import Landlord, User
from backend.casework import commands, queries
from backend.casework.models import Case, Party
from backend.casework.separation import did_before
from backend.workflow import jobs
from backend.workflow.foresight import Foresight
from backend.workflow.models import Instance, Step, Task
from backend.workflow.packs import Pack, flattened, read_pack
from backend.workflow.prediction import outlook
from tests.answers import do, fill, open_tasks
from tests.workflow.drawn import bpmn, lines
from tests.workflow.test_ending import reminder
from tests.workflow.test_runner import close, open_case

Who = Callable[[str], User]


def ways(body: str, **others: str) -> Foresight:
    files = {"pack.toml": 'title = "T"\nstart = "P"\n', "p.bpmn": bpmn(body)}
    for process, inner in others.items():
        files[f"{process.lower()}.bpmn"] = bpmn(inner.replace('id="f', f'id="{process}f'), process).replace("Definitions_1", f"D{process}")
    return Foresight(read_pack(files))


def ahead(found: Foresight, *live: str) -> tuple[set[str], set[str]]:
    certain, possible = found.ahead(live)
    return set(certain), set(possible)


def test_what_lies_on_every_way_is_certain_and_the_rest_is_possible() -> None:
    found = ways(
        lines(
            "startEvent S\nuserTask A\nexclusiveGateway X default='f4'\nuserTask B\nuserTask C\nuserTask D\nendEvent E\nS -> A\nA -> X\nX -> B: yes\nX -> C\nB -> D\nC -> D\nD -> E"
        )
    )
    assert ahead(found, "A") == ({"X", "D", "E"}, {"B", "C"})
    assert ahead(found, "D") == ({"E"}, set())


def test_every_branch_of_a_split_is_certain() -> None:
    found = ways(
        lines(
            "startEvent S\nuserTask A\nparallelGateway X\nuserTask B\nuserTask C\nendEvent E\nendEvent F\nS -> A\nA -> X\nX -> B\nX -> C\nB -> E\nC -> F"
        )
    )
    assert ahead(found, "A") == ({"X", "B", "C", "E", "F"}, set())


def test_of_a_one_or_more_gateway_only_what_all_its_ways_share_is_certain() -> None:
    found = ways(
        lines(
            "startEvent S\nuserTask A\nexclusiveGateway X default='f4'\nuserTask B\nuserTask C\nendEvent E\nS -> A\nA -> X\nX -> B: yes\nX -> C\nB -> E\nC -> E"
        )
    )
    found.elements["X"] = replace(found.elements["X"], kind="inclusiveGateway")
    assert ahead(found, "A")[0] == {"X", "E"}


def test_a_way_back_makes_nothing_certain_twice_and_nothing_after_it_less_certain() -> None:
    found = ways(
        lines(
            "startEvent S\nuserTask A\nexclusiveGateway X default='f4'\nuserTask B\nendEvent E\nS -> A\nA -> X\nX -> A: no\nX -> B\nB -> E"
        )
    )
    assert ahead(found, "A") == ({"X", "B", "E"}, {"A"})


def test_what_a_time_limit_can_break_off_is_not_certain() -> None:
    body = lines("startEvent S\nuserTask A\nuserTask B\nuserTask C\nendEvent E\nendEvent F\nS -> A\nA -> B\nB -> E\nR -> C\nC -> F")
    assert ahead(ways(body + reminder("R", "days(2, since=x)")), "A", "R") == ({"B", "E"}, {"R", "C", "F"})
    limit = reminder("R", "days(2, since=x)").replace('cancelActivity="false"', "")
    assert ahead(ways(body + limit), "A", "R") == (set(), {"B", "E", "R", "C", "F"})


INNER = "startEvent IS\nuserTask I\nuserTask J\nendEvent IE\nIS -> I\nI -> J\nJ -> IE"


def test_the_inside_of_a_called_diagram_is_certain_unless_it_can_be_broken_off() -> None:
    body = lines(
        "startEvent S\nuserTask A\ncallActivity Call calledElement='Q'\nuserTask B\nendEvent E\nS -> A\nA -> Call\nCall -> B\nB -> E"
    )
    found = ways(body, Q=lines(INNER))
    assert ahead(found, "A")[0] == {"Call", "IS", "I", "J", "IE", "B", "E"}
    assert ahead(found, "Call", "I")[0] == {"J", "IE", "B", "E"}
    cut = ways(
        body
        + reminder("R", "days(2, since=x)", "Call").replace('cancelActivity="false"', "")
        + lines("R -> F\nendEvent F").replace('id="f', 'id="h'),
        Q=lines(INNER),
    )
    assert ahead(cut, "A") == ({"Call"}, {"IS", "I", "J", "IE", "B", "E", "R", "F"})
    assert ahead(cut, "Call", "I", "R")[0] == set()


def test_steps_come_in_the_order_they_can_first_happen() -> None:
    body = lines(
        "startEvent S\nuserTask A\ncallActivity Call calledElement='Q'\nuserTask B\nendEvent E\nS -> A\nA -> Call\nCall -> B\nB -> E"
    )
    assert ways(body, Q=lines(INNER)).ahead(["A"])[0] == ["Call", "IS", "I", "J", "IE", "B", "E"]


def test_one_branch_that_can_end_everything_makes_the_others_uncertain() -> None:
    terminate = '<bpmn:endEvent id="T"><bpmn:terminateEventDefinition/></bpmn:endEvent>'
    found = ways(
        lines(
            "startEvent S\nuserTask A\nparallelGateway X\nuserTask B\nuserTask C\nendEvent E\nS -> A\nA -> X\nX -> B\nX -> C\nB -> E\nC -> T"
        )
        + terminate
    )
    assert ahead(found, "A")[0] == {"X"}
    assert ahead(found, "B", "C")[0] == set()


@pytest.fixture(scope="module")
def baseline() -> Pack:
    return read_pack(flattened(Path(__file__).parents[2] / "processes" / "baseline"))


def test_in_the_toolbox_closing_is_certain_and_each_tool_and_a_further_report_possible(baseline: Pack) -> None:
    certain, possible = ahead(Foresight(baseline), "Life_toolbox", "PutRight_tools")
    assert {"Life_closure", "Life_close", "Life_survey", "Life_end"} <= certain
    assert {"Tool_warning", "Warning_write", "Tool_update", "News_contact", "PutRight_tools"} <= possible
    assert not possible & {"Life_triage", "First_contact", "Life_not_asb_end"}
    assert not ahead(Foresight(baseline), "Life_contact", "First_contact")[0] & {"Tool_warning", "Tool_ready", "Warning_write"}


def test_before_triage_only_triage_is_certain(baseline: Pack) -> None:
    certain, possible = ahead(Foresight(baseline), "Life_triage", "Triage_decide")
    assert "Life_is_asb" in certain and not certain & {"Life_contact", "Life_not_asb_letter", "Life_end"}
    assert {"First_contact", "Life_not_asb_letter"} <= possible


@pytest.mark.parametrize("seed", range(4))
def test_whatever_opens_was_foreseen_and_what_was_certain_happens(seed: int, landlord: Landlord, user: Who, now: datetime) -> None:
    dice = random.Random(seed)
    case = open_case(landlord, user, now)
    dealer = commands.add_party(
        case=case, role="respondent", name="Dean Stock", description="", phone="", email="", address=["Flat 9", "WISBECH"],
        postcode="PE13 2AB", confidential=False, by=user("leader"), now=now,
    )  # fmt: skip
    found, owed = Foresight(case.instance.version.contents), {}
    for number in range(1, 150):
        instance = Instance.objects.get(pk=case.instance_id)
        if instance.ended_at is not None:
            break
        certain, possible = found.ahead(instance.active)
        owed.update(
            {element: Step.objects.filter(instance=instance, element=element).count() for element in certain if element not in owed}
        )
        before = set(instance.active)
        move(Case.objects.get(pk=case.pk), dealer, user, dice, number, now + timedelta(days=number))
        instance.refresh_from_db()
        passed = set(Step.objects.filter(instance=instance, at=now + timedelta(days=number)).values_list("element", flat=True))
        opened = (set(instance.active) | passed) - before
        assert opened <= set(certain) | set(possible), opened - set(certain) - set(possible)
        done = {e for e, count in owed.items() if Step.objects.filter(instance=instance, element=e).count() > count}
        for element in done:
            del owed[element]
    assert Instance.objects.get(pk=case.instance_id).ended_at is not None
    assert owed == {}


def move(case: Case, dealer: Party, user: Who, dice: random.Random, number: int, now: datetime) -> None:
    """One thing that happens: a tool is started, a task done, or time passes."""
    tools = [t for t in queries.tools(case) if number < 25 or t.element == "Tool_ready"]
    tasks = list(Task.objects.filter(instance=case.instance_id, status=Task.OPEN).order_by("pk"))
    if tools and (not tasks or dice.random() < 0.3):
        tool = dice.choice(tools)
        party = dealer if dealer in tool.people else next(iter(tool.people), None)
        commands.start_tool(case=case, element=tool.element, party=party, by=user("leader"), now=now, reason="It fits.")
    elif tasks:
        task = dice.choice(tasks)
        able = [u for u in User.objects.filter(landlord=case.landlord) if task.role in u.role_codes or u.can("manage")]
        by = next(u for u in (task.owner, *able) if u is not None and not did_before(task, u))
        form = commands.form_of(task)
        named = {key: next(iter(people)) for key, people in commands.people_for(task, form, case).items()}
        commands.complete_task(task_id=task.pk, data=fill(form, named), by=by, now=now)
    else:
        jobs.fire_due(now=now + timedelta(days=40))


def test_the_outlook_is_for_people_and_says_role_promise_and_what_the_public_is_told(landlord: Landlord, user: Who, now: datetime) -> None:
    case = open_case(landlord, user, now)
    do(case, "Triage the report", user("calls"), now)
    case.instance.refresh_from_db()
    instance = Instance.objects.select_related("version", "landlord").get(pk=case.instance_id)
    outlook(instance)
    with CaptureQueriesContext(connection) as asked:
        seen = outlook(instance)
    assert len(asked) == 2
    assert [s.name for s in seen.done if s.role] == ["Triage the report"]
    assert [(s.name, s.role, s.promise) for s in seen.open] == [("Contact the reporter", "Case officer", "within 1 working day")]
    names = [s.name for s in seen.certain]
    assert names[:2] == ["Ask the risk questions", "Agree the action plan"] and "Talk to the reporters about closing" in names
    assert seen.certain[0].public == "We ask how this affects you and who can help."
    assert "Write the warning letter" in [s.name for s in seen.possible] and not set(names) & {s.name for s in seen.possible} - {
        "Ask the risk questions"
    }


def test_a_promise_whose_length_is_not_settled_yet_is_not_guessed_and_steps_that_read_alike_are_said_once(
    landlord: Landlord, user: Who, now: datetime
) -> None:
    case = open_case(landlord, user, now)
    seen = outlook(Instance.objects.get(pk=case.instance_id))
    promised = {step.name: step.promise for step in (*seen.open, *seen.possible)}
    assert (promised["Triage the report"], promised["Contact the reporter"], promised["Update the reporter"]) == (
        "within 1 working day",
        "",
        "",
    )
    names = [step.name for step in seen.possible]
    assert names.count("Record what came of it") == 1
    assert (
        names.index("Contact the reporter") < names.index("Write the warning letter") < names.index("Talk to the reporters about closing")
    )


def test_nothing_comes_after_the_end(landlord: Landlord, user: Who, now: datetime) -> None:
    case = open_case(landlord, user, now)
    close(case, user, now)
    for days in (28, 29, 43):
        jobs.fire_due(now=now + timedelta(days=days))
    for name in open_tasks(case):
        do(case, name, user("leader"), now + timedelta(days=43))
    seen = outlook(Instance.objects.get(pk=case.instance_id))
    assert (seen.open, seen.certain, seen.possible) == ((), (), ()) and len(seen.done) > 5
