"""The drawing page in a real browser: it keeps every construct, draws every one, and says all that can be said of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, expect

from backend.workflow.bpmn import Diagram, Element, read
from backend.workflow.constructs import CONSTRUCTS
from tests.journeys.people import Person
from tests.studio.everything import everything

pytestmark = pytest.mark.browser
PAGE = "/redraw/diagrams/triage.bpmn"
SEND = """async ([url, csrf, body]) => (await fetch(url, {method: 'POST', headers: {'Content-Type': 'application/json', 'X-CSRFToken': csrf}, body})).status"""


def data(owner: Person) -> dict[str, object]:
    owner.page.goto(owner.site + PAGE)
    return dict(json.loads(owner.page.locator("#modeller-data").text_content() or ""))


def saved(owner: Person) -> Diagram:
    """What the server has after Save, without the lines of the file."""
    owner.page.get_by_test_id("save").click()
    expect(owner.page.get_by_test_id("status")).to_contain_text("Saved", timeout=15_000)
    return comparable(str(data(owner)["xml"]))


def comparable(xml: str) -> Diagram:
    diagram = read("triage.bpmn", xml)
    return replace(diagram, elements={key: replace(element, line=0) for key, element in diagram.elements.items()})


@pytest.fixture
def owner(browser: Browser, site: str) -> Iterator[Person]:
    """The process owner at a drawing of everything, in a draft that is thrown away."""
    owner = Person(browser, site, "Olive Marsh")
    owner.go("/redraw/")
    owner.press("Open a draft")
    before = data(owner)
    body = json.dumps({"xml": everything("Triage"), "revision": before["revision"]})
    assert owner.page.evaluate(SEND, [before["saveUrl"], before["csrf"], body]) == 200
    owner.go(PAGE)
    yield owner
    owner.page.goto(f"{site}/redraw/")
    owner.page.get_by_text("Throw the draft away").click()
    owner.page.get_by_role("button", name="Throw it away").click()


def test_the_drawing_page_keeps_every_construct_as_it_is(owner: Person) -> None:
    assert saved(owner) == comparable(everything("Triage"))


def drawn(diagram: Diagram) -> list[tuple[str, str]]:
    return [(element.kind, element.event) for element in diagram.elements.values()]


def test_every_construct_can_be_drawn_by_the_keyboard(owner: Person) -> None:
    page = owner.page
    before = drawn(comparable(everything("Triage")))
    owner.page.get_by_test_id("palette-more").locator("summary").click()
    for button in page.locator("[data-testid^=draw-]").all():
        page.get_by_test_id("pick").select_option(label="Around", force=True)
        button.focus()
        button.press("Enter")
        expect(page.get_by_test_id("status")).not_to_contain_text("Select")
    after = drawn(saved(owner))
    new = [one for one in after if after.count(one) > before.count(one)]
    # What begins an event sub-process is chosen by “What is it?”, and a receiving task has no message yet.
    wanted = {(one.kind, one.event) for one in CONSTRUCTS if one.kind} - BEGINNINGS - {("receiveTask", "message")} | {("receiveTask", "")}
    assert wanted <= set(new)
    assert owner.broken == []


BEGINNINGS = {("startEvent", event) for event in ("timer", "signal", "escalation", "error")}


def test_what_begins_at_any_time_can_be_any_event(owner: Person) -> None:
    page = owner.page
    start = next(e.id for e in read("t", everything("Triage")).elements.values() if e.kind == "startEvent" and e.event == "message")
    for kind, event in (("until", "timer"), ("signal", "signal"), ("raised", "escalation"), ("failed", "error")):
        page.get_by_test_id("pick").select_option(start)
        page.get_by_test_id("field-kind").select_option(f"trigger-{kind}")
        changed = saved(owner).elements[start]
        assert (changed.event, changed.interrupting) == (event, True)


def test_a_step_says_how_often_it_happens_and_what_a_signal_is_called(owner: Person) -> None:
    page = owner.page
    elements = read("t", everything("Triage")).elements.values()
    step = next(e for e in elements if e.kind == "manualTask")
    signal = next(e for e in elements if e.kind == "boundaryEvent" and e.event == "signal")

    def say(field: str, text: str) -> None:
        page.get_by_test_id(f"field-{field}").fill(text)
        page.get_by_test_id(f"field-{field}").press("Tab")

    def one(element: Element) -> Element:
        return saved(owner).elements[element.id]

    def go(element: Element) -> None:
        page.get_by_test_id("pick").select_option(element.id)

    go(step)
    page.get_by_test_id("field-often").select_option("turn")
    say("times", "2 + 1")
    say("stop-early", "instances_done >= 2")
    say("outputs", "is_asb")
    many = one(step)
    assert many.repeat and (many.repeat.in_turn, many.repeat.count, many.repeat.until) == (True, "2 + 1", "instances_done >= 2")
    assert many.properties["outputs"] == "is_asb"
    go(step)
    page.get_by_test_id("field-each").select_option("respondent")
    each = one(step)
    assert each.repeat and (each.repeat.each, each.repeat.count) == ("respondent", "")
    go(step)
    page.get_by_test_id("field-often").select_option("again")
    say("again", "not is_asb")
    page.get_by_test_id("field-before").check(force=True)
    say("most", "3")
    again = one(step)
    assert again.repeat and (again.repeat.loop, again.repeat.condition, again.repeat.before, again.repeat.most) == (
        True,
        "not is_asb",
        True,
        3,
    )
    go(step)
    page.get_by_test_id("field-often").select_option("once")
    go(signal)
    say("event-name", "quite new")
    page.get_by_test_id("field-stops").uncheck(force=True)
    renamed = saved(owner).elements
    assert renamed[step.id].repeat is None and "each" not in renamed[step.id].properties
    assert (renamed[signal.id].code, renamed[signal.id].interrupting) == ("quite new", False)


def test_the_ways_of_one_or_more_have_conditions_and_those_of_whichever_comes_first_have_none(owner: Person) -> None:
    page = owner.page
    before = read("t", everything("Triage"))
    some, first = (next(e for e in before.elements.values() if e.kind == kind) for kind in ("inclusiveGateway", "eventBasedGateway"))
    one, other = before.outgoing[some.id]
    page.get_by_test_id("pick").select_option(some.id)
    page.get_by_test_id(f"field-otherwise-{one.id}").check(force=True)
    page.get_by_test_id(f"field-condition-{other.id}").fill("not is_asb")
    page.get_by_test_id(f"field-condition-{other.id}").press("Tab")
    changed = saved(owner)
    assert changed.elements[some.id].default == one.id
    assert (changed.flows[one.id].condition, changed.flows[other.id].condition) == ("", "not is_asb")
    page.get_by_test_id("pick").select_option(first.id)
    expect(page.get_by_test_id("field-kind")).to_be_visible()
    expect(page.locator("[data-testid^=field-condition], [data-testid^=field-otherwise]")).to_have_count(0)


def test_a_decision_that_becomes_a_split_keeps_its_lines_and_loses_their_conditions(owner: Person) -> None:
    page = owner.page
    before = read("t", everything("Triage"))
    decision = next(e for e in before.elements.values() if e.kind == "exclusiveGateway")
    page.get_by_test_id("pick").select_option(decision.id)
    # What follows it waits for nothing, so it cannot become “whichever comes first”.
    expect(page.get_by_test_id("field-kind").locator("option[value=first]")).to_have_count(0)
    page.get_by_test_id("field-kind").select_option("together")
    expect(page.get_by_test_id("status")).to_contain_text("the conditions on its arrows")
    changed = saved(owner)
    assert changed.elements[decision.id].kind == "parallelGateway" and changed.elements[decision.id].default == ""
    assert [(f.target, f.condition) for f in changed.outgoing[decision.id]] == [(f.target, "") for f in before.outgoing[decision.id]]


@pytest.mark.parametrize("path", ["/redraw/catalogue", "/redraw/diagrams/triage.bpmn/steps/Triage_decide"])
def test_the_pages_beside_the_drawing_are_right_on_a_telephone(browser: Browser, site: str, path: str) -> None:
    owner = Person(browser, site, "Olive Marsh", width=375)
    owner.go("/redraw/")
    owner.press("Open a draft")
    owner.go(path)
    assert owner.page.evaluate("document.documentElement.scrollWidth") <= 375
    owner.go("/redraw/")
    owner.page.get_by_text("Throw the draft away").click()
    owner.press("Throw it away")
