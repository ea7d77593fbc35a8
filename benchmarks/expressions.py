"""Random expressions, right and hostile, on every core: none may do anything but give a scalar or a sentence, and none
may take longer than 50 ms of a processor. Stops at the first that does anything else. Argument: how many (5,000,000)."""

from __future__ import annotations

import os
import sys
from multiprocessing import get_context

from benchmarks import house
from tests.workflow.wild import Proof, prove

SHARE = 50_000


def main(number: int = 5_000_000) -> None:
    shares = [(1_000 + seed, min(SHARE, number - done)) for seed, done in enumerate(range(0, number, SHARE))]
    with get_context("spawn").Pool(os.cpu_count()) as pool:
        proofs = pool.starmap(prove, shares)
    worst: Proof = max(proofs, key=lambda proof: proof.worst_ms)
    print(f"{'values':<24}{sum(p.values for p in proofs):>12,}")
    print(f"{'refused':<24}{sum(p.refused for p in proofs):>12,}")
    print(f"{'functions called':<24}{sum(p.calls for p in proofs):>12,}")
    print(f"{'longest value':<24}{max(p.longest for p in proofs):>12,}  characters")
    print(f"{'slowest':<24}{worst.worst_ms:>12.1f}  ms: {worst.worst_text!a:.300}")
    house.figures(expressions=number, worst_ms=worst.worst_ms, over_50_ms=sum(p.worst_ms > 50 for p in proofs))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5_000_000)
