"""The list of tasks and the page of each: who sees what of a task that is done, and about whom."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
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


@pytest.fixture
def two_cases(landlord: Landlord, user: Who, now: datetime) -> tuple[Task, Task]:
    """The first task of two cases, each about the reporter of the first."""
    first, second = (open_case(landlord, user, now, name=name) for name in ("Carol Whitmore", "Dean Stock"))
    Task.objects.all().update(party_id=first.parties.get().pk)
    return Task.objects.get(instance=first.instance), Task.objects.get(instance=second.instance)


def test_a_wrong_number_never_shows_a_person_of_another_case(two_cases: tuple[Task, Task], user: Who) -> None:
    client = signed_in(user("calls"))
    listed = client.get(reverse("tasks")).content.decode()
    assert listed.count(">Triage the report<") == 2 and listed.count("for Carol Whitmore") == 1
    right, wrong = (client.get(reverse("task", args=[task.pk])).content.decode() for task in two_cases)
    assert "reporter Carol Whitmore" in right and "Carol Whitmore" not in wrong


def test_the_list_asks_as_much_for_two_tasks_as_for_one(two_cases: tuple[Task, Task], user: Who) -> None:
    client = signed_in(user("calls"))
    client.get(reverse("tasks"))
    with CaptureQueriesContext(connection) as two:
        client.get(reverse("tasks"))
    Task.objects.exclude(pk=two_cases[0].pk).delete()
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("tasks"))
    assert len(two) == len(one)


def test_back_at_a_task_that_one_has_done_says_so_and_shows_nothing_more(done: Task, user: Who) -> None:
    url, case = reverse("task", args=[done.pk]), reverse("case", args=[done.instance.case.reference])
    response = signed_in(user("calls")).get(url)
    page = response.content.decode()
    assert response.status_code == 200 and done.name in page and "You have done this, on" in page
    assert case not in page and "Mill Lane" not in page


def test_who_may_see_the_case_is_led_to_it_from_a_task_that_is_done(done: Task, user: Who) -> None:
    url, case = reverse("task", args=[done.pk]), reverse("case", args=[done.instance.case.reference])
    page = signed_in(user("officer")).get(url).content.decode()
    assert case in page and f"by {user('calls').name}" in page and "You have done this" not in page
    Task.objects.filter(pk=done.pk).update(closed_by=user("officer"))
    page = signed_in(user("officer")).get(url).content.decode()
    assert case in page and "You have done this" in page


def test_nobody_else_is_told_of_a_task_that_is_done(done: Task, landlord: Landlord, user: Who) -> None:
    url = reverse("task", args=[done.pk])
    assert [client.get(url).status_code for client in (signed_in(user("officer2")), newcomer(landlord))] == [404, 404]


def test_what_is_typed_into_a_task_that_is_done_meanwhile_is_given_back_and_not_called_kept(done: Task, user: Who) -> None:
    url = reverse("task-draft", args=[done.pk])
    for accept in ("application/json", "text/html"):
        answer = signed_in(user("leader")).post(url, {"harm": "distress"}, headers={"Accept": accept})
        assert answer.status_code == 409 and "distress" in answer.content.decode() and "saved" not in answer.content.decode()
    done.refresh_from_db()
    assert done.draft == {}
