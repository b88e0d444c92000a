"""Instances on one node share its cores, by their requests where there are too few."""

from __future__ import annotations

from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.call.attempt import Attempt
from simulator.call.edge import CallPoint
from simulator.call.party import Party
from simulator.observe.audit import Audit, AuditedInstance
from simulator.platform.node import Node
from simulator.platform.node_cpu import NodeShare, cpus_of
from simulator.platform.placement import Placement
from simulator.platform.room import NOTHING, NodeKind
from simulator.scenario import parse
from simulator.scenario.building.build import build
from simulator.service.processor import Processor
from simulator.traffic.request import Nature, Request, Tally


class Caller(Party):
    """Notes when the answer comes."""

    def __init__(self, machine: Machine, name: str) -> None:
        super().__init__()
        self.machine = machine
        self.name = name

    def answered(self, point: CallPoint, outcome: int, origin: str) -> None:
        assert self.name not in self.machine.ends
        self.machine.ends[self.name] = self.machine.kernel.now * 1000


class Machine:
    """A node of so many cores, and services of one instance each on it; times in milliseconds.

    A service is told by its keys and its request in cores; a piece of its work takes 100 ms. There
    is a second node, with all the cores that one could want, on which nobody stands at first.
    """

    def __init__(self, cores: float, **services: tuple[str, float]) -> None:
        lines = "\n".join(
            f"  {name}: {{{keys}, endpoints: {{get: [{{work: 100ms}}]}}}}"
            for name, (keys, _) in services.items()
        )
        mix = ", ".join(f"{name}.get: 1" for name in services)
        world = build(
            parse(
                "scenario: machine\nduration: 10h\n"
                f"traffic: {{users: {{rate: 1/h, mix: {{{mix}}}}}}}\nservices:\n{lines}\n"
            ).scenario,
            1,
            instance_class=AuditedInstance,
        )
        self.kernel = world.kernel
        self.audit = Audit(self.kernel, world.instances)
        self.nodes = [
            Node("small", "", NodeKind(cpu=round(cores * 1000))),
            Node("large", "", NodeKind(cpu=1_000_000)),
        ]
        self.placement = Placement(self.nodes, {})
        self.cpus = cpus_of(self.placement)
        self.instances = {name: world.services[name].instances[0] for name in services}
        self.processors: dict[str, Processor] = {}
        self.shares: dict[str, NodeShare] = {}
        for name, (_, request) in services.items():
            instance = self.instances[name]
            self.placement.put(instance.name, name, self.nodes[0], NOTHING)
            processor = instance.processor
            assert processor is not None
            share = NodeShare(processor, instance.name, self.placement, self.cpus, request)
            processor.share = share
            if processor.quota is not None:
                processor.quota.phase = 0.0
            self.processors[name] = processor
            self.shares[name] = share
        entries = world.sources["users"].entries
        self.sites = dict(zip(services, (each.site for each in entries), strict=True))
        self.ends: dict[str, float] = {}
        self.asked = 0

    def give(self, service: str, *names: str) -> list[Attempt]:
        """Pieces of work for a service come in now."""
        given = []
        for name in names:
            self.asked += 1
            now = self.kernel.now
            request = Request(Tally(Nature(0)), self.asked)
            caller = Caller(self, name)
            instance = self.instances[service]
            given.append(Attempt(request, caller, self.sites[service], instance, 0, now, inf))
            instance.accept(given[-1])
        return given

    def until(self, milliseconds: float) -> None:
        """Let time pass."""
        self.kernel.run(milliseconds / 1000, 1 << 30)
        self.audit.check()

    def used(self) -> list[float]:
        """How many cores each of them uses now."""
        return [each.used for each in self.processors.values()]


def test_as_long_as_cores_are_free_nobody_notices() -> None:
    """Three want 1 + 2 of 4 cores: far beyond their requests, and nothing is short."""
    machine = Machine(4, shop=("cores: 4", 0.1), batch=("cores: 4", 0.0))
    machine.give("shop", "a")
    machine.give("batch", "b", "c")
    machine.until(1000)
    assert list(machine.ends.values()) == pytest.approx([100, 100, 100])


@pytest.mark.parametrize("sharing", ["processor", "fcfs"])
def test_by_weight_where_there_are_too_few(sharing: str) -> None:
    """1 : 3 on two cores, both with work for two: half a core and one and a half.

    The second's 200 core-ms take 133.3 ms, in which the first does 66.7 of its own; then it has both
    cores for the other 133.3: 66.7 ms.
    """
    keys = f"cores: 2, sharing: {sharing}"
    machine = Machine(2, one=(keys, 0.5), three=(keys, 1.5))
    machine.give("one", "a", "b")
    machine.give("three", "c", "d")
    assert machine.used() == pytest.approx([0.5, 1.5])
    machine.until(1000)
    assert machine.ends["c"] == machine.ends["d"] == pytest.approx(400 / 3)
    assert machine.ends["a"] == machine.ends["b"] == pytest.approx(200)


def test_who_wants_less_than_its_part_leaves_the_rest() -> None:
    """Equal weights on four cores: one wants 1 and has it, the others share 3 of 4 and 2 wanted."""
    machine = Machine(4, a=("cores: 8", 1.0), b=("cores: 8", 1.0), c=("cores: 8", 1.0))
    machine.give("a", "a1")
    machine.give("b", *(f"b{n}" for n in range(4)))
    machine.give("c", "c1", "c2")
    assert machine.used() == pytest.approx([1.0, 1.5, 1.5])


def test_no_request_is_next_to_nothing() -> None:
    """2 of 1024 shares against one core: 2/1026 of the node."""
    machine = Machine(1, shop=("cores: 1", 1.0), batch=("cores: 1", 0.0))
    machine.give("batch", "b")
    machine.give("shop", "a")
    assert machine.used() == pytest.approx([1024 / 1026, 2 / 1026])
    machine.until(1000)
    assert machine.ends["b"] == pytest.approx(200)


