"""What adds nodes when instances wait for one, and takes away those that nobody needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from simulator.kernel.event import Event
from simulator.kernel.kernel import Kernel
from simulator.observe.event_log import EventLog
from simulator.platform.eviction import Evictor, Pace
from simulator.platform.node import Node
from simulator.scaling.autoscaler import Autoscaler
from simulator.scaling.cluster import (
    Expansion,
    Unneeded,
    Waiting,
    estimate,
    least_waste,
    left_over,
    removable,
    sketch_of,
)

MOST_EMPTY = 10
"""Empty nodes that are taken away at once (`max-empty-bulk-delete`)."""
EVICTION_RETRY = 10.0
"""Seconds between two tries to evict an instance."""
EVICTION_TIME = 120.0
"""Seconds after which a node is kept whose instances may not be evicted (`max-pod-eviction-time`)."""
LOOK = 1.0
"""Seconds between two looks whether a node is empty."""
NEARLY = 1e-6
"""Seconds by which the sum of many looks may miss a time."""
PACE = Pace(grace=30.0, start=10.0)
"""As instances without a workload are moved; the defaults of `node_drain`."""


@dataclass(frozen=True, slots=True)
class Flags:
    """How the autoscaler works; times in seconds.

    Attributes:
        scan: how often it looks.
        random: whether any pool that would do is taken, instead of the one with the least waste.
        after_add: so long after nodes were added none is taken away.
        after_failure: so long after a node could not be emptied none is.
    """

    scan: float = 10.0
    random: bool = False
    after_add: float = 600.0
    after_failure: float = 180.0


@dataclass(frozen=True, slots=True)
class Pool:
    """The nodes of one pool, those that may be added too; times in seconds.

    Attributes:
        least, most: how many there may be.
        provision: from the wish for a node to the first instance on it.
        unneeded: how long a node must have been unneeded before it is taken away.
        utilization: a node of which less is asked for may be unneeded.
    """

    nodes: Sequence[Node]
    least: int
    most: int
    provision: float
    unneeded: float
    utilization: float


class ClusterAutoscaler(Autoscaler):
    """Keeps as many nodes as the instances need.

    In the real world: the cluster autoscaler of Kubernetes. Every 10 s it looks for pods that the
    scheduler could not place, works out for each pool how many more nodes they would need, and has
    the best pool grow; the cloud takes a minute or more for a node. In a round that adds nothing it
    looks for nodes of which less than half is asked for and whose pods would fit elsewhere. One that
    has been so for 10 min is taken away: empty ones up to ten at a time, others one at a time, after
    their pods have been evicted as their disruption budgets allow. For 10 min after a growth nothing
    is taken away.

    Here: as that. It sees what waits and who stands where as it is. A node is there `provision`
    after it was asked for, for certain; the first of its pool that is absent comes first. Where
    several pools are as good, one is drawn.

    Left out: clouds that have no more nodes, other expanders (price, priority, most pods), pods that
    forbid their eviction, balancing of similar pools.

    Source: kubernetes/autoscaler, cluster-autoscaler, FAQ and flags.

    Args:
        uniform: draws a number from 0 to 1.

    Attributes:
        upcoming: the nodes that have been asked for, and are not there yet, by name.
        removing: those that are being emptied, by name.
    """

    def __init__(
        self,
        kernel: Kernel,
        evictor: Evictor,
        pools: Sequence[Pool],
        flags: Flags,
        uniform: Callable[[], float],
        events: EventLog,
    ) -> None:
        self.kernel = kernel
        self.evictor = evictor
        self.placement = evictor.placement
        self.pools = pools
        self.flags = flags
        self.uniform = uniform
        self.events = events
        self.pool_of = {node.name: pool for pool in pools for node in pool.nodes}
        self.patience = {name: pool.unneeded for name, pool in self.pool_of.items()}
        self.unneeded = Unneeded()
        self.upcoming: dict[str, Node] = {}
        self.removing: dict[str, Removal] = {}
        self.added = -self.flags.after_add
        self.failed = -self.flags.after_failure

    def begin(self) -> None:
        self.kernel.schedule(Scan(self), self.flags.scan * self.uniform())

    def note(self, node: str, what: str) -> None:
        """Have it noted what becomes of a node."""
        self.events.note(self.kernel.now, "platform", node, what)

    def look(self) -> None:
        """One round."""
        if not self.grow():
            self.shrink()

    # More nodes.

    def grow(self) -> bool:
        """Ask for nodes if instances wait for which none are on their way; whether it did."""
        pending = self.placement.pending.values()
        waiting = [Waiting(each.instance, each.service) for each in pending]
        if not waiting:
            return False
        sketch = sketch_of(self.placement)
        coming = [each for each in sketch.nodes if each.name in self.upcoming]
        waiting = left_over(waiting, coming, sketch)
        options = [] if not waiting else [self.option(each, waiting) for each in self.pools]
        options = [each for each in options if each.nodes]
        if not options:
            return False
        best = options if self.flags.random else least_waste(options)
        chosen = best[int(self.uniform() * len(best))] if len(best) > 1 else best[0]
        self.add(chosen)
        return True

    def option(self, pool: Pool, waiting: Sequence[Waiting]) -> Expansion:
        """How a pool could grow for those who wait."""
        sketch = sketch_of(self.placement)
        coming = [each for each in sketch.nodes if each.name in self.upcoming]
        # What is on its way is spoken for already.
        pending = self.placement.pending.values()
        left_over([Waiting(each.instance, each.service) for each in pending], coming, sketch)
        names = {each.name for each in self.absent(pool)}
        spare = [each for each in sketch.nodes if each.name in names]
        return estimate(waiting, spare, pool.nodes[0].kind, sketch)

    def absent(self, pool: Pool) -> list[Node]:
        """The nodes that may be added to a pool, as many as it may have."""
        spare = [
            each
            for each in pool.nodes
            if not each.present and not each.failures and each.name not in self.upcoming
        ]
        return spare[: max(0, pool.most - self.size(pool))]

    def size(self, pool: Pool) -> int:
        """How many nodes a pool has, or will have."""
        return sum(each.present or each.name in self.upcoming for each in pool.nodes)

    def add(self, expansion: Expansion) -> None:
        """Ask for nodes."""
        self.added = self.kernel.now
        for each in expansion.nodes:
            node = self.placement.node(each.name)
            node.order(self.kernel.now)
            self.upcoming[node.name] = node
            self.note(node.name, f"asked for: {len(expansion.helped)} wait for a node")
            self.kernel.schedule(Arrival(self, node), self.pool_of[node.name].provision)

    def arrived(self, node: Node) -> None:
        """A node is there."""
        del self.upcoming[node.name]
        node.join()
        self.note(node.name, "joined")
        self.placement.opened()

    # Fewer nodes.

    def shrink(self) -> None:
        """Take away what has been unneeded for long enough."""
        now, flags = self.kernel.now, self.flags
        self.unneeded.update([each.name for each in self.spare()], now)
        if now - self.added < flags.after_add or now - self.failed < flags.after_failure:
            return
        ripe = [self.placement.node(name) for name in self.unneeded.ripe(now, self.patience)]
        # A pool that may not shrink must not keep others from it.
        ripe = [each for each in ripe if self.may_lose(self.pool_of[each.name])]
        empty = [each for each in ripe if not each.instances]
        full = [each for each in ripe if each.instances]
        emptying = any(each.emptying for each in self.removing.values())
        for node in empty[:MOST_EMPTY] or ([] if emptying else full[:1]):
            if self.may_lose(self.pool_of[node.name]):
                self.remove(node)

    def may_lose(self, pool: Pool) -> bool:
        """Whether a pool may have one node less."""
        return self.size(pool) - len(self.removing_of(pool)) > pool.least

    def spare(self) -> list[Node]:
        """The nodes that are not needed, as things are: of the sketch on which that was tried."""
        little = [
            each
            for pool in self.pools
            for each in pool.nodes
            if each.open and each.utilization() < pool.utilization
        ]
        if not little:
            return []
        names = {each.name: number for number, each in enumerate(little)}
        sketch = sketch_of(self.placement)
        candidates = [each for each in sketch.nodes if each.name in names]
        # Those found before come first: else two that could stand in for each other would take turns.
        candidates.sort(
            key=lambda each: (bool(each.instances), each.name not in self.unneeded.since)
        )
        return removable(candidates, sketch, self.evictor.allowed)

    def removing_of(self, pool: Pool) -> list[Removal]:
        """Those of a pool that are being taken away."""
        return [each for name, each in self.removing.items() if self.pool_of[name] is pool]

    def remove(self, node: Node) -> None:
        """Take a node away: nobody is placed there any more, and whoever stands there goes."""
        removal = Removal(self, node)
        self.removing[node.name] = removal
        self.unneeded.since.pop(node.name, None)
        node.cordons += 1
        self.note(node.name, "unneeded: taken away")
        removal.fire()

    def removed(self, node: Node) -> None:
        """A node is gone."""
        del self.removing[node.name]
        node.cordons -= 1
        node.leave(self.kernel.now)
        self.note(node.name, "gone")

    def kept(self, node: Node) -> None:
        """A node could not be emptied, and stays."""
        del self.removing[node.name]
        node.cordons -= 1
        self.failed = self.kernel.now
        self.note(node.name, "stays: not all of its instances may be evicted")
        self.placement.opened()


class Scan(Event):
    """The next round of an autoscaler."""

    def __init__(self, owner: ClusterAutoscaler) -> None:
        super().__init__()
        self.owner = owner

    def fire(self) -> None:
        self.owner.look()
        self.owner.kernel.schedule(self, self.owner.flags.scan)


class Arrival(Event):
    """The moment at which a node is there that was asked for."""

    def __init__(self, owner: ClusterAutoscaler, node: Node) -> None:
        super().__init__()
        self.owner = owner
        self.node = node

    def fire(self) -> None:
        if self.node.failures:
            # Its zone is down: no node comes up there for now.
            self.owner.kernel.schedule(self, self.owner.flags.scan)
        else:
            self.owner.arrived(self.node)


class Removal(Event):
    """A node on its way out; as an event, the next look whether it is empty.

    Attributes:
        emptying: whether somebody stood there at the beginning.
    """

    def __init__(self, owner: ClusterAutoscaler, node: Node) -> None:
        super().__init__()
        self.owner = owner
        self.node = node
        self.began = owner.kernel.now
        self.tried = -EVICTION_RETRY
        self.emptying = bool(node.instances)

    def fire(self) -> None:
        owner, node = self.owner, self.node
        now = owner.kernel.now
        soon = now + NEARLY
        evictor = owner.evictor
        staying = [
            (name, service)
            for name, service in node.instances.items()
            if not evictor.leaving(name, service)
        ]
        if staying and soon - self.began >= EVICTION_TIME:
            owner.kept(node)
            return
        if staying and soon - self.tried >= EVICTION_RETRY:
            self.tried = now
            for name, service in staying:
                if evictor.may_evict(name, service):
                    evictor.evict(name, service, PACE)
        if node.instances:
            owner.kernel.schedule(self, LOOK)
        else:
            owner.removed(node)
