"""The short form of `./bench kill`: processes are killed under working officers, and nothing is lost, doubled or stuck."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
#: Everything that must be 0, whatever is killed.
NONE = (
    "lost", "twice", "tools_lost", "letters_missing", "letters_doubled", "timers_not_once", "stuck", "faults", "watch_found",
)  # fmt: skip


@pytest.mark.long
def test_nothing_is_lost_doubled_or_stuck_while_processes_are_killed() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "benchmarks.kill", "300"], cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, timeout=1_500
    )
    assert said.returncode == 0, said.stderr[-2_000:]
    figures = dict(pair.split("=") for pair in said.stdout.splitlines()[-1].split())
    assert {name: figures[name] for name in NONE} == dict.fromkeys(NONE, "0"), said.stdout
    assert float(figures["completions"]) >= 300 and float(figures["watch_asked"]) > 0
    assert float(figures["recovery_s"]) <= 10, said.stdout
