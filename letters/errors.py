"""What can stop a letter: a small tree whose messages are sentences for the officer who sends it.

Knows nothing of tasks, faults or pages. The docstring of each error is its message when none is given.
"""

from __future__ import annotations

from dataclasses import dataclass


class LetterError(ValueError):
    """The letter could not be made."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or " ".join((type(self).__doc__ or "").split()))


class BadKind(LetterError):
    """A kind of letter is put together wrongly. Tell the people who look after the software."""


class UnknownKind(LetterError):
    """There is no such kind of letter."""


class UnknownRendition(LetterError):
    """A letter is made as accessible, large or print, or with a translation beside it."""


class UnknownLanguage(LetterError):
    """Letters do not know that language."""


class BadBrand(LetterError):
    """The landlord's colour or logo cannot be used."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong with a landlord's own letter: the file, the line (0 for the file as a whole), and what to do."""

    file: str
    line: int
    sentence: str

    def __str__(self) -> str:
        return f"Line {self.line}: {self.sentence[:1].lower()}{self.sentence[1:]}" if self.line else self.sentence


class BadWording(LetterError):
    """The wording of a letter cannot be used."""

    def __init__(self, flaws: tuple[Flaw, ...]) -> None:
        self.flaws = flaws
        super().__init__(" ".join(map(str, flaws)))


class Unmatched(LetterError):
    """The translation does not follow the letter part by part."""


class NeedsNotMet(LetterError):
    """The letter lacks something that it must say."""

    def __init__(self, sentences: tuple[str, ...]) -> None:
        self.sentences = sentences
        super().__init__(" ".join(sentences))


class CharacterWithoutFont(LetterError):
    """The letter holds a character that cannot be printed."""


class RefusedFetch(LetterError):
    """The letter tried to bring in something from outside. It was not made."""


class DrawingFault(LetterError):
    """The letter could not be drawn without a fault."""


class TooCostly(LetterError):
    """It took too much time or memory to draw. Shorten what it says."""


class DoesNotFit(LetterError):
    """Something in the letter does not fit its place on the page."""


class TooManyPages(LetterError):
    """The letter has too many pages to be printed and posted."""
