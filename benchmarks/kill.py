"""Whether anything is lost, doubled or stuck while processes are killed: officers work over HTTP, and every two to five
seconds web, a worker, the clock, the queue or the database is killed or emptied. Counted from the database against what
the officers were told."""

from __future__ import annotations

import random
import socket
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import Error as DatabaseTrouble
from django.db import connection, connections
from django.db.models import Count
from django.utils import timezone

from backend.accounts.models import Landlord, User
from backend.audit.models import Entry
from backend.casework import commands as casework
from backend.casework.models import Case, Record
from backend.correspondence.models import Letter, Rendition
from backend.rules.working_time import LONDON
from backend.setup.supervisor import stop_politely
from backend.workflow import runner
from backend.workflow.models import Done, Fault, Instance, Step, Task
from backend.workflow.watchdog import silent
from benchmarks import house
from benchmarks.officers import PASSWORD, Ledger, Officer
from benchmarks.supervised import Supervised, Trouble, supervised

STAFF = ("calls", "calls", "officer", "officer", "leader", "leader")
PATIENCE = 120.0
CLOSING = ("Contact the reporter", "Ask the risk questions", "Agree the action plan")
CLOSED = ("Start closing the case", "Talk to the reporters about closing", "Decide about closing")
#: Longer than the days to object.
OBJECTIONS = timedelta(days=20)


