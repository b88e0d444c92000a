"""From the services whose instances come and go to what keeps them running."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from simulator.call.draws import Draws
from simulator.observe.event_log import EventLog
from simulator.platform.placement import Placement
from simulator.platform.start_up import ShutDown, StartUp
from simulator.platform.workload import Replica, Workload
from simulator.scenario.building.placing import instances_of
from simulator.scenario.building.slots import deployed
from simulator.scenario.faults.reach import Reach
from simulator.scenario.model import start_up as model
from simulator.scenario.model.distribution import Dist
from simulator.scenario.model.scenario import Scenario
from simulator.service.instance import Instance


def managed(scenario: Scenario, service: str, placement: Placement | None) -> bool:
    """Whether instances of a service come and go, if only because no node takes some at the start."""
    given = scenario.services[service]
    comes_and_goes = given.managed or bool(deployed(scenario, service))
    if comes_and_goes or placement is None:
        return comes_and_goes
    return any(each not in placement.standing for each in instances_of(service, given))


def take_places(
    scenario: Scenario,
    service: str,
    instances: Sequence[Instance],
    placement: Placement | None,
) -> None:
    """Let those run that do so from the start: those asked for, if they have a node."""
    model_ = scenario.services[service]
    for instance in instances:
        instance.there = instance.number < model_.replicas
        placed = placement is None or not model_.on_nodes or instance.name in placement.standing
        if instance.there and placed:
            instance.provide(instance.capacity)
        else:
            instance.up = False
            instance.kept_down = 1


class WorkloadMaker:
    """Makes the workloads of a world; `draws(path, dist)` gives the draws of a quantity."""

    def __init__(
        self,
        scenario: Scenario,
        reach: Reach,
        events: EventLog,
        draws: Callable[[str, Dist], Draws],
    ) -> None:
        self.scenario = scenario
        self.reach = reach
        self.events = events
        self.draws = draws

    def workload(self, service: str) -> Workload:
        """The workload of a service; it is to be begun when all else is there."""
        given, reach = self.scenario.services[service], self.reach
        instances = reach.instances[service]
        starting = given.startup or model.StartUp()
        stopping = given.shutdown or model.ShutDown()
        return Workload(
            reach.kernel,
            service,
            [Replica(each, number) for number, each in enumerate(instances)],
            given.replicas,
            StartUp(
                self.draws(f"startup/{service}/pull", starting.pull),
                self.draws(f"startup/{service}/boot", starting.boot),
            ),
            ShutDown(stopping.grace, stopping.delay),
            reach.lifecycle,
            reach.callers,
            reach.deaths,
            reach.placement,
            self.events,
        )
