"""One attempt's way through the guards of its caller."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Final

from mypy_extensions import mypyc_attr

from simulator.call.ask import send
from simulator.call.party import Party
from simulator.kernel.event import IDLE
from simulator.outcome import (
    BREAKER_OPEN,
    BULKHEAD_FULL,
    CANCELLED,
    DEADLINE,
    DEGRADED,
    NO_INSTANCE,
    QUEUE_FULL,
    RATE_LIMITED,
    SHED,
    TIMEOUT,
)

if TYPE_CHECKING:
    from simulator.call.attempt import Attempt
    from simulator.call.breaker import Breaker
    from simulator.call.edge import CallPoint
    from simulator.call.guarded_call import GuardedCall
    from simulator.call.route import Member

UNDER_WAY: Final = -1
OVERLOAD: Final = (1 << TIMEOUT) | (1 << QUEUE_FULL) | (1 << SHED) | (1 << RATE_LIMITED)
"""The outcomes that tell a concurrency limit that there is too much to do."""
ASKED_TO_WAIT: Final = (1 << QUEUE_FULL) | (1 << SHED) | (1 << RATE_LIMITED)
"""The outcomes with which a callee may say when to come again."""

FOR_RATE: Final = 0
IN_LINE: Final = 1
ADMITTED: Final = 2


# One is made and one is gone for every request: the memory of the last one is used again.
@mypyc_attr(free_list_len=1)
class Passage(Party):
    """Breaker, rate limiter, timeout, bulkhead and concurrency limit, in that order, around an attempt.

    What each of them gave is given back when the attempt ends, from the inside out, and each is told
    what came of it. Somebody without a guard passes it for nothing.

    As an event it stands for the end of a wait (`stage`): for the rate limiter, in the line of the
    bulkhead, or for its turn once a permit is there.

    Attributes:
        number: which passage of its call it is, from 0.
        since: when the breaker let it through, in seconds.
        until: when its timeout is over, where that does not count from the sending; else infinity.
        in_line: whether it waits in the line of the bulkhead.
        permitted: whether it holds a permit of the bulkhead.
        in_flight: what the concurrency limit gave it; 0 for nothing.
    """

    __slots__ = (
        "attempt",
        "breaker",
        "call",
        "copy",
        "in_flight",
        "in_line",
        "member",
        "number",
        "permitted",
        "retry",
        "sent",
        "since",
        "stage",
        "until",
    )

    def __init__(self, call: GuardedCall, number: int, retry: bool, copy: bool) -> None:
        self.key = IDLE
        self.call = call
        self.number = number
        self.retry = retry
        self.copy = copy
        self.attempt: Attempt | None = None
        self.breaker: Breaker | None = None
        self.member: Member | None = None
        self.since = call.guard.kernel.now
        self.sent = 0.0
        self.until = inf
        self.in_line = False
        self.permitted = False
        self.in_flight = 0
        self.stage = FOR_RATE

    # The way in: each step returns UNDER_WAY, or the outcome of one that is turned away.

    def start(self) -> int:
        """Begin: the breaker, and the rate limiter."""
        guard = self.call.guard
        now = self.since
        breaker = guard.breaker
        if guard.breakers is not None:
            self.member = self.call.pick(self.copy)
            if self.member is None:
                return NO_INSTANCE
            breaker = guard.breakers.of(self.member.name, now)
        if breaker is not None:
            if not breaker.try_acquire(now):
                return BREAKER_OPEN
            self.breaker = breaker
        gate = guard.rate_gate
        if gate is not None:
            wait = gate.reserve(now, self.call.deadline - now)
            if wait < 0.0:
                return self.turned_away(RATE_LIMITED)
            if wait > 0.0:
                self.stage = FOR_RATE
                guard.kernel.schedule(self, wait)
                return UNDER_WAY
        return self.enter()

    def enter(self) -> int:
        """The bulkhead; from here on the timeout counts."""
        guard = self.call.guard
        bulkhead = guard.bulkhead
        if bulkhead is not None:
            if bulkhead.take():
                self.permitted = True
            elif bulkhead.line_up(self):
                self.stand_in_line(bulkhead.wait)
                return UNDER_WAY
            else:
                return self.turned_away(BULKHEAD_FULL)
        return self.go()

    def stand_in_line(self, wait: float) -> None:
        """Wait for a permit, as long as there is patience and time."""
        call = self.call
        kernel = call.guard.kernel
        patience = call.site.point.patience
        if patience is not None:
            self.until = kernel.now + patience.timeout
        self.stage = IN_LINE
        end = min(kernel.now + wait, self.until, call.deadline)
        if end < inf:
            kernel.schedule_at(self, end)

    def admitted(self) -> None:
        """A permit is there. The attempt is sent by the kernel, lest long lines nest deeply."""
        kernel = self.call.guard.kernel
        kernel.cancel(self)
        self.permitted = True
        self.stage = ADMITTED
        kernel.schedule(self, 0.0)

    def go(self) -> int:
        """The concurrency limit, and off it goes."""
        call = self.call
        guard = call.guard
        limit = guard.limit
        if limit is not None:
            self.in_flight = limit.acquire()
            if self.in_flight == 0:
                return self.turned_away(BULKHEAD_FULL)
        member = self.member
        if member is None:
            member = call.pick(self.copy)
            if member is None:
                return self.turned_away(NO_INSTANCE)
        self.sent = guard.kernel.now
        retries = guard.retries
        if retries is not None and retries.budget is not None:
            retries.budget.attempt_started(self.sent, self.retry)
            call.owed = False
        hedge = guard.hedge
        self.attempt = send(
            self,
            call.request,
            call.site if self.number == 0 else call.site.again(self.number),
            guard.route,
            member,
            call.deadline,
            self.until,
            hedge is not None and hedge.tied,
        )
        return UNDER_WAY

    def fire(self) -> None:
        """A wait is over."""
        stage = self.stage
        if stage != IN_LINE and self.call.guard.kernel.now >= self.call.deadline:
            outcome = self.turned_away(DEADLINE)
        elif stage == FOR_RATE:
            outcome = self.enter()
        elif stage == ADMITTED:
            outcome = self.go()
        else:
            guard = self.call.guard
            assert guard.bulkhead is not None
            guard.bulkhead.leave_line(self)
            now = guard.kernel.now
            over = now >= self.until or now >= self.call.deadline
            if not over:
                guard.bulkhead.rejected += 1
            outcome = self.turned_away(TIMEOUT if over else BULKHEAD_FULL)
        if outcome >= 0:
            self.call.passed(self, outcome, self.call.site.point.edge.caller, 0.0, sent=False)

    # The way out.

    def turned_away(self, outcome: int) -> int:
        """Give back what was taken; returns the outcome."""
        self.give_back(outcome)
        return outcome

    def give_back(self, outcome: int) -> None:
        """Give back all permits, from the inside out, and tell the guards how it ended."""
        guard = self.call.guard
        now = guard.kernel.now
        if self.in_flight > 0:
            limit = guard.limit
            assert limit is not None
            if outcome <= DEGRADED:
                limit.release(now, now - self.sent, self.in_flight, False)
            elif (OVERLOAD >> outcome) & 1:
                limit.release(now, now - self.sent, self.in_flight, True)
            else:
                limit.ignore()
            self.in_flight = 0
        if self.permitted:
            self.permitted = False
            assert guard.bulkhead is not None
            guard.bulkhead.give()
        breaker = self.breaker
        if breaker is not None:
            self.breaker = None
            if (guard.ignored >> outcome) & 1:
                breaker.release(now)
            else:
                breaker.record(now, now - self.since, (guard.failures >> outcome) & 1 == 1)
        retries = guard.retries
        if self.attempt is not None:
            # Let go of, lest the two hold each other until the collector comes.
            self.attempt = None
            if retries is not None and retries.budget is not None:
                retries.budget.attempt_ended(now, self.retry, outcome)

    def answered(self, point: CallPoint, outcome: int, origin: str) -> None:
        attempt = self.attempt
        assert attempt is not None
        self.give_back(outcome)
        call = self.call
        if outcome <= DEGRADED:
            call.ran()
            call.passed(self, outcome, origin, 0.0, sent=True)
            return
        asked = 0.0
        if (ASKED_TO_WAIT >> outcome) & 1:
            asked = attempt.instance.retry_after
        call.passed(self, outcome, origin, asked, sent=True)

    def give_up(self, tell: bool) -> None:
        """The call has no more use for it; `tell` also tells the callee to stop."""
        attempt = self.attempt
        guard = self.call.guard
        if attempt is not None:
            attempt.abandon()
            if tell and not attempt.site.point.cancel:
                attempt.send_cancellation()
        elif self.in_line:
            guard.kernel.cancel(self)
            assert guard.bulkhead is not None
            guard.bulkhead.leave_line(self)
        elif self.pending:
            guard.kernel.cancel(self)
            if self.stage == FOR_RATE:
                assert guard.rate_gate is not None
                guard.rate_gate.limiter.cancel(guard.kernel.now)
        self.give_back(CANCELLED)

    def ran_late(self) -> None:
        self.call.ran()

    def work_began(self) -> None:
        self.call.begins(self)

    def sender(self, attempt: Attempt) -> str:
        return self.call.guard.route.caller

    def on_behalf_of(self) -> Attempt | None:
        return self.call.on_behalf_of()
