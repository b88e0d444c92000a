"""M/D/1: Poisson arrivals, constant service, one server, first come first served.

Erlang (1909) gave the law of the waiting time as a finite sum whose terms alternate in sign and
grow so fast that floating-point numbers lose all their digits a few services out. It is summed here
in decimal arithmetic, with as many digits more as the greatest term has.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext
from math import floor

from simulator.experiment.theory.checks import positive, share, stable
from simulator.experiment.theory.mg1 import MG1
from simulator.experiment.theory.root import rising_root

DIGITS = 30


def renewal_sum(load: float, services: float) -> float:
    """h(x) = sum over whole k <= x of [-rho (x-k)]^k/k! e^(rho (x-k)), for x in service times.

    Times 1 - rho it is the chance of a wait of at most x in M/D/1. It is a renewal function (of the
    residual services, each counted with weight rho), so it also exists at loads of 1 and above,
    where queues with a bound on the wait need it.
    """
    with localcontext() as context:
        context.prec = DIGITS + int(1.1 * load * services)
        rho, x = Decimal(load), Decimal(services)
        total, factorial = Decimal(0), Decimal(1)
        for k in range(floor(services) + 1):
            if k:
                factorial *= k
            left = rho * (x - k)
            power = Decimal(1) if k == 0 else (-left) ** k
            total += power / factorial * left.exp()
        return float(total)


@dataclass(frozen=True, slots=True)
class MD1:
    """Arrivals per second and the service time in seconds."""

    arrival_rate: float
    service: float

    def __post_init__(self) -> None:
        positive(arrival_rate=self.arrival_rate, service=self.service)
        stable(self.utilization)

    @property
    def utilization(self) -> float:
        """The share of time that the server is busy."""
        return self.arrival_rate * self.service

    @property
    def mean(self) -> MG1:
        """The means, by Pollaczek and Khinchine."""
        return MG1(self.arrival_rate, self.service, 0.0)

    def wait_exceeds(self, seconds: float) -> float:
        """The chance of more than so long before service."""
        if seconds < 0.0:
            return 1.0
        rho = self.utilization
        return 1.0 - (1.0 - rho) * renewal_sum(rho, seconds / self.service)

    def wait_quantile(self, p: float) -> float:
        """The wait that a share p does not exceed; 0 for all who find the server free."""
        share(p)
        return rising_root(lambda seconds: 1.0 - p - self.wait_exceeds(seconds), self.service)

    def time_quantile(self, p: float) -> float:
        """The time in the system that a share p does not exceed: that wait and one service."""
        return self.wait_quantile(p) + self.service
