"""Adaptive concurrency limits, step by step against the tests of Netflix concurrency-limits."""

from __future__ import annotations

import pytest

from simulator.balancing.chance import Chance
from simulator.call.concurrency_limit.aimd import AimdLimit
from simulator.call.concurrency_limit.base import ConcurrencyLimit
from simulator.call.concurrency_limit.exp_avg import ExpAvgMeasurement
from simulator.call.concurrency_limit.fixed import FixedLimit
from simulator.call.concurrency_limit.gradient2 import Gradient2Limit
from simulator.call.concurrency_limit.vegas import VegasLimit, log10_of
from simulator.call.concurrency_limit.windowed import WindowedLimit

MS = 0.001


def constant(value: float) -> Chance:
    return Chance(lambda size: [value] * size)


def after(limit: ConcurrencyLimit, *samples: tuple[float, int], dropped: bool = False) -> list[int]:
    """The limit after each sample of (seconds, under way)."""
    limits = []
    for seconds, in_flight in samples:
        limit.sample(0.0, seconds, in_flight, dropped)
        limits.append(limit.limit)
    return limits


def vegas() -> VegasLimit:
    """That of VegasLimitTest."""
    return VegasLimit(constant(0.5), limit=10, maximum=20, alpha=3, beta=6)


class HalvingVegas(VegasLimit):
    """The decrease function of VegasLimitTest.decreaseSmoothing."""

    def decreased(self, estimate: float) -> float:
        return estimate / 2


# Who may be under way.


def test_there_is_room_for_as_many_as_the_limit() -> None:
    """Ten are let in and told their number; the eleventh is turned away (SimpleLimiterTest)."""
    limit = FixedLimit(10)
    assert [limit.acquire() for _ in range(11)] == [*range(1, 11), 0]
    assert limit.in_flight == 10
    limit.release(0.0, MS, 1, dropped=False)
    assert limit.in_flight == 9
    assert [limit.acquire() for _ in range(2)] == [10, 0]
    limit.ignore()
    assert limit.in_flight == 9
    assert limit.counters(0.0) == {"rejected": 2, "limit": 10}


def test_a_limit_below_those_under_way_lets_nobody_in_until_they_are_fewer() -> None:
    """A drop lowers the limit; none of those under way is stopped, but no new one comes."""
    limit = AimdLimit(limit=10, minimum=1)
    numbers = [limit.acquire() for _ in range(10)]
    limit.release(0.0, MS, numbers.pop(), dropped=True)
    assert (limit.limit, limit.in_flight) == (9, 9)
    limit.release(0.0, MS, numbers.pop(), dropped=True)
    assert (limit.limit, limit.in_flight) == (8, 8)
    assert limit.acquire() == 0
    limit.ignore()
    assert limit.acquire() == 8


def test_only_what_says_something_moves_the_limit() -> None:
    """A release is a sample, whatever is ignored is none."""
    limit = AimdLimit(limit=20)
    assert limit.acquire() == 1
    limit.ignore()
    assert limit.limit == 20
    assert [limit.acquire() for _ in range(10)][-1] == 10
    limit.release(0.0, MS, 10, dropped=False)
    assert limit.limit == 21


# AIMD.


def test_a_success_adds_one() -> None:
    """If half the limit is used; and never beyond the maximum."""
    assert after(AimdLimit(limit=20), (MS, 10)) == [21]  # C16-07, increaseOnSuccess
    assert after(AimdLimit(limit=20), (MS, 9)) == [20]
    assert after(AimdLimit(limit=21, minimum=0, maximum=21), (MS, 11)) == [21]


def test_a_drop_takes_a_tenth() -> None:
    """Rounded down, and never below the minimum; what takes too long counts as dropped."""
    assert after(AimdLimit(limit=30), (0.0, 0), dropped=True) == [27]  # C16-08, decreaseOnDrops
    assert after(AimdLimit(limit=27), *[(0.0, 0)] * 4, dropped=True) == [24, 21, 20, 20]
    assert after(AimdLimit(limit=30), (5.0, 20)) == [31]
    assert after(AimdLimit(limit=30), (5.001, 20)) == [27]


