"""Nodes: who stands on which, and what becomes of it when nodes fail and are drained."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playing import play, run_of

from simulator.experiment.run import Run
from simulator.platform.node import Node
from simulator.platform.placement import Demand, Placement
from simulator.scenario import parse
from simulator.scenario.building.world import World


def watched(text: str, *settings: str, at: dict[float, Callable[[World], None]]) -> World:
    """Play to the end, with a look at the world at some moments on the way."""
    run = run_of(text, *settings)
    for moment, look in sorted(at.items()):
        while not run.world.kernel.run(moment, 10_000):
            pass
        look(run.world)
    run.advance()
    return run.world


def on_nodes(world: World) -> dict[str, str]:
    """Who stands on each node, in the order of their coming."""
    assert world.placement is not None
    return {node.name: " ".join(node.instances) for node in world.placement.nodes}


# Placement.


def some_nodes(*zones: str) -> list[Node]:
    return [Node(f"node-{number + 1}", zone) for number, zone in enumerate(zones)]


def test_the_fewest_of_the_service_then_the_fewest_in_all_then_the_first() -> None:
    """An instance goes where fewest of its own are, then where fewest are, then to the first."""
    nodes = some_nodes("", "", "")
    placement = Placement(nodes, {})
    placed = [placement.place(name, name[0]) for name in ("a1", "a2", "b1", "b2", "b3", "a3", "a4")]
    # a: 1, 2. b: the emptiest is 3, then the first of 1 and 2, then 2, where none of b is yet.
    # a: 3 has none of a; then all have one, and 1 and 2 and 3 have two each.
    assert [each.name[-1] for each in placed if each] == ["1", "2", "3", "1", "2", "3", "1"]


def test_all_at_once_is_as_one_after_another() -> None:
    """Filling nodes with a service ends as placing its instances one by one does."""
    demands = {"a": Demand(zones=("x", "y")), "c": Demand(zones=("y",))}
    once, singly = (Placement(some_nodes("x", "y", "z", "x", "y"), demands) for _ in range(2))
    for service, count in (("a", 7), ("b", 3), ("c", 5), ("b2", 11)):
        names = [f"{service}-{number}" for number in range(count)]
        assert once.fill(names, service) == []
        for name in names:
            singly.place(name, service)
    assert [each.instances for each in once.nodes] == [each.instances for each in singly.nodes]
    assert {node.zone for name, node in once.standing.items() if name[0] == "c"} == {"y"}


def test_a_node_that_is_cordoned_or_down_takes_nobody() -> None:
    """Whoever finds no open node in its zones is told so."""
    nodes = some_nodes("x", "y")
    placement = Placement(nodes, {"a": Demand(zones=("x",))})
    nodes[0].cordons = 1
    assert placement.place("a1", "a") is None
    assert placement.fill(["a1"], "a") == ["a1"]
    assert placement.place("b1", "b") is nodes[1]
    nodes[0].cordons, nodes[0].failures = 0, 1
    assert placement.place("a1", "a") is None
    nodes[0].failures = 0
    assert placement.place("a1", "a") is nodes[0]


SIX = """
scenario: six
seed: 2
duration: 60s
traffic: {users: {rate: 100/s, arrivals: constant, target: shop.get}}
platform: {nodes: {general: {count: 4, zones: [a, b, c]}, spare: {count: 1, zones: [a]}}}
services:
  shop: {replicas: 5, endpoints: {get: [work: 10ms, call: pay.do]}}
  pay: {replicas: 3, zones: [a, c], endpoints: {do: [work: 10ms]}}
