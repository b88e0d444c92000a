"""What was used, the newer the weightier."""

from __future__ import annotations

from math import ceil, floor, log
from typing import Final

LARGEST: Final = 1000.0
"""Cores; what is more counts as that."""
FIRST: Final = 0.01
"""Cores that the first bucket is wide."""
RATIO: Final = 1.05
"""How much wider each bucket is than the one before."""
EMPTY: Final = 1e-4
"""A bucket of less weight is empty: a thousandth of the least weight of a sample."""
FARTHEST: Final = 100.0
"""Half-lives from the moment that weights refer to; further on they would grow too large."""


def bucket_of(value: float) -> int:
    """Which bucket a value falls into."""
    if value < FIRST:
        return 0
    return min(int(log(value * (RATIO - 1.0) / FIRST + 1.0) / log(RATIO)), BUCKETS - 1)


def start_of(bucket: int) -> float:
    """The least value of a bucket."""
    return FIRST * (RATIO**bucket - 1.0) / (RATIO - 1.0)


BUCKETS: Final = ceil(log(LARGEST * (RATIO - 1.0) / FIRST + 1.0) / log(RATIO)) + 1


class DecayingHistogram:
    """Weights of cores in use, in buckets; a weight is halved with each `half_life`, in seconds.

    The first bucket is 0.01 cores wide, and each is 5 % wider than the one before. Instead of letting
    all weights decay, those of new samples grow; every hundred half-lives all are scaled down.

    Source: kubernetes/autoscaler, vertical-pod-autoscaler/pkg/recommender/util/
    (decaying_histogram.go, histogram.go, histogram_options.go), model/aggregations_config.go.
    """

    def __init__(self, half_life: float) -> None:
        self.half_life = half_life
        self.reference = 0.0
        self.weights = [0.0] * BUCKETS
        self.total = 0.0

    def add(self, value: float, weight: float, time: float) -> None:
        """Some cores were in use at a time, in seconds of the clock."""
        if time > self.reference + FARTHEST * self.half_life:
            self.refer_to(time)
        grown = weight * 2.0 ** ((time - self.reference) / self.half_life)
        self.weights[bucket_of(value)] += grown
        self.total += grown

    def refer_to(self, time: float) -> None:
        """Let weights be told as of (about) a time."""
        half_lives = floor((time - self.reference) / self.half_life + 0.5)
        factor = 0.5**half_lives
        self.weights = [each * factor for each in self.weights]
        self.total *= factor
        self.reference += half_lives * self.half_life

    def percentile(self, share: float) -> float:
        """The upper end of the bucket in which a share of all weight is reached, in cores.

        0 if there is nothing.
        """
        filled = [bucket for bucket, weight in enumerate(self.weights) if weight >= EMPTY]
        if not filled:
            return 0.0
        threshold = share * self.total
        reached = 0.0
        bucket = filled[0]
        while bucket < filled[-1]:
            reached += self.weights[bucket]
            if reached >= threshold:
                break
            bucket += 1
        return start_of(min(bucket + 1, BUCKETS - 1))
