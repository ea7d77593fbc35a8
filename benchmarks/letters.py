"""How many letters a second the queue makes: A, letters of one page through the real queue with two Celery workers, rows, hashes
and limits; B, the same pages by one process that calls WeasyPrint the plain way. By turns in one run. Then an officer's preview
against a bare page. Arguments: how many letters (500), and how many more the workers make while their memory is watched (0)."""

from __future__ import annotations

import hashlib
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from statistics import median

from django.contrib.auth.backends import ModelBackend
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

import letters
from backend.casework.models import Case, Party
from backend.celery import app
from backend.correspondence import jobs
from backend.correspondence.homes import address_of
from backend.correspondence.models import Letter, Rendition
from backend.correspondence.words import kind_of
from backend.setup.processes import worker_arguments
from backend.setup.supervisor import stop_politely
from backend.workflow.publishing import publish
from benchmarks import house
from letters.draw import styles

CODE = "visit-of-ours"
#: A letter of the landlord's own, of one page.
CONTRACT = """
title = "We are coming to look"
audience = "reporter"

[needs]
visit_at = { type = "moment", label = "the day and time of the visit" }
about = { type = "text", label = "what it is about" }
bring = { type = "rows", label = "what to have at hand", columns = { thing = { type = "text", label = "what to have at hand" } } }
"""
BODY = """Thank you for telling us about {{ about }}. We are coming to look on **{{ visit_at }}**.

# What we will do
We will look at the place and listen to what you have heard and seen. We will then agree with you what happens next.

# What to have at hand
{{ bring }}

If the day does not suit you, call us and we will find another.
"""
SAYS = {"visit_at": "2026-12-04T10:00:00+00:00", "about": "the noise at night", "bring": [{"thing": "Your diary of the noise"}]}
WORKERS, TURNS, WARM = 2, 5, 20
PATIENCE = 300.0
PREVIEWS, WATCHED = 100, 500


