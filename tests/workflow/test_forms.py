"""What a form takes of what a browser or the API sends."""

from __future__ import annotations

from backend.workflow.forms import Form, Option, Question

_FORM = Form("tenancy", "Tenancy", "", "Tenancy", "", (
    Question("holds", "Does he hold a tenancy?", "yes_no"),
    Question("type", "Of which type?", "choice", options=(Option("intro", "Introductory"), Option("secure", "Secure")), when=("holds", "yes")),
    Question("extended", "Was the trial extended?", "yes_no", fact="extended", when=("type", "intro")),
    Question("why", "Why?", "line", when=("type", "secure")),
))  # fmt: skip


def test_what_was_typed_under_a_question_that_is_not_asked_any_more_is_neither_kept_nor_asked_for() -> None:
    before = {"holds": ["no"], "type": ["intro"], "extended": ["yes"]}
    cleaned = _FORM.clean(before, {})
    assert [answer["key"] for answer in cleaned.answers] == ["holds"] and cleaned.facts == {}
    assert _FORM.clean({"holds": ["no"], "type": ["secure"], "why": [""]}, {}).facts == {}
    assert _FORM.clean({**before, "holds": ["yes"]}, {}).facts == {"extended": True}
