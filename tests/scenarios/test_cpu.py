"""The stories of CPU limits, requests and sizes, with seeds of their own."""

from __future__ import annotations

import pytest

from simulator.experiment.result import Result
from simulator.experiment.run import simulate
from simulator.scenario import load

pytestmark = pytest.mark.once

SEEDS = (1, 2, 3)


def latency_of(result: Result, traffic: str) -> tuple[float, float, float, float]:
    """The mean, the median, the 99th percentile and the maximum, in seconds."""
    latency = result.traffic[traffic].latency
    found = (latency.mean, latency.p50, latency.p99, latency.max)
    mean, p50, p99, most = (0.0 if each is None else each for each in found)
    return mean, p50, p99, most


def cores_used(result: Result, service: str, cores: float) -> float:
    """On average, of so many."""
    share = result.services[service].utilization
    return 0.0 if share is None else share * cores


def play(name: str, *settings: str, seed: int) -> Result:
    loaded = load(name, settings)
    return simulate(loaded.scenario, seed=seed, check=True, folder=loaded.folder)


@pytest.mark.parametrize("seed", SEEDS)
class TestCpuThrottling:
    # Reports that come at even times 1.0437 s apart see every phase of the period alike often, and
    # never one another.
    EVEN = (
        "traffic.limited-users.rate=0.958129/s",
        "traffic.limited-users.arrivals=constant",
        "expect=[]",
    )

    def test_what_the_periods_imply(self, seed: int) -> None:
        """A report that begins r ms before the end of a period, with 3.2 quotas to go.

        For r from 12.5 to 100 it ends after r + 202.5 ms. Within the last 12.5 ms it finds too
        little time for its quota: for r from 2.5 it has three more full ones to come, but the last
        only in part, and takes 215 ms; for less, a fourth, and 302.5 ms at most. The mean over r is
        255.5 ms, the median at r = 50 or so.
        """
        result = play("cpu-throttling", *self.EVEN, seed=seed)
        mean, p50, _, most = latency_of(result, "limited-users")
        assert 0.3 < most <= 0.3025 + 1e-6
        assert mean == pytest.approx(0.25547, abs=5e-4)
        assert p50 == pytest.approx(0.2525, rel=0.015)
        # Of five periods, of which the last is idle, three have a stop; 2.5 % have one more of both.
        counters = next(each.counters for each in result.policies if each.policy == "cpu_limit")
        stops = counters["throttled_periods"] / counters["periods"]
        assert stops == pytest.approx((3 - 0.1 + 0.025) / (5 + 0.025), abs=0.01)

    def test_a_limit_that_a_report_fits_into(self, seed: int) -> None:
        """At 1.6 cores a quota holds a whole report, wherever it begins: 40 ms."""
        setting = "services.limited.limits.cpu=1600m"
        result = play("cpu-throttling", *self.EVEN, setting, seed=seed)
        assert latency_of(result, "limited-users")[3] == pytest.approx(0.04)


@pytest.mark.parametrize("seed", SEEDS)
class TestNoisyNeighbour:
    SHORT = ("duration=30s", "warmup=5s")

    def test_requests_protect(self, seed: int) -> None:
        """The shop is nearly as fast as alone, and the node has no idle core."""
        settings = (*self.SHORT, "expect=[]")
        shared = play("noisy-neighbour", *settings, seed=seed)
        alone = play("noisy-neighbour", *settings, "platform=null", seed=seed)
        alone_p99 = latency_of(alone, "shoppers")[2]
        assert alone_p99 <= latency_of(shared, "shoppers")[2] <= 1.4 * alone_p99
        used = cores_used(shared, "shop", 4.0) + cores_used(shared, "export", 10.0)
        assert used == pytest.approx(4.0, abs=1e-6)

    def test_without_a_request_the_shop_is_as_good_as_down(self, seed: int) -> None:
        """It gets a 257th of the node as long as it wants more: of 150/s it can do 1.6/s."""
        setting = "services.shop.requests=null"
        result = play("noisy-neighbour", *self.SHORT, "expect=[]", setting, seed=seed)
        assert cores_used(result, "shop", 4.0) == pytest.approx(4 * 2 / 514, rel=1e-3)
        assert latency_of(result, "shoppers")[1] > 1.0

    def test_a_limit_holds_on_average(self, seed: int) -> None:
        """1.5 of 4 cores for the export: 37.5 ms or more of each 100 for the shop to wait for."""
        settings = (
            *self.SHORT,
            "expect=[]",
            "services.shop.requests=null",
            "services.export.limits.cpu=1500m",
        )
        result = play("noisy-neighbour", *settings, seed=seed)
        assert cores_used(result, "export", 1.5) == pytest.approx(1.5, abs=0.015)
        assert latency_of(result, "shoppers")[2] > 0.08


@pytest.mark.parametrize("seed", SEEDS)
def test_right_sizing(seed: int) -> None:
    """Two and two are evicted, come back with the recommended size, and are fast then."""
    result = play("right-sizing", seed=seed)
    assert result.verdict == "pass"
    evicted = [each for each in result.log if "evicted" in each.detail]
    assert [each.time for each in evicted] == [60.0, 60.0, 120.0, 120.0]
    last = evicted[-1].detail
    assert last.startswith("api-4 evicted: vertical, request 200m to ")
    request = int(last.rsplit(" ", 1)[1].removesuffix("m")) / 1000
    # The 90th percentile of what four instances use, of which 0.3 cores is the mean, and 15 % more.
    assert 0.3 * 1.15 < request < 0.3 * 1.15 * 1.3
