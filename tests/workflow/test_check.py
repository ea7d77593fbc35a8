"""The checker finds what is wrong with a pack before anybody can publish it."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from pathlib import Path
from time import process_time
from xml.sax.saxutils import escape

import pytest

from backend.workflow import check, coverage, events, shape
from backend.workflow.bpmn import read
from backend.workflow.findings import Finding
from backend.workflow.overlay import lay_over
from backend.workflow.packs import content_hash, flattened, read_pack
from tests.workflow.drawn import bpmn, lines

BASELINE = flattened(Path(__file__).parents[2] / "processes" / "baseline")


def findings_after(file: str, old: str, new: str) -> list[Finding]:
    """What the checker finds; every finding has a place, a name, one sentence and what to do."""
    assert old in BASELINE[file], old
    found = check.findings({**BASELINE, file: BASELINE[file].replace(old, new)})
    for finding in found:
        assert finding.file and finding.mend and finding.severity in ("error", "warning"), finding
        assert finding.sentence.endswith((".", "?")) and (finding.name or finding.element or finding.file == file), finding
    return found


def found_after(file: str, old: str, new: str) -> list[str]:
    return [f"{finding.file}|{finding.element}|{finding.sentence}" for finding in findings_after(file, old, new)]


def test_our_own_pack_has_no_findings() -> None:
    assert check.findings(BASELINE) == []


BROKEN = [
    ("triage.bpmn", 'value="triage" />\n          <spiffworkflow:property name="promise"', 'value="nosuch" />\n          <spiffworkflow:property name="promise"', "form “nosuch”"),
    ("triage.bpmn", 'name="promise" value="triage"', 'name="promise" value="nosuch"', "promise “nosuch”"),
    ("triage.bpmn", 'name="promise" value="triage"', 'name="other" value="x"', "no promise and no due time"),
    ("triage.bpmn", 'name="Call centre"', 'name="Somebody"', "not a role"),
    ("triage.bpmn", "not is_asb", "not is_asbb", "“is_asbb” is not a fact"),
    ("triage.bpmn", "not is_asb", "__import__('os')", "not something a diagram may say"),
    ("triage.bpmn", "'new reporters'", "'everybody'", "not one of the choices"),
    ("triage.bpmn", 'serviceTaskOperator id="send_letter"', 'serviceTaskOperator id="send_bomb"', "“send_bomb” is not something"),
    ("triage.bpmn", "'acknowledgement'", "'nosuch'", "not one of the choices"),
    ("triage.bpmn", "calledDecisionId>severity<", "calledDecisionId>nosuch<", "table “nosuch” does not exist"),
    ("triage.bpmn", ' default="Triage_f4"', "", "no “otherwise” way"),
    ("lifecycle.bpmn", 'calledElement="Triage"', 'calledElement="Nosuch"', "does not exist"),
    ("lifecycle.bpmn", 'calledElement="Closure"', 'calledElement="Lifecycle"', "calls itself"),
    ("put-things-right.bpmn", 'name="for" value="respondent"', 'name="for" value="everybody"', "nobody a tool can be for"),
    ("lifecycle.bpmn", 'name="report_attached"', 'name="nosuch"', "not a message"),
    ("survey.bpmn", "days(28, since=survey_sent_at)", "days(28, since=nosuch)", "“nosuch” is not a fact"),
    ("survey.bpmn", "days(28, since=survey_sent_at)", "fortnight(2)", "not a function"),
    ("aftercare.bpmn", 'sourceRef="After_lot" targetRef="After_drawn"', 'sourceRef="After_lot" targetRef="After_lot"', "Nothing leads"),
    ("severity.dmn", "category", "categoryy", "not a fact"),
    ("severity.dmn", 'hitPolicy="FIRST"', 'hitPolicy="COLLECT"', "not offered"),
    ("promises.toml", "response == 'urgent'", "response = 'urgent'", "cannot be read"),
    ("promises.toml", 'unit = "working days", when', 'unit = "fortnights", when', "not a unit"),
    ("pack.toml", 'start = "Lifecycle"', 'start = "Nosuch"', "no diagram of the process"),
    ("pack.toml", "title", "name", "no title"),
    ("forms/triage.json", '"fact": "is_asb"', '"fact": "is_asb", "script": "x"', "questions do not have"),
    ("forms/triage.json", '"type": "yes_no"', '"type": "sometimes"', "not a type of question"),
    ("forms/first-contact.json", '"type": "line"', '"type": "line", "fact": "said"', "cannot become a fact"),
    ("triage.bpmn", "<bpmn:userTask", "<bpmn:scriptTask", "complete XML"),
    ("lifecycle.bpmn", 'name="told_by" value="officer"', 'name="told_by" value="anybody"', "“anybody” is nobody who tells a case something"),
    ("lifecycle.bpmn", 'name="told_by" value="officer"', 'name="tells" value="officer"', "“new_incident” is not a message that a case can get"),
    ("lifecycle.bpmn", 'name="for" value="anyone"', 'name="for" value="everybody"', "It cannot be about “everybody” here"),
    ("lifecycle.bpmn", 'name="role" value="Team leader"', 'name="role" value="Boss"', "“Boss” is not a role of this landlord"),
    ("lifecycle.bpmn", 'name="label" value="A new incident"', 'name="other" value="x"', "It has no words for the officer who tells it"),
    ("lifecycle.bpmn", 'name="new_incident"', 'name="surveys_answered"', "The product itself delivers “surveys_answered”"),
    ("lifecycle.bpmn", 'name="risk_changed"', 'name="new_incident"', "“new_incident” is heard elsewhere from others, about others"),
    ("after-closing.bpmn", 'name="for" value="case"', 'name="for" value="reporter"', "It cannot be about “reporter” here"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "words"), BROKEN, ids=[f"{f}-{n[:30]}" for f, _, n, _ in BROKEN])
def test_what_is_wrong_is_found_with_its_file_and_a_sentence(file: str, old: str, new: str, words: str) -> None:
    found = found_after(file, old, new)
    assert any(words in sentence for sentence in found), found


HOSTILE = [
    ('<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x/>', "document type"),
    ("<x>" + "<y>" * 300 + "</y>" * 300 + "</x>", "complete XML"),
    ("x" * 1_000_001, "larger than a megabyte"),
    ('<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"><bpmn:process id="P"><bpmn:scriptTask id="X"><bpmn:script>1</bpmn:script></bpmn:scriptTask></bpmn:process></bpmn:definitions>', "program code"),
    ('<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"><bpmn:process id="P\' or 1"/></bpmn:definitions>', "An id may hold"),
    ('<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:c="http://camunda.org/schema/1.0/bpmn"><bpmn:process id="P"><c:executionListener/></bpmn:process></bpmn:definitions>', "not an element"),
    ('<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"><bpmn:process id="P"><bpmn:userTask id="A"/><bpmn:userTask id="A"/></bpmn:process></bpmn:definitions>', "Two elements have this id"),
    ('<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="file:///etc/passwd"/></bpmn:definitions>', "not an element"),
    ('<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"><bpmn:process id="P"><bpmn:intermediateCatchEvent id="T"><bpmn:timerEventDefinition id="t"><bpmn:timeCycle>R/PT0S</bpmn:timeCycle></bpmn:timerEventDefinition></bpmn:intermediateCatchEvent></bpmn:process></bpmn:definitions>', "Repeating timers"),
    ('<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core"><bpmn:process id="P"><bpmn:userTask id="A"><bpmn:extensionElements><spiffworkflow:preScript>import os</spiffworkflow:preScript></bpmn:extensionElements></bpmn:userTask></bpmn:process></bpmn:definitions>', "not an element"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "words"), HOSTILE, ids=[words for _, words in HOSTILE])
def test_a_hostile_file_is_refused_by_name(source: str, words: str) -> None:
    found = check.findings({**BASELINE, "evil.bpmn": source})
    assert any(finding.file == "evil.bpmn" and words in finding.sentence for finding in found), found


def test_an_overlay_changes_only_the_files_it_has() -> None:
    ours = BASELINE["forms/visit.json"].replace("Home visit or interview", "Visit by our neighbourhood team")
    laid = lay_over(BASELINE, {"pack.toml": 'extends = "baseline"\ntitle = "Ours"\n', "forms/visit.json": ours})
    assert check.findings(laid) == []
    assert laid["forms/visit.json"] == ours != BASELINE["forms/visit.json"]
    assert 'title = "Ours"' in laid["pack.toml"] and "extends" not in laid["pack.toml"]
    assert laid["triage.bpmn"] == BASELINE["triage.bpmn"]


def test_a_version_is_named_by_its_files_alone() -> None:
    assert content_hash(BASELINE) == content_hash(dict(reversed(BASELINE.items())))
    assert content_hash(BASELINE) != content_hash({**BASELINE, "x": ""})
    assert content_hash({"a": "bc"}) != content_hash({"ab": "c"})


def shape_of(body: str) -> list[str]:
    """What the shape checks say of a process drawn in lines; the pack around it is the baseline's."""
    diagram = read("p.bpmn", bpmn(lines(body) if "<" not in body else body))
    pack = replace(read_pack(BASELINE), diagrams={"p.bpmn": diagram}, start="P")
    return [f"{finding.element}: {finding.sentence}" for check_shape in (*shape.CHECKS, *events.CHECKS) for finding in check_shape(pack)]