defaults: {balancer: round_robin}
"""


def test_instances_are_spread_and_have_the_zones_of_their_nodes() -> None:
    """Pools have their zones in turn; pay keeps to a and c, where the emptiest nodes come first."""
    world = Run(parse(SIX).scenario).world
    assert on_nodes(world) == {
        "general-1": "shop-1 pay-1",
        "general-2": "shop-2",
        "general-3": "shop-3 pay-2",
        "general-4": "shop-4 pay-3",
        "spare-1": "shop-5",
    }
    zones = {each.name: each.zone for each in world.instances}
    assert zones == {
        "shop-1": "a",
        "shop-2": "b",
        "shop-3": "c",
        "shop-4": "a",
        "shop-5": "a",
        "pay-1": "a",
        "pay-2": "c",
        "pay-3": "a",
    }
    callers = Counter(each.zone for each in world.services["shop"].instances)
    assert callers == {"a": 3, "b": 1, "c": 1}


def test_balancers_know_the_zones_of_nodes() -> None:
    """While those in a are well nobody asks in c: of pay-1, pay-2 and pay-3, never the second."""
    result = play(
        SIX,
        "services.pay.policy={balancer: {priority: {levels: [a, c]}}}",
    )
    asked = {name: each.attempts for name, each in result.services["pay"].instances.items()}
    assert asked["pay-2"] == 0 < min(asked["pay-1"], asked["pay-3"])


def test_nodes_alone_change_nothing() -> None:
    """With nodes that stand nowhere in particular every figure is as without nodes."""
    plain = play(SIX, "platform=null", "services.pay.zones=[]")
    nodes = play(SIX, "platform={nodes: {general: {count: 3}}}", "services.pay.zones=[]")
    assert nodes.digest == plain.digest


# Failures.


def test_a_node_failure_kills_whoever_stands_there() -> None:
    """Both instances on the node die and come back where they were."""
    result = play(SIX, "faults=[{at: 10s, for: 5s, kill: {node: general-3, mode: all}}]")
    assert [(each.instance, each.died, each.back) for each in result.deaths] == [
        ("shop-3", 10.0, 15.0),
        ("pay-2", 10.0, 15.0),
    ]
    # A fifth at 100/s to the dead shop, and a third of the rest to the dead pay, for 5 s.
    assert result.total.outcomes["refused"] == pytest.approx(100, abs=2)
    assert result.total.outcomes["error"] == pytest.approx(400 / 3, abs=3)


@pytest.mark.parametrize(
    "down",
    [
        "zone_outage: {zone: a}",
        "kill: {zone: a, mode: all}",
        "kill: {node: general-1, mode: all}",
    ],
)
def test_nobody_is_placed_on_a_node_that_is_down(down: str) -> None:
    """Pay-2 has to leave c, and starts in a only when the nodes there are up again."""
    drain = "{at: 20s, for: 35s, node_drain: {node: general-3, grace: 1s, start: 2s}}"
    settings = ["platform.nodes.general.count=3", "services.shop.replicas=4"]
    if "node: " in down:
        # The only node in a.
        settings.append("platform.nodes.spare.zones=[b]")
    faults = f"faults=[{{at: 10s, for: 30s, {down}}}, {drain}]"
    world = watched(SIX, *settings, faults, at={})
    (death,) = [each for each in world.deaths if each.instance == "pay-2"]
    assert (death.died, death.back) == (21.0, 40.0)
    assert world.placement is not None
    assert world.placement.standing["pay-2"].zone == "a"
    assert [each.failures for each in world.placement.nodes] == [0] * 4


def test_a_part_of_a_node_is_no_failure_of_the_node() -> None:
    """A kill that is narrowed down further leaves the node open."""
    for whom in ("service: pay", "label: tier=back", "mode: one"):
        mode = "" if "mode" in whom else ", mode: all"
        seen: list[bool] = []

        def look(world: World, seen: list[bool] = seen) -> None:
            assert world.placement is not None
            seen.extend(each.open for each in world.placement.nodes)

        kill = f"faults=[{{at: 10s, for: 5s, kill: {{node: general-3, {whom}{mode}}}}}]"
        watched(SIX, "services.pay.labels={tier: back}", kill, at={12.0: look})
        assert seen == [True] * 5


# Drains.


def drain(more: str, at: str = "10s, for: 40s") -> str:
    return f"{{at: {at}, node_drain: {{{more}}}}}"


def test_a_drained_node_is_empty_and_its_instances_are_elsewhere() -> None:
    """Asked at 10 s, ended at 15 s, up at 18 s on the node that the rule names; nothing moves back."""
    seen: list[dict[str, str]] = []
    world = watched(
        SIX,
        f"faults=[{drain('node: general-3, grace: 5s, start: 8s')}]",
        at=dict.fromkeys([14.9, 15.1, 18.1], lambda world: seen.append(on_nodes(world))),
    )
    assert [each["general-3"] for each in seen] == ["shop-3 pay-2", "", ""]
    assert [(each.instance, each.died, each.back) for each in world.deaths] == [
        ("shop-3", 15.0, 18.0),
        ("pay-2", 15.0, 18.0),
    ]
    # All have one of the shop; of those with fewest in all the first. Pay keeps to a and c.
    assert on_nodes(world) == {
        "general-1": "shop-1 pay-1",
        "general-2": "shop-2 shop-3",
        "general-3": "",
        "general-4": "shop-4 pay-3",
        "spare-1": "shop-5 pay-2",
    }
    assert all(each.up and each.kept_down == 0 for each in world.instances)
    zones = {each.name: each.zone for each in world.instances}
    assert (zones["shop-3"], zones["pay-2"]) == ("b", "a")
    # Callers' balancers have the new zones too.
    members = [m for each in world.instances for route in each.routes for m in route.members]
    assert {(m.name, m.zone) for m in members} == {("pay-1", "a"), ("pay-2", "a"), ("pay-3", "a")}
    assert world.placement is not None
    assert [each.cordons for each in world.placement.nodes] == [0] * 5
    assert world.placement.evicted == set()


@pytest.mark.parametrize(("grace", "start"), [(5, 8), (1, 4), (0, 10), (8, 2)])
def test_who_is_between_two_nodes_refuses_its_share(grace: int, start: int) -> None:
    """From the end of the grace period to the start a fifth of 100/s is refused; none, if it is later."""
    result = play(
        SIX,
        "services.shop.endpoints.get=[work: 10ms]",
        f"faults=[{drain(f'node: general-2, grace: {grace}s, start: {start}s', '10.005s, for: 40s')}]",
    )
    gap = max(0.0, start - grace)
    assert result.total.outcomes.get("refused", 0) == pytest.approx(20 * gap, abs=1)
    (death,) = result.deaths
    assert death.back is not None
    assert death.back - death.died == pytest.approx(gap)


def test_instances_leave_one_after_another() -> None:
    """With 5 s between them they are asked at 10, 15, 20 and 25 s."""
    world = watched(
        SIX,
        "platform.nodes={general: {count: 2, zones: [a]}}",
        "services.pay.zones=[]",
        f"faults=[{drain('node: general-1, grace: 2s, start: 3s, between: 5s')}]",
        at={},
    )
    assert [(each.instance, each.died, each.back) for each in world.deaths] == [
        (name, 12.0 + 5 * turn, 13.0 + 5 * turn)
        for turn, name in enumerate(["shop-1", "shop-3", "shop-5", "pay-2"])
    ]
    assert on_nodes(world)["general-1"] == ""


def test_what_has_not_begun_at_the_end_of_a_drain_is_off() -> None:
    """A drain of 8 s asks the first at 10 s and the second at 15 s, who go; the others stay."""
    world = watched(
        SIX,
        "platform.nodes={general: {count: 2, zones: [a]}}",
        "services.pay.zones=[]",
        f"faults=[{drain('node: general-1, grace: 4s, start: 4s, between: 5s', '10s, for: 8s')}]",
        at={},
    )
    # At 14 s it goes to the other node; at 19 s general-1 is open again, and has fewer of the shop.
    assert [(each.instance, each.died) for each in world.deaths] == [
        ("shop-1", 14.0),
        ("shop-3", 19.0),
    ]
    assert on_nodes(world) == {
        "general-1": "shop-5 pay-2 shop-3",
        "general-2": "shop-2 shop-4 pay-1 pay-3 shop-1",
    }


def test_who_finds_no_node_is_pending_until_the_end() -> None:
    """Pay-2 may stand in c alone, where the only node is drained: it is down until that is over."""
    world = watched(
        SIX,
        "services.pay.zones=[c]",
        "services.pay.replicas=1",
        f"faults=[{drain('node: general-3, grace: 1s, start: 2s', '10s, for: 20s')}]",
        at={},
    )
    deaths = {each.instance: (each.died, each.back) for each in world.deaths}
    assert deaths == {"shop-3": (11.0, 12.0), "pay-1": (11.0, 30.0)}
    assert world.placement is not None
    assert world.placement.standing["pay-1"].name == "general-3"
    assert not world.placement.pending


def test_who_is_pending_starts_when_any_node_opens() -> None:
    """Two drains leave no node in c; the one that ends first takes the instances of both."""
    first = drain("node: general-1, grace: 1s, start: 2s", "10s, for: 40s")
    second = drain("node: general-2, grace: 1s, start: 2s", "12s, for: 8s")
    world = watched(
        SIX,
        "platform.nodes={general: {count: 2, zones: [c]}}",
        "services.pay.zones=[]",
        f"faults=[{first}, {second}]",
        at={},
    )
    # Those of the first went to general-2 at 12 s, where they are asked again at once.
    backs = {each.instance: each.back for each in world.deaths}
    assert set(backs.values()) == {20.0}
    assert on_nodes(world)["general-1"] == ""


def test_a_node_with_two_drains_is_closed_until_both_are_over() -> None:
    """Nobody is asked twice, and the end of one drain leaves the cordon of the other."""
    pair = [
        drain("node: general-3, grace: 4s, start: 4s", "10s, for: 10s"),
        drain("node: general-3, grace: 4s, start: 4s", "12s, for: 18s"),
    ]
    seen: list[bool] = []

    def look(world: World) -> None:
        assert world.placement is not None
        seen.append(world.placement.node("general-3").open)

    world = watched(
        SIX, f"faults=[{', '.join(pair)}]", at=dict.fromkeys([11.0, 15.0, 25.0, 31.0], look)
    )
    assert seen == [False, False, False, True]
    assert [(each.instance, each.died, each.back) for each in world.deaths] == [
        ("shop-3", 14.0, 14.0),
        ("pay-2", 14.0, 14.0),
    ]
    assert all(each.kept_down == 0 for each in world.instances)


def test_a_drain_that_repeats_moves_whoever_is_there() -> None:
    """The second time nobody is left, since nothing has moved back."""
    result = play(
        SIX,
        "faults=[{at: 10s, every: 15s, for: 5s, node_drain: {node: general-3, grace: 1s, start: 2s}}]",
    )
    assert [each.instance for each in result.deaths] == ["shop-3", "pay-2"]
    told = [each.detail for each in result.log if "begins" in each.detail]
    assert told == ["begins: shop-3, pay-2", *["begins: nobody"] * 3]


def test_draining_an_empty_node_changes_nothing_for_anybody() -> None:
    """Every request ends as without the fault."""
    settings = [
        "platform.nodes.far={count: 1, zones: [d]}",
        "services.pay.policy={retry: {attempts: 2}}",
    ]
    plain = play(SIX, *settings)
    drained = play(SIX, *settings, f"faults=[{drain('node: far-1')}]")
    assert drained.total == plain.total
    assert drained.services == plain.services
    assert drained.faults[0].targets == ()


# With kills.


@pytest.mark.parametrize(
    ("kill", "died", "back"),
    [
        # Killed before its grace period is over, it does not start again where it was.
        ("12s, for: 2s", 12.0, 25.0),
        ("12s, for: 9s", 12.0, 25.0),
        # Kept dead for longer, it starts on its new node when that is over.
        ("12s, for: 30s", 12.0, 42.0),
        ("22s, for: 20s", 20.0, 42.0),
        # Dead already, it is not waited for.
        ("5s, for: 7s", 5.0, 25.0),
        ("5s, for: 40s", 5.0, 45.0),
    ],
)
def test_a_kill_and_a_drain(kill: str, died: float, back: float) -> None:
    """An instance is up when neither the drain nor the kill keeps it down, and on its new node."""
    world = watched(
        SIX,
        f"faults=[{drain('node: general-2, grace: 10s, start: 15s')}, "
        f"{{at: {kill}, kill: {{instance: shop-2}}}}]",
        at={},
    )
    (death,) = world.deaths
    assert (death.instance, death.died, death.back) == ("shop-2", died, back)
    assert world.placement is not None
    assert world.placement.standing["shop-2"].name == "spare-1"
    assert world.services["shop"].instances[1].kept_down == 0


NODES = ("general-1", "general-2", "general-3", "general-4", "spare-1")
HARMS = st.one_of(
    st.builds(
        lambda node, grace, start, between: {
            "node_drain": {
                "node": node,
                "grace": f"{grace}s",
                "start": f"{start}s",
                "between": f"{between}s",
            }
        },
        st.sampled_from(NODES),
        st.sampled_from([0, 0.5, 2]),
        st.sampled_from([0, 1, 3]),
        st.sampled_from([0, 0.7]),
    ),
    st.builds(
        lambda kind, node: {kind: {"node": node, "mode": "all"}},
        st.sampled_from(["kill", "pause", "hang", "blackhole"]),
        st.sampled_from(NODES),
    ),
    st.builds(lambda zone: {"zone_outage": {"zone": zone}}, st.sampled_from("abc")),
    st.builds(
        lambda name: {"kill": {"instance": name, "grace": "100ms"}},
        st.sampled_from(["shop-1", "shop-3", "pay-1", "pay-2"]),
    ),
    st.just({"slow": {"service": "pay", "zone": "a", "mode": "all", "speed": "50%"}}),
)


@st.composite
def schedules(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Up to seven faults at once, all of which are over three seconds and more before the end."""
    times = st.tuples(st.integers(0, 50), st.integers(2, 60))
    several = draw(st.lists(st.tuples(times, HARMS), min_size=2, max_size=7))
    return [{"at": f"{at / 10}s", "for": f"{lasts / 10}s", **harm} for (at, lasts), harm in several]


