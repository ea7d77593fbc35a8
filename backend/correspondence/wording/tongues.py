"""A letter's text in a second language on the process owner's desk: the landlord's, or ours as a sample that nobody has checked.

The text begins with who checked it, and is read with the fields of the letter. Nothing here knows a language.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import letters
from backend.correspondence.wording import needs_lines
from backend.correspondence.wording.own import is_worded, kind_from
from backend.errors import InvalidAnswers, NotFound
from backend.workflow.catalogue import LetterTexts
from backend.workflow.packs import Pack

#: Stands in the first line of a text until somebody who speaks the language has looked at it.
UNCHECKED = "Checked by: nobody\n\n# "


@dataclass(frozen=True)
class Tongue:
    """One letter in one language: `own` where the landlord supplied it, else the product's sample, or nothing yet."""

    code: str
    name: str
    own: bool
    text: str
    fields: list[tuple[str, str, str]]

    @property
    def whose(self) -> str:
        return "Yours" if self.own else "The product’s sample, which nobody has checked" if self.text else "None yet"


def tongues(code: str, texts: LetterTexts) -> list[Tongue]:
    """The letter in every language that letters know."""
    return [tongue(code, language, texts) for language in letters.languages()]


def tongue(code: str, language: str, texts: LetterTexts) -> Tongue:
    """The letter in one language. Raises `NotFound`."""
    known, shipped, own = letters.languages().get(language), letters.kinds().get(code), texts.get(code, {})
    if known is None or (shipped is None and not own):
        raise NotFound("There is no such letter, or no such language.")
    text = own.get(f"{language}.md", "")
    sample = shipped.folder / f"{language}.md" if shipped and shipped.folder and not is_worded(own) else None
    if not text and sample is not None and sample.is_file():
        return Tongue(language, known.name, False, sample.read_text("utf-8"), _fields(code, own))
    return Tongue(language, known.name, bool(text), text, _fields(code, own))


def _fields(code: str, own: Mapping[str, str]) -> list[tuple[str, str, str]]:
    try:
        return needs_lines.fields(kind_of(code, own, None))
    except InvalidAnswers:
        return needs_lines.standard_fields()


def kind_of(code: str, own: Mapping[str, str], pack: Pack | None) -> letters.Kind:
    """The English letter that these texts make, beside which the other language stands. Raises `InvalidAnswers`."""
    try:
        return kind_from(code, own, pack) if is_worded(own) else letters.kind(code)
    except letters.LetterError as error:
        raise InvalidAnswers({"text": f"The English cannot be read: {error}"}) from None


def checked(code: str, language: str, text: str, own: Mapping[str, str], pack: Pack | None) -> letters.Translation:
    """The text as letters will print it, tried beside the English on its example. Raises `InvalidAnswers` with the lines at fault."""
    kind = kind_of(code, own, pack)
    try:
        beside = letters.translated(kind, language, text)
        letters.preview_html(kind, letters.sample(kind), translation=beside)
        return beside
    except letters.LetterError as error:
        raise InvalidAnswers({"text": str(error)}) from None
