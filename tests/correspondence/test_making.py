"""A letter that waits is made by one worker, once, whatever becomes of the others."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from backend.accounts.models import Landlord, User
from backend.correspondence import jobs, making
from backend.correspondence.models import Letter, Rendition
from tests.answers import do
from tests.workflow.test_runner import open_case

Who = Callable[[str], User]


@pytest.fixture
def letter(landlord: Landlord, user: Who, now: datetime) -> Letter:
    do(open_case(landlord, user, now), "Triage the report", user("calls"), now)
    return Letter.objects.get()


def test_the_worker_draws_what_will_be_posted_and_keeps_it_with_its_hash(letter: Letter) -> None:
    assert jobs.draw_waiting() == 1
    letter.refresh_from_db()
    made = Rendition.objects.get()
    assert letter.status == Letter.RENDERED and made.name == "print"
    assert bytes(made.pdf).startswith(b"%PDF") and made.sha256 == hashlib.sha256(made.pdf).hexdigest()


def test_a_letter_held_by_one_worker_is_not_taken_by_another(letter: Letter) -> None:
    now = timezone.now()
    first = making.take_next(now=now)
    assert first == letter and making.take_next(now=now) is None


def test_a_letter_whose_worker_died_is_taken_again_and_made_once(letter: Letter) -> None:
    now = timezone.now()
    dead = making.take_next(now=now)
    taken = making.take_next(now=now + timedelta(minutes=2))
    assert dead and taken
    assert making.render(taken, now=now) is True
    assert making.render(dead, now=now) is False
    assert Rendition.objects.count() == 1


def test_a_letter_that_kills_its_worker_again_and_again_is_given_up_with_a_sentence(letter: Letter) -> None:
    now = timezone.now()
    for attempt in range(making.MAX_ATTEMPTS + 1):
        making.take_next(now=now + timedelta(minutes=2 * attempt))
    letter.refresh_from_db()
    assert letter.status == Letter.FAILED and "Shorten" in letter.problem


def test_a_letter_whose_worker_died_waits_behind_those_not_tried_yet(letter: Letter) -> None:
    now = timezone.now()
    assert making.take_next(now=now) == letter
    later = Letter.objects.get(pk=letter.pk)
    later.pk, later.key, later.queued_at = None, "another", now
    later.attempts, later.lease, later.lease_until = 0, None, None
    later.save()
    taken = making.take_next(now=now + timedelta(minutes=2))
    assert taken is not None and taken.key == "another"
