"""Notes, contacts, evidence and tools over the API: the commands and the access of the pages."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from backend.accounts.models import Landlord, User
from backend.casework.models import Case, Evidence, Note
from tests.answers import open_tasks
from tests.api.test_api import holds
from tests.web.test_bad_input import signed_in
from tests.web.test_case_page import in_toolbox
from tests.web.test_casefile import picture

Who = Callable[[str], User]


@pytest.fixture
def case(landlord: Landlord, user: Who, now: datetime, settings: object, tmp_path: Path) -> Case:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]
    return in_toolbox(landlord, user, now)


@pytest.fixture
def client(user: Who, landlord: Landlord) -> Client:
    return signed_in(user("officer"))


@pytest.fixture
def schema(client: Client) -> dict[str, Any]:
    return client.get(reverse("api-schema")).json()


def test_a_contact_and_a_note_are_kept_and_a_slip_is_refused(client: Client, schema: dict[str, Any], case: Case, user: Who) -> None:
    url, party = reverse("api-contacts", args=[case.reference]), case.parties.first()
    said = {
        "text": "All quiet.",
        "happened_at": "2020-11-19T10:00:00Z",
        "way": "telephone",
        "outward": True,
        "party": party.pk,
        "minutes": 4,
    }
    answer = client.post(url, said, content_type="application/json")
    assert answer.status_code == 201 and Note.objects.get().party == party
    holds(schema, "/api/cases/{reference}/contacts", "post", 201, answer.json())
    assert client.post(url, {**said, "mintues": 4}, content_type="application/json").status_code == 400
    assert client.post(url, {**said, "party": 0}, content_type="application/json").status_code == 404
    assert client.post(url, {**said, "happened_at": "2096-11-19T10:00:00Z"}, content_type="application/json").status_code == 422
    assert client.post(reverse("api-notes", args=[case.reference]), {"text": "x"}, content_type="application/json").status_code == 201
    stranger = signed_in(user("officer2")).post(url, said, content_type="application/json")
    assert stranger.status_code == 404 and Note.objects.count() == 2


def test_evidence_is_kept_with_a_case_and_without(client: Client, schema: dict[str, Any], case: Case) -> None:
    url, incident = reverse("api-case-evidence", args=[case.reference]), case.incidents.get()
    answer = client.post(url, {"title": "The door", "file": SimpleUploadedFile("a.jpg", picture()), "incident": incident.pk})
    holds(schema, "/api/cases/{reference}/evidence", "post", 201, answer.json())
    kept = Evidence.objects.get()
    assert answer.json()["sha256"] == hashlib.sha256(picture()).hexdigest() and (kept.case, kept.incident, kept.kind) == (
        case,
        incident,
        "photo",
    )
    assert client.post(url, {"title": "x", "file": SimpleUploadedFile("a.jpg", picture()), "titel": "x"}).status_code == 400
    assert client.post(url, {"title": "x", "file": SimpleUploadedFile("a.jpg", b"MZ not a picture")}).status_code == 422
    unplaced = client.post(reverse("api-evidence"), {"title": "x", "origin": "By post", "file": SimpleUploadedFile("a.jpg", picture())})
    holds(schema, "/api/evidence", "post", 201, unplaced.json())
    assert Evidence.objects.filter(case=None).count() == 1 and case.evidence.count() == 1


def test_a_tool_is_started_for_somebody_of_the_case(client: Client, schema: dict[str, Any], case: Case) -> None:
    shown = client.get(reverse("api-case", args=[case.reference])).json()
    holds(schema, "/api/cases/{reference}", "get", 200, shown)
    tool = next(tool for tool in shown["tools"] if tool["element"] == "Tool_update")
    reporter = next(person for person in shown["people"] if person["role"] == tool["whom"])
    url = reverse("api-tool", args=[case.reference, tool["element"]])
    assert client.post(url, {}, content_type="application/json").status_code == 422
    before, given = open_tasks(case), {"party": reporter["id"], "press": str(uuid4())}
    assert [client.post(url, given, content_type="application/json").status_code for _ in range(2)] == [204, 409]
    assert len(open_tasks(case)) == len(before) + 1
    other = next(tool for tool in shown["tools"] if tool["reason"] and tool["whom"] == "case")
    url = reverse("api-tool", args=[case.reference, other["element"]])
    assert client.post(url, {}, content_type="application/json").status_code == 422
    assert client.post(url, {"reason": "They have asked for it."}, content_type="application/json").status_code == 204
    assert client.post(reverse("api-tool", args=[case.reference, "NoSuch"]), {}, content_type="application/json").status_code == 404
