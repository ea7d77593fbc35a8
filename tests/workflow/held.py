"""Checks or runs hostile packs in this process, which may not grow, and says what happened, a JSON object a line.

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
from typing import Any

from tests.workflow.drawn import NOW, House, bpmn, lines
from tests.workflow.escapes import FAMILIES
from tests.workflow.hostile import chain, drawn, fan, gateways, large, ring, task

ALLOWED = 200 * 2**20
FACTS = {"is_asb": True, "severity": "high", "score": 25, "opened_at": NOW, "a_moment": NOW}


def main(what: str) -> None:
    prepare()
    for name, act in {"check": checks, "run": runs}[what]():
        seen.clear()
        started = time.process_time()
        outcome = act()
        told = {"name": name, "seconds": round(time.process_time() - started, 3), "events": list(seen)}
        print(json.dumps({**told, **outcome}), flush=True)


def prepare() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
    import django

    django.setup()
    from backend.workflow import check
    from tests.workflow.hostile import sound

    check.findings(sound())
    with open("/proc/self/statm") as status:
        now = int(status.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (now + ALLOWED, now + ALLOWED))


# Checking.


def checks() -> Iterator[tuple[str, Callable[[], dict[str, Any]]]]:
    from backend.workflow import check

    for name, files in large():
        yield name, lambda files=files: {"refused": [finding.sentence[:200] for finding in check.findings(files)[:3]]}


# Running, with the checker left out.

seen: list[str] = []
_HARMLESS = {"compile", "object.__getattr__", "sys._getframe", "time.sleep", "marshal.loads", "os.putenv", "code.__new__", "import"}


def _hook(event: str, args: tuple[Any, ...]) -> None:
    if event in ("import", "compile") or event.startswith(("open", "exec", "os.", "subprocess.", "socket.", "ctypes.", "pty.", "shutil.")):
        if event == "compile" and args[1] == "<unknown>":
            return
        seen.append(f"{event} {args!r:.200}")
