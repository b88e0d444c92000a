"""A concurrency limit that goes by the queue which latencies give away."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from mypy_extensions import mypyc_attr

from simulator.call.concurrency_limit.base import ConcurrencyLimit, nanoseconds

if TYPE_CHECKING:
    from simulator.balancing.chance import Chance


@mypyc_attr(allow_interpreted_subclasses=True)
class VegasLimit(ConcurrencyLimit):
    """Estimates the queue at the callee as TCP Vegas does, and keeps it between `alpha` and `beta`.

    The shortest latency seen is taken for that of an idle callee. Of `limit` requests under way,
    limit x (1 - shortest / latest) then stand in a queue. With next to no queue the limit grows by
    `beta`, with less than `alpha` a little, with more than `beta` or after a drop it falls a little;
    a little is the decimal logarithm of the limit. A request that had less than half the limit
    beside it says nothing, unless it was dropped.

    The shortest latency is forgotten every now and then, as the callee may have become slower for
    good: after a number of samples that is random, so that many limits do not do it together. If
    there is a queue just then, it is taken for the callee's idle latency from then on. That is the
    weakness of Vegas.

    Source: Netflix concurrency-limits, VegasLimit.java, after L. Brakmo and L. Peterson, "TCP Vegas"
    (1995).

    Args:
        chance: when to forget the shortest latency.
        limit: the limit at first.
        maximum: the limit is from 1 to this.
        smoothing: how far the limit goes, of the way to each new estimate.
        alpha, beta: bounds of the queue; None for 3 and 6 times the logarithm of the limit.
        probe_multiplier: the shortest latency is forgotten after 0.5 to 1 times this times the limit
            samples.

    Attributes:
        estimate: the limit before it is rounded down.
        shortest: the latency of an idle callee, in nanoseconds; 0 if not yet known.
        samples: how many came since the shortest was last forgotten.
        jitter: the random part of when that is next done.
    """

    __slots__ = (
        "alpha",
        "beta",
        "chance",
        "estimate",
        "jitter",
        "maximum",
        "probe_multiplier",
        "samples",
        "shortest",
        "smoothing",
    )

    def __init__(
        self,
        chance: Chance,
        limit: int = 20,
        maximum: int = 1000,
        smoothing: float = 1.0,
        alpha: int | None = None,
        beta: int | None = None,
        probe_multiplier: int = 30,
    ) -> None:
        super().__init__(limit)
        self.chance = chance
        self.maximum = maximum
        self.smoothing = smoothing
        self.alpha = alpha
        self.beta = beta
        self.probe_multiplier = probe_multiplier
        self.estimate = float(limit)
        self.shortest = 0
        self.samples = 0
        self.jitter = self.new_jitter()

    def new_jitter(self) -> float:
        """A number from 0.5 to 1."""
        return 0.5 + 0.5 * self.chance.next()

    def sample(self, now: float, seconds: float, in_flight: int, dropped: bool) -> None:
        latency = nanoseconds(seconds)
        self.samples += 1
        if self.jitter * self.probe_multiplier * self.estimate <= self.samples:
            self.jitter = self.new_jitter()
            self.samples = 0
            self.shortest = latency
        elif self.shortest == 0 or latency < self.shortest:
            self.shortest = latency
        else:
            self.follow(latency, in_flight, dropped)

    def follow(self, latency: int, in_flight: int, dropped: bool) -> None:
        """Set the limit by a latency that is no news of the idle callee."""
        estimate = self.estimate
        if dropped:
            target = self.decreased(estimate)
        elif in_flight * 2 < estimate:
            return
        else:
            queue = ceil(estimate * (1.0 - self.shortest / latency))
            step = log10_of(int(estimate))
            alpha = 3 * step if self.alpha is None else self.alpha
            beta = 6 * step if self.beta is None else self.beta
            if queue <= step:
                target = estimate + beta
            elif queue < alpha:
                target = estimate + step
            elif queue > beta:
                target = self.decreased(estimate)
            else:
                return
        target = max(1.0, min(float(self.maximum), target))
        self.estimate = (1.0 - self.smoothing) * estimate + self.smoothing * target
        self.limit = int(self.estimate)

    def decreased(self, estimate: float) -> float:
        """What a limit falls to when there is too much of a queue."""
        return estimate - log10_of(int(estimate))


def log10_of(limit: int) -> int:
    """The decimal logarithm, rounded down, and at least 1 (Log10RootIntFunction.java)."""
    power = 0
    while limit >= 10:
        limit //= 10
        power += 1
    return max(1, power)