MISSHAPEN = [
    ("startEvent S\nexclusiveGateway G default=\"f2\"\nuserTask A\nuserTask B\nparallelGateway J\nendEvent E\nS -> G\nG -> A\nG -> B: x\nA -> J\nB -> J\nJ -> E", "J: A case could wait here for ever"),
    ("startEvent S\nparallelGateway F\nuserTask A\nuserTask B\nexclusiveGateway G default=\"f5\"\nparallelGateway J\nendEvent E\nendEvent Out\nS -> F\nF -> A\nF -> B\nA -> G\nG -> J\nG -> Out: x\nB -> J\nJ -> E", "J: A case could wait here for ever"),
    ("startEvent S\nuserTask A\nexclusiveGateway G default=\"f4\"\nendEvent E\nS -> A\nA -> G\nG -> G: x\nG -> E", "G: A case could go round here"),
    ("startEvent S\nuserTask A\nendEvent E\nuserTask B\nS -> A\nA -> E\nE -> B\nB -> E", "E: A line leads on from here"),
    ("startEvent S\nparallelGateway F\nparallelGateway J\nendEvent E\nS -> F\nF -> J\nF -> J\nJ -> E", "J: Two lines lead here"),
    ("startEvent S\nexclusiveGateway G\nuserTask A\nendEvent E\nS -> G\nG -> A: x\nA -> E", "G: It has no “otherwise” way"),
    (lines("startEvent S\nendEvent E\nS -> Box\nBox -> E") + '<bpmn:adHocSubProcess id="Box"><bpmn:userTask id="A"/><bpmn:sequenceFlow id="x" sourceRef="A" targetRef="D"/><bpmn:endEvent id="D"/><bpmn:completionCondition>is_asb</bpmn:completionCondition></bpmn:adHocSubProcess>', "D: A toolbox has no start and no end"),
    (lines("startEvent S\nendEvent E\nS -> Box\nBox -> E") + '<bpmn:adHocSubProcess id="Box"><bpmn:exclusiveGateway id="A"/><bpmn:completionCondition>is_asb</bpmn:completionCondition></bpmn:adHocSubProcess>', "A: It cannot be a tool"),
    (lines("startEvent S\nexclusiveGateway G\nendEvent E\nS -> G\nG -> E\nT -> E") + '<bpmn:boundaryEvent id="T" attachedToRef="G"><bpmn:timerEventDefinition id="d"><bpmn:timeDate>days(1, since=reported_at)</bpmn:timeDate></bpmn:timerEventDefinition></bpmn:boundaryEvent>', "T: It is attached to something that does not wait"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "words"), MISSHAPEN, ids=[words for _, words in MISSHAPEN])
