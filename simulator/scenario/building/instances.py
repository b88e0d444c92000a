"""From the model of a service to its instances."""

from __future__ import annotations

from collections.abc import Callable

from simulator.call.draws import Draws
from simulator.kernel.kernel import Kernel
from simulator.observe.ledger import Ledger
from simulator.platform.node_cpu import NodeShare, cpus_of
from simulator.platform.placement import Placement
from simulator.scenario.building.placing import zone_of
from simulator.scenario.building.routes import RouteMaker
from simulator.scenario.guards.gate import make_gate
from simulator.scenario.model.service import Queue, Service
from simulator.service.cpu_quota import CpuQuota
from simulator.service.instance import UNLIMITED, Instance
from simulator.service.processor import FcfsProcessor, Processor, SharedProcessor
from simulator.service.queueing.adaptive_lifo import AdaptiveLifo
from simulator.service.queueing.fifo import Fifo
from simulator.service.queueing.lifo import Lifo
from simulator.service.queueing.line import Line
from simulator.service.queueing.priority import PriorityLine
from simulator.service.queueing.random import RandomLine
from simulator.service.warm_up import WarmUp


class InstanceMaker:
    """Makes the instances of services.

    `draws` gives uniform numbers by name; `instance_class` is another one where laws are checked.
    """

    def __init__(
        self,
        kernel: Kernel,
        ledger: Ledger,
        route_maker: RouteMaker,
        placement: Placement | None,
        draws: Callable[[str], Draws],
        instance_class: type[Instance],
    ) -> None:
        self.kernel = kernel
        self.ledger = ledger
        self.route_maker = route_maker
        self.placement = placement
        self.node_cpus = {} if placement is None else cpus_of(placement)
        self.draws = draws
        self.instance_class = instance_class

    def instance(self, service: str, model_: Service, number: int) -> Instance:
        name = f"{service}-{number + 1}"
        queue = model_.queue
        if not isinstance(queue, Queue):
            queue = Queue.model_construct(capacity=None, order="fifo")
        instance = self.instance_class(
            self.kernel,
            self.ledger,
            name,
            number,
            concurrency=UNLIMITED if model_.concurrency is None else model_.concurrency,
            queue_limit=UNLIMITED if queue.capacity is None else queue.capacity,
            line=self.line(queue, model_.concurrency, name),
            processor=self.processor(name, model_),
            asynchronous=model_.threading == "async",
        )
        instance.speed = instance.full_speed = _nth(model_.speed, number)
        instance.weight = _nth(model_.speed if model_.weight is None else model_.weight, number)
        if self.placement is None or not model_.on_nodes:
            instance.zone = zone_of(model_, number)
        else:
            standing = self.placement.standing.get(name)
            instance.zone = "" if standing is None else standing.zone
        chance = self.route_maker.chance(f"service/{name}/concurrency_limit")
        instance.gate = make_gate(model_, chance)
        instance.retry_after = model_.retry_after
        instance.capacity = _capacity(model_)
        start_up = model_.startup
        if start_up is not None and start_up.warm_up is not None:
            warm_up = start_up.warm_up
            instance.warming = WarmUp(self.kernel, warm_up.for_, warm_up.speed)
        return instance

    def line(self, queue: Queue, concurrency: int | None, instance: str) -> Line:
        order = queue.order
        if order == "lifo":
            return Lifo()
        if order == "adaptive_lifo":
            return AdaptiveLifo(
                (concurrency or UNLIMITED) if queue.threshold is None else queue.threshold
            )
        if order == "priority":
            return PriorityLine()
        if order == "random":
            return RandomLine(self.draws(f"service/{instance}/queue"))
        return Fifo()

    def processor(self, instance: str, model_: Service) -> Processor | None:
        if model_.cores is None:
            return None
        processor: Processor
        if model_.sharing == "fcfs":
            processor = FcfsProcessor(self.kernel, model_.cores)
        else:
            processor = SharedProcessor(self.kernel, model_.cores)
        limits = model_.limits
        if limits is not None and limits.cpu is not None:
            phase = self.draws(f"service/{instance}/cpu_period").at(0) * limits.period
            processor.quota = CpuQuota(processor, limits.cpu, limits.period, phase)
        if self.placement is not None and self.node_cpus and model_.on_nodes:
            processor.share = NodeShare(
                processor, instance, self.placement, self.node_cpus, model_.requested_cpu
            )
        return processor


def _capacity(model_: Service) -> float:
    """Cores that an instance may use, or else its slots; 0 for no limit."""
    if model_.cores is None:
        return float(model_.concurrency or 0.0)
    limits = model_.limits
    return model_.cores if limits is None or limits.cpu is None else min(model_.cores, limits.cpu)


def _nth(given: float | tuple[float, ...], number: int) -> float:
    """One number for all, or one for each."""
    return given[number % len(given)] if isinstance(given, tuple) else given
