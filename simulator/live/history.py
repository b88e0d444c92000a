"""What ended in the course of a run, in bins of simulated time that grow with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil
from typing import Final

import numpy as np

from simulator.live.snapshot import FloatArray, History
from simulator.observe.census import Narrow, narrow
from simulator.observe.histogram import BUCKETS, EDGES, MIDDLES, PER_OCTAVE, IntArray
from simulator.outcome import DEGRADED, NAMES, OK, OUTCOMES

LATE: Final = OUTCOMES
"""The fate of an answer that is `ok`, but later than its class's objective."""
FATES: Final = OUTCOMES + 1
"""Outcomes, and `LATE`: what became of something."""
MOST: Final = 600
"""Bins; with more, neighbours become one."""
BAND: Final = PER_OCTAVE // 2
"""Buckets in a band of the heat strip: half an octave, a step of about 1.4."""
SHARES: Final = (0.5, 0.95, 0.99)
"""The percentiles that are shown, as shares."""
LOOSE: Final = 1 << 18
"""Entries that may lie about unsorted."""
DENSE: Final = 16
"""Places for each entry up to which a table is faster than sorting."""
NEARLY: Final = 1e-9
"""Parts of a bin by which the division of times may miss a whole number."""


def good(fates: IntArray) -> IntArray:
    """The numbers of those whose answer can be used."""
    return np.flatnonzero((fates <= DEGRADED) | (fates == LATE))


@dataclass(frozen=True, slots=True)
class Entries:
    """Counts by bin, subject and bucket of latency, packed into `keys`, which ascend."""

    keys: Narrow
    counts: Narrow

    @classmethod
    def none(cls) -> Entries:
        """No entries."""
        nothing = np.empty(0, dtype=np.int64)
        return cls(nothing, nothing)

    @classmethod
    def of(cls, keys: IntArray, counts: IntArray) -> Entries:
        """Sort, and make one of those that are of the same bin, subject and bucket."""
        if len(keys) == 0:
            return cls(keys, counts)
        least = int(keys.min())
        if int(keys.max()) - least < DENSE * len(keys):
            table = np.bincount(keys - least, counts)
            filled = np.flatnonzero(table)
            return cls(filled + least, table[filled].astype(np.int64))
        order = np.argsort(keys)
        keys = keys[order]
        starts = np.flatnonzero(np.diff(keys, prepend=keys[0] - 1))
        return cls(keys[starts], np.add.reduceat(counts[order], starts))

    def cut(self, first: int, end: int) -> Entries:
        """Those from number `first` up to `end`, in as little memory as may be."""
        return Entries(narrow(self.keys[first:end]), narrow(self.counts[first:end]))


