"""What the caller of a guarded call must see, worked out without the simulator.

One caller makes calls that are too far apart to meet, so each can be followed by itself, from the
outermost policy to the attempt and back. Every layer is a function of the moment at which a call
comes to it, and gives the outcome and the moment at which that is known; `NEVER` if it never is.
All times are sums of powers of 2, so that they are exact, and no two things that could disturb one
another happen in the same moment unless one is the cause of the other.

The settings of the policies are fixed here; a scenario says only which of them there are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

NEVER = inf
CALLS = 15
GAP = 4.0
END = 64.0

WORK = 1 / 16
JOB = 7.5
THINK = 10.65625
SPEED = 1 / 16
LATENCY = 1 / 64

TIMEOUT = 0.25
CALL_TIMEOUT = 0.6875
DEADLINE = 0.8125
ATTEMPTS = 3
BACKOFF = 0.125
RETRY_AFTER = 19 / 32
HEDGE_DELAY = 13 / 128
CONSTANT = 0.03125
SPARE = 0.046875
OLD = 20.0
TTL = 6.0
STALE_TTL = 2.0
STALE = 8.0
SLOW_RATE, SLOW_BURST = 0.1875, 2
PACE, PACE_BURST, PACE_WAIT = 2.0, 1, 0.5
DEADLINE_LEFT = 0.5
BREAKER_WINDOW = 4
BREAKER_LEAST = 2
BREAKER_RATE = 0.5
BREAKER_SLOW = 0.5
BREAKER_WAIT = 5.0
BREAKER_PERMITS = 2

TRIED_AGAIN = {
    "error",
    "timeout",
    "refused",
    "reset",
    "unreachable",
    "queue_full",
    "shed",
    "rate_limited",
    "no_instance",
}
"""What a retry tries again, if nothing is said: what may have passed, and is the callee's doing."""
NOT_DONE = {
    "deadline",
    "refused",
    "queue_full",
    "shed",
    "rate_limited",
    "bulkhead_full",
    "breaker_open",
    "no_instance",
}
"""After these the caller knows that nothing was done."""
NO_RESULT = {"bulkhead_full", "breaker_open", "cancelled"}
"""What a breaker does not look at, if nothing is said; whatever else is not `ok` is a failure."""
ASKED_TO_WAIT = {"queue_full", "shed", "rate_limited"}

Windows = Sequence[tuple[float, float]]
Seen = tuple[str | None, float]
"""An outcome and the moment at which it is known; None and `NEVER` where the caller waits for ever."""


@dataclass(frozen=True)
class Condition:
    """What is the matter with the callee, from when to when, in seconds.

    Full means: it has one slot and no queue, and now and then somebody else's long job is in it.
    """

    dead: Windows = ()
    slow: Windows = ()
    cut: Windows = ()
    failing: bool = False
    full: bool = False


def within(windows: Windows, moment: float) -> bool:
    """Whether a moment is in one of the windows."""
    return any(start <= moment < end for start, end in windows)


@dataclass(eq=False)
class Attempt:
    """A question to the callee: what becomes of it there, and what its caller comes to see.

    Attributes:
        answer, answered: the answer, and when it is with the caller.
        lost: when the network ate the question, or the answer.
        begins, leaves: when the callee works on it; it leaves early if it is told to stop.
        in_vain: whether the callee was stopped before it was through.
        done: when the callee has done what it was asked.
        outcome, ended: what the caller saw, when.
    """

    sent: float
    answer: str = ""
    answered: float = NEVER
    lost: float = NEVER
    begins: float = NEVER
    leaves: float = NEVER
    in_vain: bool = False
    done: float = NEVER
    outcome: str | None = None
    ended: float = NEVER


