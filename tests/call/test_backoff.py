"""Backoff against the real libraries' own tests, and a published simulation of it."""

from __future__ import annotations

import heapq
from itertools import count
from math import inf, sqrt
from random import Random
from statistics import fmean

import pytest

from simulator.call.backoff import Backoff

MS = 0.001


def waits(backoff: Backoff, retries: int, drawn: float = 0.5) -> list[float]:
    found: list[float] = []
    for retry in range(1, retries + 1):
        found.append(backoff.wait(retry, drawn, found[-1] if found else 0.0))
    return found


def test_resilience4j_waits_the_same_by_default() -> None:
    """SupplierRetryTest: three calls that fail wait 500 ms twice (C2-10), the first once (C2-11)."""
    assert waits(Backoff(0.5), 2) == [0.5, 0.5]


def test_resilience4j_exponential() -> None:
    """SupplierRetryTest: exponentialBackoff(500, 2.0) waits 500 and 1000 ms (C2-13)."""
    assert waits(Backoff(0.5, 2.0), 2) == [0.5, 1.0]


def test_resilience4j_exponential_random() -> None:
    """generatesExponentialRandomIntervals: within half of 100 x 1.5^(k-1) ms (C2-16)."""
    backoff = Backoff(0.1, 1.5, jitter="factor", factor=0.5)
    for retry in range(1, 11):
        delay = 0.1 * 1.5 ** (retry - 1)
        assert backoff.wait(retry, 0.0, 0.0) == pytest.approx(0.5 * delay)
        assert backoff.wait(retry, 0.5, 0.0) == pytest.approx(delay)
        assert backoff.wait(retry, 1.0, 0.0) == pytest.approx(1.5 * delay)


def test_resilience4j_randomized() -> None:
    """generatesRandomizedIntervals: ofRandomized(100, 0.5) is within 50 and 150 ms (C2-17)."""
    backoff = Backoff(0.1, jitter="factor", factor=0.5)
    chance = Random(17)
    drawn = [backoff.wait(retry, chance.random(), 0.0) for retry in range(1, 1001)]
    assert 0.050 <= min(drawn) < 0.052
    assert 0.148 < max(drawn) < 0.150


@pytest.mark.parametrize(
    ("base", "longest", "random", "expected"),
    [
        # RouterRetryStateImplTest.Backoff (C5-20): 190 modulo 25, 50, 100, and 200 after that.
        (25, 250, 190, [15, 40, 90, 190]),
        # ExponentialBackOffStrategyTest, JitteredBackOffBasicFlow (C5-21) and
        # JitteredBackOffWithMaxInterval (C5-22).
        (25, 30, 27, [2, 27]),
        (5, 100, 9999, [4, 9, 19, 39, 79, 99, 99]),
    ],
)
def test_envoy_is_full_jitter(base: int, longest: int, random: int, expected: list[int]) -> None:
    """A random number modulo the capped interval is full jitter over the interval."""
    backoff = Backoff(base * MS, 2.0, longest * MS, "full")
    for retry, wait in enumerate(expected, start=1):
        interval = min(base * 2 ** (retry - 1), longest)
        drawn = random % interval / interval
        assert backoff.wait(retry, drawn, 0.0) == pytest.approx(wait * MS, abs=1e-12)
        assert (
            round(backoff.wait(1, random % base / base, 0.0) / MS) == expected[0]
        )  # after a reset


@pytest.mark.parametrize(("random", "expected"), [(22, 522), (9999, 749)])
def test_envoy_lower_bound(random: int, expected: int) -> None:
    """LowerBoundBackOffStrategyTest: from 500 to 750 ms is 625 ms within a fifth (C5-23)."""
    backoff = Backoff(625 * MS, jitter="factor", factor=0.2)
    assert backoff.wait(1, random % 250 / 250, 0.0) == pytest.approx(expected * MS, abs=1e-12)


def test_botocore_exponential() -> None:
    """test_range_of_exponential_backoff: up to 1, 2, 4, 8, 16 and then 20 s (C15a-01)."""
    assert waits(AWS, 9, drawn=1.0) == [1, 2, 4, 8, 16, 20, 20, 20, 20]


def test_botocore_jitter() -> None:
    """test_exponential_backoff_with_jitter: uniform from 0 to 4 s at the third attempt (C15a-02)."""
    chance = Random(2)
    drawn = [AWS.wait(3, chance.random(), 0.0) for _ in range(10_000)]
    assert min(drawn) >= 0.0
    assert max(drawn) < 4.0
    assert abs(fmean(drawn) - 2.0) <= 3.3 * 4.0 / sqrt(12 * len(drawn))


AWS = Backoff(1.0, 2.0, 20.0, "full")


