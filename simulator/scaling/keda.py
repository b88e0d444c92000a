"""Scaling by the length of a queue, from nothing."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from simulator.discovery.ingress import Ingress
from simulator.kernel.event import Event
from simulator.kernel.kernel import Kernel
from simulator.platform.workload import Workload
from simulator.scaling.autoscaler import Autoscaler
from simulator.scaling.hpa.controller import Hpa
from simulator.scaling.hpa.metrics import MILLI, HpaMetric, View, thousandths
from simulator.scaling.hpa.replica_count import Proposal, ReplicaCount
from simulator.service.activator import Activator


@dataclass(frozen=True, slots=True)
class ScaledObject:
    """When KEDA itself changes the number of instances; from the first on the HPA does.

    In the real world: KEDA looks at its triggers every 30 s. If one is active, which means above its
    activation threshold, it makes `min` instances of none, at least one. If none has been active for
    the cooldown period, and `min` is 0, it makes none of however many there are.

    Left out: `idleReplicaCount`, fallbacks of triggers that fail, `initialCooldownPeriod`.

    Source: KEDA, pkg/scaling/executor/scale_scaledobjects.go, RequestScale.

    Attributes:
        min: the fewest instances.
        cooldown: in seconds.
    """

    min: int = 0
    cooldown: float = 300.0

    def request(self, now: float, current: int, active: bool, last: float) -> int:
        """How many there are to be.

        Args:
            now: in seconds.
            current: how many are wanted so far.
            active: whether the trigger is active.
            last: when it last was before, in seconds; minus infinity for never.
        """
        if active:
            return max(self.min, 1) if current == 0 else current
        if current > 0 and self.min == 0:
            return 0 if now - last >= self.cooldown else current
        return max(current, self.min)


class Backlog(HpaMetric):
    """What waits in the queue, and what is worked on: an External metric with an `averageValue`.

    Args:
        queue: where requests wait for an instance to take them.
        target: how many there may be for each instance.
    """

    def __init__(self, queue: Activator, workload: Workload, target: float) -> None:
        self.queue = queue
        self.workload = workload
        self.target = target

    def length(self) -> int:
        """Requests in the queue and inside the instances."""
        inside = sum([len(each.instance.inside) for each in self.workload.replicas])
        return self.queue.queued + inside

    def proposal(self, count: ReplicaCount, view: View) -> Proposal:
        existing = sum([not each.deleted for each in view.pods])
        return count.of_average(existing, thousandths(self.length()), thousandths(self.target))

    def told(self, usage: int) -> str:
        return f"backlog at {usage / MILLI:.3g} an instance, target {self.target:g}"


class Keda(Autoscaler):
    """Keeps as many instances as the queue before a service asks for, none if it is empty for long.

    In the real world: KEDA, for workers that take messages from a queue (Kafka, RabbitMQ, SQS).
    Between none and the first instance it decides itself, by what it sees when it polls. Beyond
    that it hands the length of the queue to an HPA, which asks for one instance for every so many
    messages, every 15 s.

    Here: the requests of callers are the messages, and wait in one queue before all instances; an
    instance takes the next when it has room. A message counts until it is done with, as the lag of a
    consumer group of Kafka and the length of a queue of RabbitMQ do. The first poll comes one period
    after the start, and before that the trigger is taken to have been active.

    Left out: what lies between a message and its worker (partitions, acknowledgements, visibility
    timeouts); several triggers; `metricType: Value`.

    Source: KEDA, "Scaling Deployments" and "ScaledObject specification"; pkg/scaling/scale_handler.go.

    Args:
        ingress: leads callers to the queue.
        scaled: what KEDA itself decides.
        hpa: what decides from the first instance on.
        backlog: how long the queue is.
        activation: the length of the queue above which it is active.
        polling: seconds from one look to the next.
    """

    def __init__(
        self,
        kernel: Kernel,
        workload: Workload,
        ingress: Ingress,
        scaled: ScaledObject,
        hpa: Hpa,
        backlog: Backlog,
        activation: float,
        polling: float,
    ) -> None:
        self.kernel = kernel
        self.workload = workload
        self.ingress = ingress
        self.scaled = scaled
        self.hpa = hpa
        self.backlog = backlog
        self.activation = activation
        self.polling = polling
        self.last = -inf

    def begin(self) -> None:
        if self.workload.wanted:
            self.last = self.kernel.now
        self.ingress.turn(True)
        self.hpa.begin()
        Poll(self).begin()

    def look(self) -> None:
        """Look at the queue, and act if it is empty, or empty no more."""
        now, length = self.kernel.now, self.backlog.length()
        active = length > self.activation
        wanted = self.scaled.request(now, self.workload.wanted, active, self.last)
        if active:
            self.last = now
        self.workload.scale(wanted, "keda", f"backlog of {length}")


class Poll(Event):
    """KEDA looks at its trigger."""

    def __init__(self, keda: Keda) -> None:
        super().__init__()
        self.keda = keda
        self.start = keda.kernel.now
        self.count = 0

    def begin(self) -> None:
        """The first period begins, or the next."""
        self.count += 1
        self.keda.kernel.agenda.add(self, self.start + self.count * self.keda.polling)

    def fire(self) -> None:
        self.keda.look()
        self.begin()
