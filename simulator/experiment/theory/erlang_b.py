"""Erlang's loss system, M/G/c/c: c servers and no queue; who finds all of them busy is turned away.

The loss depends on the law of service only through its mean: the formula is *insensitive* (Erlang
1917; Sevastyanov 1957; Harchol-Balter 2013, chapter 15). It is the model of a bulkhead, of a thread
pool without a queue and of a limit on connections.
"""

from __future__ import annotations

from dataclasses import dataclass

from simulator.experiment.theory.checks import positive


def erlang_b(servers: int, load: float) -> float:
    """The chance that all servers are busy under `load` erlangs (lambda times the mean service).

    By the recursion B(0) = 1, B(k) = aB(k-1)/(k + aB(k-1)), which neither overflows nor cancels.
    """
    blocked = 1.0
    for k in range(1, servers + 1):
        blocked = load * blocked / (k + load * blocked)
    return blocked


@dataclass(frozen=True, slots=True)
class ErlangB:
    """Arrivals per second, mean service in seconds, servers."""

    arrival_rate: float
    service_mean: float
    servers: int

    def __post_init__(self) -> None:
        positive(
            arrival_rate=self.arrival_rate, service_mean=self.service_mean, servers=self.servers
        )

    @property
    def load(self) -> float:
        """The load offered, in erlangs."""
        return self.arrival_rate * self.service_mean

    @property
    def loss(self) -> float:
        """The share of arrivals turned away."""
        return erlang_b(self.servers, self.load)

    @property
    def throughput(self) -> float:
        """Served per second."""
        return self.arrival_rate * (1.0 - self.loss)

    @property
    def number(self) -> float:
        """The mean number of busy servers: the load carried."""
        return self.load * (1.0 - self.loss)

    @property
    def utilization(self) -> float:
        """The share of the servers that is busy."""
        return self.number / self.servers
