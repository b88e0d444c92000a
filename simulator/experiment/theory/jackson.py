"""Open networks of M/M/c stations: tandems, feedback and anything else that routes at random.

In a steady state every station behaves as if its arrivals were Poisson, although with feedback they
are not: the joint law is a product (Burke 1956; Jackson 1963; Harchol-Balter 2013, chapter 17).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum

import numpy as np

from simulator.experiment.theory.mm1 import MM1
from simulator.experiment.theory.mmc import MMc


@dataclass(frozen=True, slots=True)
class Jackson:
    """Stations with arrivals from outside, and the shares that go on from one to another.

    `routing[i][j]` is the share of those who leave station i that go to station j; who goes nowhere
    leaves the network.
    """

    arrival_rates: Sequence[float]
    service_rates: Sequence[float]
    servers: Sequence[int]
    routing: Sequence[Sequence[float]]

    @property
    def rates(self) -> list[float]:
        """Visits per second at each station: r_j = outside_j + sum of r_i p_ij over all i."""
        routing = np.array(self.routing, dtype=float)
        solved = np.linalg.solve(np.eye(len(routing)) - routing.T, np.array(self.arrival_rates))
        return [float(rate) for rate in solved]

    @property
    def stations(self) -> list[MMc]:
        """Each station as a queue of its own."""
        parts = zip(self.rates, self.service_rates, self.servers, strict=True)
        return [MMc(rate, service_rate, servers) for rate, service_rate, servers in parts]

    @property
    def number(self) -> float:
        """The mean number in the network."""
        return fsum(station.number for station in self.stations)

    @property
    def time(self) -> float:
        """The mean time from entering the network to leaving it, in seconds (Little's law)."""
        return self.number / fsum(self.arrival_rates)


@dataclass(frozen=True, slots=True)
class Tandem:
    """M/M/1 stations one after the other; what leaves one is Poisson again (Burke 1956)."""

    arrival_rate: float
    service_rates: Sequence[float]

    @property
    def stations(self) -> list[MM1]:
        """Each station as a queue of its own."""
        return [MM1(self.arrival_rate, rate) for rate in self.service_rates]

    @property
    def time(self) -> float:
        """The mean time through all stations, in seconds: sum of 1/(mu_i - lambda)."""
        return fsum(station.time for station in self.stations)

    @property
    def number(self) -> float:
        """The mean number in all stations."""
        return fsum(station.number for station in self.stations)


@dataclass(frozen=True, slots=True)
class Feedback:
    """M/M/1 whose customers come back with chance `again` each time they were served."""

    arrival_rate: float
    service_rate: float
    again: float

    @property
    def station(self) -> MM1:
        """The station with all its visits: lambda/(1 - p) per second."""
        return MM1(self.arrival_rate / (1.0 - self.again), self.service_rate)

    @property
    def number(self) -> float:
        """The mean number in the system."""
        return self.station.number

    @property
    def time(self) -> float:
        """The mean time of one customer with all its visits, in seconds."""
        return self.station.number / self.arrival_rate
