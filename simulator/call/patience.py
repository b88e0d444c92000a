"""Timeouts: waking the callers whose answer has not come in time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from simulator.kernel.event import Event

if TYPE_CHECKING:
    from simulator.call.attempt import Attempt
    from simulator.kernel.kernel import Kernel

TIDY: Final = 512
"""So many free places at the front are worth closing up."""


class Patience(Event):
    """All the attempts that wait with one and the same timeout, in the order in which they were sent.

    Equal timeouts run out in the order in which they began, so a plain queue serves: only its head
    is in the kernel's queue, and an attempt that was answered leaves without a trace. (One timer per
    attempt would put a hundred thousand dead entries into the kernel at 100,000 requests/s and a
    timeout of 1 s.) Each keeps the place in the order of ties that it took when it was sent.

    The queue is a list with a moving front, and what is to be known of an attempt is kept in it:
    most attempts come by here, and few ever time out.
    """

    __slots__ = ("front", "kernel", "timeout", "waiting")

    def __init__(self, kernel: Kernel, timeout: float) -> None:
        super().__init__()
        self.kernel = kernel
        self.timeout = timeout
        self.waiting: list[Attempt | None] = []
        self.front = 0

    def watch(self, attempt: Attempt) -> None:
        """Let `attempt`, sent now, time out `timeout` seconds from now, unless settled by then."""
        # Answered attempts leave from the head, so the line holds no more than the slowest spans.
        head = self.head()
        attempt.tie = self.kernel.reserve()
        self.waiting.append(attempt)
        if not self.pending:
            self._await(attempt if head is None else head)

    def fire(self) -> None:
        head = self.head()
        if head is not None and head.sent + self.timeout <= self.kernel.now:
            self._leave()
            head.expire()
            # One at a time: the next may tie with other events, and keeps its place among them.
            head = self.head()
        if head is not None and not self.pending:
            self._await(head)

    def head(self) -> Attempt | None:
        """The first that still waits; those before it leave."""
        waiting = self.waiting
        while self.front < len(waiting):
            attempt = waiting[self.front]
            assert attempt is not None
            if not attempt.settled:
                return attempt
            self._leave()
        return None

    def _leave(self) -> None:
        waiting = self.waiting
        front = self.front
        waiting[front] = None
        front += 1
        if front == len(waiting) or (front > TIDY and front * 2 > len(waiting)):
            del waiting[:front]
            front = 0
        self.front = front

    def _await(self, attempt: Attempt) -> None:
        self.kernel.insert(self, attempt.sent + self.timeout, attempt.tie)
