"""Scaling by the clock."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.kernel.event import Event
from simulator.kernel.kernel import Kernel
from simulator.platform.workload import Workload
from simulator.scaling.autoscaler import Autoscaler


class Scheduled(Autoscaler):
    """Asks for certain numbers of instances at certain times, whatever the load.

    In the real world: scheduled actions of AWS Auto Scaling, KEDA's `cron` scaler: before the doors
    of a sale open, before the office hours begin.

    Left out: calendars and time zones; times count from the start of the run.

    Source: AWS, "Scheduled scaling for Amazon EC2 Auto Scaling".

    Args:
        schedule: times in seconds from the start of a cycle, in their order, with the numbers.
        every: seconds of a cycle; None if there is only one.
    """

    def __init__(
        self,
        kernel: Kernel,
        workload: Workload,
        schedule: Sequence[tuple[float, int]],
        every: float | None,
    ) -> None:
        self.kernel = kernel
        self.workload = workload
        self.schedule = schedule
        self.every = every

    def begin(self) -> None:
        for at, replicas in self.schedule:
            self.kernel.agenda.add(Appointment(self, at, replicas), at)


class Appointment(Event):
    """One of the times; as an event, its coming."""

    def __init__(self, scaler: Scheduled, at: float, replicas: int) -> None:
        super().__init__()
        self.scaler = scaler
        self.at = at
        self.replicas = replicas
        self.cycles = 0

    def fire(self) -> None:
        scaler = self.scaler
        scaler.workload.scale(self.replicas, "scheduled")
        if scaler.every is not None:
            self.cycles += 1
            scaler.kernel.agenda.add(self, self.at + self.cycles * scaler.every)
