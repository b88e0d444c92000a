"""The shop breaks without the defence that a scenario is about, and does not with it, for another seed than its own."""

from __future__ import annotations

import pytest

from simulator.experiment.result import Result
from simulator.experiment.run import simulate
from simulator.scenario import bundled, load
from simulator.scenario.expectation import Expectation, parse_expectation

pytestmark = pytest.mark.once

SEEDS = (0,)
"""Their own seeds, with the defence and without, are played with the other bundled scenarios."""
SHOP = "online-store"
NO_RETRY, NO_OUTLIER = "defaults.retry=null", "defaults.outlier=null"
NO_FALLBACK = "services.payments.policy.fallback=null"
NO_BREAKER = "services.payments.policy.breaker=null"
BY_TURNS = "defaults.balancer=round_robin"
ITEM = "services.catalogue.endpoints.item.1"
WEB = "services.web.endpoints"

TAKEN_AWAY: dict[str, tuple[str, ...]] = {
    "store-abusive-client": ("traffic.shoppers.rate_limit=null",),
    "store-bad-config": ("services.catalogue.policy.fallback=null",),
    "store-bad-deploy": ("faults.0.bad_deploy.mode=all",),
    "store-bank-errors": (NO_BREAKER,),
    "store-bank-outage": (NO_FALLBACK,),
    "store-cache-flush": (f"{ITEM}.bulkhead=null",),
    "store-certificate-expiry": ("services.orders.endpoints.place.3.optional=false",),
    "store-corrupt-answers": (NO_RETRY,),
    "store-crash-loop": (NO_RETRY,),
    "store-detours": ("services.catalogue.policy.hedge=null",),
    "store-disk-full": (NO_RETRY, NO_OUTLIER),
    "store-dns-outage": (f"{ITEM}.fallback=null",),
    "store-double-questions": ("services.database.replicas=1",),
    "store-flaky-network": (NO_RETRY,),
    "store-flash-sale": ("services.web.shedding=null",),
    "store-force-breaker": ("faults.1.force_breaker.state=disabled",),
    "store-game-day": (NO_RETRY, NO_FALLBACK),
    "store-hot-key": ("services.catalogue.policy.balancer=ring_hash",),
    "store-hung-catalogue": ("services.catalogue.policy.timeout=null",),
    "store-instance-crash": (NO_RETRY,),
    "store-login-herd": ("services.web.shedding=null",),
    "store-lost-basket": (NO_RETRY,),
    "store-memory-leak": (NO_RETRY,),
    "store-monkey": (NO_RETRY,),
    "store-node-drain": ("faults.0.node_drain.grace=0s", NO_RETRY),
    "store-optional-stock": (f"{WEB}.product.1.together.1.optional=false",),
    "store-partition": ("services.inventory.policy.timeout=null", BY_TURNS),
    "store-pauses": ("services.catalogue.policy.hedge=null",),
    "store-registry-outage": (NO_RETRY, NO_OUTLIER),
    "store-retry-storm": ("defaults.retry.budget=null",),
    "store-rolling-restart": (
        "faults=[{at: 15s, for: 5s, kill: {service: catalogue, mode: all, grace: 3s}}]",
    ),
    "store-secret-expiry": (NO_FALLBACK,),
    "store-slow-instance": (BY_TURNS, NO_OUTLIER),
    "store-slow-payments": (NO_BREAKER,),
    "store-slow-search": (
        "services.web.shedding=null",
        f"{WEB}.home.1.bulkhead=null",
        f"{WEB}.search.1.bulkhead=null",
        f"{WEB}.product.1.together.0.bulkhead=null",
        "services.catalogue.policy.timeout=null",
    ),
    "store-thin-wire": (f"{ITEM}.cache=null",),
    "store-wear": (NO_RETRY,),
    "store-worst-moment": ("services.web.shedding=null", "services.web.queue=null"),
    "store-wrong-clock": (NO_OUTLIER, NO_RETRY, NO_FALLBACK),
    "store-zone-outage": ("services.web.zones=[b]",),
}
"""For each scenario of the shop, the settings that take away what saves it."""


def play(name: str, *settings: str, seed: int) -> Result:
    return simulate(load(name, settings).scenario, seed=seed)


