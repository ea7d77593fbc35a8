"""A landlord's own wording: what it may say, what is refused with its line, and that nothing in it is ever more than text."""

from __future__ import annotations

import time

import pytest

import letters

from .conftest import BRAND, texts

VISIT = """
title = "Come and see the new play area"
audience = "reporter"

[needs]
open_on = { type = "date", label = "the day on which it opens" }
note = { type = "text", label = "a note", optional = true }
clauses = { type = "rows", label = "the clauses", columns = { number = { type = "text", label = "number" }, on = { type = "date", label = "agreed on, as a day" } } }
rules = { type = "rows", label = "the rules", columns = { rule = { type = "text", label = "a rule" } } }
story = { type = "paragraphs", label = "what happened" }
"""
BODY = """It opens on **{{ open_on }}**. Call {{ officer.phone }}.

# The rules
{{ rules }}
[[if tenancy_type == 'secure']]

You are a *secure* tenant.

[[else]]

You are not.

[[end]]
[[if note]]
Note: {{ note }}
[[end]]
## Clauses
{{ clauses }}
> {{ story }}
"""


def own(body: str = BODY, contract: str = VISIT, **files: str) -> letters.Kind:
    return letters.own_letter("play-area", {"letter.toml": contract, "body.md": body, **files})


def warning(body: str, contract: str = "") -> letters.Kind:
    return letters.reworded(letters.kind("warning"), {"body.md": body, "letter.toml": contract})


def letter_of(kind: letters.Kind, **data: object) -> str:
    html = letters.preview_html(kind, {**letters.sample(kind), **data})
    return html.partition("</h1>")[2].partition('<div class="ending')[0]


def flaw_in(body: str) -> str:
    with pytest.raises(letters.BadWording) as refused:
        warning(body)
    return str(refused.value)


def test_each_type_of_need_is_printed_in_its_own_way() -> None:
    kind = own()
    rules = [{"rule": "No bikes."}, {"rule": "No dogs."}]
    clauses = [{"number": "4.2", "on": letters.sample(kind)["open_on"]}]
    said = letter_of(kind, rules=rules, clauses=clauses, story="One.\nTwo.", note="bring tea")
    assert "<p>It opens on <strong>Friday 4\u00a0December\u00a02026</strong>. Call 0116\u00a0496\u00a00123.</p>" in said
    assert "<ul><li>No bikes.</li><li>No dogs.</li></ul>" in said
    assert '<th scope="col">Number</th><th scope="col">Agreed on</th>' in said
    assert '<tr><th scope="row">4.2</th><td>Friday 4\u00a0December\u00a02026</td></tr>' in said
    assert '<div class="told">\n<p>One.</p><p>Two.</p>\n</div>' in said


def test_a_condition_that_was_decided_switches_its_block() -> None:
    kind = own()
    assert kind.conditions == ("tenancy_type == 'secure'",)
    for answer, words in ((True, "You are a <em>secure</em> tenant."), (False, "You are not.")):
        said = letter_of(kind, decided={kind.conditions[0]: answer})
        assert words in said
        assert ("You are not." in said) is not answer


def test_a_letter_whose_condition_nobody_decided_is_not_written() -> None:
    kind = own()
    data = {**letters.sample(kind), "decided": {}}
    assert letters.missing(kind, data) == ("Nobody has decided whether tenancy_type == 'secure'.",)
    with pytest.raises(letters.NeedsNotMet):
        letters.preview_html(kind, data)


def test_what_is_not_there_takes_its_block_with_it() -> None:
    kind = own()
    assert "Note" not in letter_of(kind, note="")
    assert "Note: bring tea" in letter_of(kind, note="bring tea")


def test_an_own_letter_is_drawn_on_our_page_with_tags_and_address() -> None:
    kind = own()
    made = letters.render(kind, letters.sample(kind), rendition="print", brand=BRAND)
    page = texts(made)[0]
    assert "Come and see the new play area" in page
    assert "Dear " in page
    assert "LE2 7AB" in page


def test_an_own_document_is_addressed_to_nobody() -> None:
    kind = own("It opens on {{ open_on }}.", VISIT.replace('"reporter"', '"file"\nshape = "document"'))
    assert "Dear" not in letters.preview_html(kind, letters.sample(kind))


def test_the_landlords_wording_takes_the_place_of_ours_and_leaves_the_rest_of_the_page() -> None:
    shipped = letters.kind("abc")
    kind = letters.reworded(shipped, {"body.md": "Please sign by {{ reply_by }}.", "letter.toml": 'title = "Your contract"'})
    html = letters.preview_html(kind, letters.sample(kind))
    assert "<p>Please sign by " in html
    assert "You choose if you sign" not in html
    assert "What I will not do" in html
    assert "<h1>Your contract</h1>" in html
    assert kind.version != shipped.version


