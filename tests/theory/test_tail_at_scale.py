"""Dean and Barroso, "The Tail at Scale" (CACM 56(2), 2013): fan-out, hedged and tied requests.

Where the paper's figures follow from its arithmetic, the simulation is held to the closed forms by
3.3 standard errors; what one request does is independent of what others do, so that counts are
binomial. Where they were measured, a law of service times is fitted to the column without the
defence, and the column with it is compared.
"""

from __future__ import annotations

from math import exp, log, sqrt

import pytest
from numpy import interp

from simulator.experiment.result import Latency, Result
from simulator.experiment.run import simulate
from simulator.scenario import parse

pytestmark = pytest.mark.once

ERRORS = 3.3


def play(name: str, *lines: str, seconds: float, warmup: float = 0.0, seed: int = 1) -> Result:
    """Simulate a scenario whose traffic and services stand in `lines`."""
    head = (f"scenario: {name}", f"duration: {seconds!r}s", f"warmup: {warmup!r}s")
    balancer = "defaults: {balancer: random}"
    return simulate(parse("\n".join((*head, *lines, balancer))).scenario, seed=seed)


def fan_out(leaves: int) -> str:
    """A service that reads so many leaves at once."""
    branches = ", ".join(["{call: leaf.read}"] * leaves)
    return f"  root: {{threading: async, endpoints: {{read: [{{together: [{branches}]}}]}}}}"


def leaf(steps: str, hedge: str, concurrency: str = "null") -> str:
    """A hundred servers, each with one endpoint, and how they are called."""
    settings = f"replicas: 100, concurrency: {concurrency}, policy: {{hedge: {hedge}}}"
    return f"  leaf: {{{settings}, endpoints: {{read: [{steps}]}}}}"


def fast_or_slow(chance: float, slow: str) -> str:
    """A leaf that takes 10 ms, or `slow` with a small chance."""
    fast = f"{{weight: {1 - chance!r}, steps: [{{work: 10ms}}]}}"
    return f"{{either: [{fast}, {{weight: {chance!r}, steps: [{{work: {slow}}}]}}]}}"


def late(result: Result, name: str) -> int:
    """How many of a class took longer than its `slo`."""
    figures = result.traffic[name]
    return round(figures.finished * (1.0 - figures.goodput / figures.throughput))


def copies(result: Result) -> int:
    """How many copies were sent."""
    return sum(int(each.counters["copies"]) for each in result.policies if each.policy == "hedge")


def binomial(count: int, total: int, chance: float) -> bool:
    """Whether `count` of `total` is within 3.3 standard errors of what `chance` predicts."""
    return abs(count - total * chance) <= ERRORS * sqrt(total * chance * (1.0 - chance))


FAN_OUT = [
    (100, 0.01, 400, 0.63),
    pytest.param(2000, 0.0001, 400, 0.18, marks=pytest.mark.slow),
]
"""Leaves, how likely one is to take longer than a second, requests, and the paper's share (B9a)."""


@pytest.mark.parametrize(("leaves", "chance", "reads", "share"), FAN_OUT)
def test_slow_leaves_make_slow_requests(
    leaves: int, chance: float, reads: int, share: float
) -> None:
    """With 100 leaves 63 % of requests meet one of the slowest hundredth (figure 1 of the paper)."""
    exact = 1.0 - (1.0 - chance) ** leaves
    assert exact == pytest.approx(share, abs=0.005)
    result = play(
        "fan-out",
        "traffic:",
        "  reads: {rate: 2/s, arrivals: constant, target: root.read, slo: 1s}",
        "services:",
        fan_out(leaves),
        leaf(fast_or_slow(chance, "1.5s"), "null"),
        seconds=reads / 2,
    )
    assert result.total.finished >= reads - 4
    assert binomial(late(result, "reads"), result.total.finished, exact)


ARITHMETIC = {
    "A11d.1": (0.01, 0.0001, 0.009951),
    "A11d.2": (0.05, 0.0025, 0.221443),
}
"""P(leaf slow) without hedging, with hedging, and P(request of 100 leaves slow) with hedging."""


def hedged_fan_out(chance: float, seconds: float) -> Result:
    """Single leaves and reads of 100 leaves, of 10 ms or 1 s each, hedged after 20 ms."""
    return play(
        "hedged-fan-out",
        "traffic:",
        "  leaves: {rate: 200/s, target: leaf.read, slo: 100ms}",
        "  reads: {rate: 2/s, target: root.read, slo: 100ms}",
        "services:",
        fan_out(100),
        leaf(fast_or_slow(chance, "1s"), "{delay: 20ms}"),
        seconds=seconds,
    )


