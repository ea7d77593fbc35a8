"""Whose wording a letter has: every kind as one version of a landlord's procedure knows it, shipped, reworded or the landlord's own.

A letter is written with the wording of its case's version, so that what is published tomorrow changes no letter of an open case.
A prescribed form follows the law's dates instead: see `confirmed.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import letters
from backend.errors import DomainError
from backend.workflow.catalogue import LetterTexts
from backend.workflow.meaning import problems
from backend.workflow.models import Version, contents_of
from backend.workflow.packs import Pack

#: A translation is a file that bears the code of its language.
TRANSLATION = re.compile(r"[a-z]{2,3}\.md")
#: What a condition of a letter has to give.
_YES_OR_NO = "a yes or no"


def kind_for(version: Version, code: str) -> letters.Kind:
    """The kind of that code in this version. Raises `DomainError`."""
    kind = kinds_for(version).get(code)
    if kind is None:
        raise DomainError(f"There is no kind of letter called “{code}”.")
    return kind


def kinds_for(version: Version) -> Mapping[str, letters.Kind]:
    """Every kind that cases of this version can send, by code."""
    return _kinds(version.content_id)


@lru_cache(maxsize=64)
def _kinds(digest: str) -> Mapping[str, letters.Kind]:
    return kinds_of(contents_of(digest).letters)


def kinds_of(texts: LetterTexts) -> Mapping[str, letters.Kind]:
    """Every shipped kind, with the landlord's wording where there is some, and the landlord's own. What cannot be read of these
    is left out here: the checker says why, and nothing with an error is ever published."""
    return _all_kinds(tuple((code, tuple(sorted(own.items()))) for code, own in sorted(texts.items())))


@lru_cache(maxsize=64)
def _all_kinds(texts: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]) -> Mapping[str, letters.Kind]:
    found = dict(letters.kinds())
    for code, own in texts:
        if code in found and not is_worded(dict(own)):
            continue
        with suppress(letters.BadWording):
            found[code] = _read(code, own)
    return MappingProxyType(found)


def is_worded(texts: Mapping[str, str]) -> bool:
    """Whether these texts of a shipped letter say more than translations."""
    return any(not TRANSLATION.fullmatch(name) for name in texts)


def translation_for(version: Version, code: str, language: str) -> letters.Translation | None:
    """The letter's text in a second language, as this version has it: the landlord's, else ours where the wording is ours too."""
    return _translations(version.content_id, code).get(language)


@lru_cache(maxsize=512)
def _translations(digest: str, code: str) -> Mapping[str, letters.Translation]:
    texts, kind = contents_of(digest).letters.get(code, {}), _kinds(digest)[code]
    found = dict(letters.translations(kind)) if not is_worded(texts) else {}
    for name, text in texts.items():
        if TRANSLATION.fullmatch(name):
            with suppress(letters.LetterError):
                found[name.removesuffix(".md")] = letters.translated(kind, name.removesuffix(".md"), text)
    return MappingProxyType(found)


def kind_from(code: str, texts: Mapping[str, str], pack: Pack | None = None) -> letters.Kind:
    """The kind that these texts make. With a pack, its conditions are checked too. Raises `letters.BadWording`."""
    if pack is None:
        return _read(code, tuple(sorted(texts.items())))
    return _made(code, texts, lambda condition: _problem(pack, condition))


@lru_cache(maxsize=512)
def _read(code: str, texts: tuple[tuple[str, str], ...]) -> letters.Kind:
    return _made(code, dict(texts), None)


def _made(code: str, texts: Mapping[str, str], judge: Any) -> letters.Kind:
    shipped = letters.kinds().get(code)
    return letters.own_letter(code, texts, judge) if shipped is None else letters.reworded(shipped, texts, judge)


def _problem(pack: Pack, condition: str) -> str:
    return " ".join(next(iter(problems(pack.facts, condition, _YES_OR_NO)), ()))
