"""A small pack with an expression at every place that takes one, and ways to spoil it.

`POINTS` is the list of those places: a construct that brings a new one is one more line here, and a placeholder in the
pack. Run as a program, it checks or runs hostile packs in a process of its own, with its memory bounded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from xml.sax.saxutils import escape

from tests.workflow.drawn import HEAD

Files = dict[str, str]


@dataclass(frozen=True)
class Point:
    """A place for an expression: where the finding must be, and what stands there in the sound pack."""

    name: str
    file: str
    element: str
    sound: str

    def written(self, text: str) -> str:
        if self.file.endswith((".toml", ".json")):
            return json.dumps(text, ensure_ascii=False)[1:-1]
        return escape(text, {'"': "&quot;"})


POINTS = (
    Point("condition", "p.bpmn", "f_no", "not is_asb"),
    Point("timer", "p.bpmn", "T", "days(1, since=opened_at)"),
    Point("time limit", "p.bpmn", "L", "days(2, since=opened_at)"),
    Point("due", "p.bpmn", "A", "days(3, since=opened_at)"),
    Point("parameter", "p.bpmn", "S", "'nobody'"),
    Point("count", "p.bpmn", "M", "3"),
    Point("until", "p.bpmn", "M", "instances_done >= instances / 2"),
    Point("again", "p.bpmn", "Q", "severity == 'low'"),
    Point("completion", "p.bpmn", "Box", "is_asb"),
    Point("offered", "p.bpmn", "Tool", "severity == 'high'"),
    Point("advised", "p.bpmn", "Tool", "severity == 'low'"),
    Point("length", "promises.toml", "soon", "is_asb"),
    Point("table input", "t.dmn", "in", "is_asb"),
    Point("cell", "t.dmn", "row", "true"),
    Point("comparison cell", "t.dmn", "row", "1"),
    Point("output cell", "t.dmn", "row", "'high'"),
)  # fmt: skip

_PROCESS = """
<bpmn:laneSet id="Lanes"><bpmn:lane id="Lane" name="Officer">
<bpmn:flowNodeRef>A</bpmn:flowNodeRef><bpmn:flowNodeRef>Box</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>
<bpmn:startEvent id="Begin"/>
<bpmn:exclusiveGateway id="G" default="f_yes"/>
<bpmn:userTask id="A" name="Look"><bpmn:extensionElements><spiffworkflow:properties>
<spiffworkflow:property name="form" value="look"/><spiffworkflow:property name="due" value="[due]"/>
</spiffworkflow:properties></bpmn:extensionElements></bpmn:userTask>
<bpmn:boundaryEvent id="L" attachedToRef="A" cancelActivity="false"><bpmn:timerEventDefinition id="Ld"><bpmn:timeDate>[time limit]</bpmn:timeDate>
</bpmn:timerEventDefinition></bpmn:boundaryEvent>
<bpmn:businessRuleTask id="R"><bpmn:extensionElements><spiffworkflow:calledDecisionId>t</spiffworkflow:calledDecisionId>
</bpmn:extensionElements></bpmn:businessRuleTask>
<bpmn:serviceTask id="S"><bpmn:extensionElements><spiffworkflow:serviceTaskOperator id="close_case"><spiffworkflow:parameters>
<spiffworkflow:parameter id="outcome" value="[parameter]"/></spiffworkflow:parameters></spiffworkflow:serviceTaskOperator>
</bpmn:extensionElements></bpmn:serviceTask>
<bpmn:intermediateCatchEvent id="T"><bpmn:timerEventDefinition id="Td"><bpmn:timeDate>[timer]</bpmn:timeDate></bpmn:timerEventDefinition>
</bpmn:intermediateCatchEvent>
<bpmn:subProcess id="M"><bpmn:startEvent id="Mb"/><bpmn:endEvent id="Me"/><bpmn:sequenceFlow id="Mf" sourceRef="Mb" targetRef="Me"/>
<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>[count]</bpmn:loopCardinality>
<bpmn:completionCondition>[until]</bpmn:completionCondition></bpmn:multiInstanceLoopCharacteristics></bpmn:subProcess>
<bpmn:subProcess id="Q"><bpmn:startEvent id="Qb"/><bpmn:endEvent id="Qe"/><bpmn:sequenceFlow id="Qf" sourceRef="Qb" targetRef="Qe"/>
<bpmn:standardLoopCharacteristics loopMaximum="5"><bpmn:loopCondition>[again]</bpmn:loopCondition></bpmn:standardLoopCharacteristics></bpmn:subProcess>
<bpmn:adHocSubProcess id="Box"><bpmn:userTask id="Tool" name="Call"><bpmn:extensionElements><spiffworkflow:properties>
<spiffworkflow:property name="form" value="look"/><spiffworkflow:property name="promise" value="soon"/>
<spiffworkflow:property name="offered" value="[offered]"/>
<spiffworkflow:property name="advised" value="[advised]"/></spiffworkflow:properties></bpmn:extensionElements></bpmn:userTask>
<bpmn:completionCondition>[completion]</bpmn:completionCondition></bpmn:adHocSubProcess>
<bpmn:endEvent id="Over"/><bpmn:endEvent id="Late"/>
"""
_FLOWS = "Begin G, G A, A R, R S, S T, T M, M Q, Q Box, Box Over, L Late"
_TABLE = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d"><decision id="dec" name="How bad"><decisionTable id="tab" hitPolicy="FIRST">
<input id="in"><inputExpression id="ie"><text>[table input]</text></inputExpression></input>
<input id="in2"><inputExpression id="ie2"><text>noise_level</text></inputExpression></input>
<output id="out" name="severity" typeRef="string"/>
<rule id="row"><inputEntry id="c1"><text>[cell]</text></inputEntry><inputEntry id="c2"><text>&gt; [comparison cell]</text></inputEntry>
<outputEntry id="o1"><text>[output cell]</text></outputEntry></rule>
<rule id="row2"><inputEntry id="c3"><text>-</text></inputEntry><inputEntry id="c4"><text>-</text></inputEntry>
<outputEntry id="o2"><text>"low"</text></outputEntry></rule></decisionTable></decision></definitions>"""
_FORM = {
    "title": "Look",
    "questions": [
        {"key": "is_asb", "label": "Is it?", "type": "yes_no", "fact": "is_asb"},
        {"key": "noise", "label": "How loud?", "type": "whole", "fact": "noise_level"},
        {"key": "harm", "label": "What harm?", "type": "choice", "options": [{"value": "some", "label": "Some"}], "fact": "harm_done"},
    ],
}


