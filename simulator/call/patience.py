"""Timeouts: waking the callers whose answer has not come in time."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from simulator.kernel.event import Event

if TYPE_CHECKING:
    from simulator.call.attempt import Attempt
    from simulator.kernel.kernel import Kernel


class Patience(Event):
    """All the attempts that wait with one and the same timeout, in the order in which they were sent.

    Equal timeouts run out in the order in which they began, so a plain queue serves: only its head
    is in the kernel's queue, and an attempt that was answered leaves without a trace. (One timer per
    attempt would put a hundred thousand dead entries into the kernel at 100,000 requests/s and a
    timeout of 1 s.) Each keeps the place in the order of ties that it took when it was sent.
    """

    __slots__ = ("kernel", "timeout", "waiting")

    def __init__(self, kernel: Kernel, timeout: float) -> None:
        super().__init__()
        self.kernel = kernel
        self.timeout = timeout
        self.waiting: deque[tuple[float, int, Attempt]] = deque()

    def watch(self, attempt: Attempt) -> None:
        """Let `attempt` time out `timeout` seconds from now, unless it is settled by then."""
        waiting = self.waiting
        # Answered attempts leave from the head, so the line holds no more than the slowest spans.
        while waiting and waiting[0][2].settled:
            waiting.popleft()
        kernel = self.kernel
        until = kernel.now + self.timeout
        key = kernel.reserve()
        waiting.append((until, key, attempt))
        if not self.pending:
            self._await_head()

    def fire(self) -> None:
        waiting = self.waiting
        while waiting:
            until, _, attempt = waiting[0]
            if attempt.settled:
                waiting.popleft()
            elif until <= self.kernel.now:
                waiting.popleft()
                attempt.expire()
                # One at a time: the next may tie with other events, and keeps its place among them.
                break
            else:
                break
        if waiting and not self.pending:
            self._await_head()

    def _await_head(self) -> None:
        until, key, _ = self.waiting[0]
        self.kernel.insert(self, until, key)
