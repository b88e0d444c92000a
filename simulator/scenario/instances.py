"""From the model of a service to its instances."""

from __future__ import annotations

from collections.abc import Callable

from simulator.call.draws import Draws
from simulator.kernel.kernel import Kernel
from simulator.observe.ledger import Ledger
from simulator.platform.placement import Placement
from simulator.scenario.guards.gate import make_gate
from simulator.scenario.model.service import Queue, Service
from simulator.scenario.placing import zone_of
from simulator.scenario.routes import RouteMaker
from simulator.service.instance import UNLIMITED, Instance
from simulator.service.processor import FcfsProcessor, Processor, SharedProcessor
from simulator.service.queueing.adaptive_lifo import AdaptiveLifo
from simulator.service.queueing.fifo import Fifo
from simulator.service.queueing.lifo import Lifo
from simulator.service.queueing.line import Line
from simulator.service.queueing.priority import PriorityLine
from simulator.service.queueing.random import RandomLine


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
            processor=self.processor(model_),
            asynchronous=model_.threading == "async",
        )
        instance.speed = instance.full_speed = _nth(model_.speed, number)
        instance.weight = _nth(model_.speed if model_.weight is None else model_.weight, number)
        if self.placement is None:
            instance.zone = zone_of(model_, number)
        else:
            instance.zone = self.placement.standing[name].zone
        chance = self.route_maker.chance(f"service/{name}/concurrency_limit")
        instance.gate = make_gate(model_, chance)
        instance.retry_after = model_.retry_after
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

    def processor(self, model_: Service) -> Processor | None:
        if model_.cores is None:
            return None
        if model_.sharing == "fcfs":
            return FcfsProcessor(self.kernel, model_.cores)
        return SharedProcessor(self.kernel, model_.cores)


def _nth(given: float | tuple[float, ...], number: int) -> float:
    """One number for all, or one for each."""
    return given[number] if isinstance(given, tuple) else given