def main(completions: int = 5_000, stretch: int = 1) -> None:
    """`stretch` makes the faults rarer by as much, for a machine on which other work keeps processes from starting."""
    seed = random.randrange(10_000)
    stop_politely()
    with supervised(free_port()) as site:
        # ./bench lends a database that nobody may kill; this one is the site's own.
        connections.settings["default"]["HOST"] = str(site.database)
        now = timezone.now()
        landlord = house.landlord(now)
        for user in User.objects.all():
            user.set_password(PASSWORD)
            user.save()
        surveys = open_cases(landlord, now, completions)
        site.up_after *= stretch
        run = Run(site, Ledger(completions), Trouble(site, random.Random(seed)), random.Random(seed + 1), stretch)
        run.go()
        report(run, found(run.ledger, surveys), seed)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def open_cases(landlord: Landlord, now: datetime, completions: int) -> int:
    """Cases for the officers to work on, each with somebody complained about; and closed ones whose survey runs out
    while the test runs. Gives back how many of these."""
    leader = house.person("leader")
    for number in range(completions // 12 + 5):
        case = house.open_case(landlord, now, number) if number % 3 else untriaged(landlord, now, number)
        casework.add_party(
            case=case, role="respondent", name=f"Neighbour {number}", description="", phone="", email="",
            address=["4 Mill Lane", "WISBECH"], postcode="PE14 7DE", confidential=False, by=leader, now=now,
        )  # fmt: skip
    surveys = completions // 80 + 2
    for number in range(surveys):
        runs_out = timezone.now() + timedelta(seconds=20 + number * completions / 8 / surveys)
        # By the clock on the wall, as diagrams count days: the clocks may have changed meanwhile.
        closed(landlord, runs_out.astimezone(LONDON) - timedelta(days=28), number)
    return surveys


def untriaged(landlord: Landlord, now: datetime, number: int) -> Case:
    told = casework.Told(
        what="Shouting every night", place=f"{number + 1} Mill Lane", place_postcode="PE14 7DE", name=f"Reporter {number}",
        address=(f"{number + 2} Mill Lane", "WISBECH"), postcode="PE14 7DE",
    )  # fmt: skip
    calls = house.person("calls")
    return casework.open_case(
        report=casework.take_report(landlord=landlord, channel="telephone", told=told, by=calls, now=now), by=calls, now=now
    )


def closed(landlord: Landlord, closes: datetime, number: int) -> None:
    then = closes - OBJECTIONS
    case = house.open_case(landlord, then, number)
    officer = User.objects.get(pk=Case.objects.get(pk=case.pk).owner_id)
    for name in CLOSING:
        house.complete(Task.objects.get(instance=case.instance_id, status=Task.OPEN, name=name), officer, then)
    casework.start_tool(case=Case.objects.get(pk=case.pk), element="Tool_ready", party=None, by=officer, now=then)
    for name in CLOSED:
        by = house.person("leader") if name == "Decide about closing" else officer
        house.complete(Task.objects.get(instance=case.instance_id, status=Task.OPEN, name=name), by, then)
    runner.tick(case.instance_id, now=closes)


@dataclass
class Run:
    """Officers, trouble and the watch, all at once, until the ledger is full; then until all is done."""

    site: Supervised
    ledger: Ledger
    trouble: Trouble
    dice: random.Random
    stretch: int
    asked: int = 0
    silent: set[int] = field(default_factory=set)
    seconds: float = 0.0
    recovery: float = 0.0

    def go(self) -> None:
        officers = [
            Officer(self.site.url, f"{name}@fenbridge.example", self.ledger, random.Random(number)) for number, name in enumerate(STAFF)
        ]
        for officer in officers:
            officer.arrive()
        started = time.monotonic()
        threads = [threading.Thread(target=act, daemon=True) for act in (*(officer.work for officer in officers), self._watch)]
        for thread in threads:
            thread.start()
        while not self.ledger.over.wait(self.dice.uniform(2, 5) * self.stretch):
            self.trouble.strike()
            print(f"{time.monotonic() - started:>6.0f} s {len(self.ledger.done):>6} done", file=sys.stderr)
        self.seconds = time.monotonic() - started
        self.trouble.everything()
        # Measured at once: an officer who still waits for an answer is not what recovery waits for.
        self.recovery = self._until_all_is_done()
        for thread in threads:
            thread.join(60)
        self._until_all_is_done()

    def _watch(self) -> None:
        """The watchdog's question, every second."""
        while not self.ledger.over.wait(1.0):
            try:
                self.silent |= set(silent().values_list("pk", flat=True))
                self.asked += 1
            except DatabaseTrouble:
                connection.close()
        connection.close()

    def _until_all_is_done(self) -> float:
        while not (done := self._all_is_done()) and time.monotonic() - self.trouble.last < PATIENCE:
            time.sleep(0.1)
        return time.monotonic() - self.trouble.last if done else PATIENCE

    def _all_is_done(self) -> bool:
        try:
            due = Instance.objects.filter(due_at__lte=timezone.now(), ended_at=None)
            return not due.exists() and not Letter.objects.filter(status=Letter.QUEUED).exists() and self.site.answers()
        except DatabaseTrouble:
            connection.close()
            return False


def found(ledger: Ledger, surveys: int) -> dict[str, int]:
    """What the database says against the ledger: everything here must be 0."""
    done = set(Task.objects.filter(status=Task.DONE).values_list("pk", flat=True))
    records = Counter(Record.objects.filter(task__isnull=False).values_list("task", flat=True))
    entries = Counter(Entry.objects.filter(verb="complete_task").values_list("details__task", flat=True))
    passed = set(Task.objects.filter(status=Task.DONE, engine_id__in=Step.objects.values("engine_id")).values_list("pk", flat=True))
    told = set(ledger.done) | ledger.taken
    started = Counter(Entry.objects.filter(verb="start_tool").values_list("case_id", "details__element"))
    return {
        "lost": len(told - done) + len(done ^ set(records)) + len(done ^ set(entries)) + len(done - passed),
        "twice": sum(count - 1 for count in (*records.values(), *entries.values()))
        + sum(len(set(officers)) > 1 or len(officers) > 1 for officers in ledger.done.values()),
        "tools_lost": (Counter(ledger.tools) - started).total(),
        **letters(),
        "timers_not_once": surveys - ran_out_once(),
        "stuck": silent().count(),
        "faults": Fault.objects.count(),
    }


def letters() -> dict[str, int]:
    """Letters that an operation asked for and that have no row, or were not made; and those that are there twice."""
    keys = set(Letter.objects.values_list("key", flat=True))
    asking = {
        str(key) for key in Done.objects.filter(operation__in=("send_letter", "send_survey", "remind_survey")).values_list("key", flat=True)
    }
    unmade = Letter.objects.exclude(status=Letter.RENDERED).count()
    incomplete = Letter.objects.filter(status=Letter.RENDERED).annotate(n=Count("renditions")).filter(n=0).count()
    twice = Rendition.objects.values("letter", "name").annotate(n=Count("pk")).filter(n__gt=1).count()
    same = Letter.objects.filter(kind="acknowledgement").values("case", "party").annotate(n=Count("pk")).filter(n__gt=1).count()
    return {
        "letters_missing": len(asking ^ {key.split(":")[0] for key in keys}) + unmade + incomplete,
        "letters_doubled": twice + same + (len(keys) - len({key.split(":")[0] for key in keys})),
    }


def ran_out_once() -> int:
    """Instances whose survey ran out, exactly once."""
    fired = Step.objects.filter(element="Survey_timeout")
    return fired.values("instance").annotate(n=Count("pk")).filter(n=1).count()


def report(run: Run, wrong: dict[str, int], seed: int) -> None:
    for kind, count in sorted(run.trouble.done.items()):
        print(f"{kind:<44}{count:>7}")
    for name, count in sorted(run.site.restarts.items()):
        print(f"started again: {name:<29}{count:>7}")
    for name, count in sorted(run.ledger.failures.items()):
        print(f"officers saw: {name:<30}{count:>7}")
    print(f"letters: {dict(Counter(Letter.objects.values_list('kind', 'status')))}; seed {seed}")
    print("E-mails whose outcome nobody can know: 0 (these officers send none; notices to staff go again under the same number)")
    house.figures(
        completions=len(run.ledger.done), stretch=run.stretch, seconds=run.seconds, per_second=len(run.ledger.done) / run.seconds,
        faults_made=run.trouble.done.total(), officers_failures=run.ledger.failures.total(), watch_asked=run.asked,
        watch_found=len(run.silent), recovery_s=run.recovery, **wrong,
    )  # fmt: skip


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
