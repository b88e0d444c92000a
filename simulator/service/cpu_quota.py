"""The CPU limit of a process: so many core-seconds in each period, and then it stands still."""

from __future__ import annotations

from math import floor
from typing import TYPE_CHECKING, Final

from simulator.kernel.event import Event

if TYPE_CHECKING:
    from simulator.service.processor import Processor

TICK: Final = 1e-9
"""Seconds by which a quota may be overdrawn: clocks of kernels count nanoseconds."""
NEVER: Final = -1
"""The number of no period."""


class CpuQuota(Event):
    """Lets a processor use at most `limit` x `period` core-seconds in each period.

    In the real world: `resources.limits.cpu` of Kubernetes, which sets `cpu.max` of the container's
    control group. All threads together use up the quota; the moment it is gone all of them stop
    until the kernel's timer fires, at the end of the period, and hands out the next. Four threads
    on four cores use up a limit of half a core (50 ms in 100 ms) in 12.5 ms, and stand still for
    87.5 ms, however idle the machine. Nothing is saved from one period for the next.

    Here: so, with a quota that is used up to the nanosecond. Periods begin at a phase of their own
    (`phase`), which the timer keeps also while it rests; work that arrives in the middle of a
    period finds the whole quota if nothing has used it, and a new one soon.

    Left out: that cores draw the quota in slices of 5 ms, and may keep what is left of one; that
    whoever overdraws until the scheduler looks pays it back; `cpu.max.burst`.

    Source: Linux, kernel/sched/fair.c (`start_cfs_bandwidth`, `do_sched_cfs_period_timer`; since 6.4
    the timers of groups are spread at random), Documentation/scheduler/sched-bwc.rst; Turner, Rao
    and Rao, "CPU bandwidth control for CFS" (Linux Symposium, 2010); the counters are those of
    `cpu.stat` and cAdvisor (`container_cpu_cfs_periods_total` and so on).

    Args:
        limit: cores, on the average of a period.
        period: seconds.
        phase: when a period begins, in seconds from 0 to `period`.

    Attributes:
        left: core-seconds that may still be used in the period that it is now.
        throttled: seconds in which somebody wanted to compute and nobody could, up to the last end
            of such a time. (The kernel's counter adds these up over cores.)
        throttled_periods: in how many periods that happened.
    """

    __slots__ = (
        "end",
        "kernel",
        "left",
        "limit",
        "number",
        "out",
        "period",
        "periods",
        "phase",
        "processor",
        "since",
        "stopped",
        "throttled",
        "throttled_in",
        "throttled_periods",
        "used",
        "waiting",
    )

    def __init__(self, processor: Processor, limit: float, period: float, phase: float) -> None:
        super().__init__()
        self.processor = processor
        self.kernel = processor.kernel
        self.limit = limit
        self.period = period
        self.phase = phase
        self.number = NEVER
        self.end = 0.0
        self.left = limit * period
        self.out = False
        self.used = 0.0
        self.since = 0.0
        self.waiting = False
        self.stopped = 0.0
        self.periods = 0
        self.throttled = 0.0
        self.throttled_periods = 0
        self.throttled_in = NEVER

    def lets(self, wanted: float) -> bool:
        """Whether the processor, which would use `wanted` cores from now on, may use any."""
        if wanted > 0.0:
            self.charge()
            if self.out:
                self.wait()
                return False
        self.wait_no_more()
        return True

    def runs(self, used: float) -> None:
        """From now on the processor uses so many cores."""
        if used == self.used:
            # It is gone when it would have been gone anyway.
            return
        self.charge()
        self.used = used
        if not self.waiting:
            self.kernel.cancel(self)
            if used > 0.0:
                self.foresee()

    def change(self, limit: float) -> None:
        """Another limit from now on, with nothing used of it, as for a process that is new."""
        if self.used > 0.0:
            self.charge()
        self.kernel.cancel(self)
        self.used = 0.0
        self.limit = limit
        self.left = limit * self.period
        self.out = False
        self.processor.renew()

    def fire(self) -> None:
        begins = self.out
        self.charge()
        if not begins:
            self.left = 0.0
            self.out = True
        self.processor.renew()

    # Periods.

    def charge(self) -> None:
        """Write down what has been used up to now."""
        now = self.kernel.now
        if now < self.end:
            self.left -= self.used * (now - self.since)
        else:
            self.turn(now)
        self.since = now

    def turn(self, now: float) -> None:
        """Another period has begun, and perhaps several."""
        before = self.number
        number = self.number_at(now)
        self.periods = self.periods_until(now)
        self.number = number
        self.end = self.start_of(number + 1)
        used = 0.0 if before == NEVER else self.used * (now - self.start_of(number))
        self.left = self.limit * self.period - used
        self.out = False

    def number_at(self, now: float) -> int:
        """Which period it is, counted from the one that begins at the phase, or before it."""
        number = floor((now - self.phase) / self.period) + 1
        # Where periods meet, the boundary itself decides, and not how a quotient is rounded.
        while self.start_of(number + 1) <= now:
            number += 1
        while self.start_of(number) > now:
            number -= 1
        return number

    def start_of(self, number: int) -> float:
        """When a period begins."""
        return self.phase + (number - 1) * self.period

    def foresee(self) -> None:
        """Be there when the quota is used up, if nothing changes before."""
        now = self.kernel.now
        gone = now + max(0.0, self.left) / self.used + TICK
        if gone >= self.end:
            # This period's is enough. If a whole quota is not, it is gone in the next.
            lasts = self.limit * self.period / self.used + TICK
            if lasts >= self.period:
                return
            gone = self.end + lasts
        self.kernel.schedule_at(self, gone)

    # Standing still.

    def wait(self) -> None:
        """Somebody wants to compute, and has to wait for the next period."""
        if self.waiting:
            return
        self.waiting = True
        self.stopped = self.kernel.now
        if self.throttled_in != self.number:
            self.throttled_in = self.number
            self.throttled_periods += 1
        self.kernel.cancel(self)
        self.kernel.schedule_at(self, self.end)

    def wait_no_more(self) -> None:
        """It may compute again, or does not want to any more."""
        if self.waiting:
            self.waiting = False
            self.throttled += self.kernel.now - self.stopped
            self.kernel.cancel(self)

    # Readings.

    def counters(self, now: float) -> dict[str, float]:
        """Periods, those with a stop, and how many seconds of stops."""
        return {
            "periods": float(self.periods_until(now)),
            "throttled_periods": float(self.throttled_periods),
            "throttled_seconds": self.throttled_until(now),
        }

    def throttled_until(self, now: float) -> float:
        """Seconds of standing still up to now."""
        return self.throttled + (now - self.stopped if self.waiting else 0.0)

    def periods_until(self, now: float) -> int:
        """How many periods the timer has counted up to now.

        Those with any use, and one after each row of them, in which it notices that it may rest.
        """
        if self.number == NEVER:
            return 0
        ended = self.number_at(now) - self.number
        if self.used == 0.0 and ended > 1:
            ended = 2
        return self.periods + ended