class Bucket:
    """A token bucket that begins full, and may owe."""

    def __init__(self, rate: float, burst: int) -> None:
        self.rate = rate
        self.burst = float(burst)
        self.tokens = float(burst)
        self.last = 0.0

    def fill(self, now: float) -> None:
        """Let in what has come since."""
        self.tokens = min(self.burst, self.tokens + (now - self.last) * self.rate)
        self.last = now

    def wait(self, now: float, most: float) -> float | None:
        """How long somebody has to wait who would wait so long at most; None if he may not go."""
        self.fill(now)
        wait = max(0.0, (1.0 - self.tokens) / self.rate)
        if wait > most:
            return None
        self.tokens -= 1.0
        return wait

    def give_back(self, now: float) -> None:
        """Somebody does not wait any longer; his token is lost if it is not the only one owed."""
        self.fill(now)
        if self.tokens >= -1.0:
            self.tokens += 1.0


class Callee:
    """The callee: whom it lets in, how long it works, and what it answers when."""

    def __init__(self, condition: Condition, policies: frozenset[str], latency: float) -> None:
        self.condition = condition
        self.policies = policies
        self.latency = latency
        self.inside: list[Attempt] = []
        self.bucket = Bucket(SLOW_RATE, SLOW_BURST)
        self.gate: Counter[str] = Counter()
        self.next_job = THINK if condition.full else NEVER
        self.jobs: list[Attempt] = []

    def ask(self, now: float, deadline: float) -> Attempt:
        """A question is sent now."""
        attempt = Attempt(now)
        if within(self.condition.cut, now):
            attempt.lost = now
            return attempt
        arrives = now + self.latency
        self.do_jobs(arrives)
        self.take(attempt, arrives, deadline, WORK)
        return attempt

    def do_jobs(self, until: float) -> None:
        """The other user asks for a job, waits for its end, thinks, and asks again."""
        while self.next_job < until:
            job = Attempt(self.next_job)
            self.take(job, self.next_job, NEVER, JOB)
            job.outcome, job.ended = job.answer, job.leaves
            self.next_job = job.leaves + THINK
            self.jobs.append(job)

    def take(self, attempt: Attempt, now: float, deadline: float, work: float) -> None:
        """A question arrives now."""
        self.inside = [each for each in self.inside if each.leaves > now]
        refusal = self.refusal(now, deadline)
        if refusal:
            self.reply(attempt, now, refusal)
            return
        if now >= deadline:
            self.reply(attempt, now, "deadline")
            return
        end = self.end_of(now, work)
        death = min((start for start, _ in self.condition.dead if now < start < end), default=NEVER)
        self.inside.append(attempt)
        attempt.begins = now
        if death < end:
            attempt.in_vain = True
            self.reply(attempt, death, "reset")
        elif self.condition.failing and work == WORK:
            self.reply(attempt, end, "error")
        else:
            attempt.done = end
            self.reply(attempt, end, "ok")

    def refusal(self, now: float, deadline: float) -> str:
        """Why it does not let a question in; nothing if it does."""
        if within(self.condition.dead, now):
            return "refused"
        if self.condition.full and self.inside:
            return "queue_full"
        if "shedding" in self.policies and deadline - now < DEADLINE_LEFT:
            self.gate["shed_deadline"] += 1
            return "shed"
        if "callee_rate" in self.policies and self.bucket.wait(now, 0.0) is None:
            self.gate["rate_limited"] += 1
            return "rate_limited"
        if "callee_limit" in self.policies and self.inside:
            self.gate["limit_rejected"] += 1
            return "shed"
        return ""

    def end_of(self, now: float, work: float) -> float:
        """When so much work is done that begins now."""
        changes = sorted({moment for window in self.condition.slow for moment in window})
        for change in [*(each for each in changes if each > now), NEVER]:
            speed = SPEED if within(self.condition.slow, now) else 1.0
            if now + work / speed <= change:
                return now + work / speed
            work -= (change - now) * speed
            now = change
        raise AssertionError("work that never ends")

    def reply(self, attempt: Attempt, now: float, answer: str) -> None:
        """It is through with a question, and sends the answer now."""
        attempt.leaves = now
        attempt.answer = answer
        if within(self.condition.cut, now):
            attempt.lost = now
        else:
            attempt.answered = now + self.latency

    def cancel(self, attempt: Attempt, now: float) -> None:
        """The caller says now that it does not want an answer any more; the message may get lost."""
        arrives = now + self.latency
        if not within(self.condition.cut, now) and arrives < attempt.leaves:
            attempt.leaves = arrives
            attempt.in_vain = True
            attempt.done = NEVER


