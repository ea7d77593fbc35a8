"""Checks or runs hostile packs in this process, which may not grow, and says what happened, a JSON object a line.

How long each took is told in times of what an honest procedure takes to be checked in the same process.
`python -m tests.workflow.held check` checks what is large; `... run` runs what the checker would refuse. The audit hook
cannot be taken away again, so both are for a process of their own.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.workflow.drawn import NOW, House, bpmn, lines
from tests.workflow.escapes import FAMILIES
from tests.workflow.hostile import chain, drawn, fan, gateways, large, ring, task

ALLOWED = 200 * 2**20
FACTS = {"is_asb": True, "severity": "high", "score": 25, "opened_at": NOW, "a_moment": NOW}


def main(what: str) -> None:
    honest = prepare()
    for name, act in {"check": checks, "run": runs}[what]():
        seen.clear()
        started = time.process_time()
        outcome = act()
        told = {"name": name, "times": round((time.process_time() - started) / honest, 3), "events": list(seen)}
        print(json.dumps({**told, **outcome}), flush=True)


def prepare() -> float:
    """Let this process grow no more; how long a processor takes to check the procedure of a landlord, in seconds."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
    import django

    django.setup()
    from backend.workflow import check
    from backend.workflow.packs import flattened
    from tests.workflow.hostile import sound

    check.findings(sound())
    started = time.process_time()
    check.findings(flattened(Path(__file__).parents[2] / "processes" / "baseline"))
    honest = time.process_time() - started
    now = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (now + ALLOWED, now + ALLOWED))
    return honest


# Checking.


def checks() -> Iterator[tuple[str, Callable[[], dict[str, Any]]]]:
    from backend.workflow import check

    for name, files in large():
        yield name, lambda files=files: {"refused": [finding.sentence[:200] for finding in check.findings(files)[:3]]}


# Running, with the checker left out.

seen: list[str] = []
_WATCHED = ("import", "compile", "open", "exec", "os.", "subprocess.", "socket.", "ctypes.", "pty.", "shutil.", "pickle.", "marshal.")


def _hook(event: str, args: tuple[Any, ...]) -> None:
    """Note what no diagram may bring about; the reading of an expression is the one compilation there is."""
    if event.startswith(_WATCHED) and not (event == "compile" and args[1] == "<unknown>"):
        seen.append(f"{event} {args!r:.200}")


def runs() -> Iterator[tuple[str, Callable[[], dict[str, Any]]]]:
    """Every place that the engine evaluates with the first of every family, and diagrams that never come to rest."""
    run_file(bpmn(lines("startEvent S\nuserTask A\nendEvent E\nS -> A\nA -> E")))
    sys.addaudithook(_hook)
    for place, drawing in _PLACES.items():
        for family, attacks in FAMILIES.items():
            source = drawing(attacks[0][0])
            yield f"{place}: {family}", lambda source=source: run_file(source)
    for name, files in _restless():
        yield name, lambda files=files: run_files(files)


def run_file(source: str) -> dict[str, Any]:
    return run_files({"p.bpmn": source})


def run_files(files: dict[str, str]) -> dict[str, Any]:
    """Read, build and begin, without the checker; the sentence that stopped it, or its faults."""
    from backend.errors import DomainError
    from backend.workflow.bpmn import read
    from backend.workflow.engine import Run, build

    try:
        diagrams = {file: read(file, text) for file, text in files.items() if file.endswith(".bpmn")}
        elements = {key: element for diagram in diagrams.values() for key, element in diagram.elements.items()}
        run = Run(build("P", diagrams), elements, House(), dict(FACTS))
        run.begin()
        outcome = run.outcome()
    except DomainError as error:
        return {"stopped": error.sentence[:200]}
    json.dumps(outcome.state)
    return {"faults": [trouble.sentence[:200] for trouble in outcome.troubles], "open": len(outcome.open), "offers": len(outcome.offers)}


