"""What the rest of the product is told of letters, without knowing how they are written: titles, needs, what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

import letters
from backend.correspondence.wording.own import TRANSLATION, is_worded, kind_from, kinds_of
from backend.correspondence.words import lacking, unfit
from backend.workflow.catalogue import LetterTexts
from backend.workflow.findings import Finding
from backend.workflow.packs import LETTERS, Pack

#: The files that a letter's folder may hold; a translation bears the code of its language.
_FILE = re.compile(r"letter\.toml|body\.md|sample\.json|[a-z]{2,3}\.md")
_ODD = ("A letter has no such file.", "Its files are letter.toml, body.md, sample.json and translations like pl.md.")
#: The types of need that one answer in words can meet, as it is.
_TYPED = ("text", "paragraphs")


class PackLetters:
    """What the rest of the product is told of letters: `workflow.catalogue.Writing`."""

    def titles(self, texts: LetterTexts) -> Mapping[str, str]:
        return {code: kind.title for code, kind in kinds_of(texts).items()}

    def lacking(self, code: str, pack: Pack) -> Iterable[tuple[str, str]]:
        return lacking(kinds_of(pack.letters)[code], pack)

    def unfit(self, texts: LetterTexts, key: str, value: object) -> str:
        return next(filter(None, (unfit(need, value) for need in _printing(kinds_of(texts), key))), "")

    def findings(self, pack: Pack) -> Iterator[Finding]:
        titles = {kind.title: code for code, kind in letters.kinds().items() if code not in pack.letters}
        for code, texts in sorted(pack.letters.items()):
            yield from (Finding(f"{LETTERS}{code}/{name}", "", *_ODD) for name in sorted(texts) if not _FILE.fullmatch(name))
            try:
                shipped = code in letters.kinds() and not is_worded(texts)
                kind = letters.kind(code) if shipped else kind_from(code, texts, pack)
            except letters.BadWording as refused:
                yield from (_finding(code, flaw) for flaw in refused.flaws)
                continue
            yield from _in_other_languages(kind, texts)
            if (other := titles.setdefault(kind.title, code)) != code:
                yield Finding(f"{LETTERS}{code}/letter.toml", "title", f"The letter “{other}” has this title too.", "Give it another.")


def _in_other_languages(kind: letters.Kind, texts: Mapping[str, str]) -> Iterator[Finding]:
    """What is wrong with the translations of a letter, each tried on the letter's example."""
    for name in sorted(name for name in texts if TRANSLATION.fullmatch(name)):
        try:
            translation = letters.translated(kind, name.removesuffix(".md"), texts[name])
            letters.preview_html(kind, letters.sample(kind), translation=translation)
        except letters.BadWording as refused:
            yield from (_finding(kind.code, flaw) for flaw in refused.flaws)
        except letters.LetterError as error:
            yield Finding(f"{LETTERS}{kind.code}/{name}", "", str(error))


def _finding(code: str, flaw: letters.Flaw) -> Finding:
    return Finding(f"{LETTERS}{code}/{flaw.file}", f"line {flaw.line}" if flaw.line else "", flaw.sentence)


def _printing(kinds: Mapping[str, letters.Kind], key: str) -> Iterator[letters.Need]:
    """The needs under this key that one answer in words can meet."""
    for kind in kinds.values():
        yield from (need for need in kind.needs if need.name == key and (need.type in _TYPED or len(need.columns) == 1))
