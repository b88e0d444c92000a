"""One key that everybody asks for."""

from __future__ import annotations

from collections.abc import Callable, Sequence

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
        self.heated: dict[int, HotBlocks] = {}

    def begin(self) -> Sequence[str]:
        for entry in self.source.every_entry():
            keys = entry.tally.nature.keys
            assert keys is not None
            blocks = self.heated.get(id(entry))
            if blocks is None:
                chances = self.fillers(f"fault/{self.name}/{entry.site.path}")
                blocks = HotBlocks(entry, keys.fill, chances, self.share, self.hot)
                self.heated[id(entry)] = blocks
                keys.fill = blocks
            blocks.spans.append((entry.count, None))
            forget(keys)
        return [self.source.name]

    def undo(self) -> None:
        for blocks in self.heated.values():
            first, _ = blocks.spans[-1]
            blocks.spans[-1] = first, blocks.entry.count
            keys = blocks.entry.tally.nature.keys
            assert keys is not None
            forget(keys)


class HotBlocks:
    """Fills blocks of keys: those of some requests with the hot one, the others as before.

    `spans` are the numbers of the requests that started while it was hot: from the first to the one
    after the last, None while it is.
    """

    def __init__(self, entry: Entry, usual: Fill, chances: Fill, share: float, key: int) -> None:
        self.entry = entry
        self.usual = usual
        self.chances = chances
        self.share = share
        self.key = float(key)
        self.spans: list[tuple[int, int | None]] = []

    def __call__(self, block: int, size: int) -> list[float]:
        values = list(self.usual(block, size))
        start, _ = block_span(block)
        chances = self.chances(block, size)
        for first, end in self.spans:
            last = size if end is None else min(size, end - start)
            for place in range(max(0, first - start), last):
                if chances[place] < self.share:
                    values[place] = self.key
        return values


def forget(keys: Draws) -> None:
    """Let all blocks be filled anew."""
    keys.kept.clear()
    keys.start = keys.end = 0
