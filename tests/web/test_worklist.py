"""The list that an officer works from, and the page of a task: narrowed by its address, come back to, and what stands beside the form."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from backend.accounts.models import Absence, Landlord, User
from backend.casework.models import Case, Notice
from backend.workflow.models import Task
from tests.answers import do, fill
from tests.web.test_bad_input import signed_in
from tests.workflow.test_runner import open_case

Who = Callable[[str], User]


@pytest.fixture
def two(landlord: Landlord, user: Who) -> list[Task]:
    """The officer's tasks in two cases of two patches: one late, one in a month."""
    now, found = timezone.now(), []
    for name, postcode, due in (("Carol Whitmore", "PE14 7DE", -timedelta(days=2)), ("Dean Stock", "PE15 8AA", timedelta(days=30))):
        case = open_case(landlord, user, now, name=name, place_postcode=postcode)
        do(case, "Triage the report", user("calls"), now)
        task = Task.objects.get(instance=case.instance, status=Task.OPEN)
        task.owner, task.due_at = user("officer"), now + due
        task.save()
        found.append(task)
    return found


def listed(client: Client, **given: object) -> str:
    return str(client.get(reverse("tasks"), given).content.decode())


@pytest.mark.parametrize("narrowed", [{"when": "late"}, {"when": "week"}, {"patch": "Wisbech"}, {"case": "00001"}])
def test_a_list_is_narrowed_by_its_address(two: list[Task], user: Who, narrowed: dict[str, str]) -> None:
    if "patch" in narrowed:
        narrowed = {"patch": str(two[0].instance.case.patch_id)}
    page = listed(signed_in(user("officer")), **narrowed)
    assert reverse("task", args=[two[0].pk]) in page and reverse("task", args=[two[1].pk]) not in page
    assert "of what you asked for" in page


@pytest.mark.parametrize("nonsense", [{"patch": "x"}, {"whose": "0"}, {"when": "never"}, {"patch": "9" * 400}, {"page": "x"}])
def test_an_address_that_makes_no_sense_is_no_trouble(two: list[Task], user: Who, nonsense: dict[str, str]) -> None:
    assert signed_in(user("officer")).get(reverse("tasks"), nonsense).status_code == 200


def test_a_task_leads_back_to_the_list_as_it_was(two: list[Task], user: Who) -> None:
    client = signed_in(user("officer"))
    listed(client, when="late")
    page = client.get(reverse("task", args=[two[0].pk])).content.decode()
    assert f'href="{reverse("tasks")}?when=late"' in page


def test_after_a_task_comes_the_next_of_its_case_else_the_list(two: list[Task], user: Who) -> None:
    client = signed_in(user("officer"))
    listed(client, when="late")
    form = two[0].instance.version.contents.forms[two[0].form]
    done = client.post(reverse("task", args=[two[0].pk]), fill(form, {}))
    following = Task.objects.get(instance=two[0].instance, status=Task.OPEN)
    assert following.owner == user("officer") and done.headers["Location"] == reverse("task", args=[following.pk])
    # What comes next in the other case is a colleague's.
    Case.objects.filter(instance=two[1].instance).update(owner=user("compliance"))
    done = client.post(reverse("task", args=[two[1].pk]), fill(form, {}))
    assert Task.objects.get(instance=two[1].instance, status=Task.OPEN).owner != user("officer")
    assert done.headers["Location"] == f"{reverse('tasks')}?when=late"


def test_a_task_that_waits_for_a_role_is_taken_from_the_list(landlord: Landlord, user: Who, now: datetime) -> None:
    task = Task.objects.get(instance=open_case(landlord, user, now).instance)
    client = signed_in(user("calls"))
    assert reverse("claim", args=[task.pk]) in listed(client, when="")
    assert client.post(reverse("claim", args=[task.pk]), {"from": "list"}).headers["Location"].startswith(reverse("tasks"))
    assert reverse("claim", args=[task.pk]) not in listed(client)


def test_what_was_put_off_shows_both_dates_and_that_a_promise_breaks(two: list[Task], user: Who) -> None:
    Task.objects.filter(pk=two[0].pk).update(put_off_to=timezone.now() + timedelta(days=3), put_off_why="The witness is away")
    page = listed(signed_in(user("officer")))
    assert "The witness is away" in page and "the promise breaks" in page and "Promised by" in page


