"""Step scaling, as AWS Auto Scaling does it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor

from simulator.kernel.kernel import Kernel
from simulator.platform.workload import Workload
from simulator.scaling.alarm import Alarm
from simulator.scaling.alarmed import Alarmed
from simulator.scaling.cooldown import Cooldown
from simulator.scaling.meter import Meter
from simulator.scaling.service_metric import ServiceMetric

NEARLY = 1e-9
"""By how much a breach may miss the bound of a step because of rounding."""


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What one step does.

    Attributes:
        breach: how far the metric must be beyond the threshold, at least; 0 or more.
        kind: "instances", "percent" or "exact".
        amount: instances to add or take away, a share of those that there are, or how many there are
            to be.
    """

    breach: float
    kind: str
    amount: float


@dataclass(frozen=True, slots=True)
class StepPolicy:
    """One direction: its alarm, and what is done by how far the metric is beyond the threshold.

    Attributes:
        steps: by their `breach`, which begins at 0.
        least: the fewest instances that a percentage adds or takes away (MinAdjustmentMagnitude).
    """

    threshold: float
    datapoints: int
    steps: Sequence[Adjustment]
    least: int

    def step_for(self, breach: float) -> Adjustment:
        """The step that a breach of such a size calls for."""
        reached = [each for each in self.steps if each.breach <= breach + NEARLY]
        return reached[-1] if reached else self.steps[0]


def adjusted(current: int, step: Adjustment, least: int, *, grows: bool) -> int:
    """How many instances there are to be after a step.

    A percentage is rounded towards 0, but never to 0: 12.7 is 12, 0.67 is 1.

    Source: AWS, "Step and simple scaling policies", "Scaling adjustment types".
    """
    if step.kind == "exact":
        return int(step.amount)
    change = int(step.amount)
    if step.kind == "percent":
        part = round(current * step.amount, 9)
        change = max(floor(part) if part > 1.0 else ceil(part), least)
    return current + change if grows else current - change


class StepScaling(Alarmed):
    """Adds and takes away instances by how far one metric is beyond a threshold.

    In the real world: step scaling policies of AWS, each behind an alarm of CloudWatch.

    Here: once a period the metric of the last period is looked at. The further it is above the one
    threshold, or below the other, the larger the step. Cooldowns hold both back; within that of a
    scale-out a larger step adds what it has more than the one before.

    Left out: several metrics; the warm-up that EC2 Auto Scaling has instead of cooldowns.

    Source: AWS, Application Auto Scaling, "Step scaling policies", and its API,
    StepScalingPolicyConfiguration.
    """

    by = "step"

    def __init__(
        self,
        kernel: Kernel,
        workload: Workload,
        meter: Meter,
        metric: ServiceMetric,
        out: StepPolicy,
        in_: StepPolicy | None,
        cooldown: Cooldown,
        minimum: int,
        maximum: int,
    ) -> None:
        high = Alarm(out.threshold, above=True, needed=out.datapoints)
        low = None if in_ is None else Alarm(in_.threshold, above=False, needed=in_.datapoints)
        super().__init__(kernel, workload, meter, metric, high, low, cooldown, minimum, maximum)
        self.out = out
        self.in_ = in_

    def more(self, base: int, value: float) -> int:
        step = self.out.step_for(value - self.out.threshold)
        return adjusted(base, step, self.out.least, grows=True)

    def fewer(self, current: int, value: float) -> int:
        assert self.in_ is not None
        step = self.in_.step_for(self.in_.threshold - value)
        return adjusted(current, step, self.in_.least, grows=False)
