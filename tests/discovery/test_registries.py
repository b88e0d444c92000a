"""How long callers keep sending to an instance that is gone, under each registry."""

from __future__ import annotations

import pytest

from simulator.discovery.consul import Consul
from simulator.discovery.etcd import Etcd
from simulator.discovery.kubernetes import Kubernetes
from simulator.errors import SimulatorError
from simulator.experiment.result import DeathFigures, Result
from simulator.experiment.run import Run, simulate
from simulator.kernel.event import Event
from simulator.scenario import parse
from simulator.scenario.building.build import build
from simulator.scenario.building.world import World
from simulator.service.instance import Instance

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
    # A probe fails an interval after it began, then 4 x log10(13) s; a member is probed sooner or later.
    "{kind: consul, check: gossip}": (5.45, 25.0),
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


@pytest.mark.parametrize(
    ("registry", "again"),
    [
        # A watch or a query is begun again within so many seconds; then latencies, and proxy syncs.
        ("{kind: kubernetes}", 2.1),
        ("{kind: etcd}", 1.1),
        ("{kind: consul}", 5.1),
    ],
)
def test_callers_that_were_cut_off_hear_what_they_missed(registry: str, again: float) -> None:
    cut = "{at: 90s, for: 100s, partition: {service: registry, mode: all, from: [users]}}"
    kill = "{at: 100s, kill: {service: shop}}"
    (found,) = play(f"registry={registry}", f"faults=[{cut}, {kill}]").deaths
    assert found.registry_knew_after is not None and found.registry_knew_after < 11.0
    assert found.callers_knew_after is not None
    assert 90.0 <= found.callers_knew_after <= 90.0 + again


def test_a_consul_agent_that_was_cut_off_syncs_within_fifteen_seconds() -> None:
    cut = "{at: 90s, for: 100s, partition: {service: registry, mode: all, from: [shop]}}"
    kill = "{at: 100s, kill: {service: shop}}"
    result = play("registry={kind: consul}", f"faults=[{cut}, {kill}]")
    knew = result.deaths[0].registry_knew_after
    assert knew is not None and 90.0 <= knew <= 105.1
    # And no other instance was ever in doubt.
    assert result.total.outcomes["refused"] == result.total.started - result.total.outcomes["ok"]


def test_kubernetes_loses_the_pods_of_nodes_that_it_cannot_hear() -> None:
    """After 40 s of silence, the last word up to 10 s before, looked for every 5 s; then again all."""
    for seed in range(4):
        result = play("registry={kind: kubernetes}", CUT, seed=seed)
        # From 90 to 107 s, when the last one is lost, until 460 to 472 s, when all have renewed.
        nobody = result.total.outcomes["no_instance"] / 20
        assert 460 - 107 - 5 <= nobody <= 472 - 90 + 5


def test_silence_while_kubernetes_itself_was_dead_says_nothing_of_the_nodes() -> None:
    dead = "faults=[{at: 60s, for: 400s, kill: {service: registry, mode: all}}]"
    world = build(parse(SHOP, settings=("registry={kind: kubernetes}", dead)).scenario, 0)
    kubernetes = world.registry
    assert isinstance(kubernetes, Kubernetes)
    for time in range(500, 5500):
        world.kernel.run(time / 10, 1 << 60)
        assert all(kubernetes.listed.values())


@pytest.mark.parametrize("registry", BOUNDS)
def test_while_all_servers_are_dead_callers_keep_what_they_know(registry: str) -> None:
    dead = "faults=[{at: 60s, for: 400s, kill: {service: registry, mode: all}}]"
    assert play(f"registry={registry}", dead, check=True).total.availability == 1.0


@pytest.mark.parametrize("registry", ["{kind: eureka}", "{kind: dns}"])
def test_clients_go_on_to_the_next_server(registry: str) -> None:
    """Two of three servers do not answer in time; a lookup takes seconds longer, and that is all."""
    least, most = BOUNDS[registry]
    slow = "{at: 50s, slow: {service: registry, mode: {fixed: 2}, add: 1m}}"
    kill = "{at: 100s, kill: {service: shop}}"
    for seed in range(3):
        result = play(f"registry={registry}", f"faults=[{slow}, {kill}]", seed=seed)
        knew = result.deaths[0].callers_knew_after
        assert knew is not None and least <= knew <= most + 3 * 8.0
    every = slow.replace("{fixed: 2}", "all")
    result = play(f"registry={registry}", f"faults=[{every}, {kill}]")
    assert result.deaths[0].callers_knew_after is None


