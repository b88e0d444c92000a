"""Target tracking, as AWS Auto Scaling does it."""

from __future__ import annotations

from math import ceil

from simulator.kernel.kernel import Kernel
from simulator.platform.workload import Workload
from simulator.scaling.alarm import Alarm
from simulator.scaling.alarmed import Alarmed
from simulator.scaling.cooldown import Cooldown
from simulator.scaling.meter import Meter
from simulator.scaling.service_metric import ServiceMetric

SLACK = 0.9
"""The part of the target below which something is taken away."""
EXACT = 9
"""Digits to which a quotient is rounded before it is rounded up."""


class TargetTracking(Alarmed):
    """Keeps one metric of a service near a target, quick to add and slow to take away.

    In the real world: a target tracking policy of AWS Application Auto Scaling, as for services of
    ECS. It makes two alarms of CloudWatch, on the target and on somewhat less, and works out the new
    capacity in proportion.

    Here: once a period the metric of the last period is looked at. Above the target for three
    periods in a row there are ceil(instances x metric / target); below 90 % of it for fifteen in a
    row the same, which are fewer then. Cooldowns hold both back.

    Left out: that AWS takes away somewhat less at a time than the proportion allows, which is not
    documented; several policies.

    Source: AWS, Application Auto Scaling, "Target tracking scaling policies", "How target tracking
    scaling works"; the alarms are those that can be seen in CloudWatch.

    Args:
        target: in the unit of the metric.
        datapoints: how many in a row it takes to add instances, and to take some away.
        scale_in: whether anything is ever taken away.
    """

    by = "target_tracking"

    def __init__(
        self,
        kernel: Kernel,
        workload: Workload,
        meter: Meter,
        metric: ServiceMetric,
        target: float,
        datapoints: tuple[int, int],
        cooldown: Cooldown,
        minimum: int,
        maximum: int,
        *,
        scale_in: bool,
    ) -> None:
        high = Alarm(target, above=True, needed=datapoints[0])
        low = Alarm(target * SLACK, above=False, needed=datapoints[1]) if scale_in else None
        super().__init__(kernel, workload, meter, metric, high, low, cooldown, minimum, maximum)
        self.target = target

    def more(self, base: int, value: float) -> int:
        return self.wanted(base, value)

    def fewer(self, current: int, value: float) -> int:
        return self.wanted(current, value)

    def wanted(self, current: int, value: float) -> int:
        """How many instances would have the metric at its target; 1 at least."""
        return max(1, ceil(round(current * value / self.target, EXACT)))
