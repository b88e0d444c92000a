"""The lessons on retries, time-outs, breakers and metastability hold for other seeds than their own."""

from __future__ import annotations

import pytest

from simulator.experiment.result import Result
from simulator.experiment.run import simulate
from simulator.scenario import load

pytestmark = pytest.mark.once

SEEDS = range(5)


def play(name: str, *settings: str, seed: int) -> Result:
    return simulate(load(name, settings).scenario, seed=seed)


def counter(result: Result, policy: str, name: str) -> float:
    """What all the policies of a kind have counted together."""
    return sum(each.counters.get(name, 0) for each in result.policies if each.policy == policy)


def attempts(result: Result, callee: str) -> int:
    """How many attempts an endpoint has been asked for."""
    return sum(each.attempts for each in result.edges if each.callee == callee)


def metastable(result: Result) -> bool:
    assert result.metastability is not None
    return result.metastability.metastable


@pytest.mark.parametrize("seed", SEEDS)
class TestRetryStorm:
    RETRY = "services.stock.policy.retry"

    def test_budget(self, seed: int) -> None:
        """With a budget a dip is a dip; without one nobody is served in time ever after."""
        with_ = play("retry-storm", seed=seed)
        without = play("retry-storm", f"{self.RETRY}.budget=null", seed=seed)
        assert (with_.verdict, without.verdict) == ("pass", "fail")
        assert (metastable(with_), metastable(without)) == (False, True)
        assert [each.value for each in without.expectations[1:]] == [0.0, 0.0]
        assert counter(without, "retry", "sent") > 50 * counter(with_, "retry", "sent")
        assert without.services["stock"].wasted_work > 0.75 * without.services["stock"].work
        assert with_.services["stock"].wasted_work < 0.15 * with_.services["stock"].work

    def test_what_retries_are_for(self, seed: int) -> None:
        """Without retries there is no storm either, but the odd failure is not mended."""
        result = play("retry-storm", f"{self.RETRY}=null", seed=seed)
        assert not metastable(result)
        assert [each.met for each in result.expectations] == [False, True, True]

    def test_waiting_longer(self, seed: int) -> None:
        """A longer wait before a retry does not make fewer of them."""
        unbound = f"{self.RETRY}.budget=null"
        assert play("retry-storm", unbound, f"{self.RETRY}.backoff=2s", seed=seed).verdict == "fail"


class TestThreeTiers:
    DEADLINE = "traffic.buyers.deadline=null"

    @pytest.mark.parametrize("seed", SEEDS)
    def test_deadline(self, seed: int) -> None:
        """A deadline at the entry ends the attempts of all tiers, and saves those who only read."""
        with_ = play("three-tiers", seed=seed)
        without = play("three-tiers", self.DEADLINE, seed=seed)
        assert (with_.verdict, without.verdict) == ("pass", "fail")
        assert (metastable(with_), metastable(without)) == (False, True)
        rates = [each.expectations[0].value or 0.0 for each in (with_, without)]
        assert rates[1] > 20 * rates[0]
        assert [each.value for each in without.expectations[1:]] == [0.0, 0.0]

    @pytest.mark.parametrize("seed", SEEDS)
    def test_one_tier(self, seed: int) -> None:
        """If one tier retries it is as good as with a deadline."""
        others = ("services.shop.endpoints.buy.1.retry", "services.orders.endpoints.place.1.retry")
        settings = [f"{each}=null" for each in others]
        assert play("three-tiers", self.DEADLINE, *settings, seed=seed).verdict == "pass"

    @pytest.mark.parametrize("seed", SEEDS)
    @pytest.mark.parametrize("tries", [1, 2, 3])
    def test_product(self, tries: int, seed: int) -> None:
        """Where all attempts fail and nothing ends them, there are exactly `tries` cubed a request."""
        result = play(
            "three-tiers",
            self.DEADLINE,
            "warmup=0s",
            "duration=20s",
            "faults=[]",
            "expect=[]",
            "services.db.endpoints.write=[{fail: 100%}]",
            f"policies.thrice.retry.attempts={tries}",
            # The last have been answered when the run ends.
            "traffic.buyers.profile=[{at: 10s, rate: 0/s}]",
            seed=seed,
        )
        buyers = result.traffic["buyers"]
        assert buyers.started == buyers.finished > 50
        assert attempts(result, "orders.place") == tries * buyers.started
        assert attempts(result, "ledger.book") == tries**2 * buyers.started
        assert attempts(result, "db.write") == tries**3 * buyers.started


