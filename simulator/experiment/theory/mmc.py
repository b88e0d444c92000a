"""M/M/c: Poisson arrivals, exponential service, c servers with one queue, first come first served.

Erlang's delay system (Erlang 1917; Kleinrock vol. 1, 1975, section 3.5; Harchol-Balter 2013,
chapter 14).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, expm1, log

from simulator.experiment.theory.checks import positive, share, stable
from simulator.experiment.theory.erlang_b import erlang_b
from simulator.experiment.theory.root import rising_root


def erlang_c(servers: int, load: float) -> float:
    """The chance that an arrival has to wait: C = B/(1 - rho (1 - B)), with Erlang's loss B."""
    stable(load / servers)
    blocked = erlang_b(servers, load)
    return blocked / (1.0 - load / servers * (1.0 - blocked))


@dataclass(frozen=True, slots=True)
class MMc:
    """Arrivals per second, services per second of each server, servers."""

    arrival_rate: float
    service_rate: float
    servers: int

    def __post_init__(self) -> None:
        positive(
            arrival_rate=self.arrival_rate, service_rate=self.service_rate, servers=self.servers
        )
        stable(self.utilization)

    @property
    def load(self) -> float:
        """The load offered, in erlangs: lambda/mu."""
        return self.arrival_rate / self.service_rate

    @property
    def utilization(self) -> float:
        """The share of the servers that is busy."""
        return self.load / self.servers

    @property
    def delayed(self) -> float:
        """The share of arrivals that wait: Erlang's C."""
        return erlang_c(self.servers, self.load)

    @property
    def spare_rate(self) -> float:
        """Services per second that all servers could do beyond what arrives: c mu - lambda."""
        return self.servers * self.service_rate - self.arrival_rate

    @property
    def wait(self) -> float:
        """The mean time before service, in seconds: C/(c mu - lambda)."""
        return self.delayed / self.spare_rate

    @property
    def time(self) -> float:
        """The mean time in the system, in seconds."""
        return self.wait + 1.0 / self.service_rate

    @property
    def queue(self) -> float:
        """The mean number that wait."""
        return self.arrival_rate * self.wait

    @property
    def number(self) -> float:
        """The mean number in the system."""
        return self.arrival_rate * self.time

    def wait_exceeds(self, seconds: float) -> float:
        """The chance of more than so long before service: C e^(-(c mu - lambda)t)."""
        return self.delayed * exp(-self.spare_rate * seconds)

    def wait_quantile(self, p: float) -> float:
        """The wait that a share p does not exceed; 0 for all who find a server free."""
        share(p)
        delayed = self.delayed
        return 0.0 if 1.0 - p >= delayed else log(delayed / (1.0 - p)) / self.spare_rate

    def time_exceeds(self, seconds: float) -> float:
        """The chance of more than so long in the system.

        e^(-mu t) [1 + C (1 - e^(-mu g t))/g] with g = c - 1 - a; the fraction is mu t at g = 0.
        """
        scaled = self.service_rate * seconds
        gap = self.servers - 1 - self.load
        # The slower of the two exponentials is taken out, so that nothing overflows where g < 0.
        slower = exp(-min(1.0, 1.0 + gap) * scaled)
        gap = abs(gap)
        extra = scaled if gap * scaled < 1e-12 else -expm1(-gap * scaled) / gap
        return exp(-scaled) + self.delayed * slower * extra

    def time_quantile(self, p: float) -> float:
        """The time in the system that a share p does not exceed."""
        share(p)
        start = self.time
        return rising_root(lambda seconds: 1.0 - p - self.time_exceeds(seconds), start)
