"""What the sources ask of the product, and where a person meets it: `processes/practices.toml` beside the live procedure.

The practices and what is seen of each are the product's; which steps and scenarios name a practice is the landlord's own pack,
whose `practices.toml` may say what it meets otherwise, and whose `sources` say which of the practices are its own.
Which test proves a practice is known to `tests/contract.toml`, which is not read here: a site that runs may have no tests.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.urls import NoReverseMatch, get_resolver, reverse

from backend.casework.models import Report
from backend.reporting.registry import measures
from backend.workflow import catalogue
from backend.workflow.bpmn import Diagram, Element
from backend.workflow.forms import Question
from backend.workflow.packs import Pack
from backend.workflow.scenarios import Scenario

FILE = "practices.toml"


@dataclass(frozen=True)
class Practice:
    """One thing that a source does. It is met, and `where` says in what; or `not_yet` or `context` say why not."""

    code: str
    says: str
    source: str
    kinds: tuple[str, ...]
    sees: str = ""
    where: tuple[str, ...] = ()
    not_yet: str = ""
    context: str = ""

    @property
    def why(self) -> str:
        return self.not_yet or self.context


@dataclass(frozen=True)
class Sources:
    """Everything that the file holds: `sources` and `kinds` give their words to the practices' own."""

    sources: Mapping[str, str]
    kinds: Mapping[str, str]
    practices: Mapping[str, Practice]


@lru_cache(maxsize=1)
def sources() -> Sources:
    """The practices as the product ships them."""
    raw = tomllib.loads((settings.PACKS_DIR / FILE).read_text())
    return Sources(raw["sources"], raw["kinds"], {code: _practice(code, said) for code, said in raw["practice"].items()})


def _practice(code: str, said: Mapping[str, Any]) -> Practice:
    return Practice(code, **{**said, "kinds": tuple(said["kinds"]), "where": tuple(said.get("where", ()))})


@dataclass(frozen=True)
class Place:
    """Where a practice is met: what it is called, and the address of its page, if it has one. `there` is False when the live
    procedure or this release has it no more."""

    label: str
    url: str = ""
    there: bool = True


@dataclass(frozen=True)
class Line:
    """One practice as the page and the command show it."""

    practice: Practice
    places: tuple[Place, ...]
    scenarios: tuple[Scenario, ...]

    @property
    def met(self) -> bool:
        return bool(self.practice.where)


def coverage(pack: Pack) -> list[Line]:
    """Every practice with the places where this pack and this release meet it, and the scenarios that prove it."""
    return [_line(_claimed(practice, pack), pack) for practice in sources().practices.values()]


def _claimed(practice: Practice, pack: Pack) -> Practice:
    """The practice, met as the landlord's own pack says where it says so."""
    claim = pack.claims.get(practice.code)
    return replace(practice, sees=claim["sees"], where=tuple(claim["where"]), not_yet="", context="") if claim else practice


def _line(practice: Practice, pack: Pack) -> Line:
    places = dict.fromkeys([*(place(name, pack) for name in practice.where), *_named(practice.code, pack)])
    return Line(practice, tuple(places), tuple(one for one in pack.scenarios.values() if practice.code in one.codes))


@dataclass(frozen=True)
class Tally:
    """How many practices of one source are met, of how many; `own` when it is one of the landlord's documents."""

    source: str
    met: int
    of: int
    own: bool


def tallies(lines: Iterable[Line], pack: Pack) -> list[Tally]:
    """Each source with what of it is met; the landlord's own first."""
    met, of = Counter[str](), Counter[str]()
    for line in lines:
        of[line.practice.source] += 1
        met[line.practice.source] += line.met
    found = [Tally(words, met[code], of[code], code in pack.sources) for code, words in sources().sources.items()]
    return sorted(found, key=lambda tally: not tally.own)


def codes_of(element: Element) -> list[str]:
    """The practices that a step says it meets."""
    return element.properties.get("policy", "").split()


def _named(code: str, pack: Pack) -> Iterator[Place]:
    """The steps of the pack that name a practice themselves."""
    return (place(f"element:{element.id}", pack) for element in pack.elements.values() if code in codes_of(element))


