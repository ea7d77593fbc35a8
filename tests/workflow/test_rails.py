"""Guard rails hold whatever way a case goes, or the way on which they do not is named."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.accounts.models import Landlord, User
from backend.workflow import check
from backend.workflow.bpmn import Diagram, Element, Flow, Repeat, read
from backend.workflow.findings import Finding
from backend.workflow.overlay import lay_over
from backend.workflow.packs import flattened, read_pack
from backend.workflow.rails import check_rails
from tests.answers import do, open_tasks
from tests.workflow.drawn import bpmn, lines
from tests.workflow.test_runner import open_case

BASELINE = flattened(Path(__file__).parents[2] / "processes" / "baseline")

PACK = read_pack(BASELINE)


def broken(rail: Mapping[str, Any], *bodies: str) -> list[Finding]:
    """What a rail says of diagrams drawn in lines: the first is the life of a case, the next ones are Q1, Q2, …"""
    diagrams = {}
    for number, body in enumerate(bodies):
        file = f"q{number}.bpmn" if number else "p.bpmn"
        diagrams[file] = _marked(read(file, bpmn(_body(body), f"Q{number}" if number else "P")))
    pack = replace(PACK, diagrams=diagrams, start="P", rails=({"title": "The rule", **rail},))
    return list(check_rails(pack))


def _body(text: str) -> str:
    """Lines, and boxes of lines: `subProcess Box {` up to `}`, with its attributes after the id."""
    out, boxes, flat = [], [], []
    for line in (raw.strip() for raw in text.strip().splitlines()):
        if line.endswith("{"):
            out.append(lines("\n".join(flat)))
            kind, name, *rest = line.removesuffix("{").split(maxsplit=2)
            boxes.append(kind)
            out.append(f'<bpmn:{kind} id="{name}" {" ".join(rest)}>')
            flat = []
        elif line == "}":
            out.append(_numbered("\n".join(flat), len(out)) + f"</bpmn:{boxes.pop()}>")
            flat = []
        else:
            flat.append(line)
    return "".join([*out, _numbered("\n".join(flat), len(out))])


def _numbered(text: str, number: int) -> str:
    return lines(text).replace('sequenceFlow id="f', f'sequenceFlow id="f{number}_')


def _marked(diagram: Diagram) -> Diagram:
    """What follows `__` in an id is a mark: Talk__C bears C. Some names say more: `EVENTS` and `REPEATS`."""
    elements = {}
    for name, element in diagram.elements.items():
        plain, *marks = name.split("__")
        event, repeat = EVENTS.get(plain, element.event), REPEATS.get(plain)
        elements[name] = replace(element, name=plain, properties={"mark": " ".join(marks)}, event=event, repeat=repeat)
    return replace(diagram, elements=elements)


EVENTS = {"Stop": "terminate", "Fail": "error", "Caught": "error"}
REPEATS = {"Each": Repeat(each="respondent"), "Thrice": Repeat(count="3"), "Turns": Repeat(each="respondent", in_turn=True)}
PASSES = {"every_path": {"from": "start", "to": "B", "passes": ["C"]}}
FROM_A = {"every_path": {"from": "A", "to": "B", "passes": ["C"]}}
NO_PATH = {"no_path": {"from": "A", "to": "B"}}
ALWAYS = {"always": {"after": "A", "reaches": "C"}}
WAITS = {"never_waits": {"step": "B", "for": "D"}}

AT_ANY_TIME = 'subProcess Sub triggeredByEvent="true" {\nstartEvent SS isInterrupting="false"\ncallActivity Again calledElement="Q1"\nendEvent SE\nSS -> Again\nAgain -> SE\n}'

HOLDS = {
    "one after the other": (PASSES, "startEvent S\nuserTask Talk__C\nendEvent E__B\nS -> Talk__C\nTalk__C -> E__B"),
    "on both ways": (PASSES, "startEvent S\nexclusiveGateway G\nuserTask X__C\nuserTask Y__C\nendEvent E__B\nS -> G\nG -> X__C\nG -> Y__C\nX__C -> E__B\nY__C -> E__B"),
    "on a branch that is joined": (PASSES, "startEvent S\nparallelGateway F\nuserTask X__C\nuserTask Y\nparallelGateway J\nendEvent E__B\nS -> F\nF -> X__C\nF -> Y\nX__C -> J\nY -> J\nJ -> E__B"),
    "on a branch that ends by itself inside a group": (PASSES, "startEvent S\nendEvent E__B\nS -> Box\nBox -> E__B\nsubProcess Box {\nstartEvent S2\nparallelGateway F\nuserTask X__C\nuserTask Y\nendEvent E2\nendEvent E3\nS2 -> F\nF -> X__C\nF -> Y\nX__C -> E2\nY -> E3\n}"),
    "in a called diagram": (PASSES, 'startEvent S\ncallActivity Call calledElement="Q1"\nendEvent E__B\nS -> Call\nCall -> E__B', "startEvent S1\nuserTask X__C\nendEvent E1\nS1 -> X__C\nX__C -> E1"),
    "counted from the last time": (FROM_A, "startEvent S\nuserTask Begin__A\nuserTask X__C\nendEvent E__B\nS -> Begin__A\nBegin__A -> X__C\nX__C -> E__B"),
    "from a beginning before the split": (FROM_A, "startEvent S\nuserTask Begin__A\nparallelGateway F\nuserTask X__C\nuserTask Y\nparallelGateway J\nuserTask Last__B\nendEvent E\nS -> Begin__A\nBegin__A -> F\nF -> X__C\nF -> Y\nX__C -> J\nY -> J\nJ -> Last__B\nLast__B -> E"),
    "in the tool itself": (FROM_A, "startEvent S\nendEvent E\nuserTask Close__B\nS -> Box\nBox -> Close__B\nClose__B -> E\nadHocSubProcess Box {\nuserTask Serve__A\nuserTask Result__C\nuserTask Other\nServe__A -> Result__C\n}"),
    "a reminder beside it": (PASSES, 'startEvent S\nendEvent E__B\nS -> Box\nBox -> E__B\nsubProcess Box {\nstartEvent S2\nuserTask X__C\nboundaryEvent Nag attachedToRef="X__C" cancelActivity="false"\nuserTask Call\nendEvent E2\nendEvent E3\nS2 -> X__C\nX__C -> E2\nNag -> Call\nCall -> E3\n}'),
    "no way back": (NO_PATH, "startEvent S\nuserTask One__B\nuserTask Two__A\nendEvent E\nS -> One__B\nOne__B -> Two__A\nTwo__A -> E"),
    "reached either way": (ALWAYS, "startEvent S\nuserTask One__A\nexclusiveGateway G\nuserTask X__C\nuserTask Y__C\nendEvent E\nS -> One__A\nOne__A -> G\nG -> X__C\nG -> Y__C\nX__C -> E\nY__C -> E"),
    "reached on one branch": (ALWAYS, "startEvent S\nuserTask One__A\nparallelGateway F\nuserTask X__C\nuserTask Y\nendEvent E1\nendEvent E2\nS -> One__A\nOne__A -> F\nF -> X__C\nF -> Y\nX__C -> E1\nY -> E2"),
    "beside each other": (WAITS, "startEvent S\nparallelGateway F\nuserTask Serve__B\nuserTask Support__D\nendEvent E1\nendEvent E2\nS -> F\nF -> Serve__B\nF -> Support__D\nServe__B -> E1\nSupport__D -> E2"),
    "three times": (PASSES, "startEvent S\nuserTask Thrice__C\nendEvent E__B\nS -> Thrice__C\nThrice__C -> E__B"),
    "failed, and caught elsewhere": (PASSES, 'startEvent S\nboundaryEvent Caught attachedToRef="Box"\nendEvent E__B\nendEvent Other\nS -> Box\nBox -> E__B\nCaught -> Other\nsubProcess Box {\nstartEvent S2\nexclusiveGateway G\nuserTask X__C\nendEvent Fail\nendEvent E2\nS2 -> G\nG -> X__C\nG -> Fail\nX__C -> E2\n}'),
    "each beside the other": (WAITS, "startEvent S\nendEvent E\nS -> Each\nEach -> E\nsubProcess Each {\nstartEvent S2\nparallelGateway F\nuserTask Serve__B\nuserTask Support__D\nendEvent E1\nendEvent E2\nS2 -> F\nF -> Serve__B\nF -> Support__D\nServe__B -> E1\nSupport__D -> E2\n}"),
    "the same diagram at any time": (FROM_A, f"startEvent S\nendEvent E\nS -> Call\nCall -> E\ncallActivity Call calledElement=\"Q1\"\n{AT_ANY_TIME}", "startEvent S1\nuserTask One__A\nuserTask X__C\nuserTask Y__B\nendEvent E1\nS1 -> One__A\nOne__A -> X__C\nX__C -> Y__B\nY__B -> E1"),
    "the same two at any time": (WAITS, f"startEvent S\nendEvent E\nS -> Call\nCall -> E\ncallActivity Call calledElement=\"Q1\"\n{AT_ANY_TIME}", "startEvent S1\nparallelGateway F\nuserTask Serve__B\nuserTask Support__D\nendEvent E1\nendEvent E2\nS1 -> F\nF -> Serve__B\nF -> Support__D\nServe__B -> E1\nSupport__D -> E2"),
    "two tools": (WAITS, "startEvent S\nendEvent E\nS -> Box\nBox -> E\nadHocSubProcess Box {\nuserTask Serve__B\nuserTask Support__D\n}"),
}  # fmt: skip

BREAKS = {
    "the other way": (PASSES, "S -> G -> E", "E__B", "startEvent S\nexclusiveGateway G\nuserTask X__C\nendEvent E__B\nS -> G\nG -> X__C\nG -> E__B\nX__C -> E__B"),
    "a time limit breaks it off": (PASSES, "S -> X -> T -> E", "E__B", 'startEvent S\nuserTask X__C\nboundaryEvent T attachedToRef="X__C"\nendEvent E__B\nS -> X__C\nX__C -> E__B\nT -> E__B'),
    "broken off from inside a group": (PASSES, "S -> Box -> T -> E", "E__B", 'startEvent S\nboundaryEvent T attachedToRef="Box"\nendEvent E__B\nS -> Box\nBox -> E__B\nT -> E__B\nsubProcess Box {\nstartEvent S2\nuserTask X__C\nendEvent E2\nS2 -> X__C\nX__C -> E2\n}'),
    "a tool may be left out": (PASSES, "S -> Box -> E", "E__B", "startEvent S\nendEvent E__B\nS -> Box\nBox -> E__B\nadHocSubProcess Box {\nuserTask X__C\n}"),
    "for each of nobody": (PASSES, "S -> E", "E__B", "startEvent S\nuserTask Each__C\nendEvent E__B\nS -> Each__C\nEach__C -> E__B"),
    "failed, and caught by nobody": (PASSES, "S -> Box -> S2 -> G -> Fail -> E", "E__B", "startEvent S\nendEvent E__B\nS -> Box\nBox -> E__B\nsubProcess Box {\nstartEvent S2\nexclusiveGateway G\nuserTask X__C\nendEvent Fail\nendEvent E2\nS2 -> G\nG -> X__C\nG -> Fail\nX__C -> E2\n}"),
    "one or more": (PASSES, "S -> F -> Y -> J -> E", "E__B", "startEvent S\ninclusiveGateway F\nuserTask X__C\nuserTask Y\ninclusiveGateway J\nendEvent E__B\nS -> F\nF -> X__C\nF -> Y\nX__C -> J\nY -> J\nJ -> E__B"),
    "one person after another": (NO_PATH, "Support -> E2 -> Turns -> S2 -> Serve", "Serve__B", "startEvent S\nendEvent E\nS -> Turns\nTurns -> E\nsubProcess Turns {\nstartEvent S2\nuserTask Serve__B\nuserTask Support__A\nendEvent E2\nS2 -> Serve__B\nServe__B -> Support__A\nSupport__A -> E2\n}"),
    "waits for the last in turn": (WAITS, "Support -> E2 -> Turns -> S2 -> F -> Serve", "Serve__B", "startEvent S\nendEvent E\nS -> Turns\nTurns -> E\nsubProcess Turns {\nstartEvent S2\nparallelGateway F\nuserTask Serve__B\nuserTask Support__D\nendEvent E1\nendEvent E2\nS2 -> F\nF -> Serve__B\nF -> Support__D\nServe__B -> E1\nSupport__D -> E2\n}"),
    "not joined": (PASSES, "S -> F -> Y -> Last", "Last__B", "startEvent S\nparallelGateway F\nuserTask X__C\nuserTask Y\nuserTask Last__B\nendEvent E1\nendEvent E2\nS -> F\nF -> X__C\nF -> Y\nX__C -> E1\nY -> Last__B\nLast__B -> E2"),
    "joined with a branch from elsewhere": (FROM_A, "Y -> J -> Last", "Last__B", "startEvent S\nparallelGateway F\nuserTask X__C\nuserTask Y__A\nparallelGateway J\nuserTask Last__B\nendEvent E\nS -> F\nF -> X__C\nF -> Y__A\nX__C -> J\nY__A -> J\nJ -> Last__B\nLast__B -> E"),
    "an end that ends all": (PASSES, "S -> Box -> S2 -> F -> Stop -> E", "E__B", 'startEvent S\nendEvent E__B\nS -> Box\nBox -> E__B\nsubProcess Box {\nstartEvent S2\nparallelGateway F\nuserTask X__C\nendEvent E2\nendEvent Stop\nS2 -> F\nF -> X__C\nF -> Stop\nX__C -> E2\n}'),
    "begins at any time": (FROM_A, "One -> Sub -> S2 -> Y", "Y__B", 'startEvent S\nuserTask One__A\nuserTask X__C\nendEvent E\nS -> One__A\nOne__A -> X__C\nX__C -> E\nsubProcess Sub triggeredByEvent="true" {\nstartEvent S2 isInterrupting="false"\nuserTask Y__B\nendEvent E2\nS2 -> Y__B\nY__B -> E2\n}'),
    "missed around": (FROM_A, "Y -> Close", "Close__B", 'startEvent S\nuserTask Close__B\nuserTask X__C\nendEvent E\nS -> Close__B\nClose__B -> X__C\nX__C -> E\nsubProcess Sub triggeredByEvent="true" {\nstartEvent S2 isInterrupting="false"\nuserTask Y__A\nendEvent E2\nS2 -> Y__A\nY__A -> E2\n}'),
    "goes on beside": (NO_PATH, "Y -> Close", "Close__B", 'startEvent S\nuserTask Close__B\nendEvent E\nS -> Close__B\nClose__B -> E\nsubProcess Sub triggeredByEvent="true" {\nstartEvent S2 isInterrupting="false"\nuserTask Y__A\nendEvent E2\nS2 -> Y__A\nY__A -> E2\n}'),
    "one tool after another": (NO_PATH, "Warning -> Legal", "Legal__B", "startEvent S\nendEvent E\nS -> Box\nBox -> E\nadHocSubProcess Box {\nuserTask Warning__A\nuserTask Legal__B\n}"),
    "through called diagrams": (NO_PATH, "Deep -> E1 -> Next", "Next__B", 'startEvent S\ncallActivity Call calledElement="Q1"\nuserTask Next__B\nendEvent E\nS -> Call\nCall -> Next__B\nNext__B -> E', "startEvent S1\nuserTask Deep__A\nendEvent E1\nS1 -> Deep__A\nDeep__A -> E1"),
    "round a loop": (NO_PATH, "Two -> G -> One", "One__B", "startEvent S\nuserTask One__B\nuserTask Two__A\nexclusiveGateway G\nendEvent E\nS -> One__B\nOne__B -> Two__A\nTwo__A -> G\nG -> One__B\nG -> E"),
    "not always reached": (ALWAYS, "One -> G -> E", "E", "startEvent S\nuserTask One__A\nexclusiveGateway G\nuserTask X__C\nendEvent E\nS -> One__A\nOne__A -> G\nG -> X__C\nG -> E\nX__C -> E"),
    "waits at a join": (WAITS, "Support -> J -> Serve", "J", "startEvent S\nparallelGateway F\nuserTask Y\nuserTask Support__D\nparallelGateway J\nuserTask Serve__B\nendEvent E\nS -> F\nF -> Y\nF -> Support__D\nY -> J\nSupport__D -> J\nJ -> Serve__B\nServe__B -> E"),
    "waits in a row": (WAITS, "Support -> Serve", "Serve__B", "startEvent S\nuserTask Support__D\nuserTask Serve__B\nendEvent E\nS -> Support__D\nSupport__D -> Serve__B\nServe__B -> E"),
    "waits for a group": (WAITS, "Support -> E2 -> Serve", "Serve__B", "startEvent S\nuserTask Serve__B\nendEvent E\nS -> Box\nBox -> Serve__B\nServe__B -> E\nsubProcess Box {\nstartEvent S2\nparallelGateway F\nuserTask Y\nuserTask Support__D\nendEvent E1\nendEvent E2\nS2 -> F\nF -> Y\nF -> Support__D\nY -> E1\nSupport__D -> E2\n}"),
}  # fmt: skip


@pytest.mark.parametrize(("rail", "bodies"), [(rail, bodies) for rail, *bodies in HOLDS.values()], ids=list(HOLDS))
def test_a_rail_that_holds_says_nothing(rail: Mapping[str, Any], bodies: list[str]) -> None:
    assert broken(rail, *bodies) == []


@pytest.mark.parametrize(("rail", "way", "element", "bodies"), [(r, w, e, b) for r, w, e, *b in BREAKS.values()], ids=list(BREAKS))
def test_a_rail_that_breaks_names_itself_and_the_way_step_by_step(
    rail: Mapping[str, Any], way: str, element: str, bodies: list[str]
) -> None:
    found = broken(rail, *bodies)
    assert len(found) == 1, found
    assert "“The rule” does not hold" in found[0].sentence and found[0].sentence.endswith(f" {way}."), found
    assert (found[0].element, found[0].severity) == (element, "error") and found[0].file and found[0].mend


@st.composite
def small_packs(draw: st.DrawFn) -> tuple[list[Diagram], dict[str, str]]:
    """Two diagrams of decisions, tasks, calls and time limits, the first calling the second; and who bears A, B and C."""
    diagrams = [_drawn(draw, "P", calls=True), _drawn(draw, "Q", calls=False)]
    called = any(element.called for element in diagrams[0].elements.values())
    names = [name for diagram in diagrams[: 2 if called else 1] for name in diagram.elements]
    return diagrams, {mark: draw(st.sampled_from(names)) for mark in "ABC"}


def _drawn(draw: st.DrawFn, process: str, *, calls: bool) -> Diagram:
    count = draw(st.integers(2, 6))
    kinds = st.sampled_from(["userTask", "exclusiveGateway", "endEvent", "boundaryEvent", *(["callActivity"] if calls else [])])
    elements = {f"{process}0": _element(process, 0, "startEvent")}
    for number in range(1, count):
        kind = draw(kinds)
        hosts = [element.id for element in elements.values() if element.kind in ("userTask", "callActivity")]
        attached = draw(st.sampled_from(hosts)) if kind == "boundaryEvent" and hosts else ""
        kind = "userTask" if kind == "boundaryEvent" and not attached else kind
        elements[f"{process}{number}"] = _element(process, number, kind, attached)
    targets = [element.id for element in elements.values() if not element.attached_to and element.kind != "startEvent"]
    flows = {}
    for element in elements.values() if targets else ():
        fewest, most = (1 if element.kind == "startEvent" else 0), (0 if element.kind == "endEvent" else 2)
        for target in draw(st.lists(st.sampled_from(targets), min_size=fewest, max_size=most, unique=True)):
            flows[f"{element.id}to{target}"] = Flow(f"{element.id}to{target}", "", element.id, target, "")
    return Diagram(f"{process}.bpmn", process, process, elements, flows, {}, {}, {}, {})


def _element(process: str, number: int, kind: str, attached: str = "") -> Element:
    name = f"{process}{number}"
    return Element(name, name, kind, process, "", 0, called="Q" if kind == "callActivity" else "", attached_to=attached)


State = tuple[str, ...]


def brute_force(diagrams: list[Diagram], marks: Mapping[str, str], *, passing: bool) -> bool:
    """Whether some walk from A comes to B, without C being done where `passing`. Walks one thread, step by step."""
    elements = {name: element for diagram in diagrams for name, element in diagram.elements.items()}
    outgoing = {name: flows for diagram in diagrams for name, flows in diagram.outgoing.items()}
    calls = [name for name, element in elements.items() if element.called]

    def following(state: State) -> Iterator[State]:
        *around, here = state
        for depth, name in enumerate(state):
            yield from ((*state[:depth], other.id) for other in elements.values() if other.attached_to == name)
        yield from [(*state, "Q0")] if elements[here].called else leaving(tuple(around), here)

    def leaving(around: State, here: str) -> Iterator[State]:
        if passing and here == marks["C"]:
            return
        yield from ((*around, flow.target) for flow in outgoing.get(here, ()))
        if not outgoing.get(here) and around:
            yield from leaving(around[:-1], around[-1])

    def walks(state: State, been: frozenset[State]) -> bool:
        return any(new[-1] == marks["B"] or (new not in been and walks(new, been | {new})) for new in following(state))

    if passing and marks["B"] == marks["C"]:
        return False
    begins = [(marks["A"],)] if marks["A"].startswith("P") else [(call, marks["A"]) for call in calls]
    return any(walks(state, frozenset([state])) for state in begins)


@settings(max_examples=400, deadline=None)
@given(small_packs())
def test_what_is_proved_is_what_walking_every_way_finds(drawn: tuple[list[Diagram], dict[str, str]]) -> None:
    diagrams, marks = drawn
    for diagram in diagrams:
        for name in diagram.elements:
            own = " ".join(mark for mark, bearer in marks.items() if bearer == name)
            diagram.elements[name] = replace(diagram.elements[name], properties={"mark": own})  # type: ignore[index]
    pack = replace(PACK, diagrams={diagram.file: diagram for diagram in diagrams}, start="P")
    for shape, passing in ((FROM_A, True), (NO_PATH, False)):
        found = list(check_rails(replace(pack, rails=({"title": "The rule", **shape},))))
        assert bool(found) == brute_force(diagrams, marks, passing=passing), (shape, found)


WRONG = [
    ({"title": "T", "every_path": {"from": "start", "to": "nosuch", "passes": ["closure-talk"]}}, "bears the mark “nosuch”"),
    ({"title": "T", "sometimes": {"from": "start"}}, "A guard rail says one of: every_path"),
    ({"title": "T", "no_path": {"from": "start", "too": "legal-step"}}, "“no_path” says from and to"),
    ({"title": "T", "no_path": {"from": "start", "to": [7]}}, "“no_path” says from and to"),
    ({"no_path": {"from": "start", "to": "legal-step"}}, "has no title"),
    ({"title": "T", "always": {"after": "end", "reaches": "legal-step"}}, "bears the mark “end”"),
]


@pytest.mark.parametrize(("rail", "words"), WRONG, ids=[words for _, words in WRONG])
def test_a_rail_that_is_wrong_itself_is_a_finding(rail: Mapping[str, Any], words: str) -> None:
    found = list(check_rails(replace(PACK, rails=(rail,))))
    assert len(found) == 1 and words in found[0].sentence and found[0].file == "pack.toml" and found[0].mend, found


def test_diagrams_that_call_each_other_without_end_are_not_followed_without_end() -> None:
    calls = 'startEvent S\ncallActivity A__A calledElement="Q{0}"\ncallActivity B calledElement="Q{0}"\nendEvent E__B\nS -> A__A\nA__A -> B\nB -> E__B'
    chain = [calls.format(number + 1) for number in range(20)]
    found = broken(NO_PATH, *chain)
    assert [finding.sentence for finding in found] == ["The diagrams call each other too often for its guard rails to be proved."]


def test_an_overlay_adds_guard_rails_and_takes_none_away() -> None:
    own = 'extends = "baseline"\n[[rail]]\ntitle = "Ours"\nno_path = { from = "closure-talk", to = "legal-step" }\n'
    laid = lay_over(BASELINE, {"pack.toml": own})
    titles = [rail["title"] for rail in read_pack(laid).rails]
    assert titles == [*(rail["title"] for rail in PACK.rails), "Ours"]


REDRAWN = [
    ("lifecycle.bpmn", 'sourceRef="Life_toolbox" targetRef="Life_closure"', 'sourceRef="Life_toolbox" targetRef="Life_close"', "A case ends as resolved only after", "“Talk to the reporters about closing” is missed on the way", "Close the case."),
    ("closure.bpmn", 'sourceRef="Closure_over" targetRef="Closure_talk"', 'sourceRef="Closure_over" targetRef="Closure_end"', "A case ends as resolved only after", "“Talk to the reporters about closing” is missed on the way", "Close now? -> Close the case."),
    ("legal-action.bpmn", 'sourceRef="Legal_route" targetRef="Legal_proportionality"', 'sourceRef="Legal_route" targetRef="Legal_decide"', "No legal step without", "“Assess proportionality” is missed on the way", "Choose the route -> Decide about legal action -> Go ahead? -> Which route? -> Civil injunction -> Prepare the evidence -> Apply to the court for the order."),
    ("legal-action.bpmn", 'sourceRef="Legal_offer" targetRef="Legal_accepted"', 'sourceRef="Legal_offer" targetRef="Legal_decide"', "Enforcement never waits for support", "it waits on the way", "Offer support -> Decide about legal action."),
    ("first-contact.bpmn", 'sourceRef="First_classify" targetRef="First_disclosures"', 'sourceRef="First_classify" targetRef="First_plan"', "Once the risk questions have been asked", "“Hate crime and domestic abuse” is never reached on the way", "Case finished."),
    ("disclosures.bpmn", 'sourceRef="Hate_safety" targetRef="Hate_route"', 'sourceRef="Hate_safety" targetRef="Abuse_disclosed"', "A disclosure of hate crime always reaches its route", "“Hate crime: tell partners and offer support” is never reached", "Case finished."),
    ("disclosures.bpmn", 'sourceRef="Abuse_safety" targetRef="Abuse_route"', 'sourceRef="Abuse_safety" targetRef="Disclosures_end"', "A disclosure of domestic abuse always reaches its route", "“Domestic abuse: assess and refer” is never reached", "Case finished."),
    ("safeguarding.bpmn", 'sourceRef="Safe_concern" targetRef="Safe_refer"', 'sourceRef="Safe_concern" targetRef="Safe_tell"', "A safeguarding concern always reaches the authority", "“Refer it to the authority” is never reached", "In the authority’s hands."),
    ("lifecycle.bpmn", 'sourceRef="Life_early_contact" targetRef="Life_check_close"', 'sourceRef="Life_early_contact" targetRef="Life_closure"', "Once the risk questions have been asked", "“Hate crime and domestic abuse” is never reached on the way", "Case finished."),
    ("legal-action.bpmn", 'name="mark" value="legal-action"', 'name="mark" value="else"', "No legal step without", "No step that a case can come to bears the mark “legal-action”", ""),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "title", "how", "way"), REDRAWN, ids=[f"{f}-{n[-24:]}" for f, _, n, *_ in REDRAWN])
def test_a_redraw_of_the_baseline_that_breaks_a_rule_of_the_trade_is_refused(
    file: str, old: str, new: str, title: str, how: str, way: str
) -> None:
    assert old in BASELINE[file]
    found = check.errors(check.findings({**BASELINE, file: BASELINE[file].replace(old, new)}))
    broken = [finding for finding in found if title in finding.sentence + finding.name]
    assert any(how in finding.sentence and finding.sentence.endswith(way) for finding in broken), found


def test_a_step_that_comes_round_to_itself_waits_for_nobody_beside_it() -> None:
    body = "startEvent S\nparallelGateway F\nuserTask One__B__D\nexclusiveGateway G\nendEvent E\nuserTask Two__D\nendEvent E2\n"
    alone = body + "S -> F\nF -> One__B__D\nOne__B__D -> G\nG -> One__B__D\nG -> E\nF -> Two__D\n"
    assert not broken(WAITS, alone + "Two__D -> E2")
    assert broken(WAITS, alone + "Two__D -> G")[0].sentence.endswith("it waits on the way Two -> G -> One.")


def test_rails_over_more_ways_than_can_be_looked_at_are_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    rails = tuple({**rail, "title": f"Rule {number}"} for number, rail in enumerate(PACK.rails))
    monkeypatch.setattr("backend.workflow.ways.FOLLOWED", 1_000)
    found = list(check_rails(replace(PACK, rails=rails)))
    assert len(found) == 1 and found[0].name.startswith("Rule ") and "cannot be proved" in found[0].sentence


Who = Callable[[str], User]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("answers", "tasks"),
    [
        ({"identity": "yes"}, ["Hate crime: make safe", "Hate crime: tell partners and offer support"]),
        ({"domestic_abuse": "yes"}, ["Domestic abuse: agree how to speak safely", "Domestic abuse: assess and refer"]),
        ({"category": "HAT"}, ["Hate crime: make safe", "Hate crime: tell partners and offer support"]),
        ({}, []),
    ],
    ids=["asked", "told", "reported", "nothing"],
)
def test_a_disclosure_goes_its_route_before_the_plan_is_agreed(
    answers: dict[str, str], tasks: list[str], landlord: Landlord, user: Who, now: datetime
) -> None:
    case, officer = open_case(landlord, user, now), user("officer")
    do(case, "Triage the report", user("calls"), now, **answers)
    do(case, "Contact the reporter", officer, now, **answers)
    do(case, "Ask the risk questions", officer, now, **answers)
    for task in tasks:
        do(case, task, officer, now)
    assert open_tasks(case) == ["Agree the action plan"]
