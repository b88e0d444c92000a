"""A concurrency limit that goes by the trend of the latency."""

from __future__ import annotations

from typing import Final

from simulator.call.concurrency_limit.base import ConcurrencyLimit, nanoseconds
from simulator.call.concurrency_limit.exp_avg import ExpAvgMeasurement

WARM_UP: Final = 10
"""Samples of which the long average is the plain mean."""
DRIFT: Final = 2.0
DECAY: Final = 0.95
"""Once the long average is `DRIFT` times the latest latency, it is multiplied by this each time."""


class Gradient2Limit(ConcurrencyLimit):
    """Compares the latest latency with its long average, and shrinks while it is the greater.

    Each sample sets the limit to gradient x limit + `queue_size`, smoothed, where the gradient is
    `tolerance` x long average / latest latency, but from 0.5 to 1. While the gradient is 1 the limit
    grows, to the maximum if need be; the queue that this builds makes the gradient fall. A request
    that had less than half the limit beside it only moves the average. Drops say nothing here but
    how long they took.

    The average adapts: after a long time of overload, slow is the new normal. It was made for one
    sample a second or so; see `WindowedLimit`.

    Source: Netflix concurrency-limits, Gradient2Limit.java.

    Args:
        limit: the limit at first.
        minimum: never less than this.
        maximum: never more than this.
        smoothing: how far the limit goes, of the way to each new estimate.
        queue_size: by how much it may grow at a time, and so the queue that it allows.
        long_window: samples of the long average.
        tolerance: the latency may be so many times the average before the limit falls; at least 1.

    Attributes:
        estimate: the limit before it is rounded down.
        average: the long average, in nanoseconds.
    """

    __slots__ = (
        "average",
        "estimate",
        "maximum",
        "minimum",
        "queue_size",
        "smoothing",
        "tolerance",
    )

    def __init__(
        self,
        limit: int = 20,
        minimum: int = 20,
        maximum: int = 200,
        smoothing: float = 0.2,
        queue_size: int = 4,
        long_window: int = 600,
        tolerance: float = 1.5,
    ) -> None:
        super().__init__(limit)
        self.minimum = minimum
        self.maximum = maximum
        self.smoothing = smoothing
        self.queue_size = queue_size
        self.tolerance = tolerance
        self.estimate = float(limit)
        self.average = ExpAvgMeasurement(long_window, WARM_UP)

    def sample(self, now: float, seconds: float, in_flight: int, dropped: bool) -> None:
        latency = float(nanoseconds(seconds))
        average = self.average.add(latency)
        if average / latency > DRIFT:
            self.average.value = average * DECAY
        estimate = self.estimate
        if in_flight < estimate / 2:
            return
        gradient = max(0.5, min(1.0, self.tolerance * average / latency))
        target = estimate * gradient + self.queue_size
        target = estimate * (1.0 - self.smoothing) + target * self.smoothing
        self.estimate = max(float(self.minimum), min(float(self.maximum), target))
        self.limit = int(self.estimate)
