"""What becomes of the instances of a node that is down."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.kernel.event import LATE, Event
from simulator.kernel.kernel import Kernel
from simulator.observe.event_log import EventLog
from simulator.platform.eviction import Evictor
from simulator.platform.node import Node
from simulator.platform.placement import NodeListener, Placement

MONITOR_PERIOD = 5.0
"""Seconds between two looks at all nodes (`node-monitor-period`)."""
RATE = 0.1
"""Nodes per second that are tainted in one zone (`node-eviction-rate`)."""
SECONDARY_RATE = 0.01
"""The same in a large zone of which most is down (`secondary-node-eviction-rate`)."""
LARGE = 50
"""Nodes beyond which a zone is large (`large-cluster-size-threshold`)."""
MOST = 0.55
"""The share of a zone that makes it unhealthy (`unhealthy-zone-threshold`)."""
FEW = 2
"""So many nodes may be down in any zone."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a node that is down is waited for, in seconds.

    Attributes:
        grace: after this silence it is known not to be ready (`node-monitor-grace-period`).
        tolerance: so long its instances put up with that (`tolerationSeconds`).
    """

    grace: float = 40.0
    tolerance: float = 300.0


class NodeLifecycle(NodeListener):
    """Gives up nodes that are down for long, and has their instances started elsewhere.

    In the real world: the node lifecycle controller of Kubernetes. A node that has not been heard of
    for 40 s is not ready, and gets a taint; its pods tolerate that for 300 s, and are deleted then,
    so that others are started elsewhere. Of a zone one node is tainted every 10 s. Is most of it
    down, the controller rather thinks that it is itself cut off: it taints none in a small zone, and
    one every 100 s in a large one. A zone that is down as a whole is given up at the usual rate,
    unless all zones are.

    Here: as that; the replicas of workloads on a node that is not ready are not ready either, and
    callers are told. A node is silent from the moment at which faults take it down (`kill` of all on a
    node or in a zone, `zone_outage`); its instances are evicted without asking their disruption
    budgets, and start elsewhere, if there is room, though the fault still lasts. One that comes up
    earlier keeps them: their processes start again where they were.

    Left out: leases, which are renewed every 10 s, and the rounds of 5 s in which nodes are looked
    at: silence is counted from the failure, to the second.

    Source: Kubernetes, "Nodes", "Taints and Tolerations" (taint-based evictions);
    pkg/controller/nodelifecycle (ComputeZoneState, handleDisruption), flags of
    kube-controller-manager; DefaultTolerationSeconds (300 s).

    Attributes:
        silent: the nodes that are down and not known not to be ready yet, each with what ends that.
        unready: those that are known not to be ready.
        tainted: those that are given up, each with the moment at which its instances are evicted.
    """

    def __init__(
        self,
        kernel: Kernel,
        placement: Placement,
        evictor: Evictor,
        patience: Patience,
        events: EventLog,
    ) -> None:
        self.kernel = kernel
        self.placement = placement
        self.evictor = evictor
        self.patience = patience
        self.events = events
        self.silent: dict[str, Event] = {}
        self.unready: set[str] = set()
        self.tainted: dict[str, Event] = {}
        self.queues = {node.zone: TaintQueue(self, node.zone) for node in placement.nodes}

    def begin(self) -> None:
        """Look after the nodes from now on."""
        self.placement.listeners.append(self)

    def note(self, node: Node, what: str) -> None:
        """Have it noted what becomes of a node."""
        self.events.note(self.kernel.now, "platform", node.name, what)

    def went_down(self, node: Node) -> None:
        if not node.present:
            return
        silence = Silence(self, node)
        self.silent[node.name] = silence
        self.kernel.schedule(silence, self.patience.grace)

    def came_up(self, node: Node) -> None:
        name = node.name
        for due in (self.silent.pop(name, None), self.tainted.pop(name, None)):
            if due is not None:
                self.kernel.cancel(due)
        self.queues[node.zone].forget(node)
        if name in self.unready:
            self.unready.discard(name)
            self.note(node, "ready again")
            self.evictor.judge(node, ready=True)

    def lost(self, node: Node) -> None:
        """A node has been silent for too long."""
        del self.silent[node.name]
        self.unready.add(node.name)
        self.note(node, "not ready")
        self.evictor.judge(node, ready=False)
        self.queues[node.zone].add(node)

    def taint(self, node: Node) -> None:
        """A node is given up: its instances go when they have tolerated that for long enough."""
        due = Intolerable(self, node)
        self.tainted[node.name] = due
        self.kernel.schedule(due, self.patience.tolerance)

    def give_up(self, node: Node) -> None:
        """The time is over: everybody is evicted."""
        self.note(node, f"given up: {len(node.instances)} to be started elsewhere")
        self.evictor.evict_all(node)

    def rate(self, zone: str) -> float:
        """How many nodes per second may be tainted in a zone, as it is now."""
        zones = {each.zone for each in self.placement.nodes if each.present}
        if all(self.down(each) == self.count(each) for each in zones):
            return 0.0
        down, count = self.down(zone), self.count(zone)
        if down < count and down > FEW and down >= MOST * count:
            return SECONDARY_RATE if count > LARGE else 0.0
        return RATE

    def count(self, zone: str) -> int:
        """How many nodes a zone has."""
        return sum(each.present for each in self.placement.in_zone(zone))

    def down(self, zone: str) -> int:
        """How many of them are not ready."""
        nodes = self.placement.in_zone(zone)
        return sum(each.present and each.name in self.unready for each in nodes)


class Silence(Event):
    """The moment at which a node has been silent for too long."""

    def __init__(self, owner: NodeLifecycle, node: Node) -> None:
        super().__init__()
        self.owner = owner
        self.node = node

    def fire(self) -> None:
        self.owner.lost(self.node)


class Intolerable(Event):
    """The moment at which the instances of a node have tolerated its taint for long enough."""

    def __init__(self, owner: NodeLifecycle, node: Node) -> None:
        super().__init__()
        self.owner = owner
        self.node = node

    def fire(self) -> None:
        self.owner.give_up(self.node)


class TaintQueue(Event):
    """The nodes of one zone that wait to be tainted; as an event, the next one's turn."""

    def __init__(self, owner: NodeLifecycle, zone: str) -> None:
        super().__init__()
        self.owner = owner
        self.zone = zone
        self.nodes: list[Node] = []
        self.next = 0.0

    def add(self, node: Node) -> None:
        """One more is to be tainted, when the rate allows it."""
        self.nodes.append(node)
        if not self.pending:
            kernel = self.owner.kernel
            # Whatever else goes silent at this moment is known before the zone is judged.
            kernel.schedule_at(self, max(kernel.now, self.next), LATE)

    def forget(self, node: Node) -> None:
        """One is up again."""
        if node in self.nodes:
            self.nodes.remove(node)

    def fire(self) -> None:
        if not self.nodes:
            return
        kernel, rate = self.owner.kernel, self.owner.rate(self.zone)
        if rate == 0.0:
            kernel.schedule(self, MONITOR_PERIOD)
            return
        self.owner.taint(self.nodes.pop(0))
        self.next = kernel.now + 1.0 / rate
        if self.nodes:
            kernel.schedule_at(self, self.next, LATE)