@settings(max_examples=15, deadline=None)
@given(schedules())
def test_whatever_overlaps_everybody_stands_somewhere_and_is_up(
    faults: list[dict[str, Any]],
) -> None:
    """After any faults of nodes in any order the laws have held and nobody is down or nowhere."""
    changes = [
        "duration=15s",
        "traffic.users.rate=40/s",
        "registry={kind: consul}",
        f"faults={json.dumps(faults)}",
    ]
    run = Run(parse(SIX, settings=changes).scenario, check=True)
    assert run.audit is not None
    for second in range(1, 15):
        while not run.world.kernel.run(float(second), 10_000):
            pass
        run.audit.check()
    placement = run.world.placement
    assert placement is not None
    assert placement.evicted == set()
    assert not placement.pending
    assert all(each.open for each in placement.nodes)
    for instance in run.world.instances:
        assert instance.up and instance.kept_down == 0 and instance.speed == 1.0
        assert instance.disturbed is None
        node = placement.standing[instance.name]
        assert instance.name in node.instances
        assert instance.zone == node.zone
    assert sum(len(each.instances) for each in placement.nodes) == len(run.world.instances)
    pay = [placement.standing[each.name] for each in run.world.services["pay"].instances]
    assert {each.zone for each in pay} <= {"a", "c"}
    run.advance()
    assert run.result().complete


