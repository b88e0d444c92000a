"""Messages that overtake others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.network.toxic.by_chance import ByChance

if TYPE_CHECKING:
    from simulator.balancing.chance import Chance
    from simulator.call.attempt import Attempt


class Reorder(ByChance):
    """Messages are delayed, but for some that are sent at once and overtake those before them.

    In the real world: several ways of unequal length that a router spreads packets over, a link layer
    that sends lost frames again. Calls of one connection notice it as a latency that differs.

    Here: as in netem, all messages take `delay` longer except a share of them, in each direction for
    itself. With `gap` only the messages from number `gap` on after the last that was sent at once may
    be sent at once: with a gap of 5 and a share of 100 % that is every fifth.

    With `correlation` draws hang together as in netem, and with the same surprise: `delay 10ms reorder
    25% 50%`, the example of tc-netem(8), sends 6.9 % at once, not 25 % (5/72, the Fabius function at
    1/4, since the sum of half a fresh number, a quarter of the one before it and so on is so
    distributed).

    Left out: TCP holds back what has overtaken until what it overtook is there; a reordering of
    packets is therefore mostly a delay for calls.

    Source: Linux tc-netem(8), `reorder`; linux/net/sched/sch_netem.c, `netem_enqueue`; Chaos Mesh,
    NetworkChaos `delay` with `reorder`.

    Args:
        delay: seconds that a message takes longer unless it is sent at once.
        gap: which message after the last that was sent at once is the first that may be.

    Attributes:
        held_to, held_from: messages since the last that was sent at once, in each direction.
    """

    __slots__ = ("delay", "gap", "held_from", "held_to")

    def __init__(
        self,
        name: str,
        parties: frozenset[str] | None,
        endpoints: frozenset[str] | None,
        share: float,
        *,
        forth: bool,
        back: bool,
        chance: float,
        correlation: float,
        uniforms: Chance,
        delay: float,
        gap: int,
    ) -> None:
        super().__init__(
            name,
            parties,
            endpoints,
            share,
            forth=forth,
            back=back,
            chance=chance,
            correlation=correlation,
            uniforms=uniforms,
        )
        self.delay = delay
        self.gap = gap
        self.held_to = 0
        self.held_from = 0

    def way(self, attempt: Attempt, direction: str) -> float:
        going = direction == "to"
        held = self.held_to if going else self.held_from
        at_once = held >= self.gap - 1 and self.happens(attempt, direction)
        held = 0 if at_once else held + 1
        if going:
            self.held_to = held
        else:
            self.held_from = held
        return 0.0 if at_once else self.delay
