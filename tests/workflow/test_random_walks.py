"""Random diagrams, walked at random, do in every step what a plain model says: no task more, none less, no effect twice."""

from __future__ import annotations

from collections import Counter

import pytest

from backend.errors import DomainError
from tests.workflow.walks import defects
from tests.workflow.walks.walking import Difference, Walk, depth, kinds

WALKS = 300
#: A walk of more than a thousand steps among them: ten steps a round.
ROUNDS = 105


def walk_all(number: int) -> list[Walk]:
    walks = []
    for seed in range(number):
        long = seed == 0
        walk = Walk(seed, steps=ROUNDS, always=True) if long else Walk(seed)
        walk.go()
        walks.append(walk)
    return walks


def table(walks: list[Walk]) -> dict[str, float]:
    """In which share of the diagrams each sort of element stands."""
    found = Counter(kind for walk in walks for kind in kinds(walk))
    return {kind: count / len(walks) for kind, count in sorted(found.items())}


def test_three_hundred_random_diagrams_do_what_the_model_says_and_each_element_stands_in_a_twentieth_of_them() -> None:
    walks = walk_all(WALKS)
    shares = table(walks)
    print("\n".join(f"{share:6.1%}  {kind}" for kind, share in shares.items()))
    assert min(shares.values()) >= 0.05, min(shares.items(), key=lambda item: item[1])
    assert {depth(walk.top) for walk in walks} >= {1, 2, 3}
    assert sum(bool(walk.outcome.ended) for walk in walks) > WALKS / 2


def test_the_same_walks_come_to_the_same_when_nothing_is_forgotten() -> None:
    with defects.unpruned():
        walk_all(WALKS)


@pytest.mark.long
def test_a_thousand_random_diagrams_do_what_the_model_says() -> None:
    walk_all(1_000)


@pytest.mark.parametrize("defect", defects.DEFECTS)
def test_the_walks_find_each_known_defect(defect: str) -> None:
    with defects.DEFECTS[defect](), pytest.raises((Difference, DomainError, KeyError)):
        walk_all(WALKS)
