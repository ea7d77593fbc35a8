"""The pages on which letters are sent: what a person reads, fills in and gets, without a script."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backend.accounts.models import User
from backend.correspondence import jobs
from backend.correspondence.models import Letter, Message, PrintRun, Service
from backend.correspondence.sending import runs
from tests.correspondence.test_messages import ADDRESS, agree
from tests.correspondence.test_printing import copies, letter

__all__ = ["letter"]
Who = Callable[[str], User]


@pytest.fixture
def made(letter: Letter) -> Letter:
    """A letter that was made yesterday."""
    Letter.objects.update(rendered_at=timezone.now() - timedelta(days=1))
    return letter


def browser(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def page(client: Client, name: str, *args: object) -> str:
    response = client.get(reverse(name, args=args))
    assert response.status_code == 200, response.status_code
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def when(key: str, at: datetime) -> dict[str, str]:
    local = timezone.localtime(at)
    return {**{f"{key}-{part}": str(getattr(local, part)) for part in ("day", "month", "year")}, f"{key}-time": f"{local:%H:%M}"}


def test_letters_are_put_together_watched_stopped_and_posted_without_a_script(made: Letter, user: Who) -> None:
    copies(made, 3)
    client = browser(user("leader"))
    assert "4 letters wait" in page(client, "letter-queue")
    assert client.post(reverse("letter-queue"), {"way": "post"}).headers["Location"] == reverse("letter-run", args=[1])
    assert (
        "Looked at: 0 of 4" in page(client, "letter-run", 1)
        and "data-look-again" in client.get(reverse("letter-run", args=[1])).content.decode()
    )
    for step, said in (("stop", "It is stopped"), ("resume", "It goes on")):
        assert said in client.post(reverse("letter-run-step", args=[1, step]), follow=True).content.decode()
    jobs.go_on_with_runs()
    said = page(client, "letter-run", 1)
    assert "Ready to send" in said and "SHA-256" in said and "What is in it" in said
    assert client.get(reverse("letter-run-file", args=[1])).content.startswith(b"%PDF")
    sheet = client.get(reverse("letter-run-manifest", args=[1])).content.decode("utf-8-sig")
    assert sheet.splitlines()[0].startswith("order,case,letter") and len(sheet.splitlines()) == 5
    wrong = client.post(reverse("letter-run", args=[1]), {})
    assert wrong.status_code == 422 and "First or second class" in wrong.content.decode()
    assert client.post(reverse("letter-run", args=[1]), {"post_class": "first_class", **when("on", timezone.now())}).status_code == 302
    assert Letter.objects.filter(status=Letter.SENT).count() == 4 and "First class, posted" in page(client, "letter-run", 1)


def test_the_page_of_a_run_says_what_must_come_out_of_the_pile(made: Letter, user: Who) -> None:
    (withdrawn,) = copies(made, 1)
    runs.make_run(by=user("leader"), now=timezone.now())
    jobs.go_on_with_runs()
    Letter.objects.filter(pk=withdrawn.pk).update(status=Letter.WITHDRAWN)
    said = page(browser(user("leader")), "letter-run", 1)
    assert "Take these out of the pile" in said and "Number 2, sheet" in said and "It is now: withdrawn" in said


def test_a_letter_that_goes_another_way_is_not_asked_about(made: Letter, user: Who) -> None:
    runs.make_run(by=user("leader"), now=timezone.now())
    for name in ("letter-gone", "letter-serve"):
        said = page(browser(user("officer")), name, made.pk)
        assert "This letter is in print run 1. It goes with that" in said and "Which day" not in said and "Who served it" not in said


def test_notify_is_offered_to_councils_alone(made: Letter, user: Who) -> None:
    client = browser(user("leader"))
    assert "Notify" not in page(client, "letter-queue")
    assert client.post(reverse("letter-queue"), {"way": "notify"}).status_code == 403 and not PrintRun.objects.exists()


def test_an_officer_says_that_one_letter_was_posted_on_a_day(made: Letter, user: Who) -> None:
    client = browser(user("officer"))
    assert "Say that you have posted it, or given it to them" in page(client, "letter", made.pk)
    yesterday = timezone.now() - timedelta(days=1)
    gone = client.post(reverse("letter-gone", args=[made.pk]), {"how": "second_class", **when("on", yesterday)})
    assert gone.status_code == 302
    made.refresh_from_db()
    assert (made.status, made.sent_how) == (Letter.SENT, Letter.POST) and made.sent_at is not None
    assert timezone.localdate(made.sent_at) == timezone.localdate(yesterday)
    assert client.post(reverse("letter-back", args=[made.pk]), {"why": "Gone away"}).status_code == 302
    assert "It came back: Gone away." in page(client, "letter", made.pk)


def test_an_officer_serves_a_letter_by_hand_with_what_a_court_asks(made: Letter, user: Who) -> None:
    client = browser(user("officer"))
    where = reverse("letter-serve", args=[made.pk])
    assert "half past four" in page(client, "letter-serve", made.pk) and "5 Mill Lane" in client.get(where).content.decode()
    missing = client.post(where, {"how": "hand"})
    assert missing.status_code == 422 and "Enter an answer: Where?" in missing.content.decode()
    said = {
        "how": "left",
        "details": "Through the letterbox",
        "place": "5 Mill Lane",
        "server": "Hannah Reed",
        **when("at", timezone.now() - timedelta(hours=1)),
    }
    assert client.post(where, said).status_code == 302
    assert Service.objects.get().how == "left" and "Counts as served on" in page(client, "letter", made.pk)


def test_an_e_mail_is_read_before_it_goes_and_paper_is_offered_where_it_may_not(made: Letter, user: Who, settings: object) -> None:
    settings.MAILS = True  # type: ignore[attr-defined]
    client, now = browser(user("officer")), timezone.now()
    assert "has not agreed" in page(client, "letter-message", made.pk, "email") and "on paper" in page(
        client, "letter-message", made.pk, "email"
    )
    assert made.party is not None and made.party.person is not None
    made.party.person.email = ADDRESS
    made.party.person.save()
    agree(made, user("officer"), now)
    said = page(client, "letter-message", made.pk, "email")
    assert ADDRESS in said and "Dear Carol Whitmore" in said
    assert client.post(reverse("letter-message", args=[made.pk, "email"]), {"to": ADDRESS}).status_code == 302
    Message.objects.update(status=Message.UNSURE, problem="Silence.")
    assert "It arrived" in page(client, "letter", made.pk)
    assert client.post(reverse("message-decide", args=[Message.objects.get().pk, "arrived"])).status_code == 302
    assert Letter.objects.get(pk=made.pk).status == Letter.SENT
