"""Rates and latencies of what ended lately, of whatever is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from simulator.live.history import FATES, LATE, SHARES, good
from simulator.live.snapshot import Figures
from simulator.observe.histogram import MIDDLES, FloatArray, IntArray
from simulator.outcome import NAMES, OK, OUTCOMES


@dataclass(frozen=True, slots=True)
class Lately:
    """Lines that ended within the last so many `seconds`: how many (`counts`) of which lane, fate and
    bucket of latency.
    """

    seconds: float
    lanes: IntArray
    fates: IntArray
    buckets: IntArray
    counts: IntArray

    def summed(self, groups: IntArray) -> Lately:
        """The same lines, with the group of each lane in its place: fewer, for questions about groups."""
        if len(self.lanes) == 0:
            return self
        fated = groups[self.lanes] * FATES + self.fates
        present = np.flatnonzero(np.bincount(fated))
        place = np.zeros(int(present[-1]) + 1, dtype=np.int64)
        place[present] = np.arange(len(present))
        least = int(self.buckets.min())
        width = int(self.buckets.max()) - least + 1
        table = np.bincount(place[fated] * width + self.buckets - least, self.counts)
        filled = np.flatnonzero(table)
        which, buckets = np.divmod(filled, width)
        found, fates = np.divmod(present[which], FATES)
        return Lately(self.seconds, found, fates, buckets + least, table[filled].astype(np.int64))

    def figures(self, subjects: IntArray, number: int, *, objectives: bool = True) -> list[Figures]:
        """The figures of some subjects, numbered from 0.

        Args:
            subjects: by lane, whose it is; -1 for nobody's.
            number: how many subjects there are.
            objectives: whether right answers that are later than their class wants them are left
                out of the goodput.
        """
        whose = subjects[self.lanes]
        mine = np.flatnonzero(whose >= 0)
        whose, fates, counts = whose[mine], self.fates[mine], self.counts[mine]
        totals = np.bincount(whose * FATES + fates, counts, number * FATES).reshape(number, FATES)
        usable = good(fates)
        found = _percentiles(whose[usable], self.buckets[mine][usable], counts[usable], number)
        return [self.one(totals[each], found[each], objectives) for each in range(number)]

    def one(self, fated: FloatArray, found: Sequence[float | None], objectives: bool) -> Figures:
        """The figures of one, from counts by fate, and its percentiles."""
        if self.seconds <= 0.0 or not fated.any():
            return Figures(self.seconds, 0.0, 0.0, {}, None, None, None)
        rates = fated / self.seconds
        in_time = rates[OK] if objectives else rates[OK] + rates[LATE]
        outcomes = rates[:OUTCOMES].copy()
        outcomes[OK] += rates[LATE]
        return Figures(
            self.seconds,
            throughput=float(fated.sum() / self.seconds),
            goodput=float(in_time),
            outcomes={NAMES[n]: float(outcomes[n]) for n in np.flatnonzero(outcomes)},
            p50=found[0],
            p95=found[1],
            p99=found[2],
        )


def _percentiles(
    whose: IntArray, buckets: IntArray, counts: IntArray, number: int
) -> list[list[float | None]]:
    """Of each subject, the latencies that so many shares of its answers do not pass."""
    if len(buckets) == 0:
        return [[None] * len(SHARES)] * number
    least = int(buckets.min())
    width = int(buckets.max()) - least + 1
    table = np.bincount(whose * width + buckets - least, counts, number * width)
    reached = np.cumsum(table.reshape(number, width), axis=1)
    totals = reached[:, -1]
    columns = []
    for share in SHARES:
        ranks = np.maximum(1.0, np.ceil(share * totals))
        at = np.minimum((reached < ranks[:, None]).sum(axis=1), width - 1)
        columns.append(MIDDLES[least + at].tolist())
    return [
        list(row) if some else [None] * len(SHARES)
        for some, row in zip(totals > 0.0, zip(*columns, strict=True), strict=True)
    ]
