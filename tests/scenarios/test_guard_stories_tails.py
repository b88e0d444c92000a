"""The lessons on bulkheads, hedging, caches, limits and fallbacks hold for other seeds too."""

from __future__ import annotations

import pytest

from simulator.experiment.result import Result
from simulator.experiment.run import simulate
from simulator.scenario import load

pytestmark = pytest.mark.once

SEEDS = range(5)


def play(name: str, *settings: str, seed: int) -> Result:
    return simulate(load(name, settings).scenario, seed=seed)


def values(result: Result) -> list[float]:
    """What was measured for each expectation."""
    return [-1.0 if each.value is None else each.value for each in result.expectations]


def counter(result: Result, policy: str, name: str) -> float:
    """What all the policies of a kind have counted together."""
    return sum(each.counters.get(name, 0) for each in result.policies if each.policy == policy)


@pytest.mark.parametrize("seed", SEEDS)
class TestBulkhead:
    BULKHEAD = "services.front.endpoints.product.1.bulkhead"

    def test_saves_the_other_page(self, seed: int) -> None:
        """With a bulkhead the home page notices nothing; without one most of it is refused."""
        expected = (
            'expect=["visitors.availability > 0% during [30s, 1m]", "readers.p50 >= 2s '
            'during [30s, 1m]", "front.utilization > 0% during [30s, 1m]"]'
        )
        with_ = play("bulkhead", expected, seed=seed)
        without = play("bulkhead", expected, f"{self.BULKHEAD}=null", seed=seed)
        assert values(with_)[0] == 1.0
        assert values(without)[0] < 0.3
        # Who got a place waits as long in both: it is the others who are saved.
        assert (with_.verdict, without.verdict) == ("pass", "pass")
        # Two instances, each with 8 of 20 threads lent, and some to work with; or all of them.
        assert 0.40 < values(with_)[2] < 0.50
        assert values(without)[2] > 0.95
        assert counter(with_, "bulkhead", "rejected") > 700

    def test_must_be_smaller_than_the_pool(self, seed: int) -> None:
        """A bulkhead of 25 before 20 threads is the same run as none at all."""
        default = play("bulkhead", f"{self.BULKHEAD}=resilience4j", seed=seed)
        none = play("bulkhead", f"{self.BULKHEAD}=null", seed=seed)
        assert (default.verdict, none.verdict) == ("fail", "fail")
        assert counter(default, "bulkhead", "rejected") == 0
        for name, figures in default.traffic.items():
            assert figures.outcomes == none.traffic[name].outcomes
            assert figures.latency.max == none.traffic[name].latency.max

    def test_must_not_have_a_line(self, seed: int) -> None:
        """Waiting for a place in the bulkhead holds a thread: that is worse than no bulkhead."""
        lined = play("bulkhead", f"{self.BULKHEAD}={{concurrency: 8, queue: 50}}", seed=seed)
        none = play("bulkhead", f"{self.BULKHEAD}=null", seed=seed)
        assert lined.verdict == "fail"
        assert values(lined)[0] < values(none)[0]

    def test_other_ways(self, seed: int) -> None:
        """A timeout frees the threads, and an asynchronous front holds none."""
        timeout = "services.reviews.policy.timeout=200ms"
        for way in (timeout, "services.front.threading=async"):
            assert play("bulkhead", f"{self.BULKHEAD}=null", way, seed=seed).verdict == "pass"


@pytest.mark.parametrize("seed", SEEDS)
class TestHedging:
    HEDGE = "services.leaf.policy.hedge"

    def test_cuts_the_tail(self, seed: int) -> None:
        """2 % more reads cut the median page by ten, and the 95th percentile by more."""
        hedged = play("hedging", seed=seed)
        plain = play("hedging", f"{self.HEDGE}=null", seed=seed)
        assert (hedged.verdict, plain.verdict) == ("pass", "fail")
        extra = counter(hedged, "hedge", "copies") / hedged.services["leaf"].calls
        assert 0.017 <= extra <= 0.026
        before, after = values(plain), values(hedged)
        assert before[0] > 10 * after[0]
        assert before[1] > 25 * after[1]
        # Who asks for one leaf sees little of either.
        one, other = plain.traffic["single"].latency.p95, hedged.traffic["single"].latency.p95
        assert one is not None and one == pytest.approx(other or 0.0, rel=0.05)

    def test_percentile(self, seed: int) -> None:
        """A copy after the 95th percentile costs 5 % more reads, and nobody needs to know it."""
        result = play("hedging", f"{self.HEDGE}={{percentile: 95%}}", seed=seed)
        assert result.verdict == "pass"
        extra = counter(result, "hedge", "copies") / result.services["leaf"].calls
        assert 0.04 <= extra <= 0.06

    def test_budget(self, seed: int) -> None:
        """A budget of 1 % is kept, and with it half of the slow leaves stay slow."""
        result = play("hedging", f"{self.HEDGE}={{delay: 10ms, budget: 1%}}", seed=seed)
        assert result.verdict == "fail"
        extra = counter(result, "hedge", "copies") / result.services["leaf"].calls
        assert 0.008 <= extra <= 0.0105
        assert counter(result, "hedge", "refused") > 200


