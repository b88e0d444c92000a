"""One key that everybody asks for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from simulator.call.draws import Draws, block_span
from simulator.fault.fault import Fault, Schedule
from simulator.kernel.kernel import Kernel
from simulator.traffic.source import Entry, Source

Fill = Callable[[int, int], list[float]]
"""Gives the values of one block of draws, from its number and its size."""


class HotKey(Fault):
    """Lets a share of the requests of a class ask for one and the same key.

    In the real world: a celebrity's post, a product on sale, a tenant that outgrows all others, a
    default value that everybody has. Whoever owns the key gets the load of many and cannot share it;
    more instances do not help, and the mean over all of them looks well.

    Here: of the requests that start meanwhile such a share is about `key`, the others about what
    they are about anyway. A balancer that hashes by key sends them all to the instance that owns it;
    a `cache` keeps the answer after the first. Which of the requests it is goes by their numbers.
    Of two at once the one that began later has the first choice.

    Left out: answers that are larger than others, and locks on one row.

    Source: Amazon DynamoDB Developer Guide, "Best practices for designing and using partition keys
    effectively"; Bronson et al., "TAO: Facebook's Distributed Data Store for the Social Graph",
    USENIX ATC 2013, on hot spots.
    """

    def __init__(
        self,
        kernel: Kernel,
        name: str,
        schedule: Schedule,
        source: Source,
        share: float,
        key: int,
        fillers: Callable[[str], Fill],
    ) -> None:
        super().__init__(kernel, name, "hot_key", schedule)
        self.source = source
        self.share = share
        self.hot = key
        self.fillers = fillers
        self.chances: dict[int, Fill] = {}
        self.heats: list[tuple[Entry, Heat]] = []

    def begin(self) -> Sequence[str]:
        for entry in self.source.every_entry():
            keys = entry.tally.nature.keys
            assert keys is not None
            chances = self.chances.get(id(entry))
            if chances is None:
                chances = self.fillers(f"fault/{self.name}/{entry.site.path}")
                self.chances[id(entry)] = chances
            if not isinstance(keys.fill, HotBlocks):
                keys.fill = HotBlocks(keys.fill)
            heat = Heat(float(self.hot), self.share, chances, entry.count)
            keys.fill.heats.append(heat)
            self.heats.append((entry, heat))
            forget(keys)
        return [self.source.name]

    def undo(self) -> None:
        for entry, heat in self.heats:
            heat.end = entry.count
            keys = entry.tally.nature.keys
            assert keys is not None
            forget(keys)
        self.heats.clear()


@dataclass(slots=True)
class Heat:
    """One time of a hot key, for one entry of the class.

    It is for the requests from number `first` to the one before `end`, None while it lasts: those
    whose number in `chances` is below `share` ask for `key`.
    """

    key: float
    share: float
    chances: Fill
    first: int
    end: int | None = None


class HotBlocks:
    """Fills blocks of keys: those of some requests with hot ones, the others as usual.

    `heats` are the times of all hot keys of one entry, in the order in which they began.
    """

    def __init__(self, usual: Fill) -> None:
        self.usual = usual
        self.heats: list[Heat] = []

    def __call__(self, block: int, size: int) -> list[float]:
        values = list(self.usual(block, size))
        start, _ = block_span(block)
        drawn: dict[int, list[float]] = {}
        for heat in self.heats:
            first = max(0, heat.first - start)
            last = size if heat.end is None else min(size, heat.end - start)
            if first >= last:
                continue
            chances = drawn.get(id(heat.chances))
            if chances is None:
                chances = drawn[id(heat.chances)] = heat.chances(block, size)
            # What began later comes later here, and so has the first choice.
            for place in range(first, last):
                if chances[place] < heat.share:
                    values[place] = heat.key
        return values


def forget(keys: Draws) -> None:
    """Let all blocks be filled anew."""
    keys.kept.clear()
    keys.start = keys.end = 0
