"""What autoscalers can lay hands on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from simulator.call.edge import Edge
from simulator.discovery.ingress import Ingress
from simulator.kernel.kernel import Kernel
from simulator.platform.disruption_budget import DisruptionBudget
from simulator.platform.placement import Placement
from simulator.platform.workload import Workload
from simulator.scaling.meter import Meter


@dataclass(frozen=True, slots=True)
class ScalerReach:
    """The world as the autoscaler of one service sees it.

    `placement` is who stands on which node, None where there are no nodes; `requested_cpu` is how many
    cores each instance asks for, 0 if it does not say; `ingress` leads to the instances or to the
    activator of a service that may have none; `edges` are all there are; `budget` is how many
    instances may be taken down on purpose.
    """

    kernel: Kernel
    service: str
    workload: Workload
    placement: Placement | None
    requested_cpu: float = 0.0
    ingress: Ingress | None = None
    edges: Sequence[Edge] = ()
    budget: DisruptionBudget | None = None

    def meter(self, resolution: float, delay: float = 0.0, latencies: bool = False) -> Meter:
        """What measures the service; it is to be begun by whoever asks for it."""
        return Meter(self.kernel, self.workload, resolution, delay, latencies)
