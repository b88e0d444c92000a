"""Everything that a run consists of, built and wired."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from simulator.call.edge import Edge
from simulator.discovery.registry import Registry
from simulator.fault.fault import Fault
from simulator.kernel.kernel import Kernel
from simulator.kernel.streams import Streams
from simulator.observe.deaths import Death
from simulator.observe.ledger import Ledger
from simulator.platform.placement import Placement
from simulator.platform.rollout.deployer import Deployer, Order
from simulator.platform.workload import Workload
from simulator.scenario.building.late import Latecomers
from simulator.scenario.faults.reach import Reach
from simulator.scenario.guards.maker import PolicyGroup
from simulator.scenario.model.fault import fault as model
from simulator.scenario.model.scenario import Scenario, with_faults
from simulator.service.activator import Activator
from simulator.service.endpoint import Endpoint
from simulator.service.instance import Instance
from simulator.traffic.source import Source


@dataclass(frozen=True, slots=True)
class BuiltService:
    """A service with its instances, and the number of its first instance among all.

    `activator` stands in for the instances of a service that may have none, and is none of them; its
    number is the next after theirs.
    """

    name: str
    instances: Sequence[Instance]
    first: int
    endpoints: Mapping[str, Endpoint]
    activator: Activator | None = None

    @property
    def everyone(self) -> Sequence[Instance]:
        """Whoever may be asked: the instances, and the activator after them."""
        return self.instances if self.activator is None else [*self.instances, self.activator]


@dataclass(slots=True, eq=False)
class World:
    """The parts of a simulated system, ready to run.

    `edges` are by their numbers; `entries` are the numbers of the edges on which requests enter;
    `deaths` are those that faults have caused so far; `registry` is None where everybody knows all;
    `policies` are those that keep count of what they do; `placement` is who stands on which node,
    None where there are no nodes; `workloads` are those of the services whose instances come and go;
    `deployers` replace their versions, and `orders` say when. `reach` is what faults can lay hands on,
    by which `latecomers` lets more of them join.
    """

    scenario: Scenario
    kernel: Kernel
    streams: Streams
    ledger: Ledger
    services: Mapping[str, BuiltService]
    sources: Mapping[str, Source]
    edges: Sequence[Edge]
    entries: frozenset[int]
    faults: list[Fault]
    deaths: Sequence[Death]
    registry: Registry | None
    policies: Sequence[PolicyGroup]
    placement: Placement | None
    workloads: Mapping[str, Workload]
    deployers: Mapping[str, Deployer]
    orders: Sequence[Order]
    reach: Reach
    latecomers: Latecomers

    def join(self, given: model.Fault) -> Fault:
        """A fault of a time to come joins the world, as the last of its scenario.

        Raises:
            ValueError: if its time has passed.
        """
        fault = self.latecomers.join(given, given.known_as(len(self.faults)))
        self.faults.append(fault)
        self.scenario = with_faults(self.scenario, (*self.scenario.faults, given))
        return fault

    @property
    def instances(self) -> list[Instance]:
        """All instances, service by service, each with its activator if it has one."""
        return [each for service in self.services.values() for each in service.everyone]
