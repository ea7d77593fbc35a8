"""How a person uses the site in these journeys: signs in, fills in forms, and is stopped by any page that is not
whole or not accessible."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Response, expect

from tests.answers import USUALLY

AXE = (Path(__file__).parents[2] / "backend" / "frontend" / "dist" / "test" / "axe.min.js").read_text()
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
#: GOV.UK Frontend's conditional radios bear aria-controls and aria-expanded, which axe does not allow on a radio.
EXCEPTED = {"aria-allowed-attr"}
#: What a page is made of: each element with its attributes' names, its classes and what holds it.
MADE_OF = """() => [...new Set([...document.querySelectorAll('body *')].map(e =>
  [e.parentElement.tagName, e.tagName, e.className.baseVal ?? e.className, ...e.getAttributeNames(), e.getAttribute('type')].join(' ')))]"""
#: The questions of a form that are to be seen, by name, and their kinds.
QUESTIONS = """form => [...new Map([...form.elements].filter(e => e.name && e.checkVisibility() && e.getBoundingClientRect().right > 0).map(e => [e.name, e.type]))]"""
#: What axe has looked at in this run, by width and kind of page.
LOOKED_AT: set[str] = set()


class Person:
    """One signed-in person (or, without a name, a member of the public) with a browser window of their own."""

    def __init__(self, browser: Browser, site: str, name: str = "", *, width: int = 1280) -> None:
        self.site = site
        self.page: Page = browser.new_context(viewport={"width": width, "height": 900}).new_page()
        self.broken: list[str] = []
        self.page.on("response", self._check_asset)
        self.page.on("console", lambda message: self.broken.append(message.text) if "Content Security Policy" in message.text else None)
        self.page.on("pageerror", lambda error: self.broken.append(str(error)))
        if name:
            self.go("/sign-in")
            self.page.get_by_role("button", name=name).click()
            self.look()

    def _check_asset(self, response: Response) -> None:
        if response.status >= 400 and ("/static/" in response.url or "/brand/" in response.url):
            self.broken.append(f"{response.status} {response.url}")

    def go(self, path: str) -> None:
        self.page.goto(self.site + path)
        self.look()

    def click(self, name: str, *, role: Any = "link", nth: int = 0) -> None:
        self.page.get_by_role(role, name=name).nth(nth).click()
        self.look()

    def press(self, name: str) -> None:
        self.click(name, role="button")

    def look(self) -> None:
        """The page is whole, its assets loaded, and axe finds nothing on it. (Axe is slow: it looks at every kind of page
        once, and again when there is something that no page of this width has yet shown.)"""
        self.page.wait_for_load_state("load")
        assert self.broken == [], self.broken
        path = self.page.url.removeprefix(self.site)
        kind = re.sub(r"[0-9]+|[?#].*", "", path)
        new = {f"{self.page.viewport_size} {one}" for one in (kind, *self.page.evaluate(MADE_OF))} - LOOKED_AT
        if not new:
            return
        found = self.page.evaluate(f"{AXE}; axe.run(document, {{runOnly: {TAGS}, resultTypes: ['violations']}})")
        wrong = [(v["id"], [n["html"] for n in v["nodes"]][:3]) for v in found["violations"] if v["id"] not in EXCEPTED]
        assert wrong == [], f"{self.page.url}: {wrong}"
        LOOKED_AT.update(new)

    def sees(self, text: str) -> None:
        expect(self.page.get_by_text(text).locator("visible=true").first).to_be_visible()

    def fill(self, **given: str) -> None:
        """Fill in the form on the page: what is given by key, the rest as it comes. Nested questions appear as answers bring them up."""
        form = self.page.locator("main form[method=post]").first
        done: set[str] = set()
        for _ in range(3):
            for name, kind in form.evaluate(QUESTIONS):
                if name not in done:
                    done.add(name)
                    _answer(form, name, kind, given.get(name, USUALLY.get(name)))

    def do(self, task: str, nth: int = 0, **given: str) -> None:
        """From the case page: open a task, fill in its form, complete it, and come back while the case may still be seen."""
        case = self.page.url.partition("#")[0].removeprefix(self.site)
        self.click(task, nth=nth)
        self.fill(**given)
        self.press("Complete this task")
        self.sees(f"“{task}” is done.")
        came = self.page.goto(self.site + case)
        if came and came.ok:
            self.look()


def _answer(form: Any, name: str, kind: str, given: str | None) -> None:
    control = form.locator(f'[name="{name}"]').first
    if kind in ("radio", "checkbox"):
        (form.locator(f'[name="{name}"][value="{given}"]') if given else control).check()
    elif kind == "select-one" and given:
        control.select_option(given)
    elif kind in ("text", "textarea"):
        control.fill(_text_for(name) if given is None else given)


def _text_for(name: str) -> str:
    """Something sensible for a box."""
    for ending, text in (("-day", "1"), ("-month", "3"), ("-year", "2027"), ("-time", "10:30"), ("postcode", "PE13 2AB"), ("email", "")):
        if name.endswith(ending):
            return text
    # Shorter than what the search for confidences looks for: the same words stand in every box.
    return "Said to us."
