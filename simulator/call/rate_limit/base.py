"""What every rate limiter is: a request asks, and learns how long it has to wait."""

from __future__ import annotations

from typing import Final

from mypy_extensions import mypyc_attr

NANOSECOND: Final = 1e-9
"""Seconds; the clocks of real limiters are no finer, so what is nearer than this is now."""


@mypyc_attr(allow_interpreted_subclasses=True)
class RateLimiter:
    """How many requests may go in a time, whoever sends them.

    A request that may not go at once can be given a time of its own in the future. That time is
    taken from then on, so requests go in the order in which they asked.
    """

    __slots__ = ()

    def reserve(self, now: float, patience: float) -> float:
        """When one request may go.

        Args:
            now: the time, in seconds; never less than at the last call.
            patience: seconds that the request would wait; 0 if it would not.

        Returns:
            Seconds after which it may go, at most `patience`: 0.0 at once; -1.0 if it may not, and
            nothing is taken.
        """
        raise NotImplementedError

    def cancel(self, now: float) -> None:
        """Somebody who waits for a reserved time gives up before it."""
        raise NotImplementedError


def wait_or_refusal(wait: float, patience: float) -> float:
    """What `reserve` returns for one that would have to wait `wait` seconds."""
    if wait < NANOSECOND:
        return 0.0
    if wait - patience >= NANOSECOND:
        return -1.0
    return min(wait, patience)
