"""What managers are shown of a large landlord: the most burdened officers first, and no more counting than a page is worth."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client, RequestFactory

from backend.accounts.models import Landlord, User
from backend.casework import queries
from backend.web import managers, pages
from backend.workflow.models import Task
from tests.answers import do
from tests.workflow.test_runner import open_case

pytestmark = pytest.mark.django_db
Who = Callable[[str], User]


def test_a_long_list_is_counted_as_far_as_a_page_is_worth(monkeypatch: pytest.MonkeyPatch, landlord: Landlord) -> None:
    monkeypatch.setattr(pages, "MOST", 3)
    request = RequestFactory().get("/", {"page": "2"})
    everybody = User.objects.order_by("pk")
    assert everybody.count() > 4
    page = pages.page_of(request, everybody, 2)
    assert (page.paginator.found, page.paginator.more, list(page)) == ("More than 3", True, list(everybody[2:3]))  # type: ignore[attr-defined]
    few = pages.page_of(request, everybody.filter(pk__in=list(everybody.values_list("pk", flat=True)[:3])), 2)
    assert (few.paginator.found, few.paginator.more, few.paginator.num_pages) == ("3", False, 2)  # type: ignore[attr-defined]


def test_the_officers_with_most_late_come_first_and_the_rest_a_link_away(
    monkeypatch: pytest.MonkeyPatch, client: Client, landlord: Landlord, user: Who, now: datetime
) -> None:
    for who in ("officer", "compliance", "leader"):
        case = open_case(landlord, user, now)
        do(case, "Triage the report", user("calls"), now)
        Task.objects.filter(instance=case.instance, status=Task.OPEN).update(owner=user(who))
    late = Task.objects.filter(owner=user("compliance"))
    late.update(due_at=now - timedelta(days=9))
    load = queries.load_by_officer(user("leader"), now=now)
    assert load[0] == queries.Load(user("compliance").name, user("compliance").team.name, late.count(), late.count())  # type: ignore[union-attr]
    assert {one.owner for one in load} >= {user(who).name for who in ("officer", "compliance", "leader")}
    monkeypatch.setattr(managers, "BUSIEST", 1)
    client.force_login(user("leader"))
    first, all_of_them = client.get("/overdue"), client.get("/overdue?officers=all")
    assert (len(first.context["load"]), len(all_of_them.context["load"])) == (1, len(load))
    assert b"Show all officers" in first.content and b"Show all officers" not in all_of_them.content
