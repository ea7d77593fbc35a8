"""The text of one letter in a second language: Markdown with the fields of the letter, supplied as data.

Its first line may say who checked it ("Checked by: ..."); one that nobody checked says so in the letter. Knows kinds, wording and
languages; no pages.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from markupsafe import Markup

from .catalogue import Kind
from .errors import BadWording, Flaw
from .languages import Language, language, languages
from .needs import STANDARD
from .wording import Body, read

NOBODY = "nobody"
_CHECKED = re.compile(r"\s*Checked by: *(?P<by>[^\n]{1,200})")
_HEADING = re.compile(r"#{1,2} ")


@dataclass(frozen=True, slots=True)
class Translation:
    """A letter's text in another language. `checked_by` is empty where nobody who speaks it has looked at it."""

    language: Language
    body: Body
    checked_by: str

    def html(self, values: Mapping[str, object], decided: Mapping[str, object]) -> Markup:
        """The text with the values in their places, days and times in its own words."""
        return self.body.html(values, decided, self.language)


def translated(kind: Kind, code: str, text: str) -> Translation:
    """The translation of a kind of letter into the language of that code. Raises `BadWording` with every line at fault."""
    tongue = language(code)
    found = _CHECKED.match(text)
    by = found["by"].strip() if found else NOBODY
    # A blank line stays, so that what is said of a line is said by its number in the file.
    wording = text[: found.start()] + text[found.end() :] if found else text
    try:
        body = read(wording, kind.every_need)
    except BadWording as bad:
        raise BadWording(tuple(replace(flaw, file=f"{code}.md") for flaw in bad.flaws)) from None
    if flaws := _flaws(kind, f"{code}.md", wording, body):
        raise BadWording(flaws)
    return Translation(tongue, body, "" if by.casefold().startswith(NOBODY) else by)


def translations(kind: Kind) -> Mapping[str, Translation]:
    """The translations that ship with a kind, by language: samples, which nobody has checked."""
    found = ((code, kind.folder / f"{code}.md") for code in languages() if kind.folder)
    return MappingProxyType({code: translated(kind, code, path.read_text("utf-8")) for code, path in found if path.is_file()})


def ending(tongue: Language) -> Body:
    """How every letter ends in that language."""
    return read(tongue.ending, STANDARD)


def _flaws(kind: Kind, file: str, wording: str, body: Body) -> tuple[Flaw, ...]:
    flaws = []
    lines = wording.split("\n")
    first = next((number for number, line in enumerate(lines, start=1) if line.strip()), 1)
    if not _HEADING.match(lines[first - 1]):
        flaws.append(Flaw(file, first, "A translation begins with the title of the letter: # and a space before it."))
    for need in kind.needs:
        # Whoever reads only the translation must miss no day.
        if need.type in ("date", "moment") and not need.optional and need.name not in body.used:
            flaws.append(Flaw(file, 0, f"The translation nowhere has {{{{ {need.name} }}}}: {need.label}."))
    return tuple(flaws)
