"""From the platform of a scenario to who looks after its nodes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from simulator.observe.event_log import EventLog
from simulator.platform.disruption_budget import DisruptionBudget
from simulator.platform.eviction import Evictor
from simulator.platform.node_lifecycle import NodeLifecycle, Patience
from simulator.platform.workload import Workload
from simulator.scaling.cluster_autoscaler import ClusterAutoscaler, Flags, Pool
from simulator.scenario.faults.reach import Reach
from simulator.scenario.model.platform import Platform
from simulator.scenario.model.scenario import Scenario
from simulator.scenario.model.service import Service


def evictor_of(
    scenario: Scenario, reach: Reach, workloads: Mapping[str, Workload], events: EventLog
) -> Evictor | None:
    """Who takes instances off their nodes; None where there are no nodes."""
    if reach.placement is None:
        return None
    budgets = {
        name: budget
        for name, each in scenario.services.items()
        if (budget := budget_of(each)) is not None
    }
    return Evictor(
        reach.kernel,
        reach.placement,
        reach.instances,
        reach.lifecycle,
        reach.callers,
        reach.deaths,
        events,
        workloads,
        budgets,
    )


def budget_of(service: Service) -> DisruptionBudget | None:
    """How many instances of a service may be taken down on purpose; None if it does not say."""
    given = service.disruption_budget
    if given is None:
        return None
    return DisruptionBudget(given.min_available, given.max_unavailable)


def begin_platform(scenario: Scenario, reach: Reach, events: EventLog) -> None:
    """Let those begin who look after the nodes, if there are any."""
    platform, evictor = scenario.platform, reach.evictor
    if platform is None or evictor is None:
        return
    if platform.eviction_after is not None:
        patience = Patience(platform.unreachable_after, platform.eviction_after)
        NodeLifecycle(reach.kernel, evictor.placement, evictor, patience, events).begin()
    pools = list(pools_of(platform, evictor))
    if pools:
        given = platform.autoscaler
        flags = Flags(
            given.scan,
            given.expander == "random",
            given.scale_down_delay_after_add,
            given.scale_down_delay_after_failure,
        )
        uniform = reach.streams.generator("platform/cluster_autoscaler").random
        ClusterAutoscaler(
            reach.kernel, evictor, pools, flags, lambda: float(uniform()), events
        ).begin()


def pools_of(platform: Platform, evictor: Evictor) -> Iterator[Pool]:
    """The pools that may grow and shrink."""
    for name, model in platform.nodes.items():
        given = model.autoscaling
        if given is not None:
            yield Pool(
                [each for each in evictor.placement.nodes if each.kind.pool == name],
                given.min,
                given.max,
                given.provision,
                given.scale_down_unneeded,
                given.scale_down_utilization,
            )