def flows(text: str, prefix: str = "f") -> str:
    """XML for flows written as `A B, B C`."""
    pairs = (pair.split() for pair in text.split(", "))
    return "".join(f'<bpmn:sequenceFlow id="{prefix}{n}" sourceRef="{a}" targetRef="{b}"/>' for n, (a, b) in enumerate(pairs))


def process(body: str, name: str = "P", more: str = "") -> str:
    """A file around `body`."""
    return f'{HEAD}<bpmn:process id="{name}" name="{name}">{body}</bpmn:process>{more}</bpmn:definitions>'


def _files() -> Files:
    routes = flows(_FLOWS).replace('id="f1"', 'id="f_yes"')
    no = '<bpmn:sequenceFlow id="f_no" sourceRef="G" targetRef="Over"><bpmn:conditionExpression>[condition]</bpmn:conditionExpression></bpmn:sequenceFlow>'
    return {
        "pack.toml": 'title = "Small"\nstart = "P"\n[[role]]\ncode = "officer"\nname = "Officer"\npowers = ["work"]\n',
        "p.bpmn": process(_PROCESS + routes + no),
        "t.dmn": _TABLE,
        "promises.toml": '[[promise]]\ncode = "soon"\nname = "Soon"\nlengths = [{ amount = 1, unit = "days", when = "[length]" }]\n',
        "forms/look.json": json.dumps(_FORM),
    }


def sound(**spoilt: str) -> Files:
    """The small pack; `spoilt` puts other expressions at points, by name."""
    files = _files()
    for point in POINTS:
        text = spoilt.get(point.name, point.sound)
        files[point.file] = files[point.file].replace(f"[{point.name}]", point.written(text))
    return files


def spoilt(file: str, change: Callable[[str], str] | str) -> Files:
    """The small pack with one file changed, or written anew."""
    files = sound()
    files[file] = change if isinstance(change, str) else change(files[file])
    return files