def _step(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


def _between(step: str) -> str:
    return bpmn(f'<bpmn:startEvent id="S"/>{step}<bpmn:endEvent id="E"/>' + lines("S -> X\nX -> E"))


_INSIDE = '<bpmn:startEvent id="Xb"/><bpmn:endEvent id="Xe"/><bpmn:sequenceFlow id="Xf" sourceRef="Xb" targetRef="Xe"/>'

#: Every place where the engine works an expression out; a construct that brings a new one is one more line.
_PLACES: dict[str, Callable[[str], str]] = {
    "condition": lambda text: bpmn(
        '<bpmn:startEvent id="S"/><bpmn:exclusiveGateway id="X" default="no"/><bpmn:endEvent id="E"/>'
        '<bpmn:sequenceFlow id="s" sourceRef="S" targetRef="X"/><bpmn:sequenceFlow id="no" sourceRef="X" targetRef="E"/>'
        f'<bpmn:endEvent id="F"/><bpmn:sequenceFlow id="yes" sourceRef="X" targetRef="F"><bpmn:conditionExpression>{_step(text)}'
        "</bpmn:conditionExpression></bpmn:sequenceFlow>"
    ),
    "timer": lambda text: _between(
        f'<bpmn:intermediateCatchEvent id="X"><bpmn:timerEventDefinition><bpmn:timeDate>{_step(text)}</bpmn:timeDate>'
        "</bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"
    ),
    "parameter": lambda text: _between(
        '<bpmn:serviceTask id="X"><bpmn:extensionElements><spiffworkflow:serviceTaskOperator id="x"><spiffworkflow:parameters>'
        f'<spiffworkflow:parameter id="a" value="{_step(text)}"/></spiffworkflow:parameters></spiffworkflow:serviceTaskOperator>'
        "</bpmn:extensionElements></bpmn:serviceTask>"
    ),
    "completion": lambda text: _between(
        f'<bpmn:adHocSubProcess id="X"><bpmn:userTask id="T"/><bpmn:completionCondition>{_step(text)}</bpmn:completionCondition>'
        "</bpmn:adHocSubProcess>"
    ),
    "offered": lambda text: _between(
        '<bpmn:adHocSubProcess id="X"><bpmn:userTask id="T"><bpmn:extensionElements><spiffworkflow:properties>'
        f'<spiffworkflow:property name="offered" value="{_step(text)}"/></spiffworkflow:properties></bpmn:extensionElements>'
        "</bpmn:userTask><bpmn:completionCondition>no</bpmn:completionCondition></bpmn:adHocSubProcess>"
    ),
    "advised": lambda text: _between(
        '<bpmn:adHocSubProcess id="X"><bpmn:userTask id="T"><bpmn:extensionElements><spiffworkflow:properties>'
        f'<spiffworkflow:property name="advised" value="{_step(text)}"/></spiffworkflow:properties></bpmn:extensionElements>'
        "</bpmn:userTask><bpmn:completionCondition>no</bpmn:completionCondition></bpmn:adHocSubProcess>"
    ),
    "count": lambda text: _between(
        f'<bpmn:subProcess id="X">{_INSIDE}<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>{_step(text)}'
        "</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics></bpmn:subProcess>"
    ),
    "until": lambda text: _between(
        f'<bpmn:subProcess id="X">{_INSIDE}<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>3</bpmn:loopCardinality>'
        f"<bpmn:completionCondition>{_step(text)}</bpmn:completionCondition></bpmn:multiInstanceLoopCharacteristics></bpmn:subProcess>"
    ),
    "again": lambda text: _between(
        f'<bpmn:subProcess id="X">{_INSIDE}<bpmn:standardLoopCharacteristics><bpmn:loopCondition>{_step(text)}'
        "</bpmn:loopCondition></bpmn:standardLoopCharacteristics></bpmn:subProcess>"
    ),
}


def _restless() -> Iterator[tuple[str, dict[str, str]]]:
    """Diagrams that the checker refuses because they would never come to rest, or are too large."""
    yield "calls itself", ring(1)
    yield "ring of 3", ring(3)
    yield "calls 2^12", fan(12)
    yield "calls 2^40", fan(40)
    yield "gateways in a ring", {"p.bpmn": bpmn(lines("startEvent S\nexclusiveGateway A\nexclusiveGateway B\nS -> A\nA -> B\nB -> A"))}
    yield (
        "a bomb of splits",
        {
            "p.bpmn": bpmn(
                lines("startEvent S\nparallelGateway A\nS -> A\nA -> B\nA -> C\nB -> A\nC -> A\nexclusiveGateway B\nexclusiveGateway C")
            )
        },
    )
    yield "a loop for ever", {"p.bpmn": _PLACES["again"]("yes")}
    yield "a million at once", {"p.bpmn": _PLACES["count"]("1000000")}
    yield "100 of 100 of 100", {"p.bpmn": _nested(3)}
    yield "chain of 1,000", {"p.bpmn": drawn(chain(1_000))["p.bpmn"]}
    yield "1,000 automatic steps", {"p.bpmn": drawn(chain(900, lambda name: f'<bpmn:businessRuleTask id="{name}"/>'))["p.bpmn"]}
    yield "800 decisions", {"p.bpmn": drawn(gateways(800))["p.bpmn"]}
    yield "1,000 tasks at once", {"p.bpmn": _wide(1_000)}


def _nested(depth: int) -> str:
    body = task("T", "manualTask") + '<bpmn:startEvent id="b"/><bpmn:endEvent id="e"/>' + lines("b -> T\nT -> e").replace('id="f', 'id="i')
    for n in range(depth):
        body = (
            f'<bpmn:startEvent id="b{n}"/><bpmn:endEvent id="e{n}"/><bpmn:sequenceFlow id="x{n}" sourceRef="b{n}" targetRef="g{n}"/>'
            f'<bpmn:sequenceFlow id="y{n}" sourceRef="g{n}" targetRef="e{n}"/><bpmn:subProcess id="g{n}">{body}'
            "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>100</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>"
            "</bpmn:subProcess>"
        )
    return bpmn(body)


def _wide(number: int) -> str:
    tasks = "".join(f'<bpmn:userTask id="t{n}"/>' for n in range(number))
    routes = "".join(f'<bpmn:sequenceFlow id="a{n}" sourceRef="F" targetRef="t{n}"/>' for n in range(number))
    return bpmn(
        '<bpmn:startEvent id="S"/><bpmn:parallelGateway id="F"/><bpmn:sequenceFlow id="s" sourceRef="S" targetRef="F"/>' + tasks + routes
    )


if __name__ == "__main__":
    main(sys.argv[1])
