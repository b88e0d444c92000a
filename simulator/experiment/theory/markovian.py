"""Queues with Poisson arrivals and exponential service.

`arrival` and `service` are rates; times come out in their unit. Sources: L. Kleinrock, Queueing
Systems I (1975); M. Harchol-Balter, Performance Modeling and Design of Computer Systems (2013),
chapters 13 to 15, 32.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp, log


def erlang_b(servers: int, offered: float) -> float:
    """The share of arrivals lost in M/M/c/c (and M/G/c/c): B(k) = a B(k-1) / (k + a B(k-1))."""
    blocked = 1.0
    for k in range(1, servers + 1):
        blocked = offered * blocked / (k + offered * blocked)
    return blocked


def erlang_c(servers: int, offered: float) -> float:
    """The share of arrivals that wait in M/M/c: B / (1 - rho (1 - B))."""
    blocked = erlang_b(servers, offered)
    return blocked / (1.0 - offered / servers * (1.0 - blocked))


@dataclass(frozen=True, slots=True)
class MMc:
    """M/M/c, first come first served, stable; M/M/1 is the case of one server."""

    arrival: float
    service: float
    servers: int = 1

    @property
    def waits(self) -> float:
        """The share of arrivals that wait."""
        return erlang_c(self.servers, self.arrival / self.service)

    @property
    def spare(self) -> float:
        """The rate at which a queue shrinks: c mu - lambda."""
        return self.servers * self.service - self.arrival

    @property
    def wait(self) -> float:
        """The mean wait."""
        return self.waits / self.spare

    @property
    def time(self) -> float:
        """The mean time in the system."""
        return self.wait + 1.0 / self.service

    @property
    def queue(self) -> float:
        """The mean number that wait."""
        return self.arrival * self.wait

    @property
    def number(self) -> float:
        """The mean number in the system."""
        return self.arrival * self.time

    def beyond(self, t: float) -> float:
        """The chance of a time in the system above `t`."""
        mu, c = self.service, self.servers
        rest = c - 1 - self.arrival / mu
        if abs(rest) < 1e-9:
            return exp(-mu * t) * (1.0 + self.waits * mu * t)
        return exp(-mu * t) * (1.0 + self.waits * (1.0 - exp(-mu * rest * t)) / rest)

    def time_quantile(self, share: float) -> float:
        """The time in the system that `share` of the requests do not pass."""
        return solve(lambda t: 1.0 - self.beyond(t), share)

    def wait_quantile(self, share: float) -> float:
        """The wait that `share` of the requests do not pass; 0 if so many need not wait."""
        if 1.0 - self.waits >= share:
            return 0.0
        return log(self.waits / (1.0 - share)) / self.spare


@dataclass(frozen=True, slots=True)
class MMcK:
    """M/M/c/K: `places` in all, at service and waiting; arrivals beyond are lost."""

    arrival: float
    service: float
    servers: int
    places: int

    def shares(self) -> list[float]:
        """The share of time with 0, 1, ..., K in the system."""
        weights = [1.0]
        for n in range(1, self.places + 1):
            weights.append(weights[-1] * self.arrival / (self.service * min(n, self.servers)))
        total = sum(weights)
        return [weight / total for weight in weights]

    @property
    def lost(self) -> float:
        """The share of arrivals that find it full."""
        return self.shares()[-1]

    @property
    def throughput(self) -> float:
        """The rate of those let in."""
        return self.arrival * (1.0 - self.lost)

    @property
    def utilization(self) -> float:
        """The share of servers at work."""
        return self.throughput / (self.service * self.servers)

    @property
    def number(self) -> float:
        """The mean number in the system."""
        return sum(n * share for n, share in enumerate(self.shares()))

    @property
    def time(self) -> float:
        """The mean time in the system of those let in."""
        return self.number / self.throughput

    @property
    def wait(self) -> float:
        """The mean wait of those let in."""
        return self.time - 1.0 / self.service


def priority_waits(arrivals: Sequence[float], service: float) -> list[float]:
    """Mean waits by class in M/M/1 with non-preemptive priorities, the first class served first.

    W_k = R / ((1 - s_{k-1}) (1 - s_k)), R = sum(lambda) / mu^2, s_k the load of classes 1 to k
    (Cobham, 1954).
    """
    residual = sum(arrivals) / service**2
    waits, load = [], 0.0
    for arrival in arrivals:
        above = load
        load += arrival / service
        waits.append(residual / ((1.0 - above) * (1.0 - load)))
    return waits


def solve(share_below: Callable[[float], float], share: float) -> float:
    """The t at which an increasing `share_below(t)` reaches `share`, by bisection."""
    low, high = 0.0, 1.0
    while share_below(high) < share:
        high *= 2.0
    for _ in range(200):
        middle = (low + high) / 2
        if share_below(middle) < share:
            low = middle
        else:
            high = middle
    return high