# With a registry.


def test_a_drain_that_is_announced_loses_nobody() -> None:
    """With Consul all callers know within the grace period, and no request meets the end of a process."""
    registry = "registry={kind: consul}"
    announced = play(SIX, registry, f"faults=[{drain('node: general-3, grace: 5s, start: 10s')}]")
    assert announced.total.availability == 1.0
    fault = announced.faults[0]
    # They left in good order: that is no sign of harm.
    assert fault.detected_by is None
    sudden = play(SIX, registry, f"faults=[{drain('node: general-3, grace: 0s, start: 10s')}]")
    assert sudden.total.availability is not None and sudden.total.availability < 1.0


@pytest.mark.parametrize("whole", [False, True])
def test_kubernetes_learns_of_an_exit_at_once_and_of_a_dead_node_by_its_silence(
    whole: bool,
) -> None:
    """A kubelet tells of its containers within its period; a node is not ready 40 s after its last word."""
    whom = "node: general-3, mode: all" if whole else "node: general-3, service: shop, mode: all"
    settings = ["duration=130s", "registry={kind: kubernetes}"]
    for seed in range(3):
        fault = f"faults=[{{at: 20s, for: 60s, kill: {{{whom}}}}}]"
        result = play(SIX, *settings, fault, seed=seed)
        knew = [each.registry_knew_after for each in result.deaths]
        assert len(knew) == (2 if whole else 1)
        for each in knew:
            assert each is not None
            # The last word was up to 10 s ago, and silence is looked for every 5 s.
            low, high = (30.0, 45.1) if whole else (0.1, 1.1)
            assert low <= each <= high
        # Both pods of the node are taken off at the same time.
        assert max(knew) == min(knew)
        assert [each.back for each in result.deaths] == [80.0] * len(knew)
        # It has 20/s until 20 s, and from the first good probe after 80 s on, which comes within
        # 10 s; then 0.1 s for the endpoints and up to 1 s each for the kubelet and the rules.
        served = result.services["shop"].instances["shop-3"].outcomes["ok"]
        assert 20 * (20 + 50 - 12.1) - 2 <= served <= 20 * (20 + 50)


