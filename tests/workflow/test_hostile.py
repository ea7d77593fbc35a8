"""Hostile and nonsense packs: each is refused with its file, its element and the words at fault, at once and in little
memory; and what gets past the checker runs no code and holds nobody up."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from backend.workflow import check
from backend.workflow.findings import Finding
from backend.workflow.packs import flattened
from tests.workflow.escapes import FAMILIES
from tests.workflow.hostile import POINTS, TASK, Files, Point, drawn, flows, form, process, replaced, ring, sound, spoilt, task

PACKS = Path(__file__).parents[2] / "processes"
OURS = sorted(path.parent.name for path in PACKS.glob("*/pack.toml"))


def _timed(files: Files) -> tuple[list[Finding], float]:
    """The checker's findings, and the seconds of a processor that they took."""
    started = time.process_time()
    return check.findings(files), time.process_time() - started


@cache
def _an_honest_one() -> float:
    """Seconds of a processor that the checker takes for the procedure of a landlord."""
    return _timed(flattened(PACKS / "baseline"))[1]


def findings(files: Files) -> list[Finding]:
    """The checker's findings, in no more than twice the work that an honest procedure gives it."""
    honest = _an_honest_one()
    found, took = _timed(files)
    assert took < 2 * honest
    for finding in found:
        assert finding.file.isprintable() and finding.sentence and "\ud800" not in finding.sentence + finding.element
    return found


def test_the_small_pack_is_sound_until_it_is_spoilt() -> None:
    assert findings(sound()) == []


@pytest.mark.parametrize("name", OURS)
def test_none_of_our_own_packs_is_refused(name: str) -> None:
    assert check.findings(flattened(PACKS / name)) == []


PLACES = [(point, family, *attacks[0]) for point in POINTS for family, attacks in FAMILIES.items()]


@pytest.mark.parametrize(("point", "family", "text", "words"), PLACES, ids=[f"{p.name}-{f}" for p, f, *_ in PLACES])
def test_an_escape_is_refused_wherever_an_expression_may_stand(point: Point, family: str, text: str, words: str) -> None:
    found = findings(sound(**{point.name: text}))
    assert any((f.file, f.element) == (point.file, point.element) and words in f.sentence for f in found), found


def _first(change: object) -> Callable[..., object]:
    return lambda raw, questions: questions[0].update(change)


def _choice(**change: object) -> Callable[..., object]:
    return lambda raw, questions: questions[2].update(change)


_OPTION = {"value": "some", "label": "Some"}
_TIMER = "<bpmn:timerEventDefinition><bpmn:timeDate>days(1, since=opened_at)</bpmn:timeDate></bpmn:timerEventDefinition>"
_LINE = "Begin A, A Over"
_ENDS = '<bpmn:startEvent id="Begin"/><bpmn:endEvent id="Over"/>'
_PLAIN = _ENDS + task("A") + flows(_LINE)
_ODD = "\N{RIGHT-TO-LEFT OVERRIDE}"

