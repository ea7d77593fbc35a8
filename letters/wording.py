"""What a landlord or its lawyer writes itself: Markdown with merge fields, and blocks that a condition switches.

Knows needs and how each type is printed; no kinds, no brand, no files. A value never meets the Markdown reader: each
field goes through it as one private character and is put in its place afterwards, escaped. Nothing here reaches Jinja2.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from markupsafe import Markup

from . import marking
from .errors import BadWording, Flaw
from .needs import Need
from .printing import ENGLISH, Speech, in_full, in_line, is_block
from .values import WORD_LIMIT, Fault, clean

FILE = "body.md"
BODY_LIMIT, LINE_LIMIT, FIELDS_LIMIT, BLOCKS_LIMIT, DEPTH_LIMIT, CONDITION_LIMIT = 20_000, 5_000, 200, 60, 4, 200
#: Characters of finished HTML: all that a letter may be told, printed a few times.
PAGE_LIMIT = 250_000
#: Whoever has so many flaws to mend reads no more of them, and looking for what was meant takes time.
FLAWS_LIMIT = 30
#: Why a condition cannot be worked out, as a sentence; empty when it can.
Judge = Callable[[str], str]
_SWITCH = re.compile(r"\[\[ *(?:if +(?P<condition>[^\[\]].*?)|(?P<word>else|end)) *\]\]")
_FIELD = re.compile(r"\{\{([^{}]*)\}\}")
_STRAY = re.compile(r"\{\{|\}\}|\{%|%\}|\{#|\[\[|\]\]")
# Printed alone in its line, or after the mark of a quotation.
_ALONE = re.compile(r" {0,3}(>? ?)[\ue000-\uf8ff] *")
_PLACED = re.compile(r"<p>([\ue000-\uf8ff])</p>|[\ue000-\uf8ff]")
_FIRST = 0xE000

Line = tuple[int, str]


@dataclass(slots=True)
class Switch:
    """A block that is printed while its condition holds, and what is printed instead."""

    condition: str
    line: int
    then: list[Line | Switch] = field(default_factory=list)
    otherwise: list[Line | Switch] = field(default_factory=list)
    turned: bool = False


@dataclass(frozen=True, slots=True)
class Body:
    """Wording that was read and found good. `used` are the needs it prints, `asked` those whose presence switches a block,
    `conditions` what must be decided before it can be printed."""

    source: str
    used: tuple[str, ...]
    asked: tuple[str, ...]
    conditions: tuple[str, ...]
    _parts: tuple[Line | Switch, ...] = field(repr=False, hash=False, compare=False)
    _needs: tuple[Need, ...] = field(repr=False, hash=False, compare=False)

    def html(self, values: Mapping[str, object], decided: Mapping[str, object], speech: Speech = ENGLISH) -> Markup:
        """The wording with the values in their places, as its language says them. A condition that nobody decided stops it."""

        def holds(switch: Switch) -> bool:
            if (need := _named(self._needs, switch.condition)) is not None:
                return get(values, need.name) is not None
            if not isinstance(answer := decided.get(switch.condition), bool):
                raise BadWording((Flaw(FILE, switch.line, f"Nobody has decided whether {switch.condition}."),))
            return answer

        page = marking.html(list(_chosen(self._parts, holds)))
        made = _PLACED.sub(lambda found: self._put(found, values, speech), page)
        if len(made) > PAGE_LIMIT:
            raise BadWording((Flaw(FILE, 0, "The letter prints its long fields too often. Print each of them once."),))
        return Markup(made)  # noqa: S704  # tags that nh3 let through, and values that were escaped

    def _put(self, found: re.Match[str], values: Mapping[str, object], speech: Speech) -> str:
        alone = found[1]
        need = self._needs[ord(alone or found[0]) - _FIRST]
        value = get(values, need.name)
        if is_block(need):
            return str(in_full(need, value, speech)) if value is not None else ""
        text = in_line(need, value, speech) if value is not None else Markup("")
        return f"<p>{text}</p>" if alone and value is not None else str(text)


def read(source: str, needs: Sequence[Need], judge: Judge | None = None) -> Body:
    """The wording in `source`, which may print `needs`. Raises `BadWording` with every line at fault."""
    if len(source) > BODY_LIMIT:
        raise BadWording((Flaw(FILE, 0, f"The wording is too long: {len(source):,} characters, where {BODY_LIMIT:,} fit."),))
    reader = _Reader(tuple(needs), judge)
    parts = reader.parts(source.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    if not reader.flaws:
        reader.flaws += [Flaw(FILE, line, sentence) for line, sentence in _flaws_in_marks(parts)]
    if reader.flaws:
        raise BadWording(tuple(reader.flaws[:FLAWS_LIMIT]))
    return Body(source, tuple(reader.used), tuple(reader.asked), tuple(reader.conditions), tuple(parts), reader.needs)


def get(values: Mapping[str, object], name: str) -> object:
    """The value of a need, whose name may be of a group and a leaf."""
    value: object = values
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _named(needs: Sequence[Need], condition: str) -> Need | None:
    """The need that a condition asks for by its bare name: it holds where there is a value to print."""
    return next((need for need in needs if need.name == condition), None)


def _chosen(parts: Sequence[Line | Switch], holds: Callable[[Switch], bool]) -> Iterator[Line]:
    for part in parts:
        if isinstance(part, Switch):
            yield from _chosen(part.then if holds(part) else part.otherwise, holds)
        else:
            yield part


def _flaws_in_marks(parts: Sequence[Line | Switch]) -> set[tuple[int, str]]:
    """What the Markdown reader says, with every block printed, and with each replaced by what is printed instead."""
    drafts = {tuple(_chosen(parts, every)) for every in (_all_hold, _none_holds)}
    return {flaw for draft in drafts for flaw in marking.flaws(draft)}


def _all_hold(_: Switch) -> bool:
    return True


def _none_holds(_: Switch) -> bool:
    return False


class _Reader:
    """Goes through the lines once, and gathers every flaw."""

    def __init__(self, needs: tuple[Need, ...], judge: Judge | None) -> None:
        self.needs, self.judge = needs, judge
        self.places = {need.name: at for at, need in enumerate(needs)}
        self.flaws: list[Flaw] = []
        self.used: dict[str, None] = {}
        self.asked: dict[str, None] = {}
        self.conditions: dict[str, None] = {}
        self.open: list[Switch] = []
        self.fields = self.blocks = 0

    def parts(self, lines: Sequence[str]) -> list[Line | Switch]:
        top: list[Line | Switch] = []
        for number, raw in enumerate(lines, start=1):
            if len(self.flaws) >= FLAWS_LIMIT:
                return top
            if (found := _SWITCH.fullmatch(raw.strip())) is not None:
                self._switch(top, number, found)
            else:
                self._into(top).extend(self._line(number, raw))
        for switch in self.open:
            self._flaw(switch.line, f"[[if {switch.condition[:40]}]] has no [[end]]. Write [[end]] on a line of its own.")
        if self.fields > FIELDS_LIMIT:
            self._flaw(0, f"The wording has {self.fields:,} fields, where {FIELDS_LIMIT} fit.")
        return top

    def _into(self, top: list[Line | Switch]) -> list[Line | Switch]:
        if not self.open:
            return top
        return self.open[-1].otherwise if self.open[-1].turned else self.open[-1].then

    def _switch(self, top: list[Line | Switch], number: int, found: re.Match[str]) -> None:
        if found["condition"] is not None:
            switch = Switch(self._condition(number, found["condition"]), number)
            self._into(top).append(switch)
            self.open.append(switch)
        elif not self.open or (found["word"] == "else" and self.open[-1].turned):
            self._flaw(number, f"[[{found['word']}]] belongs to no [[if]] before it. Take it away.")
        elif found["word"] == "else":
            self.open[-1].turned = True
        else:
            self.open.pop()

    def _condition(self, number: int, condition: str) -> str:
        self.blocks += 1
        if self.blocks == BLOCKS_LIMIT + 1:
            self._flaw(number, f"There are more than {BLOCKS_LIMIT} blocks. Take some away.")
        if len(self.open) == DEPTH_LIMIT:
            self._flaw(number, f"Blocks stand more than {DEPTH_LIMIT} deep within one another. Take one out.")
        if len(condition) > CONDITION_LIMIT:
            self._flaw(number, f"The condition is longer than {CONDITION_LIMIT} characters. Shorten it.")
        elif _named(self.needs, condition) is not None:
            self.asked[condition] = None
        else:
            if self.judge is not None and (sentence := self.judge(condition)):
                self._flaw(number, sentence)
            self.conditions[condition] = None
        return condition

    def _line(self, number: int, raw: str) -> list[Line]:
        try:
            # The marks at both ends keep its indent, which means something in Markdown.
            line = clean(f"|{raw}|", "The line")[1:-1]
        except Fault as fault:
            self._flaw(number, str(fault))
            return []
        if len(line) > LINE_LIMIT or max(map(len, re.split(r"\s", _FIELD.sub("", line)))) > WORD_LIMIT:
            self._flaw(number, f"A line has at most {LINE_LIMIT:,} characters, a word {WORD_LIMIT}. Break it up.")
        text = _FIELD.sub(lambda found: self._field(number, found[1].strip()), line)
        if stray := _STRAY.search(text):
            self._flaw(number, f"{stray[0]} stands alone. A field is {{{{ name }}}}, a block [[if …]] on a line of its own.")
        return self._apart(number, text)

    def _field(self, number: int, name: str) -> str:
        self.fields += 1
        at = self.places.get(name)
        if at is None:
            close = get_close_matches(name[:60], self.places, n=1) if len(self.flaws) < FLAWS_LIMIT else []
            hint = f"Did you mean {close[0]}?" if close else "Choose one from the list of fields."
            self._flaw(number, f"No letter knows {{{{ {name[:40]} }}}}. {hint}")
            return ""
        self.used[name] = None
        if self.needs[at].optional and not self._known_to_be_there(name):
            self._flaw(number, f"{{{{ {name} }}}} may be empty. Put [[if {name}]] on the line before it and [[end]] after it.")
        return chr(_FIRST + at)

    def _known_to_be_there(self, name: str) -> bool:
        return any(switch.condition == name and not switch.turned for switch in self.open)

    def _apart(self, number: int, text: str) -> list[Line]:
        """The line; what prints as paragraphs, a list or a table is kept apart from those around it."""
        blocks = [need for character in text if (need := self._placed(character)) is not None and is_block(need)]
        if not blocks:
            return [(number, text)]
        if (alone := _ALONE.fullmatch(text)) is None:
            self._flaw(number, f"{{{{ {blocks[0].name} }}}} prints as several lines. Put it on a line of its own.")
            return []
        around = alone[1].strip()
        return [(number, around), (number, text.strip()), (number, around)]

    def _placed(self, character: str) -> Need | None:
        at = ord(character) - _FIRST
        return self.needs[at] if 0 <= at < len(self.needs) else None

    def _flaw(self, line: int, sentence: str) -> None:
        self.flaws.append(Flaw(FILE, line, sentence))
