"""Evictions: disruption budgets, nodes that stay down, and instances that wait for a node."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.experiment.run import Run
from simulator.observe.event_log import Entry
from simulator.scenario import parse
from simulator.scenario.building.world import World
from simulator.scenario.load import Loaded

SHOP = """
scenario: shop
seed: 3
duration: 120s
traffic: {users: {rate: 20/s, arrivals: constant, target: shop.get}}
platform: {nodes: {general: {count: 4, zones: [a, b]}}}
services:
  shop: {replicas: 8, endpoints: {get: [work: 10ms]}}
defaults: {balancer: round_robin}
"""


def loaded(*changes: str) -> Loaded:
    return parse(SHOP, settings=changes)


def played(*changes: str) -> tuple[World, Sequence[Entry]]:
    """The world at the end, and what its log says of nodes and instances."""
    run = Run(loaded(*changes).scenario, check=True)
    run.advance()
    return run.world, run.world.ledger.events.entries


def times(log: Sequence[Entry], what: str, subject: str = "") -> list[float]:
    """When the log says something that begins so, about somebody whose name begins so."""
    return [
        each.time
        for each in log
        if each.detail.startswith(what) and each.subject.startswith(subject)
    ]


# Disruption budgets.


def drained(budget: str, *more: str, node: str = "general-1") -> tuple[World, Sequence[Entry]]:
    """A node with two of eight is drained; each takes 20 s from its eviction to its new node."""
    return played(
        f"services.shop.disruption_budget={budget}",
        f"faults=[{{at: 10s, for: 100s, node_drain: {{node: {node}, grace: 5s, start: 20s}}}}]",
        *more,
    )


@pytest.mark.parametrize(
    ("budget", "evicted"),
    [
        # Both may go at once.
        ("{max_unavailable: 2}", [10.0, 10.0]),
        ("{min_available: 6}", [10.0, 10.0]),
        ("{max_unavailable: 13%}", [10.0, 10.0]),
        # One is asked at once, the other is refused, tries again every 5 s, and goes when the first
        # is up again, which happens at 30 s just before its turn.
        ("{max_unavailable: 1}", [10.0, 30.0]),
        ("{min_available: 7}", [10.0, 30.0]),
        ("{max_unavailable: 12.5%}", [10.0, 30.0]),
        ("{min_available: 80%}", [10.0, 30.0]),
        # Nobody may go.
        ("{max_unavailable: 0}", []),
        ("{min_available: 100%}", []),
    ],
)
def test_a_drain_asks_the_budget_and_tries_again(budget: str, evicted: list[float]) -> None:
    """Numbers and shares, rounded up; 13 % of 8 are 2, 12.5 % are 1, 80 % are 7."""
    world, log = drained(budget)
    assert times(log, "evicted from general-1") == pytest.approx(evicted)
    assert world.placement is not None
    assert len(world.placement.node("general-1").instances) == 2 - len(evicted)
    assert len(times(log, "not evicted")) == (
        0 if evicted == [10.0, 10.0] else 2 - min(1, len(evicted))
    )


def test_who_is_dead_counts_as_missing() -> None:
    """While one of eight is dead elsewhere, a budget of one allows no eviction; then one by one."""
    _, log = drained(
        "{max_unavailable: 1}",
        "faults=[{at: 10s, for: 100s, node_drain: {node: general-1, grace: 0s, start: 1s}}, "
        "{at: 5s, for: 18s, kill: {instance: shop-2}}]",
    )
    assert times(log, "evicted from general-1") == pytest.approx([25.0, 30.0])


def test_a_drain_that_ends_takes_back_what_it_still_waited_for() -> None:
    """Nobody is evicted after the end, though the budget would allow it then."""
    _, log = drained(
        "{max_unavailable: 1}",
        "faults=[{at: 10s, for: 15s, node_drain: {node: general-1, grace: 5s, start: 20s}}]",
    )
    assert times(log, "evicted from general-1") == [10.0]


MANAGED = "services.shop.startup={boot: 8s}"


def test_who_has_a_workload_is_replaced_while_it_still_ends() -> None:
    """The next one boots at once, in 8 s, and the budget allows the second when that is ready."""
    world, log = drained("{max_unavailable: 1}", MANAGED)
    assert times(log, "evicted from general-1") == pytest.approx([10.0, 20.0])
    assert world.placement is not None
    assert not world.placement.node("general-1").instances
    workload = world.workloads["shop"]
    assert len(workload.ready()) == 8
    stays = [each for each in workload.presence if each.asked > 0.0]
    assert [(each.asked, each.started) for each in stays] == [(10.0, 18.0), (20.0, 28.0)]
    for replica in workload.ready():
        node = workload.node_of(replica)
        assert node is not None and node.zone == replica.instance.zone


def test_a_budget_does_not_hold_up_what_is_scaled_down() -> None:
    """An autoscaler takes seven of eight at once, whatever the budget of evictions."""
    world, log = played(
        "services.shop.disruption_budget={max_unavailable: 0}",
        "services.shop.autoscaler={scheduled: {min: 1, max: 8, schedule: [{at: 20s, replicas: 1}]}}",
    )
    assert len(world.workloads["shop"].ready()) == 1
    assert len(times(log, "stopped", "shop-")) == 7


# Nodes that stay down.


def outage(
    seconds: float, *more: str, what: str = "kill: {node: general-3, mode: all}"
) -> tuple[World, Sequence[Entry]]:
    return played(
        "duration=600s",
        "traffic.users.rate=5/s",
        f"faults=[{{at: 20s, for: {seconds}s, {what}}}]",
        *more,
    )


def test_after_340_seconds_the_instances_of_a_dead_node_are_elsewhere() -> None:
    """C9: 40 s until it is known not to be ready, 300 s that are tolerated, then evicted."""
    world, log = outage(500)
    assert times(log, "not ready", "general-3") == [60.0]
    assert times(log, "evicted from general-3") == [360.0, 360.0]
    died = {each.instance: (each.died, each.back) for each in world.deaths}
    assert died == {"shop-3": (20.0, 360.0), "shop-7": (20.0, 360.0)}
    assert world.placement is not None
    assert not world.placement.node("general-3").instances
    assert all(each.kept_down == 0 for each in world.instances)


@pytest.mark.parametrize("seconds", [30, 339])
def test_a_node_that_comes_back_earlier_keeps_its_instances(seconds: int) -> None:
    """They start again where they were, and nobody is evicted later."""
    world, log = outage(seconds)
    assert times(log, "evicted") == []
    assert {each.back for each in world.deaths} == {20.0 + seconds}
    assert world.placement is not None
    assert set(world.placement.node("general-3").instances) == {"shop-3", "shop-7"}
    assert times(log, "ready again") == ([] if seconds < 40 else [20.0 + seconds])


def test_toleration_can_be_set() -> None:
    """A minute for both: 20 s until it is known, 40 s tolerated; without a toleration never."""
    _, log = outage(500, "platform.unreachable_after=20s", "platform.eviction_after=40s")
    assert times(log, "evicted from general-3") == [80.0, 80.0]
    _, log = outage(500, "platform.eviction_after=null")
    assert times(log, "evicted") == []


def test_a_zone_is_given_up_one_node_every_ten_seconds() -> None:
    """Both nodes of b go, the second 10 s after the first: `node-eviction-rate` is 0.1/s."""
    world, log = outage(500, what="zone_outage: {zone: b}")
    assert times(log, "given up") == [360.0, 370.0]
    assert len(times(log, "evicted")) == 4
    assert {each.zone for each in world.instances} == {"a"}


def test_if_all_zones_are_down_nobody_is_given_up() -> None:
    """The platform then rather thinks that it is itself cut off."""
    both = ", ".join(f"{{at: 20s, for: 500s, zone_outage: {{zone: {zone}}}}}" for zone in "ab")
    _, log = outage(1, f"faults=[{both}]")
    assert len(times(log, "not ready")) == 4
    assert times(log, "given up") == []


def test_most_of_a_small_zone_is_not_given_up_either() -> None:
    """3 of 5 nodes, 60 %, are an unhealthy zone of no more than 50 nodes: the rate is 0 there."""
    kills = ", ".join(
        f"{{at: 20s, for: 500s, kill: {{node: general-{number}, mode: all}}}}"
        for number in (1, 2, 3)
    )
    pool = "platform.nodes.general={count: 5, zones: [a]}"
    _, log = outage(1, pool, f"faults=[{kills}]")
    assert times(log, "given up") == []
    # 2 of 5 are none.
    _, log = outage(1, pool, f"faults=[{kills.split(', {at')[0]}]")
    assert len(times(log, "given up")) == 1


def test_a_dead_node_does_not_ask_the_budget() -> None:
    """Taints evict without asking."""
    _, log = outage(500, "services.shop.disruption_budget={max_unavailable: 0}")
    assert times(log, "evicted from general-3") == [360.0, 360.0]


def test_callers_of_replicas_on_a_dead_node_hear_of_it_after_40_seconds() -> None:
    """A quarter of 5/s is refused until then, and nothing later; at 360 s others boot for 8 s."""
    world, _ = outage(500, MANAGED)
    (death, other) = world.deaths
    assert death.callers_knew == other.callers_knew == 60.0
    assert death.sent + other.sent == pytest.approx(5 * 40 / 4, abs=2)
    workload = world.workloads["shop"]
    stays = [each for each in workload.presence if each.asked > 0.0]
    assert [(each.asked, each.started) for each in stays] == [(360.0, 368.0)] * 2
    assert len(workload.ready()) == 8


def test_replicas_are_ready_again_with_their_node() -> None:
    """One that comes back after 100 s: its processes start at once, and are asked again."""
    world, log = outage(100, MANAGED)
    workload = world.workloads["shop"]
    assert len(workload.ready()) == 8
    assert times(log, "ready again") == [120.0]
    back = [each for each in workload.presence if len(each.served) == 1]
    assert [each.served[0][1] for each in back] == [60.0, 60.0]
    assert [each.ready_since for each in back] == [120.0, 120.0]


@pytest.mark.parametrize("until", [100, 150])
def test_one_that_is_kept_dead_as_its_node_comes_back_is_ready_when_it_starts(until: int) -> None:
    """Its node is back at 120 s, and the process before or after that: it is asked again, for good."""
    name = "shop-3"
    dies = f"{{at: 50s, for: {until - 50}s, kill: {{instance: {name}}}}}"
    node = "{at: 20s, for: 100s, kill: {node: general-3, mode: all}}"
    world, log = outage(100, MANAGED, f"faults=[{node}, {dies}]")
    assert world.placement is not None
    assert world.placement.standing[name].name == "general-3"
    assert times(log, "ready again") == [120.0]
    assert len(world.workloads["shop"].ready()) == 8
    assert world.workloads["shop"].replicas[2].running
    for route in world.sources["users"].clients[0]:
        assert name in [each.name for each in route.members]


# Waiting for a node.

SMALL = "platform.nodes.general={count: 3, cores: 2}"
ONE_CORE = "services.shop.requests={cpu: 1}"


def test_who_does_not_fit_at_the_start_waits_and_is_told_of() -> None:
    """Three nodes of two cores have room for six of eight; two wait for ever, and refuse nobody."""
    found = loaded(SMALL, ONE_CORE)
    (warning,) = found.warnings
    assert warning.message == "2 of 8 instances of `shop` find no node, and wait for one"
    world, log = played(SMALL, ONE_CORE)
    assert world.placement is not None
    assert list(world.placement.pending) == ["shop-7", "shop-8"]
    assert [each.name for each in world.instances if not each.up] == ["shop-7", "shop-8"]
    assert not world.deaths
    assert times(log, "pending: no node takes it") == [0.0, 0.0]


def test_a_drain_of_a_full_cluster_leaves_some_waiting() -> None:
    """Without spare capacity those of a drained node wait until it is back."""
    world, log = played(
        "platform.nodes.general={count: 4, cores: 2}",
        ONE_CORE,
        "faults=[{at: 10s, for: 50s, node_drain: {node: general-1, grace: 1s, start: 2s}}]",
    )
    backs = {each.instance: each.back for each in world.deaths}
    assert backs == {"shop-1": 60.0, "shop-5": 60.0}
    assert times(log, "pending: no node takes it") == [12.0, 12.0]


def test_room_that_is_freed_is_taken_at_once() -> None:
    """When one service shrinks the other's instances that wait start."""
    world, log = played(
        "platform.nodes.general={count: 2, cores: 5}",
        ONE_CORE,
        "services.late={replicas: 4, requests: {cpu: 1}, endpoints: {get: [work: 1ms]}}",
        "services.shop.autoscaler={scheduled: {min: 1, max: 8, schedule: [{at: 20s, replicas: 5}]}}",
        "traffic.others={rate: 10/s, arrivals: constant, target: late.get}",
    )
    assert times(log, "up", "late-") == [20.0, 20.0]
    assert world.placement is not None
    assert not world.placement.pending
    assert [each.cpu for each in world.placement.nodes] == [5000, 4000]


