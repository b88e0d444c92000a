"""Arrivals that come in bursts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from simulator.traffic.arrivals.arrivals import BLOCK, GapArrivals
from simulator.traffic.rate import FloatArray, RateCurve


class Bursts(GapArrivals):
    """A Markov-modulated Poisson process: quiet and busy spells, Poisson within each.

    The states are visited in order, over and over; a stay in state i is exponential with mean
    `states[i][1]` seconds, and meanwhile the curve's rate is multiplied by `states[i][0]`. It starts in
    the first state. The long-run factor is the mean of the factors, weighted by the stays.
    (Fischer and Meier-Hellstern, "The Markov-modulated Poisson process cookbook", 1993.)
    """

    def __init__(
        self,
        curve: RateCurve,
        generator: np.random.Generator,
        stays: np.random.Generator,
        states: Sequence[tuple[float, float]],
        block: int = BLOCK,
    ) -> None:
        super().__init__(curve, generator, block)
        self.stays = stays
        self.states = states
        self.state = -1
        self.until = 0.0
        self.due = 0.0
        self.next_spell()

    def next_spell(self) -> None:
        """Enter the next state."""
        self.state = (self.state + 1) % len(self.states)
        self.factor, mean = self.states[self.state]
        self.since = self.until
        self.due_before = self.due
        self.until = self.since + float(self.stays.standard_exponential()) * mean
        area = self.curve.area_until(self.until) - self.curve.area_until(self.since)
        self.due = self.due_before + self.factor * area

    def gaps(self, size: int) -> FloatArray:
        return self.generator.standard_exponential(size)

    def times(self, areas: FloatArray) -> FloatArray:
        found = np.empty_like(areas)
        done = 0
        while done < len(areas):
            end = int(np.searchsorted(areas, self.due, side="left"))
            if end > done:
                offset = self.curve.area_until(self.since)
                within = (areas[done:end] - self.due_before) / self.factor
                found[done:end] = self.curve.times_of(offset + within)
                done = end
            if done < len(areas):
                if self.curve.rate_at(self.until) == 0.0 and self.until > self.curve.times[-1]:
                    found[done:] = np.inf
                    break
                self.next_spell()
        return found
