"""A shipped letter's wording as a landlord would have typed it, to begin from: Markdown, fields and blocks.

Draws the kind's own template with the names of its needs in place of values, and writes what comes out as Markdown. Knows
nothing of what the landlord makes of it; `wording.py` reads it like any other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from jinja2 import Environment, Template, nodes
from markupsafe import Markup

from .brand import PLAIN
from .catalogue import Kind
from .needs import STANDARD, Need
from .printing import is_block
from .templates import environment

# Private characters: a field and its end, a block that begins, what is printed instead, its end, and the edges of the letter.
_FIELD, _SHUT, _IF, _ELSE, _END, _EDGE = "\ue000", "\ue001", "\ue002", "\ue003", "\ue004", "\ue005"
_MARKED = re.compile(f"{_FIELD}([^{_SHUT}]*){_SHUT}")
_SWITCHES = re.compile(f"({_IF}[^{_SHUT}]*{_SHUT}|{_ELSE}|{_END})")
_SPECIAL = re.compile(r"([\\*_])")
_BOXES = frozenset({"div", "section", "table", "thead", "tbody", "dl"})
_HEADINGS = {"h2": "## ", "h3": "### "}


def as_wording(kind: Kind) -> str:
    """The kind's own wording, or nothing where it has no template."""
    if kind.folder is None:
        return ""
    from lxml import html

    page = _template(kind).render(**_names(kind), kind=kind, brand=PLAIN, logo=None)
    letter = page.split(_EDGE)[1]
    rows = {need.name for need in kind.needs if is_block(need)}
    lines = "\n".join(_blocks(html.fragment_fromstring(letter, create_parent="div"), rows))
    return _guarded(_tidy(lines), {need.name for need in kind.needs if need.optional})


class _Name(str):
    """Stands for a value of one need: prints its field, whatever a template does with it."""

    def __html__(self) -> Markup:
        return Markup(str(self))  # noqa: S704  # the name of a need

    def isoformat(self) -> str:
        return str(self)


class _Rows:
    """Stands for a list of rows: one row, each cell of which prints the field of the list."""

    def __init__(self, need: Need) -> None:
        self.row = {column.name: _field(need.name) for column in need.columns}

    def __iter__(self) -> Iterator[Mapping[str, _Name]]:
        return iter([self.row])

    def __len__(self) -> int:
        return 1


def _field(name: str) -> _Name:
    return _Name(f"{_FIELD}{name}{_SHUT}")


def _names(kind: Kind) -> dict[str, Any]:
    values: dict[str, Any] = {need.name: _stand_in(need) for need in kind.needs}
    for need in STANDARD:
        root, _, leaf = need.name.partition(".")
        if leaf:
            values.setdefault(root, {})[leaf] = [_field(need.name)] if need.type == "lines" else _field(need.name)
    values["recipient"]["block"] = [_field("recipient.name")]
    return {**values, "letter_date": _field("letter_date")}


def _stand_in(need: Need) -> Any:
    if need.type == "rows":
        return _Rows(need)
    return [_field(need.name)] if need.type in ("paragraphs", "lines") else _field(need.name)


@cache
def _naming() -> Environment:
    made = environment().overlay(cache_size=50)
    made.filters = {**environment().filters, **dict.fromkeys(("day", "moment", "unbroken"), lambda value: value)}
    return made


def _template(kind: Kind) -> Template:
    assert kind.folder is not None
    tree = _naming().parse((kind.folder / "letter.html").read_text("utf-8"))
    needs = {need.name for need in kind.needs}
    for switch in list(tree.find_all(nodes.If)):
        if isinstance(switch.test, nodes.Name) and switch.test.name in needs and not switch.elif_:
            switch.body = [_said(f"{_IF}{switch.test.name}{_SHUT}"), *switch.body, _said(_ELSE), *switch.else_, _said(_END)]
    for block in tree.find_all(nodes.Block):
        if block.name == "letter":
            block.body = [_said(_EDGE), *block.body, _said(_EDGE)]
    return Template.from_code(_naming(), _naming().compile(tree, kind.code, kind.code), _naming().make_globals(None))


def _said(text: str) -> nodes.Output:
    return nodes.Output([nodes.TemplateData(text)])


def _blocks(element: Any, rows: set[str]) -> Iterator[str]:
    """The lines of everything in an element of the page: paragraphs, headings, lists, with an empty line after each."""
    yield from _between(element.text)
    for child in element:
        names = set(_MARKED.findall("".join(child.itertext())))
        listed = next(iter(names & rows), None)
        if listed is not None and (child.tag not in _BOXES or (len(names) == 1 and not child.xpath(".//h2|.//h3"))):
            yield from (f"> {{{{ {listed} }}}}" if child.get("class") == "told" else f"{{{{ {listed} }}}}", "")
        elif child.tag in _HEADINGS:
            yield from (_HEADINGS[child.tag] + _inline(child), "")
        elif child.tag == "p":
            yield from (_inline(child), "")
        elif child.tag in ("ul", "ol"):
            yield from (*_entries(child), "")
        elif child.tag == "tr":
            yield "- " + _inline(child)
        else:
            yield from _blocks(child, rows)
        yield from _between(child.tail)


def _between(text: str | None) -> Iterator[str]:
    for mark in _SWITCHES.findall(text or ""):
        yield from ("", _switch(mark), "")


def _entries(element: Any) -> Iterator[str]:
    yield from (_switch(mark) for mark in _SWITCHES.findall(element.text or ""))
    for child in element:
        yield "- " + _inline(child)
        yield from (_switch(mark) for mark in _SWITCHES.findall(child.tail or ""))


def _inline(element: Any) -> str:
    """The words of a paragraph; a block within it goes onto lines of its own, which run on."""
    said = " ".join(_words(element).split())
    said = _SWITCHES.sub(lambda found: f"\n{_switch(found[0])}\n", said)
    said = _MARKED.sub(lambda found: f"{{{{ {_bare(found[1])} }}}}", said)
    return "\n".join(line.strip() for line in said.split("\n") if line.strip())


def _words(element: Any) -> str:
    said = _SPECIAL.sub(r"\\\1", element.text or "")
    for child in element:
        inner = _words(child)
        around = {"strong": "**", "em": "*"}.get(child.tag, "")
        said += f"{around}{inner.strip()}{around}" if inner.strip() else " "
        said += " " if child.tag in ("br", "th", "td", "p") else ""
        said += _SPECIAL.sub(r"\\\1", child.tail or "")
    return said


def _switch(mark: str) -> str:
    if mark.startswith(_IF):
        return f"[[if {_bare(mark[1:-1])}]]"
    return "[[else]]" if mark == _ELSE else "[[end]]"


def _bare(name: str) -> str:
    return name.replace("\\", "")


def _tidy(text: str) -> str:
    text = re.sub(r"\[\[else\]\]\s*(?=\[\[end\]\])", "", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def _guarded(text: str, optional: set[str]) -> str:
    """The text, with a block around each line that prints what may be empty and stands in no block for it."""
    lines, inside = [], []
    for line in text.split("\n"):
        if found := re.fullmatch(r"\[\[if (.+)\]\]", line):
            inside.append(found[1])
        elif line == "[[end]]":
            inside.pop()
        loose = [name for name in re.findall(r"\{\{ ([a-z0-9_.]+) \}\}", line) if name in optional and name not in inside]
        lines += [*(f"[[if {name}]]" for name in loose), line, *("[[end]]" for _ in loose)]
    return "\n".join(lines)
