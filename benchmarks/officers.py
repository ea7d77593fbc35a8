"""Virtual officers: they sign in, look at their list, open a task, fill in its form and send it, all over HTTP.

One whose request failed looks again. Each keeps a ledger of what the site told it was done.
"""

from __future__ import annotations

import http.client
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, OpenerDirector, ProxyHandler, Request, build_opener

from django.db import Error as DatabaseTrouble
from django.db import connection

from backend.casework import commands
from backend.casework.models import Case
from backend.workflow.models import Task
from tests.answers import fill

PASSWORD = "kites over the washes"
#: How often each tool is chosen; the last begins to close the case, so there are always more that do not.
TOOLS = {"Tool_update": 14, "Tool_warning": 4, "Tool_ready": 1}


@dataclass
class Ledger:
    """What officers were told, kept outside the site: whose form was `taken`, and whom the next page told “is done”."""

    wanted: int
    done: dict[int, list[str]] = field(default_factory=dict)
    taken: set[int] = field(default_factory=set)
    tools: list[tuple[int, str]] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)
    over: threading.Event = field(default_factory=threading.Event)

    def told_done(self, task: int, officer: str) -> None:
        with self.lock:
            self.done.setdefault(task, []).append(officer)
            if len(self.done) >= self.wanted:
                self.over.set()

    def failed(self, error: Exception) -> None:
        with self.lock:
            self.failures[f"HTTP {error.code}" if isinstance(error, HTTPError) else type(error).__name__] += 1


class _Stay(HTTPRedirectHandler):
    """A redirect is the answer to a form; the officer opens the next page by itself."""

    def redirect_request(self, *args: object, **kwargs: object) -> None:
        return None


@dataclass
class Officer:
    """One browser of one member of staff."""

    url: str
    email: str
    ledger: Ledger
    dice: random.Random
    browser: OpenerDirector = field(init=False)

    def __post_init__(self) -> None:
        self.browser = build_opener(ProxyHandler({}), HTTPCookieProcessor(CookieJar()), _Stay())

    def arrive(self) -> None:
        """Sign in while all is well: the site counts tries, and a day of faults would look like somebody guessing."""
        self._get("/tasks")

    def work(self) -> None:
        """Until the ledger is full: look, do, and look again after every failure."""
        while not self.ledger.over.is_set():
            try:
                self._one_turn()
            except (OSError, http.client.HTTPException, DatabaseTrouble) as error:
                self.ledger.failed(error)
                connection.close()
                time.sleep(self.dice.uniform(0.1, 0.5))
        connection.close()

    def _one_turn(self) -> None:
        page = self._get("/tasks")
        tasks = [int(number) for number in re.findall(r'href="/tasks/(\d+)"', page)]
        if not tasks or self.dice.random() < 0.15:
            self._start_a_tool()
        if tasks:
            self._do(self.dice.choice(tasks[:12]))
        else:
            time.sleep(0.2)

    def _do(self, number: int) -> None:
        """Open a task, fill in its form and send it; note what the next page says of it."""
        page = self._get(f"/tasks/{number}")
        if f"/tasks/{number}/draft" not in page:
            return
        form = commands.form_of(Task.objects.select_related("instance__version").get(pk=number))
        where = self._post(f"/tasks/{number}", fill(form, {}), page)
        if where is None:
            return
        self.ledger.taken.add(number)
        said = unescape(self._get(where if self.dice.random() < 0.2 else "/tasks"))
        if "” is done." in said and "has already been done" not in said:
            self.ledger.told_done(number, self.email)

    def _start_a_tool(self) -> None:
        cases = Case.objects.filter(owner__email=self.email, closed_at=None).exclude(instance__offers=[]).order_by("?")
        case = cases.select_related("instance").first()
        if case is None:
            return
        element = self.dice.choices(list(TOOLS), list(TOOLS.values()))[0]
        whom = {"Tool_update": "reporter", "Tool_warning": "respondent"}.get(element)
        party = case.parties.filter(role=whom).first() if whom else None
        address = f"/cases/{case.reference}/tools/{element}"
        where = self._post(address, {"party": [str(party.pk)]} if party else {}, self._get(address))
        if where is not None:
            self.ledger.tools.append((case.pk, element))

    # What a browser does.

    def _get(self, path: str) -> str:
        """A page; signs in first when the site asks for it."""
        try:
            return self._open(path)
        except HTTPError as answer:
            if answer.code == 302 and "/sign-in" in answer.headers["Location"]:
                self._sign_in()
                return self._open(path)
            if answer.code in (404, 403):
                return ""
            raise

    def _sign_in(self) -> None:
        page = self._open("/sign-in")
        if self._post("/sign-in", {"email": [self.email], "password": [PASSWORD]}, page) is None:
            raise ConnectionError("could not sign in")

    def _post(self, path: str, data: Mapping[str, Sequence[str]], page: str) -> str | None:
        """Where the site sends us after a form that it took; None when it did not take it."""
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        if token is None:
            return None
        try:
            self._open(path, urlencode({**data, "csrfmiddlewaretoken": token[1]}, doseq=True).encode())
        except HTTPError as answer:
            if answer.code == 302:
                return answer.headers["Location"]
            if answer.code >= 500:
                raise
            self.ledger.failed(answer)
        return None

    def _open(self, path: str, data: bytes | None = None) -> str:
        with self.browser.open(Request(self.url + path, data), timeout=15) as answer:
            return answer.read().decode()
