"""What a circuit breaker remembers of the calls of late: the last so many, or the last seconds."""

from __future__ import annotations

from typing import Final

FAILED: Final = 1
SLOW: Final = 2


class Window:
    """The calls that are looked at, as four running totals.

    A call that was slow and failed counts in each of `slow`, `failed` and `slow_failed`.
    """

    __slots__ = ("calls", "failed", "slow", "slow_failed")

    def __init__(self) -> None:
        self.calls = 0
        self.failed = 0
        self.slow = 0
        self.slow_failed = 0

    def record(self, now: float, failed: bool, slow: bool) -> None:
        """A call has ended at `now`."""
        raise NotImplementedError(f"{type(self).__name__} does not say how it records a call")

    def bring(self, now: float) -> None:
        """Drop what is too old by `now`."""
        raise NotImplementedError(f"{type(self).__name__} does not say what is too old")

    def clear(self, now: float) -> None:
        """Forget everything, at `now`."""
        self.calls = 0
        self.failed = 0
        self.slow = 0
        self.slow_failed = 0


class CountWindow(Window):
    """The last `size` calls, however long ago they were.

    Source: resilience4j, FixedSizeSlidingWindowMetrics. The ring grows as calls come, so that a
    wide window costs nothing where there are few.
    """

    __slots__ = ("at", "ring", "size")

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size
        self.ring: list[int] = []
        self.at = 0

    def record(self, now: float, failed: bool, slow: bool) -> None:
        mark = (FAILED if failed else 0) + (SLOW if slow else 0)
        if self.calls < self.size:
            self.ring.append(mark)
            self.calls += 1
        else:
            at = self.at
            oldest = self.ring[at]
            self.ring[at] = mark
            self.at = at + 1 if at + 1 < self.size else 0
            if oldest:
                self.count(oldest, -1)
        if mark:
            self.count(mark, 1)

    def count(self, mark: int, by: int) -> None:
        """Add a call that was not plainly good to the totals, or take it away."""
        if mark & FAILED:
            self.failed += by
        if mark & SLOW:
            self.slow += by
            if mark & FAILED:
                self.slow_failed += by

    def bring(self, now: float) -> None:
        """Nothing grows old here."""

    def clear(self, now: float) -> None:
        super().clear(now)
        self.ring = []
        self.at = 0


class Bucket:
    """The calls that ended in one stretch of time."""

    __slots__ = ("calls", "failed", "slow", "slow_failed")

    def __init__(self) -> None:
        self.empty()

    def empty(self) -> None:
        """Begin again for another stretch."""
        self.calls = 0
        self.failed = 0
        self.slow = 0
        self.slow_failed = 0

    def record(self, failed: bool, slow: bool) -> None:
        """One more call."""
        self.calls += 1
        if failed:
            self.failed += 1
        if slow:
            self.slow += 1
            if failed:
                self.slow_failed += 1


class TimeWindow(Window):
    """The calls of the last `seconds`, in a ring of buckets of `bucket` seconds each.

    Buckets begin at whole multiples of their length, and the one that fills counts as a whole one:
    the window reaches back between `seconds - bucket` and `seconds`. Old buckets are dropped when
    the next call comes, or when somebody looks.

    Source: resilience4j, SlidingTimeWindowMetrics, where a bucket is a second of the epoch.
    """

    __slots__ = ("at", "bucket", "current", "ends", "number", "ring")

    def __init__(self, seconds: float, bucket: float) -> None:
        super().__init__()
        self.bucket = bucket
        self.ring = [Bucket() for _ in range(max(1, round(seconds / bucket)))]
        self.at = 0
        self.current = self.ring[0]
        self.number = -1
        self.ends = 0.0

    def record(self, now: float, failed: bool, slow: bool) -> None:
        if now >= self.ends:
            self.bring(now)
        self.current.record(failed, slow)
        self.calls += 1
        if failed:
            self.failed += 1
        if slow:
            self.slow += 1
            if failed:
                self.slow_failed += 1

    def bring(self, now: float) -> None:
        if now < self.ends:
            return
        number = self.number_at(now)
        for _ in range(min(number - self.number, len(self.ring))):
            self.step()
        self.number = number
        self.ends = (number + 1) * self.bucket

    def step(self) -> None:
        """Begin the next bucket, in the place of the oldest."""
        at = self.at + 1
        if at == len(self.ring):
            at = 0
        oldest = self.ring[at]
        self.calls -= oldest.calls
        self.failed -= oldest.failed
        self.slow -= oldest.slow
        self.slow_failed -= oldest.slow_failed
        oldest.empty()
        self.at = at
        self.current = oldest
        self.number += 1
        self.ends = (self.number + 1) * self.bucket

    def number_at(self, now: float) -> int:
        """Which bucket `now` is in; the division alone may miss by one where it rounds."""
        number = int(now / self.bucket)
        if number * self.bucket > now:
            return number - 1
        if (number + 1) * self.bucket <= now:
            return number + 1
        return number

    def clear(self, now: float) -> None:
        super().clear(now)
        for bucket in self.ring:
            bucket.empty()
        self.bring(now)


class SnapshotWindow(TimeWindow):
    """A window of time that nobody can look into before a bucket is full.

    The totals are those of the last `seconds` in whole buckets, and change only where one ends.

    Source: Hystrix, HealthCountsStream; there the buckets count from when the stream was started.
    """

    __slots__ = ()

    def __init__(self, seconds: float, bucket: float) -> None:
        super().__init__(seconds + bucket, bucket)

    def record(self, now: float, failed: bool, slow: bool) -> None:
        if now >= self.ends:
            self.bring(now)
        self.current.record(failed, slow)

    def step(self) -> None:
        full = self.current
        self.calls += full.calls
        self.failed += full.failed
        self.slow += full.slow
        self.slow_failed += full.slow_failed
        super().step()