# The cluster autoscaler.

GROWING = (
    "duration=900s",
    "traffic.users.rate=5/s",
    "platform={nodes: {general: {count: 1, cores: 2, price: 3, autoscaling: {min: 1, max: 5, "
    "provision: 60s, scale_down_unneeded: 2m}}}, autoscaler: {scale_down_delay_after_add: 1m}}",
    ONE_CORE,
    "services.shop.replicas=2",
    "services.shop.autoscaler={scheduled: {min: 1, max: 8, schedule: [{at: 100s, replicas: 6}, "
    "{at: 400s, replicas: 2}]}}",
)


def test_nodes_come_for_those_who_wait_and_go_when_they_are_not_needed() -> None:
    """Four wait for two nodes of two cores; they are there a scan and 60 s later."""
    world, log = played(*GROWING)
    asked = times(log, "asked for: 4 wait for a node")
    assert len(asked) == 2
    assert 100.0 <= asked[0] == asked[1] <= 110.0
    assert times(log, "joined") == pytest.approx([asked[0] + 60.0] * 2)
    starts = [each.started for each in world.workloads["shop"].presence if each.asked == 100.0]
    assert starts == pytest.approx([asked[0] + 60.0] * 4)
    # From 400 s on two are left. What they do not need has been unneeded for 2 min at 520 s.
    gone = times(log, "unneeded: taken away")
    assert len(gone) == 2
    assert 520.0 <= gone[0] <= 540.0
    assert world.placement is not None
    assert sum(each.present for each in world.placement.nodes) == 1
    assert len(world.workloads["shop"].ready()) == 2
    # Paid for from the order to the end.
    seconds = sum(each.seconds_between(0.0, 900.0) for each in world.placement.nodes)
    assert seconds == pytest.approx(900.0 + sum(gone) - sum(asked), abs=5.0)