def check_hedged_fan_out(name: str, seconds: float) -> None:
    """Extra load, slow leaves and slow requests are as arithmetic says."""
    chance, hedged, slow_reads = ARITHMETIC[name]
    assert hedged == pytest.approx(chance**2)
    assert slow_reads == pytest.approx(1.0 - (1.0 - hedged) ** 100, abs=1e-6)
    result = hedged_fan_out(chance, seconds)
    leaves, reads = result.traffic["leaves"], result.traffic["reads"]
    assert binomial(copies(result), result.services["leaf"].calls, chance)
    assert binomial(late(result, "leaves"), leaves.finished, hedged)
    assert binomial(late(result, "reads"), reads.finished, slow_reads)


@pytest.mark.parametrize("name", ARITHMETIC)
def test_hedging_squares_the_chance(name: str) -> None:
    """A hedged leaf is slow when both copies are; the extra load is the chance of a slow one."""
    check_hedged_fan_out(name, 200.0)


@pytest.mark.slow
@pytest.mark.parametrize("name", ARITHMETIC)
def test_hedging_squares_the_chance_at_length(name: str) -> None:
    """The same, with enough requests to see the rare ones."""
    check_hedged_fan_out(name, 3_000.0)


EXPONENTIAL = {
    "A11e.1": (0.5, 0.5, 0.75, 2.649159, 3.800451),
    "A11e.2": (0.9, 0.1, 0.95, 3.453878, 4.605170),
    "A11e.4": (0.99, 0.01, 0.995, 4.605170, 5.756463),
}
"""Hedging at a quantile of Exp(1): extra load, mean, p99 and p99.9."""


@pytest.mark.parametrize("name", EXPONENTIAL)
def test_hedging_an_exponential_leaf(name: str) -> None:
    """P(T > t) is exp(-t) up to the delay h, and exp(h - 2 t) from there on."""
    quantile, extra, mean, p99, p999 = EXPONENTIAL[name]
    h = -log(1.0 - quantile)
    assert exp(h - 2 * p99) == pytest.approx(0.01, rel=1e-5)
    assert exp(h - 2 * p999) == pytest.approx(0.001, rel=1e-5)
    result = play(
        "exponential-leaf",
        "traffic:",
        f"  p99: {{rate: 10/s, target: leaf.read, slo: {p99!r}s}}",
        f"  p999: {{rate: 10/s, target: leaf.read, slo: {p999!r}s}}",
        "services:",
        leaf("{work: {exponential: 1s}}", f"{{delay: {h!r}s}}"),
        seconds=4_000.0,
    )
    calls = result.services["leaf"].calls
    assert calls > 75_000
    assert binomial(copies(result), calls, extra)
    for class_, share in (("p99", 0.01), ("p999", 0.001)):
        figures = result.traffic[class_]
        assert binomial(late(result, class_), figures.finished, share)
    spread = sqrt(2.0 - (1.5 + h) * exp(-h) - mean**2)
    assert result.total.latency.mean == pytest.approx(mean, abs=ERRORS * spread / sqrt(calls))


QUANTILES = {
    0.0: 0.001,
    0.5: 0.004,
    0.98: 0.010,
    0.99: 0.0157,
    0.995: 0.0246,
    0.998: 0.0446,
    0.999: 0.070,
    0.9997: 0.123,
    0.9999: 0.206,
    0.99997: 0.363,
    0.99999: 0.607,
    0.999997: 1.07,
    0.999999: 1.79,
    1.0: 2.0,
}
"""Fitted: a read of one key. 2 % take longer than 10 ms, and one in a million about as long as the
1.8 s that the paper has for 1,000 of them at their 99.9th percentile; between these, a power law."""
DELAY = 0.010


def beyond(seconds: float) -> float:
    """How likely one read without hedging takes longer."""
    return 1.0 - float(interp(seconds, list(QUANTILES.values()), list(QUANTILES)))


def some_key_beyond(seconds: float) -> float:
    """How likely one of 1,000 hedged reads takes longer."""
    return 1.0 - (1.0 - beyond(seconds) * beyond(seconds - DELAY)) ** 1000


def thousand_keys(hedge: str, reads: int, slo: float) -> Result:
    """Reads of 1,000 keys from 100 servers."""
    points = ", ".join(f"{share * 100:.6g}%: {at!r}s" for share, at in QUANTILES.items())
    return play(
        "thousand-keys",
        f"traffic: {{reads: {{rate: 1/s, arrivals: constant, target: root.read, slo: {slo!r}s}}}}",
        "services:",
        fan_out(1000),
        leaf(f"{{work: {{empirical: {{quantiles: {{{points}}}}}}}}}", hedge),
        seconds=float(reads),
    )