def main(number: int = 500, more: int = 0) -> None:
    stop_politely()
    now = timezone.now()
    call_command("collectstatic", "--noinput", verbosity=0, ignore_patterns=["rest_framework", "test"])
    case = a_case(now)
    with workers() as running, plainly() as plain:
        plain(drawn(case, now, WARM * WORKERS)[0])
        before, turns = sizes(running), []
        for _ in range(TURNS):
            pages, queue = drawn(case, now, number // TURNS)
            turns.append((queue, sum(plain(pages))))
            print(f"{number // TURNS} letters: the queue {queue:.2f} s, plainly {turns[-1][1]:.2f} s, ratio {turns[-1][1] / queue:.2f}")
        for _ in range(0, more, WATCHED):
            drawn(case, now, WATCHED)
            print(f"{Letter.objects.count():>6,} letters made; the workers use {' and '.join(map(str, sizes(running)))} MB")
        grown = max(after / first for first, after in zip(before, sizes(running), strict=True))
        preview, bare = previews(case, now, plain)
    right()
    queued, plainly_took = (sum(column) for column in zip(*turns, strict=True))
    house.table([("an officer's preview", preview), ("a bare page", bare)])
    house.figures(
        letters=number, queue_per_second=number / queued, plain_per_second=number / plainly_took, ratio=plainly_took / queued,
        lowest=min(b / a for a, b in turns), grown=grown, preview_ratio=median(preview) / median(bare), load=os.getloadavg()[0],
    )  # fmt: skip


def a_case(now: datetime) -> Case:
    """A case whose procedure has the letter, and none that waits."""
    landlord = house.landlord(now)
    live = landlord.pack.live
    assert live is not None
    own = {"letter.toml": CONTRACT, "body.md": BODY, "sample.json": json.dumps(SAYS)}
    files = {**live.content.files, **{f"letters/{CODE}/{name}": text for name, text in own.items()}}
    publish(landlord=landlord, files=files, note="A letter of our own", by=None, now=now)
    case = house.open_case(landlord, now)
    Letter.objects.all().delete()
    return case


def drawn(case: Case, now: datetime, number: int) -> tuple[list[str], float]:
    """So many letters asked for and made; their pages, and the seconds from the asking of the clock to the last commit."""
    party, first = Party.objects.filter(case=case).order_by("pk")[0], Letter.objects.count()
    Letter.objects.bulk_create([a_letter(case, party, now, first + each) for each in range(number)])
    mine, started, asked = Letter.objects.filter(pk__in=Letter.objects.order_by("-pk").values("pk")[:number]), time.perf_counter(), 0.0
    while mine.filter(status=Letter.QUEUED).exists():
        # What the clock says every two seconds.
        if time.perf_counter() - asked > 2:
            app.send_task(jobs.sweep.name, expires=10)
            asked = time.perf_counter()
        assert time.perf_counter() - started < PATIENCE, "the workers stand still"
        time.sleep(0.1)
    took = time.perf_counter() - started
    return list(Rendition.objects.filter(letter__in=mine).values_list("page", flat=True)), took


def a_letter(case: Case, party: Party, now: datetime, number: int) -> Letter:
    kind, person = kind_of(case, CODE), party.person
    assert person is not None
    data = {
        **json.loads(kind.example),
        "recipient": {"name": person.name, "address": address_of(person)},
        "about": f"the noise at {number + 1} Mill Lane",
        "bring": [{"thing": f"Your diary of the noise, page {number}"}, {"thing": "Any letter that you have had from us"}],
        "letter_date": now.date().isoformat(),
    }
    return Letter(case=case, party=party, kind=kind.code, title=kind.title, key=f"bench:{number}", data=data, queued_at=now)


@contextmanager
def workers() -> Iterator[list[subprocess.Popen[bytes]]]:
    """The letters worker of the product, twice."""
    log = Path(os.environ["CASEWAY_HOME"]) / "workers.log"
    with log.open("wb") as out:
        running = [
            subprocess.Popen(
                [sys.executable, "-m", "celery", *worker_arguments("letters"), "-n", f"letters{each}@%h"],
                stdout=out,
                stderr=out,
                process_group=0,
            )
            for each in range(WORKERS)
        ]
    try:
        yield running
    finally:
        for each in running:
            os.killpg(each.pid, signal.SIGTERM)
        for each in running:
            each.wait()


def sizes(running: list[subprocess.Popen[bytes]]) -> list[int]:
    """The megabytes that each worker uses with the processes that it started."""
    found = dict.fromkeys((each.pid for each in running), 0)
    for path in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, IndexError):
            group = int((path / "stat").read_text().rpartition(")")[2].split()[2])
            if group in found:
                found[group] += int((path / "statm").read_text().split()[1]) * resource.getpagesize()
    return [size // 2**20 for size in found.values()]


@contextmanager
def plainly() -> Iterator[Callable[[list[str]], list[float]]]:
    """One process that draws pages the plain way; each with its style sheet inside, as it needs no other."""
    command = [sys.executable, "-m", "benchmarks.plain"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin and process.stdout

        def draw(pages: list[str], rendition: letters.RenditionName = "print") -> list[float]:
            style = f"<style>{styles(rendition)}</style></head>"
            process.stdin.write(json.dumps([page.replace("</head>", style, 1) for page in pages]) + "\n")
            process.stdin.flush()
            return list(json.loads(process.stdout.readline()))

        yield draw
        process.stdin.close()


def previews(case: Case, now: datetime, plain: Callable[..., list[float]]) -> tuple[list[float], list[float]]:
    """The milliseconds of an officer's request for a letter's preview, and of one page drawn the plain way."""
    officer, client = house.person("leader"), Client(headers={"host": "localhost"})
    client.force_login(officer, backend=f"{ModelBackend.__module__}.ModelBackend")
    letter = Letter.objects.order_by("pk")[0]
    path, page = reverse("letter-preview", args=[letter.pk]), letter.renditions.get().page
    assert client.get(path).status_code == 200
    return [house.timed(lambda: client.get(path)) for _ in range(PREVIEWS)], [
        took * 1_000 for took in plain([page] * PREVIEWS, "accessible")
    ]


def right() -> None:
    """Every letter is made, of one page, once, and is what its hash says."""
    assert not Letter.objects.exclude(status=Letter.RENDERED).exists()
    kept = Rendition.objects.values_list("pdf", "sha256", "pages")
    assert kept.count() == Letter.objects.count()
    assert all(hashlib.sha256(pdf).hexdigest() == sha256 and pages == 1 for pdf, sha256, pages in kept.iterator(100))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