@pytest.mark.parametrize("seed", SEEDS)
class TestCacheStampede:
    CACHE = "services.site.endpoints.article.1.cache"

    def test_coalescing(self, seed: int) -> None:
        """Without coalescing the same readers ask the renderer for six times as many pages."""
        with_ = play("cache-stampede", seed=seed)
        without = play("cache-stampede", f"{self.CACHE}.coalesce=false", seed=seed)
        assert (with_.verdict, without.verdict) == ("pass", "fail")
        assert with_.total.started == without.total.started
        assert counter(without, "cache", "misses") > 6 * counter(with_, "cache", "misses")
        assert counter(with_, "cache", "coalesced") > counter(with_, "cache", "misses")
        availability, p99, utilization = values(without)
        assert availability < 0.8
        assert p99 > 2.5
        assert utilization > 0.99

    def test_stale_while_revalidate(self, seed: int) -> None:
        """Showing the old page meanwhile needs no coalescing, and nobody waits for a rendering."""
        result = play(
            "cache-stampede",
            f"{self.CACHE}.coalesce=false",
            f"{self.CACHE}.stale_while_revalidate=5s",
            seed=seed,
        )
        assert result.verdict == "pass"
        assert values(result)[1] < 0.01

    def test_caches_by_the_site(self, seed: int) -> None:
        """Four caches ask four times, unless each key has its own; then they are as good as one."""
        one = play("cache-stampede", seed=seed)
        four = play("cache-stampede", "services.site.replicas=4", seed=seed)
        keyed = play(
            "cache-stampede", "services.site.replicas=4", "defaults.balancer=maglev", seed=seed
        )
        assert (four.verdict, keyed.verdict) == ("fail", "pass")
        assert counter(keyed, "cache", "misses") == counter(one, "cache", "misses")


@pytest.mark.parametrize("seed", SEEDS)
class TestAdaptiveLimit:
    LIMIT = "services.search.concurrency_limit"

    def test_adapts(self, seed: int) -> None:
        """It turns nobody away while all is well, and lets in what can be done when it is not."""
        result = play("adaptive-limit", seed=seed)
        assert result.verdict == "pass"
        before, slow, after = values(result)
        assert before > 0.999
        assert slow > 95.0
        assert after > 0.995

    @pytest.mark.parametrize("limit", [15, 20, 25, 30, 40])
    def test_no_fixed_limit_does(self, seed: int, limit: int) -> None:
        """A fixed limit turns users away in one phase, or serves them too late in the other."""
        fixed = f"{self.LIMIT}={{algorithm: fixed, limit: {limit}}}"
        result = play("adaptive-limit", fixed, seed=seed)
        assert result.verdict == "fail"
        before, slow, _ = values(result)
        assert (before < 0.985) == (limit <= 25)
        assert (slow < 65.0) == (limit >= 25)

    def test_single_requests_say_little(self, seed: int) -> None:
        """Without a window Vegas takes the spread of the latencies for a queue."""
        result = play("adaptive-limit", f"{self.LIMIT}.window=null", seed=seed)
        assert values(result)[0] < 0.75


@pytest.mark.parametrize("seed", SEEDS)
class TestFallback:
    FALLBACK = "services.front.endpoints.home.1.fallback"

    def test_availability_and_goodput(self, seed: int) -> None:
        """Old answers hold availability, and goodput is what it would be without them."""
        with_ = play("fallback", seed=seed)
        without = play("fallback", f"{self.FALLBACK}=null", seed=seed)
        assert (with_.verdict, without.verdict) == ("pass", "fail")
        assert values(with_)[0] > 0.99
        assert values(without)[0] < 0.05
        old, none = with_.traffic["users"], without.traffic["users"]
        assert old.goodput == none.goodput
        assert old.outcomes["ok"] == none.outcomes["ok"]
        lost = old.outcomes["degraded"] + old.outcomes["error"]
        assert lost == none.outcomes["error"] > 4000

    def test_another_service(self, seed: int) -> None:
        """A fallback to a service that is not made for it takes that one down too."""
        call = f"{self.FALLBACK}={{call: bestsellers.top}}"
        small = play("fallback", call, seed=seed)
        large = play("fallback", call, "services.bestsellers.concurrency=4", seed=seed)
        assert (small.verdict, large.verdict) == ("fail", "pass")
        assert (small.traffic["browsers"].availability or 0.0) < 0.9
        assert values(small)[0] < 0.5

    def test_what_is_kept(self, seed: int) -> None:
        """What is too old, or has been thrown out of the cache, is no fallback."""
        for setting in (
            f"{self.FALLBACK}={{stale: 10s}}",
            "services.front.endpoints.home.1.cache.capacity=50",
        ):
            result = play("fallback", setting, seed=seed)
            assert result.verdict == "fail"
            assert 0.15 < values(result)[0] < 0.7
