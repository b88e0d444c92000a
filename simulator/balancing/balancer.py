"""What every balancer is: candidates in, choice out."""

from __future__ import annotations


class Balancer:
    """One caller's way of choosing among the instances that it knows.

    The state (a pointer, counters) belongs to one caller instance, as in a client-side library.
    A balancer never sees services, only how many candidates there are.
    """

    __slots__ = ()

    def pick(self, candidates: int) -> int:
        """The index of the instance for the next attempt, in `range(candidates)`, which is not empty."""
        raise NotImplementedError
