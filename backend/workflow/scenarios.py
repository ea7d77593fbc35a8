"""A scenario: a worked example that proves a pack. Read from a pack's `scenarios/<name>.toml`; `studio/trying.py` plays it.

Scenarios are files of the pack like any other, and so part of what a version's hash names: what was proved stays beside what
it proved, and a landlord's own pack lays its scenarios over the base's. Knows their shape only: whether the steps fit the
diagrams is seen by playing them.

    title = "Noise that stops after a talk"        starts = 2026-11-20T10:00:00        codes = ["N1-66"]
    settings = { call_sample = 100 }               (what this landlord decided otherwise, if the example needs it)
    replaces = "Nobody is …"                       (why the base's scenario of this name does not hold for this landlord)
    [people.marian]      name = "Marian Webb"      (or description, for somebody not known yet)
    [[step]]             one of `VERBS`, what belongs to it, and what is expected after it
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from backend.rules.working_time import LONDON
from backend.workflow.findings import Finding, PackRefused
from backend.workflow.once import once

FOLDER = "scenarios/"
_HEAD = {"title", "codes", "starts", "settings", "replaces", "people", "step"}
_PERSON = {"name", "description", "phone", "email", "address", "postcode", "confidential"}
_TOLD = {"channel", "what", "place", "place_postcode", "happened", "adjustments", "as"}
#: What a step can be, what may be said with it, and whether it names one of the scenario's people.
VERBS: Mapping[str, tuple[set[str], bool]] = {
    "report": (_TOLD, True),          # somebody reports something, and a case is opened; "" gives no name
    "attach": (_TOLD, True),          # a further report, attached to the case
    "add": ({"part"}, True),          # somebody becomes a part of the case
    "identify": ({"name"}, True),     # somebody who was not known gets a name
    "start": ({"for", "reason"}, False),  # a tool of the stage, by its name
    "happen": ({"for", "reason"}, False),  # something has happened, by the words that an officer chooses
    "do": ({"as", "for", "answers"}, False),  # a task, by its name
    "survey": ({"answers"}, True),    # a reporter answers the survey by telephone
    "wait": (set(), False),           # until a moment, "next timer", or so many days: "28 days"
}  # fmt: skip
#: What can be expected after a step. `tasks` and `letters` are complete lists; a letter is written as "warning to dean".
EXPECTED: Mapping[str, type] = {
    "tasks": list, "letters": list, "offered": list, "not_offered": list, "faults": list, "due": dict, "facts": dict,
    "closed": bool, "outcome": str, "ended": str, "owner": str,
}  # fmt: skip


@dataclass(frozen=True)
class Move:
    """One step: the verb with what it is about, what is said with it, and what is expected after it."""

    number: int
    verb: str
    what: Any
    said: Mapping[str, Any]
    expected: Mapping[str, Any]


@dataclass(frozen=True)
class Scenario:
    """`codes` are the practices that it proves; `settings` are values in place of the pack's own, by code; `replaces` is why the
    scenario of the same name does not hold that the base has."""

    name: str
    title: str
    codes: tuple[str, ...]
    starts: datetime
    people: Mapping[str, Mapping[str, Any]]
    moves: tuple[Move, ...] = field(repr=False)
    settings: Mapping[str, Any] = field(default_factory=dict)
    replaces: str = ""


@once
def read_scenario(name: str, source: str) -> Scenario:
    """The scenario in `source`. Raises `PackRefused` with every finding."""
    file = f"{FOLDER}{name}.toml"
    try:
        raw = tomllib.loads(source)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise PackRefused([Finding(file, "", f"The scenario cannot be read: {error}.", "Check the file.")]) from None
    if problems := list(_problems(raw)):
        raise PackRefused([Finding(file, where, sentence, "Check the scenario.") for where, sentence in problems])
    moves = tuple(_move(number, step) for number, step in enumerate(raw["step"], 1))
    starts = raw["starts"] if raw["starts"].tzinfo else raw["starts"].replace(tzinfo=LONDON)
    codes, people, settings = tuple(raw.get("codes", ())), raw.get("people", {}), raw.get("settings", {})
    return Scenario(name, raw["title"], codes, starts, people, moves, settings, raw.get("replaces", ""))


def _move(number: int, step: Mapping[str, Any]) -> Move:
    verb = next((verb for verb in VERBS if verb in step), "expect")
    said = {key: value for key, value in step.items() if key not in (verb, "expect")}
    return Move(number, verb, step.get(verb), said, step.get("expect", {}))


def _problems(raw: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(place, sentence) of what has the wrong form."""
    for key in sorted(raw.keys() - _HEAD):
        yield key, f"A scenario has no “{key}”."
    if not isinstance(raw.get("title"), str) or not isinstance(raw.get("starts"), datetime):
        yield "", "A scenario needs a title and the date and time when it starts."
    if not _are(raw.get("codes", []), str):
        yield "codes", "Its codes are not a list of texts."
    if not isinstance(raw.get("replaces", ""), str):
        yield "replaces", "Why it replaces another is not a text."
    if not isinstance(raw.get("settings", {}), dict):
        yield "settings", "Its settings are not a table."
    people, steps = raw.get("people", {}), raw.get("step", [])
    if not isinstance(people, dict) or not all(isinstance(person, dict) for person in people.values()):
        yield "people", "Its people are not tables, one for each."
        return
    for key, person in people.items():
        yield from ((key, f"A person has no “{word}”.") for word in sorted(person.keys() - _PERSON))
    if not steps or not _are(steps, dict):
        yield "step", "A scenario needs steps."
        return
    for number, step in enumerate(steps, 1):
        yield from ((f"step {number}", sentence) for sentence in _problems_of(step, people))


def _problems_of(step: Mapping[str, Any], people: Mapping[str, Any]) -> Iterator[str]:
    verbs = [verb for verb in VERBS if verb in step]
    if len(verbs) > 1 or not (verbs or "expect" in step):
        yield f"A step is one of: {', '.join(VERBS)}, expect."
        return
    allowed, about_somebody = VERBS[verbs[0]] if verbs else (set[str](), False)
    yield from (f"“{key}” does not belong to this step." for key in sorted(step.keys() - allowed - {*verbs, "expect"}))
    named = [step.get("for", ""), step[verbs[0]] if about_somebody else ""]
    yield from (f"“{name}” is not one of the scenario’s people." for name in named if name != "" and name not in people)
    if not isinstance(step.get("answers", {}), dict):
        yield "Its answers are not a table."
    expected = step.get("expect", {})
    for key, value in expected.items() if isinstance(expected, dict) else [("expect", None)]:
        if key not in EXPECTED or not isinstance(value, EXPECTED[key]):
            yield f"“{key}” cannot be expected like this."


def _are(value: object, kind: type) -> bool:
    return isinstance(value, list) and all(isinstance(item, kind) for item in value)
