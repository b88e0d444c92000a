"""The circuit breaker beside a naive one, with any settings and any sequence of events.

The naive one has a clock that ticks: at each tick it looks whether anything is due. It keeps all
calls in a plain list and counts them over again whenever it is asked.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.call.breaker import NAMES, Breaker, BreakerSettings, IllegalTransition

TICK = 0.25

BY_ITSELF = {
    "acquire": {("open", "half_open")},
    "record": {("closed", "open"), ("half_open", "open"), ("half_open", "closed")},
    "release": {("half_open", "open")},
    "time": {
        ("closed", "open"),
        ("open", "half_open"),
        ("half_open", "open"),
        ("half_open", "closed"),
    },
}
"""The changes that may follow from each kind of event."""

UNREACHABLE = {("closed", "half_open"), ("metrics_only", "open"), ("metrics_only", "half_open")}
"""What resilience4j's table of transitions does not have."""

ADMITTING = {"closed", "disabled", "metrics_only"}


class Naive:
    """The circuit breaker as the documentation describes it, step by step."""

    def __init__(self, settings: BreakerSettings) -> None:
        self.settings = settings
        self.now = 0.0
        self.opened = self.half_opened = self.closed = 0
        self.rejected = self.succeeded = self.failed = self.slow = 0
        self.open_seconds = 0.0
        self.attempts = 0
        self.state = NAMES[settings.state]
        self.calls: list[tuple[float, bool, bool]] = []
        self.trial = False
        self.since = 0.0
        self.last_permits = 0.0
        self.permits = 0
        self.go(self.state)

    def go(self, state: str) -> None:
        """Change the state, at the present time."""
        if state != self.state:
            if state == "open":
                self.opened += 1
            if state == "half_open":
                self.half_opened += 1
            if state == "closed":
                self.closed += 1
        self.state = state
        self.since = self.last_permits = self.now
        if state in ("open", "forced_open"):
            self.attempts += 1
        elif state != "half_open":
            self.attempts = 0
        if state != "open":
            self.calls = []
            self.trial = state == "half_open"
            self.permits = self.settings.permitted_calls

    def wait(self) -> float:
        """How long the present opening lasts."""
        settings = self.settings
        wait = settings.wait * settings.wait_growth ** (self.attempts - 1)
        return wait if settings.wait_max is None else min(wait, settings.wait_max)

    def until(self, time: float) -> None:
        """Let the clock tick up to `time`."""
        while self.now < time:
            if self.state in ("open", "forced_open"):
                self.open_seconds += TICK
            self.now += TICK
            self.tick()

    def tick(self) -> None:
        """What time alone does."""
        settings = self.settings
        passed = self.now - self.since
        if self.state == "open" and settings.automatic and passed >= self.wait():
            self.go("half_open")
        elif self.state == "half_open" and settings.half_open_wait is not None:
            if passed >= settings.half_open_wait:
                self.go(NAMES[settings.after_half_open_wait])
        elif (
            self.state == "closed"
            and settings.snapshot
            and self.now % settings.bucket == 0.0
            and self.too_bad()
        ):
            self.go("open")

    def looked_at(self) -> list[tuple[float, bool, bool]]:
        """The calls in the window."""
        settings = self.settings
        if self.trial:
            size = settings.permitted_calls
            if settings.successes is not None or settings.consecutive_failures is not None:
                size = min(size, settings.successes or 1)
            return self.calls[-size:]
        if settings.window_seconds is None:
            return self.calls[-settings.window :]
        buckets = round(settings.window_seconds / settings.bucket)
        this = self.now // settings.bucket
        first = this - buckets + (0 if settings.snapshot else 1)
        last = this - (1 if settings.snapshot else 0)
        return [each for each in self.calls if first <= each[0] // settings.bucket <= last]

    def counted(self) -> tuple[int, int, int, int]:
        """Calls in the window, failed, slow, and both."""
        calls = self.looked_at()
        return (
            len(calls),
            sum(failed for _, failed, _ in calls),
            sum(slow for _, _, slow in calls),
            sum(failed and slow for _, failed, slow in calls),
        )

    def enough(self) -> bool:
        """Whether there are enough calls to judge."""
        settings = self.settings
        least = settings.minimum_calls
        if self.trial:
            least = min(least, settings.permitted_calls)
        elif settings.window_seconds is None:
            least = min(least, settings.window)
        return self.counted()[0] >= least

    def too_bad(self) -> bool:
        """Whether the rates say that it has to open."""
        settings = self.settings
        calls, failed, slow, _ = self.counted()
        if not self.enough():
            return False
        return (settings.failure_rate is not None and failed >= settings.failure_rate * calls) or (
            settings.slow_call_rate is not None and slow >= settings.slow_call_rate * calls
        )

    def acquire(self) -> bool:
        """Whether a call may be made."""
        settings = self.settings
        passed = self.now - self.since
        if self.state == "open" and (
            passed > self.wait() or (passed == self.wait() and not settings.strictly_after)
        ):
            self.go("half_open")
        if self.state in ADMITTING:
            return True
        if self.state == "half_open":
            renew = settings.renew_permits
            if renew is not None and self.now - self.last_permits >= renew:
                self.last_permits = self.now
                self.permits = settings.permitted_calls
            if self.permits > 0:
                self.permits -= 1
                return True
        self.rejected += 1
        return False

    def record(self, seconds: float, failed: bool) -> None:
        """A call has ended."""
        settings = self.settings
        if self.state in ("disabled", "forced_open"):
            return
        slow = seconds > settings.slow_call_duration
        self.succeeded += not failed
        self.failed += failed
        self.slow += slow
        self.calls.append((self.now, failed, slow))
        in_row = settings.consecutive_failures
        if self.state == "closed":
            if in_row is not None:
                last = [each[1] for each in self.calls[-in_row:]]
                if len(last) == in_row and all(last):
                    self.go("open")
            elif settings.snapshot or (settings.judge_failures_only and not failed):
                pass
            elif self.too_bad():
                self.go("open")
        elif self.state == "half_open":
            if settings.successes is not None or in_row is not None:
                if failed:
                    self.go("open")
                elif len(self.calls) >= (settings.successes or 1):
                    self.go("closed")
            elif self.enough():
                self.go("open" if self.too_bad() else "closed")

    def release(self) -> None:
        """A call has ended without a result."""
        if self.state == "half_open":
            if self.settings.cancelled_probe == "reopen":
                self.go("open")
            else:
                self.permits += 1


def optional(numbers: st.SearchStrategy[float]) -> st.SearchStrategy[float | None]:
    return st.none() | numbers


ticks = st.sampled_from([0.25, 0.5, 1.0, 2.0, 4.75])
rates = st.sampled_from([0.125, 0.25, 0.5, 0.75, 1.0])


@st.composite
def any_settings(draw: st.DrawFn) -> BreakerSettings:
    """Settings whose times are whole ticks, and whose rates are exact in binary."""
    bucket = draw(st.sampled_from([0.25, 0.5, 1.0]))
    timed = draw(st.booleans())
    in_row = draw(st.none() | st.integers(1, 4))
    return BreakerSettings(
        failure_rate=draw(optional(rates)),
        slow_call_rate=draw(optional(rates)),
        slow_call_duration=1.0,
        window=draw(st.integers(1, 8)),
        window_seconds=bucket * draw(st.integers(1, 8)) if timed else None,
        bucket=bucket,
        snapshot=timed and in_row is None and draw(st.booleans()),
        minimum_calls=draw(st.integers(1, 8)),
        judge_failures_only=draw(st.booleans()),
        consecutive_failures=in_row,
        wait=draw(ticks),
        wait_growth=draw(st.sampled_from([1.0, 1.0, 2.0])),
        wait_max=draw(optional(st.sampled_from([4.75, 8.0]))),
        strictly_after=draw(st.booleans()),
        automatic=draw(st.booleans()),
        permitted_calls=draw(st.integers(1, 5)),
        successes=draw(st.none() | st.integers(1, 3)),
        half_open_wait=draw(optional(ticks)),
        after_half_open_wait=draw(st.sampled_from([0, 1])),
        renew_permits=draw(optional(ticks)),
        cancelled_probe=draw(st.sampled_from(["release", "reopen"])),
        state=draw(st.sampled_from([0] * 9 + [3, 4, 5])),
    )


EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("time"), st.sampled_from([0.25, 0.5, 1.0, 2.0, 2.25, 4.75, 5.0, 40.0])),
        st.tuples(st.just("time"), st.sampled_from([0.25, 0.5])),
        st.tuples(st.just("calls"), st.integers(1, 8), st.just(0.5), st.booleans()),
        st.tuples(st.just("calls"), st.integers(1, 8), st.sampled_from([1.0, 1.25]), st.booleans()),
        st.tuples(st.just("acquire")),
        st.tuples(st.just("acquire")),
        st.tuples(st.just("record"), st.sampled_from([0.5, 1.25]), st.booleans()),
        st.tuples(st.just("release")),
        st.tuples(st.just("look")),
    ),
    min_size=20,
    max_size=60,
)
"""`calls` are some that end at once; `record` and `release` end one of those under way, if any."""

