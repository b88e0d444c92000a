"""Scaling by a forecast."""

from __future__ import annotations

from math import ceil

from simulator.kernel.kernel import Kernel
from simulator.platform.workload import Workload
from simulator.scaling.forecast import HoltWinters
from simulator.scaling.load import Load
from simulator.scaling.periodic import Periodic

EXACT = 9
"""Digits to which a quotient is rounded before it is rounded up."""


class Predictive(Periodic):
    """Has as many instances as the load will need by the time they are ready.

    In the real world: predictive scaling of AWS, which forecasts a day's load by the hour from that
    of up to two weeks; the Predictive Horizontal Pod Autoscaler (J. Thompson), with linear
    regression or Holt-Winters.

    Here: once a period the requests per second that the service was sent are given to a Holt-Winters
    forecast. The number of instances is what the largest load expected from now to `lead` seconds on
    needs at `target` requests per second each. It is never less than what the load of the last
    period needs, so that a forecast that is too low does no harm. Fewer are asked for only once the
    forecast has been lower for `lead` seconds.

    Left out: what is not requests; confidence bands.

    Source: AWS, "Predictive scaling for Amazon EC2 Auto Scaling"; see `HoltWinters`.

    Args:
        target: requests per second that one instance is meant to do.
        lead: how far to look ahead, in seconds: as long as an instance needs to be ready.
    """

    def __init__(
        self,
        kernel: Kernel,
        workload: Workload,
        load: Load,
        forecast: HoltWinters,
        target: float,
        lead: float,
        period: float,
        minimum: int,
        maximum: int,
    ) -> None:
        super().__init__(kernel, period)
        self.workload = workload
        self.load = load
        self.before = 0
        self.forecast = forecast
        self.target = target
        # The period that begins `lead` from now is one of those that count.
        self.steps = ceil(round(lead / period, EXACT)) + 1
        self.minimum = minimum
        self.maximum = maximum
        self.asked: list[int] = []

    def look(self, now: float) -> None:
        asked = self.load.asked()
        rate = (asked - self.before) / self.period
        self.before = asked
        self.forecast.see(rate)
        expected = max(self.forecast.ahead(step) for step in range(1, self.steps + 1))
        needed = ceil(round(max(expected, rate) / self.target, EXACT))
        self.asked = [*self.asked[-self.steps :], needed]
        wanted = min(self.maximum, max(self.minimum, *self.asked))
        self.workload.scale(
            wanted, "predictive", f"{rate:.3g}/s now, {max(expected, 0.0):.3g}/s expected"
        )
