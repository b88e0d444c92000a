"""How many nodes are needed, which pool grows, and which nodes are not needed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.platform.node import Node
from simulator.platform.placement import Demand, Placement
from simulator.platform.room import NodeKind, Request
from simulator.scaling.cluster import (
    Expansion,
    Unneeded,
    Waiting,
    estimate,
    least_waste,
    left_over,
    removable,
)


def spare(count: int, cpu: int, memory: int, zones: str = "") -> list[Node]:
    kind = NodeKind("pool", cpu, memory)
    return [
        Node(f"n{number + 1}", zones[number % len(zones)] if zones else "", kind)
        for number in range(count)
    ]


def needed(
    nodes: list[Node], *waiting: tuple[int, int, int], apart: str = "", zones: tuple[str, ...] = ()
) -> Expansion:
    """The estimate for so many instances that ask for so many millicores and so much memory."""
    demands = {
        f"s{number}": Demand(Request(cpu, memory), zones, apart)
        for number, (_, cpu, memory) in enumerate(waiting)
    }
    pods = [
        Waiting(f"s{number}-{turn}", f"s{number}")
        for number, (count, _, _) in enumerate(waiting)
        for turn in range(count)
    ]
    return estimate(pods, nodes, nodes[0].kind, Placement(nodes, demands))


# cluster-autoscaler/estimator/binpacking_estimator_test.go, TestBinpackingEstimate.


def test_two_dimensions() -> None:
    """10 pods of 350m and 1000 MB on nodes of 1000m and 2000 MB: two on each, 5 nodes."""
    found = needed(spare(100, 350 * 3 - 50, 2000), (10, 350, 1000))
    assert (len(found.nodes), len(found.helped)) == (5, 10)


def test_apart_forces_one_node_each() -> None:
    """As pods with the same host port: 8 of 200m need 8 nodes of a core."""
    found = needed(spare(100, 1000, 5000), (8, 200, 1000), apart="node")
    assert (len(found.nodes), len(found.helped)) == (8, 8)


def test_a_limit_cuts_it_off() -> None:
    """20 pods of half a core, and only 5 nodes: they take 10."""
    found = needed(spare(5, 1000, 5000), (20, 500, 1000))
    assert (len(found.nodes), len(found.helped)) == (5, 10)


def test_the_largest_come_first() -> None:
    """10 pods of 50m wait before 10 of 500m; on 5 nodes it is the large ones that are helped."""
    found = needed(spare(5, 1000, 2000), (10, 50, 1000), (10, 500, 1000))
    assert len(found.nodes) == 5
    assert [each.cpu for each in found.helped] == [500] * 10


def test_only_in_its_zones() -> None:
    """Of the nodes that would come, those in other zones help nobody."""
    found = needed(spare(6, 1000, 5000, "xy"), (4, 500, 1000), zones=("y",))
    assert [each.name for each in found.nodes] == ["n2", "n4"]


def test_who_fits_on_no_node_asks_for_none() -> None:
    """An instance larger than a node of the pool does not make it grow."""
    found = needed(spare(6, 1000, 5000), (4, 1500, 100))
    assert found.nodes == () and found.helped == ()


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(1, 1000), min_size=1, max_size=40))
def test_first_fit_decreasing_is_near_the_fewest(sizes: list[int]) -> None:
    """Everybody is helped, with no fewer nodes than the sum needs, and about twice as many at most."""
    demands = {str(number): Demand(Request(size)) for number, size in enumerate(sizes)}
    pods = [Waiting(name, name) for name in demands]
    nodes = spare(len(sizes), 1000, 1)
    found = estimate(pods, nodes, nodes[0].kind, Placement(nodes, demands))
    assert len(found.helped) == len(sizes)
    least = -(-sum(sizes) // 1000)
    # Of any two nodes the first has no room for what is on the second.
    assert least <= len(found.nodes) <= 2 * least
    assert all(each.cpu <= 1000 for each in found.nodes)


# cluster-autoscaler/expander/waste/waste_test.go, TestLeastWaste.


def test_least_waste() -> None:
    """One pod of 500m and 1000 MiB: the balanced pool before one with much memory; a small one first."""

    def option(cpu: int, memory: int) -> Expansion:
        (node,) = spare(1, cpu, memory)
        return Expansion(node.kind, (node,), (Request(500, 1000),))

    balanced, roomy, small = (
        option(16 * 500, 16 * 1000),
        option(16 * 500, 32 * 1000),
        option(8 * 500, 16 * 1000),
    )
    assert least_waste([balanced]) == [balanced]
    assert least_waste([roomy, balanced]) == [balanced]
    assert least_waste([balanced, roomy, small]) == [small]
    # Of two that are alike one is drawn.
    assert len(least_waste([balanced, roomy, option(16 * 500, 16 * 1000)])) == 2
    assert balanced.waste == pytest.approx(15 / 16 + 15 / 16)


# What is on its way.


def test_who_fits_on_a_node_that_is_on_its_way_asks_for_no_other() -> None:
    """Of five halves two fit on the one that comes, and three are left."""
    nodes = spare(1, 1000, 5000)
    sketch = Placement(nodes, {"a": Demand(Request(500))})
    pods = [Waiting(f"a-{number}", "a") for number in range(5)]
    assert [each.instance for each in left_over(pods, nodes, sketch)] == ["a-2", "a-3", "a-4"]


# Which are not needed.


def cluster(*loads: int) -> Placement:
    """Nodes of one core, each with one instance of so many millicores, or empty for 0."""
    nodes = spare(len(loads), 1000, 5000)
    demands = {f"s{number}": Demand(Request(load)) for number, load in enumerate(loads)}
    placement = Placement(nodes, demands)
    for number, load in enumerate(loads):
        if load:
            service = f"s{number}"
            placement.put(f"{service}-1", service, nodes[number], Request(load))
    return placement


def test_the_next_must_fit_beside_those_that_were_moved_before() -> None:
    """The scenario of the FAQ: those of A fit on X, those of B fit on X too, but not beside them."""
    placement = cluster(400, 400, 400, 500, 500)
    a, b, c, x, y = placement.nodes
    # A goes to B's node first; so let B and C be full in the eyes of A.
    b.cpu = c.cpu = 1000
    found = removable([a, b, c], placement, lambda _: None)
    # B's own instance asks for 400: Y has room for it, X has none left.
    assert [each.name for each in found] == ["n1", "n2"]
    assert (x.cpu, y.cpu) == (900, 900)
    # C's finds neither, and stands where it stood.
    assert c.instances == {"s2-1": "s2"}


def test_an_empty_node_is_never_needed() -> None:
    """Whatever the others have."""
    placement = cluster(1000, 0, 1000)
    found = removable([placement.nodes[1]], placement, lambda _: None)
    assert [each.name for each in found] == ["n2"]


def test_a_node_whose_instances_fit_only_in_part_stays_as_it_is() -> None:
    """The first of two has moved when the second finds no place: both are back."""
    nodes = spare(2, 1000, 5000)
    placement = Placement(nodes, {"a": Demand(Request(300)), "b": Demand(Request(300))})
    placement.put("a-1", "a", nodes[0], Request(300))
    placement.put("b-1", "b", nodes[0], Request(300))
    placement.put("b-2", "b", nodes[1], Request(600))
    assert removable([nodes[0]], placement, lambda _: None) == []
    assert (nodes[0].cpu, nodes[1].cpu) == (600, 600)
    assert set(nodes[0].instances) == {"a-1", "b-1"}


@pytest.mark.parametrize(("allowed", "expected"), [(None, ["n1"]), (1, ["n1"]), (0, [])])
def test_a_disruption_budget_keeps_a_node(allowed: int | None, expected: list[str]) -> None:
    """One that allows no eviction now keeps the node of the instance."""
    placement = cluster(100, 100)
    found = removable(placement.nodes[:1], placement, lambda _: allowed)
    assert [each.name for each in found] == expected


def test_a_node_that_is_closed_takes_nobody() -> None:
    """A cordoned node is no place for those of another."""
    placement = cluster(100, 100)
    placement.nodes[1].cordons = 1
    assert removable(placement.nodes[:1], placement, lambda _: None) == []


def test_unneeded_without_a_break() -> None:
    """One that was needed for a moment begins anew."""
    unneeded = Unneeded()
    patience = {"a": 600.0, "b": 600.0}
    unneeded.update(["a", "b"], 0.0)
    unneeded.update(["a"], 300.0)
    unneeded.update(["a", "b"], 310.0)
    assert unneeded.ripe(599.0, patience) == []
    assert unneeded.ripe(600.0, patience) == ["a"]
    assert unneeded.ripe(910.0, patience) == ["a", "b"]