FORCED = st.tuples(st.just("force"), st.sampled_from(NAMES))
THOROUGH = settings(max_examples=400)


def same(breaker: Breaker, naive: Naive) -> None:
    """Everything that can be seen of both is the same."""
    assert breaker.counters(naive.now) == {
        "opened": naive.opened,
        "half_opened": naive.half_opened,
        "closed": naive.closed,
        "rejected": naive.rejected,
        "succeeded": naive.succeeded,
        "failed": naive.failed,
        "slow": naive.slow,
        "open_seconds": naive.open_seconds,
    }
    assert NAMES[breaker.state] == naive.state
    window = breaker.window
    window.bring(naive.now)
    assert (window.calls, window.failed, window.slow, window.slow_failed) == naive.counted()
    calls, failed, slow, _ = naive.counted()
    known = calls > 0 and naive.enough()
    assert breaker.failure_rate(naive.now) == (failed / calls if known else -1.0)
    assert breaker.slow_call_rate(naive.now) == (slow / calls if known else -1.0)


@THOROUGH
@given(any_settings(), EVENTS, st.none() | FORCED, EVENTS)
def test_it_does_what_the_naive_one_does(
    chosen: BreakerSettings,
    before: list[tuple[object, ...]],
    forced: tuple[object, ...] | None,
    after: list[tuple[object, ...]],
) -> None:
    """It opens, waits, tries and closes if and only if a plain list of the calls says so.

    Between two looks nothing brings it up to date but the calls themselves.
    """
    breaker, naive = Breaker(chosen), Naive(chosen)
    under_way = 0
    for event in [*before, *([forced] if forced else []), *after]:
        match event:
            case ("time", float(seconds)):
                naive.until(naive.now + seconds)
            case ("calls", int(count), float(seconds), bool(failed)):
                for _ in range(count):
                    made = naive.acquire()
                    assert breaker.try_acquire(naive.now) == made
                    if made:
                        naive.record(seconds, failed)
                        breaker.record(naive.now, seconds, failed)
            case ("acquire",):
                made = naive.acquire()
                assert breaker.try_acquire(naive.now) == made
                under_way += made
            case ("record", float(seconds), bool(failed)) if under_way:
                under_way -= 1
                naive.record(seconds, failed)
                breaker.record(naive.now, seconds, failed)
            case ("release",) if under_way:
                under_way -= 1
                naive.release()
                breaker.release(naive.now)
            case ("look",):
                same(breaker, naive)
            case ("force", str(name)):
                if (naive.state, name) in UNREACHABLE:
                    with pytest.raises(IllegalTransition):
                        breaker.force(naive.now, NAMES.index(name))
                else:
                    naive.go(name)
                    breaker.force(naive.now, NAMES.index(name))
    same(breaker, naive)