def test_an_empty_answer_is_kept_for_its_own_time() -> None:
    """All instances are gone for 3 min; who asks meanwhile goes without for 5 min."""
    settings = ("registry={kind: dns}", "duration=15m")
    kill = "faults=[{at: 100s, for: 180s, kill: {service: shop, mode: all}}]"
    result = play(*settings, kill)
    shorter = play(*settings, kill, "registry.negative_ttl=10s")
    # Records are back 60 to 90 s after the instances; 20/s find nobody for 300 s, or hardly longer.
    missed = [each.total.outcomes["no_instance"] / 20 for each in (result, shorter)]
    assert missed[0] > missed[1] + 60.0
    assert missed[0] == pytest.approx(300.0, abs=15.0)


def test_a_restarted_eureka_has_what_its_peers_have() -> None:
    one = (
        "faults=[{at: 60s, for: 60s, kill: {service: registry}}, {at: 150s, kill: {service: shop}}]"
    )
    result = play("registry={kind: eureka}", one)
    least, most = BOUNDS["{kind: eureka}"]
    knew = result.deaths[0].callers_knew_after
    assert knew is not None and least - 90.0 <= knew <= most


def test_eureka_servers_that_restart_together_answer_nobody_for_five_minutes() -> None:
    """And evict nobody until they work out their threshold, every 15 min."""
    every = "{at: 60s, for: 10s, kill: {service: registry, mode: all}}"
    kill = "{at: 61s, kill: {service: shop}}"
    result = play("registry={kind: eureka}", f"faults=[{every}, {kill}]", "duration=15m")
    # The dead one never registers with the new servers, so that it is missing when they open.
    knew = result.deaths[0].callers_knew_after
    assert result.total.outcomes.keys() == {"ok", "refused"}
    assert knew is not None and 309.0 <= knew <= 309.0 + 30.1


@pytest.mark.parametrize("after", ["1m", "10s"])
def test_consul_forgets_who_has_been_critical_for_long(after: str) -> None:
    """C12c-11: silent for a TTL of 10 s is critical, 60 s more (at least) and a round of 30 s: gone."""
    registry = "registry={kind: consul, check: ttl, ttl: 10s}"
    forget = f"registry.deregister_critical_service_after={after}"
    for seed in range(3):
        world = build(parse(SHOP, settings=(registry, forget)).scenario, seed)
        consul = world.registry
        assert isinstance(consul, Consul)
        instance = world.services["shop"].instances[0]
        crash_at(world, instance, 100.0)
        last_pass = critical = forgotten = 0.0
        for step in range(9000, 21000):
            world.kernel.run(step / 100, 1 << 60)
            agent = consul.agents[instance.name]
            last_pass = agent.last_pass
            if not consul.healthy[instance.name] and not critical:
                critical = step / 100 - last_pass
            if not consul.registered[instance.name] and not forgotten:
                forgotten = step / 100 - last_pass
        assert 95.0 <= last_pass <= 100.0
        assert critical == pytest.approx(10.0, abs=0.02)
        assert 70.0 <= forgotten <= 100.02


def crash_at(world: World, instance: Instance, time: float) -> None:
    """Let an instance die."""

    class Crash(Event):
        def fire(self) -> None:
            instance.crash()

    world.kernel.schedule_at(Crash(), time)


def test_a_lease_that_has_run_out_is_revoked_and_granted_anew() -> None:
    """C13-22: whoever would renew it finds no lease; the next keepalive registers."""
    world = build(parse(SHOP, settings=("registry={kind: etcd}",)).scenario, 0)
    etcd = world.registry
    assert isinstance(etcd, Etcd)
    instance = world.services["shop"].instances[0]
    world.kernel.run(100.0, 1 << 60)
    etcd.expiry[instance.name] = 100.0
    etcd.renewed(instance)
    assert etcd.expiry[instance.name] == 100.0
    world.kernel.run(100.5, 1 << 60)
    assert instance.name not in etcd.expiry
    world.kernel.run(104.0, 1 << 60)
    assert etcd.expiry[instance.name] > 110.0


def test_a_new_leader_gives_every_lease_its_time_and_an_election_timeout() -> None:
    world = build(parse(SHOP, settings=("registry={kind: etcd}",)).scenario, 0)
    etcd = world.registry
    assert isinstance(etcd, Etcd)
    world.kernel.run(100.0, 1 << 60)
    etcd.promoted()
    assert set(etcd.expiry.values()) == {100.0 + 10.0 + 1.0}


