"""Circuit breakers: not calling whom it would be no use to call."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Final

from simulator.call.breaker_window import CountWindow, SnapshotWindow, TimeWindow, Window
from simulator.errors import SimulatorError
from simulator.outcome import (
    BREAKER_OPEN,
    BULKHEAD_FULL,
    CANCELLED,
    DEADLINE,
    ERROR,
    NO_INSTANCE,
    QUEUE_FULL,
    RATE_LIMITED,
    REFUSED,
    RESET,
    SHED,
    TIMEOUT,
    UNAUTHORIZED,
    UNREACHABLE,
)

if TYPE_CHECKING:
    from simulator.balancing.chance import Chance
    from simulator.observe.event_log import Reporter

CLOSED: Final = 0
OPEN: Final = 1
HALF_OPEN: Final = 2
FORCED_OPEN: Final = 3
DISABLED: Final = 4
METRICS_ONLY: Final = 5

NAMES: Final = ("closed", "open", "half_open", "forced_open", "disabled", "metrics_only")

EVERY: Final = (CLOSED, OPEN, HALF_OPEN, FORCED_OPEN, DISABLED, METRICS_ONLY)

LEGAL: Final = (
    (CLOSED, OPEN, FORCED_OPEN, DISABLED, METRICS_ONLY),
    EVERY,
    EVERY,
    EVERY,
    EVERY,
    (CLOSED, FORCED_OPEN, DISABLED, METRICS_ONLY),
)
"""Where each state may be forced to; resilience4j, CircuitBreaker.StateTransition."""

FAILURES: Final = (
    (1 << ERROR)
    | (1 << TIMEOUT)
    | (1 << DEADLINE)
    | (1 << REFUSED)
    | (1 << RESET)
    | (1 << UNREACHABLE)
    | (1 << QUEUE_FULL)
    | (1 << SHED)
    | (1 << RATE_LIMITED)
    | (1 << NO_INSTANCE)
)
"""The outcomes that say something about the callee, as a mask."""

IGNORED: Final = (1 << BULKHEAD_FULL) | (1 << BREAKER_OPEN) | (1 << UNAUTHORIZED) | (1 << CANCELLED)
"""The outcomes that do not."""

AS_SET: Final = -1
"""In place of a state: that of the settings."""

LONGEST: Final = 1e12
"""Seconds; a wait that grows without a limit stops here, far beyond any run."""

NEVER: Final = 2.0
"""The threshold of a rate that is not judged: no share is as large."""


class IllegalTransition(SimulatorError):
    """A state was to be forced on a breaker that cannot be reached from the one it is in."""


@dataclass(frozen=True, slots=True)
class BreakerSettings:
    """When a breaker opens, how long it waits, and what it tries then; resilience4j's defaults.

    Times are in seconds and shares of 1. None: not judged, no limit, never.

    Args:
        failure_rate: the share of failed calls at which it opens.
        slow_call_rate: the share of slow calls at which it opens.
        slow_call_duration: a call that takes longer is slow.
        window: how many calls back it looks; not used with `window_seconds`.
        window_seconds: how far back in time it looks.
        bucket: in stretches of which length it then counts.
        snapshot: with `window_seconds`, it looks only where a bucket ends, and at whole ones.
        minimum_calls: with fewer calls in the window it does not judge.
        judge_failures_only: only a failed call makes it judge, not one that went well.
        consecutive_failures: it opens after so many in a row, and judges no rate.
        wait: how long it stays open.
        wait_growth: by which factor longer for each opening in a row.
        wait_max: but no longer than this.
        wait_jitter: longer or shorter by up to this share, evenly spread.
        strictly_after: it is half open after the wait, not at the very end of it.
        automatic: it is half open when the wait is over, not when the next call comes after it.
        permitted_calls: how many calls it lets through half open.
        successes: it closes after so many, and opens at the first failure; without it the rates
            over the permitted calls are judged.
        half_open_wait: how long it stays half open at most.
        after_half_open_wait: in which state it goes on then, `OPEN` or `CLOSED`.
        renew_permits: after so long half open it lets through as many calls again.
        cancelled_probe: half open, a call without a result gives its permit back (`release`) or
            opens it again (`reopen`).
        failure_mask: the outcomes that are failures: bit `outcome` is set. For the caller.
        ignored_mask: those that are no result at all. For the caller.
        state: in which it begins.
    """

    failure_rate: float | None = 0.5
    slow_call_rate: float | None = 1.0
    slow_call_duration: float = 60.0
    window: int = 100
    window_seconds: float | None = None
    bucket: float = 1.0
    snapshot: bool = False
    minimum_calls: int = 100
    judge_failures_only: bool = False
    consecutive_failures: int | None = None
    wait: float = 60.0
    wait_growth: float = 1.0
    wait_max: float | None = None
    wait_jitter: float = 0.0
    strictly_after: bool = True
    automatic: bool = False
    permitted_calls: int = 10
    successes: int | None = None
    half_open_wait: float | None = None
    after_half_open_wait: int = OPEN
    renew_permits: float | None = None
    cancelled_probe: str = "release"
    failure_mask: int = FAILURES
    ignored_mask: int = IGNORED
    state: int = CLOSED


class Breaker:
    """A circuit breaker, as resilience4j's; by its settings, as Hystrix's, Polly's or pybreaker's.

    Closed, it lets every call through and counts how they end. When too large a part of those in
    the window failed or was slow, it opens, and turns every call away. After the wait it is half
    open: a few calls may try, and by how they end it closes or opens again. A call that was let
    through in one state and ends in another counts in the one where it ends.

    Forced open, it turns everything away for ever; disabled, it lets everything through and counts
    nothing; with metrics only, it lets everything through and counts.

    Whatever time alone does is done at the next call of any method, as of the moment it was due;
    `due` is the next such moment. All methods want times that never go back.

    Source: resilience4j, CircuitBreakerStateMachine.java and CircuitBreakerMetrics.java; Hystrix,
    HystrixCircuitBreaker.java; Polly, CircuitStateController.cs; pybreaker.

    Attributes:
        state: what it is now.
        initial: in which state it begins, whenever it does: that of its settings, or one it is held in.
        opened, half_opened, closed: how often it became so.
        rejected: calls turned away.
        succeeded, failed, slow: calls that were counted; a slow one is one of the others as well.
        open_seconds: how long it was open or forced open, up to the last change or `bring`.
        attempts: openings in a row.
        reporter: who tells of every change of state, if anybody.
    """

    __slots__ = (
        "attempts",
        "chance",
        "closed",
        "counted",
        "due",
        "failed",
        "failure_threshold",
        "good",
        "grown",
        "half_opened",
        "in_row",
        "initial",
        "least",
        "most_in_row",
        "open_seconds",
        "opened",
        "permits",
        "rejected",
        "renewed",
        "reporter",
        "settings",
        "slow",
        "slow_call_duration",
        "slow_threshold",
        "snapshots",
        "state",
        "succeeded",
        "successes",
        "trial",
        "until",
        "usual",
        "window",
    )

    def __init__(self, settings: BreakerSettings, chance: Chance | None = None) -> None:
        if settings.wait_jitter > 0.0 and chance is None:
            raise ValueError("a wait with jitter needs a source of chance")
        self.settings = settings
        self.chance = chance
        self.reporter: Reporter | None = None
        self.slow_call_duration = settings.slow_call_duration
        failure, slow = settings.failure_rate, settings.slow_call_rate
        self.failure_threshold = NEVER if failure is None else failure
        self.slow_threshold = NEVER if slow is None else slow
        self.most_in_row = settings.consecutive_failures or 0
        # Who counts failures in a row counts successes too: one, if nothing else is said.
        self.successes = settings.successes or (1 if self.most_in_row else 0)

        self.snapshots: SnapshotWindow | None = None
        if settings.window_seconds is None:
            self.usual: Window = CountWindow(settings.window)
        elif settings.snapshot:
            self.snapshots = SnapshotWindow(settings.window_seconds, settings.bucket)
            self.usual = self.snapshots
        else:
            self.usual = TimeWindow(settings.window_seconds, settings.bucket)
        permitted = settings.permitted_calls
        self.trial = CountWindow(min(permitted, self.successes) if self.successes else permitted)
        self.window: Window = self.usual
        self.least = 0

        self.opened = 0
        self.half_opened = 0
        self.closed = 0
        self.rejected = 0
        self.succeeded = 0
        self.failed = 0
        self.slow = 0
        self.open_seconds = 0.0

        self.attempts = 0
        self.grown = settings.wait
        self.in_row = 0
        self.good = 0
        self.permits = 0
        self.renewed = 0.0
        self.until = inf
        self.due = inf
        self.counted = 0.0
        self.initial = settings.state
        self.state = settings.state
        self.begin(0.0)

    # For each call.

    def try_acquire(self, now: float) -> bool:
        """Whether a call may be made; if not, it is counted as rejected."""
        if now >= self.due:
            self.bring(now)
        if self.state == CLOSED:
            return True
        if self.state == OPEN and self.waited(now):
            self.enter(now, HALF_OPEN)
        if self.state == HALF_OPEN:
            if self.take_permit(now):
                return True
        elif self.state in (DISABLED, METRICS_ONLY):
            return True
        self.rejected += 1
        return False

    def record(self, now: float, seconds: float, failed: bool) -> None:
        """A call that was let through has ended, after so many seconds."""
        if now >= self.due:
            self.bring(now)
        state = self.state
        if state in (DISABLED, FORCED_OPEN):
            return
        slow = seconds > self.slow_call_duration
        if failed:
            self.failed += 1
        else:
            self.succeeded += 1
        if slow:
            self.slow += 1
        self.window.record(now, failed, slow)
        if state == CLOSED:
            if self.is_enough(failed):
                self.enter(now, OPEN)
        elif state == HALF_OPEN:
            self.judge_trial(now, failed)

    def release(self, now: float) -> None:
        """A call that was let through has ended without a result that counts, or was given up."""
        if now >= self.due:
            self.bring(now)
        if self.state == HALF_OPEN:
            if self.settings.cancelled_probe == "reopen":
                self.enter(now, OPEN)
            else:
                self.permits += 1

    # From outside.

    def bring(self, now: float) -> None:
        """Do what time alone has done by `now`."""
        while now >= self.due:
            self.pass_due(now)
        self.count_open(now)

    def force(self, now: float, state: int) -> None:
        """Bring it into a state from outside; into the one that it is in: begin that anew.

        Raises:
            IllegalTransition: if that state cannot be reached from here.
        """
        self.bring(now)
        if state not in LEGAL[self.state]:
            raise IllegalTransition(
                f"a breaker that is {NAMES[self.state]} cannot be forced to {NAMES[state]}"
            )
        self.enter(now, state)

    def hold(self, now: float, state: int) -> None:
        """Force it into a state in which it also begins, should its process start anew meanwhile.

        Raises:
            IllegalTransition: if that state cannot be reached from here.
        """
        self.initial = state
        self.force(now, state)

    def let_go(self, now: float, state: int = AS_SET) -> None:
        """Hold it no longer; it begins anew, in a state or as its settings have it, and goes on.

        Raises:
            IllegalTransition: if that state cannot be reached from here.
        """
        self.initial = self.settings.state
        self.force(now, self.initial if state == AS_SET else state)

    def restart(self, now: float) -> None:
        """The process that it belongs to starts anew, and with it the breaker; counts go on."""
        self.bring(now)
        self.state = self.initial
        self.attempts = 0
        self.begin(now)

    def counters(self, now: float) -> dict[str, float]:
        """All that was counted up to `now`."""
        self.bring(now)
        return {
            "opened": self.opened,
            "half_opened": self.half_opened,
            "closed": self.closed,
            "rejected": self.rejected,
            "succeeded": self.succeeded,
            "failed": self.failed,
            "slow": self.slow,
            "open_seconds": self.open_seconds,
        }

    def failure_rate(self, now: float) -> float:
        """The share of failed calls in the window; -1 while there are too few to judge."""
        self.bring(now)
        self.window.bring(now)
        calls = self.window.calls
        return self.window.failed / calls if calls and calls >= self.least else -1.0

    def slow_call_rate(self, now: float) -> float:
        """The share of slow calls in the window; -1 while there are too few to judge."""
        self.bring(now)
        self.window.bring(now)
        calls = self.window.calls
        return self.window.slow / calls if calls and calls >= self.least else -1.0

    # Judging.

    def is_enough(self, failed: bool) -> bool:
        """Whether the call that has just been recorded opens a closed breaker."""
        if self.most_in_row:
            self.in_row = self.in_row + 1 if failed else 0
            return self.in_row >= self.most_in_row
        if self.snapshots is not None or (self.settings.judge_failures_only and not failed):
            return False
        return self.is_too_bad()

    def is_too_bad(self) -> bool:
        """Whether there are enough calls in the window, and of them too many failed or slow."""
        window = self.window
        calls = window.calls
        return calls >= self.least and (
            window.failed / calls >= self.failure_threshold
            or window.slow / calls >= self.slow_threshold
        )

    def judge_trial(self, now: float, failed: bool) -> None:
        """Half open, a call has been recorded: the verdict, if there is one yet."""
        if self.successes:
            if failed:
                self.enter(now, OPEN)
                return
            self.good += 1
            if self.good >= self.successes:
                self.enter(now, CLOSED)
        elif self.window.calls >= self.least:
            self.enter(now, OPEN if self.is_too_bad() else CLOSED)

    def waited(self, now: float) -> bool:
        """Whether the wait is over."""
        return now > self.until or (now == self.until and not self.settings.strictly_after)

    def take_permit(self, now: float) -> bool:
        """Half open, let one of the permitted calls through."""
        renew = self.settings.renew_permits
        if renew is not None and now >= self.renewed + renew:
            self.permits = self.settings.permitted_calls
            self.renewed = now
        if self.permits == 0:
            return False
        self.permits -= 1
        return True

    # Time.

    def pass_due(self, now: float) -> None:
        """Do what was due at `due`; `now` is later, or the same moment."""
        moment = self.due
        if self.state == OPEN:
            self.enter(moment, HALF_OPEN)
        elif self.state == HALF_OPEN:
            self.enter(moment, self.settings.after_half_open_wait)
        elif self.snapshots is not None:
            window = self.snapshots
            window.step()
            if window.calls == 0:
                window.bring(now)
            elif self.is_too_bad():
                self.enter(moment, OPEN)
                return
            self.due = window.ends

    def count_open(self, now: float) -> None:
        """Add the time up to `now` to the time spent open, if it was."""
        if self.state in (OPEN, FORCED_OPEN):
            self.open_seconds += now - self.counted
        self.counted = now

    # Changing.

    def enter(self, now: float, state: int) -> None:
        """Leave the present state for another."""
        self.count_open(now)
        if state != self.state:
            if state == OPEN:
                self.opened += 1
            elif state == HALF_OPEN:
                self.half_opened += 1
            elif state == CLOSED:
                self.closed += 1
            if self.reporter is not None:
                self.reporter.changed(now, NAMES[state])
        self.state = state
        self.begin(now)

    def begin(self, now: float) -> None:
        """Begin the state that it is in."""
        self.due = inf
        if self.state == OPEN:
            self.lengthen_wait()
            self.until = now + self.jittered_wait()
            if self.settings.automatic:
                self.due = self.until
        elif self.state == HALF_OPEN:
            self.begin_trial(now)
        else:
            if self.state == FORCED_OPEN:
                self.lengthen_wait()
            else:
                self.attempts = 0
            self.begin_usual(now)

    def begin_trial(self, now: float) -> None:
        """Give the permits, and count afresh how they are used."""
        settings = self.settings
        self.trial.clear(now)
        self.window = self.trial
        self.least = min(settings.minimum_calls, settings.permitted_calls)
        self.permits = settings.permitted_calls
        self.renewed = now
        self.good = 0
        if settings.half_open_wait is not None:
            self.due = now + settings.half_open_wait

    def begin_usual(self, now: float) -> None:
        """Count afresh, in the window of a closed breaker."""
        settings = self.settings
        self.usual.clear(now)
        self.window = self.usual
        self.least = settings.minimum_calls
        if settings.window_seconds is None:
            self.least = min(self.least, settings.window)
        self.in_row = 0
        if self.state == CLOSED and self.snapshots is not None:
            self.due = self.snapshots.ends

    def lengthen_wait(self) -> None:
        """One more opening in a row: the wait grows."""
        self.attempts += 1
        if self.attempts == 1:
            self.grown = self.settings.wait
        else:
            self.grown = min(self.grown * self.settings.wait_growth, LONGEST)

    def jittered_wait(self) -> float:
        """How long to wait this time; as in resilience4j the limit holds for what jitter makes."""
        settings = self.settings
        wait = self.grown
        if self.chance is not None and settings.wait_jitter > 0.0:
            wait *= 1.0 + settings.wait_jitter * (2.0 * self.chance.next() - 1.0)
        return wait if settings.wait_max is None else min(wait, settings.wait_max)