@given(any_settings(), EVENTS)
def test_no_change_that_nobody_knows(
    chosen: BreakerSettings, events: list[tuple[object, ...]]
) -> None:
    """Each event leads only to the changes of state that the table at the top allows it."""
    breaker = Breaker(chosen)
    now, under_way = 0.0, 0

    def change(kind: str, before: int) -> None:
        pair = (NAMES[before], NAMES[breaker.state])
        assert pair[0] == pair[1] or pair in BY_ITSELF[kind]

    for event in events:
        before = breaker.state
        match event:
            case ("time", float(seconds)):
                # As the clock ticks, so that no two changes fall into one look.
                for _ in range(round(seconds / TICK)):
                    now += TICK
                    before = breaker.state
                    breaker.bring(now)
                    change("time", before)
            case ("calls", int(count), float(seconds), bool(failed)):
                for _ in range(count):
                    before = breaker.state
                    made = breaker.try_acquire(now)
                    change("acquire", before)
                    if made:
                        before = breaker.state
                        breaker.record(now, seconds, failed)
                        change("record", before)
            case ("acquire",):
                under_way += breaker.try_acquire(now)
                change("acquire", before)
            case ("record", float(seconds), bool(failed)) if under_way:
                under_way -= 1
                breaker.record(now, seconds, failed)
                change("record", before)
            case ("release",) if under_way:
                under_way -= 1
                breaker.release(now)
                change("release", before)


