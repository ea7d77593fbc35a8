"""Short sentences and short words: measured on each filled sample, in our own wording."""

import re
from html.parser import HTMLParser

import pytest

import letters

from .conftest import every_kind

LONGEST_AVERAGE, OLDEST_READER = 20, 11


class _Wording(HTMLParser):
    """Collects paragraphs and list items of the letter, without tables, headings, letterhead and quotations."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks: list[str] = []
        self._skipped: list[str] = []
        self._open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        outside = {"letterhead", "head", "sign-off", "signature"} & set((given.get("class") or "").split())
        if self._skipped or outside or tag in {"table", "h1", "h2", "h3", "head"} or "data-quoted" in given:
            if tag not in {"br", "img", "meta"}:
                self._skipped.append(tag)
        elif tag in {"p", "li"}:
            self.blocks.append("")
            self._open = True

    def handle_endtag(self, tag: str) -> None:
        if self._skipped and self._skipped[-1] == tag:
            self._skipped.pop()
        elif tag in {"p", "li"}:
            self._open = False

    def handle_data(self, text: str) -> None:
        if self._open and not self._skipped:
            self.blocks[-1] += text


def sentences(code: str) -> list[list[str]]:
    wording = _Wording()
    wording.feed(letters.preview_html(letters.kind(code), letters.sample(letters.kind(code))))
    wording.close()
    blocks = [" ".join(block.split()) for block in wording.blocks]
    parts = (part for block in blocks for part in re.split(r"(?<=[.?!:])\s+", block))
    return [words for part in parts if (words := re.findall(r"[A-Za-z][A-Za-z'’-]*", part))]


def syllables(word: str) -> int:
    word = word.lower().strip("'’-")
    if len(word) <= 3:
        return 1
    word = re.sub(r"(?:[^laeiouy]es|[^dt]ed|[^laeiouy]e)$", "", word)
    return max(1, len(re.findall(r"[aeiouy]+", word)))


def reading_age(parts: list[list[str]]) -> float:
    words = [word for part in parts for word in part]
    grade = 0.39 * len(words) / len(parts) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59
    return grade + 5


@every_kind
def test_a_letter_is_written_in_short_sentences_for_a_reading_age_of_eleven(code: str, capsys: pytest.CaptureFixture[str]) -> None:
    parts = sentences(code)
    words = sum(map(len, parts)) / len(parts)
    age = reading_age(parts)
    with capsys.disabled():
        print(f"\n{code}: {words:.1f} words a sentence, reading age {age:.1f}", end=" ")
    assert len(parts) > (10 if letters.kind(code).shape == "letter" else 5)
    assert words <= LONGEST_AVERAGE
    assert max(map(len, parts)) <= 35
    assert age <= OLDEST_READER


@pytest.mark.parametrize(("word", "count"), [("behaviour", 3), ("home", 1), ("police", 2), ("wanted", 2), ("stopped", 1), ("voluntary", 4)])
def test_the_measure_counts_syllables_as_people_do(word: str, count: int) -> None:
    assert syllables(word) == count


def test_the_measure_tells_officialese_from_plain_english() -> None:
    plain = ["Tell us what we have missed.", "We will look again."]
    official = ["Individuals experiencing difficulties should communicate particulars to organisational representatives"]
    assert reading_age([each.split() for each in plain]) < 9
    assert reading_age([each.split() for each in official]) > 18
