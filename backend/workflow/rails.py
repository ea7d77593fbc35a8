"""Guard rails: rules of the trade that a pack declares in `pack.toml` and the checker proves on its diagrams.

Steps bear marks (the property `mark`, words between spaces); “start” is where a case begins and “end” where it is
finished. A rail has a title, which is its sentence, and one of four shapes:

    [[rail]]
    title = "No legal step without the proportionality assessment"
    every_path = { from = "start", to = "legal-step", passes = ["proportionality"] }
    # or
    no_path = { from = "domestic-abuse", to = "mediation" }
    always = { after = "hate-disclosed", reaches = "hate-route" }
    never_waits = { step = "enforcement", for = "support" }

Where a list of marks is passed or reached, each of them must be; of several steps with one mark, any counts. A path is
what one thread of the case does: what happens on another branch is on it from where the branches join. A step has been
passed when it is done, not when it was broken off. Knows no conditions: a decision may go any way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from backend.workflow.findings import Finding
from backend.workflow.overlay import ABOUT
from backend.workflow.packs import Pack
from backend.workflow.reach import Search, escapes, follow
from backend.workflow.ways import Spot, Step, Tangled, Ways, ways_through

START, END = "start", "end"
#: Shape -> the words its table has; what is named by the last must each be met.
SHAPES: Mapping[str, tuple[str, ...]] = {
    "every_path": ("from", "to", "passes"),
    "no_path": ("from", "to"),
    "always": ("after", "reaches"),
    "never_waits": ("step", "for"),
}
Marks = tuple[str, ...]


@dataclass(frozen=True)
class Rail:
    title: str
    shape: str
    said: Mapping[str, Marks]


def check_rails(pack: Pack) -> Iterator[Finding]:
    """Every rail can be read and holds, whatever way a case goes."""
    rails = []
    for number, declared in enumerate(pack.rails, 1):
        problem = _problem(declared)
        if problem:
            yield _wrong(str(declared.get("title", f"rail {number}")), problem, "Correct the rail in pack.toml.")
        else:
            rails.append(_read(declared))
    try:
        ways = ways_through(pack)
    except Tangled:
        yield _wrong(pack.title, "The diagrams call each other too often for its guard rails to be proved.", "Draw fewer calls.")
        return
    for rail in rails:
        try:
            yield from _prove(rail, ways)
        except Tangled:
            yield _wrong(
                rail.title, "This cannot be proved: too many ways would have to be looked at.", "Mark fewer steps, or write fewer rails."
            )
            return


def _problem(declared: Mapping[str, Any]) -> str:
    """What is wrong with a rail as it is written, as a sentence; "" for nothing."""
    shapes = [key for key in declared if key != "title"]
    if not str(declared.get("title", "")).strip():
        return "This guard rail has no title."
    if len(shapes) != 1 or shapes[0] not in SHAPES:
        return f"A guard rail says one of: {', '.join(SHAPES)}."
    said, words = declared[shapes[0]], SHAPES[shapes[0]]
    if not isinstance(said, Mapping) or set(said) != set(words) or not all(map(_marks, said.values())):
        return f"“{shapes[0]}” says {' and '.join(words)}, each with a mark or a list of marks."
    return ""


def _marks(value: object) -> Marks:
    listed = [value] if isinstance(value, str) else value
    return tuple(listed) if isinstance(listed, list) and all(isinstance(mark, str) and mark for mark in listed) else ()


def _read(declared: Mapping[str, Any]) -> Rail:
    shape = next(key for key in declared if key != "title")
    return Rail(" ".join(str(declared["title"]).split()).rstrip("."), shape, {key: _marks(value) for key, value in declared[shape].items()})


def _wrong(title: str, sentence: str, mend: str) -> Finding:
    return Finding(ABOUT, "rail", sentence, mend, title[:150])


def _prove(rail: Rail, ways: Ways) -> Iterator[Finding]:
    unknown = [mark for word, marks in rail.said.items() for mark in marks if not _bearers(ways, mark, word=word)]
    for mark in unknown:
        yield _wrong(
            rail.title, f"No step that a case can come to bears the mark “{mark}”.", "Mark the step, or correct the rail in pack.toml."
        )
    if not unknown:
        yield from _PROOFS[rail.shape](rail, ways)


def _bearers(ways: Ways, *marks: str, word: str = "") -> list[Step]:
    """The steps with any of these marks, as often as they stand in the graph. A case comes from its start to its end."""
    ends = {START: ways.case.opens} if word in ("from", "after") else {END: ways.case.done} if word == "to" else {}
    return [step for mark in marks for step in ([Step(*[ends[mark]] * 4)] if mark in ends else ways.marked.get(mark, []))]


def _every_path(rail: Rail, ways: Ways) -> Iterator[Finding]:
    seeds = [step.opens for step in _bearers(ways, *rail.said["from"], word="from")]
    # A join waits for what comes from the beginning of the path, not for a branch that never was on it.
    free = {} if ways.case.opens in seeds else Search(ways, [ways.case.opens], frozenset(seeds)).found
    for mark in rail.said["passes"]:
        passing = _bearers(ways, mark)
        met = {step.opens for step in passing}
        closed, to = frozenset(step.done for step in passing), [step.opens for step in _bearers(ways, *rail.said["to"], word="to")]
        thread = Search(ways, seeds, closed, lambda line: line not in free, goes_on_around=False)
        for search, spot in [*_missed(thread, to, met), *_missed_around(ways, seeds, closed, to, met, free)][:1]:
            yield _broken(rail, search.path(spot), f"“{_name(passing, mark)}” is missed on the way", "Draw the way through it.")


def _missed(search: Search, to: list[Spot], met: set[Spot]) -> list[tuple[Search, Spot]]:
    return [(search, spot) for spot in to if spot in search.found and spot not in met]


def _missed_around(
    ways: Ways, seeds: list[Spot], closed: frozenset[Spot], to: list[Spot], met: set[Spot], free: Mapping[Spot, Spot]
) -> list[tuple[Search, Spot]]:
    """What comes to pass around an event sub-process that a path begins in. There it is another thread that comes to it,
    which may have passed by itself: only what a case can come to without passing at all is missed."""
    if not any(around.beside for seed in seeds for around in seed.within):
        return []
    never = Search(ways, [ways.case.opens], closed).found
    return _missed(Search(ways, seeds, closed, lambda line: line not in free), [spot for spot in to if spot in never], met)


def _no_path(rail: Rail, ways: Ways) -> Iterator[Finding]:
    seeds = [step.opens for step in _bearers(ways, *rail.said["from"], word="from")]
    search = Search(ways, seeds, waits_for=lambda line: False)
    for spot in [step.opens for step in _bearers(ways, *rail.said["to"], word="to") if step.opens in search.found][:1]:
        yield _broken(rail, search.path(spot), "there is a way", "Take this way out of the drawing.")


def _always(rail: Rail, ways: Ways) -> Iterator[Finding]:
    after = [step.done for step in _bearers(ways, *rail.said["after"], word="after")]
    for mark in rail.said["reaches"]:
        reached = _bearers(ways, mark)
        past = escapes(ways, ways.case.opens, ways.case.done, frozenset(step.opens for step in reached))
        for spot in [spot for spot in after if spot in past][:1]:
            yield _broken(
                rail, follow(past, spot, ways.case.done), f"“{_name(reached, mark)}” is never reached on the way", "Draw the way on to it."
            )


def _never_waits(rail: Rail, ways: Ways) -> Iterator[Finding]:
    others = _beside(_bearers(ways, *rail.said["for"]))
    searches: dict[tuple[Spot, ...], Search] = {}
    for step in _bearers(ways, *rail.said["step"]):
        for within, beside in others.items():
            ways.follow(len(within) + 1)
            spots = _waiting(ways, step, within, beside, searches)
            if spots:
                joins = [spot for spot in spots if spot.joins]
                yield _broken(rail, spots, "it waits on the way", "Lead the two to ends of their own.", at=joins[0] if joins else None)
                return


def _beside(steps: list[Step]) -> dict[tuple[Spot, ...], list[Step]]:
    """The steps by what is around them: those in the same part can be searched from at once."""
    found: dict[tuple[Spot, ...], list[Step]] = {}
    for step in steps:
        found.setdefault(step.opens.within, []).append(step)
    return found


def _waiting(ways: Ways, step: Step, within: tuple[Spot, ...], beside: list[Step], searches: dict[tuple[Spot, ...], Search]) -> list[Spot]:
    """A way to the one from any of the others beside each other, inside the smallest part of the case that holds both.
    No step waits for what it is in, or for what is in it."""
    if step.opens in within:
        return []
    both = _shared(step, within)
    key = (*within, both)
    if key not in searches:
        searches[key] = _search(ways, both, beside)
    if step.opens not in searches[key].found:
        return []
    apart = [other for other in beside if other.opens not in step.inside]
    search = searches[key] if len(apart) == len(beside) else _search(ways, both, apart)
    return search.path(step.opens) if step.opens in search.found else []


def _shared(step: Step, within: tuple[Spot, ...]) -> Spot:
    """The smallest part that holds both and happens only once."""
    shared = [spot for spot, same in zip(step.opens.within, within, strict=False) if spot is same]
    while _in_turn(shared[-1]):
        shared.pop()
    return shared[-1]


def _search(ways: Ways, both: Spot, others: list[Step]) -> Search:
    """Where a case can get to from the others inside `both`. Starting the next tool, or an event sub-process, is waiting for nobody;
    nor does anything wait for what goes on beside it."""
    own = [spot for spot in ways.opened[both] if spot.within[-1] is both]
    ways.follow(len(ways.opened[both]))
    apart = {spot for spot in own if spot.element is None or spot.element.event_sub_process} | {both, *([both.other] if both.other else [])}
    return Search(ways, [other.done for other in others], frozenset(apart), lambda line: False, goes_on_around=False)


def _in_turn(spot: Spot) -> bool:
    """Whether what is inside happens again when it is done, so that the next time waits for the last."""
    repeat = spot.element.repeat if spot.element else None
    return repeat is not None and (repeat.loop or repeat.in_turn)


_PROOFS = {"every_path": _every_path, "no_path": _no_path, "always": _always, "never_waits": _never_waits}


def _broken(rail: Rail, spots: list[Spot], how: str, mend: str, at: Spot | None = None) -> Finding:
    """The finding at the last step of the way (or at `at`), with the way in words."""
    where = at or next(spot for spot in reversed(spots) if spot.element is not None)
    element = where.element
    assert element is not None  # for mypy: chosen so
    return Finding(where.file, element.id, f"“{rail.title}” does not hold: {how} {_in_words(spots)}.", mend, element.label)


def _in_words(spots: list[Spot]) -> str:
    names: list[str] = []
    for spot in spots:
        name = _label(spot, spot in (spots[0], spots[-1]))
        if name and names[-1:] != [name]:
            names.append(name)
    return " -> ".join(names)


def _label(spot: Spot, always: bool) -> str:
    if spot.element is None:
        return ""
    leaves = spot.done and not always
    return "" if leaves else spot.element.name or (spot.element.label if always else "")


def _name(steps: list[Step], mark: str) -> str:
    """What the rail asks for, in words: of several steps, the one that bears the fewest other marks is the one that is meant."""
    named = [step.opens.element for step in steps if step.opens.element and step.opens.element.name]
    return min(named, key=lambda element: len(element.properties.get("mark", "").split())).name if named else mark