def test_whoever_stands_still_by_its_limit_wants_nothing() -> None:
    """A limit of 0.5 in periods of 100 ms beside a greedy neighbour, equal weights, one core.

    Half a core for each until the quota of 50 ms is used up, at 100 ms: never. At a limit of 0.25
    it is used up at 50 ms; the neighbour has the core alone until 100 ms.
    """
    machine = Machine(1, slow=("cores: 1, limits: {cpu: 0.25}", 1.0), batch=("cores: 1", 1.0))
    machine.give("slow", "a")
    machine.give("batch", "b")
    machine.until(49)
    assert machine.used() == pytest.approx([0.5, 0.5])
    machine.until(51)
    assert machine.used() == pytest.approx([0.0, 1.0])
    machine.until(1000)
    # The neighbour: 25 + 50 core-ms in the first period, and the last 25 by half cores in 50 ms.
    assert machine.ends["b"] == pytest.approx(150)
    # 25 core-ms in each period, of the second one by half cores as well; then in 25 ms.
    assert machine.ends["a"] == pytest.approx(325)


def test_stolen_cores_are_not_wanted() -> None:
    """Who has three of four cores stolen wants one, and the other has three of the node's four."""
    machine = Machine(4, a=("cores: 4", 1.0), b=("cores: 4", 1.0))
    machine.give("a", *"pqrs")
    machine.give("b", *"tuvw")
    assert machine.used() == pytest.approx([2.0, 2.0])
    machine.processors["a"].steal(3.0)
    assert machine.used() == pytest.approx([1.0, 3.0])
    machine.processors["a"].give_back(3.0)
    assert machine.used() == pytest.approx([2.0, 2.0])


def test_a_crash_leaves_the_cores_to_the_others() -> None:
    """And whoever comes back on another node shares that one's."""
    machine = Machine(2, a=("cores: 2", 1.0), b=("cores: 2", 1.0))
    machine.give("a", "p", "q")
    machine.give("b", "t", "u")
    machine.until(10)
    machine.instances["a"].crash()
    assert machine.used() == pytest.approx([0.0, 2.0])
    name = machine.instances["a"].name
    machine.placement.remove(name)
    machine.placement.put(name, "a", machine.nodes[1], NOTHING)
    machine.instances["a"].restart()
    machine.give("a", "v", "w")
    assert machine.used() == pytest.approx([2.0, 2.0])


def test_another_request() -> None:
    """1 : 1 becomes 3 : 1 in the midst of work."""
    machine = Machine(2, a=("cores: 2", 1.0), b=("cores: 2", 1.0))
    machine.give("a", "p", "q")
    machine.give("b", "t", "u")
    machine.shares["a"].request(3.0)
    assert machine.used() == pytest.approx([1.5, 0.5])


moves = st.lists(
    st.tuples(st.integers(1, 90), st.sampled_from("abc"), st.integers(1, 4)),
    min_size=1,
    max_size=12,
)
requests = st.sampled_from([0.0, 0.1, 0.25, 1.0, 3.0])


@given(
    moves,
    st.sampled_from([1.0, 1.5, 4.0]),
    st.tuples(requests, requests, requests),
    st.tuples(*[st.sampled_from(["processor", "fcfs"])] * 3),
)
@settings(max_examples=60)
def test_laws(
    moves: list[tuple[int, str, int]],
    cores: float,
    requests: tuple[float, ...],
    sharings: tuple[str, ...],
) -> None:
    """Nothing is idle that is wanted; who gets less than it wants gets as much for its weight as any.

    One of the three has a CPU limit. All work is done in the end.
    """
    limits = (", limits: {cpu: 0.4}", "", "")
    services = {
        name: (f"cores: 3, sharing: {sharing}{limit}", request)
        for name, request, sharing, limit in zip("abc", requests, sharings, limits, strict=True)
    }
    machine = Machine(cores, **services)
    now = total = 0
    for wait, service, count in moves:
        now += wait
        total += count
        machine.until(now)
        machine.give(service, *(f"{service}{now}-{n}-{total}" for n in range(count)))
        wanted = [each.wanted for each in machine.shares.values()]
        used = machine.used()
        assert sum(used) == pytest.approx(min(cores, sum(wanted)))
        pairs = list(zip(machine.shares.values(), used, strict=True))
        for share, has in pairs:
            if has < share.wanted - 1e-9:
                for other, had in pairs:
                    assert had / other.weight <= has / share.weight + 1e-6
    machine.until(60_000)
    assert len(machine.ends) == total
    done = sum(each.used_until(machine.kernel.now) for each in machine.processors.values())
    assert done == pytest.approx(total * 0.1, abs=1e-6)


@given(moves, st.sampled_from(["processor", "fcfs"]))
@settings(max_examples=20)
def test_a_node_with_enough_for_all_changes_nothing(
    moves: list[tuple[int, str, int]], sharing: str
) -> None:
    """With as many cores as all of them can use, everything is to the bit as if each were alone."""
    keys = f"cores: 3, sharing: {sharing}"
    together = Machine(9, a=(keys, 0.1), b=(keys, 0.0), c=(keys, 1.0))
    alone = Machine(9, a=(keys, 0.1), b=(keys, 0.0), c=(keys, 1.0))
    for processor in alone.processors.values():
        processor.share = None
    for machine in (together, alone):
        now = 0
        for number, (wait, service, count) in enumerate(moves):
            now += wait
            machine.until(now)
            machine.give(service, *(f"{number}-{n}" for n in range(count)))
        machine.until(60_000)
    assert together.ends == alone.ends
