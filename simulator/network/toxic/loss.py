"""Messages that never arrive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.network.disturbance import EATEN, Toxic

if TYPE_CHECKING:
    from simulator.balancing.chance import Chance
    from simulator.call.attempt import Attempt


class Loss(Toxic):
    """Each message is lost with a chance; its sender learns nothing but its own timeout.

    In the real world: a firewall that drops, a broken cable, a full buffer.

    Here: a message is a whole question or a whole answer. Whoever waits for one that is lost ends as
    `unreachable` with its timeout, and without a timeout waits for ever. A loss of 1 is a blackhole,
    or, towards some callers only, a partition.

    Left out: TCP sends single packets again, so that a real loss of packets is first a delay; what
    is meant here is what remains.

    With `correlation` the losses come in runs, as in netem, with all that this does there: each draw
    is a mixture of a fresh number and the draw before it, which is not uniform any more. A loss of
    25 % with a correlation of 25 % loses 16.7 %, and small losses all but vanish (tc-netem(8);
    linux/net/sched/sch_netem.c, `get_crandom` and `loss_event`). Correlated draws follow each other in
    the order of the messages, not by the number of the request.

    Source: Toxiproxy and Chaos Mesh, NetworkChaos `loss`; Linux tc-netem(8).

    Args:
        chance: how likely a message is to be lost.
        correlation: how much of a draw is the one before it; 0 for independent draws.
        uniforms: where correlated draws come from.
    """

    __slots__ = ("chance", "correlation", "last", "uniforms")

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
    ) -> None:
        super().__init__(name, parties, endpoints, share, forth=forth, back=back)
        self.chance = chance
        self.correlation = correlation
        self.uniforms = uniforms
        self.last = 0.0

    def way(self, attempt: Attempt, direction: str) -> float:
        if self.chance >= 1.0:
            return EATEN
        if self.correlation == 0.0:
            return EATEN if self.drawn(attempt, direction) < self.chance else 0.0
        return EATEN if self.loses_next() else 0.0

    def loses_next(self) -> bool:
        """Whether the next message is lost, by a draw that is partly the one before it."""
        fresh = self.uniforms.next()
        self.last = fresh * (1.0 - self.correlation) + self.last * self.correlation
        return self.last < self.chance
