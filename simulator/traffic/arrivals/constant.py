"""Arrivals like clockwork."""

from __future__ import annotations

import numpy as np

from simulator.traffic.arrivals.arrivals import GapArrivals
from simulator.traffic.rate import FloatArray


class Constant(GapArrivals):
    """A load generator that sends at even distances (wrk2, Vegeta, k6's constant arrival rate)."""

    def gaps(self, size: int) -> FloatArray:
        return np.ones(size)