def test_who_covers_has_the_tasks_on_their_list_and_is_told_why(two: list[Task], user: Who) -> None:
    today = timezone.localdate()
    Absence.objects.create(
        user=user("officer"), cover=user("officer2"), first=today, last=today, arranged_by=user("leader"), arranged_at=timezone.now()
    )
    page = listed(signed_in(user("officer2")))
    assert reverse("task", args=[two[0].pk]) in page and "away: you cover" in page
    assert "who is away: you cover" in signed_in(user("officer2")).get(reverse("task", args=[two[0].pk])).content.decode()


def test_a_team_and_its_manager_see_the_teams_list(two: list[Task], user: Who) -> None:
    url = reverse("team-tasks")
    assert two[0].name in signed_in(user("officer")).get(url).content.decode()
    team = user("officer").team_id
    assert two[0].name in signed_in(user("leader")).get(url, {"team": team}).content.decode()
    assert signed_in(user("calls")).get(url, {"team": team}).status_code == 404


def test_a_task_says_what_finishing_it_starts(two: list[Task], user: Who) -> None:
    page = signed_in(user("officer")).get(reverse("task", args=[two[0].pk])).content.decode()
    assert "When you finish this" in page and "“Ask the risk questions” opens for the case officer, due within 1 working day." in page
    assert "If “Reached?” is “no, try again”" in page


def test_a_task_shows_what_led_to_it_and_the_last_letters(two: list[Task], user: Who) -> None:
    page = signed_in(user("officer")).get(reverse("task", args=[two[0].pk])).content.decode()
    assert "What led here" in page and "Last letters" in page


def test_the_page_of_a_task_asks_as_much_whatever_is_in_the_case(two: list[Task], user: Who) -> None:
    client, url = signed_in(user("officer")), reverse("task", args=[two[0].pk])
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    case = Case.objects.get(instance=two[0].instance)
    for number in range(5):
        case.parties.create(role="respondent", description=f"Somebody {number}", added_at=timezone.now())
        case.records.create(form="x", title=f"Note {number}", answers=[], by=user("officer"), at=timezone.now())
    with CaptureQueriesContext(connection) as many:
        client.get(url)
    assert len(many) == len(few)


def test_opening_a_task_takes_its_notice_off_the_count(two: list[Task], user: Who) -> None:
    Notice.objects.create(task=two[0], person=user("officer"), kind=Notice.LATE, at=timezone.now())
    client = signed_in(user("officer"))
    page = client.get(reverse("notices")).content.decode()
    assert "not seen" in page and two[0].instance.case.reference in page
    client.get(reverse("task", args=[two[0].pk]))
    assert "not seen" not in client.get(reverse("notices")).content.decode()


def test_putting_off_by_the_page_asks_for_what_is_missing_and_keeps_what_was_typed(two: list[Task], user: Who) -> None:
    client, url = signed_in(user("officer")), reverse("put-off", args=[two[0].pk])
    page = client.post(url, {"reason": "The witness is away", "broken": "no"})
    assert page.status_code == 422 and "The witness is away" in page.content.decode()


def test_who_puts_off_what_is_late_already_is_not_asked_whether_the_promise_will_break(two: list[Task], user: Who) -> None:
    client, url = signed_in(user("officer")), reverse("put-off", args=[two[0].pk])
    assert "Will this break the promise?" not in client.get(url).content.decode()
    day = two[0].instance.landlord.calendar.next_working_day(timezone.localdate())
    given = {"reason": "The witness is away", "to-day": day.day, "to-month": day.month, "to-year": day.year}
    assert client.post(url, given).status_code == 302
    two[0].refresh_from_db()
    assert two[0].put_off_to is not None


def test_a_person_chooses_how_they_are_told_and_arranges_cover(landlord: Landlord, user: Who) -> None:
    client = signed_in(user("officer"))
    client.post(reverse("me-told"), {"told": "daily"})
    assert user("officer").told == "daily"
    day = timezone.localdate() + timedelta(days=7)
    dates = {f"{key}-{part}": str(getattr(day, part)) for key in ("first", "last") for part in ("day", "month", "year")}
    made = client.post(reverse("absence-new"), {"cover": str(user("officer2").pk), **dates})
    assert made.status_code == 302 and Absence.objects.get().cover == user("officer2")
    assert "Tom Achebe covers" in client.get(reverse("me")).content.decode()
