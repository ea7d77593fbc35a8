"""A letter with a second language beside its English."""

from __future__ import annotations

import datetime as dt
import io
import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pikepdf
import pytest
from pikepdf import Dictionary, Object

import letters
from letters.errors import BadWording, CharacterWithoutFont, UnknownLanguage, Unmatched
from letters.languages import language
from letters.render import page

from .conftest import BRAND, drawn, elements, texts
from .paper import Word, address_in_window, ink_where_white_must_be, read_aloud, window_of, words

Change = Callable[..., dict[str, object]]
#: Drawn each time; the others with --long.
OFTEN = {("closure", "pl"), ("visit-appointment", "ro"), ("warning", "ur")}
SHIPPED = [(kind.code, code) for kind in letters.kinds().values() for code in letters.translations(kind)]
every_pair = pytest.mark.parametrize(("code", "tongue"), SHIPPED)
every_drawn_pair = pytest.mark.parametrize(
    ("code", "tongue"), [pytest.param(*pair, marks=() if pair in OFTEN else pytest.mark.long) for pair in SHIPPED]
)
#: Between the two columns, in mm.
MIDDLE = 107.5


@cache
def translation(code: str, tongue: str) -> letters.Translation:
    return letters.translations(letters.kind(code))[tongue]


@cache
def beside(code: str, tongue: str) -> letters.Rendition:
    kind = letters.kind(code)
    return letters.render(kind, letters.sample(kind), rendition="beside", brand=BRAND, translation=translation(code, tongue))


def made(text: str, code: str = "visit-appointment", tongue: str = "pl") -> letters.Translation:
    return letters.translated(letters.kind(code), tongue, text)


def shipped_text(code: str, tongue: str) -> str:
    folder = letters.kind(code).folder
    assert folder
    return (folder / f"{tongue}.md").read_text("utf-8")


def test_the_letters_that_start_and_end_a_case_ship_in_polish_romanian_and_urdu() -> None:
    wanted = {"acknowledgement", "warning", "visit-appointment", "closure"}
    assert {(code, tongue) for code in wanted for tongue in ("pl", "ro", "ur")} <= set(SHIPPED)


@pytest.mark.parametrize(
    ("tongue", "day", "afternoon", "morning", "midnight"),
    [
        ("pl", "23 listopada 2026 r. (poniedziałek)", "godz. 16:30", "godz. 9:05", "1 lipca 2026 r. (środa), godz. 0:00"),
        ("ro", "luni, 23 noiembrie 2026", "ora 16:30", "ora 9:05", "miercuri, 1 iulie 2026, ora 0:00"),
        ("ur", "پیر، 23 نومبر 2026", "شام 4:30 بجے", "صبح 9:05 بجے", "بدھ، 1 جولائی 2026، رات 12:00 بجے"),
    ],
)
def test_days_and_times_are_said_in_the_words_of_the_language(tongue: str, day: str, afternoon: str, morning: str, midnight: str) -> None:
    spoken = language(tongue)

    def said(*at: int) -> str:
        return spoken.moment(dt.datetime(*at, tzinfo=dt.UTC)).replace("\N{NO-BREAK SPACE}", " ")

    assert spoken.day(dt.date(2026, 11, 23)).replace("\N{NO-BREAK SPACE}", " ") == day
    assert said(2026, 11, 23, 16, 30).startswith(day)
    assert said(2026, 11, 23, 16, 30).endswith(afternoon)
    assert said(2026, 11, 23, 9, 5).endswith(morning)
    # In July clocks in England are an hour ahead.
    assert said(2026, 6, 30, 23, 0) == midnight


def test_no_line_ends_inside_a_date() -> None:
    joined = [spoken.day(dt.date(2026, 11, 3)) for spoken in letters.languages().values()]
    assert all(re.search(r"(?<!\d)3\N{NO-BREAK SPACE}\w+\N{NO-BREAK SPACE}2026", day) for day in joined)