class Breaker:
    """A breaker over the last few calls."""

    def __init__(self) -> None:
        self.state = "closed"
        self.since = 0.0
        self.results: list[tuple[bool, bool]] = []
        self.permits = 0
        self.counts: Counter[str] = Counter()
        self.open_seconds = 0.0

    def lets(self, now: float) -> bool:
        """Whether a call may be made."""
        if self.state == "open" and now > self.since + BREAKER_WAIT:
            self.enter("half_open", now)
        if self.state == "open" or (self.state == "half_open" and self.permits == 0):
            self.counts["rejected"] += 1
            return False
        self.permits -= 1
        return True

    def enter(self, state: str, now: float) -> None:
        """Go over to another state."""
        if self.state == "open":
            self.open_seconds += now - self.since
        self.state = state
        self.since = now
        self.results = []
        self.permits = BREAKER_PERMITS
        self.counts[{"open": "opened", "half_open": "half_opened"}.get(state, state)] += 1

    def ended(self, now: float, seconds: float, outcome: str) -> None:
        """A call that was let through has ended."""
        if outcome in NO_RESULT:
            self.permits += 1
            return
        failed, slow = outcome != "ok", seconds > BREAKER_SLOW
        self.counts["failed" if failed else "succeeded"] += 1
        self.counts["slow"] += slow
        if self.state == "open":
            return
        self.results = [*self.results, (failed, slow)][-BREAKER_WINDOW:]
        calls = len(self.results)
        if calls < BREAKER_LEAST:
            return
        bad = (
            sum(failed for failed, _ in self.results) / calls >= BREAKER_RATE
            or sum(slow for _, slow in self.results) == calls
        )
        if bad:
            self.enter("open", now)
        elif self.state == "half_open":
            self.enter("closed", now)


