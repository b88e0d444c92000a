"""Priority levels: failing over by and by, before everything is down."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from simulator.balancing.balancer import Balancer
from simulator.balancing.candidate import Candidate
from simulator.balancing.chance import Chance

NO_ZONES: Final[Mapping[str, Sequence[str]]] = {}
"""Where every name is that of a zone."""


class Priority(Balancer):
    """Sends everything to the first level while it is well enough, the rest to the next, and so on.

    A level can bear its healthy share times `overprovisioning` (1.4: with 72 % healthy it still
    takes all). What it cannot bear goes to the levels below in turn. Only when all together cannot
    bear everything is a level with too few healthy ones asked as a whole (panic).

    Wins for failing over between zones or from a cache to its origin without a switch to throw.
    Cost of the inner balancer and one draw.

    Source: Envoy, "Priority levels"; source/common/upstream/load_balancer_impl.cc.

    Args:
        levels: zones, or names of several, by level, the first preferred; instances elsewhere come
            last of all.
        within: makes the balancer for one level.
        panic_threshold: below which share of healthy ones all of a level are asked.
        zones: what a name of several zones stands for, such as that of a region; a zone that is in
            several levels counts in the first.
    """

    __slots__ = ("balancers", "bounds", "chance", "last", "levels", "overprovisioning", "panic")

    def __init__(
        self,
        levels: Sequence[str],
        within: Callable[[str], Balancer],
        chance: Chance,
        overprovisioning: float,
        panic_threshold: float,
        zones: Mapping[str, Sequence[str]] = NO_ZONES,
    ) -> None:
        super().__init__()
        self.levels: dict[str, int] = {}
        for number, name in enumerate(levels):
            for zone in zones.get(name, (name,)):
                self.levels.setdefault(zone, number)
        self.last = len(levels)
        self.chance = chance
        self.overprovisioning = overprovisioning
        self.panic = panic_threshold
        self.balancers = [within(zone) for zone in [*levels, "elsewhere"]]
        self.watches = self.balancers[0].watches
        self.weighs = self.balancers[0].weighs
        self.bounds: list[int] = []

    def level_of(self, candidate: Candidate) -> int:
        return self.levels.get(candidate.zone, self.last)

    def update(self, candidates: list[Candidate], now: float) -> None:
        self.candidates = candidates
        groups: list[list[Candidate]] = [[] for _ in self.balancers]
        for each in candidates:
            groups[self.level_of(each)].append(each)
        sizes = [len(group) for group in groups]
        healthy = [sum(each.healthy for each in group) for group in groups]
        load, panics = level_loads(sizes, healthy, self.overprovisioning, self.panic)
        bound = 0
        self.bounds = []
        for level, (group, balancer) in enumerate(zip(groups, self.balancers, strict=True)):
            bound += load[level]
            self.bounds.append(bound)
            usable = group if panics[level] else [each for each in group if each.healthy]
            balancer.update(usable, now)

    def pick(self, key: int, now: float) -> Candidate | None:
        drawn = self.chance.below(100)
        for level, bound in enumerate(self.bounds):
            if drawn < bound:
                return self.balancers[level].pick(key, now)
        return None

    def sent(self, candidate: Candidate, now: float) -> None:
        self.balancers[self.level_of(candidate)].sent(candidate, now)

    def ended(self, candidate: Candidate, now: float, seconds: float, failed: bool) -> None:
        self.balancers[self.level_of(candidate)].ended(candidate, now, seconds, failed)


def level_loads(
    sizes: Sequence[int],
    healthy: Sequence[int],
    overprovisioning: float,
    panic_threshold: float,
) -> tuple[list[int], list[bool]]:
    """The load of each level in percent, and whether it panics.

    Whole percents, and what rounding leaves goes to the first level that can bear anything, as in
    Envoy. Where all levels panic, the load is split by their sizes.
    """
    percent = round(100 * overprovisioning)
    able = [
        min(100, percent * well // size) if size else 0
        for size, well in zip(sizes, healthy, strict=True)
    ]
    total = min(100, sum(able))
    panics = [
        total < 100 and 100 * well < 100 * panic_threshold * size if size else total < 100
        for size, well in zip(sizes, healthy, strict=True)
    ]
    if panic_threshold > 0 and total < 100 and all(panics):
        return _by_size(sizes), panics
    if panic_threshold == 0:
        panics = [False] * len(sizes)
    if total == 0:
        return [0] * len(sizes), panics
    loads = []
    left = 100
    for each in able:
        load = min(left, 100 * each // total)
        loads.append(load)
        left -= load
    first = next(level for level, each in enumerate(able) if each)
    loads[first] += left
    return loads, panics


def _by_size(sizes: Sequence[int]) -> list[int]:
    """100 shared out by size, in whole percents; the first that has any gets what is left."""
    total = sum(sizes)
    if total == 0:
        return [0] * len(sizes)
    loads = [100 * size // total for size in sizes]
    first = next(level for level, size in enumerate(sizes) if size)
    loads[first] += 100 - sum(loads)
    return loads
