"""How much is asked of a service, second by second."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.call.edge import Edge
from simulator.kernel.kernel import Kernel
from simulator.service.activator import Activator
from simulator.service.instance import Instance


class Load:
    """What the proxies beside the instances, and the activator, count between them.

    A request is in one place at a time: held by the activator, or inside an instance. So the sums
    say how many requests there are, however many have come over the activator.
    """

    __slots__ = ("activator", "instances", "kernel")

    def __init__(self, kernel: Kernel, instances: Sequence[Instance], activator: Activator) -> None:
        self.kernel = kernel
        self.instances = instances
        self.activator = activator

    def total(self) -> float:
        """What has been counted from the start until now."""
        raise NotImplementedError


class Concurrency(Load):
    """Requests inside, worked on or waiting, summed up over time: request-seconds.

    Requests of asynchronous instances that wait for answers are counted by their number at the
    moments at which it is asked, and not in between.
    """

    __slots__ = ("last", "waiting", "waits")

    def __init__(self, kernel: Kernel, instances: Sequence[Instance], activator: Activator) -> None:
        super().__init__(kernel, instances, activator)
        self.last = 0.0
        self.waits = 0.0
        self.waiting = 0

    def total(self) -> float:
        now = self.kernel.now
        total = self.activator.queued_until(now)
        waiting = 0
        for each in self.instances:
            total += each.busy_until(now) + each.queued_until(now)
            if each.asynchronous:
                waiting += len(each.inside) - each.busy - each.queued
        self.waits += (waiting + self.waiting) / 2.0 * (now - self.last)
        self.last = now
        self.waiting = waiting
        return total + self.waits


class Requests(Load):
    """Requests sent to the service: their number."""

    __slots__ = ("edges",)

    def __init__(
        self,
        kernel: Kernel,
        instances: Sequence[Instance],
        activator: Activator,
        edges: Sequence[Edge],
    ) -> None:
        super().__init__(kernel, instances, activator)
        self.edges = edges

    def total(self) -> float:
        return float(sum([each.attempts for each in self.edges]))
