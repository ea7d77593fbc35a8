"""When the office calendar changes, live promises are worked out again; nothing that people were told is made later."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from backend.accounts.calendar import change_calendar
from backend.accounts.models import CalendarChange, Landlord, User
from backend.audit.models import Entry
from backend.casework import commands, queries, recomputing
from backend.casework.jobs import recompute_waiting
from backend.casework.models import Case
from backend.casework.recomputing import recompute_next
from backend.errors import InvalidAnswers, NotAllowed
from backend.rules.working_time import LONDON, Calendar
from backend.workflow.models import Instance, Task
from backend.workflow.publishing import publish
from tests.answers import do
from tests.web.test_bad_input import signed_in
from tests.workflow.test_runner import close, open_case

Who = Callable[[str], User]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


#: The Friday before an office move: Monday and Tuesday would be working days.
FRIDAY, MONDAY, TUESDAY = at("2026-11-20 16:30"), date(2026, 11, 23), date(2026, 11, 24)


def shut(
    landlord: Landlord, by: User, first: date = MONDAY, last: date = TUESDAY, *, closed: bool = True, now: datetime = FRIDAY
) -> CalendarChange:
    change = change_calendar(landlord=landlord, first=first, last=last, closed=closed, reason="Office move", by=by, now=now)
    recompute_waiting()
    change.refresh_from_db()
    return change


def due(case: Case, name: str) -> datetime:
    return Task.objects.get(instance=case.instance_id, name=name, status=Task.OPEN).due_at


@pytest.fixture
def inward(landlord: Landlord, user: Who) -> Case:
    """A case with a task whose promise nobody outside was told: the home visit, five working days."""
    case = open_case(landlord, user, FRIDAY)
    do(case, "Triage the report", user("calls"), FRIDAY)
    for name in ("Contact the reporter", "Ask the risk questions", "Agree the action plan"):
        do(case, name, user("officer"), FRIDAY)
    commands.start_tool(case=Case.objects.get(pk=case.pk), element="Tool_ready", party=None, by=user("officer"), now=FRIDAY)
    return case


def test_a_promise_that_nobody_was_told_moves_with_the_calendar_and_the_case_says_why(inward: Case, landlord: Landlord, user: Who) -> None:
    assert due(inward, "Start closing the case") == at("2026-11-24 17:00")
    change = shut(landlord, user("admin"))
    assert due(inward, "Start closing the case") == at("2026-11-26 17:00")
    assert (change.moved, change.kept, change.done_at is not None) == (1, 0, True)
    entry = Entry.objects.get(verb="recompute_promise")
    assert (entry.case_id, entry.by) == (inward.pk, user("admin"))
    assert entry.sentence == (
        "“Start closing the case” is due Thursday 26 November 2026, 17:00 instead of Tuesday 24 November 2026, 17:00: the office calendar changed"
    )
    assert entry.details["reason"] == "Closed the office from 23 November 2026 to 24 November 2026. Office move"


def test_a_date_that_people_were_told_is_never_made_later_and_the_case_says_so(landlord: Landlord, user: Who) -> None:
    case = open_case(landlord, user, FRIDAY)
    assert due(case, "Triage the report") == at("2026-11-23 17:00")
    change = shut(landlord, user("admin"))
    assert due(case, "Triage the report") == at("2026-11-23 17:00")
    assert (change.moved, change.kept) == (0, 1)
    entry = Entry.objects.get(verb="keep_promise")
    assert entry.case_id == case.pk and entry.sentence.startswith(
        "“Triage the report” stays due Monday 23 November 2026, 17:00, as people have been told. By the changed calendar it would be Wednesday 25"
    )


def test_a_date_that_people_were_told_may_come_earlier(landlord: Landlord, user: Who) -> None:
    shut(landlord, user("admin"))
    case = open_case(landlord, user, FRIDAY + timedelta(minutes=5))
    assert due(case, "Triage the report") == at("2026-11-25 17:00")
    shut(landlord, user("admin"), closed=False, now=FRIDAY + timedelta(hours=1))
    assert due(case, "Triage the report") == at("2026-11-23 17:00")
    assert not landlord.closures.exists()


def test_an_extra_bank_holiday_and_its_undoing_bring_every_date_back(inward: Case, landlord: Landlord, user: Who) -> None:
    shut(landlord, user("admin"), MONDAY, MONDAY)
    assert due(inward, "Start closing the case") == at("2026-11-25 17:00")
    shut(landlord, user("admin"), MONDAY, MONDAY, closed=False, now=FRIDAY + timedelta(hours=1))
    assert due(inward, "Start closing the case") == at("2026-11-24 17:00")


def test_closed_tasks_later_tasks_and_dates_from_elsewhere_stay(inward: Case, landlord: Landlord, user: Who) -> None:
    Task.objects.filter(instance=inward.instance_id, status=Task.OPEN).update(due_at=at("2026-12-01 12:00"))
    before = dict(Task.objects.values_list("pk", "due_at"))
    assert (shut(landlord, user("admin")).moved, Entry.objects.filter(verb="recompute_promise").count()) == (0, 0)
    assert dict(Task.objects.values_list("pk", "due_at")) == before


def test_a_timer_that_waits_in_the_engine_moves_too(landlord: Landlord, user: Who) -> None:
    case = surveyed(landlord, user, "working_days(2, since=survey_sent_at)")
    assert Instance.objects.get(pk=case.instance_id).due_at == at("2026-11-24 17:00")
    shut(landlord, user("admin"))
    instance = Instance.objects.get(pk=case.instance_id)
    assert instance.due_at == at("2026-11-26 17:00") and "2026-11-26" in str(instance.state)
    entry = Entry.objects.get(verb="recompute_promise", sentence__contains="28 days")
    assert entry.case_id == case.pk


def test_a_timer_of_calendar_days_stays(landlord: Landlord, user: Who) -> None:
    case = surveyed(landlord, user, "days(28, since=survey_sent_at)")
    assert "2026-12-18" in str(Instance.objects.get(pk=case.instance_id).state)
    assert shut(landlord, user("admin")).moved == 1, "the working days in which a mistaken closure can be taken back, and nothing else"
    assert Entry.objects.get(verb="recompute_promise").sentence.startswith("“10 working days”")
    assert "2026-12-18" in str(Instance.objects.get(pk=case.instance_id).state)


def surveyed(landlord: Landlord, user: Who, wait: str) -> Case:
    """A closed case that waits for its survey until `wait`."""
    files = dict(landlord.pack.live.files)
    files["survey.bpmn"] = files["survey.bpmn"].replace("days(28, since=survey_sent_at)", wait)
    publish(landlord=landlord, files=files, note="Wait", by=None, now=FRIDAY)
    case = open_case(landlord, user, FRIDAY)
    close(case, user, FRIDAY)
    return case


def test_batches_take_a_fixed_number_of_statements_each_and_go_on_where_they_stopped(
    landlord: Landlord, user: Who, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = open_case(landlord, user, FRIDAY)
    for _ in range(5):
        Case.objects.filter(pk=open_case(landlord, user, FRIDAY).pk).update(place="Elsewhere")
    more = [
        Task(
            instance=first.instance,
            landlord=landlord,
            engine_id=uuid4(),
            element="Visit_arrange",
            name="Visit",
            role="x",
            due_at=at("2026-11-27 17:00"),
            opened_at=FRIDAY,
        )
        for _ in range(30)
    ]
    Task.objects.bulk_create(more)
    monkeypatch.setattr(recomputing, "BATCH", 2)
    change_calendar(landlord=landlord, first=MONDAY, last=TUESDAY, closed=True, reason="Move", by=user("admin"), now=FRIDAY)
    asked = []
    while True:
        with CaptureQueriesContext(connection) as seen:
            if not recompute_next(now=FRIDAY):
                break
        asked.append(len(seen))
    change = CalendarChange.objects.get()
    assert (change.moved, change.kept) == (30, 6)
    assert len(asked) == 4 and max(asked) <= 9
    assert set(Task.objects.filter(name="Visit").values_list("due_at", flat=True)) == {at("2026-12-01 17:00")}


@pytest.mark.parametrize("timed", [False, True], ids=["a task", "a timer"])
def test_a_case_that_cannot_be_read_is_left_out_as_a_fault_and_every_other_moves(
    inward: Case, landlord: Landlord, user: Who, caplog: pytest.LogCaptureFixture, timed: bool
) -> None:
    bad = open_case(landlord, user, FRIDAY)
    Instance.objects.filter(pk=bad.instance_id).update(
        state={"format": 0, "name": "Carol Whitmore", **({"scopes": [], "trees": []} if timed else {})}, due_at=FRIDAY if timed else None
    )
    Task.objects.filter(instance=bad.instance_id).update(due_at=at("2026-11-23 17:00"))
    change = shut(landlord, user("admin"))
    assert change.done_at is not None and due(inward, "Start closing the case") == at("2026-11-26 17:00")
    assert not Entry.objects.filter(case_id=bad.pk, verb__in=["keep_promise", "recompute_promise"]).exists()
    assert [(fault.instance_id, "Check them by hand" in fault.sentence) for fault in queries.open_faults(user("leader"))] == [
        (bad.instance_id, True)
    ]
    assert f"instance {bad.instance_id} " in caplog.text and "Whitmore" not in caplog.text


def test_health_counts_changed_calendars_that_wait_longer_than_an_hour(landlord: Landlord, user: Who) -> None:
    now, said = timezone.now(), StringIO()
    coming = Calendar().next_working_day(timezone.localdate() + timedelta(days=90))
    change = change_calendar(landlord=landlord, first=coming, last=coming, closed=True, reason="Move", by=user("admin"), now=now)
    call_command("health", stdout=said)
    CalendarChange.objects.filter(pk=change.pk).update(at=now - timedelta(minutes=61))
    with pytest.raises(SystemExit):
        call_command("health", stdout=said)
    assert said.getvalue() == "All is well.\n1 changed calendar after which dates have not been worked out again\n"


def test_only_an_administrator_of_the_landlord_changes_the_calendar(landlord: Landlord, user: Who) -> None:
    other = Landlord.objects.create(code="elsewhere", name="Elsewhere Homes")
    for by, whose in [(user(name), landlord) for name in ("leader", "officer", "owner", "calls")] + [(user("admin"), other)]:
        with pytest.raises(NotAllowed):
            shut(whose, by)
    assert not CalendarChange.objects.exists()


@pytest.mark.parametrize(
    ("first", "last", "key"),
    [
        (date(2026, 11, 24), date(2026, 11, 23), "last"), (date(2026, 11, 23), date(2028, 11, 23), "last"),
        (date(1990, 1, 1), date(1990, 1, 1), "first"), (date(2026, 11, 21), date(2026, 11, 22), "first"),
    ],
)  # fmt: skip
def test_a_closure_that_cannot_be_meant_is_refused(first: date, last: date, key: str, landlord: Landlord, user: Who) -> None:
    with pytest.raises(InvalidAnswers) as caught:
        shut(landlord, user("admin"), first, last)
    assert set(caught.value.problems) == {key}


def refusal(landlord: Landlord, by: User, first: date, last: date, *, closed: bool) -> dict[str, str]:
    with pytest.raises(InvalidAnswers) as caught:
        shut(landlord, by, first, last, closed=closed)
    return caught.value.problems


def test_weekends_and_bank_holidays_cannot_be_opened_and_the_sentence_says_so(landlord: Landlord, user: Who) -> None:
    said = "This is a weekend or bank holiday; it cannot be opened here."
    for first, last in ((date(2026, 11, 21), date(2026, 11, 22)), (date(2026, 12, 25), date(2026, 12, 28))):
        assert refusal(landlord, user("admin"), first, last, closed=False) == {"first": said}
    for first, last in ((MONDAY, MONDAY), (date(2026, 11, 21), MONDAY)):
        assert "open on these days already" in refusal(landlord, user("admin"), first, last, closed=False)["first"]


def test_at_most_a_month_is_closed_at_a_time_and_more_may_be_opened(landlord: Landlord, user: Who) -> None:
    last = date(2026, 12, 23)
    assert refusal(landlord, user("admin"), MONDAY, last + timedelta(days=1), closed=True) == {"last": "Close at most 31 days at a time"}
    assert (last - MONDAY).days == 30 and shut(landlord, user("admin"), MONDAY, last).done_at is not None
    shut(landlord, user("admin"), MONDAY, last + timedelta(days=60), closed=False)
    assert not landlord.closures.exists()


def test_the_page_closes_the_office_and_shows_what_became_of_promises(inward: Case, landlord: Landlord, user: Who) -> None:
    client, url = signed_in(user("admin")), reverse("calendar")
    coming = Calendar().next_working_day(timezone.localdate() + timedelta(days=90))
    day = {"first-day": str(coming.day), "first-month": str(coming.month), "first-year": str(coming.year)}
    refused = client.post(url, {"what": "close", **day, "reason": ""})
    assert refused.status_code == 422 and f'value="{coming.year}"' in refused.content.decode()
    assert client.post(url, {"what": "close", **day, "reason": "Office move"}).status_code == 302
    assert "being worked out again" in client.get(url).content.decode()
    recompute_waiting()
    page = client.get(url).content.decode()
    assert "0 dates moved; 0 kept" in page and f"{coming.day} {coming:%B %Y}" in page and "Office move" in page
    assert Entry.objects.get(verb="change_calendar").by == user("admin")
