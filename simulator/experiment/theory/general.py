"""Queues with Poisson arrivals and any law of service, fan-outs and networks."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, fsum, log, log1p


def pollaczek_khinchine(arrival: float, mean: float, squared_cv: float) -> float:
    """The mean wait in M/G/1, first come first served: rho/(1-rho) (1 + C^2)/2 E[S]."""
    load = arrival * mean
    return load / (1.0 - load) * (1.0 + squared_cv) / 2.0 * mean


def md1_wait_cdf(load: float, t: float) -> float:
    """P(wait <= t) in M/D/1 with service 1 (Erlang, 1909): alternating, so only for small `t`.

    (1-rho) sum_{k<=t} [-rho (t-k)]^k / k! e^{rho (t-k)}; the terms cancel badly beyond t = 30.
    """
    terms = []
    for k in range(int(t) + 1):
        x = load * (t - k)
        size = (
            exp(k * log(x) - fsum(log(j) for j in range(1, k + 1)) + x)
            if x > 0.0
            else float(k == 0)
        )
        terms.append(size if k % 2 == 0 else -size)
    return (1.0 - load) * fsum(terms)


def shared_time(load: float, mean: float) -> float:
    """The mean time in M/G/1 with processor sharing, whatever the law of service: E[S]/(1-rho)."""
    return mean / (1.0 - load)


def tandem_time(arrival: float, services: Sequence[float]) -> float:
    """The mean time through M/M/1 queues one after another: sum of 1/(mu_i - lambda)."""
    return sum(1.0 / (service - arrival) for service in services)


def feedback_time(arrival: float, again: float, service: float = 1.0) -> float:
    """The mean time in M/M/1 whose jobs come back with chance `again` (Jackson, 1957)."""
    effective = arrival / (1.0 - again)
    return effective / (service - effective) / arrival


def harmonic(k: int) -> float:
    """The mean of the longest of k exponential times of mean 1: 1 + 1/2 + ... + 1/k."""
    return fsum(1.0 / n for n in range(1, k + 1))


def longest_quantile(k: int, share: float) -> float:
    """The quantile of the longest of k exponential times of mean 1: -ln(1 - share^(1/k))."""
    return -log1p(-(share ** (1.0 / k)))


def fork_join_time(branches: int, load: float, service: float = 1.0) -> float:
    """The mean time of jobs that go to all of k M/M/1 queues and wait for the last.

    Exact for 2 (Flatto and Hahn, 1984): (12 - rho)/8 / (mu - lambda); beyond, the approximation of
    Nelson and Tantawi (1988), within 5 % up to 32.
    """
    one = 1.0 / (service * (1.0 - load))
    if branches == 1:
        return one
    two = (12.0 - load) / 8.0 * one
    ratio = harmonic(branches) / harmonic(2)
    return (ratio + 4.0 / 11.0 * (1.0 - ratio) * load) * two


def mean_value_analysis(
    clients: int, think: float, demands: Sequence[float]
) -> tuple[float, float]:
    """Throughput and response time of a closed network of single servers (Reiser, Lavenberg, 1980)."""
    queues = [0.0] * len(demands)
    throughput = response = 0.0
    for n in range(1, clients + 1):
        times = [demand * (1.0 + queue) for demand, queue in zip(demands, queues, strict=True)]
        response = sum(times)
        throughput = n / (think + response)
        queues = [throughput * time for time in times]
    return throughput, response


def machine_repair(
    machines: int, think: float, repair: float, crews: int = 1
) -> tuple[float, float]:
    """Throughput and response time of M/M/c with finitely many exponential customers.

    From the birth and death of the number n at the crews: birth (N-n)/think, death min(n, c)/repair.
    """
    weights = [1.0]
    for n in range(1, machines + 1):
        weights.append(weights[-1] * (machines - n + 1) / think * repair / min(n, crews))
    total = fsum(weights)
    throughput = fsum(w / total * min(n, crews) / repair for n, w in enumerate(weights))
    number = fsum(w / total * n for n, w in enumerate(weights))
    return throughput, number / throughput


def attempts_made(failure: float, retries: int) -> float:
    """Mean attempts with up to `retries` retries and independent failures: (1-f^(k+1))/(1-f)."""
    return fsum(failure**n for n in range(retries + 1))
