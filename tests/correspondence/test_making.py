"""A letter that waits is made by one worker, once, whatever becomes of the others."""

from __future__ import annotations

import hashlib
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from backend.accounts.models import Landlord, User
from backend.correspondence import commands as letters
from backend.correspondence import drawing, jobs, making
from backend.correspondence.models import Letter, Rendition
from backend.errors import NotFound
from backend.setup.register import wait_until
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


def test_a_letter_that_costs_too_much_says_so_by_name_and_those_behind_it_are_made(
    letter: Letter, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    again(letter, "behind", now + timedelta(hours=1))
    Letter.objects.filter(pk=letter.pk).update(data=letter.data | {"report_summary": "x\n" * 2_490})
    monkeypatch.setattr(drawing, "LIMITS", drawing.Limits(seconds=1))
    assert jobs.draw_waiting() == 2
    costly, behind = Letter.objects.get(pk=letter.pk), Letter.objects.get(key="behind")
    assert costly.status == Letter.FAILED and behind.status == Letter.RENDERED
    assert costly.problem == "“We have your report” cannot be made: It took more than 1 seconds to draw. Shorten what it says."


def test_a_letter_whose_drawing_somebody_else_ended_is_drawn_all_the_same(letter: Letter) -> None:
    process = standing()
    process.send_signal(signal.SIGSTOP)
    threading.Timer(0.3, process.kill).start()
    assert jobs.draw_waiting() == 1 and Letter.objects.get().status == Letter.RENDERED
    assert process.returncode == -signal.SIGKILL


def test_another_shape_is_drawn_when_it_is_first_asked_for_and_stays_as_it_was(letter: Letter, landlord: Landlord, user: Who) -> None:
    jobs.draw_waiting()
    letter.refresh_from_db()
    assert set(letter.undrawn) == {"accessible", "large"}
    first = letters.pdf_for(user("officer"), letter.pk, "large")
    kept = Rendition.objects.get(name="print")
    Landlord.objects.update(name="Another Name", colour="#7a1f5c")
    landlord.refresh_from_db()
    assert bytes(letters.pdf_for(user("officer"), letter.pk, "large").pdf) == bytes(first.pdf)
    late = letters.pdf_for(user("officer"), letter.pk, "accessible")
    assert late.page == kept.page == first.page and "Another Name" not in late.page
    assert [one.sha256 == hashlib.sha256(one.pdf).hexdigest() for one in letter.renditions.all()] == [True] * 3
    with pytest.raises(NotFound):
        letters.pdf_for(user("officer"), letter.pk, "braille")


def test_the_process_that_draws_is_told_no_secret_and_holds_no_connection(letter: Letter) -> None:
    jobs.draw_waiting()
    told = Path(f"/proc/{standing().pid}/environ").read_text()
    assert "DATABASE" not in told and "SECRET" not in told and "REDIS" not in told and "DJANGO" not in told
    opened = sorted(str(path.readlink()) for path in Path(f"/proc/{standing().pid}/fd").iterdir())
    assert sum(name.startswith("socket:") for name in opened) <= 2
    limits = Path(f"/proc/{standing().pid}/limits").read_text()
    assert re.search(r"Max file size +0 ", limits) and not re.search(r"Max address space +unlimited", limits)


def test_a_worker_that_is_killed_leaves_no_process_behind_even_in_the_middle_of_a_letter() -> None:
    code = """
from pathlib import Path
from django.conf import settings
settings.configure(BASE_DIR=Path.cwd())
from backend.correspondence import drawing
print(drawing._ready()._process.pid, flush=True)
drawing.draw("<html lang=en-GB><title>x</title><table><td colspan=100000></table>", "print", {}, window=False)
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout
        drawer = Path(f"/proc/{int(worker.stdout.readline())}/stat")
        time.sleep(0.3)
        assert drawer.exists()
        worker.kill()
    assert wait_until(lambda: not drawer.exists() or ") Z " in drawer.read_text(), 10)


def again(letter: Letter, key: str, queued_at: datetime) -> None:
    """The same letter once more."""
    Letter.objects.create(
        case=letter.case, party=letter.party, kind=letter.kind, title=letter.title, data=letter.data, key=key, queued_at=queued_at
    )


def standing() -> subprocess.Popen[bytes]:
    """The process that draws for us."""
    return drawing._ready()._process
