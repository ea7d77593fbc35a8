"""A release that an open version cannot run refuses to start, and names both."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.accounts.models import Landlord, User
from backend.casework.models import Case
from backend.workflow import bpmn, catalogue, forms, functions, models, once, release
from backend.workflow.engine import state
from backend.workflow.models import Instance
from tests.workflow.test_runner import open_case

Who = Callable[[str], User]
NAMED = "Open cases of Fenbridge Homes follow version 1 of its procedure, and this release cannot run it: "


@pytest.fixture
def case(landlord: Landlord, user: Who, now: datetime) -> Case:
    return open_case(landlord, user, now)


def start() -> None:
    """As another process starts: nothing that this one has parsed is at hand."""
    models.contents_of.cache_clear()
    call_command("check_versions")


def test_a_release_that_runs_every_open_version_starts(case: Case) -> None:
    start()


def without(code: str) -> Callable[[catalogue.LetterTexts], dict[str, str]]:
    """What the catalogue hears of letters when one of them is gone."""
    known = catalogue.writing().titles
    return lambda texts: {each: title for each, title in known(texts).items() if each != code}


LOST: list[tuple[str, Callable[[pytest.MonkeyPatch], None]]] = [
    ("“send_survey”", lambda patch: patch.delitem(catalogue._known.operations, "send_survey")),
    ("has no “outcome”", lambda patch: patch.setitem(
        catalogue._known.operations, "close_case", catalogue.OperationKind("close_case", "Close the case", {}, dict, catalogue.operations()["close_case"].gives)
    )),
    ("acknowledgement", lambda patch: patch.setattr(catalogue.writing(), "titles", without("acknowledgement"))),
    ("“report_attached”", lambda patch: patch.delitem(catalogue._known.messages, "report_attached")),
    ("“days”", lambda patch: patch.setattr("backend.workflow.meaning.NAMES", functions.NAMES - {"days"})),
    ("“yes_no”", lambda patch: patch.delitem(forms.TYPES, "yes_no")),  # type: ignore[arg-type]
    ("adHocSubProcess", lambda patch: patch.setitem(bpmn._ALLOWED, bpmn.BPMN, bpmn._ALLOWED[bpmn.BPMN] - {"adHocSubProcess"})),
    ("has format", lambda patch: patch.setattr(state, "FORMAT", 0)),
]  # fmt: skip


@pytest.mark.parametrize(("word", "lose"), LOST, ids=[word for word, _ in LOST])
def test_a_start_stops_with_the_landlord_the_version_and_the_word_that_this_release_has_lost(
    case: Case, monkeypatch: pytest.MonkeyPatch, word: str, lose: Callable[[pytest.MonkeyPatch], None]
) -> None:
    lose(monkeypatch)
    monkeypatch.setattr(once, "CHARACTERS", -1)  # nothing that this process has read is at hand
    with pytest.raises(CommandError) as stopped:
        start()
    monkeypatch.undo()
    models.contents_of.cache_clear()
    assert str(stopped.value).startswith(NAMED) and word in str(stopped.value)
    assert stopped.value.returncode != 0


def test_a_version_that_no_open_case_follows_keeps_nobody_from_starting(case: Case, monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    Instance.objects.update(ended_at=now)
    monkeypatch.delitem(catalogue._known.operations, "send_survey")
    start()


@pytest.mark.parametrize("unreadable", [{"format": 0}, {"other": 1}], ids=["another format", "no format"])
def test_a_later_case_whose_saved_state_has_another_format_keeps_the_release_from_starting(
    case: Case, landlord: Landlord, user: Who, now: datetime, unreadable: dict[str, int]
) -> None:
    later = open_case(landlord, user, now, place="9 Mill Lane")
    Instance.objects.filter(pk=later.instance_id).update(state=unreadable)
    with pytest.raises(CommandError) as stopped:
        start()
    assert str(stopped.value).startswith(NAMED) and f"instance {later.instance_id} cannot be read" in str(stopped.value)
    assert str(stopped.value).count(NAMED) == 1


def test_the_check_takes_as_long_for_many_cases_as_for_one(case: Case, landlord: Landlord, user: Who, now: datetime) -> None:
    with CaptureQueriesContext(connection) as one:
        list(release.refusals())
    for number in range(4):
        open_case(landlord, user, now, place=f"{number} Mill Lane")
    with CaptureQueriesContext(connection) as many:
        list(release.refusals())
    assert len(many) == len(one)
