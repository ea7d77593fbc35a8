"""What people see on pages, as practices claim it. Each is a proof by itself: it takes only what `tests/conftest.py` gives."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.test import Client
from django.urls import reverse

from backend.accounts.models import Landlord, User
from tests.workflow.test_runner import open_case

Who = Callable[[str], User]


def opened(by: User, name: str, *args: object) -> str:
    client = Client()
    client.force_login(by)
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_manager_opens_every_measure_down_to_its_cases(landlord: Landlord, user: Who) -> None:
    page = opened(user("leader"), "measures")
    for code in ("new-cases", "closed-cases", "contact-in-time"):
        assert reverse("measure", args=[code, 0]) in page


def test_an_owner_redraws_the_procedure_and_a_manager_reads_it(landlord: Landlord, user: Who) -> None:
    assert "Open a draft" in opened(user("owner"), "studio")
    assert "Life of a case" in opened(user("leader"), "procedure")


def test_evidence_is_added_from_a_telephone(landlord: Landlord, user: Who, now: datetime) -> None:
    case = open_case(landlord, user, now)
    assert 'type="file"' in opened(user("calls"), "evidence-new", case.reference)
