"""Random diagrams walked at random against a plain model, pruned: 20,000 of them, and what share each element has."""

from __future__ import annotations

import sys
import time
from collections import Counter
from multiprocessing import Pool

from backend.errors import DomainError
from benchmarks import house
from tests.workflow.walks.walking import Difference, Walk, kinds


def one(seed: int) -> tuple[int, bool, set[str], str]:
    """How many commands a walk had, whether it came to its end, what stood in it, and what was wrong."""
    walk = Walk(seed)
    try:
        walk.go()
    except (Difference, DomainError) as error:
        return len(walk.trail), False, kinds(walk), str(error)
    return len(walk.trail), bool(walk.outcome.ended), kinds(walk), ""


def main(walks: int = 20_000) -> None:
    started, found, wrong, commands, ended = time.monotonic(), Counter[str](), 0, 0, 0
    with Pool() as pool:
        for length, came_to_its_end, sorts, difference in pool.imap_unordered(one, range(walks), chunksize=50):
            commands, ended = commands + length, ended + came_to_its_end
            found.update(sorts)
            if difference:
                wrong += 1
                print(difference)
    print(f"{'element':<44}{'diagrams':>9}")
    for sort, count in sorted(found.items(), key=lambda item: item[1]):
        print(f"{sort:<44}{count / walks:>9.1%}")
    rarest = min(found.values()) / walks
    house.figures(walks=walks, commands=commands, ended=ended, wrong=wrong, rarest=rarest, seconds=time.monotonic() - started)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