@every_pair
def test_a_shipped_translation_says_in_its_file_that_no_speaker_has_checked_it(code: str, tongue: str) -> None:
    first = shipped_text(code, tongue).splitlines()[0]
    assert first == f"Checked by: nobody. This sample was not checked by a speaker of {language(tongue).name}."
    assert translation(code, tongue).checked_by == ""


@every_pair
@pytest.mark.parametrize("full", [True, False])
def test_a_translation_follows_its_letter_part_by_part_with_and_without_what_is_optional(code: str, tongue: str, full: bool) -> None:
    kind = letters.kind(code)
    data = letters.sample(kind)
    if not full:
        data = {name: value for name, value in data.items() if name not in {need.name for need in kind.needs if need.optional}}
    html = page(kind, data, BRAND, translation(code, tongue))
    assert "{{" not in html
    assert "[[" not in html
    english, other = (len(re.findall(r"<h[12]", side)) for side in _sides(html))
    assert english == other


def _sides(html: str) -> tuple[str, str]:
    other = "".join(re.findall(r"<article.*?</article>", html, re.DOTALL))
    return re.sub(r"<article.*?</article>", "", html.partition('class="both"')[2], flags=re.DOTALL), other


@every_drawn_pair
def test_both_languages_say_that_the_english_counts_and_that_nobody_has_checked_the_other(code: str, tongue: str) -> None:
    heard, spoken = read_aloud(beside(code, tongue).pdf), language(tongue)
    assert f"Translation into {spoken.name}, for information" in heard
    assert "The letter in English is the one that counts." in heard
    assert f"No speaker of {spoken.name} has checked it" in heard
    html = beside(code, tongue).html
    assert all(said in html for said in (spoken.says["heading"], spoken.says["counts"], spoken.says["unchecked"].split("{")[0]))


@every_drawn_pair
def test_page_one_has_the_head_of_the_printed_letter_and_the_address_in_its_window(code: str, tongue: str) -> None:
    pdf = beside(code, tongue).pdf
    assert {word for word in words(pdf) if _in_head(word)} == {word for word in words(drawn(code, "print").pdf) if _in_head(word)}
    assert address_in_window(pdf) == window_of(code)
    assert ink_where_white_must_be(pdf) == []


def _in_head(word: Word) -> bool:
    return word.page == 1 and word.bottom < 95


@every_drawn_pair
def test_english_stands_on_the_left_and_the_other_language_on_the_right_and_nothing_crosses(code: str, tongue: str) -> None:
    columns = [word for word in words(beside(code, tongue).pdf) if word.top > (110 if word.page == 1 else 15) and word.bottom < 277]
    assert len([word for word in columns if word.right < MIDDLE]) > 80
    assert len([word for word in columns if word.left > MIDDLE]) > 50
    assert [word for word in columns if word.left < MIDDLE < word.right] == []
    assert [word for word in columns if word.right > 190.5] == []


@every_drawn_pair
def test_every_passage_carries_its_language_and_what_is_quoted_in_it_is_english(code: str, tongue: str) -> None:
    with pikepdf.open(io.BytesIO(beside(code, tongue).pdf)) as pdf:
        passages = [each for each in elements(pdf) if each.S == "/Art"]
        assert len(passages) > 10
        assert {str(each.Lang) for each in passages} == {tongue}
        assert str(pdf.Root.Lang) == "en-GB"
        quoted = [each for passage in passages for each in _below(passage) if "/Lang" in each]
        assert {str(each.Lang) for each in quoted} == {"en-GB"}
        assert not [each for each in elements(pdf) if "/Lang" in each and each.S not in ("/Art", "/Span")]


def _below(element: Object) -> list[Object]:
    kids = [kid for kid in element.get("/K", []) if isinstance(kid, Dictionary) and "/S" in kid]
    return [each for kid in kids for each in (kid, *_below(kid))]


