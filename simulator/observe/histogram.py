"""Latencies in buckets, by the bits of the floating-point number.

A float is a sign, an exponent and a mantissa, so its upper bits, read as an integer, number a
logarithmic scale of octaves with 64 equal buckets each. Shifting the rest away is the whole cost of
finding a bucket, it is exact on every machine, and histograms add up. A value is off by at most
half a bucket, which is 1/128 = 0.8 % of it. The layout is that of HdrHistogram (G. Tene) and of
circllhist; what is ours is one line, because those libraries take 0.5 to 0.9 microseconds a value.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]

LOWEST_EXPONENT: Final = -24
"""2^-24 s = 60 ns: below that is the first bucket."""
HIGHEST_EXPONENT: Final = 16
"""2^16 s = 18 hours: above that is the last bucket."""
PER_OCTAVE: Final = 64
BUCKETS: Final = (HIGHEST_EXPONENT - LOWEST_EXPONENT) * PER_OCTAVE
RESOLUTION: Final = 1 / 128
"""The greatest relative error of a value read from a histogram."""

_SHIFT: Final = 52 - 6
_FIRST: Final = (1023 + LOWEST_EXPONENT) * PER_OCTAVE


def buckets_of(values: FloatArray) -> IntArray:
    """The bucket of each value (seconds, at least 0)."""
    numbers: IntArray = (values.view(np.int64) >> _SHIFT) - _FIRST
    return np.clip(numbers, 0, BUCKETS - 1, out=numbers)


def _edges() -> FloatArray:
    octave, within = np.divmod(np.arange(BUCKETS + 1), PER_OCTAVE)
    edges: FloatArray = np.ldexp(1.0 + within / PER_OCTAVE, octave + LOWEST_EXPONENT)
    return edges


EDGES: Final = _edges()
"""The lower ends of the buckets, and the upper end of the last."""
MIDDLES: Final = (EDGES[:-1] + EDGES[1:]) / 2


def percentile(counts: IntArray, share: float, greatest: float) -> float | None:
    """The value that `share` of those counted do not pass; None if there are none.

    It is the middle of its bucket, so it is off by at most `RESOLUTION` wherever in the bucket the
    values lie, and never above `greatest`, the largest value seen.
    """
    total = int(counts.sum())
    if total == 0:
        return None
    rank = max(1.0, float(np.ceil(share * total)))
    bucket = int(np.searchsorted(np.cumsum(counts), rank, side="left"))
    return min(float(MIDDLES[bucket]), greatest)
