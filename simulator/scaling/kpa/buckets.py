"""Means over a window of seconds."""

from __future__ import annotations

from math import ceil, floor
from typing import Final

ROUNDING: Final = 1e6
"""Means are rounded to so many parts of 1, so that sums that should be 0 are."""


class Buckets:
    """What was reported in each second of a window, and the mean over them.

    The mean is over the seconds since the first report, and no more than the window; seconds without
    a report count as 0 if one came later. After a whole window without any it begins anew.

    Left out: the exponentially weighted mean that can be chosen instead.

    Source: Knative Serving, pkg/autoscaler/aggregation/bucketing.go, TimedFloat64Buckets.

    Args:
        window: in seconds.
        granularity: seconds of one bucket; Knative has 1.
    """

    __slots__ = ("first", "granularity", "last", "total", "values", "window")

    def __init__(self, window: float, granularity: float = 1.0) -> None:
        self.window = window
        self.granularity = granularity
        self.values = [0.0] * ceil(window / granularity)
        self.first: int | None = None
        self.last = 0
        self.total = 0.0

    def index(self, now: float) -> int:
        """The number of the bucket of a time in seconds."""
        return floor(now / self.granularity)

    def silent(self, now: float) -> bool:
        """Whether nothing has been reported for longer than the window."""
        if self.first is None:
            return True
        return (self.index(now) - self.last) * self.granularity > self.window

    def record(self, now: float, value: float) -> None:
        """Add what is reported at `now`, in seconds; what is a window late is ignored."""
        values = self.values
        place = self.index(now)
        if self.first is None:
            self.first = self.last = place
        elif place > self.last:
            if (place - self.last) * self.granularity >= self.window:
                self.first = place
                for each in range(len(values)):
                    values[each] = 0.0
                self.total = 0.0
            else:
                for each in range(self.last + 1, place + 1):
                    self.total -= values[each % len(values)]
                    values[each % len(values)] = 0.0
            self.last = place
        elif (self.last - place) * self.granularity >= self.window:
            return
        else:
            self.first = min(self.first, place)
        values[place % len(values)] += value
        self.total += value

    def mean(self, now: float) -> float:
        """The mean as of `now`, in seconds; 0 after a whole window without a report."""
        if self.first is None:
            return 0.0
        place = self.index(now)
        gap = place - self.last
        size = len(self.values)
        total = self.total
        if gap > 0:
            if gap * self.granularity >= self.window:
                return 0.0
            for each in range(self.last + 1, place + 1):
                total -= self.values[each % size]
            size -= gap
        counted = min(self.last - self.first + 1, size)
        return floor(total / counted * ROUNDING + 0.5) / ROUNDING
