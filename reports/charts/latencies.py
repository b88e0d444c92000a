"""The latencies of a run from its histograms: shares of all that was answered, exact at the edges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reports.charts.nothing import NothingToDraw
from reports.charts.series import FloatArray, times
from simulator.experiment.result import Result
from simulator.outcome import USABLE

PARTS = 16
"""Buckets of a doubling."""


@dataclass(frozen=True, slots=True)
class Buckets:
    """Usable answers by interval and bucket, of some classes together; not empty.

    `intervals` are numbers of intervals, `upto` the buckets' upper edges in seconds.
    """

    intervals: NDArray[np.int64]
    upto: FloatArray
    counts: NDArray[np.int64]

    @classmethod
    def of(cls, result: Result, names: Sequence[str] | None = None) -> Buckets | None:
        """Those of some classes, or of all; None if the run has kept none of them."""
        if "latency" not in result.series:
            return None
        table = result.series["latency"].columns
        mine = np.array([names is None or each in names for each in table["name"]], dtype=bool)
        if not mine.any():
            return None
        places = np.asarray(table["time"], dtype=np.float64)[mine] / result.interval
        return cls(
            np.rint(places).astype(np.int64),
            np.asarray(table["upto"], dtype=np.float64)[mine],
            np.asarray(table["count"], dtype=np.int64)[mine],
        )

    def since(self, interval: int) -> Buckets | None:
        """Those of an interval and later ones; None if there are none."""
        some = self.intervals >= interval
        if not some.any():
            return None
        return Buckets(self.intervals[some], self.upto[some], self.counts[some])

    def shares(self) -> tuple[FloatArray, FloatArray]:
        """Latencies in seconds, and which share of all answers took less: first 0, last 1."""
        edges, places = np.unique(self.upto, return_inverse=True)
        counts = np.bincount(places, self.counts, len(edges))
        # Where a bucket begins nothing of it is there yet: below it may be an empty one.
        lows = lower(edges)
        reached = np.cumsum(counts)
        xs = np.stack((lows, edges), axis=1).reshape(-1)
        ys = np.stack((reached - counts, reached), axis=1).reshape(-1)
        return xs, ys / reached[-1]


def lower(upto: FloatArray) -> FloatArray:
    """The lower edges of buckets: a doubling is cut into `PARTS` of equal width."""
    mantissas, exponents = np.frexp(upto)
    # An edge that is a power of two ends the doubling below it.
    exponents = np.where(mantissas == 0.5, exponents - 1, exponents)
    lows: FloatArray = upto - np.ldexp(1.0, exponents - 1) / PARTS
    return lows


def percentiles(result: Result, buckets: Buckets, share: float) -> FloatArray:
    """The latency, in seconds, that a share of the answers of each interval did not pass; NaN for none."""
    number = len(times(result))
    order = np.lexsort((buckets.upto, buckets.intervals))
    intervals, upto, counts = buckets.intervals[order], buckets.upto[order], buckets.counts[order]
    totals = np.bincount(intervals, counts, number)
    reached = np.cumsum(counts)
    found = np.full(len(totals), np.nan)
    some = np.flatnonzero(totals)
    ends = np.cumsum(totals)[some]
    ranks = ends - totals[some] + np.maximum(1, np.ceil(share * totals[some]))
    at = np.searchsorted(reached, ranks)
    found[some] = (lower(upto[at]) + upto[at]) / 2
    return found[:number]


def need_buckets(result: Result) -> Buckets:
    """All buckets of a run.

    Raises:
        NothingToDraw: if it has kept none.
    """
    found = Buckets.of(result)
    if found is not None:
        return found
    table = result.series["traffic"].columns if "traffic" in result.series else {}
    if not any(np.any(table[name]) for name in USABLE if name in table):
        raise NothingToDraw("no usable answer came in this run, so there are no latencies")
    raise NothingToDraw(
        "there is no series-latency.parquet in the folder, which older versions did not write; "
        "play the scenario.yaml in it again with --out"
    )