def test_a_pool_has_no_more_nodes_than_its_most() -> None:
    """With two nodes at most four of six stand, and two wait."""
    world, log = played(*GROWING, "platform.nodes.general.autoscaling.max=2")
    assert len(times(log, "joined")) == 1
    assert len(times(log, "pending", "shop-")) == 4
    assert world.placement is not None
    assert not world.placement.pending


def test_a_pool_has_no_fewer_nodes_than_its_least() -> None:
    """Though nobody needs them."""
    world, log = played(
        *GROWING, "platform.nodes.general.autoscaling.min=3", "platform.nodes.general.count=3"
    )
    assert times(log, "unneeded") == times(log, "asked for") == []
    assert world.placement is not None
    assert sum(each.present for each in world.placement.nodes) == 3


def test_nothing_is_taken_away_soon_after_a_growth() -> None:
    """With a delay of 10 min after 100 s the first goes after 700 s."""
    _, log = played(*GROWING, "platform.autoscaler.scale_down_delay_after_add=10m")
    gone = times(log, "unneeded: taken away")
    assert gone and min(gone) >= 700.0


def test_a_budget_keeps_nodes() -> None:
    """Where no instance may be evicted only the empty node goes; else one more does, and moves one."""
    apart = (
        *GROWING,
        "platform.nodes.general.count=3",
        "platform.nodes.general.autoscaling.scale_down_utilization=60%",
    )
    _, log = played(*apart)
    assert len(times(log, "unneeded: taken away")) == 2
    assert len(times(log, "evicted")) == 1
    world, log = played(*apart, "services.shop.disruption_budget={max_unavailable: 0}")
    assert len(times(log, "unneeded: taken away")) == 1
    assert times(log, "evicted") == []
    assert world.placement is not None
    assert [len(each.instances) for each in world.placement.nodes if each.present] == [1, 1]