@pytest.mark.parametrize("seed", SEEDS)
class TestPatientCallee:
    PATIENT = "services.stock.policy.timeout=5s"

    def test_shorter_timeout(self, seed: int) -> None:
        """A callee that gives up before its caller does keeps its threads, and wastes no work."""
        with_ = play("patient-callee", seed=seed)
        without = play("patient-callee", self.PATIENT, seed=seed)
        assert (with_.verdict, without.verdict) == ("pass", "fail")
        assert with_.services["orders"].wasted_work == 0.0
        assert without.services["orders"].wasted_work > 0.05 * without.services["orders"].work
        used = [each.expectations[2].value or 0.0 for each in (with_, without)]
        assert used[1] > 3 * used[0]

    def test_deadline(self, seed: int) -> None:
        """A deadline that travels does as well, whatever the time-outs."""
        result = play(
            "patient-callee", self.PATIENT, "services.orders.policy.deadline=1s", seed=seed
        )
        assert result.verdict == "pass"
        assert result.services["orders"].wasted_work < 0.02 * result.services["orders"].work

    def test_as_patient_as_the_callee(self, seed: int) -> None:
        """A caller that waits longer still wastes no work, and no less of the threads."""
        result = play(
            "patient-callee", self.PATIENT, "services.orders.policy.timeout=6s", seed=seed
        )
        assert result.verdict == "fail"
        assert result.services["orders"].wasted_work == 0.0


@pytest.mark.parametrize("seed", SEEDS)
class TestFlappingBreaker:
    BREAKER = "services.prices.policy.breaker"

    def test_four_calls(self, seed: int) -> None:
        """A breaker that judges by four calls opens dozens of times, and refuses good calls."""
        sane = play("flapping-breaker", seed=seed)
        short = play(
            "flapping-breaker",
            f"{self.BREAKER}={{window: 4, minimum_calls: 4, wait: 1s}}",
            seed=seed,
        )
        assert (sane.verdict, short.verdict) == ("pass", "fail")
        assert counter(sane, "breaker", "opened") <= 8
        assert counter(short, "breaker", "opened") >= 36
        assert [each.met for each in short.expectations] == [False, True, True, False]

    def test_in_quiet_times(self, seed: int) -> None:
        """Where nothing is wrong but one call in twenty, twenty calls do not open it and four do."""
        quiet = ("duration=50s", "faults=[]", "expect=[]")
        four = (f"{self.BREAKER}.window=4", f"{self.BREAKER}.minimum_calls=4")
        sane = play("flapping-breaker", *quiet, seed=seed)
        short = play("flapping-breaker", *quiet, *four, f"{self.BREAKER}.wait=1s", seed=seed)
        assert counter(sane, "breaker", "opened") == 0
        assert counter(short, "breaker", "opened") >= 5

    def test_without(self, seed: int) -> None:
        """Without a breaker calls that cannot succeed take the threads of those that need none."""
        result = play("flapping-breaker", f"{self.BREAKER}=null", seed=seed)
        assert [each.met for each in result.expectations] == [True, False, False, True]

    def test_slow_calls(self, seed: int) -> None:
        """Judging by slow calls protects as well when the time-out is a longer one."""
        result = play(
            "flapping-breaker",
            "services.prices.policy.timeout=2s",
            f"{self.BREAKER}.slow_call_duration=500ms",
            f"{self.BREAKER}.slow_call_rate=50%",
            seed=seed,
        )
        assert result.verdict == "pass"
        assert counter(result, "breaker", "slow") > 100


@pytest.mark.parametrize("seed", SEEDS)
class TestMetastable:
    UNBOUND = "traffic.users.retry.budget=null"

    def test_budget(self, seed: int) -> None:
        """With a budget the database comes back; without one it does not, with no fault about."""
        with_, without = play("metastable", seed=seed), play("metastable", self.UNBOUND, seed=seed)
        assert (with_.verdict, without.verdict) == ("pass", "fail")
        assert (metastable(with_), metastable(without)) == (False, True)
        assert without.metastability is not None
        assert without.metastability.goodput_after == 0.0

    def test_half_the_load(self, seed: int) -> None:
        """Below half the capacity it comes back without any defence."""
        result = play("metastable", self.UNBOUND, "traffic.users.rate=140/s", seed=seed)
        assert result.verdict == "pass"
        assert not metastable(result)

    def test_load_cut(self, seed: int) -> None:
        """So it does when most users are kept out for a minute: it was the load that kept it down."""
        cut = "traffic.users.profile=[{at: 80s, times: 0.1}, {at: 140s, times: 1}]"
        result = play("metastable", self.UNBOUND, cut, seed=seed)
        assert result.verdict == "pass"
        assert not metastable(result)