def test_a_shape_that_could_hold_a_case_up_is_found_by_its_element(body: str, words: str) -> None:
    found = shape_of(body)
    assert any(sentence.startswith(words) for sentence in found), found


def test_a_right_shape_is_let_through() -> None:
    body = 'startEvent S\nparallelGateway F\nuserTask A\nuserTask B\nparallelGateway J\nexclusiveGateway R\nexclusiveGateway G default="f9"\nendEvent E\nS -> R\nR -> F\nF -> A\nF -> B\nA -> J\nB -> J\nJ -> G\nG -> R: x\nG -> E'
    assert shape_of(body) == []


SENSELESS = [
    ("triage.bpmn", "not is_asb", "not is_abs", "“is_abs” is not a fact", "Did you mean “is_asb”?"),
    ("survey.bpmn", "days(28,", "day(28,", "“day” is not a function", "Did you mean “days”?"),
    ("survey.bpmn", "days(28, since=survey_sent_at)", "days(28)", "needs how many, and since when", "days(3, since=reported_at)"),
    ("survey.bpmn", "days(28, since=survey_sent_at)", "days('28', since=survey_sent_at)", "“'28'” is a choice; “days” needs a number there", "Give it a number."),
    ("survey.bpmn", "days(28, since=survey_sent_at)", "days(28, since=category)", "“category” is a choice; “days” needs a moment there", "Give it a moment."),
    ("survey.bpmn", "days(28, since=survey_sent_at)", "28", "“28” gives a number, where a moment is needed", "Write something that gives a moment."),
    ("triage.bpmn", "not is_asb", "severity == 'hihg'", "“severity” is never “hihg”: it is one of high, medium, low", "Did you mean “high”?"),
    ("triage.bpmn", "not is_asb", "severity in ['high', 'zzz']", "“severity” is never “zzz”", "Use one of: high, medium, low."),
    ("triage.bpmn", "not is_asb", "severity == category", "“severity” is never “category”", "Use one of"),
    ("triage.bpmn", "not is_asb", "is_asb == 'yes'", "compares a yes or no with a choice", "without quotation marks"),
    ("triage.bpmn", "not is_asb", "risk_score &lt; 'high'", "asks which is more, a number or a choice", "Compare numbers"),
    ("triage.bpmn", "not is_asb", "is_asb + 1 == 2", "“is_asb” is a yes or no, so nothing can be counted with it", "Count with a number."),
    ("triage.bpmn", "not is_asb", "severity in 'high'", "not a list", "Write a list"),
    ("put-things-right.bpmn", 'name="offered" value="escalated"', 'name="offered" value="escalatd"', "“escalatd” is not a fact", "Did you mean “escalated”?"),
    ("put-things-right.bpmn", "<bpmn:completionCondition>ready_to_close", "<bpmn:completionCondition>ready_to_closed", "“ready_to_closed” is not a fact", "Did you mean “ready_to_close”?"),
    ("alongside.bpmn", '<bpmn:terminateEventDefinition id="Along_end_event" />', "", "Nothing leads on from here to an end", "Draw a line on from it."),
    ("lifecycle.bpmn", 'value="risk_score risk_band hate_element domestic_abuse disclosed update_rhythm plan_agreed"', 'value="risk_scor"', "“risk_scor” is not a fact", "Did you mean “risk_score”?"),
    ("promises.toml", "response == 'urgent'", "response == 'urgnt'", "“response” is never “urgnt”", "Did you mean “urgent”?"),
    ("promises.toml", 'since = "reported_at"', 'since = "category"', "“category” is not a fact that holds a moment", "Choose one."),
    ("severity.dmn", '"HAT","DOM","VIO"', '"HAT","DMO","VIO"', "“category” is never “DMO”", "Did you mean “DOM”?"),
    ("severity.dmn", '"violence"', "xyzzy", "“xyzzy” is not a fact", "Choose a fact that is there."),
    ("severity.dmn", '"violence"', "&gt; 3", "asks which is more, a choice or a number", "Compare numbers"),
    ("severity.dmn", '<text>"low"</text>', "<text>low</text>", "“low” is not a fixed value", "Put words in quotation marks."),
    ("severity.dmn", 'name="response" typeRef="string"', 'name="response" typeRef="integer"', "“response” cannot be 'urgent'", "Write a value of the column’s type."),
    ("letters.toml", "complaint_contact", "complaint_contacts", "The letter “We are closing your case” needs how to make a complaint", "under the key “complaint_contact”, or write it in letters.toml"),
    ("letters.toml", "[", "[[", "It cannot be read", "Check the file."),
    ("forms/advisory-letter.json", '"noticed"', '"notices"', "needs what has come to our notice", "under the key “noticed”"),
    ("promises.toml", 'code = "first-contact"', 'code = "first-contacts"', "needs the day and time by which we will make first contact", "under the key “first_contact_by”"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "words", "mend"), SENSELESS, ids=[f"{f}-{n[:30]}" for f, _, n, _, _ in SENSELESS])