def test_the_pool_with_the_least_waste_grows() -> None:
    """Of a pool of four cores and one of sixteen the four instances need the small one."""
    _, log = played(
        *GROWING,
        "platform.nodes.large={count: 0, cores: 16, autoscaling: {min: 0, max: 5}}",
        "platform.nodes.small={count: 0, cores: 4, autoscaling: {min: 0, max: 5}}",
        "platform.nodes.general.autoscaling.max=1",
    )
    assert times(log, "asked for", "large") == []
    assert len(times(log, "asked for", "small")) == 1


def test_a_random_expander_takes_any_pool_that_would_do() -> None:
    """Over ten seeds the one that would waste more is taken too, and not always."""
    taken = set()
    for seed in range(10):
        _, log = played(
            *GROWING,
            f"seed={seed}",
            "duration=200s",
            "platform.nodes.large={count: 0, cores: 16, autoscaling: {min: 0, max: 5}}",
            "platform.nodes.small={count: 0, cores: 4, autoscaling: {min: 0, max: 5}}",
            "platform.nodes.general.autoscaling.max=1",
            "platform.autoscaler.expander=random",
        )
        taken.add("large" if times(log, "asked for", "large") else "small")
    assert taken == {"large", "small"}


def test_a_node_that_cannot_be_emptied_stays() -> None:
    """The first of two goes and is not ready for long; the other may not go within 2 min."""
    world, log = played(
        "duration=400s",
        "traffic.users.rate=5/s",
        "platform={nodes: {base: {count: 1, cores: 4}, extra: {count: 1, cores: 8, autoscaling: "
        "{min: 0, max: 1, scale_down_unneeded: 30s}}}, autoscaler: {scale_down_delay_after_add: 0s}}",
        "services={filler: {replicas: 4, requests: {cpu: 1}, autoscaler: {scheduled: {min: 1, max: 4, "
        "schedule: [{at: 20s, replicas: 1}]}}, endpoints: {get: [work: 1ms]}}, shop: {replicas: 2, "
        "requests: {cpu: 1}, startup: {boot: 10m}, disruption_budget: {max_unavailable: 1}, "
        "placement: pack, endpoints: {get: [work: 10ms]}}}",
        "services.filler.placement=pack",
        "traffic.others={rate: 1/s, target: filler.get}",
    )
    (gone,) = times(log, "unneeded: taken away")
    assert times(log, "evicted from extra-1") == [gone]
    assert times(log, "stays: not all of its instances may be evicted") == pytest.approx(
        [gone + 120]
    )
    assert world.placement is not None
    node = world.placement.node("extra-1")
    assert node.present and node.open and len(node.instances) == 1
    assert len(world.workloads["shop"].ready()) == 1


