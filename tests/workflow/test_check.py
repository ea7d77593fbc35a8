"""The checker finds what is wrong with a pack before anybody can publish it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from backend.workflow import check, shape
from backend.workflow.bpmn import read
from backend.workflow.packs import content_hash, flattened, lay_over, read_pack
from tests.workflow.drawn import bpmn, lines

BASELINE = flattened(Path(__file__).parents[2] / "processes" / "baseline")


def found_after(file: str, old: str, new: str) -> list[str]:
    assert old in BASELINE[file], old
    files = {**BASELINE, file: BASELINE[file].replace(old, new)}
    return [f"{finding.file}|{finding.element}|{finding.sentence}" for finding in check.findings(files)]


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
    ("triage.bpmn", 'serviceTaskOperator id="send_letter"', 'serviceTaskOperator id="send_bomb"', "does not say what the system should do"),
    ("triage.bpmn", "'acknowledgement'", "'nosuch'", "not one of the choices"),
    ("triage.bpmn", "calledDecisionId>severity<", "calledDecisionId>nosuch<", "table “nosuch” does not exist"),
    ("triage.bpmn", ' default="Triage_f4"', "", "no “otherwise” way"),
    ("lifecycle.bpmn", 'calledElement="Triage"', 'calledElement="Nosuch"', "does not exist"),
    ("lifecycle.bpmn", 'calledElement="Closure"', 'calledElement="Lifecycle"', "calls itself"),
    ("lifecycle.bpmn", 'name="for" value="respondent"', 'name="for" value="everybody"', "nobody a tool can be for"),
    ("lifecycle.bpmn", 'name="report_attached"', 'name="nosuch"', "not a message"),
    ("survey.bpmn", "days(28, since=survey_sent_at)", "days(28, since=nosuch)", "“nosuch” is not a fact"),
    ("survey.bpmn", "days(28, since=survey_sent_at)", "fortnight(2)", "not a function"),
    ("closure.bpmn", 'sourceRef="Closure_talk" targetRef="Closure_end"', 'sourceRef="Closure_talk" targetRef="Closure_talk"', "Nothing leads"),
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
    laid = lay_over(BASELINE, {"pack.toml": 'extends = "baseline"\ntitle = "Ours"\n', "forms/visit.json": BASELINE["forms/update.json"]})
    assert check.findings(laid) == []
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
    return [f"{finding.element}: {finding.sentence}" for check_shape in shape.CHECKS for finding in check_shape(pack)]


MISSHAPEN = [
    ("startEvent S\nexclusiveGateway G default=\"f2\"\nuserTask A\nuserTask B\nparallelGateway J\nendEvent E\nS -> G\nG -> A\nG -> B: x\nA -> J\nB -> J\nJ -> E", "J: A case could wait here for ever"),
    ("startEvent S\nparallelGateway F\nuserTask A\nuserTask B\nexclusiveGateway G default=\"f5\"\nparallelGateway J\nendEvent E\nendEvent Out\nS -> F\nF -> A\nF -> B\nA -> G\nG -> J\nG -> Out: x\nB -> J\nJ -> E", "J: A case could wait here for ever"),
    ("startEvent S\nuserTask A\nexclusiveGateway G default=\"f4\"\nendEvent E\nS -> A\nA -> G\nG -> G: x\nG -> E", "G: A case could go round here"),
    ("startEvent S\nuserTask A\nendEvent E\nuserTask B\nS -> A\nA -> E\nE -> B\nB -> E", "E: A line leads on from here"),
    ("startEvent S\nparallelGateway F\nparallelGateway J\nendEvent E\nS -> F\nF -> J\nF -> J\nJ -> E", "J: Two lines lead here"),
    ("startEvent S\nexclusiveGateway G\nuserTask A\nendEvent E\nS -> G\nG -> A: x\nA -> E", "G: It has no “otherwise” way"),
    ('<bpmn:startEvent id="S"><bpmn:messageEventDefinition id="m" messageRef="M1"/></bpmn:startEvent>' + lines("endEvent E\nS -> E"), "S: It waits for something before"),
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
