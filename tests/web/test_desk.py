"""The list of tasks and the page of each: who sees what of a task that is done, and about whom."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse

from backend.accounts.models import Landlord, Role, User
from backend.workflow.models import Task
from tests.answers import do
from tests.web.test_bad_input import signed_in
from tests.workflow.test_runner import open_case

Who = Callable[[str], User]
NO_SUCH = 987_654


@pytest.fixture
def done(landlord: Landlord, user: Who, now: datetime) -> Task:
    """A task that the contact centre closed; its case has gone out of their sight to the officer's patch."""
    case = open_case(landlord, user, now)
    do(case, "Triage the report", user("calls"), now)
    case.opened_by = None
    case.save(update_fields=["opened_by"])
    return Task.objects.get(instance=case.instance, status=Task.DONE)


def newcomer(landlord: Landlord, *powers: str) -> Client:
    """Somebody who works for the landlord, in a role and a patch of their own."""
    person = User.objects.create_user("new@fenbridge.example", None, name="New Comer", landlord=landlord)
    person.roles.add(Role.objects.create(landlord=landlord, code="newcomer", name="Newcomer", powers=["work", *powers]))
    return signed_in(person)


def test_a_closed_task_gives_what_was_typed_back_only_to_whom_it_could_have_been(done: Task, landlord: Landlord, user: Who) -> None:
    url, typed = reverse("task", args=[done.pk]), {"harm": "distress"}
    for name in ("calls", "leader"):
        response = signed_in(user(name)).post(url, typed)
        assert response.status_code == 409 and "distress" in response.content.decode(), name


def test_a_closed_task_of_a_case_out_of_sight_answers_as_a_number_that_does_not_exist(done: Task, landlord: Landlord) -> None:
    client = newcomer(landlord)
    answers = [client.post(reverse("task", args=[number]), {"harm": "distress"}) for number in (done.pk, NO_SUCH)]
    assert [answer.status_code for answer in answers] == [404, 404]
    for answer in answers:
        assert "We cannot find that" in answer.content.decode() and done.name not in answer.content.decode()
