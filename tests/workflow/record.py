"""Keeps what this release saves, for every later release to go on with: `.caseway/venv/bin/python -m tests.workflow.record NAME`.

`versions/<hash>.json` is the baseline as it stands; `states/<NAME>/<place>.json` is one instance saved at each of `PLACES`.
What is kept is never written again: a release that cannot read it is at fault.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.workflow.walking import PackWalk

HERE = Path(__file__).parent
VERSIONS, STATES = HERE / "versions", HERE / "states"


def triage(walk: PackWalk) -> None:
    walk.step("begin")


def a_letter_that_failed(walk: PackWalk) -> None:
    triage(walk)
    walk.host.broken = "send_letter"
    walk.do("Triage_decide")
    assert walk.outcome.troubles


def first_contact(walk: PackWalk) -> None:
    triage(walk)
    walk.do("Triage_decide")
    if walk.outcome.open[0].element == "Triage_tell":
        walk.do("Triage_tell")
    walk.do("First_contact", reached="no")
    walk.do("First_contact")


def toolbox(walk: PackWalk) -> None:
    first_contact(walk)
    walk.do("First_risk")
    walk.do("First_plan")


def tools_running(walk: PackWalk) -> None:
    toolbox(walk)
    for tool, party in (("Tool_warning", 8), ("Tool_warning", 9), ("Tool_abc", 8), ("Tool_mediation", 9), ("Tool_visit", 7)):
        walk.start(tool, party)
    walk.do("Warning_write")
    walk.do("Abc_write")


def legal_action_with_support(walk: PackWalk) -> None:
    toolbox(walk)
    walk.start("Tool_escalate")
    walk.do("Escalation_ask")
    walk.do("Escalation_decide")
    walk.start("Tool_legal", 8)
    for step in ("Legal_tenancy", "Legal_route", "Legal_proportionality", "Legal_decide", "Inj_evidence"):
        walk.do(step)
    assert {task.element for task in walk.outcome.open} == {"Legal_offer", "Inj_apply"}


def a_further_report(walk: PackWalk) -> None:
    tools_running(walk)
    walk.step("deliver", "report_attached", {}, {"party": 10})
    assert "News_contact" in {task.element for task in walk.outcome.open}


def closing_refused_once(walk: PackWalk) -> None:
    toolbox(walk)
    walk.start("Tool_ready")
    walk.do("Tool_ready")
    walk.do("Closure_talk", ready_to_close="no")


def survey_waiting(walk: PackWalk) -> None:
    toolbox(walk)
    walk.start("Tool_ready")
    walk.do("Tool_ready")
    walk.do("Closure_talk")
    walk.do("Closure_approve")
    if any(task.element == "Closure_tell" for task in walk.outcome.open):
        walk.do("Closure_tell")
    walk.host.now += timedelta(days=30)
    walk.step("tick")
    while "Survey_wait" not in walk.outcome.active:
        walk.do(walk.outcome.open[0].element)
    assert walk.outcome.due_at is not None and walk.outcome.awaits_message


PLACES: tuple[Callable[[PackWalk], None], ...] = (
    triage, a_letter_that_failed, first_contact, toolbox, tools_running, legal_action_with_support, a_further_report,
    closing_refused_once, survey_waiting,
)  # fmt: skip


def record(name: str) -> None:
    """Write the baseline and one state for each place, under this release's name."""
    from django.conf import settings

    from backend.workflow.packs import content_hash, flattened, read_pack
    from backend.workflow.values import pack
    from tests.workflow.walking import PackWalk

    files = flattened(settings.PACKS_DIR / "baseline")
    version = content_hash(files)
    _keep(VERSIONS / f"{version[:12]}.json", files)
    for place in PLACES:
        walk = PackWalk(read_pack(files))
        place(walk)
        standing = {"open": [task.id for task in walk.outcome.open], "faults": [trouble.id for trouble in walk.outcome.troubles]}
        saved = {"version": version[:12], "facts": pack(walk.facts), "state": walk.state, **standing}
        _keep(STATES / name / f"{place.__name__}.json", saved)


def _keep(path: Path, what: Mapping[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(what, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    if path.exists() and path.read_text() != text:
        sys.exit(f"{path} is kept already. Give this release another name.")
    path.write_text(text)


if __name__ == "__main__":
    # Nothing is asked of a database or a queue: the settings only want to be told of them.
    os.environ |= {"DJANGO_SETTINGS_MODULE": "backend.settings", "CASEWAY_SECRET_KEY": "x", "REDIS_URL": "redis://x"}
    os.environ["DATABASE_URL"] = "postgres://x@x/x"
    import django

    django.setup()
    record(sys.argv[1])
