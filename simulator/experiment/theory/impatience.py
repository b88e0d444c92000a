"""Callers who do not wait for ever: patience, deadlines, and the token bucket in disguise."""

from __future__ import annotations

from dataclasses import dataclass
from math import expm1, fsum

from simulator.experiment.theory.checks import not_negative, positive
from simulator.experiment.theory.md1 import renewal_sum


@dataclass(frozen=True, slots=True)
class ErlangA:
    """M/M/c+M: those who wait give up at a rate (Palm 1943; Garnett et al., MSOM 4(3), 2002).

    Arrivals per second, services per second of each server, servers, and the rate at which one who
    waits gives up. There is a steady state under any load.
    """

    arrival_rate: float
    service_rate: float
    servers: int
    leaving_rate: float

    def __post_init__(self) -> None:
        positive(
            arrival_rate=self.arrival_rate,
            service_rate=self.service_rate,
            servers=self.servers,
            leaving_rate=self.leaving_rate,
        )

    @property
    def chances(self) -> list[float]:
        """The shares of time that 0, 1, 2, ... are in the system, as far as they matter.

        Scaled by the likeliest state, where the rates up and down cross, so nothing overflows.
        """
        peak = 0
        while self._out(peak + 1) < self.arrival_rate:
            peak += 1
        below, above = [1.0], [1.0]
        for n in range(peak, 0, -1):
            below.append(below[-1] * self._out(n) / self.arrival_rate)
        n = peak
        while above[-1] > 1e-25:
            n += 1
            above.append(above[-1] * self.arrival_rate / self._out(n))
        weights = [*reversed(below), *above[1:]]
        total = fsum(weights)
        return [weight / total for weight in weights]

    def _out(self, n: int) -> float:
        """The rate at which one of n leaves, served or not."""
        waiting = max(0, n - self.servers)
        return min(n, self.servers) * self.service_rate + waiting * self.leaving_rate

    @property
    def delayed(self) -> float:
        """The share of arrivals that find no server free."""
        return fsum(self.chances[self.servers :])

    @property
    def queue(self) -> float:
        """The mean number that wait."""
        chances = enumerate(self.chances)
        return fsum(max(0, n - self.servers) * chance for n, chance in chances)

    @property
    def abandoned(self) -> float:
        """The share of arrivals that give up."""
        return self.leaving_rate * self.queue / self.arrival_rate

    @property
    def throughput(self) -> float:
        """Served per second."""
        return self.arrival_rate * (1.0 - self.abandoned)


def _loss(load: float, h: float) -> float:
    """The share turned away by a bound on the wait (Barrer 1957): 1 - h/(1 + rho h)."""
    return 1.0 - h / (1.0 + load * h)


def loss_mm1(load: float, bound: float) -> float:
    """The share of M/M/1's arrivals whose wait would exceed a bound, and who are not served.

    `load` may be 1 and more; `bound` is in mean service times.
    """
    positive(load=load)
    not_negative(bound=bound)
    gap = 1.0 - load
    # h = (1 - rho e^(-(1 - rho) x))/(1 - rho), in a form that holds at rho = 1 as well.
    h = 1.0 + load * (bound if abs(gap) * bound < 1e-12 else -expm1(-gap * bound) / gap)
    return _loss(load, h)


def loss_md1(load: float, bound: float) -> float:
    """The same for constant service."""
    positive(load=load)
    not_negative(bound=bound)
    return _loss(load, renewal_sum(load, bound))


def token_bucket_rejects(rate: float, burst: int, arrival_rate: float) -> float:
    """The share of Poisson arrivals that find no token in a bucket that holds `burst` of them.

    The missing tokens are the unfinished work of M/D/1 with service 1/rate and a bound of
    (burst - 1)/rate on the wait.
    """
    positive(rate=rate, burst=burst, arrival_rate=arrival_rate)
    return loss_md1(arrival_rate / rate, burst - 1.0)
