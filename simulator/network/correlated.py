"""Random numbers that hang together, as netem draws them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from simulator.balancing.chance import Chance

UNBEGUN: Final = -1.0
"""In place of the number before, as long as none was drawn."""


class Correlated:
    """Numbers in [0, 1), each a mixture of a fresh one and the one before it.

    Such a mixture is not uniform any more: its mean is still 1/2, but its variance is smaller by a
    factor of (1 - c) / (1 + c), so that small numbers are rarer than they should be. Each number
    correlates with the one before it by `correlation`.

    Source: linux/net/sched/sch_netem.c, `get_crandom` and `init_crandom`.

    Args:
        uniforms: where the fresh numbers come from.
        correlation: how much of each number is the one before it, from 0 to 1.
    """

    __slots__ = ("correlation", "last", "uniforms")

    def __init__(self, uniforms: Chance, correlation: float) -> None:
        self.uniforms = uniforms
        self.correlation = correlation
        self.last = UNBEGUN

    def next(self) -> float:
        """The next number."""
        if self.last == UNBEGUN:
            # Not where it is made: a compiled class may be initialised twice, and a draw is a draw.
            self.last = self.uniforms.next()
        fresh = self.uniforms.next()
        self.last = fresh * (1.0 - self.correlation) + self.last * self.correlation
        return self.last