@THOROUGH
@given(any_settings(), EVENTS)
def test_no_more_probes_than_permitted(
    chosen: BreakerSettings, events: list[tuple[object, ...]]
) -> None:
    """Half open, at most the permitted calls are let through, but for those that were given up.

    What ends half open is a probe of that time: a call from before would bring its own permit.
    """
    breaker = Breaker(replace(chosen, renew_permits=None, cancelled_probe="release", state=0))
    permitted = chosen.permitted_calls
    now, let_through, under_way, period = 0.0, 0, 0, -1
    for event in [("calls", 8, 0.5, True), *events]:
        match event:
            case ("time", float(seconds)):
                now += seconds
            case ("acquire",) | ("calls", _, _, _):
                for _ in range(8):
                    if breaker.half_opened != period:
                        period, let_through, under_way = breaker.half_opened, 0, 0
                    made = breaker.try_acquire(now)
                    if breaker.half_opened != period:
                        period, let_through, under_way = breaker.half_opened, 0, 0
                    if NAMES[breaker.state] == "half_open":
                        let_through += made
                        under_way += made
                        assert let_through <= permitted
                        assert under_way <= permitted
                    elif made:
                        breaker.record(now, 0.5, True)
            case ("record", float(seconds), bool(failed)) if under_way:
                breaker.bring(now)
                if NAMES[breaker.state] == "half_open" and breaker.half_opened == period:
                    under_way -= 1
                    breaker.record(now, seconds, failed)
            case ("release",) if under_way:
                breaker.bring(now)
                if NAMES[breaker.state] == "half_open" and breaker.half_opened == period:
                    under_way -= 1
                    let_through -= 1
                    breaker.release(now)


@pytest.mark.parametrize("name", ["disabled", "forced_open", "metrics_only"])
@given(chosen=any_settings(), events=EVENTS)
def test_states_that_nothing_ends(
    name: str, chosen: BreakerSettings, events: list[tuple[object, ...]]
) -> None:
    """Disabled, forced open and metrics only last for ever, and let through all or nothing."""
    breaker = Breaker(replace(chosen, state=NAMES.index(name)))
    now, calls, ended = 0.0, 0, 0
    for event in events:
        match event:
            case ("time", float(seconds)):
                now += seconds
            case ("acquire",) | ("calls", _, _, _):
                calls += 1
                assert breaker.try_acquire(now) == (name != "forced_open")
            case ("record", float(seconds), bool(failed)):
                ended += 1
                breaker.record(now, seconds, failed)
            case ("release",):
                breaker.release(now)
        assert NAMES[breaker.state] == name
    counters = breaker.counters(now)
    assert counters["rejected"] == (calls if name == "forced_open" else 0)
    assert counters["open_seconds"] == (now if name == "forced_open" else 0.0)
    assert counters["succeeded"] + counters["failed"] == (ended if name == "metrics_only" else 0)
