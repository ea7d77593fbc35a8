"""Where a case can get to in the graph of `ways`, and what it can get round. Knows no marks and no rails."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from backend.workflow.ways import Spot, Ways


@dataclass
class Search:
    """Forward: where a case can get to from some spots without entering the closed ones.

    A join is passed when every line that `waits_for` names has been. What holds others is left when a whole run through
    it may avoid the closed spots; when the search began inside it, when it may be left at all. `goes_on_around` looks as well at what
    goes on around an event sub-process that the search began in, which is no part of its own thread.
    """

    ways: Ways
    seeds: list[Spot]
    closed: frozenset[Spot] = frozenset()
    waits_for: Callable[[Spot], bool] = lambda line: True
    goes_on_around: bool = True
    #: Each spot that can be got to, with the spot before it.
    found: dict[Spot, Spot] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.around = {spot for seed in self.seeds for spot in seed.within}
        self.through: dict[Spot, dict[Spot, Spot]] = {}
        self._spread(lambda spot: (*spot.ways, *spot.strikes), alone=True)
        self.asides: dict[Spot, list[Spot]] = {}
        self.meanwhile: set[Spot] = set()
        self._spread(lambda spot: (*spot.ways, *spot.strikes, *self._beside(spot), *self._meanwhile(spot)), alone=False)

    def _spread(self, onward: Callable[[Spot], Iterable[Spot]], *, alone: bool) -> None:
        own = set(self.found)
        queue, reached = deque([*self.seeds, *self.found]), {*self.seeds, *self.found}
        while queue:
            spot = queue.popleft()
            for target in onward(spot):
                self.ways.follow()
                if target in self.found or target in self.closed or not self._passes(target, spot, reached):
                    continue
                if not alone and target.other in self.around and target.done and spot not in own and not _kills(spot):
                    continue  # what began beside is done; the thread that the search follows is not
                self.found[target] = target.other if target in self.through and target.other else spot
                if target not in reached:
                    reached.add(target)
                    queue.append(target)

    def _passes(self, target: Spot, spot: Spot, reached: set[Spot]) -> bool:
        opening = target.other
        if target.joins and spot in target.sources:
            return all(line in reached for line in target.sources if line.done and self.waits_for(line))
        if not target.done or opening not in self.ways.opened or opening in self.around or opening not in reached:
            return True
        if target not in self.through:
            self.through[target] = escapes(self.ways, opening, target, self.closed)
        return opening in self.through[target]

    def _beside(self, spot: Spot) -> list[Spot]:
        """What may begin beside a step or anything around it, each named once in a search. No event sub-process begins
        beside itself."""
        found: list[Spot] = []
        inside = (spot, *spot.within)
        for around in () if spot.done else inside:
            left = self.asides.get(around, around.asides)
            if left:
                own = [aside for aside in left if aside is spot or (aside.beside and aside in inside)]
                found.extend(aside for aside in left if aside not in own)
                self.asides[around] = own
        return found

    def path(self, last: Spot) -> list[Spot]:
        """The spots from a seed to `last`, in order."""
        spots = [last]
        while len(spots) == 1 or spots[-1] not in self.seeds:
            before = self.found[spots[-1]]
            if spots[-1] in self.through:
                spots.extend(reversed(follow(self.through[spots[-1]], before, spots[-1])[1:-1]))
            spots.append(before)
        return spots[::-1]

    def _meanwhile(self, spot: Spot) -> Iterator[Spot]:
        """Beside an event sub-process that the search began in, everything around it goes on: named once in a search."""
        for around in spot.within if self.goes_on_around else ():
            if around.beside and around in self.around and around not in self.meanwhile:
                self.meanwhile.add(around)
                yield from (other for other in self.ways.opened[around.within[-1]] if around not in (other, *other.within))


def _kills(spot: Spot) -> bool:
    return spot.other is not None and spot.other.ends_all


def escapes(ways: Ways, opens: Spot, done: Spot, closed: frozenset[Spot]) -> dict[Spot, Spot]:
    """Backward: the spots from which a whole run through what `opens` can get to where it is `done` without entering the closed spots, each
    with the spot it goes on to. After a split every branch must get there.
    """
    found = {done: done}
    queue = deque([done])
    while queue:
        spot = queue.popleft()
        ways.follow(len(spot.sources))
        for source in spot.sources:
            if source in found or source in closed or (source is not opens and opens not in source.within):
                continue
            split = source.splits and spot in source.ways
            if not split or all(way in found for way in source.ways):
                found[source] = spot
                queue.append(source)
    return found


def follow(escaping: Mapping[Spot, Spot], spot: Spot, last: Spot) -> list[Spot]:
    """The way from `spot` to `last` that `escapes` found."""
    spots = [spot]
    while spots[-1] is not last:
        spots.append(escaping[spots[-1]])
    return spots
