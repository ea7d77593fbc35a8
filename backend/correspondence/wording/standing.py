"""The landlord's standing words for letters, as a form shows them: a box for each, a line for each entry of a list.

A letter uses them where nobody wrote something for the case itself. The pack keeps them in `letters.toml`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import letters
from backend.casework.text import plain
from backend.correspondence.wording.own import kinds_of
from backend.correspondence.words import is_computed
from backend.errors import InvalidAnswers
from backend.workflow.overlay import STANDING, Files, written
from backend.workflow.packs import letter_texts

#: The types of need that words for every case can meet.
_STANDING = ("text", "paragraphs", "rows")
#: The box in which words for another need are begun.
OTHER, OTHER_WORDS = "other", "other-words"


@dataclass(frozen=True)
class Box:
    """One need with its standing words as they are typed. A list has `columns`, with | between them on a line."""

    key: str
    label: str
    words: str
    columns: tuple[str, ...]


def boxes(files: Files) -> list[Box]:
    """What stands in the draft, word by word."""
    needs = _needs(files)
    return [
        Box(key, _label(needs[key]), _typed(value, needs[key]), _columns(needs[key])) for key, value in _kept(files).items() if key in needs
    ]


def others(files: Files) -> list[tuple[str, str]]:
    """The needs that could have standing words and have none: key and label."""
    kept = _kept(files)
    return sorted(((key, f"{_label(need)}{_hint(need)}") for key, need in _needs(files).items() if key not in kept), key=lambda o: o[1])


def written_as(said: Mapping[str, str], files: Files) -> str:
    """`letters.toml` with these words; an emptied box takes its words away. Raises `InvalidAnswers`, by key."""
    needs, kept = _needs(files), _kept(files)
    typed = {key: said.get(key, "") for key in kept if key in needs}
    if (other := said.get(OTHER, "")) in needs:
        typed[other] = said.get(OTHER_WORDS, "")
    values = {key: _value(words, needs[key]) for key, text in typed.items() if (words := plain(text).strip())}
    unfit = {key if key in kept else OTHER_WORDS: letters.unfit(needs[key], value) for key, value in values.items()}
    if problems := {key: sentence for key, sentence in unfit.items() if sentence}:
        raise InvalidAnswers(problems)
    return written({**{key: value for key, value in kept.items() if key not in needs}, **values})


def _needs(files: Files) -> dict[str, letters.Need]:
    kinds = kinds_of(letter_texts(files)).values()
    return {need.name: need for kind in kinds for need in kind.needs if need.type in _STANDING and not is_computed(need.name)}


def _kept(files: Files) -> dict[str, Any]:
    try:
        return tomllib.loads(files.get(STANDING, ""))
    except tomllib.TOMLDecodeError:
        return {}


def _label(need: letters.Need) -> str:
    return need.label[:1].upper() + need.label[1:]


def _hint(need: letters.Need) -> str:
    return f" (on each line: {' | '.join(_columns(need))})" if need.columns else ""


def _columns(need: letters.Need) -> tuple[str, ...]:
    return tuple(column.label for column in need.columns)


def _typed(value: Any, need: letters.Need) -> str:
    if not isinstance(value, list):
        return str(value)
    names = [column.name for column in need.columns]
    return "\n".join(" | ".join(str(row.get(name, "")) for name in names) for row in value)


def _value(words: str, need: letters.Need) -> Any:
    if need.type != "rows":
        return words
    names = [column.name for column in need.columns]
    lines = [[part.strip() for part in line.split("|", len(names) - 1)] for line in words.splitlines() if line.strip()]
    return [dict(zip(names, parts, strict=False)) for parts in lines]
