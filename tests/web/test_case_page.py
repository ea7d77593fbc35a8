"""The page of a case: what it says after a tool is started, and what happens next."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from backend.accounts.models import Landlord, User
from backend.casework.models import Case
from backend.workflow.models import Fault, Instance
from backend.workflow.publishing import publish
from tests.answers import do
from tests.web.test_bad_input import signed_in
from tests.workflow.test_runner import open_case

Who = Callable[[str], User]
TIMER = (
    '<bpmn:intermediateCatchEvent id="Escalation_ask" name="A day to think">'
    "<bpmn:incoming>Escalation_f1</bpmn:incoming><bpmn:outgoing>Escalation_f2</bpmn:outgoing>"
    '<bpmn:timerEventDefinition id="Escalation_think"><bpmn:timeDate>{}</bpmn:timeDate></bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>'
)
#: Nothing but an end: what follows it on the diagram's lines is led there by nothing.
ENDS = (
    '<bpmn:exclusiveGateway id="Escalation_ask" name="Needed?" default="Escalation_f2">'
    "<bpmn:incoming>Escalation_f1</bpmn:incoming><bpmn:outgoing>Escalation_f2</bpmn:outgoing><bpmn:outgoing>Escalation_f0</bpmn:outgoing>"
    '</bpmn:exclusiveGateway><bpmn:sequenceFlow id="Escalation_f0" sourceRef="Escalation_ask" targetRef="Escalation_end">'
    "<bpmn:conditionExpression>not escalated</bpmn:conditionExpression></bpmn:sequenceFlow>"
)


def in_toolbox(landlord: Landlord, user: Who, now: datetime, first_step: str = "") -> Case:
    """A case in its toolbox; the escalation begins with `first_step` in place of its first task."""
    if first_step:
        files = dict(landlord.pack.live.files)
        begins = re.compile(r'<bpmn:userTask id="Escalation_ask".*?</bpmn:userTask>', re.DOTALL)
        files["escalation.bpmn"] = begins.sub(first_step, files["escalation.bpmn"])
        publish(landlord=landlord, files=files, note="Another beginning", by=None, now=now)
    case = open_case(landlord, user, now)
    do(case, "Triage the report", user("calls"), now)
    for name in ("Contact the reporter", "Ask the risk questions", "Agree the action plan"):
        do(case, name, user("officer"), now)
    return case


def started(case: Case, by: User, element: str = "Tool_escalate") -> str:
    """The page that follows the start of a tool."""
    response = signed_in(by).post(reverse("tool", args=[case.reference, element]), follow=True)
    return str(response.content.decode())


def next_part(case: Case, by: User) -> str:
    page = signed_in(by).get(reverse("case", args=[case.reference])).content.decode()
    return str(page[page.index('id="next"') : page.index('id="place"')])


def test_a_tool_that_opens_a_task_says_which(landlord: Landlord, user: Who, now: datetime) -> None:
    page = started(in_toolbox(landlord, user, now), user("officer"))
    assert "“Escalate to the specialist team” has started. Its first task is on the list: “Ask for the specialist team”." in page


def test_a_button_pressed_twice_starts_a_tool_once(landlord: Landlord, user: Who, now: datetime) -> None:
    case, officer = in_toolbox(landlord, user, now), signed_in(user("officer"))
    address = reverse("tool", args=[case.reference, "Tool_escalate"])
    press = officer.get(address).context["press"]
    assert "has started" in officer.post(address, {"press": press}, follow=True).content.decode()
    assert "It was started once." in officer.post(address, {"press": press}, follow=True).content.decode()
    assert case.instance.tasks.filter(element="Escalation_ask").count() == 1
    officer.post(address, {"press": officer.get(address).context["press"]})
    assert case.instance.tasks.filter(element="Escalation_ask").count() == 2


@pytest.mark.parametrize(("name", "said"), [("A day to think", "it waits for “A day to think”."), ("", "it waits.")])
def test_a_tool_that_opens_no_task_says_what_it_waits_for(name: str, said: str, landlord: Landlord, user: Who, now: datetime) -> None:
    timer = TIMER.replace("A day to think", name).format("days(3650, since=reported_at)")
    page = started(in_toolbox(landlord, user, now, timer), user("officer"))
    assert f"“Escalate to the specialist team” has started. No task yet: {said}" in page and "on the list" not in page


def test_a_tool_that_cannot_start_says_why(landlord: Landlord, user: Who, now: datetime) -> None:
    page = started(in_toolbox(landlord, user, now, TIMER.format("days(28, since=survey_sent_at)")), user("officer"))
    fault = Fault.objects.get()
    assert f"could not start: {fault.sentence}" in page and page.count(fault.sentence) > 1 and "on the list" not in page


def test_a_tool_that_is_over_at_once_says_so(landlord: Landlord, user: Who, now: datetime) -> None:
    page = started(in_toolbox(landlord, user, now, ENDS), user("officer"))
    assert "“Escalate to the specialist team” is done. It has no task for anybody." in page


def test_what_has_stopped_stands_above_what_is_open_and_the_rest_waits_for_it(landlord: Landlord, user: Who, now: datetime) -> None:
    case = in_toolbox(landlord, user, now)
    started(case, user("officer"))
    before = next_part(case, user("officer"))
    assert "Stopped:" not in before and "put right" not in before
    fault = Fault.objects.create(instance=case.instance, engine_id=case.instance.tasks.first().engine_id, name="Send", raised_at=now)
    shown = next_part(case, user("officer"))
    link = f'Stopped: <a class="govuk-link" href="{reverse("fault", args=[fault.pk])}">Send</a>'
    places = [shown.index(text) for text in (link, "Open now", "once what has stopped is put right", "Certain to come")]
    assert places == sorted(places)
    Fault.objects.update(resolved_at=now)
    assert "Stopped:" not in next_part(case, user("officer"))


def test_the_procedure_has_ended_only_when_it_has(landlord: Landlord, user: Who, now: datetime) -> None:
    case = in_toolbox(landlord, user, now)
    Instance.objects.filter(pk=case.instance_id).update(active=[])
    case.instance.tasks.update(status="cancelled", closed_at=now)
    assert "procedure has ended" not in next_part(case, user("leader"))
    Instance.objects.filter(pk=case.instance_id).update(ended_at=now)
    assert "procedure has ended" in next_part(case, user("leader"))


def test_the_page_asks_as_much_for_three_faults_as_for_one(landlord: Landlord, user: Who, now: datetime) -> None:
    case, asked = in_toolbox(landlord, user, now), list[int]()
    client, url = signed_in(user("officer")), reverse("case", args=[case.reference])
    for number in range(3):
        Fault.objects.create(instance=case.instance, engine_id=f"{number:032}", name=f"Send {number}", raised_at=now)
        with CaptureQueriesContext(connection) as seen:
            client.get(url)
        asked.append(len(seen))
    assert len(set(asked[1:])) == 1 and asked[0] >= asked[1]