def replaced(file: str, old: str, new: str) -> Files:
    files = sound()
    assert old in files[file], old
    return {**files, file: files[file].replace(old, new, 1)}


def form(change: Callable[[dict[str, object], list[dict[str, object]]], object]) -> Files:
    """The small pack with its form changed: `change(form, its questions)`."""
    raw = json.loads(sound()["forms/look.json"])
    change(raw, raw["questions"])
    return spoilt("forms/look.json", json.dumps(raw))


def drawn(body: str, **more: str) -> Files:
    """The small pack whose first diagram is `body`."""
    return {**sound(), "p.bpmn": process(body), **more}


TASK = (
    '<bpmn:extensionElements><spiffworkflow:properties><spiffworkflow:property name="form" value="look"/>'
    '<spiffworkflow:property name="promise" value="soon"/><spiffworkflow:property name="role" value="officer"/>'
    "</spiffworkflow:properties></bpmn:extensionElements>"
)


def task(name: str, kind: str = "userTask") -> str:
    return f'<bpmn:{kind} id="{name}" name="Do it">{TASK}</bpmn:{kind}>'


def _joined(steps: Mapping[str, str]) -> str:
    names = list(steps)
    return "".join(steps.values()) + flows(", ".join(f"{a} {b}" for a, b in pairwise(names)))


def chain(number: int, make: Callable[[str], str] = task) -> str:
    """`number` steps one after the other."""
    middle = {f"a{n}": make(f"a{n}") for n in range(number)}
    return _joined({"Begin": '<bpmn:startEvent id="Begin"/>', **middle, "Over": '<bpmn:endEvent id="Over"/>'})


def bundle(number: int, long: int = 2) -> str:
    """`number` branches at once, each `long` steps, joined again."""
    ends = '<bpmn:startEvent id="Begin"/><bpmn:parallelGateway id="F"/><bpmn:parallelGateway id="J"/><bpmn:endEvent id="Over"/>'
    steps = "".join(task(f"s{n}_{m}") for n in range(number) for m in range(long))
    routes = ["Begin F", "J Over"]
    for n in range(number):
        names = ["F", *(f"s{n}_{m}" for m in range(long)), "J"]
        routes += [f"{a} {b}" for a, b in pairwise(names)]
    return ends + steps + flows(", ".join(routes))


def _split(number: int, name: str) -> str:
    """A split whose `number` branches never join: every order of them is one of very many."""
    ends = "".join(f'<bpmn:endEvent id="{name}e{n}"/>' for n in range(number))
    tasks = "".join(task(f"{name}s{n}") for n in range(number))
    routes = ", ".join(f"{name} {name}s{n}, {name}s{n} {name}e{n}" for n in range(number))
    return f'<bpmn:parallelGateway id="{name}"/>{ends}{tasks}{flows(routes, f"{name}f")}'


def toolbox(number: int) -> str:
    """`number` tools that all lead into one split of twenty."""
    routes = flows(", ".join(f"t{n} M" for n in range(number)) + ", M F", "tf")
    tools = "".join(task(f"t{n}") for n in range(number)) + '<bpmn:exclusiveGateway id="M"/>' + routes
    box = f'<bpmn:adHocSubProcess id="Box">{tools}{_split(20, "F")}</bpmn:adHocSubProcess>'
    return '<bpmn:startEvent id="Begin"/><bpmn:endEvent id="Over"/>' + box + flows("Begin Box, Box Over")


def layers(depth: int) -> Files:
    """Layers of two diagrams, each of which calls both of the next layer; the last raises what only the first deals with."""
    names = [["P"], *([f"L{n}x0", f"L{n}x1"] for n in range(depth))]
    files = calls([(name, below) for above, below in pairwise([*names, []]) for name in above])
    last = names[-1][0]
    changes = {
        "p.bpmn": ("</bpmn:process>", "".join(_catching(n) for n in range(2)) + "</bpmn:process>"),
        f"{last.lower()}.bpmn": (f'<bpmn:endEvent id="{last}_e"/>', f'<bpmn:endEvent id="{last}_e">{_WRONG}</bpmn:endEvent>'),
    }
    for file, change in changes.items():
        files[file] = files[file].replace(*change)
    return {**sound(), **{name: text.replace("</bpmn:definitions>", f"{_ERROR}</bpmn:definitions>") for name, text in files.items()}}


