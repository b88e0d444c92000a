"""The teaching scenarios: the stories they tell hold for other seeds than their own."""

from __future__ import annotations

import pytest

from simulator.experiment.result import Result
from simulator.experiment.run import simulate
from simulator.scenario import load

SEEDS = range(5)


def play(name: str, *settings: str, seed: int) -> Result:
    return simulate(load(name, settings).scenario, seed=seed)


@pytest.mark.parametrize("seed", SEEDS)
class TestThreadsOrAsync:
    def test_blocking(self, seed: int) -> None:
        """A slow callee takes all the threads, and a page that never asks it is turned away."""
        result = play("threads-or-async", "services.shop.threading=blocking", seed=seed)
        visitors = result.traffic["visitors"]
        assert result.verdict == "fail"
        assert (visitors.availability or 0) < 0.8
        assert (visitors.latency.p50 or 0) > 1.0
        assert (result.services["shop"].utilization or 0) > 0.99

    def test_async(self, seed: int) -> None:
        """Without held threads the other page does not notice."""
        result = play("threads-or-async", seed=seed)
        assert result.verdict == "pass"
        assert result.traffic["visitors"].availability == 1.0
        assert (result.traffic["readers"].latency.p50 or 0) > 0.9

    def test_timeout(self, seed: int) -> None:
        """A timeout where the thread waits frees it; one where the reader waits does not."""
        blocking = "services.shop.threading=blocking"
        inside = play(
            "threads-or-async", blocking, "services.reviews.policy.timeout=200ms", seed=seed
        )
        outside = play("threads-or-async", blocking, "traffic.readers.timeout=200ms", seed=seed)
        assert (inside.verdict, outside.verdict) == ("pass", "fail")


@pytest.mark.parametrize("seed", SEEDS)
class TestDeadline:
    def test_saves_work(self, seed: int) -> None:
        """With a deadline the goodput after a rush is twice that of a mere timeout, and more."""
        known = play("deadline", seed=seed)
        unknown = play("deadline", "traffic.users.deadline=null", seed=seed)
        assert (known.verdict, unknown.verdict) == ("pass", "fail")
        rush, after = (
            (with_.value or 0.0, without.value or 0.0)
            for with_, without in zip(known.expectations[1:], unknown.expectations[1:], strict=True)
        )
        assert rush[0] > 4 * rush[1]
        assert after[0] > 2 * after[1]
        assert known.services["backend"].work < unknown.services["backend"].work

    def test_same_requests(self, seed: int) -> None:
        """Both runs get the same requests: only the policy differs."""
        known = play("deadline", "duration=20s", "expect=[]", seed=seed)
        unknown = play(
            "deadline", "traffic.users.deadline=null", "duration=20s", "expect=[]", seed=seed
        )
        assert known.total.started == unknown.total.started


@pytest.mark.parametrize("seed", SEEDS)
def test_bursts(seed: int) -> None:
    """Of two streams of one rate and servers of one utilization, the one in bursts waits far longer."""
    result = play("bursts", seed=seed)
    steady, bursty = result.traffic["steady"], result.traffic["bursty"]
    assert bursty.throughput == pytest.approx(steady.throughput, rel=0.07)
    assert (bursty.latency.p99 or 0) > 5 * (steady.latency.p99 or 0)


@pytest.mark.parametrize("seed", SEEDS)
def test_closed_loop(seed: int) -> None:
    """Users who wait see a lower latency than a stream of the same throughput."""
    result = play("closed-loop", seed=seed)
    closed, stream = result.traffic["closed"], result.traffic["open"]
    assert closed.throughput == pytest.approx(stream.throughput, rel=0.02)
    assert (stream.latency.mean or 0) > 1.4 * (closed.latency.mean or 0)
    assert (stream.latency.p99 or 0) > 1.7 * (closed.latency.p99 or 0)
    assert result.services["server-a"].queue.max < 50


@pytest.mark.parametrize(("rate", "mean"), [(320, 0.017455), (200, 0.010870)])
def test_mm4(rate: int, mean: float) -> None:
    """The textbook's queue has the textbook's mean (Erlang C)."""
    result = play("mm4", f"traffic.users.rate={rate}/s", "expect=[]", seed=1)
    assert result.total.latency.mean == pytest.approx(mean, rel=0.03)