def test_grpc_delays() -> None:
    """A6 of gRPC: within a fifth of 0.1, 0.2, 0.4, 0.8 and 1 s (C15b-13)."""
    backoff = Backoff(0.1, 2.0, 1.0, "factor", 0.2)
    delays = [0.1, 0.2, 0.4, 0.8, 1.0]
    assert waits(backoff, 5, drawn=0.0) == pytest.approx([0.8 * each for each in delays])
    assert waits(backoff, 5, drawn=0.5) == pytest.approx(delays)
    assert waits(backoff, 5, drawn=1.0) == pytest.approx([1.2 * each for each in delays])


def test_equal_jitter() -> None:
    """Half of the delay is waited always, the other half is drawn."""
    backoff = Backoff(0.1, 2.0, 0.3, "equal")
    assert waits(backoff, 3, drawn=0.0) == [0.05, 0.1, 0.15]
    assert waits(backoff, 3, drawn=1.0) == [0.1, 0.2, 0.3]


def test_decorrelated_jitter() -> None:
    """A wait is drawn between the base and three times the one before, up to the maximum."""
    backoff = Backoff(0.1, maximum=2.0, jitter="decorrelated")
    assert waits(backoff, 5, drawn=1.0) == pytest.approx([0.3, 0.9, 2.0, 2.0, 2.0])
    assert waits(backoff, 3, drawn=0.0) == [0.1, 0.1, 0.1]
    assert waits(backoff, 2, drawn=0.5) == pytest.approx([0.2, 0.35])


# Clients that each want to write one row once, with optimistic locking: the AWS Architecture Blog's
# "Exponential Backoff and Jitter" (2015), and aws-samples/aws-arch-backoff-simulator. In ms.

STRATEGIES = {
    "Exponential": Backoff(10, 2.0, 2000),
    "Decorr": Backoff(5, maximum=2000, jitter="decorrelated"),
    "EqualJitter": Backoff(10, 2.0, 2000, "equal"),
    "FullJitter": Backoff(10, 2.0, 2000, "full"),
    "None": Backoff(0),
}


def compete(clients: int, backoff: Backoff, chance: Random) -> tuple[float, int]:
    """How long it takes until all have written, and how many writes are tried."""

    def delay() -> float:
        return abs(chance.gauss(10, 2))

    order = count()
    # When, at the row (or back at the client), client's failures and last wait, version read.
    queue = [(delay(), next(order), "read", 0, 0.0, 0) for _ in range(clients)]
    heapq.heapify(queue)
    now, version, writes = 0.0, 0, 0
    while queue:
        now, _, what, failures, wait, seen = heapq.heappop(queue)
        if what == "read":
            # To the client and back.
            following = (now + delay() + delay(), next(order), "write", failures, wait, version)
        elif what == "write":
            writes += 1
            written = seen == version
            version += written
            following = (now + delay(), next(order), "done" if written else "failed",
                         failures, wait, seen)  # fmt: skip
        elif what == "failed":
            wait = backoff.wait(failures + 1, chance.random(), wait)
            following = (now + delay() + wait, next(order), "read", failures + 1, wait, 0)
        else:
            continue
        heapq.heappush(queue, following)
    return now, writes


@pytest.mark.parametrize(
    ("clients", "strategy", "milliseconds", "calls"),
    [
        (10, "Exponential", 3371.0, 50.4),  # B6t.1
        (10, "Decorr", 439.6, 37.7),
        (10, "FullJitter", 472.6, 39.2),
        (10, "None", 384.2, 51.6),
        (50, "Decorr", 2239.7, 375.1),  # B6t.7
        (50, "EqualJitter", 4172.7, 346.7),
        (50, "None", 1147.0, 690.7),
        (100, "EqualJitter", 6691.0, 811.9),  # B6t.13
        (100, "FullJitter", 4893.9, 795.6),
    ],
)
def test_clients_that_compete(
    clients: int, strategy: str, milliseconds: float, calls: float
) -> None:
    """The published simulation's times and calls come out, within the error of both runs."""
    chance = Random(f"{clients} {strategy}")
    runs = [compete(clients, STRATEGIES[strategy], chance) for _ in range(100)]
    for column, published, share in ((0, milliseconds, 0.05), (1, calls, 0.03)):
        values = [run[column] for run in runs]
        mean = fmean(values)
        spread = sqrt(sum((each - mean) ** 2 for each in values) / (len(values) - 1))
        # The published means are of 60 runs at least.
        error = spread * sqrt(1 / len(values) + 1 / 60)
        assert abs(mean - published) <= max(share * published, 3.3 * error)


def test_waits_without_a_maximum() -> None:
    """Without a maximum the delay goes on growing, up to the hundredth attempt."""
    assert waits(Backoff(1.0, 2.0), 99)[-1] == 2.0**98
    assert Backoff(1.0).maximum == inf