_WRONG, _ERROR = '<bpmn:errorEventDefinition errorRef="Er"/>', '<bpmn:error id="Er" name="wrong" errorCode="wrong"/>'


def _catching(number: int) -> str:
    """What deals with an error of the first diagram's call of that number."""
    caught = f'<bpmn:boundaryEvent id="C{number}" attachedToRef="P_{number}">{_WRONG}</bpmn:boundaryEvent><bpmn:endEvent id="Ce{number}"/>'
    return caught + flows(f"C{number} Ce{number}", f"c{number}")


def marked(number: int, rails: int = 1) -> Files:
    """`number` steps that must not wait and as many that they must not wait for, which hold: all beside each other."""
    bearing = {f"w{n}": "legal" for n in range(number)} | {f"o{n}": "help" for n in range(number)}
    steps = "".join(
        task(name).replace("<spiffworkflow:properties>", f'<spiffworkflow:properties><spiffworkflow:property name="mark" value="{mark}"/>')
        + f'<bpmn:endEvent id="{name}e"/>'
        for name, mark in bearing.items()
    )
    routes = flows("Begin F, " + ", ".join(f"F {name}, {name} {name}e" for name in bearing))
    files = drawn(f'<bpmn:startEvent id="Begin"/><bpmn:exclusiveGateway id="F" default="f1"/>{steps}{routes}')
    rail = '[[rail]]\ntitle = "Nobody waits"\nnever_waits = { step = "legal", for = "help" }\n'
    return {**files, "pack.toml": files["pack.toml"] + rail * rails}


def rounds(number: int) -> Files:
    """`number` rounds beside each other, whose step waits for no other and comes back to itself."""
    files = marked(number)
    back = re.sub(r'sourceRef="([wo]\d+)" targetRef="\1e"', r'sourceRef="\1" targetRef="\1"', files["p.bpmn"])
    return {**files, "p.bpmn": back.replace('value="legal"', 'value="legal help"')}


def calls(names: list[tuple[str, list[str]]]) -> Files:
    """Diagrams that call each other: (name, the ones it calls, in a row)."""
    files = {}
    for name, called in names:
        steps = {f"{name}_b": f'<bpmn:startEvent id="{name}_b"/>'}
        for n, other in enumerate(called):
            steps[f"{name}_{n}"] = f'<bpmn:callActivity id="{name}_{n}" name="x" calledElement="{other}"/>'
        steps[f"{name}_e"] = f'<bpmn:endEvent id="{name}_e"/>'
        body = _joined(steps).replace('id="f', f'id="{name}_f')
        files[f"{name.lower()}.bpmn"] = process(body, name)
    return files


def fan(depth: int) -> Files:
    """Each diagram calls the next one twice."""
    return {**sound(), **calls([("P" if n == 0 else f"P{n}", [f"P{n + 1}"] * 2 if n < depth else []) for n in range(depth + 1)])}


def ring(number: int) -> Files:
    """Diagrams that call each other in a ring."""
    return {**sound(), **calls([("P" if n == 0 else f"P{n}", ["P" if n == number - 1 else f"P{n + 1}"]) for n in range(number)])}


def boxes(depth: int) -> str:
    """Groups inside groups."""
    inner = '<bpmn:startEvent id="b{0}"/><bpmn:subProcess id="g{0}">{1}</bpmn:subProcess><bpmn:endEvent id="e{0}"/>'
    body = '<bpmn:startEvent id="bx"/><bpmn:endEvent id="ex"/>' + flows("bx ex", "fx")
    for n in range(depth):
        body = inner.format(n, body) + flows(f"b{n} g{n}, g{n} e{n}", f"f{n}_")
    return body


