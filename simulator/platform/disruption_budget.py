"""How many instances of a service may be taken down on purpose."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil


@dataclass(frozen=True, slots=True)
class Amount:
    """So many, or such a share of those there should be; one of both is given."""

    count: int | None = None
    share: float | None = None

    def of(self, expected: int) -> int:
        """How many that is, rounded up."""
        if self.count is not None:
            return self.count
        assert self.share is not None
        # Without the errors of floats: 7 % of 100 are 7.
        return ceil(Fraction(str(self.share)) * expected)


@dataclass(frozen=True, slots=True)
class DisruptionBudget:
    """Protects a service from too many evictions at once.

    In the real world: the PodDisruptionBudget of Kubernetes. Whoever evicts in good order (a drain,
    the cluster autoscaler) asks first, and tries again later if it is refused. It does not hold up
    what happens by itself, nor rollouts and autoscalers, which have bounds of their own.

    Here: as many instances may be evicted as are healthy beyond those that must be: `min_available`,
    or all that there should be without `max_unavailable`. Shares are rounded up, both of them. One
    that is not healthy may go if the others are enough.

    Source: Kubernetes, "Specifying a Disruption Budget for your Application";
    pkg/controller/disruption (getExpectedPodCount, updatePdbStatus), pkg/registry/core/pod/storage
    (eviction, `IfHealthyBudget`).
    """

    min_available: Amount | None = None
    max_unavailable: Amount | None = None

    def desired(self, expected: int) -> int:
        """How many must be healthy, of `expected` that there should be."""
        if self.min_available is not None:
            return self.min_available.of(expected)
        assert self.max_unavailable is not None
        return max(0, expected - self.max_unavailable.of(expected))

    def allowed(self, healthy: int, expected: int) -> int:
        """How many healthy ones may be evicted now."""
        return max(0, healthy - self.desired(expected))

    def allows(self, healthy: int, expected: int, well: bool) -> bool:
        """Whether one may be evicted now that is `well`, and so one of the healthy, or is not."""
        if well:
            return self.allowed(healthy, expected) > 0
        return healthy >= self.desired(expected)