#: (name, pack, file, element, words)
NONSENSE: list[tuple[str, Files, str, str, str]] = [
    # XML
    ("no file", spoilt("p.bpmn", ""), "p.bpmn", "", "complete XML"),
    ("not XML", spoilt("p.bpmn", "hello"), "p.bpmn", "", "complete XML"),
    ("doctype", spoilt("p.bpmn", lambda t: "<!DOCTYPE x>" + t), "p.bpmn", "", "document type"),
    ("small doctype", spoilt("t.dmn", lambda t: "<!doctype x>" + t), "t.dmn", "", "document type"),
    ("entity", spoilt("p.bpmn", lambda t: '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + t.replace("Look", "&a;")), "p.bpmn", "", "document type"),
    ("unknown entity", replaced("p.bpmn", "Look", "&evil;"), "p.bpmn", "", "complete XML"),
    ("number of no character", replaced("p.bpmn", "Look", "&#0;"), "p.bpmn", "", "complete XML"),
    ("XInclude", drawn('<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/>'), "p.bpmn", "", "“include”"),
    ("foreign element", drawn('<c:executionListener xmlns:c="urn:c"/>'), "p.bpmn", "", "“executionListener”"),
    ("foreign attribute", replaced("p.bpmn", 'name="Look"', 'name="Look" xmlns:c="urn:c" c:class="x"'), "p.bpmn", "A", "“class”"),
    ("no namespace", drawn('<userTask xmlns=""/>'), "p.bpmn", "", "“userTask”"),
    ("UTF-7", spoilt("p.bpmn", lambda t: '<?xml version="1.0" encoding="UTF-7"?>' + t), "p.bpmn", "", "UTF-7"),
    ("UTF-16, spaced", spoilt("p.bpmn", lambda t: "<?xml version='1.0' encoding = 'UTF-16'?>" + t), "p.bpmn", "", "UTF-16"),
    ("half a character", replaced("p.bpmn", "Look", "\ud800"), "p.bpmn", "", "not text"),
    ("NUL", replaced("p.bpmn", "Look", "\0"), "p.bpmn", "", "not text"),
    ("code in CDATA", replaced("p.bpmn", "not is_asb", "<![CDATA[__import__('os')]]>"), "p.bpmn", "f_no", "__import__('os')"),
    ("code after a comment", replaced("p.bpmn", "not is_asb", "is_asb<!-- -->.real"), "p.bpmn", "f_no", "is_asb.real"),
    ("code after an instruction", replaced("p.bpmn", "not is_asb", "is_asb<?x y?>.real"), "p.bpmn", "f_no", "is_asb.real"),
    ("XPath in a message", drawn("<bpmn:receiveTask id=\"R\" messageRef=\"x'] | //*['\"/>"), "p.bpmn", "x'] | //*['", "An id may hold"),
    ("XPath in a default", replaced("p.bpmn", 'default="f_yes"', "default=\"x'] | //*\""), "p.bpmn", "x'] | //*", "An id may hold"),
    ("a path as a diagram", drawn('<bpmn:callActivity id="C" calledElement="../../etc/passwd"/>'), "p.bpmn", "../../etc/passwd", "An id may hold"),
    ("an id with a dot", replaced("p.bpmn", 'id="R"', 'id="Box.Wait"'), "p.bpmn", "Box.Wait", "An id may hold"),
    ("a long id", replaced("p.bpmn", 'id="R"', f'id="{"x" * 200}"'), "p.bpmn", "x" * 40, "An id may hold"),
    ("an id of ours", replaced("p.bpmn", 'id="R"', 'id="Start"'), "p.bpmn", "Start", "taken by the engine"),
    ("two ids alike", replaced("p.bpmn", 'id="R"', 'id="A"'), "p.bpmn", "A", "Two elements"),
    ("no id", drawn('<bpmn:userTask name="x"/>'), "p.bpmn", "", "has no id"),
    ("a line without id", replaced("p.bpmn", 'id="f_no" ', ""), "p.bpmn", "", "has no id"),
    ("two conditions", replaced("p.bpmn", "</bpmn:sequenceFlow></bpmn:process>", "<bpmn:conditionExpression>open()</bpmn:conditionExpression></bpmn:sequenceFlow></bpmn:process>"), "p.bpmn", "f_no", "two of “conditionExpression”"),
    ("two timers", replaced("p.bpmn", "<bpmn:timerEventDefinition", _TIMER + "<bpmn:timerEventDefinition"), "p.bpmn", "L", "several things"),
    ("no process", spoilt("p.bpmn", process("").replace("<bpmn:process", "<bpmn:collaboration").replace("/bpmn:process", "/bpmn:collaboration")), "p.bpmn", "", "0 processes"),
    ("two processes", spoilt("p.bpmn", process("", more='<bpmn:process id="Q"/>')), "p.bpmn", "", "2 processes"),
    ("a place that is no number", spoilt("p.bpmn", process("", more='<bpmndi:BPMNDiagram xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"><bpmndi:BPMNPlane><bpmndi:BPMNShape><dc:Bounds x="1e999"/></bpmndi:BPMNShape></bpmndi:BPMNPlane></bpmndi:BPMNDiagram>')), "p.bpmn", "", "not a place"),
    # Elements
    ("script task", drawn('<bpmn:scriptTask id="X"/>'), "p.bpmn", "X", "program code"),
    ("script before", replaced("p.bpmn", "<spiffworkflow:properties>", "<spiffworkflow:preScript>1</spiffworkflow:preScript><spiffworkflow:properties>"), "p.bpmn", "", "“preScript”"),
    ("script after", replaced("p.bpmn", "<spiffworkflow:properties>", "<spiffworkflow:postScript>1</spiffworkflow:postScript><spiffworkflow:properties>"), "p.bpmn", "", "“postScript”"),
    ("instructions", replaced("p.bpmn", "<spiffworkflow:properties>", "<spiffworkflow:instructionsForEndUser>{{ x }}</spiffworkflow:instructionsForEndUser><spiffworkflow:properties>"), "p.bpmn", "", "“instructionsForEndUser”"),
    ("a data object", drawn('<bpmn:dataObject id="X"/>'), "p.bpmn", "X", "“dataObject”"),
    ("a complex gateway", drawn('<bpmn:complexGateway id="X"/>'), "p.bpmn", "X", "Complex gateways"),
    ("a condition to wait for", drawn('<bpmn:intermediateCatchEvent id="X"><bpmn:conditionalEventDefinition id="c"/></bpmn:intermediateCatchEvent>'), "p.bpmn", "c", "Waiting for a condition"),
    ("a list to go through", replaced("p.bpmn", "<bpmn:loopCardinality>", "<bpmn:loopDataInputRef>x</bpmn:loopDataInputRef><bpmn:loopCardinality>"), "p.bpmn", "", "Facts hold no lists"),
    ("rounds without number", replaced("p.bpmn", 'loopMaximum="5"', 'loopMaximum="9e9"'), "p.bpmn", "Q", "not a number of rounds"),
    ("two counts", replaced("p.bpmn", "<bpmn:loopCardinality>", "<bpmn:loopCardinality>1</bpmn:loopCardinality><bpmn:loopCardinality>"), "p.bpmn", "", "two of “loopCardinality”"),
    ("no form", replaced("p.bpmn", 'value="look"/><spiffworkflow:property name="due"', 'value="nosuch"/><spiffworkflow:property name="due"'), "p.bpmn", "A", "“nosuch” does not exist"),
    ("no promise", replaced("p.bpmn", 'value="soon"', 'value="never"'), "p.bpmn", "Tool", "“never” does not exist"),
    ("nobody's lane", replaced("p.bpmn", 'name="Officer"', 'name="Root"'), "p.bpmn", "Lane", "“Root” is not a role"),
    ("no operation", replaced("p.bpmn", 'id="close_case"', 'id="os_system"'), "p.bpmn", "S", "not something that the system can do"),
    ("another parameter", replaced("p.bpmn", 'id="outcome"', 'id="command"'), "p.bpmn", "S", "has no “command”"),
    ("a parameter missing", sound(parameter=""), "p.bpmn", "S", "is missing"),
    ("no table", replaced("p.bpmn", ">t<", ">../t<"), "p.bpmn", "R", "“../t” does not exist"),
    ("no diagram", drawn('<bpmn:callActivity id="C" calledElement="Nosuch"/>'), "p.bpmn", "C", "“Nosuch” does not exist"),
    ("no message", drawn(_ENDS + '<bpmn:receiveTask id="R" messageRef="M1"/>' + flows("Begin R, R Over")), "p.bpmn", "R", "not a message"),
    ("no completion", sound(completion=""), "p.bpmn", "Box", "when the stage is finished"),
    ("no time", sound(timer=""), "p.bpmn", "T", "how long to wait"),
    ("a name that misleads", replaced("p.bpmn", 'name="Look"', f'name="{_ODD}kooL"'), "p.bpmn", "A", "cannot be printed"),
    ("calls in a ring", ring(3), "p1.bpmn", "P1", "calls itself"),
    ("a line out of a group", drawn(_PLAIN.replace('targetRef="Over"', 'targetRef="In"') + '<bpmn:subProcess id="G"><bpmn:startEvent id="In"/></bpmn:subProcess>'), "p.bpmn", "In", "crosses the edge"),
    # Tables
    ("a policy that is none", replaced("t.dmn", "FIRST", "RULE ORDER"), "t.dmn", "tab", "RULE ORDER"),
    ("a cell that closes its list", sound(cell="true] or [1"), "t.dmn", "row", "more than one test"),
    ("a comparison and more", sound(**{"comparison cell": "1 or is_asb"}), "t.dmn", "row", "more than one test"),
    ("a list as a column", sound(**{"table input": "[1]"}), "t.dmn", "in", "is a list"),
    ("a result of another type", replaced("t.dmn", 'typeRef="string"', 'typeRef="boolean"'), "t.dmn", "row", "cannot be"),
    ("a type that is none", replaced("t.dmn", 'typeRef="string"', 'typeRef="eval"'), "t.dmn", "out", "“eval”"),
    ("a fact of the engine's", replaced("t.dmn", 'name="severity"', 'name="typename"'), "t.dmn", "typename", "cannot have this name"),
    ("a row too short", replaced("t.dmn", '<inputEntry id="c3"><text>-</text></inputEntry>', ""), "t.dmn", "row2", "too few or too many"),
    ("a script in a table", replaced("t.dmn", "<rule", "<script/><rule"), "t.dmn", "", "“script”"),
    # Forms
    ("a form that is a number", spoilt("forms/look.json", "NaN"), "forms/look.json", "", "cannot be read"),
    ("half a character in a label", form(_first({"label": "\ud800"})), "forms/look.json", "", "cannot be printed"),
    ("a label that misleads", form(_first({"label": f"{_ODD}ti sI"})), "forms/look.json", "ti sI", "cannot be printed"),
    ("a key that is code", form(_first({"key": "__class__"})), "forms/look.json", "", "one plain word"),
    ("a key of the browser's", form(_first({"key": "csrfmiddlewaretoken"})), "forms/look.json", "csrfmiddlewaretoken", "one plain word"),
    ("a fact named typename", form(_first({"fact": "typename"})), "forms/look.json", "typename", "cannot have this name"),
    ("a fact named party", form(_first({"fact": "party"})), "forms/look.json", "party", "cannot have this name"),
    ("a fact named _outputs", form(_first({"fact": "_outputs"})), "forms/look.json", "_outputs", "cannot have this name"),
    ("a fact named like a function", form(_first({"fact": "days"})), "forms/look.json", "days", "cannot have this name"),
    ("a fact named true", form(_first({"fact": "true"})), "forms/look.json", "true", "cannot have this name"),
    ("a fact of the product's", form(_first({"fact": "opened_at"})), "forms/look.json", "opened_at", "another type"),
    ("a score without end", spoilt("forms/look.json", lambda t: t.replace('"label": "Some"', '"label": "Some", "score": 1e999')), "forms/look.json", "", "cannot be read"),
    ("two options alike", form(_choice(options=[_OPTION, _OPTION])), "forms/look.json", "harm", "same value"),
    ("an option without value", form(_choice(options=[{"value": "", "label": "x"}])), "forms/look.json", "harm", "same value"),
    ("an option that is NUL", form(_choice(options=[{"value": "\0", "label": "x"}])), "forms/look.json", "harm", "same value"),
    ("a thousand options", form(_choice(options=[{"value": str(n), "label": "x"} for n in range(1_000)])), "forms/look.json", "harm", "more than 100"),
    ("a thousand questions", form(lambda raw, qs: qs.extend({"key": f"k{n}", "label": "x", "type": "line"} for n in range(1_000))), "forms/look.json", "", "more than 100 questions"),
    ("a condition that is a list", form(_choice(when=["is_asb"])), "forms/look.json", "", "cannot be read"),
    ("a question before its cause", form(_first({"when": {"harm": "some"}})), "forms/look.json", "is_asb", "does not come before"),
    ("code as a type", form(_first({"type": "eval"})), "forms/look.json", "is_asb", "“eval”"),
    ("columns alike", form(lambda raw, qs: qs.append({"key": "r", "label": "x", "type": "rows", "columns": [{"key": "a", "label": "x", "type": "line"}] * 2})), "forms/look.json", "r", "columns"),
    # Promises and the pack itself
    ("a promise for ever", replaced("promises.toml", "amount = 1", "amount = 1000000000000"), "promises.toml", "", "not a length"),
    ("a promise already broken", replaced("promises.toml", "amount = 1", "amount = -5"), "promises.toml", "", "not a length"),
    ("a promise without end", replaced("promises.toml", "amount = 1", "amount = inf"), "promises.toml", "", "not a length"),
    ("a day in quotation marks", replaced("promises.toml", "amount = 1", 'amount = 1, from = "x"'), "promises.toml", "", "not a day"),
    ("a promise since nobody knows", replaced("promises.toml", "lengths", 'since = "nobody"\nlengths'), "promises.toml", "soon", "“nobody” is not a fact"),
    ("roles that are a word", spoilt("pack.toml", 'title = "x"\nstart = "P"\nrole = "x"'), "pack.toml", "role", "A role needs"),
    ("a power that is none", replaced("pack.toml", '"work"', '"root"'), "pack.toml", "role", "A role needs"),
    ("facts that are numbers", spoilt("pack.toml", lambda t: t + "[facts]\nx = 1\n"), "pack.toml", "facts", "A fact needs"),
    ("a title that is a book", replaced("pack.toml", "Small", "x" * 1_000), "pack.toml", "title", "150 characters"),
    ("a file elsewhere", {**sound(), "../../etc/p.bpmn": process("")}, "../../etc/p.bpmn", "", "not a name"),
    ("a diagram in a folder", {**sound(), "forms/../p.bpmn": process("")}, "forms/../p.bpmn", "", "not a name"),
]  # fmt: skip


@pytest.mark.parametrize(("files", "file", "element", "words"), [case[1:] for case in NONSENSE], ids=[case[0] for case in NONSENSE])
def test_nonsense_is_refused_by_file_element_and_words(files: Files, file: str, element: str, words: str) -> None:
    found = findings(files)
    assert any((f.file, f.element) == (file, element) and words in f.sentence for f in found), found


def test_there_are_many_different_findings() -> None:
    assert len(NONSENSE) >= 80 and len({words for *_, words in NONSENSE}) >= 50


def test_a_diagram_in_a_folder_does_not_reach_the_engine_unread() -> None:
    hidden = process('<bpmn:scriptTask id="X"><bpmn:script>1</bpmn:script></bpmn:scriptTask>', "Hidden")
    files = {**drawn(_ENDS + '<bpmn:callActivity id="C" calledElement="Hidden"/>' + flows("Begin C, C Over")), "more/hidden.bpmn": hidden}
    assert any("does not exist" in finding.sentence for finding in findings(files))


@pytest.mark.parametrize("kind", ["userTask", "manualTask"])
def test_a_sound_pack_of_another_shape_passes(kind: str) -> None:
    assert TASK in task("A") and findings(drawn(_ENDS + task("A", kind) + flows(_LINE))) == []


def child(*arguments: str) -> list[dict[str, object]]:
    """What `tests.workflow.held` found, one JSON object a line."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.workflow.held", *arguments], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_pack_however_large_is_checked_as_fast_as_three_honest_ones_and_in_200_megabytes() -> None:
    """In a process that is given 200 MB more than it begins with, and no more."""
    told = child("check")
    assert len(told) >= 25
    slow = [one for one in told if float(str(one["times"])) > 3]
    assert not slow, slow
    assert all(one["refused"] for one in told if one["name"] not in ("chain of 300", "800 decisions", "38 groups in groups")), told


def test_past_the_checker_nothing_runs_code_and_nothing_holds_a_worker() -> None:
    """Specs built straight from hostile files, run in a process whose every audit event is noted."""
    told = child("run")
    assert len(told) >= 60
    for one in told:
        assert one["events"] == [] and float(str(one["times"])) < 10, one