def test_what_the_landlords_wording_does_not_print_is_not_needed() -> None:
    kind = warning("Change by {{ change_by }}.\n\n[[if tenancy_clauses]]\nSee your agreement.\n[[end]]")
    assert {need.name for need in kind.needs} == {"change_by", "tenancy_clauses"}


def test_markdown_in_a_value_stays_text() -> None:
    kind = own("# {{ open_on }}\n\n{{ story }}\n\n{{ rules }}")
    said = letter_of(kind, story="**bold** [a](b) # x\n- one\n<b>hi</b>", rules=[{"rule": "{{ open_on }} *x*"}])
    assert "<p>**bold** [a](b) # x</p><p>- one</p><p>&lt;b&gt;hi&lt;/b&gt;</p>" in said
    assert "<li>{{ open_on }} *x*</li>" in said


def test_a_heading_never_skips_a_level() -> None:
    said = letter_of(own("### a\n\n# b\n\n#### c"))
    assert [said[at + 1 : at + 3] for at in range(len(said)) if said.startswith("<h", at)] == ["h2", "h2", "h3"]


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("a\n\n\n\n\n\nBy {{ replyby }}.", "Line 7: no letter knows {{ replyby }}. Did you mean reply_by?"),
        ("{{ 7*7 }}", "Line 1: no letter knows {{ 7*7 }}. Choose one from the list of fields."),
        ("{{ officer.__class__ }}", "Line 1: no letter knows {{ officer.__class__ }}."),
        ("x\n{% if a %}", "Line 2: {% stands alone."),
        ("x {{ reply_by", "Line 1: {{ stands alone."),
        ("[[if reply_by]]\nx", "Line 1: [[if reply_by]] has no [[end]]."),
        ("x\n[[end]]", "Line 2: [[end]] belongs to no [[if]] before it."),
        ("[[if reply_by]]\nx\n[[else]]\ny\n[[else]]\n[[end]]", "Line 5: [[else]] belongs to no [[if]] before it."),
        ("see [[if reply_by]] this", "Line 1: [[ stands alone."),
        ("By {{ incidents }}.", "Line 1: {{ incidents }} prints as several lines. Put it on a line of its own."),
        ("{{ tenancy_clauses }}", "Line 1: {{ tenancy_clauses }} may be empty."),
        ("[[if tenancy_clauses]]\n[[else]]\n{{ tenancy_clauses }}\n[[end]]", "Line 3: {{ tenancy_clauses }} may be empty."),
        ("a\u202eb", "Line 1: the line holds a hidden character (U+202E)"),
        ("\ue000", "Line 1: the line holds a hidden character (U+E000)"),
        ("x" * 201, "Line 1: a line has at most 5,000 characters, a word 200."),
        ("x " * 10_001, "The wording is too long: 20,002 characters, where 20,000 fit."),
        (" \n", "The letter says nothing yet."),
        ("[[if reply_by]]\n" * 5 + "x\n" + "[[end]]\n" * 5, "Line 5: blocks stand more than 4 deep"),
    ],
)
def test_wording_that_cannot_be_used_is_refused_with_its_line(body: str, sentence: str) -> None:
    assert flaw_in(body).startswith(sentence)


def test_a_condition_that_cannot_be_worked_out_is_refused_with_its_line() -> None:
    with pytest.raises(letters.BadWording, match="Line 2: there is no fact called colour"):
        letters.reworded(
            letters.kind("warning"), {"body.md": "x\n[[if colour == 1]]\n[[end]]"}, judge=lambda _: "There is no fact called colour."
        )


HOSTILE = [
    "<img src=http://127.0.0.1:9/x.png>",
    "<svg><image href='file:///etc/passwd'/></svg>",
    "<style>@import 'http://127.0.0.1:9/';</style>",
    "<p style='background:url(http://127.0.0.1:9/)'>",
    "<a href='javascript:alert(1)'>click</a>",
    "[click](javascript:alert(1)) ![x](file:///etc/passwd) <http://127.0.0.1:9/>",
    "[a]: http://127.0.0.1:9/ [shop](http://127.0.0.1:9/)",
    "&#xE000; &#x202e; &lt;script&gt;",
    "<td colspan=100000>",
    "<!-- x -->",
    "</div></body></html>",
    "```\n<script>\n```",
    "    <b>indented</b>",
    "| a | b |\n|---|---|\n| 1 | 2 |",
]


