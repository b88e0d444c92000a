"""One call with its policies, from the question to the one answer that its caller gets."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Final

from mypy_extensions import mypyc_attr

from simulator.call.ask import ask
from simulator.call.cache import ABSENT
from simulator.call.party import Party
from simulator.call.passage import Passage
from simulator.kernel.event import IDLE, Event
from simulator.outcome import (
    BREAKER_OPEN,
    BULKHEAD_FULL,
    CANCELLED,
    DEADLINE,
    DEGRADED,
    NO_INSTANCE,
    OK,
    QUEUE_FULL,
    RATE_LIMITED,
    REFUSED,
    SHED,
    TIMEOUT,
    UNAUTHORIZED,
)

if TYPE_CHECKING:
    from simulator.call.attempt import Attempt
    from simulator.call.edge import CallPoint
    from simulator.call.fallback import Fallback
    from simulator.call.fetch import Fetch
    from simulator.call.guard import Guard
    from simulator.call.hedge import Hedge
    from simulator.call.route import Member
    from simulator.call.site import Site
    from simulator.traffic.request import Request

NEVER_RAN: Final = (
    (1 << REFUSED)
    | (1 << QUEUE_FULL)
    | (1 << SHED)
    | (1 << RATE_LIMITED)
    | (1 << BULKHEAD_FULL)
    | (1 << BREAKER_OPEN)
    | (1 << NO_INSTANCE)
    | (1 << UNAUTHORIZED)
)
"""The outcomes by which a caller knows that nothing was done."""

RETRY: Final = 0
PACED: Final = 1
HEDGE: Final = 2
ANSWER: Final = 3

NO_RETRY: Final = -1.0
NO_SUBJECT: Final = -2


# One is made and one is gone for every request: the memory of the last one is used again.
@mypyc_attr(free_list_len=1)
class GuardedCall(Party):
    """A call that is tried, perhaps several times, and answered exactly once.

    It stands between its caller and its attempts: what answers an attempt comes here, and what
    comes of it goes to the caller. As an event it stands for what it waits for by itself (`phase`):
    the time until the next retry, until a copy is sent, or until an answer that is known already
    may be given.

    Attributes:
        outer: when the caller's own time is up; `deadline` is that or the call's, whichever is first.
        begun: when the call began, in seconds; `asked` when its last round of attempts did.
        rounds: attempts as the retry policy counts them; copies are not among them.
        numbered: passages so far; the draws of each are found by its number.
        current, copies: the passages under way.
        subject: what the answer is about, if it is to be kept; `NO_SUBJECT` if it is not.
        runs: how often the callee has done what it was asked.
        spent: what the last retry cost; `owed` as long as it has been paid for and not been sent.
        members: the instances that have had the call, where that matters.
        starting: whether the caller is still about to learn what it waits for; until then nothing
            may be answered.
    """

    __slots__ = (
        "asked",
        "begun",
        "caller",
        "copies",
        "copies_sent",
        "current",
        "deadline",
        "fetch",
        "guard",
        "held",
        "held_by",
        "instead",
        "members",
        "numbered",
        "outer",
        "owed",
        "phase",
        "request",
        "rounds",
        "runs",
        "settled",
        "site",
        "spent",
        "starting",
        "subject",
        "timer",
        "waited",
    )

    def __init__(
        self, guard: Guard, caller: Party, request: Request, site: Site, deadline: float
    ) -> None:
        self.key = IDLE
        self.guard = guard
        self.caller = caller
        self.request = request
        self.site = site
        now = guard.kernel.now
        self.begun = now
        self.outer = deadline
        self.deadline = min(deadline, now + site.point.deadline)
        self.rounds = 0
        self.numbered = 0
        self.runs = 0
        self.copies_sent = 0
        self.asked = now
        self.spent = 0.0
        self.owed = False
        self.waited = 0.0
        self.phase = RETRY
        self.subject = NO_SUBJECT
        self.held = OK
        self.held_by = ""
        self.starting = True
        self.settled = False
        self.current: Passage | None = None
        self.copies: list[Passage] | None = None
        self.members: list[Member] | None = None
        self.timer: CallTimer | None = None
        self.fetch: Fetch | None = None
        self.instead: Party | None = None

    # The way in.

    def begin(self) -> None:
        """Make the first attempt."""
        guard = self.guard
        if self.deadline < inf and self.out_of_time():
            return
        if guard.call_timeout < inf:
            self.timer = CallTimer(self)
            guard.kernel.schedule(self.timer, guard.call_timeout)
        retries = guard.retries
        if retries is not None and retries.budget is not None:
            retries.budget.call_started(guard.kernel.now)
        hedge = guard.hedge
        if hedge is not None and hedge.budget is not None:
            hedge.budget.started(guard.kernel.now)
        self.go(paced=False)

    def out_of_time(self) -> bool:
        """Whether the deadline is over before anything was tried; the call ends if so."""
        if self.guard.kernel.now < self.deadline:
            return False
        self.end(DEADLINE, self.site.point.edge.caller)
        return True

    def join(self, fetch: Fetch) -> None:
        """Wait for what is being fetched, which ends by its own bounds; by the deadline if sooner."""
        guard = self.guard
        self.fetch = fetch
        fetch.waiters.append(self)
        if self.deadline < min(fetch.deadline, fetch.begun + guard.call_timeout):
            self.timer = CallTimer(self)
            guard.kernel.schedule_at(self.timer, self.deadline)

    def fetch_ended(self, outcome: int, origin: str) -> None:
        """What it waited for is there, or cannot be had."""
        if not self.settled and self.fetch is not None:
            self.fetch = None
            self.end(outcome, origin)

    # Rounds of attempts.

    def go(self, paced: bool) -> None:
        """Make an attempt, and as many more as fail on the spot and may be retried on the spot."""
        guard = self.guard
        retries = guard.retries
        while True:
            if retries is not None and retries.budget is not None and not paced:
                pause = retries.budget.pace(guard.kernel.now)
                if pause > 0.0 and guard.kernel.now + pause < self.deadline:
                    self.sleep(PACED, pause)
                    return
                if pause != 0.0:
                    if pause > 0.0:
                        retries.budget.place_dropped(guard.kernel.now)
                    self.end(RATE_LIMITED, self.site.point.edge.caller)
                    return
            paced = False
            self.rounds += 1
            self.copies_sent = 0
            self.asked = guard.kernel.now
            if retries is not None and self.rounds > 1:
                retries.sent += 1
            outcome = self.send(copy=False)
            if outcome < 0:
                if guard.hedge is not None:
                    self.await_copy(guard.hedge)
                return
            wait = self.retry_after(outcome, 0.0, sent=False)
            if wait < 0.0:
                self.end(outcome, self.site.point.edge.caller)
                return
            if wait > 0.0:
                self.sleep(RETRY, wait)
                return

    def send(self, copy: bool) -> int:
        """Let one more attempt pass the guards; returns -1, or the outcome if it was turned away."""
        number = self.numbered
        self.numbered = number + 1
        passage = Passage(self, number, self.rounds > 1, copy)
        outcome = passage.start()
        if outcome < 0:
            if not copy:
                self.current = passage
            elif self.copies is None:
                self.copies = [passage]
            else:
                self.copies.append(passage)
        return outcome

    def sleep(self, phase: int, seconds: float) -> None:
        """Wait for something that time brings."""
        self.phase = phase
        self.guard.kernel.schedule(self, seconds)

    def fire(self) -> None:
        phase = self.phase
        if phase == RETRY:
            self.go(paced=False)
        elif phase == HEDGE:
            self.send_copy()
        elif phase == PACED:
            self.go(paced=True)
        else:
            self.finish(self.held, self.held_by)

    def retry_after(self, outcome: int, asked: float, sent: bool) -> float:
        """Seconds until the next attempt after one that ended in `outcome`; `NO_RETRY` for none.

        `asked` is how long the callee has asked to be left alone, in seconds; `sent` whether it has
        been asked anything at all.
        """
        if self.owed:
            self.give_retry_back()
        retries = self.guard.retries
        if retries is None:
            return NO_RETRY
        settings = retries.settings
        if not (settings.mask >> outcome) & 1:
            return NO_RETRY
        if self.rounds >= settings.attempts:
            if settings.attempts > 1:
                retries.exhausted += 1
            return NO_RETRY
        if sent and not self.site.point.idempotent and not (NEVER_RAN >> outcome) & 1:
            retries.unsafe += 1
            return NO_RETRY
        site = self.site.again(self.numbered - 1)
        wait = settings.backoff.wait(self.rounds, site.chance(self.request.index), self.waited)
        self.waited = wait
        if settings.honour_retry_after and asked > wait:
            wait = asked
        now = self.guard.kernel.now
        if now + wait >= self.deadline:
            retries.too_late += 1
            return NO_RETRY
        if retries.budget is not None:
            cost = retries.budget.spend(now, outcome)
            if cost < 0.0:
                retries.refused += 1
                return NO_RETRY
            self.spent = cost
            self.owed = True
        return wait

    def give_retry_back(self) -> None:
        """A retry that was paid for is not sent after all."""
        retries = self.guard.retries
        assert retries is not None and retries.budget is not None
        self.owed = False
        retries.budget.retry_dropped(self.guard.kernel.now)

    def passed(self, passage: Passage, outcome: int, origin: str, asked: float, sent: bool) -> None:
        """An attempt (`sent`), or what was on its way to become one, has ended."""
        self.forget(passage)
        guard = self.guard
        hedge = guard.hedge
        if outcome <= DEGRADED:
            retries = guard.retries
            if retries is not None:
                if self.rounds > 1:
                    retries.succeeded += 1
                if retries.budget is not None:
                    retries.budget.succeeded(guard.kernel.now, self.spent)
            if hedge is not None:
                # From the first of the copies, which has taken at least as long.
                hedge.delay.record(guard.kernel.now, guard.kernel.now - self.asked)
                if passage.copy:
                    hedge.won += 1
                self.let_go(tell=hedge.cancel)
            self.end(outcome, origin)
            return
        if hedge is not None and hedge.on_failure and (self.current is not None or self.copies):
            return
        self.let_go(tell=hedge is not None and hedge.cancel)
        wait = self.retry_after(outcome, asked, sent)
        if wait < 0.0:
            self.end(outcome, origin)
        elif wait == 0.0:
            self.go(paced=False)
        else:
            self.sleep(RETRY, wait)

    def forget(self, passage: Passage) -> None:
        """A passage is no longer under way."""
        if passage is self.current:
            self.current = None
        elif self.copies is not None:
            self.copies.remove(passage)

    def pick(self, copy: bool) -> Member | None:
        """An instance for the next attempt: one that has not had the call yet, where that is wanted."""
        route = self.guard.route
        member = route.sole
        if member is None:
            member = route.pick(self.request, self.guard.kernel.now)
        guard = self.guard
        if not guard.another_instance or member is None:
            return member
        had = self.members
        if had is None:
            self.members = [member]
            return member
        if copy:
            wanted = guard.hedge is not None and guard.hedge.another_instance
        else:
            wanted = guard.retries is not None and guard.retries.settings.another_instance
        left = PICKS if wanted else 0
        while left > 0 and member is not None and member in had:
            left -= 1
            member = route.pick(self.request, guard.kernel.now)
        if member is not None:
            had.append(member)
        return member

    # Copies.

    def await_copy(self, hedge: Hedge) -> None:
        """Send a copy if there is no answer after a while."""
        if self.copies_sent < hedge.maximum and self.site.point.idempotent:
            delay = hedge.delay.delay(self.guard.kernel.now)
            if delay < inf:
                self.sleep(HEDGE, delay)

    def send_copy(self) -> None:
        """There is no answer yet: ask somebody else too."""
        hedge = self.guard.hedge
        assert hedge is not None
        if hedge.budget is not None and not hedge.budget.spend(self.guard.kernel.now):
            hedge.refused += 1
            return
        self.copies_sent += 1
        if self.send(copy=True) < 0:
            hedge.copies += 1
        self.await_copy(hedge)

    def begins(self, passage: Passage) -> None:
        """An instance begins to work on one of the attempts."""
        hedge = self.guard.hedge
        if hedge is None or not hedge.tied:
            return
        # What has been begun needs no copy any more.
        self.copies_sent = hedge.maximum
        current = self.current
        if current is not None and current is not passage:
            self.current = None
            current.give_up(tell=True)
        copies = self.copies
        if copies is not None:
            self.copies = [each for each in copies if each is passage]
            for each in copies:
                if each is not passage:
                    each.give_up(tell=True)
        self.guard.kernel.cancel(self)

    # The way out.

    def end(self, outcome: int, origin: str) -> None:
        """It is settled how the call ends, but for a fallback."""
        self.let_go()
        self.stop_timer()
        guard = self.guard
        if outcome <= DEGRADED and self.subject != NO_SUBJECT and guard.cache is not None:
            guard.cache.put(self.subject, guard.kernel.now, outcome)
        fallback = guard.fallback
        if fallback is not None and (fallback.mask >> outcome) & 1:
            self.fall_back(fallback, outcome, origin)
        elif self.starting:
            self.hold(outcome, origin, 0.0)
        else:
            self.finish(outcome, origin)

    def answer_now(self, outcome: int) -> None:
        """The answer was there all along."""
        self.hold(outcome, "", 0.0)

    def hold(self, outcome: int, origin: str, seconds: float) -> None:
        """Give an answer in a while; 0 seconds is after the caller has learnt what it waits for."""
        self.held = outcome
        self.held_by = origin
        self.sleep(ANSWER, seconds)

    def let_go(self, tell: bool = False) -> None:
        """Give up whatever is under way, and wait for nothing.

        `tell` tells the callees to stop, also where the call would not: copies that came too late
        are not wanted any more, while an attempt whose caller only lost patience may still be done.
        """
        guard = self.guard
        if self.pending:
            guard.kernel.cancel(self)
            if self.phase == PACED and guard.retries is not None:
                budget = guard.retries.budget
                if budget is not None:
                    budget.place_dropped(guard.kernel.now)
        if self.owed:
            self.give_retry_back()
        current = self.current
        if current is not None:
            self.current = None
            current.give_up(tell)
        copies = self.copies
        if copies is not None:
            self.copies = None
            for each in copies:
                each.give_up(tell)
        self.fetch = None

    def stop_timer(self) -> None:
        """The time for the whole call no longer matters."""
        if self.timer is not None:
            self.guard.kernel.cancel(self.timer)
            self.timer = None

    def fall_back(self, fallback: Fallback, outcome: int, origin: str) -> None:
        """Find another answer."""
        guard = self.guard
        if fallback.stale >= 0.0:
            cache = guard.cache
            age = ABSENT
            if cache is not None:
                age = cache.age(self.request.subject(), guard.kernel.now)
            if ABSENT < age <= fallback.stale:
                fallback.used += 1
                self.hold(DEGRADED, "", 0.0)
            else:
                fallback.failed += 1
                self.hold(outcome, origin, 0.0)
            return
        point, route = fallback.point, fallback.route
        if point is None or route is None:
            fallback.used += 1
            self.hold(DEGRADED, "", fallback.after)
            return
        self.held = outcome
        self.held_by = origin
        site = self.site.aside(point)
        self.instead = ask(self, self.request, site, route, self.outer)

    def answered(self, point: CallPoint, outcome: int, origin: str) -> None:
        # Only what is asked instead answers here; attempts answer their passages.
        self.instead = None
        fallback = self.guard.fallback
        assert fallback is not None
        if outcome <= DEGRADED:
            fallback.used += 1
            self.finish(DEGRADED, "")
        else:
            fallback.failed += 1
            self.finish(self.held, self.held_by)

    def finish(self, outcome: int, origin: str) -> None:
        """Write down how the call ended, and tell the caller."""
        self.settled = True
        whole = self.site.point.whole
        assert whole is not None
        whole.ledger.add(whole.no_lane + outcome, self.begun, self.guard.kernel.now)
        self.caller.answered(self.site.point, outcome, origin)

    def expire(self) -> None:
        """The time for the whole call is up."""
        self.timer = None
        if self.fetch is None:
            # Those who wait for a fetch are bounded by their deadline.
            self.guard.call_timeouts += 1
        self.end(TIMEOUT, self.site.point.edge.caller)

    def abandon(self) -> int:
        """The caller is gone."""
        self.settled = True
        guard = self.guard
        self.let_go()
        self.stop_timer()
        if self.instead is not None:
            self.instead.abandon()
            self.instead = None
        whole = self.site.point.whole
        assert whole is not None
        whole.ledger.add(whole.no_lane + CANCELLED, self.begun, guard.kernel.now)
        return 0

    def ran(self) -> None:
        """The callee has done what it was asked, whether or not anybody still waits for it."""
        self.runs += 1
        if self.runs > 1:
            self.guard.duplicates += 1

    def sender(self, attempt: Attempt) -> str:
        return self.guard.route.caller

    def on_behalf_of(self) -> Attempt | None:
        return self.caller.on_behalf_of()


class CallTimer(Event):
    """The moment at which a caller has waited long enough for all attempts together."""

    __slots__ = ("call",)

    def __init__(self, call: GuardedCall) -> None:
        super().__init__()
        self.call = call

    def fire(self) -> None:
        self.call.expire()


PICKS: Final = 5
"""Further picks made to find an instance that has not had the call; Istio's number."""
