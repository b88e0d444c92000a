"""What every arrival process does."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np

from simulator.traffic.rate import FloatArray, RateCurve

BLOCK = 1024
"""Arrivals drawn at a time; the result does not depend on it."""


class Arrivals(ABC):
    """An endless or finite stream of arrival times, handed out in blocks."""

    @abstractmethod
    def block(self) -> list[float]:
        """The next times, in seconds from the start of the run, ascending; empty at the end."""


class GapArrivals(Arrivals):
    """Arrivals whose distances, measured in expected arrivals, are independent with mean 1.

    The distances are added up and sent through the inverse of the rate curve's integral.
    """

    def __init__(
        self, curve: RateCurve, generator: np.random.Generator, block: int = BLOCK
    ) -> None:
        self.curve = curve
        self.generator = generator
        self.size = block
        self.reached = 0.0

    @abstractmethod
    def gaps(self, size: int) -> FloatArray:
        """The next distances."""

    def times(self, areas: FloatArray) -> FloatArray:
        """When the arrivals come that are due at `areas`."""
        return self.curve.times_of(areas)

    def block(self) -> list[float]:
        # One running sum, so that the size of the blocks does not show in the last digit.
        areas = np.cumsum(np.concatenate(([self.reached], self.gaps(self.size))))[1:]
        self.reached = float(areas[-1])
        times = self.times(areas)
        finite: list[float] = times[np.isfinite(times)].tolist()
        return finite