def test_urdu_runs_from_right_to_left_and_phone_numbers_in_it_from_left_to_right() -> None:
    letter = beside("warning", "ur")
    assert '<article class="other" lang="ur" dir="rtl">' in letter.html
    right = [word for word in words(letter.pdf) if word.left > MIDDLE and (word.page > 1 or word.top > 95)]
    places = [at for at, word in enumerate(right) if word.text in ("0116", "496", "0123", "0100")]
    lines: dict[tuple[int, float], list[Word]] = {}
    for word in (right[at] for at in places):
        lines.setdefault((word.page, round(word.top)), []).append(word)
    numbers = [[word.text for word in sorted(line, key=lambda word: word.left)] for line in lines.values()]
    assert len(numbers) >= 3
    assert all(number in (["0116", "496", "0123"], ["0116", "496", "0100"]) for number in numbers)


def test_english_words_within_urdu_keep_their_marks_where_they_belong() -> None:
    kind = letters.kind("visit-appointment")
    data = {
        **letters.sample(kind),
        "visit_place": "Rose Court!",
        "officer": {"name": "Priya", "phone": "+44 116 496 0123", "email": "p@x.example"},
    }
    made = letters.render(kind, data, rendition="beside", brand=BRAND, translation=translation("visit-appointment", "ur"))
    right = [word.text.strip(".۔،") for word in words(made.pdf) if word.left > MIDDLE and (word.page > 1 or word.top > 95)]
    assert (right.count("Court!"), right.count("+44")) == (1, 2)


def test_urdu_comes_out_letter_by_letter_when_it_is_copied() -> None:
    copied = " ".join(" ".join(texts(beside("warning", "ur"))).split())
    seen = "".join(each for each in copied if unicodedata.category(each) != "Cf")
    assert [
        said for said in ("رویے کے بارے میں تنبیہ", "مختصر طور پر", "اگر کوئی بات واضح نہ ہو تو ہمیں فون کریں") if said not in seen
    ] == []


@pytest.mark.parametrize("rendition", ["beside", "accessible"])
def test_urdu_is_read_aloud_in_the_order_of_its_letters(rendition: letters.RenditionName) -> None:
    kind = letters.kind("warning")
    made = letters.render(kind, letters.sample(kind), rendition=rendition, brand=BRAND, translation=translation("warning", "ur"))
    with pikepdf.open(io.BytesIO(made.pdf)) as pdf:
        articles = [each for each in elements(pdf) if each.S == "/Art"]
        passages = [each for article in articles for each in _below(article) if isinstance(each.K[0], int)]
        heard = " ".join(" ".join(str(each.ActualText) for each in passages).split())
    for said in ("رویے کے بارے میں تنبیہ", "مختصر طور پر", "• اطلاع دی گئی ہے", "24\N{NO-BREAK SPACE}نومبر", "Mr Daniel Price", "0123"):
        assert " ".join(said.split()) in heard
    assert "\N{LEFT-TO-RIGHT ISOLATE}" not in heard


def test_a_translation_stands_behind_a_form_that_the_law_sets_and_never_in_it() -> None:
    shipped = letters.kind("visit-appointment")
    notice = replace(shipped, notice=("secure_other",))
    data, words_in_polish = letters.sample(shipped), translation("visit-appointment", "pl")
    english, both = page(notice, data, BRAND), page(notice, data, BRAND, words_in_polish)
    form = english.partition("<body>")[2].rpartition("</div>\n</body>")[0]
    assert form in both
    assert 'class="both"' not in both
    letter = letters.render(notice, data, rendition="beside", brand=BRAND, translation=words_in_polish)
    alone = drawn("visit-appointment", "print")
    sheet = [word.page for word in words(letter.pdf) if word.text == "Chcielibyśmy"]
    assert min(sheet) == alone.pages + 1
    # The foot of each page counts the pages of both.
    unfooted = [[word for word in words(pdf) if word.page <= alone.pages and word.bottom < 277] for pdf in (alone.pdf, letter.pdf)]
    assert unfooted[0] == unfooted[1]


def test_a_translation_that_somebody_checked_says_who_did() -> None:
    text = shipped_text("visit-appointment", "pl").replace("Checked by: nobody.", "Checked by: Anna Nowak, sworn translator.", 1)
    checked = made(text)
    assert checked.checked_by.startswith("Anna Nowak")
    html = page(letters.kind("visit-appointment"), letters.sample(letters.kind("visit-appointment")), BRAND, checked)
    assert html.count("Anna Nowak, sworn translator.") == 2
    assert "No speaker of Polish" not in html