def test_the_kubelet_changes_its_mind_after_so_many_probes_in_a_row() -> None:
    """C9p-07 and C9p-08."""
    settings = "registry={kind: kubernetes, failure_threshold: 3, success_threshold: 3}"
    world = build(parse(SHOP, settings=(settings,)).scenario, 0)
    kubernetes = world.registry
    assert isinstance(kubernetes, Kubernetes)
    instance = world.services["shop"].instances[0]
    pod = kubernetes.pods[instance.name]

    def results(probes: str) -> list[bool]:
        ready = []
        for each in probes:
            pod.probed(instance, each == "S")
            ready.append(pod.ready)
        return ready

    assert results("FFSFFF") == [True, True, True, True, True, False]
    assert results("SSS") == [False, False, True]
    assert results("FFF")[-1] is False
    assert results("SSFSSS") == [False, False, False, False, False, True]


@pytest.mark.parametrize("registry", ["{kind: kubernetes}", "{kind: etcd}"])
def test_a_container_that_hangs_is_found_by_probes_and_not_by_leases(registry: str) -> None:
    """A slot that is never free answers no probe: the third fails 21 to 31 s later."""
    hang = "faults=[{at: 100s, slow: {service: shop, instance: shop-3, speed: 0.01%}}]"
    settings = (f"registry={registry}", hang, "services.shop.concurrency=1")
    for seed in range(3):
        world = Run(parse(SHOP, settings=settings).scenario, seed=seed).world
        assert world.registry is not None
        (hanging,) = (each for each in world.services["shop"].instances if each.name == "shop-3")
        off = None
        for time in range(1000, 2000):
            world.kernel.run(time / 10, 1 << 60)
            if off is None and not world.registry.lists(hanging):
                off = time / 10 - 100.0
        if "etcd" in registry:
            assert off is None
        else:
            # Two requests a second find the way there, the first after a moment.
            assert off is not None and 21.0 <= off <= 31.1 + 4.0


def test_a_container_that_is_back_before_the_kubelet_looked_is_not_ready_yet() -> None:
    """C9p-10: what is known of the old container does not hold for the new one."""
    kill = "faults=[{at: 100.5s, for: 1ms, kill: {service: shop, instance: shop-3}}]"
    for seed in range(4):
        loaded = parse(SHOP, settings=("registry={kind: kubernetes}", kill))
        world = build(loaded.scenario, seed)
        kubernetes = world.registry
        assert isinstance(kubernetes, Kubernetes)
        changes = []
        for step in range(10000, 12000):
            world.kernel.run(step / 100, 1 << 60)
            listed = kubernetes.listed["shop-3"]
            if not changes or changes[-1][1] != listed:
                changes.append((step / 100, listed))
        assert [listed for _, listed in changes] == [True, False, True]
        # Seen at a relist within 1 s, written 0.1 s later; the next probe is up to 10 s away.
        assert 100.6 <= changes[1][0] <= 101.62
        assert changes[1][0] < changes[2][0] <= 111.72


@pytest.mark.parametrize("registry", BOUNDS)
def test_the_same_seed_tells_the_same_story(registry: str) -> None:
    first, second = (death(registry, seed=3) for _ in range(2))
    assert first == second


def test_without_a_registry_nothing_is_there_to_fail() -> None:
    with pytest.raises(SimulatorError, match="there is no `registry` in this scenario"):
        play("faults=[{at: 1s, kill: {service: registry}}]")


def test_nothing_is_there_without_a_registry() -> None:
    """No server, no process, not one event; left out or `static`, it is the same run."""
    left_out = build(parse(SHOP).scenario, 0)
    static = build(parse(SHOP, settings=("registry={kind: static}",)).scenario, 0)
    assert left_out.registry is None and static.registry is None
    assert len(left_out.kernel) == len(static.kernel) == 0
    assert play().digest == play("registry={kind: static}").digest


@pytest.mark.parametrize("registry", BOUNDS)
def test_a_registry_does_not_change_what_users_see_while_all_is_well(registry: str) -> None:
    """Probes take a slot for no time, heartbeats none: not one request is touched."""
    plain, registered = play(check=True), play(f"registry={registry}", check=True)
    assert registered.total == plain.total
    assert registered.services["shop"].outcomes == plain.services["shop"].outcomes
