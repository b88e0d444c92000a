"""Round robin over n exponential servers, each with a queue of its own.

Every n-th Poisson arrival goes to the same server, so each sees Erlang-n arrivals: E_n/M/1, more
regular than Poisson, which is why round robin beats a random choice (Kleinrock vol. 1, 1975,
section 6.4).
"""

from __future__ import annotations

from dataclasses import dataclass

from simulator.experiment.theory.checks import positive, stable
from simulator.experiment.theory.root import rising_root


@dataclass(frozen=True, slots=True)
class RoundRobinMM1:
    """Arrivals per second in all, services per second of each server, servers."""

    arrival_rate: float
    service_rate: float
    servers: int

    def __post_init__(self) -> None:
        positive(
            arrival_rate=self.arrival_rate, service_rate=self.service_rate, servers=self.servers
        )
        stable(self.utilization)

    @property
    def utilization(self) -> float:
        """The share of the servers that is busy."""
        return self.arrival_rate / (self.service_rate * self.servers)

    @property
    def delayed(self) -> float:
        """The chance of a wait: the root below 1 of s = (n rho/(n rho + 1 - s))^n."""
        stages = self.servers * self.utilization

        def excess(free: float) -> float:
            return 1.0 - (stages / (stages + free)) ** self.servers - free

        # In terms of 1 - s the root 0 is cut off: just above it the function is positive.
        smallest = 1e-6 * (1.0 - self.utilization)
        return 1.0 - smallest - rising_root(lambda more: -excess(smallest + more), 0.5)

    @property
    def time(self) -> float:
        """The mean time in the system, in seconds: 1/(mu (1 - s))."""
        return 1.0 / (self.service_rate * (1.0 - self.delayed))
