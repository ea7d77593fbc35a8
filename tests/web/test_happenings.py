"""The page “Something has happened”: what is listed, what is asked, and what two presses do."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from backend.accounts.models import Landlord, User
from backend.casework import commands
from backend.casework.commands import Told
from backend.casework.models import Case
from tests.answers import open_tasks
from tests.casework.test_happenings import at_stage
from tests.web.test_bad_input import signed_in
from tests.workflow.test_runner import close, open_case

Who = Callable[[str], User]


def test_the_page_lists_what_the_case_listens_for_in_the_packs_own_words(landlord: Landlord, user: Who, now: datetime) -> None:
    case = at_stage("contact", landlord, user, now)
    page = signed_in(user("officer")).get(reverse("happened", args=[case.reference])).content.decode()
    assert "A safeguarding concern" in page and "ASB Case Review (Community Trigger)" in page and "Go straight to the tools" in page
    assert "The officer changes" not in page
    assert (
        reverse("happened", args=[case.reference])
        in signed_in(user("officer")).get(reverse("case", args=[case.reference])).content.decode()
    )


def test_what_was_typed_is_kept_until_it_is_complete_and_two_presses_tell_once(landlord: Landlord, user: Who, now: datetime) -> None:
    case = at_stage("tools", landlord, user, now)
    browser, url = signed_in(user("officer")), reverse("happened-tell", args=[case.reference, "new_incident"])
    press = re.search(r'name="press" value="([0-9a-f-]+)"', browser.get(url).content.decode())
    assert press
    wrong = browser.post(url, {"press": press[1], "reason": "Shouting & banging"})
    page = wrong.content.decode()
    assert wrong.status_code == 422 and "Shouting &amp; banging" in page and "Choose who this is about" in page and press[1] in page
    given = {"press": press[1], "reason": "Shouting", "party": str(case.parties.get(role="reporter").pk)}
    for _ in range(2):
        assert browser.post(url, given, follow=True).status_code == 200
    assert open_tasks(case) == ["Record the incident"]


def test_a_message_that_the_case_does_not_listen_for_is_said_so(landlord: Landlord, user: Who, now: datetime) -> None:
    case = open_case(landlord, user, now)
    close(case, user, now)
    answer = signed_in(user("officer")).get(reverse("happened-tell", args=[case.reference, "new_incident"]))
    assert answer.status_code == 422 and "does not listen for this" in answer.content.decode()


def test_the_page_asks_the_database_the_same_number_of_times_whatever_the_case_holds(landlord: Landlord, user: Who, now: datetime) -> None:
    cases = [at_stage(stage, landlord, user, now) for stage in ("triage", "tools")]
    browser = signed_in(user("leader"))
    counts = []
    for case in cases:
        browser.get(reverse("happened", args=[case.reference]))
        with CaptureQueriesContext(connection) as asked:
            browser.get(reverse("happened", args=[case.reference]))
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_a_report_about_a_closed_case_is_opened_as_one_that_goes_on_from_it(landlord: Landlord, user: Who, now: datetime) -> None:
    old = open_case(landlord, user, now)
    close(old, user, now)
    told = Told(what="Music again", place="4 Mill Lane", place_postcode="PE14 7DE", name="Carol Whitmore")
    report = commands.take_report(landlord=landlord, channel="telephone", told=told, by=user("calls"), now=now)
    browser = signed_in(user("calls"))
    assert f"goes on from {old.reference}" in browser.get(reverse("report", args=[report.pk])).content.decode()
    browser.post(reverse("report-open", args=[report.pk]), {"follows": old.reference})
    new = Case.objects.get(follows=old)
    page = browser.get(reverse("case", args=[new.reference])).content.decode()
    assert "This goes on from case" in page and old.reference in page
