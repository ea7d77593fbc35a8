"""Poisoned submissions to a landlord's report form and tasks: each is refused with a sentence and changes nothing, or its
case loads, works and closes. Stops at the first that does anything else. Argument: how many (10,000)."""

from __future__ import annotations

import sys
import time

from django.utils import timezone

from benchmarks import house
from tests.workflow.poison import poisoned

ROUND = 500


def main(number: int = 10_000) -> None:
    now = timezone.now()
    landlord = house.landlord(now)
    given = refused = taken = cases = closed = 0
    slowest, started = 0.0, time.perf_counter()
    for seed, _ in enumerate(range(0, number, ROUND)):
        ward = poisoned(landlord, now, seed=5_000 + seed, reports=ROUND // 3, submissions=ROUND - ROUND // 3, cases=8)
        given, refused, taken = given + ward.given, refused + ward.refused, taken + ward.taken
        cases, closed, slowest = cases + len(ward.cases), closed + ward.closed, max(slowest, ward.slowest_ms)
    for name, figure in (
        ("given", given),
        ("refused with a sentence", refused),
        ("taken", taken),
        ("cases touched", cases),
        ("closed", closed),
    ):
        print(f"{name:<28}{figure:>10,}")
    print(f"{'slowest submission':<28}{slowest:>10,.0f}  ms")
    took = time.perf_counter() - started
    house.figures(submissions=given, refused=refused, taken=taken, cases=cases, dead_cases=cases - closed, worst_ms=slowest, seconds=took)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
