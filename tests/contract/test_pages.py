"""What people see on pages, as practices claim it. Each is a proof by itself: it takes only what `tests/conftest.py` gives."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backend.accounts.models import Landlord, User
from backend.casework.models import Survey
from tests.workflow.test_runner import close, open_case

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


def test_whoever_takes_the_call_takes_the_report(landlord: Landlord, user: Who) -> None:
    for who in ("calls", "leader"):
        assert "What has happened?" in opened(user(who), "report-new")


def test_anybody_reports_on_one_public_form_and_need_not_give_a_name(landlord: Landlord) -> None:
    answer = Client().get(reverse("report-public", args=[landlord.code]))
    page = answer.content.decode()
    assert answer.status_code == 200 and "Who is doing it, if you know?" in page and "You may leave this empty" in page


def test_everything_is_written_on_the_case(landlord: Landlord, user: Who, now: datetime) -> None:
    case = open_case(landlord, user, now)
    for name in ("note-new", "contact-new", "incident-new", "evidence-new"):
        assert case.reference in opened(user("calls"), name, case.reference)


def test_a_disclosure_or_a_concern_can_be_said_of_any_case(landlord: Landlord, user: Who, now: datetime) -> None:
    page = opened(user("calls"), "happened", open_case(landlord, user, now).reference)
    assert "Hate crime or domestic abuse was disclosed" in page and "A safeguarding concern" in page


def test_who_covers_which_patch_is_listed(landlord: Landlord, user: Who) -> None:
    page, patches = opened(user("admin"), "users"), user("officer").patches.all()
    row = page.split(f">{user('officer').name}</a>")[1].split("</tr>")[0]
    assert patches and all(patch.name in row for patch in patches)


def test_homes_and_tenancies_come_from_a_list(landlord: Landlord, user: Who) -> None:
    assert reverse("homes-import-new") in opened(user("admin"), "homes-imports")
    assert 'type="file"' in opened(user("admin"), "homes-import-new")


def test_a_survey_answered_by_telephone_or_letter_is_entered(landlord: Landlord, user: Who) -> None:
    now = timezone.now()
    case = open_case(landlord, user, now)
    close(case, user, now)
    survey = Survey.objects.get(case=case)
    page = opened(user("leader"), "survey-enter", case.reference, survey.pk)
    assert 'value="telephone"' in page and 'value="paper"' in page