class Passage:
    """The way of one attempt through breaker, rate limit, timeout, bulkhead and concurrency limit.

    Attributes:
        stage: what it waits for: its rate, in line for the bulkhead, its turn, or the answer.
        next: when it goes on by itself.
        patience: when its timeout is over; it counts from the bulkhead.
        outcome: how it ended.
    """

    def __init__(self, caller: Caller, now: float, deadline: float) -> None:
        self.caller = caller
        self.begun = now
        self.deadline = deadline
        self.patience = NEVER
        self.stage = ""
        self.next = NEVER
        self.attempt: Attempt | None = None
        self.outcome: str | None = None
        self.let = self.permitted = self.counted = False
        self.pass_breaker(now)

    def pass_breaker(self, now: float) -> None:
        """The breaker lets it through, or not."""
        if self.caller.has("breaker"):
            if not self.caller.breaker.lets(now):
                self.end("breaker_open", now)
                return
            self.let = True
        self.pass_rate_limit(now)

    def pass_rate_limit(self, now: float) -> None:
        """It goes at once, waits for its turn, or turns back."""
        bucket, longest = self.caller.bucket, self.caller.longest_wait
        if bucket is None:
            self.pass_bulkhead(now)
            return
        wait = bucket.wait(now, min(longest, self.deadline - now))
        if wait is None:
            self.caller.counts["rate_limit"]["rejected"] += 1
            self.end("rate_limited", now)
        elif wait > 0.0:
            self.caller.counts["rate_limit"]["waited"] += 1
            self.stage, self.next = "rate", now + wait
        else:
            self.pass_bulkhead(now)

    def pass_bulkhead(self, now: float) -> None:
        """From here on the timeout counts; the bulkhead has a permit for it, or not."""
        caller = self.caller
        if caller.has("timeout"):
            self.patience = now + TIMEOUT
        if caller.has("bulkhead", "pool"):
            if caller.permit_taken:
                self.line_up(now)
                return
            caller.permit_taken = self.permitted = True
        self.pass_limit(now)

    def line_up(self, now: float) -> None:
        """There is no permit: wait for it in the pool's one place, or turn back."""
        caller = self.caller
        if caller.has("pool") and caller.in_line is None:
            caller.in_line = self
            caller.counts["bulkhead"]["waited"] += 1
            self.stage, self.next = "line", min(self.patience, self.deadline)
        else:
            caller.counts["bulkhead"]["rejected"] += 1
            self.end("bulkhead_full", now)

    def pass_limit(self, now: float) -> None:
        """The concurrency limit has room for it, or not; then it is sent."""
        caller = self.caller
        if caller.has("concurrency_limit"):
            if caller.under_way:
                caller.counts["concurrency_limit"]["rejected"] += 1
                self.end("bulkhead_full", now)
                return
            caller.under_way = self.counted = True
        self.attempt = caller.ask(now, self.deadline)
        self.stage = "answer"
        self.next = min(self.attempt.answered, self.patience, self.deadline)

    def go_on(self, now: float) -> None:
        """What it waited for is there, or its time is up."""
        if self.stage == "answer":
            self.hear(now)
        elif self.stage == "line":
            self.caller.in_line = None
            self.end("timeout", now)
        elif now >= self.deadline:
            self.end("deadline", now)
        elif self.stage == "rate":
            self.pass_bulkhead(now)
        else:
            self.pass_limit(now)

    def hear(self, now: float) -> None:
        """The answer is there, or there will be none in time."""
        attempt = self.attempt
        assert attempt is not None
        outcome = attempt.answer
        if now < attempt.answered:
            outcome = "unreachable" if attempt.lost <= now else "timeout"
            if self.caller.has("cancel"):
                self.caller.callee.cancel(attempt, now)
        attempt.outcome, attempt.ended = outcome, now
        self.end(outcome, now)

    def give_up(self, now: float, tell: bool) -> None:
        """Nobody wants an answer any more; `tell`: the callee is to know."""
        if self.attempt is not None:
            self.attempt.outcome, self.attempt.ended = "cancelled", now
            if tell or self.caller.has("cancel"):
                self.caller.callee.cancel(self.attempt, now)
        elif self.stage == "line":
            self.caller.in_line = None
        elif self.stage == "rate":
            assert self.caller.bucket is not None
            self.caller.bucket.give_back(now)
        self.end("cancelled", now)

    def end(self, outcome: str, now: float) -> None:
        """Give everything back, and let the breaker know."""
        caller = self.caller
        self.outcome = outcome
        if self.counted:
            caller.under_way = False
        if self.permitted:
            heir, caller.in_line = caller.in_line, None
            if heir is None:
                caller.permit_taken = False
            else:
                heir.permitted = True
                heir.stage, heir.next = "turn", now
        if self.let:
            caller.breaker.ended(now, now - self.begun, outcome)