def test_a_translation_without_a_word_of_who_checked_it_is_one_that_nobody_has_checked() -> None:
    assert made(shipped_text("visit-appointment", "pl").partition("\n")[2]).checked_by == ""


@pytest.mark.parametrize(
    ("old", "new", "file", "line", "said"),
    [
        ("{{ visit_at }}", "jutro", "pl.md", 0, "nowhere has {{ visit_at }}"),
        ("{{ visit_place }}", "{{ visit_plase }}", "pl.md", 12, "visit_place"),
        ("# Chcielibyśmy", "Chcielibyśmy", "pl.md", 3, "begins with the title"),
    ],
)
def test_a_translation_with_a_fault_is_refused_with_its_line(old: str, new: str, file: str, line: int, said: str) -> None:
    with pytest.raises(BadWording) as caught:
        made(shipped_text("visit-appointment", "pl").replace(old, new))
    assert [(flaw.file, flaw.line) for flaw in caught.value.flaws] == [(file, line)]
    assert said in caught.value.flaws[0].sentence


def test_a_language_that_letters_do_not_know_is_refused_with_those_that_they_do() -> None:
    with pytest.raises(UnknownLanguage, match=r"called xx.*pl, ro, ur"):
        made("# x", tongue="xx")


def test_a_translation_that_lacks_a_part_is_not_put_beside_the_letter() -> None:
    text = shipped_text("visit-appointment", "pl").replace("## W skrócie\n", "")
    kind = letters.kind("visit-appointment")
    with pytest.raises(Unmatched, match="6 headings where the letter has 7"):
        letters.render(kind, letters.sample(kind), rendition="beside", brand=BRAND, translation=made(text))


def test_values_stay_text_in_a_translation() -> None:
    kind = letters.kind("visit-appointment")
    data = {**letters.sample(kind), "visit_place": "<img src=x> & “home”"}
    polish = translation("visit-appointment", "pl")
    html = page(kind, data, BRAND, polish)
    assert html.count("&lt;img src=x&gt; &amp; “home”") == 2


def test_a_character_of_a_translation_that_no_font_has_stops_the_letter() -> None:
    kind = letters.kind("visit-appointment")
    strange = made(shipped_text("visit-appointment", "pl").replace("Temat", "\U00018b00 Temat"))
    with pytest.raises(CharacterWithoutFont, match=r"U\+18B00"):
        letters.render(kind, letters.sample(kind), rendition="beside", brand=BRAND, translation=strange)


def test_a_landlords_own_letter_can_have_a_translation_too() -> None:
    kind = letters.own_letter(
        "gate-code",
        {
            "letter.toml": 'title = "Your new code"\naudience = "reporter"\n[needs]\nfrom_day = { type = "date", label = "the first day" }',
            "body.md": "It works from {{ from_day }}.\n\n## Keep it safe\n\nTell nobody.",
            "sample.json": '{"from_day": "2026-11-30"}',
        },
    )
    urdu = letters.translated(kind, "ur", "# آپ کا نیا کوڈ\n\n{{ from_day }}\n\n## اسے محفوظ رکھیں\n\nکسی کو نہ بتائیں۔")
    html = page(kind, letters.sample(kind), BRAND, urdu)
    assert "پیر، 30\N{NO-BREAK SPACE}نومبر\N{NO-BREAK SPACE}2026" in html
    assert 'lang="ur"' in letters.preview_html(kind, letters.sample(kind), BRAND, translation=urdu)


@pytest.mark.parametrize("rendition", ["accessible", "large"])
def test_a_letter_with_a_translation_can_be_read_aloud_and_in_large_print(rendition: letters.RenditionName) -> None:
    kind = letters.kind("visit-appointment")
    made = letters.render(kind, letters.sample(kind), rendition=rendition, brand=BRAND, translation=translation("visit-appointment", "ur"))
    with pikepdf.open(io.BytesIO(made.pdf)) as pdf:
        assert {str(each.Lang) for each in elements(pdf) if each.S == "/Art"} == {"ur"}