def place(name: str, pack: Pack) -> Place:
    """The place that a name like “element:Triage_decide” or “question:triage.harm” means."""
    kind, _, rest = name.partition(":")
    found = _KINDS[kind](rest, pack) if kind in _KINDS else None
    return found or Place(name, there=False)


def _element(element_id: str, pack: Pack) -> Place | None:
    element = pack.elements.get(element_id)
    diagram = next((d for d in pack.diagrams.values() if element_id in d.elements), None)
    return Place(f"{diagram.name}: {element.label}", _step_url(diagram, element)) if element and diagram else None


def _step_url(diagram: Diagram, element: Element) -> str:
    return f"{reverse('procedure', args=[diagram.process])}#{element.id}"


def _question(name: str, pack: Pack) -> Place | None:
    form, _, key = name.partition(".")
    question = _asked(form, key, pack)
    return Place(f"Form “{pack.forms[form].title}”: {question.label}") if question else None


def _option(name: str, pack: Pack) -> Place | None:
    form, key, value = name.split(".", 2)
    question = _asked(form, key, pack)
    option = next((o for o in question.options if o.value == value), None) if question else None
    return Place(f"Form “{pack.forms[form].title}”: {option.label}") if option else None


def _asked(form: str, key: str, pack: Pack) -> Question | None:
    questions = pack.forms[form].questions if form in pack.forms else ()
    return next((question for question in questions if question.key == key), None)


def _row(name: str, pack: Pack) -> Place | None:
    key, _, row = name.partition(".")
    table = pack.tables.get(key)
    rule = next((rule for rule in table.rules if rule.id == row), None) if table else None
    return Place(f"Table “{table.name}”: {rule.note or rule.id}") if table and rule else None


def _promise(code: str, pack: Pack) -> Place | None:
    return Place(f"Promise: {pack.promises[code].name}") if code in pack.promises else None


def _role(code: str, pack: Pack) -> Place | None:
    return Place(f"Role: {pack.roles[code].name}") if code in pack.roles else None


def _setting(code: str, pack: Pack) -> Place | None:
    return Place(f"Setting: {pack.settings[code].name}", reverse("settings")) if code in pack.settings else None


def _rail(title: str, pack: Pack) -> Place | None:
    return Place(f"Guard rail: {title}") if any(rail.get("title") == title for rail in pack.rails) else None


def _letter(code: str, pack: Pack) -> Place | None:
    titles = catalogue.letters(pack.letters)
    return Place(f"Letter: {titles[code]}", f"{reverse('catalogue')}#letters") if code in titles else None


def _standing(word: str, pack: Pack) -> Place | None:
    return Place(f"Standing words for letters: {_spoken(word).replace('_', ' ')}") if word in pack.standing else None


def _operation(name: str, _: Pack) -> Place | None:
    known = catalogue.operations().get(name)
    return Place(f"The system: {known.label}", f"{reverse('catalogue')}#operations") if known else None


def _message(name: str, _: Pack) -> Place | None:
    return Place(f"Message: {catalogue.messages()[name]}") if name in catalogue.messages() else None


def _channel(code: str, _: Pack) -> Place | None:
    channel = dict(Report.CHANNELS).get(code)
    return Place(f"A report comes in by: {channel}", reverse("report-new")) if channel else None


def _measure(code: str, _: Pack) -> Place | None:
    return Place(f"Measure: {measures()[code].name}", reverse("measures")) if code in measures() else None


def _page(name: str, _: Pack) -> Place | None:
    if name not in get_resolver().reverse_dict:
        return None
    try:
        return Place(f"Page: {_spoken(name)}", reverse(name))
    except NoReverseMatch:
        return Place(f"Page: {_spoken(name)}")


def _spoken(name: str) -> str:
    return name.replace("-", " ")


_KINDS: Mapping[str, Callable[[str, Pack], Place | None]] = {
    "standing": _standing,
    "element": _element, "question": _question, "option": _option, "row": _row, "promise": _promise, "role": _role, "setting": _setting,
    "rail": _rail, "letter": _letter, "operation": _operation, "message": _message, "channel": _channel, "measure": _measure, "page": _page,
}  # fmt: skip