def test_without_anybody_who_waits_no_node_comes() -> None:
    """And who does not fit at the start is helped, with no warning: that is what it is for."""
    found = loaded(*GROWING, "services.shop.replicas=8")
    assert not found.warnings
    world, log = played(*GROWING, "services.shop.replicas=8", "services.shop.autoscaler=null")
    assert world.placement is not None
    assert sum(each.present for each in world.placement.nodes) == 4
    assert len(times(log, "joined")) == 3
    assert all(each.up for each in world.instances)


# All of it.

MIXED = """
scenario: mixed
seed: 5
duration: 130s
traffic: {users: {rate: 2/s, target: shop.get}}
platform:
  nodes:
    general: {count: 4, cores: 4, zones: [a, b, c]}
    more: {count: 0, cores: 3, zones: [a, b], autoscaling: {min: 0, max: 3, provision: 700ms,
      scale_down_unneeded: 1s, scale_down_utilization: 80%}}
  unreachable_after: 200ms
  eviction_after: 300ms
  autoscaler: {scan: 500ms, scale_down_delay_after_add: 500ms, scale_down_delay_after_failure: 1s}
services:
  shop:
    replicas: 5
    requests: {cpu: 1}
    startup: {boot: {exponential: 200ms}}
    shutdown: {grace: 500ms, delay: 100ms}
    disruption_budget: {max_unavailable: 40%}
    autoscaler: {scheduled: {min: 2, max: 7, schedule: [{at: 1s, replicas: 6},
      {at: 2s, replicas: 2}, {at: 3500ms, replicas: 7}, {at: 8s, replicas: 4}]}}
    endpoints: {get: [work: 20ms, call: pay.do]}
  pay:
    replicas: 3
    requests: {cpu: 2}
    anti_affinity: node
    disruption_budget: {min_available: 1}
    endpoints: {do: [work: 10ms]}
  log: {replicas: 2, placement: pack, startup: {boot: 50ms}, endpoints: {do: [work: 1ms]}}
"""

