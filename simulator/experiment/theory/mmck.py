"""M/M/c/K: c servers and K places in all, of which K - c are for waiting; the rest is turned away.

The number in the system is a birth-and-death chain (Kleinrock vol. 1, 1975, section 3.6). It is the
model of a service with a bounded queue, and has a steady state under any load.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, fsum, log

from simulator.experiment.theory.checks import positive


@dataclass(frozen=True, slots=True)
class MMcK:
    """Arrivals per second, services per second of each server, servers, places in all."""

    arrival_rate: float
    service_rate: float
    servers: int
    places: int

    def __post_init__(self) -> None:
        positive(
            arrival_rate=self.arrival_rate, service_rate=self.service_rate, servers=self.servers
        )
        if self.places < self.servers:
            raise ValueError(f"{self.places} places are fewer than {self.servers} servers")

    @property
    def chances(self) -> list[float]:
        """The shares of time that 0, 1, ..., K are in the system."""
        load = self.arrival_rate / self.service_rate
        # In logarithms, because loads of hundreds of erlangs leave the range of a float.
        logs = [0.0]
        for n in range(1, self.places + 1):
            logs.append(logs[-1] + log(load / min(n, self.servers)))
        highest = max(logs)
        weights = [exp(each - highest) for each in logs]
        total = fsum(weights)
        return [weight / total for weight in weights]

    @property
    def loss(self) -> float:
        """The share of arrivals turned away: those that find all K places taken."""
        return self.chances[-1]

    @property
    def throughput(self) -> float:
        """Served per second."""
        return self.arrival_rate * (1.0 - self.loss)

    @property
    def utilization(self) -> float:
        """The share of the servers that is busy."""
        return self.throughput / (self.service_rate * self.servers)

    @property
    def number(self) -> float:
        """The mean number in the system."""
        return fsum(n * chance for n, chance in enumerate(self.chances))

    @property
    def queue(self) -> float:
        """The mean number that wait."""
        return fsum(max(0, n - self.servers) * chance for n, chance in enumerate(self.chances))

    @property
    def time(self) -> float:
        """The mean time in the system of those let in, in seconds."""
        return self.number / self.throughput

    @property
    def wait(self) -> float:
        """The mean time before service of those let in, in seconds."""
        return self.queue / self.throughput
