"""Arrivals that know nothing of each other."""

from __future__ import annotations

from simulator.traffic.arrivals.arrivals import GapArrivals
from simulator.traffic.rate import FloatArray


class Poisson(GapArrivals):
    """Many independent users: exponential distances, at a rate that may change with time."""

    def gaps(self, size: int) -> FloatArray:
        return self.generator.standard_exponential(size)
