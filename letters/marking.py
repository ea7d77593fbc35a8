"""Markdown as landlords may use it: headings, lists, quotations, bold, italics, lines. Links, pictures and HTML stay the text they are.

Knows the reader (markdown-it) and the cleaner (nh3), no fields and no needs. What comes out holds nothing but the tags below.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

import nh3

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

TAGS = frozenset({"p", "br", "hr", "h2", "h3", "ul", "ol", "li", "strong", "em", "div"})
ATTRIBUTES = {"ol": {"start"}, "div": {"class"}}
#: Characters that may open a line as its indent, list marks and quotation marks: six lists within one another.
DEEPEST = 12
#: A list costs two: itself and its entry.
MOST_LEVELS = 2 * DEEPEST
_RULES = ("heading", "list", "blockquote", "hr", "emphasis", "newline", "escape")
# What opens a line: the indent, and the marks of lists and quotations. Each costs the reader a level.
_OPENING = re.compile(r"(?:[ >]|[-*+](?=[ \-*+>]|$)|\d{1,9}[.)](?= |$))*")
_RULE = re.compile(r" {0,3}([-*_])(?: *\1){2,} *")


def html(lines: Sequence[tuple[int, str]]) -> str:
    """The lines as clean HTML, in which the first heading is a second-level one: the letter's title comes before."""
    tokens = _reader().parse("\n".join(text for _, text in lines))
    _reshape(tokens)
    made = _reader().renderer.render(tokens, _reader().options, {})
    return str(nh3.clean(made, tags=set(TAGS), attributes={tag: set(names) for tag, names in ATTRIBUTES.items()}, link_rel=None))


def flaws(lines: Sequence[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """The lines that nest too deeply, with what to do."""
    deep = [number for number, text in lines if len(_opening(text)) > DEEPEST]
    if not deep:
        tokens = _reader().parse("\n".join(text for _, text in lines))
        deep = [lines[token.map[0]][0] for token in tokens if token.map and _depth(token) > MOST_LEVELS]
    for number in dict.fromkeys(deep):
        yield number, "Lists, quotations or emphasis stand too deep within one another. Use fewer levels."


def _opening(text: str) -> str:
    found = _OPENING.match(text)
    return found[0] if found and not _RULE.fullmatch(text) else ""


@cache
def _reader() -> MarkdownIt:
    # Imported here: it takes longer to load than the rest of the package.
    from markdown_it import MarkdownIt

    # "zero" knows paragraphs and nothing else, so that what is allowed is listed here: no links, no pictures, no HTML, and no
    # entities, which could spell characters that the text may not hold. The bound is above what `flaws` lets through.
    return MarkdownIt("zero", {"maxNesting": 4 * MOST_LEVELS}).enable(list(_RULES))


def _depth(token: Token) -> int:
    """How deep it lies, with the deepest that it holds."""
    level = deepest = token.level
    for child in token.children or ():
        level += child.nesting
        deepest = max(deepest, level)
    return deepest


def _reshape(tokens: Iterable[Token]) -> None:
    """Headings become second or third level, none of the third before one of the second; a quotation looks as in our own letters."""
    seen = False
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = "h3" if seen and token.markup not in ("#", "##") else "h2"
            seen = seen or token.type == "heading_close"
        elif token.type in ("blockquote_open", "blockquote_close"):
            token.tag = "div"
            if token.nesting == 1:
                token.attrs["class"] = "told"