def test_what_can_never_be_meant_is_found_with_what_to_do(file: str, old: str, new: str, words: str, mend: str) -> None:
    found = findings_after(file, old, new)
    assert any(words in finding.sentence and mend in finding.mend and finding.severity == "error" for finding in found), found


ROW = '<rule id="r{0}">{1}<outputEntry id="r{0}o"><text>{2}</text></outputEntry></rule>'


def table_findings(policy: str, inputs: str, *rows: str) -> list[tuple[str, str, str]]:
    """What the proof says of a table in the baseline: facts by name, then rows as cells and `: output`."""
    columns = "".join(
        f'<input id="i{fact}"><inputExpression id="e{fact}"><text>{fact}</text></inputExpression></input>' for fact in inputs.split()
    )
    body = ""
    for number, row in enumerate(rows, 1):
        cells, output = row.rsplit(":", 1)
        entries = "".join(
            f'<inputEntry id="r{number}i{i}"><text>{escape(cell.strip())}</text></inputEntry>' for i, cell in enumerate(cells.split("|"))
        )
        body += ROW.format(number, entries, output.strip())
    source = (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="T" namespace="x"><decision id="t" name="The table">'
        f'<decisionTable id="tt" hitPolicy="{policy}">{columns}<output id="o" name="told" typeRef="boolean"/>{body}</decisionTable></decision></definitions>'
    )  # fmt: skip
    pack = read_pack({**BASELINE, "t.dmn": source})
    found = coverage.check_tables(replace(pack, tables={"t": pack.tables["t"]}))
    return [(finding.element, finding.severity, finding.sentence) for finding in found]


