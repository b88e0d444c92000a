"""Arrivals smoother than Poisson."""

from __future__ import annotations

import numpy as np

from simulator.traffic.arrivals.arrivals import BLOCK, GapArrivals
from simulator.traffic.rate import FloatArray, RateCurve


class Erlang(GapArrivals):
    """Distances that are sums of `k` exponential stages: every k-th of a Poisson stream.

    What one of k instances gets from a round robin over a Poisson stream; the coefficient of
    variation of the distances is 1/sqrt(k).
    """

    def __init__(
        self, curve: RateCurve, generator: np.random.Generator, k: int, block: int = BLOCK
    ) -> None:
        super().__init__(curve, generator, block)
        self.k = k

    def gaps(self, size: int) -> FloatArray:
        return self.generator.standard_gamma(float(self.k), size) / self.k
