"""What target tracking and step scaling have in common: two alarms, and cooldowns."""

from __future__ import annotations

from simulator.kernel.kernel import Kernel
from simulator.platform.workload import Workload
from simulator.scaling.alarm import Alarm
from simulator.scaling.cooldown import Cooldown
from simulator.scaling.meter import Meter
from simulator.scaling.periodic import Periodic
from simulator.scaling.service_metric import ServiceMetric


class Alarmed(Periodic):
    """An autoscaler of AWS: an alarm has instances added, and another has them taken away.

    Once a period, the metric of the last one is looked at. Without a datapoint nothing is done.

    Args:
        high: has instances added while it is on.
        low: has instances taken away; None for never.
        minimum: the fewest instances.
        maximum: the most instances.
    """

    by: str
    """What the log calls it."""

    def __init__(
        self,
        kernel: Kernel,
        workload: Workload,
        meter: Meter,
        metric: ServiceMetric,
        high: Alarm,
        low: Alarm | None,
        cooldown: Cooldown,
        minimum: int,
        maximum: int,
    ) -> None:
        super().__init__(kernel, meter.resolution)
        self.workload = workload
        self.meter = meter
        self.metric = metric
        self.high = high
        self.low = low
        self.cooldown = cooldown
        self.minimum = minimum
        self.maximum = maximum

    def more(self, base: int, value: float) -> int:
        """How many instances there are to be, reckoned from `base`, when the one alarm is on."""
        raise NotImplementedError

    def fewer(self, current: int, value: float) -> int:
        """How many there are to be when the other is on."""
        raise NotImplementedError

    def begin(self) -> None:
        self.meter.begin()
        super().begin()

    def look(self, now: float) -> None:
        value = self.metric.of(self.meter.latest(now), self.workload)
        high = self.high.see(value)
        low = self.low is not None and self.low.see(value)
        if value is None:
            return
        current = self.workload.wanted
        if high:
            base = self.cooldown.base_of(now, current)
            wanted = min(self.maximum, self.more(base, value))
            if wanted > current:
                self.cooldown.grew(now, base)
                self.scale(wanted, value)
        elif low and self.cooldown.may_shrink(now):
            wanted = max(self.minimum, self.fewer(current, value))
            if wanted < current:
                self.cooldown.shrank(now)
                self.scale(wanted, value)

    def scale(self, wanted: int, value: float) -> None:
        """From now on so many, because of what was measured."""
        self.workload.scale(wanted, self.by, self.metric.told(value))