def test_additive_increase_saws() -> None:
    """At a callee that drops whatever is beyond 100, the limit goes between 90 and 101 for ever."""
    limit = AimdLimit(limit=100)
    seen = []
    for _ in range(120):
        limit.sample(0.0, MS, limit.limit, limit.limit > 100)
        seen.append(limit.limit)
    assert seen == [101, *[*range(90, 102)] * 10][:120]


# Vegas.


def test_vegas_grows_while_there_is_no_queue() -> None:
    """As fast as the shortest latency: grow by beta."""
    assert after(vegas(), (10 * MS, 10), (10 * MS, 11)) == [10, 16]  # C16-01, increaseLimit


def test_vegas_falls_when_the_queue_is_long() -> None:
    """At five times the shortest latency, four fifths of the limit stand in a queue."""
    assert after(vegas(), (10 * MS, 10), (50 * MS, 11)) == [10, 9]  # C16-02, decreaseLimit


def test_vegas_stays_between_alpha_and_beta() -> None:
    """A queue of three to six is as it should be (noChangeIfWithinThresholds); rounded up."""
    limits = {
        seconds: after(vegas(), (10 * MS, 10), (seconds * MS, 14))[1] for seconds in range(10, 28)
    }
    queue_up_to_1, queue_of_2, queue_above_6 = (10, 11), (12,), (26, 27)
    assert [limits[seconds] for seconds in queue_up_to_1] == [16, 16]
    assert [limits[seconds] for seconds in queue_of_2] == [11]
    assert {limits[seconds] for seconds in range(13, 26)} == {10}
    assert [limits[seconds] for seconds in queue_above_6] == [9, 9]


def test_vegas_takes_greater_steps_at_greater_limits() -> None:
    """They go by the decimal logarithm of the limit, which is 4 here."""
    limit = VegasLimit(constant(0.5), limit=10_000, maximum=20_000)
    assert after(limit, (10.0, 5000), (10.0, 6000)) == [10_000, 10_024]  # C16-04


def test_vegas_smooths() -> None:
    """Half the way to half the limit is a quarter less (decreaseSmoothing, decreaseWithoutSmoothing)."""
    samples = [(10 * MS, 100), (20 * MS, 100), (20 * MS, 100)]
    smooth = HalvingVegas(constant(0.5), limit=100, maximum=200, smoothing=0.5)
    assert after(smooth, *samples) == [100, 75, 56]  # C16-05
    assert after(HalvingVegas(constant(0.5), limit=100, maximum=200), *samples) == [100, 50, 25]


def test_vegas_heeds_drops_even_when_hardly_used() -> None:
    """A request that was nearly alone says nothing, unless it was dropped; 1 is the least."""
    limit = vegas()
    assert after(limit, (10 * MS, 10), (50 * MS, 4)) == [10, 10]
    assert after(limit, (10 * MS, 1), dropped=True) == [9]
    assert after(limit, *[(10 * MS, 1)] * 10, dropped=True) == [8, 7, 6, 5, 4, 3, 2, 1, 1, 1]


@pytest.mark.parametrize(("draw", "samples"), [(0.0, 150), (0.5, 225), (0.999, 300)])
def test_vegas_forgets_the_shortest_latency(draw: float, samples: int) -> None:
    """After 0.5 to 1 times 30 times the limit samples, whatever comes then is the shortest."""
    limit = VegasLimit(constant(draw), limit=10)
    after(limit, (10 * MS, 1), *[(50 * MS, 1)] * (samples - 2))
    assert limit.shortest == 10_000_000
    after(limit, (50 * MS, 10))
    assert limit.shortest == 50_000_000
    assert after(limit, (50 * MS, 10)) == [16]