def test_hostile_wording_comes_out_as_the_text_it_is() -> None:
    kind = warning("\n\n".join([*HOSTILE, "By {{ reply_by }}."]))
    made = letters.render(kind, letters.sample(kind), rendition="accessible", brand=BRAND)
    shown = "".join("".join(texts(made)).split())
    for part in " ".join(HOSTILE).split():
        assert part in shown
    assert b"/Annots" not in made.pdf
    assert b"/EmbeddedFiles" not in made.pdf


@pytest.mark.parametrize(
    "body",
    [
        "\n".join("  " * depth + "- x" for depth in range(130)),
        "- " * 500 + "x",
        "> " * 500 + "x",
        "*a **b " * 700,
        "{{ reply_by }} " * 1_300,
        "{{ nothing }}\n" * 1_400,
        "{{a}}" * 4_000,
        "[[if reply_by]]\n[[end]]\n" * 800,
        "1. x\n  - y\n    - z\n" * 1_000,
        "[a](b " * 3_000,
        "*" * 150 + "\n",
    ],
)
def test_costly_wording_is_read_or_refused_in_a_moment(body: str) -> None:
    started = time.process_time()
    try:
        letter_of(warning(body))
    except letters.BadWording as refused:
        assert len(refused.flaws) <= 31
    assert time.process_time() - started < 2


def test_ten_thousand_fields_in_a_contract_are_refused() -> None:
    needs = "\n".join(f'n{number} = {{ type = "text", label = "x" }}' for number in range(500))
    with pytest.raises(letters.BadWording, match="needs, where 60 fit"):
        own(contract=f'title = "T"\naudience = "file"\n[needs]\n{needs}')
    with pytest.raises(letters.BadWording, match="longer than 20,000"):
        own(contract="#" * 20_001)


def test_long_fields_printed_again_and_again_are_refused() -> None:
    kind = own("{{ story }}\n" * 200)
    with pytest.raises(letters.BadWording, match="too often"):
        letter_of(kind, story="word " * 900)


@pytest.mark.parametrize(
    ("contract", "line", "words"),
    [
        ('title = "T"', 0, "who reads it"),
        ('title = "T"\naudience = "everybody"', 2, "who reads it"),
        ('audience = "file"\ntitle = 7', 2, "needs a title"),
        ('title = "T"\naudience = "file"\nstyle = "x"', 3, "has no style"),
        ('title = "T"\naudience = "file"\nserved_by = "post"', 3, "list of texts"),
        ('title = "T"\naudience = "file"\nserved_by = ["pigeon"]', 0, "post, hand or email"),
        ('title = "T"\naudience = "file"\n[needs]\nwhen = { type = "date" }', 4, "its label"),
        ('title = "T"\naudience = "file"\n[needs]\nwhen = { type = "day", label = "x" }', 4, "what type"),
        ('title = "T"\naudience = "file"\n[needs]\nofficer = { type = "text", label = "x" }', 4, "cannot be called officer"),
        ('title = "T"\naudience = "file"\n[needs]\nrows = { type = "rows", label = "x" }', 4, "needs columns"),
        ('title = "T"\naudience = "file"\n[needs]\nitems = { type = "text", label = "x" }', 0, "items"),
        ('title = "T"\naudience = "file"\nneeds = 7', 3, "table"),
        ('title = "T\naudience', 1, "cannot be read"),
    ],
)
def test_a_contract_that_is_wrong_says_where(contract: str, line: int, words: str) -> None:
    with pytest.raises(letters.BadWording) as refused:
        own("Hello.", contract)
    assert any(flaw.file == "letter.toml" and flaw.line == line and words in flaw.sentence for flaw in refused.value.flaws)


@pytest.mark.parametrize("sample", ["[]", "{", '{"open_on": 7}', '{"open_on": "Friday"}', '{"colour": "red"}', '{"rules": [7]}'])
def test_a_worked_example_that_is_wrong_is_refused(sample: str) -> None:
    with pytest.raises(letters.BadWording) as refused:
        own(**{"sample.json": sample})
    assert {flaw.file for flaw in refused.value.flaws} == {"sample.json"}


def test_only_the_title_of_a_shipped_letter_can_be_another() -> None:
    with pytest.raises(letters.BadWording, match="Line 1: a shipped letter keeps its audience"):
        warning("x", 'audience = "court"')


def test_an_own_letter_that_knows_nothing_more_than_every_letter_can_be_written() -> None:
    kind = own("Your reference is {{ case.reference }}. Write to {{ landlord.address }}.", 'title = "T"\naudience = "file"')
    assert "LEICESTER, LE1 4XX" in letter_of(kind)
