"""Alarms that autoscalers of AWS act on."""

from __future__ import annotations

from collections import deque


class Alarm:
    """Says whether a metric has been beyond a threshold for so many datapoints in a row.

    In the real world: an alarm of CloudWatch that is looked at once a period. While it stays on, the
    scaling policy behind it is invoked again in each period.

    Here: every datapoint of the window must breach (M out of N with M = N). One that is missing is
    as if it had not been: the state stays.

    Source: Amazon CloudWatch, "Using Amazon CloudWatch alarms", "Evaluating an alarm"; the alarms
    that a target tracking policy makes look at 3 datapoints of a minute to scale out, and at 15 to
    scale in.

    Args:
        threshold: in the unit of the metric.
        above: whether more than the threshold is a breach; else less is.
        needed: datapoints in a row.
    """

    def __init__(self, threshold: float, *, above: bool, needed: int) -> None:
        self.threshold = threshold
        self.above = above
        self.breaches: deque[bool] = deque(maxlen=needed)

    def see(self, value: float | None) -> bool:
        """Whether it is on, now that there is one datapoint more."""
        if value is not None:
            breach = value > self.threshold if self.above else value < self.threshold
            self.breaches.append(breach)
        return len(self.breaches) == self.breaches.maxlen and all(self.breaches)