def test_vegas_measures_whole_nanoseconds() -> None:
    """Differences that come from rounding are no queue, and no latency at all is a nanosecond."""
    limit = vegas()
    assert after(limit, (0.3 - 0.2, 10), (0.1 + 1e-16, 10)) == [10, 16]
    assert after(vegas(), (0.0, 10), (0.0, 10)) == [10, 16]


def test_decimal_logarithms() -> None:
    """Rounded down, and at least 1 (Log10RootIntFunctionTest)."""
    logarithms = [log10_of(limit) for limit in (0, 1, 99, 100, 999, 1000, 10_000)]
    assert logarithms == [1, 1, 1, 2, 2, 3, 4]


# Gradient2.


def test_exponential_average_begins_as_a_mean() -> None:
    """Ten values are averaged plainly; the eleventh weighs 2/101."""
    average = ExpAvgMeasurement(100, 10)
    means = [average.add(value) for value in range(10, 20)]
    assert means == [10, 10.5, 11, 11.5, 12, 12.5, 13, 13.5, 14, 14.5]  # C16-10
    assert average.add(100.0) == pytest.approx(16.2, abs=0.1)  # C16-11
    assert average.value == pytest.approx(14.5 * 99 / 101 + 100 * 2 / 101, rel=1e-12)


def test_gradient_falls_with_the_ratio_of_averages() -> None:
    """Three times the long average is twice what is tolerated: half the limit, and the queue."""
    limit = Gradient2Limit(limit=100)
    # One request alone moves only the average; with 30 ms the mean of the five is 10 ms.
    assert after(limit, *[(5 * MS, 1)] * 4) == [100] * 4
    assert after(limit, (30 * MS, 100)) == [90]
    assert limit.average.value == pytest.approx(10e6, rel=1e-12)
    assert limit.estimate == pytest.approx(90.8, rel=1e-12)  # C16-13


def test_gradient_grows_by_the_queue_while_latency_is_steady() -> None:
    """A gradient of 1 adds four, a fifth of which is taken over."""
    limit = Gradient2Limit(limit=100)
    assert after(limit, (10 * MS, 100)) == [100]
    assert limit.estimate == pytest.approx(100.8, rel=1e-12)  # C16-14
    assert after(limit, *[(10 * MS, 200)] * 200)[-1] == 200
    idle = Gradient2Limit(limit=100)
    after(idle, (10 * MS, 49))
    assert idle.estimate == 100.0
    after(idle, (10 * MS, 50))
    assert idle.estimate == pytest.approx(100.8, rel=1e-12)


def test_gradient_tolerates_half_as_much_again() -> None:
    """Up to 1.5 times the average the limit grows as if nothing were."""
    limit = Gradient2Limit(limit=100)
    after(limit, (10 * MS, 1))
    # (10 + 20)/2 = 15, and 1.5 x 15/20 is above 1.
    after(limit, (20 * MS, 100))
    assert limit.estimate == pytest.approx(100.8, rel=1e-12)
    strict = Gradient2Limit(limit=100, tolerance=1.0)
    after(strict, (10 * MS, 1), (20 * MS, 100))
    assert strict.estimate == pytest.approx(100 * 0.8 + (75 + 4) * 0.2, rel=1e-12)


def test_gradient_settles_at_twice_the_queue_under_lasting_overload() -> None:
    """With a gradient of 0.5 the limit is its own half and four: eight; or the minimum."""
    for minimum, settled in ((1, 8), (20, 20)):
        limit = Gradient2Limit(limit=100, minimum=minimum, long_window=10**9)
        after(limit, *[(MS, 1)] * 10)
        assert after(limit, *[(1.0, 200)] * 300)[-1] == settled
        assert limit.estimate == pytest.approx(settled, rel=1e-9)


