"""The API does what the pages do, and its document tells the truth."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

import jsonschema
import pytest
from django.test import Client
from django.urls import reverse

from backend.accounts.models import Landlord, User
from backend.casework.models import Report
from backend.workflow.models import Task
from tests.answers import fill, open_tasks
from tests.workflow.test_runner import open_case

Who = Callable[[str], User]


@pytest.fixture
def client(landlord: Landlord, user: Who) -> Client:
    client = Client()
    client.force_login(user("calls"))
    return client


@pytest.fixture
def schema(client: Client) -> dict[str, Any]:
    return client.get(reverse("api-schema")).json()


def holds(schema: dict[str, Any], path: str, method: str, status: int, body: object) -> None:
    """The answer is as the document says."""
    said = schema["paths"][path][method]["responses"][str(status)]["content"]["application/json"]["schema"]
    jsonschema.validate(body, {**said, "components": schema["components"]})


def test_the_document_names_every_address_of_the_api_and_nothing_else(schema: dict[str, Any]) -> None:
    assert set(schema["paths"]) == {
        "/api/reports",
        "/api/tasks",
        "/api/tasks/{task_id}",
        "/api/tasks/{task_id}/complete",
        "/api/cases/{reference}",
        "/api/cases/{reference}/happenings",
        "/api/cases/{reference}/notes",
        "/api/cases/{reference}/contacts",
        "/api/cases/{reference}/evidence",
        "/api/cases/{reference}/tools/{element}",
        "/api/evidence",
    }


def test_a_report_is_taken_and_a_slip_is_refused(client: Client, schema: dict[str, Any]) -> None:
    told = {"channel": "telephone", "what": "Shouting", "place": "3 Elm Close", "name": "Ben Asher"}
    response = client.post(reverse("api-reports"), told, content_type="application/json")
    assert response.status_code == 201 and Report.objects.get().name == "Ben Asher"
    holds(schema, "/api/reports", "post", 201, response.json())
    assert client.post(reverse("api-reports"), {**told, "nmae": "x"}, content_type="application/json").status_code == 400
    assert client.post(reverse("api-reports"), {**told, "postcode": "nowhere"}, content_type="application/json").status_code == 422
    assert Report.objects.count() == 1


def test_my_tasks_can_be_listed_opened_and_completed_once(
    client: Client, schema: dict[str, Any], landlord: Landlord, user: Who, now: datetime
) -> None:
    case = open_case(landlord, user, now)
    listed = client.get(reverse("api-tasks"))
    holds(schema, "/api/tasks", "get", 200, listed.json())
    task_id = listed.json()[0]["id"]
    opened = client.get(reverse("api-task", args=[task_id]))
    holds(schema, "/api/tasks/{task_id}", "get", 200, opened.json())
    task = Task.objects.get(pk=task_id)
    from backend.casework.commands import form_of

    url, answers = reverse("api-task-complete", args=[task_id]), {"answers": fill(form_of(task), {})}
    wrong = client.post(url, {"answers": {"is_asb": ["yes"]}}, content_type="application/json")
    assert wrong.status_code == 422 and "category" in wrong.json()["problems"]
    holds(schema, "/api/tasks/{task_id}/complete", "post", 422, wrong.json())
    slip = client.post(url, {"answers": {**answers["answers"], "catgeory": ["NOI"]}}, content_type="application/json")
    assert slip.status_code == 422 and slip.json()["problems"] == {"catgeory": "There is no such question."}
    assert client.post(url, answers, content_type="application/json").status_code == 204
    again = client.post(url, answers, content_type="application/json")
    assert again.status_code == 409 and "already been done" in again.json()["detail"]
    assert open_tasks(case) == ["Contact the reporter"]


def test_a_case_can_be_read(client: Client, schema: dict[str, Any], landlord: Landlord, user: Who, now: datetime) -> None:
    case = open_case(landlord, user, now)
    response = client.get(reverse("api-case", args=[case.reference]))
    holds(schema, "/api/cases/{reference}", "get", 200, response.json())
    assert response.json()["people"] == [{"id": case.parties.get().pk, "role": "reporter", "label": "Carol Whitmore"}]


def test_a_partners_message_is_delivered_once_and_a_slip_is_refused(
    client: Client, schema: dict[str, Any], landlord: Landlord, user: Who, now: datetime
) -> None:
    case = open_case(landlord, user, now)
    url = reverse("api-happenings", args=[case.reference])
    listed = client.get(url)
    holds(schema, "/api/cases/{reference}/happenings", "get", 200, listed.json())
    concern = next(told for told in listed.json() if told["message"] == "safeguarding_concern")
    given = {"message": "safeguarding_concern", "person": concern["people"][0]["id"], "reason": "The school rang", "press": str(uuid4())}
    for _ in range(2):
        assert client.post(url, given, content_type="application/json").status_code == 204
    assert open_tasks(case).count("Write down the concern") == 1
    assert client.post(url, {**given, "message": "nosuch", "press": str(uuid4())}, content_type="application/json").status_code == 422
    assert client.post(url, {**given, "why": "x"}, content_type="application/json").status_code == 400
    nobody = client.post(url, {**given, "person": 0, "press": str(uuid4())}, content_type="application/json")
    assert nobody.status_code == 422 and set(nobody.json()["problems"]) == {"party"}