HARMS = st.one_of(
    st.builds(
        lambda node: {"node_drain": {"node": node, "grace": "300ms", "start": "500ms"}},
        st.sampled_from(["general-1", "general-2", "general-3", "more-1"]),
    ),
    st.builds(lambda zone: {"zone_outage": {"zone": zone}}, st.sampled_from("abc")),
    st.builds(
        lambda node: {"kill": {"node": node, "mode": "all"}},
        st.sampled_from(["general-1", "general-4", "more-2"]),
    ),
    st.builds(
        lambda name: {"kill": {"instance": name, "grace": "100ms"}},
        st.sampled_from(["shop-1", "shop-4", "pay-2", "log-1"]),
    ),
)


@st.composite
def schedules(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Up to six faults at once, all of which are over long before the end."""
    times = st.tuples(st.integers(0, 50), st.integers(2, 45))
    several = draw(st.lists(st.tuples(times, HARMS), min_size=1, max_size=6))
    return [{"at": f"{at / 10}s", "for": f"{lasts / 10}s", **harm} for (at, lasts), harm in several]


@pytest.mark.parametrize("registry", ["{kind: static}", "{kind: consul}"])
@settings(max_examples=10, deadline=None)
@given(schedules())
def test_whatever_happens_to_nodes_all_that_is_wanted_runs_in_the_end(
    registry: str, faults: list[dict[str, Any]]
) -> None:
    """Drains, dead nodes, autoscalers of both kinds: no instance is lost, doubled or nowhere."""
    changes = [f"registry={registry}", f"faults={json.dumps(faults)}"]
    run = Run(parse(MIXED, settings=changes).scenario, check=True)
    world = run.world
    placement = world.placement
    assert placement is not None
    for half in range(1, 260):
        while not world.kernel.run(half / 2, 10_000):
            pass
        for node in placement.nodes:
            assert node.cpu == sum(each.cpu for each in node.requests.values())
            assert node.cpu <= (node.kind.cpu or 0)
            assert node.present or not node.instances
            assert all(placement.standing[each] is node for each in node.instances)
            assert node.count_of("pay") <= 1
    assert not placement.pending and not placement.evicted and not placement.outages
    assert all(not each.cordons and not each.failures for each in placement.nodes)
    for name, workload in world.workloads.items():
        assert len(workload.existing()) == workload.wanted, name
        assert len(workload.ready()) == workload.wanted, name
        for replica in workload.replicas:
            assert replica.instance.up is replica.exists
            assert replica.instance.kept_down == (not replica.exists)
            node_of = workload.node_of(replica)
            assert (node_of is not None) is replica.exists
            assert node_of is None or node_of.zone == replica.instance.zone
    for instance in world.services["pay"].instances:
        assert instance.up and instance.kept_down == 0
        assert placement.standing[instance.name].zone == instance.zone


COMING_AND_GOING = """
scenario: coming-and-going
duration: 60s
traffic: {users: {rate: 20/s, arrivals: constant, target: shop.get}}
platform: {nodes: {general: {count: 2, zones: [a, b]}}, unreachable_after: 5s}
services:
  shop:
    replicas: 4
    startup: {boot: 1s}
    autoscaler: {scheduled: {min: 1, max: 4, schedule: [{at: 20s, replicas: 1}, {at: 30s, replicas: 4}]}}
    endpoints: {get: [work: 10ms]}
"""


@pytest.mark.parametrize(
    "harm",
    [
        "zone_outage: {zone: a}",
        "kill: {service: shop, mode: {fixed: 2}}",
        # The grace is over at 22 s, when the one that it was given to is no more.
        "kill: {instance: shop-4, grace: 12s}",
        # After 22 s, when two of those it hit are no more, it would start them again.
        "crash_loop: {service: shop, mode: {fixed: 2}, lives: 99s, backoff: 12s}",
    ],
)
def test_a_fault_does_not_kill_who_comes_in_the_place_of_the_dead(harm: str) -> None:
    """They are other processes, on a node that is well."""
    changes = [f"faults=[{{at: 10s, {harm}}}]"]
    run = Run(parse(COMING_AND_GOING, settings=changes).scenario, check=True)
    run.advance()
    up = [replica.instance.up for replica in run.world.workloads["shop"].existing()]
    assert up == [True] * 4
    failed = [each.time for each in run.world.ledger.events.entries if each.kind == "errors"]
    assert all(time <= 20.0 for time in failed)