def test_gradient_forgets_overload_faster_than_it_learned_it() -> None:
    """While the average is more than twice the latency it loses another twentieth each time."""
    limit = Gradient2Limit(limit=100, long_window=10**9)
    after(limit, *[(100 * MS, 1)] * 10)
    after(limit, (10 * MS, 1))
    assert limit.average.value == pytest.approx(0.95 * 100e6, rel=1e-6)
    after(limit, (48 * MS, 1))
    assert limit.average.value == pytest.approx(0.95 * 100e6, rel=1e-6)
    after(limit, (47 * MS, 1))
    assert limit.average.value == pytest.approx(0.95**2 * 100e6, rel=1e-6)


# Windows.


class Witness(ConcurrencyLimit):
    """Writes down what it is told, and counts the windows as its limit."""

    def __init__(self) -> None:
        super().__init__(5)
        self.told: list[tuple[float, float, int, bool]] = []

    def sample(self, now: float, seconds: float, in_flight: int, dropped: bool) -> None:
        self.told.append((now, seconds, in_flight, dropped))
        self.limit += 1


def test_a_window_is_one_sample() -> None:
    """It has the mean latency, the most under way, and any drop; the limit is the inner one's."""
    inner = Witness()
    limit = WindowedLimit(inner)
    assert limit.limit == 5
    limit.sample(10.0, 0.5, 100, dropped=True)  # Ends the first window, in which it is alone.
    for n in range(1, 10):
        limit.sample(10.0 + n / 10, 0.25, n, dropped=n == 3)
    limit.sample(11.0, 0.5, 2, dropped=False)
    assert inner.told == []
    limit.sample(11.125, 0.25, 4, dropped=False)
    assert inner.told == [(11.125, 3.0 / 11, 9, True)]
    assert limit.limit == 6
    # Everything begins anew, and ends a second after the sample that ended the last.
    for n in range(10):
        limit.sample(12.0 + n / 100, 0.25, 1, dropped=False)
    assert len(inner.told) == 1
    limit.sample(12.25, 0.25, 1, dropped=False)
    assert inner.told[1:] == [(12.25, 0.25, 1, False)]
    assert limit.limit == 7


def test_a_window_with_few_samples_is_thrown_away() -> None:
    """Nine are not enough, and do not help the next window."""
    inner = Witness()
    limit = WindowedLimit(inner)
    limit.sample(10.0, 0.25, 1, dropped=False)
    for n in range(1, 9):
        limit.sample(10.0 + n / 10, 0.25, 1, dropped=True)
    limit.sample(11.5, 0.25, 1, dropped=True)
    for n in range(10):
        limit.sample(11.75 + n / 20, 0.25, 2, dropped=False)
    limit.sample(12.625, 0.25, 2, dropped=False)
    assert inner.told == [(12.625, 0.25, 2, False)]


def test_a_window_is_as_long_as_two_of_its_latencies() -> None:
    """Between its bounds; and latencies below 100 us are not looked at."""
    inner = Witness()
    limit = WindowedLimit(inner, shortest_window=1.0, longest_window=10.0)
    limit.sample(10.0, 2.0, 1, dropped=False)
    for n in range(10):
        limit.sample(13.0 + n / 10, 2.0, 1, dropped=False)
        limit.sample(13.0 + n / 10, 99e-6, 50, dropped=True)
    limit.sample(14.0, 2.0, 1, dropped=False)
    assert inner.told == []
    limit.sample(14.125, 2.0, 1, dropped=False)
    assert inner.told == [(14.125, 2.0, 1, False)]


def test_a_windowed_limit_counts_for_itself() -> None:
    """What is under way and turned away is its own count; the inner one only sets the limit."""
    limit = WindowedLimit(FixedLimit(2))
    assert [limit.acquire() for _ in range(3)] == [1, 2, 0]
    limit.release(0.0, MS, 2, dropped=False)
    assert limit.acquire() == 2
    assert limit.counters(0.0) == {"rejected": 1, "limit": 2}