def expected(name: str) -> list[Expectation]:
    """What a scenario expects."""
    return [parse_expectation(each.expect) for each in load(name).scenario.expected()]


def counter(result: Result, policy: str, name: str) -> float:
    """What all the policies of a kind have counted together."""
    return sum(each.counters.get(name, 0) for each in result.policies if each.policy == policy)


def test_all_are_here() -> None:
    """Every scenario of the shop is in the table."""
    assert list(TAKEN_AWAY) == [name for name in bundled() if name.startswith("store-")]


@pytest.mark.parametrize("name", TAKEN_AWAY)
class TestEach:
    def test_is_the_shop_with_something_broken(self, name: str) -> None:
        """It extends the shop, is short, and its one trouble begins when all is warm."""
        loaded = load(name)
        assert loaded.extends == (f"{SHOP}.yaml",)
        assert list(loaded.scenario.services) == list(load(SHOP).scenario.services)
        assert loaded.scenario.faults
        assert len(bundled()[name].read_text("utf-8").splitlines()) <= 40

    @pytest.mark.parametrize("seed", SEEDS)
    def test_defended(self, name: str, seed: int) -> None:
        """With the defence every expectation is met."""
        assert [each for each in play(name, seed=seed).expectations if not each.met] == []

    @pytest.mark.parametrize("seed", SEEDS)
    def test_undefended(self, name: str, seed: int) -> None:
        """Without it one is not."""
        assert play(name, *TAKEN_AWAY[name], seed=seed).verdict == "fail"

    def test_not_for_want_of_the_defence(self, name: str) -> None:
        """Without the fault the shop passes undefended: it is the fault that breaks it."""
        if any(each.startswith("faults") for each in TAKEN_AWAY[name]):
            pytest.skip("what is changed is the fault")
        if any(each.phase for each in expected(name)):
            pytest.skip("what is expected is told by its fault")
        assert play(name, *TAKEN_AWAY[name], "faults=[]", seed=0).verdict == "pass"


@pytest.mark.parametrize("seed", SEEDS)
class TestWhatSavesIt:
    def test_healthy(self, seed: int) -> None:
        """On a good day no defence has anything to do, and nobody is turned away."""
        result = play(SHOP, seed=seed)
        assert result.verdict == "pass"
        assert counter(result, "breaker", "opened") == 0
        assert counter(result, "fallback", "used") == 0
        assert counter(result, "bulkhead", "rejected") == 0
        assert sum(counter(result, "gate", name) for name in ("shed", "queue_full")) == 0

    def test_breaker(self, seed: int) -> None:
        """Two in three of those who would wait for a slow service are spared by the breaker."""
        with_, without = (
            play("store-slow-payments", *away, seed=seed) for away in ((), (NO_BREAKER,))
        )
        assert counter(with_, "breaker", "opened") >= 3
        spared = counter(with_, "breaker", "rejected")
        assert spared > 2 / 3 * counter(without, "fallback", "used")

    def test_fallback(self, seed: int) -> None:
        """Orders are taken all the same, and seen as what they are: degraded."""
        result = play("store-bank-outage", seed=seed)
        degraded = result.traffic["buyers"].outcomes["degraded"]
        # 12 checkouts a second for 25 s, and up to 5 s more until the breaker tries again: within
        # 3.3 standard errors.
        assert 300 - 3.3 * 300**0.5 < degraded < 360 + 3.3 * 360**0.5
        assert counter(result, "fallback", "used") == degraded

    def test_priorities(self, seed: int) -> None:
        """In the flash sale it is shoppers who are turned away, and no buyer."""
        result = play("store-flash-sale", seed=seed)
        assert result.traffic["shoppers"].outcomes["shed"] > 100
        assert "shed" not in result.traffic["buyers"].outcomes

    def test_budget(self, seed: int) -> None:
        """Without a budget there are many times as many retries, and they are in vain."""
        with_ = play("store-retry-storm", seed=seed)
        without = play("store-retry-storm", "defaults.retry.budget=null", seed=seed)
        assert counter(without, "retry", "sent") > 10 * counter(with_, "retry", "sent")

    def test_hedging(self, seed: int) -> None:
        """The wait goes at the price of a tenth more questions at most."""
        result = play("store-pauses", seed=seed)
        calls = result.services["catalogue"].calls
        assert 0 < counter(result, "hedge", "copies") < calls / 10
