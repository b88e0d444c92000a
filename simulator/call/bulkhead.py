"""Bulkheads: how many calls to one callee a caller has under way at once."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.call.passage import Passage


class Bulkhead:
    """At most `permits` at once; others wait in a line of at most `queue` for at most `wait` seconds.

    Named after the walls that keep one leak from sinking a ship: a callee that hangs can take no
    more of its caller's threads than these, and the caller's other endpoints go on. Without it, a
    thread-per-request caller ends up with all its threads in the slowest call. It costs the calls
    that it turns away, so a bulkhead that is too small is a failure of its own; its size is a load
    (calls per second times seconds per call) with room for its peaks.

    Two kinds of real ones are this: a semaphore (resilience4j's `Bulkhead`, Hystrix's semaphore
    isolation), where those without a permit wait a while, or not at all; and a thread pool with a
    queue (resilience4j's `ThreadPoolBulkhead`, Hystrix's thread isolation, Envoy's `max_requests`
    with `max_pending_requests`), where the queue is bounded and the wait is not. A permit is given
    back when the caller has its answer or gives up; waiters are served in the order of arrival.

    Source: M. Nygard, "Release It!" (2007), chapter 5; resilience4j SemaphoreBulkhead.java and
    FixedThreadPoolBulkhead.java.

    Args:
        permits: how many may be under way; 0 lets nobody through.
        queue: how many more may wait for a permit.
        wait: seconds that one may wait; infinity for as long as it takes.
    """

    __slots__ = ("in_use", "line", "permits", "queue", "rejected", "wait", "waited", "waiting")

    def __init__(self, permits: int, queue: int, wait: float) -> None:
        self.permits = permits
        self.queue = queue
        self.wait = wait
        self.in_use = 0
        self.waiting = 0
        self.line: deque[Passage] = deque()
        self.rejected = 0
        self.waited = 0

    def take(self) -> bool:
        """Take a permit, if one is free and nobody waits for it."""
        if self.in_use < self.permits and self.waiting == 0:
            self.in_use += 1
            return True
        return False

    def line_up(self, passage: Passage) -> bool:
        """Let one wait for a permit; returns whether there was room. Otherwise it is turned away."""
        if self.wait <= 0.0 or self.waiting >= self.queue or self.permits == 0:
            self.rejected += 1
            return False
        self.waiting += 1
        self.waited += 1
        passage.in_line = True
        self.line.append(passage)
        return True

    def leave_line(self, passage: Passage) -> None:
        """One that waited does so no longer; its place in the line is skipped when its turn comes."""
        passage.in_line = False
        self.waiting -= 1
        while self.line and not self.line[0].in_line:
            self.line.popleft()

    def give(self) -> None:
        """A permit comes back; whoever is next in line has it."""
        line = self.line
        while self.waiting > 0:
            passage = line.popleft()
            if passage.in_line:
                passage.in_line = False
                self.waiting -= 1
                passage.admitted()
                return
        self.in_use -= 1

    def counters(self, now: float) -> dict[str, float]:
        """How many were turned away, and how many had to wait."""
        return {"rejected": self.rejected, "waited": self.waited}