def gateways(number: int) -> str:
    """Decisions one after the other, each with two ways on."""
    names = [f"g{n}" for n in range(number)]
    steps = "".join(f'<bpmn:exclusiveGateway id="{name}" default="d{n}"/>' for n, name in enumerate(names))
    routes = ""
    for n, name in enumerate(names):
        on = names[n + 1] if n + 1 < number else "Over"
        routes += f'<bpmn:sequenceFlow id="d{n}" sourceRef="{name}" targetRef="{on}"/>'
        routes += (
            f'<bpmn:sequenceFlow id="c{n}" sourceRef="{name}" targetRef="Out"><bpmn:conditionExpression>is_asb</bpmn:conditionExpression>'
            "</bpmn:sequenceFlow>"
        )
    return '<bpmn:startEvent id="Begin"/><bpmn:endEvent id="Over"/><bpmn:endEvent id="Out"/>' + steps + routes + flows("Begin g0", "s")


#: Packs that are large rather than wrong: (name, pack). Each must be checked in a second and 200 MB.
def large() -> Iterator[tuple[str, Files]]:
    yield "chain of 300", drawn(chain(300))
    yield "chain of 1,000", drawn(chain(1_000))
    yield "a bundle of 9", drawn(bundle(9))
    yield "a bundle of 40", drawn(bundle(40))
    yield "a bundle of 400", drawn(bundle(400, 1))
    yield "4,900 steps", drawn("".join(f'<bpmn:userTask id="a{n}"/>' for n in range(4_900)))
    yield "6,000 steps", drawn("".join(f'<bpmn:userTask id="a{n}"/>' for n in range(6_000)))
    yield "800 decisions", drawn(gateways(800))
    yield "calls 2^12", fan(12)
    yield "calls 2^40", fan(40)
    yield "ring of 3", ring(3)
    yield "ring of 250", ring(250)
    yield "300 tools into a split of 20", drawn(toolbox(300))
    more = {f"p{n}.bpmn": process(re.sub(r'((?<= id|Ref)=")', rf"\1x{n}", toolbox(1)), f"X{n}") for n in range(20)}
    yield "20 diagrams with a split of 20", drawn(toolbox(1), **more)
    yield "18 layers that call each other", layers(18)
    yield "150 marked steps and 150 others", marked(150)
    yield "1,000 guard rails", marked(150, 1_000)
    yield "240 marked rounds", rounds(240)
    yield "38 groups in groups", drawn(boxes(38))
    yield "1,000 groups", drawn("".join(f'<bpmn:subProcess id="g{n}"/>' for n in range(1_000)))
    yield "20,000 question marks", sound(cell="?" * 20_000)
    yield "a table of 1,200 rows", replaced(
        "t.dmn",
        '<rule id="row2">',
        "".join(f'<rule id="x{n}"><inputEntry><text>true</text></inputEntry><inputEntry><text>{n}</text></inputEntry>'
                f"<outputEntry><text>'high'</text></outputEntry></rule>" for n in range(1_200)) + '<rule id="row2">',
    )  # fmt: skip
    yield "a name of 900,000 letters", replaced("p.bpmn", 'name="Look"', f'name="{"x" * 900_000}"')
    yield "60,000 attributes", replaced("p.bpmn", 'name="Look"', " ".join(f'a{n}="1"' for n in range(60_000)))
    yield "250 elements deep", drawn('<bpmn:subProcess id="g">' * 250 + "</bpmn:subProcess>" * 250)
    yield "2,000 files", {**sound(), **{f"p{n}.bpmn": process("", f"X{n}") for n in range(2_000)}}
    yield "ten megabytes", {**sound(), "x.md": "x" * 10_000_000}
    yield "100,000 brackets in a form", spoilt("forms/look.json", "[" * 100_000)
    yield "5,000 brackets in the promises", spoilt("promises.toml", "a = " + "[" * 5_000 + "]" * 5_000)
    yield "5,000 brackets in the pack", spoilt("pack.toml", "a = " + "[" * 5_000)
    yield "billion laughs", spoilt("p.bpmn", lambda text: _LAUGHS + text.replace('name="Look"', 'name="&z9;"'))
    yield "a quadratic entity", spoilt("p.bpmn", f'<!DOCTYPE x [<!ENTITY a "{"a" * 50_000}">]><x>{"&a;" * 10_000}</x>')


_LAUGHS = '<!DOCTYPE x [<!ENTITY z0 "ha">' + "".join(f'<!ENTITY z{n} "{f"&z{n - 1};" * 10}">' for n in range(1, 10)) + "]>"
