"""Which node takes an instance: room, zones, distance from its own, and the scheduler's strategy."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.kernel.event import Event
from simulator.platform.node import Node
from simulator.platform.pack import Pack
from simulator.platform.placement import Demand, Placement
from simulator.platform.room import NodeKind, Request, millicores
from simulator.platform.spread import Spread
from simulator.platform.strategy import Strategy

GIB = 1 << 30


def pool(count: int, cpu: int | None, memory: int | None = None, zones: str = "") -> list[Node]:
    """Nodes of `cpu` millicores and `memory` bytes, each in the next of the zones."""
    return [
        Node(
            f"n{number + 1}",
            zones[number % len(zones)] if zones else "",
            NodeKind("n", cpu, memory),
        )
        for number in range(count)
    ]


def counts(placement: Placement) -> list[int]:
    return [len(each.instances) for each in placement.nodes]


def names(service: str, count: int) -> list[str]:
    return [f"{service}-{number + 1}" for number in range(count)]


# What fits.


@pytest.mark.parametrize(
    ("cpu", "memory", "fit"),
    [
        # 3 of 1000m on 3000m: the sum may be all there is.
        (1000, GIB, 3),
        # One thousandth more, and the third does not fit.
        (1001, GIB, 2),
        # Memory is what is short.
        (100, 3 * GIB, 2),
        (100, 3 * GIB + 1, 1),
        # Who asks for nothing fits however many there are.
        (0, 0, 50),
    ],
)
def test_requests_may_add_up_to_what_is_allocatable(cpu: int, memory: int, fit: int) -> None:
    """A node of 3 cores and 6 GiB takes instances while the sums of requests are no more than that."""
    placement = Placement(pool(1, 3000, 6 * GIB), {"a": Demand(Request(cpu, memory))})
    assert len(placement.fill(names("a", 50), "a")) == 50 - fit


def test_tenths_add_up_to_a_whole() -> None:
    """Ten times 0.1 cores fit on one core: sums of thousandths are exact."""
    placement = Placement(pool(1, millicores(1.0)), {"a": Demand(Request(millicores(0.1)))})
    assert placement.fill(names("a", 11), "a") == ["a-11"]


@pytest.mark.parametrize(
    ("cores", "expected"), [(0.25, 250), (0.29, 290), (1.0001, 1001), (2, 2000)]
)
def test_cores_count_in_thousandths(cores: float, expected: int) -> None:
    """As Kubernetes rounds quantities: a part of a thousandth counts as a whole one."""
    assert millicores(cores) == expected


# Strategies.


def test_spread_takes_the_node_with_fewest_of_the_service_then_the_least_allocated() -> None:
    """A big instance makes its node the last choice for others, though it has the fewest on it."""
    demands = {"big": Demand(Request(3000)), "small": Demand(Request(500))}
    placement = Placement(pool(3, 4000), demands)
    placement.fill(["big-1"], "big")
    placement.fill(names("small", 4), "small")
    # Each node has one of them; the fourth goes to the least allocated of the two without the big.
    assert counts(placement) == [2, 2, 1]


def test_pack_takes_the_fullest_node_that_has_room() -> None:
    """Seven halves of a core fill one node of two cores and half of the next; the third is empty."""
    placement = Placement(pool(3, 2000), {"a": Demand(Request(500), strategy=Pack())})
    placement.fill(names("a", 7), "a")
    assert counts(placement) == [4, 3, 0]


def test_pack_prefers_the_node_on_which_the_share_is_greatest() -> None:
    """MostAllocated weighs what would be allocated: of a large and a small empty node the small."""
    nodes = [Node("large", "", NodeKind("l", 8000)), Node("small", "", NodeKind("s", 2000))]
    placement = Placement(nodes, {"a": Demand(Request(1000), strategy=Pack())})
    taken = [placement.place(name, "a") for name in names("a", 3)]
    assert [each.name for each in taken if each] == ["small", "small", "large"]


# Apart.


def test_no_two_on_one_node() -> None:
    """With required anti-affinity over nodes a fourth instance finds none of three."""
    placement = Placement(pool(3, None), {"a": Demand(apart="node", strategy=Pack())})
    assert placement.fill(names("a", 4), "a") == ["a-4"]
    assert counts(placement) == [1, 1, 1]


def test_no_two_in_one_zone() -> None:
    """Over zones it is as many as there are zones; who leaves makes room for the next."""
    placement = Placement(pool(6, None, zones="xyz"), {"a": Demand(apart="zone")})
    assert placement.fill(names("a", 5), "a") == ["a-4", "a-5"]
    assert sorted(each.zone for each in placement.standing.values()) == ["x", "y", "z"]
    gone = placement.standing["a-2"].zone
    placement.remove("a-2")
    node = placement.place("a-4", "a")
    assert node is not None and node.zone == gone


# Pending.


class Told(Event):
    """Notes that it fired."""

    def __init__(self, name: str, told: list[str]) -> None:
        super().__init__()
        self.name = name
        self.told = told

    def fire(self) -> None:
        self.told.append(self.name)


def test_who_is_pending_is_placed_in_turn_when_room_is_freed() -> None:
    """The first that waits is tried first; one too large does not keep those behind it from fitting."""
    demands = {"a": Demand(Request(1000)), "b": Demand(Request(2000))}
    placement = Placement(pool(1, 2000), demands)
    assert placement.fill(["a-1", "a-2"], "a") == []
    told: list[str] = []
    for name in ("b-1", "a-3", "a-4"):
        assert placement.place(name, name[0]) is None
        placement.wait(name, name[0], Told(name, told))
    placement.remove("a-1")
    placement.opened()
    assert told == ["a-3"]
    placement.give_up("a-4")
    placement.remove("a-2")
    placement.remove("a-3")
    placement.opened()
    assert told == ["a-3", "b-1"]
    assert not placement.pending
    assert set(placement.standing) == {"b-1"}


def test_a_node_that_is_absent_takes_nobody_until_it_joins() -> None:
    """And it is paid for from its order to its end."""
    nodes = pool(1, 1000)
    nodes[0].present = False
    nodes[0].since = float("inf")
    placement = Placement(nodes, {})
    assert placement.place("a-1", "a") is None
    nodes[0].order(10.0)
    nodes[0].join()
    assert placement.place("a-1", "a") is nodes[0]
    placement.remove("a-1")
    nodes[0].leave(100.0)
    nodes[0].order(200.0)
    assert placement.place("a-1", "a") is None
    assert nodes[0].seconds_between(0.0, 250.0) == 90.0 + 50.0
    assert nodes[0].seconds_between(50.0, 150.0) == 50.0


# All of it.


@st.composite
def clusters(draw: st.DrawFn) -> tuple[list[Node], dict[str, Demand], dict[str, int]]:
    nodes = [
        Node(
            f"n{number}",
            draw(st.sampled_from("xyz")),
            NodeKind(
                "n", draw(st.sampled_from([None, 2000, 4000])), draw(st.sampled_from([None, 8]))
            ),
        )
        for number in range(draw(st.integers(1, 8)))
    ]
    strategies: list[Strategy] = [Spread(), Pack()]
    demands = {
        name: Demand(
            Request(draw(st.integers(0, 1500)), draw(st.integers(0, 3))),
            draw(st.sampled_from([(), ("x",), ("x", "y")])),
            draw(st.sampled_from(["", "node", "zone"])),
            draw(st.sampled_from(strategies)),
        )
        for name in "abc"
    }
    return nodes, demands, {name: draw(st.integers(0, 12)) for name in demands}


@settings(max_examples=60, deadline=None)
@given(clusters())
def test_whatever_is_asked_no_node_has_more_than_fits(
    cluster: tuple[list[Node], dict[str, Demand], dict[str, int]],
) -> None:
    """No node is over its size, all keep to zones and apart, and filling is placing one by one."""
    nodes, demands, wanted = cluster
    once = Placement(nodes, demands)
    singly = Placement([Node(each.name, each.zone, each.kind) for each in nodes], demands)
    for service, count in wanted.items():
        left = once.fill(names(service, count), service)
        alone = [each for each in names(service, count) if singly.place(each, service) is None]
        assert left == alone
    assert [each.instances for each in once.nodes] == [each.instances for each in singly.nodes]
    for node in nodes:
        asked = [demands[service].request for service in node.instances.values()]
        assert node.cpu == sum(each.cpu for each in asked) <= (node.kind.cpu or node.cpu)
        assert (
            node.memory == sum(each.memory for each in asked) <= (node.kind.memory or node.memory)
        )
        for service in node.instances.values():
            assert not demands[service].zones or node.zone in demands[service].zones
    for service, demand in demands.items():
        standing = [each for each in nodes for _ in range(each.count_of(service))]
        if demand.apart:
            places = [each.name if demand.apart == "node" else each.zone for each in standing]
            assert len(places) == len(set(places))