class Caller:
    """One caller with its policies, and all of its calls in turn."""

    def __init__(self, condition: Condition, policies: frozenset[str], latency: float) -> None:
        self.policies = policies
        self.callee = Callee(condition, policies, latency)
        self.breaker = Breaker()
        self.bucket: Bucket | None = None
        self.longest_wait = 0.0
        if "rate_limit" in policies:
            self.bucket = Bucket(SLOW_RATE, SLOW_BURST)
        elif "pacing" in policies:
            self.bucket = Bucket(PACE, PACE_BURST)
            self.longest_wait = PACE_WAIT
        self.permit_taken = False
        self.in_line: Passage | None = None
        self.under_way = False
        self.stored = -inf
        self.fetched = -inf
        self.counts: dict[str, Counter[str]] = {name: Counter() for name in COUNTERS}
        self.calls: list[Seen] = []
        self.attempts: list[list[Attempt]] = []
        for number in range(1, CALLS + 1):
            now = number * GAP
            outcome, ended = self.call(now)
            assert outcome is None or ended < now + GAP, "calls that meet"
            self.calls.append((outcome, ended))
        self.callee.do_jobs(END)

    def has(self, *names: str) -> bool:
        """Whether it has one of these policies."""
        return not self.policies.isdisjoint(names)

    def ask(self, now: float, deadline: float) -> Attempt:
        """Make an attempt for the call that is under way."""
        attempt = self.callee.ask(now, deadline)
        self.attempts[-1].append(attempt)
        return attempt

    # The layers, the outermost first.

    def call(self, now: float) -> Seen:
        """Fallback."""
        outcome, ended = self.cached(now)
        if outcome in (None, "ok") or not self.has(*KINDS["fallback"]):
            return outcome, ended
        answered = self.answered_instead(ended)
        self.counts["fallback"]["used" if answered < NEVER else "failed"] += 1
        if answered < NEVER:
            return "degraded", answered
        return outcome, ended

    def answered_instead(self, now: float) -> float:
        """When there is another answer, for a call that fails now; `NEVER` if there is none.

        What is asked instead has the time that the caller has, which here is all the time there is.
        """
        if self.has("fallback"):
            return now + CONSTANT
        if self.has("old"):
            return now if now - self.stored <= OLD else NEVER
        return now + SPARE

    def deadline(self, now: float) -> float:
        """Until when a call that begins now must be through."""
        return now + DEADLINE if self.has("deadline") else NEVER

    def cached(self, now: float) -> Seen:
        """Cache."""
        counts = self.counts["cache"]
        if not self.has(*KINDS["cache"]):
            return self.bounded(now)
        age = now - self.stored
        fresh = STALE_TTL if self.has("stale") else TTL
        if age < fresh:
            counts["hits"] += 1
            return "ok", now
        fetching = self.fetched > now and not self.has("cache_alone")
        if self.has("stale") and age < fresh + STALE:
            counts["stale"] += 1
            if not fetching:
                self.fetch(now)
            return "ok", now
        if fetching:
            # A fetch that is still under way when the next call comes is one that has no end.
            assert self.fetched == NEVER
            counts["coalesced"] += 1
            return None, NEVER
        counts["misses"] += 1
        return self.fetch(now)

    def fetch(self, now: float) -> Seen:
        """Have an answer for the cache."""
        outcome, self.fetched = self.bounded(now)
        if outcome == "ok":
            self.stored = self.fetched
        return outcome, self.fetched

    def bounded(self, now: float) -> Seen:
        """Call timeout and deadline."""
        self.attempts.append([])
        limit = now + CALL_TIMEOUT if self.has("call_timeout") else NEVER
        outcome, ended = self.tried(now, self.deadline(now), limit)
        if limit < ended:
            self.counts["call"]["call_timeouts"] += 1
            return "timeout", limit
        return outcome, ended

    def tried(self, now: float, deadline: float, limit: float) -> Seen:
        """Retry; whatever would happen after `limit` does not."""
        counts = self.counts["retry"]
        for attempt in range(1, ATTEMPTS + 1):
            if attempt > 1:
                counts["sent"] += 1
            outcome, ended, asked = self.hedged(now, deadline, limit)
            if outcome == "ok" and attempt > 1:
                counts["succeeded"] += 1
            if outcome not in TRIED_AGAIN or not self.has("retry"):
                return outcome, ended
            wait = max(BACKOFF, asked)
            if attempt == ATTEMPTS:
                counts["exhausted"] += 1
            elif self.has("once") and outcome not in NOT_DONE:
                counts["unsafe"] += 1
            elif ended + wait >= deadline:
                counts["too_late"] += 1
            elif ended + wait >= limit:
                return None, NEVER
            else:
                now = ended + wait
                continue
            return outcome, ended
        raise AssertionError("one of the attempts is the last")

    def hedged(self, now: float, deadline: float, limit: float) -> tuple[str | None, float, float]:
        """Hedge: an outcome, when, and how long the callee asks to be left alone after it."""
        first = Passage(self, now, deadline)
        if first.outcome is not None:
            return first.outcome, now, 0.0
        passages = [first]
        copies = 0 if self.has("once") else 2 * self.has("hasty") + self.has("hedge")
        copy_at = now + HEDGE_DELAY if copies else NEVER
        while True:
            next_up = min(passages, key=lambda each: each.next)
            now = min(next_up.next, copy_at)
            if now >= limit:
                self.give_up(passages if limit < NEVER else [], limit, tell=False)
                return None, NEVER, 0.0
            if now == copy_at:
                copies -= 1
                copy_at = now + HEDGE_DELAY if copies else NEVER
                copy = Passage(self, now, deadline)
                if copy.outcome is None:
                    self.counts["hedge"]["copies"] += 1
                    passages.append(copy)
                continue
            next_up.go_on(now)
            if next_up.outcome is None:
                continue
            passages.remove(next_up)
            if next_up.outcome == "ok":
                self.counts["hedge"]["won"] += next_up is not first
            elif passages and not self.has("hasty"):
                continue
            self.give_up(passages, now, tell=not self.has("hasty"))
            return next_up.outcome, now, self.asked_by(next_up)

    def give_up(self, passages: list[Passage], now: float, tell: bool) -> None:
        """Nobody wants these any more."""
        for each in passages:
            each.give_up(now, tell)

    def asked_by(self, passage: Passage) -> float:
        """How long the callee asks to be left alone by whom it has turned away."""
        turned_away = passage.attempt is not None and passage.outcome in ASKED_TO_WAIT
        return RETRY_AFTER if turned_away and self.has("retry_after") else 0.0

    # What is to be found in the end.

    @property
    def every_attempt(self) -> list[Attempt]:
        """All that was sent to the callee, the other user's jobs included."""
        mine = [each for attempts in self.attempts for each in attempts]
        return [*mine, *(job for job in self.callee.jobs if job.sent <= END)]

    @property
    def work(self) -> float:
        """Seconds that the callee has worked."""
        begun = [each for each in self.every_attempt if each.begins < END]
        return sum(each.leaves - each.begins for each in begun)

    @property
    def wasted_work(self) -> float:
        """Of these, seconds for attempts that were broken off, or that the caller had given up."""
        begun = [each for each in self.every_attempt if each.begins < END]
        return sum(
            each.leaves - each.begins for each in begun if each.in_vain or each.ended < each.leaves
        )

    @property
    def duplicates(self) -> int:
        """How often the callee has done again what it was asked once."""
        runs = [sum(each.done <= END for each in attempts) for attempts in self.attempts]
        return sum(max(0, times - 1) for times in runs)

    def counters(self) -> dict[str, dict[str, float]]:
        """The counters of every policy that the caller has."""
        found: dict[str, dict[str, float]] = {}
        for kind, names in COUNTERS.items():
            if self.has(*KINDS.get(kind, (kind,))):
                found[kind] = {name: self.counts[kind][name] for name in names}
        if "concurrency_limit" in found:
            found["concurrency_limit"]["limit"] = 1
        if "breaker" in found:
            breaker = self.breaker
            found["breaker"] = {name: breaker.counts[name] for name in COUNTERS["breaker"]}
            since = END - breaker.since if breaker.state == "open" else 0.0
            found["breaker"]["open_seconds"] = breaker.open_seconds + since
        call = {
            "call_timeouts": self.counts["call"]["call_timeouts"],
            "duplicates": self.duplicates,
        }
        if any(call.values()):
            found["call"] = dict(call)
        return found

    def gate_counters(self) -> dict[str, float]:
        """The counters of the callee's own defences."""
        found: dict[str, float] = {}
        for policy, name in GATE.items():
            if self.has(policy):
                found[name] = self.callee.gate[name]
        if self.has("callee_limit"):
            found["limit"] = 1
        return found


COUNTERS = {
    "call": ("call_timeouts",),
    "fallback": ("used", "failed"),
    "cache": ("hits", "stale", "misses", "coalesced"),
    "retry": ("sent", "succeeded", "exhausted", "refused", "too_late", "unsafe"),
    "hedge": ("copies", "won", "refused"),
    "breaker": ("opened", "half_opened", "closed", "rejected", "succeeded", "failed", "slow"),
    "rate_limit": ("rejected", "waited"),
    "bulkhead": ("rejected", "waited"),
    "concurrency_limit": ("rejected",),
}
KINDS = {
    "fallback": ("fallback", "spare", "old"),
    "cache": ("cache", "cache_alone", "stale", "old"),
    "hedge": ("hedge", "hasty"),
    "rate_limit": ("rate_limit", "pacing"),
    "bulkhead": ("bulkhead", "pool"),
}
GATE = {
    "shedding": "shed_deadline",
    "callee_rate": "rate_limited",
    "callee_limit": "limit_rejected",
}
