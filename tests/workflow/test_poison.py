"""Poisoned submissions to the public form and to tasks: each is refused with a sentence and changes nothing, or its case
loads, works and closes."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from itertools import count
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse

from backend.accounts.models import Landlord, User
from backend.casework import commands
from backend.casework.models import Record, Report
from backend.web.reports import report_form
from backend.workflow.forms import read_form
from backend.workflow.models import Task
from tests.answers import fill
from tests.workflow.poison import REPORT, TEXTS, Poison, poisoned
from tests.workflow.test_runner import open_case

Who = Callable[[str], User]


def test_poison_is_refused_or_its_case_still_ends(landlord: Landlord, now: datetime) -> None:
    ward = poisoned(landlord, now, seed=1, reports=200, submissions=300, cases=6)
    assert ward.given == 500 and ward.refused > 150 and ward.taken > 100, ward
    assert ward.closed == len(ward.cases) >= 6


FORM = read_form("f", json.dumps({"title": "F", "questions": [{"key": "said", "label": "Said", "type": "paragraphs"}]}))


@pytest.mark.parametrize("text", TEXTS, ids=[ascii(text)[:30] for text in TEXTS])
def test_words_that_are_kept_can_be_shown(text: str) -> None:
    """Refused, or kept without anything that nobody sees."""
    try:
        kept = FORM.clean({"said": [text]}, {}).answers[0]["value"]
    except Exception as error:
        assert type(error).__name__ == "InvalidAnswers"
    else:
        assert 0 < len(kept) <= 10_000 and "\0" not in kept and "\N{RIGHT-TO-LEFT OVERRIDE}" not in kept
        kept.encode()


def encoded(data: dict[str, list[str]]) -> bytes:
    """As a hostile browser would send it, halves of characters included."""
    return urlencode(data, doseq=True, errors="surrogatepass").encode()


def post(client: Client, url: str, data: dict[str, list[str]], caller: int = 0) -> int:
    address = f"10.0.{caller // 200}.{caller % 200}"
    return client.post(url, encoded(data), content_type="application/x-www-form-urlencoded", REMOTE_ADDR=address).status_code


def test_the_public_form_answers_poison_with_a_page(landlord: Landlord) -> None:
    poison, form, statuses = Poison(3), report_form(landlord), set()
    for number in range(40):
        statuses.add(post(Client(), reverse("report-public", args=["fenbridge"]), poison.answers(form, REPORT), number))
    assert statuses <= {302, 400, 413, 422} and {302, 422} <= statuses
    for report in Report.objects.all():
        assert report.what.isprintable() or "\n" in report.what


def test_the_task_page_and_the_api_answer_poison_with_a_page(landlord: Landlord, user: Who, now: datetime) -> None:
    client, poison, statuses = Client(), Poison(4), set()
    client.force_login(user("calls"))
    tasks = (Task.objects.get(instance=open_case(landlord, user, now, place=f"{n} Mill Lane").instance) for n in count())
    task = next(tasks)
    for number in range(80):
        if Record.objects.filter(task=task).exists():
            task = next(tasks)
        form = commands.form_of(task)
        data = poison.answers(form, fill(form, {}))
        if number % 2:
            status = post(client, reverse("task", args=[task.pk]), data)
        else:
            body = json.dumps({"answers": data})
            status = client.post(reverse("api-task-complete", args=[task.pk]), body, content_type="application/json").status_code
        statuses.add(status)
        # What is refused changes nothing: only what was taken can spoil the page of the case.
        if status < 400:
            assert client.get(reverse("case", args=[task.instance.case.reference])).status_code == 200
    assert statuses <= {204, 302, 400, 413, 422} and {204, 302, 422} <= statuses


@pytest.mark.parametrize(
    "body",
    ['{"answers": NaN}', '{"answers": {"a": [Infinity]}}', '{"answers": ' + "[" * 20_000, '{"answers":' * 3_000, '{"answers": {"a": [{"typename": "datetime"}]}}',
     '{"answers": {"typename": "x"}}', '{"answers": null}', "[]", "", "\\ud800", '{"answers": {"\\u0000": ["\\u0000"]}}', '{"answers": {"is_asb": ["\\ud800"]}}',
     '{"answers": {"is_asb": [1e999]}}', '{"answers": {"is_asb": ["' + "x" * 1_000_000 + '"]}}', '{"answers": {}, "typename": "x"}'],
    ids=range(15),
)  # fmt: skip
def test_json_that_makes_no_sense_is_refused_and_changes_nothing(body: str, landlord: Landlord, user: Who, now: datetime) -> None:
    task = Task.objects.get(instance=open_case(landlord, user, now).instance)
    client = Client()
    client.force_login(user("calls"))
    answer = client.post(reverse("api-task-complete", args=[task.pk]), body, content_type="application/json")
    assert answer.status_code in (400, 413, 422) and not Record.objects.exists()
    assert Task.objects.get(pk=task.pk).status == Task.OPEN
