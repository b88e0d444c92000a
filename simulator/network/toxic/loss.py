"""Messages that never arrive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.network.disturbance import EATEN
from simulator.network.toxic.by_chance import ByChance

if TYPE_CHECKING:
    from simulator.call.attempt import Attempt


class Loss(ByChance):
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
    the order of the messages in one direction, not by the number of the request.

    Source: Toxiproxy and Chaos Mesh, NetworkChaos `loss`; Linux tc-netem(8).
    """

    __slots__ = ()

    def cancellation(self, attempt: Attempt) -> float:
        return EATEN if self.forth and self.happens(attempt, "cancellation") else 0.0

    def way(self, attempt: Attempt, direction: str) -> float:
        return EATEN if self.happens(attempt, direction) else 0.0
