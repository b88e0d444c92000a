"""Popularity: a few things are asked for often, most rarely."""

from __future__ import annotations

import numpy as np

from simulator.distribution.distribution import Distribution, FloatArray, not_negative


class Zipf(Distribution):
    """Item k of `items` (from 0) with a chance in proportion to 1 / (k + 1)^s.

    Requests for web pages follow it with s from 0.6 to 1 (Breslau et al., "Web Caching and Zipf-like
    Distributions", INFOCOM 1999). Sampled by inversion: logarithmic time, memory for all items.
    """

    def __init__(self, items: int, s: float) -> None:
        if items < 1:
            raise ValueError(f"there must be at least one item, not {items}")
        not_negative("s", s)
        self.items = items
        weights = np.arange(1, items + 1, dtype=float) ** -s
        self.shares = weights / weights.sum()
        self.reached = np.cumsum(self.shares)
        self.reached[-1] = 1.0

    def sample(self, generator: np.random.Generator, size: int) -> FloatArray:
        drawn = generator.random(size)
        found: FloatArray = np.searchsorted(self.reached, drawn, side="right").astype(float)
        return found

    @property
    def mean(self) -> float:
        return float(self.shares @ np.arange(self.items))

    @property
    def variance(self) -> float:
        return float(self.shares @ np.arange(self.items) ** 2) - self.mean**2

    def cdf(self, x: float) -> float:
        if x < 0:
            return 0.0
        return float(self.reached[min(int(x), self.items - 1)])

    def quantile(self, share: float) -> float:
        return float(np.searchsorted(self.reached, share, side="left"))