WHOLE = [
    ("UNIQUE", "harm", '"violence","fear": true', '"distress","annoyance", none: false'),
    ("UNIQUE", "risk_score", "< 13: true", "[13..24]: false", "> 24: true"),
    ("UNIQUE", "risk_score", "[0..12]: true", ">= 13: false"),
    ("UNIQUE", "is_asb", "true: true", "false, none: false"),
    ("FIRST", "risk_score harm", '> 5 | "fear": true', "- | -: false"),
    ("FIRST", "reported_at", "> opened_at: true", "-: false"),
    ("UNIQUE", "harm harm", '"fear" | -: true', '"violence","distress","annoyance", none | -: false'),
]
HOLED = [
    (("UNIQUE", "harm", '"violence","fear","distress": true', "none: false"), "t", "No row fits when harm is “annoyance” (Annoyance, without a risk to anybody)."),
    (("UNIQUE", "harm", '"violence","fear","distress","annoyance": true'), "t", "No row fits when harm is not known."),
    (("FIRST", "risk_score is_asb", "> 10 | -: true", "- | false: true"), "t", "No row fits when risk_score is 0 and is_asb is yes."),
    (("UNIQUE", "risk_score", "< 13: true", "> 13: false"), "t", "No row fits when risk_score is 13."),
    (("UNIQUE", "risk_score", "<= 13: true", ">= 13: false"), "r2", "Rows 1 and 2 both fit when risk_score is 13."),
    (("UNIQUE", "harm risk_score", '"fear" | -: true', '- | < 5: false', "- | -: true"), "r2", "Rows 1 and 2 both fit when harm is “fear” (Somebody is afraid, or their health is suffering) and risk_score is"),
    (("FIRST", "risk_score", "> 5: true", "> 10: false", "-: true"), "r2", "Row 2 is never used: the rows above it take every case that it fits."),
    (("FIRST", "risk_score*2", "> 5: true"), "t", "What it says of “risk_score” cannot be proved"),
    (("UNIQUE", "reported_at", "> opened_at: true"), "t", "What it says of “opened_at” cannot be proved"),
]  # fmt: skip


