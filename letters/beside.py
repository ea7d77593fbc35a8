"""Puts the translation of a letter beside its English, part by part; behind it where the law sets the English form.

Works on the finished page: a part is what stands between two headings. Knows no brand, no styles and no PDF.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree, html
from lxml.html import HtmlElement
from markupsafe import Markup

from .catalogue import Kind
from .errors import Unmatched
from .templates import environment, unbroken
from .translation import Translation, ending

_START, _END = '<div class="letter">', "</div>\n</body>"

Part = list[HtmlElement]
Values = Mapping[str, object]


@dataclass(slots=True)
class _English:
    """The letter taken apart: what stands above its title, its parts, and which of these is the ending that every letter has."""

    above: Part = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    ending: int | None = None


def beside(page: str, kind: Kind, translation: Translation, values: Values, decided: Values) -> str:
    """The page with the translation on it. Raises `Unmatched` where the two have not the same parts."""
    head, _, rest = page.partition(_START)
    inside, _, tail = rest.rpartition(_END)
    english = _taken_apart(inside)
    other = _other(english, translation, values, decided)
    if len(english.parts) != len(other):
        raise Unmatched(
            f"The translation into {translation.language.name} has {len(other)} headings where the letter has {len(english.parts)}."
            " Give it one for each heading of the letter, switched by the same conditions."
        )
    # What the law sets is never broken up by other words.
    apart = bool(kind.prescribed or kind.notice)
    made = environment().get_template("base/beside.html").render(
        **values, rows=tuple(_rows(english.parts, other)), apart=apart, language=translation.language,
        checked_by=translation.checked_by, checked=_checked(translation, values),
    )  # fmt: skip
    return f"{head}{_START}{inside if apart else _printed(english.above)}{made}{_END}{tail}"


def _taken_apart(inside: str) -> _English:
    english = _English()
    for block in _blocks(html.fragment_fromstring(inside, create_parent="div")):
        if block.tag in ("h1", "h2"):
            if english.ending is None and block.getparent().get("class") == "ending":
                english.ending = len(english.parts)
            english.parts.append([])
        (english.parts[-1] if english.parts else english.above).append(block)
    return english


def _blocks(element: HtmlElement) -> Iterator[HtmlElement]:
    """What is set beside something: headings, paragraphs, lists, tables. A box with a heading in it, or several boxes, is opened."""
    for child in element:
        if child.tag == "div" and (child.find(".//h2") is not None or child.find("div") is not None):
            yield from _blocks(child)
        else:
            yield child


def _other(english: _English, translation: Translation, values: Values, decided: Values) -> list[Part]:
    """The parts of the translation, with the ending in its place."""
    parts = _parts(translation.html(values, decided))
    if english.ending is not None:
        tongue = translation.language
        parts[english.ending : english.ending] = _parts(ending(tongue).html(values, {}, tongue))
    return parts


def _parts(text: str) -> list[Part]:
    parts: list[Part] = []
    for block in html.fragment_fromstring(text, create_parent="div"):
        if block.tag == "h2":
            parts.append([])
        parts[-1].append(block)
    return parts


def _rows(english: list[Part], other: list[Part]) -> Iterator[tuple[Markup, Markup]]:
    """Heading beside heading; then block beside block where both have as many, else all that is left in one."""
    for left, right in zip(english, other, strict=True):
        yield _printed(left[:1]), _printed(right[:1])
        if len(left) == len(right):
            yield from ((_printed([one]), _printed([two])) for one, two in zip(left[1:], right[1:], strict=True))
        else:
            yield _printed(left[1:]), _printed(right[1:])


def _printed(blocks: Part) -> Markup:
    # The page was escaped when it was made; here it is only put together anew.
    return Markup("\n".join(etree.tostring(block, encoding="unicode", method="html", with_tail=False) for block in blocks))  # noqa: S704


def _checked(translation: Translation, values: Values) -> Markup:
    landlord, tongue = values["landlord"], translation.language
    assert isinstance(landlord, Mapping)
    sentence = Markup(tongue.says["checked" if translation.checked_by else "unchecked"])  # noqa: S704  # our own words
    return sentence.format(by=tongue.quoted(translation.checked_by), phone=tongue.quoted(unbroken(landlord["phone"])))
