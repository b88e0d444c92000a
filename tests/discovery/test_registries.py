"""How long callers keep sending to an instance that is gone, under each registry."""

from __future__ import annotations

import pytest

from simulator.errors import SimulatorError
from simulator.experiment.result import DeathFigures, Result
from simulator.experiment.run import simulate
from simulator.scenario import parse

SHOP = """
scenario: shop
duration: 10m
traffic: {users: {rate: 20/s, target: shop.get, clients: 4}}
services: {shop: {replicas: 10, concurrency: 4, endpoints: {get: [work: 10ms]}}}
"""


def play(*settings: str, seed: int = 0, check: bool = False) -> Result:
    return simulate(parse(SHOP, settings=settings).scenario, seed=seed, check=check)


def death(registry: str, *settings: str, seed: int) -> DeathFigures:
    """The death of one instance at 100 s."""
    kill = "faults=[{at: 100s, kill: {service: shop}}]"
    (found,) = play(f"registry={registry}", kill, *settings, seed=seed).deaths
    return found


# When the last caller knew, after the death, from the sum of what the documentation names.
BOUNDS = {
    # Relist up to 1 s, controller 0.1 s, kube-proxy's next sync up to 1 s, two messages.
    "{kind: kubernetes}": (0.1, 2.11),
    # 180 s after the last renewal (0 to 30 s before), eviction 0 to 60, cache 0 to 30, fetch 0 to 30.
    "{kind: eureka}": (150.0, 300.1),
    # A lease of 10 s renewed every 3.3 s, a scan every 0.5 s, messages.
    "{kind: etcd}": (6.66, 10.51),
    # The next check within 10 s is refused, and that is critical.
    "{kind: consul}": (0.0, 10.01),
    # 30 s after the last report, which came within the last 15 s.
    "{kind: consul, check: ttl}": (15.0, 30.02),
    # Three checks of 30 s fail, and records live for 60 s.
    "{kind: dns}": (60.0, 150.1),
}


@pytest.mark.parametrize("registry", BOUNDS)
def test_the_last_caller_knows_within_the_documented_bounds(registry: str) -> None:
    least, most = BOUNDS[registry]
    for seed in range(6):
        found = death(registry, seed=seed)
        assert found.callers_knew_after is not None and found.registry_knew_after is not None
        assert least <= found.callers_knew_after <= most
        assert found.registry_knew_after <= found.callers_knew_after
        # A tenth of 20/s goes to the dead one, until the last caller knows.
        assert found.sent_meanwhile <= 2 * found.callers_knew_after + 12


@pytest.mark.parametrize("registry", ["{kind: kubernetes}", "{kind: eureka}", "{kind: etcd}"])
def test_who_stops_in_good_order_is_not_missed(registry: str) -> None:
    """It deregisters, and callers know well before the grace period is over."""
    kill = "faults=[{at: 100s, kill: {service: shop, grace: 90s}}]"
    result = play(f"registry={registry}", kill)
    assert result.deaths[0].sent_meanwhile == 0
    assert result.total.availability == 1.0
    assert result.deaths[0].callers_knew_after == 0.0
    assert result.deaths[0].registry_knew_after == 0.0


@pytest.mark.parametrize("registry", BOUNDS)
def test_who_is_back_is_asked_again(registry: str) -> None:
    kill = "faults=[{at: 10s, for: 200s, kill: {service: shop, instance: shop-3}}]"
    settings = (f"registry={registry}", kill, "traces=10000", "traffic.users.rate=10/s")
    result = play(*settings, "duration=700s")
    spans = [span for trace in result.traces for span in trace.spans]
    late = [span for span in spans if span.instance == "shop-3" and span.sent > 500.0]
    assert late and all(span.outcome == "ok" for span in late)


def test_eureka_keeps_everybody_when_too_many_are_silent() -> None:
    """Two of ten silent are more than 15 %: self-preservation, and callers go on asking the dead."""
    kill = "faults=[{at: 100s, kill: {service: shop, mode: {fixed: 2}}}]"
    preserved = play("registry={kind: eureka}", kill)
    assert [each.registry_knew_after for each in preserved.deaths] == [None, None]
    evicted = play("registry={kind: eureka, self_preservation: false}", kill)
    assert all(each.registry_knew_after is not None for each in evicted.deaths)


CUT = "faults=[{at: 60s, for: 400s, partition: {service: registry, mode: all, from: [shop]}}]"


def test_a_partitioned_eureka_keeps_serving_and_a_partitioned_etcd_throws_everybody_out() -> None:
    """The instances live, but cannot renew: available, or consistent."""
    assert play("registry={kind: eureka}", CUT).total.availability == 1.0
    etcd = play("registry={kind: etcd}", CUT)
    assert etcd.total.outcomes["no_instance"] == pytest.approx(20 * 392, rel=0.05)


def test_etcd_without_a_quorum_throws_nobody_out() -> None:
    lose = "{at: 60s, kill: {service: registry, mode: {fixed: 2}}}"
    kill = "{at: 100s, kill: {service: shop}}"
    result = play("registry={kind: etcd}", f"faults=[{lose}, {kill}]")
    assert result.deaths[0].registry_knew_after is None
    back = "{at: 60s, for: 200s, kill: {service: registry, mode: {fixed: 2}}}"
    result = play("registry={kind: etcd}", f"faults=[{back}, {kill}]")
    knew = result.deaths[0].registry_knew_after
    # The servers are back at 260 s, elect within 2 s (ties longer), and give every lease 10 s more.
    assert knew is not None and 171.0 <= knew <= 180.0


def test_a_new_leader_hides_a_death_for_a_whole_lease() -> None:
    plain = death("{kind: etcd}", seed=1).registry_knew_after
    leader = "{at: 103s, kill: {service: registry, instance: registry-1}}"
    kill = "{at: 100s, kill: {service: shop}}"
    result = play("registry={kind: etcd}", f"faults=[{kill}, {leader}]", seed=1)
    knew = result.deaths[0].registry_knew_after
    assert plain is not None and knew is not None
    assert knew > plain + 2.0
    assert 14.0 <= knew <= 20.0


def test_consul_without_a_leader_changes_nothing_until_there_is_one() -> None:
    lose = "{at: 99s, for: 60s, kill: {service: registry, mode: {fixed: 2}}}"
    kill = "{at: 100s, kill: {service: shop}}"
    result = play("registry={kind: consul}", f"faults=[{lose}, {kill}]")
    knew = result.deaths[0].registry_knew_after
    assert knew is not None and 59.0 <= knew <= 90.0


def test_without_a_registry_nothing_is_there_to_fail() -> None:
    with pytest.raises(SimulatorError, match="there is no `registry` in this scenario"):
        play("faults=[{at: 1s, kill: {service: registry}}]")


@pytest.mark.parametrize("registry", BOUNDS)
def test_a_registry_does_not_change_what_users_see_while_all_is_well(registry: str) -> None:
    """Probes take a slot for no time, heartbeats none: not one request is touched."""
    plain, registered = play(check=True), play(f"registry={registry}", check=True)
    assert registered.total == plain.total
    assert registered.services["shop"].outcomes == plain.services["shop"].outcomes