@pytest.mark.parametrize("table", WHOLE, ids=[" ".join(table[:2]) for table in WHOLE])
def test_a_table_that_answers_every_case_once_is_let_through(table: tuple[str, ...]) -> None:
    assert table_findings(*table) == []


@pytest.mark.parametrize(("table", "element", "sentence"), HOLED, ids=[sentence[:40] for _, _, sentence in HOLED])
def test_a_table_with_a_hole_or_two_answers_is_found_with_a_case_in_words(table: tuple[str, ...], element: str, sentence: str) -> None:
    found = table_findings(*table)
    severity = "warning" if "never used" in sentence else "error"
    assert any(e == element and s == severity and words.startswith(sentence) for e, s, words in found), found


def test_a_table_too_large_to_be_proved_is_refused_in_good_time() -> None:
    rows = [f"{n} | {n}: true" for n in range(400)]
    few = _work(*rows[:40])
    assert _work(*rows) < 40 * few, "not for ever, where ten times the rows make a hundred times the combinations"
    assert [words for _, _, words in table_findings("UNIQUE", "risk_score first_reporter", *rows)] == [
        "It has too many combinations to be proved."
    ]


def _work(*rows: str) -> float:
    """Seconds of a processor to look at a table of two scores."""
    began = process_time()
    table_findings("UNIQUE", "risk_score first_reporter", *rows)
    return process_time() - began


def test_a_proof_agrees_with_trying_every_score() -> None:
    cells = ("< 3", "[3..5]", "(5..9]", "> 9", "> 11", "4", "-")
    for chosen in product(cells, repeat=2):
        rows = [f"{cell}: true" for cell in chosen]
        said = [words for _, severity, words in table_findings("UNIQUE", "risk_score", *rows) if severity == "error"]
        fits = [sum(_holds(cell, score) for cell in chosen) for score in range(20)]
        assert (0 in fits) == any(words.startswith("No row") for words in said), (chosen, said)
        assert (2 in fits) == any(words.startswith("Rows") for words in said), (chosen, said)


def _holds(cell: str, score: int) -> bool:
    return {
        "< 3": score < 3, "[3..5]": 3 <= score <= 5, "(5..9]": 5 < score <= 9, "> 9": score > 9, "> 11": score > 11, "4": score == 4, "-": True,
    }[cell]  # fmt: skip


def test_the_conditions_of_a_repeated_step_may_name_its_rounds() -> None:
    many = "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>3</bpmn:loopCardinality><bpmn:completionCondition>{}</bpmn:completionCondition></bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>"
    assert found_after("triage.bpmn", "</bpmn:userTask>", many.format("instances_done &gt;= 2 or instances == 1")) == []
    assert any("“rounds” is not a fact" in said for said in found_after("triage.bpmn", "</bpmn:userTask>", many.format("rounds == 2")))


def test_a_step_that_closes_a_case_cannot_leave_its_mark_off() -> None:
    found = findings_after("lifecycle.bpmn", 'name="mark" value="not-asb"', 'name="mark" value="else"')
    assert [(f.element, f.sentence) for f in found] == [("Life_not_asb_close", "It bears no mark, so no guard rail could watch it.")]
