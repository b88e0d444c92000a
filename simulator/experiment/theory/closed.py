"""Closed loops: a fixed number of users who ask, wait for the answer, think, and ask again.

A closed loop cannot be overloaded: users who wait do not ask. Exact mean value analysis gives its
figures without any sum over states (Reiser and Lavenberg, JACM 27(2), 1980).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, fsum, log

from simulator.experiment.theory.checks import not_negative, positive


@dataclass(frozen=True, slots=True)
class Closed:
    """Users who think and visit single exponential servers, first come first served.

    `think` is a mean in seconds; `demands` are the seconds of work of one request at each station.
    """

    users: int
    think: float
    demands: Sequence[float]

    def __post_init__(self) -> None:
        positive(users=self.users)
        not_negative(think=self.think)

    def _solve(self) -> tuple[float, list[float]]:
        """Throughput and mean number at each station.

        Who arrives sees the network as it is with one user less (Sevcik and Mitrani 1981; Lavenberg
        and Reiser 1980), which leads from n - 1 users to n.
        """
        numbers = [0.0] * len(self.demands)
        throughput = 0.0
        for n in range(1, self.users + 1):
            stays = [d * (1.0 + q) for d, q in zip(self.demands, numbers, strict=True)]
            throughput = n / (self.think + fsum(stays))
            numbers = [throughput * stay for stay in stays]
        return throughput, numbers

    @property
    def throughput(self) -> float:
        """Requests answered per second, of all users together."""
        return self._solve()[0]

    @property
    def numbers(self) -> list[float]:
        """The mean number at each station."""
        return self._solve()[1]

    @property
    def time(self) -> float:
        """The mean time from asking to the answer, in seconds."""
        return self.users / self.throughput - self.think

    @property
    def utilizations(self) -> list[float]:
        """The share of time that each station is busy (the utilization law)."""
        throughput = self.throughput
        return [throughput * demand for demand in self.demands]


@dataclass(frozen=True, slots=True)
class MachineRepair:
    """M/M/c with a finite population: machines that run, break down, and are repaired by c people.

    The same as users who think (`think` seconds) and ask one service (`service` seconds, `servers`
    at once): the number of those who ask is a birth-and-death chain (Palm 1947; Kleinrock vol. 1,
    1975, section 3.8). The law of the thinking does not matter, only its mean.
    """

    users: int
    think: float
    service: float
    servers: int = 1

    def __post_init__(self) -> None:
        positive(users=self.users, think=self.think, service=self.service, servers=self.servers)

    @property
    def chances(self) -> list[float]:
        """The shares of time that 0, 1, ..., N users wait for an answer."""
        logs = [0.0]
        for n in range(1, self.users + 1):
            birth = (self.users - n + 1) / self.think
            death = min(n, self.servers) / self.service
            logs.append(logs[-1] + log(birth / death))
        highest = max(logs)
        weights = [exp(each - highest) for each in logs]
        total = fsum(weights)
        return [weight / total for weight in weights]

    @property
    def utilization(self) -> float:
        """The share of the servers that is busy."""
        busy = fsum(min(n, self.servers) * chance for n, chance in enumerate(self.chances))
        return busy / self.servers

    @property
    def throughput(self) -> float:
        """Requests answered per second."""
        return self.utilization * self.servers / self.service

    @property
    def number(self) -> float:
        """The mean number of users who wait for an answer."""
        return fsum(n * chance for n, chance in enumerate(self.chances))

    @property
    def time(self) -> float:
        """The mean time from asking to the answer, in seconds."""
        return self.number / self.throughput
