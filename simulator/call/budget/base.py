"""What a retry budget is told, and what it is asked."""

from __future__ import annotations

from typing import Final

DENIED: Final = -1.0
"""What `spend` returns instead of a cost."""


class RetryBudget:
    """Bounds the retries of one caller instance; this one allows everything.

    A limit of attempts is for one call, and does not know that all the others fail too. A budget is
    for all calls: while few fail it never says no, and when everything fails it keeps the extra
    load at a small share. The kinds differ in what fills them: calls, successes, or the passing of
    time; and in what they bound: the rate of retries, or how many there are at once.

    An attempt has ended before it is asked whether it may be followed by another.
    """

    __slots__ = ()

    def call_started(self, now: float) -> None:
        """A call is about to make its first attempt."""

    def attempt_started(self, now: float, retry: bool) -> None:
        """An attempt is sent."""

    def attempt_ended(self, now: float, retry: bool, outcome: int) -> None:
        """An attempt has ended; `CANCELLED` if its own caller gave it up."""

    def spend(self, now: float, outcome: int) -> float:
        """What a retry after `outcome` costs, at least 0; it is paid. `DENIED`: there is none."""
        return 0.0

    def retry_dropped(self, now: float) -> None:
        """A retry that was paid for is not sent after all: its call was given up or turned away."""

    def succeeded(self, now: float, spent: float) -> None:
        """A call went well; its last retry had cost `spent`, or 0 if it was not retried."""

    def pace(self, now: float) -> float:
        """Seconds until an attempt may be sent; whoever asks has a place. `DENIED`: it may not."""
        return 0.0

    def place_dropped(self, now: float) -> None:
        """Whoever got a wait from `pace` cannot wait as long, and gives the place back."""

    def counters(self, now: float) -> dict[str, float]:
        """What is left, and what else there is to tell; those that it refuses are counted elsewhere."""
        return {}