@dataclass(slots=True)
class Shapes:
    """Of one subject, by bin: percentiles of latency, and counts by band of it.

    They are right for the first `blocks` finished blocks.
    """

    blocks: int = 0
    percentiles: FloatArray = field(default_factory=lambda: np.full((MOST, len(SHARES)), np.nan))
    heat: IntArray = field(
        default_factory=lambda: np.zeros((MOST, BUCKETS // BAND), dtype=np.int64)
    )

    def learn(self, bins: IntArray, buckets: IntArray, counts: IntArray) -> None:
        """Some bins are so, whatever was known of them; by bin and bucket, ascending."""
        if len(bins) == 0:
            return
        starts = np.flatnonzero(np.diff(bins, prepend=-1))
        found = bins[starts]
        totals = np.add.reduceat(counts, starts)
        reached = np.cumsum(counts)
        before = reached[starts] - counts[starts]
        for column, share in enumerate(SHARES):
            ranks = before + np.maximum(1, np.ceil(share * totals))
            self.percentiles[found, column] = MIDDLES[buckets[np.searchsorted(reached, ranks)]]
        self.heat[found] = 0
        np.add.at(self.heat, (bins, buckets // BAND), counts)


class Bins:
    """What ended, for each of several subjects, in bins of equal simulated time.

    Bins begin as wide as a tick. When there would be more than `MOST`, two neighbours become one and
    all are twice as wide: counts and histograms add up, so nothing is lost but detail, and memory
    stays what it is however long the run. Latencies are kept to the width of a histogram's bucket.

    Args:
        subjects: how many there are.
        tick: seconds of the narrowest bins.
    """

    def __init__(self, subjects: int, tick: float) -> None:
        self.subjects = subjects
        self.tick = tick
        self.stride = 1
        self.fates = np.zeros((MOST, subjects, FATES), dtype=np.int64)
        self.blocks: list[Entries] = []
        """Bins that are over."""
        self.open = Entries.none()
        self.loose: list[Entries] = []
        self.loose_count = 0
        self.shapes: dict[int, Shapes] = {}

    @property
    def width(self) -> float:
        """Seconds of a bin."""
        return self.tick * self.stride

    def add(
        self,
        ticks: IntArray,
        subjects: IntArray,
        fates: IntArray,
        buckets: IntArray,
        counts: IntArray,
    ) -> None:
        """Something more has ended, in no tick before those of the last time."""
        if len(ticks) == 0:
            return
        self.reach(int(ticks.max()))
        rows = ticks // self.stride * self.subjects + subjects
        np.add.at(self.fates.reshape(-1), rows * FATES + fates, counts)
        usable = good(fates)
        self._lay(Entries(rows[usable] * BUCKETS + buckets[usable], counts[usable]))

    def reach(self, tick: int) -> None:
        """Have a bin for a tick."""
        while tick // self.stride >= MOST:
            self.thin()

    def _lay(self, more: Entries) -> None:
        """Have some more entries lie about, of no bin before the last that is over."""
        self.loose.append(more)
        self.loose_count += len(more.keys)
        if self.loose_count > LOOSE:
            self.settle()

    def settle(self) -> None:
        """Sort what lies about; the last bin alone remains open."""
        if not self.loose:
            return
        some = [self.open, *self.loose]
        self.loose = []
        self.loose_count = 0
        met = Entries.of(
            np.concatenate([each.keys for each in some], dtype=np.int64),
            np.concatenate([each.counts for each in some], dtype=np.int64),
        )
        if len(met.keys) == 0:
            return
        per_bin = self.subjects * BUCKETS
        last = int(met.keys[-1]) // per_bin * per_bin
        done = int(np.searchsorted(met.keys, last))
        if done > 0:
            self.blocks.append(met.cut(0, done))
        self.open = met.cut(done, len(met.keys))

    def thin(self) -> None:
        """Make one bin of each two."""
        self.settle()
        self.stride *= 2
        half = MOST // 2
        self.fates[:half] = self.fates[0::2] + self.fates[1::2]
        self.fates[half:] = 0
        before = [*self.blocks, self.open]
        self.blocks = []
        self.open = Entries.none()
        self.shapes = {}
        per_bin = self.subjects * BUCKETS
        for each in before:
            bins, rest = np.divmod(each.keys.astype(np.int64), per_bin)
            self._lay(Entries(bins // 2 * per_bin + rest, each.counts))
        self.settle()

    def view(self, subject: int, now: float, *, over: bool = False, heat: bool = False) -> History:
        """The history of one subject up to `now` (seconds).

        A bin that has only just begun is left out, since its rates would jump about, unless the run
        is over. With `heat` the latencies are told by band.
        """
        self.reach(int(now / self.tick))
        width = self.width
        number = ceil(now / width - NEARLY)
        begun = now - (number - 1) * width
        # What ends at the very moment that the last bin ends belongs to one that never is.
        counts = self.fates[:number, subject].copy()
        if number:
            counts[-1] += self.fates[number:, subject].sum(axis=0)
        if number > 1 and begun < width / 2 and not over:
            number -= 1
            counts = counts[:number]
            begun = width
        lengths = np.full(number, width)
        if number:
            lengths[-1] = begun
        shapes = self.shapes_of(subject)
        outcomes = counts[:, :OUTCOMES].copy()
        outcomes[:, OK] += counts[:, LATE]
        percentiles = shapes.percentiles[:number].copy()
        bands, warmth = np.empty(0), np.empty((0, 0))
        if heat:
            some = np.flatnonzero(shapes.heat[:number].any(axis=0))
            if len(some):
                shown = slice(int(some[0]), int(some[-1]) + 1)
                bands = EDGES[BAND::BAND][shown].copy()
                warmth = shapes.heat[:number, shown] / lengths[:, None]
        return History(
            width=width,
            times=np.arange(number, dtype=np.float64) * width,
            throughput=outcomes.sum(axis=1) / lengths,
            goodput=counts[:, OK] / lengths,
            p50=percentiles[:, 0],
            p95=percentiles[:, 1],
            p99=percentiles[:, 2],
            outcomes={
                name: outcomes[:, outcome] / lengths
                for outcome, name in enumerate(NAMES)
                if outcomes[:, outcome].any()
            },
            bands=bands,
            heat=warmth,
        )

    def shapes_of(self, subject: int) -> Shapes:
        """The percentiles and bands of one subject, up to the last line."""
        self.settle()
        shapes = self.shapes.setdefault(subject, Shapes())
        for block in (*self.blocks[shapes.blocks :], self.open):
            rows, buckets = np.divmod(block.keys.astype(np.int64), BUCKETS)
            bins, subjects = np.divmod(rows, self.subjects)
            mine = subjects == subject
            counts = block.counts[mine].astype(np.int64)
            shapes.learn(bins[mine], buckets[mine], counts)
        shapes.blocks = len(self.blocks)
        return shapes
