"""When to send the second copy of a call."""

from __future__ import annotations

from math import ceil, frexp, inf, ldexp
from typing import Final

from mypy_extensions import mypyc_attr

SPANS: Final = 3
"""Parts of the window, each of which is forgotten as a whole."""
PER_OCTAVE: Final = 64
"""Buckets from one power of 2 to the next."""
LEAST: Final = 1e-9
"""Seconds; shorter latencies count as this."""


@mypyc_attr(allow_interpreted_subclasses=True)
class HedgeDelay:
    """How long to wait for an answer before another copy of the call is sent."""

    __slots__ = ()

    def delay(self, now: float) -> float:
        """Seconds to wait; infinity if no copy is to be sent."""
        raise NotImplementedError

    def record(self, now: float, seconds: float) -> None:
        """An answer came after `seconds`."""
        raise NotImplementedError


class FixedDelay(HedgeDelay):
    """Always the same delay.

    Source: gRPC A6, "Client retries", `hedgingDelay`.

    Args:
        seconds: how long; 0 sends all copies at once.
    """

    __slots__ = ("seconds",)

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def delay(self, now: float) -> float:
        return self.seconds

    def record(self, now: float, seconds: float) -> None:
        pass


class PercentileDelay(HedgeDelay):
    """A percentile of the latencies of late: at the 95th, one call in twenty is sent twice.

    The window is split in three parts. The percentile is that of the last three full parts, so it
    stays the same for a part's time and then takes in a part more and one less; while the first part
    is not full nothing is known, and no copy is sent. Latencies are counted in buckets, and the
    percentile is off by at most 0.8 % of its value; memory is bounded by the number of buckets.

    What to record is up to the caller. Failures that come fast are better left out, as they would
    make the delay too short.

    Source: Finagle, BackupRequestFilter.scala and WindowedPercentileHistogram.scala. There latencies
    are whole milliseconds, the percentile is looked up every 3 s only, and a history that is still
    empty reads as 0, so that copies are sent at the minimum.

    Args:
        share: which percentile, of 1.
        window: seconds of the window.
        minimum: seconds; the delay is never less, lest a callee that answers in no time is always
            asked twice.
        maximum: seconds; with a percentile as long as this no copy is sent.

    Attributes:
        part: the number of the part under way.
        counts: its latencies: how many in each bucket.
        full: the last full parts.
        known: the delay.
    """

    __slots__ = ("counts", "full", "known", "maximum", "minimum", "part", "share", "span")

    def __init__(
        self, share: float, window: float = 30.0, minimum: float = 0.001, maximum: float = inf
    ) -> None:
        self.share = share
        self.span = window / SPANS
        self.minimum = minimum
        self.maximum = maximum
        self.part = 0
        self.counts: dict[int, int] = {}
        self.full: list[dict[int, int]] = []
        self.known = inf

    def delay(self, now: float) -> float:
        self.turn(now)
        return self.known

    def record(self, now: float, seconds: float) -> None:
        self.turn(now)
        bucket = bucket_of(seconds)
        self.counts[bucket] = self.counts.get(bucket, 0) + 1

    def turn(self, now: float) -> None:
        """Begin another part if it is time to; those in which nobody came were empty."""
        part = int(now / self.span)
        if part <= self.part:
            return
        for _ in range(min(part - self.part, SPANS + 1)):
            self.full.append(self.counts)
            self.counts = {}
        del self.full[:-SPANS]
        self.part = part
        percentile = percentile_of(self.full, self.share)
        self.known = max(self.minimum, percentile) if percentile < self.maximum else inf


def bucket_of(seconds: float) -> int:
    """The number of a latency's bucket: octaves with 64 equal parts each, as in HdrHistogram."""
    mantissa, exponent = frexp(max(seconds, LEAST))
    return exponent * PER_OCTAVE + int((mantissa - 0.5) * 2 * PER_OCTAVE)


def middle_of(bucket: int) -> float:
    """The middle of a bucket, in seconds."""
    exponent, within = divmod(bucket, PER_OCTAVE)
    return ldexp(0.5 + (within + 0.5) / (2 * PER_OCTAVE), exponent)


def percentile_of(parts: list[dict[int, int]], share: float) -> float:
    """The value that `share` of those counted do not pass; infinity if there are none."""
    counts: dict[int, int] = {}
    total = 0
    for part in parts:
        for bucket, count in part.items():
            counts[bucket] = counts.get(bucket, 0) + count
            total += count
    if total == 0:
        return inf
    # 0.07 x 100 is a little more than 7 in floating point, and must not be rounded up to 8.
    rank = max(1, ceil(share * total - 1e-9))
    below = 0
    last = 0
    for bucket in sorted(counts):
        last = bucket
        below += counts[bucket]
        if below >= rank:
            break
    return middle_of(last)