def test_without_nodes_and_with_nodes_kubernetes_says_the_same_of_an_exit() -> None:
    """A node that is up changes nothing of what its kubelet tells."""
    settings = ["registry={kind: kubernetes}", "services.pay.zones=[]"]
    kill = "faults=[{at: 20s, for: 20s, kill: {instance: pay-2}}]"
    alone = play(SIX, *settings, "platform=null", kill)
    nodes = play(SIX, *settings, "platform={nodes: {general: {count: 8}}}", kill)
    assert alone.deaths == nodes.deaths
    assert alone.total.outcomes == nodes.total.outcomes


def test_a_hang_that_ends_while_its_instance_is_moved() -> None:
    """The process dies with the hang, and starts on the other node, not where it was."""
    hang = "{at: 11s, for: 1s, hang: {instance: pay-1}}"
    loaded = parse(SIX, settings=["faults=[]"])
    run = Run(loaded.scenario)
    assert run.world.placement is not None
    node = run.world.placement.standing["pay-1"].name
    moved = drain(f"node: {node}, grace: 5s, start: 10s")
    result = play(SIX, f"faults=[{moved}, {hang}]")
    mine = [(each.time, each.detail) for each in result.log if each.subject == "pay-1"]
    downs = [time for time, detail in mine if detail == "down"]
    ups = [time for time, detail in mine if detail == "up"]
    assert downs == [12.0]
    assert len(ups) == 1
    assert ups[0] >= 15.0