def check_thousand_keys(reads: int, slow: float) -> tuple[Result, Result]:
    """Plain and hedged reads: 2 % more of them, and as many beyond `slow` as arithmetic says."""
    plain = thousand_keys("null", reads, slow)
    hedged = thousand_keys(f"{{delay: {DELAY!r}s}}", reads, slow)
    calls = hedged.services["leaf"].calls
    assert calls == plain.services["leaf"].calls >= 1000 * (reads - 1)
    assert binomial(copies(hedged), calls, beyond(DELAY))
    assert 0.015 <= copies(hedged) / calls <= 0.025
    finished = hedged.total.finished
    assert binomial(late(hedged, "reads"), finished, some_key_beyond(slow))
    assert binomial(late(plain, "reads"), finished, 1.0 - (1.0 - beyond(slow)) ** 1000)
    return plain, hedged


def test_thousand_keys_sample() -> None:
    """Hedged after 10 ms, 2 % more reads cut the tail of a key, and the median read of 1,000."""
    plain, hedged = check_thousand_keys(90, 0.020)
    before, after = plain.services["leaf"].latency, hedged.services["leaf"].latency
    assert value(before, "p999") > 4 * value(after, "p999")
    assert value(plain.total.latency, "p50") > 4 * value(hedged.total.latency, "p50")


@pytest.mark.slow
def test_thousand_keys() -> None:
    """B9c: the p99.9 of reading 1,000 keys falls from 1,800 to 74 ms, for 2 % more reads."""
    assert 1.0 - (1.0 - beyond(1.79)) ** 1000 == pytest.approx(0.001, rel=0.01)
    assert some_key_beyond(0.078) == pytest.approx(0.001, rel=0.1)
    plain, hedged = check_thousand_keys(4000, 0.040)
    assert value(plain.total.latency, "p999") >= 15 * value(hedged.total.latency, "p999")


def value(latency: Latency, percentile: str) -> float:
    """A percentile that was measured."""
    found: float | None = getattr(latency, percentile)
    assert found is not None
    return found


DISK = "{work: {lognormal: {mean: 16.5ms, cv: 0.44}}}"
LOAD = 0.36
"""Fitted: the service time of a disk, and how much of its time it is busy, so that one read after
another of 100 disks has the paper's percentiles without ties."""
UNTIED = {"p50": 0.019, "p90": 0.038, "p99": 0.067, "p999": 0.098}
TIED = {"p50": 0.016, "p90": 0.029, "p99": 0.042, "p999": 0.061}
"""Table 2 of the paper, "mostly idle cluster", in seconds."""


def disks(tied: bool, requests: int) -> Result:
    """Reads from 100 disks, one after another at each; tied to a second disk after 1 ms."""
    rate = 100 * LOAD / 0.0165
    return play(
        "disks",
        f"traffic: {{reads: {{rate: {rate!r}/s, target: leaf.read}}}}",
        "services:",
        leaf(DISK, "{delay: 1ms, tied: true}" if tied else "null", "1"),
        seconds=2.0 + requests / rate,
        warmup=2.0,
    )


def check_tied(requests: int) -> None:
    """B9d: -16 % at the median and about -40 % at the 99.9th percentile, for no more work."""
    plain, tied = disks(False, requests), disks(True, requests)
    for name, wanted in UNTIED.items():
        assert value(plain.total.latency, name) == pytest.approx(wanted, rel=0.05), name
    cut = {
        name: 1.0 - value(tied.total.latency, name) / value(plain.total.latency, name)
        for name in TIED
    }
    assert cut["p50"] == pytest.approx(0.16, abs=0.04)
    assert cut["p90"] == pytest.approx(0.24, abs=0.06)
    assert cut["p99"] == pytest.approx(0.37, abs=0.04)
    assert cut["p999"] == pytest.approx(0.38, abs=0.08)
    # Whoever is second in line is taken back: nothing is read twice.
    disk = tied.services["leaf"]
    assert disk.attempts > 1.3 * disk.calls
    assert disk.wasted_work == 0.0
    assert disk.work == pytest.approx(plain.services["leaf"].work, rel=0.02)


def test_tied_requests_sample() -> None:
    """Reads that stand in line at two disks wait for the shorter of two lines."""
    check_tied(70_000)


@pytest.mark.slow
def test_tied_requests() -> None:
    """The same, ten times as many: -13 % (p50), -28 % (p90), -38 % (p99) and -41 % (p99.9)."""
    check_tied(700_000)
