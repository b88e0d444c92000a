"""Hedging: asking a second instance before the first has failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.call.hedge_budget import HedgeBudget
    from simulator.call.hedge_delay import HedgeDelay


class Hedge:
    """Sends a copy of a call that takes long to another instance, and takes the first good answer.

    Waiting until an answer is later than, say, the 95th percentile costs 5 % more requests and cuts
    the tail wherever slowness belongs to the instance and not to the request: a full queue, a pause,
    a noisy neighbour. Where all instances are slow because there is too much to do, it adds to it;
    hence the budget. With `tied`, both copies stand in line and the one that begins first has the
    other taken back, so that next to nothing is done twice. (The two instances tell each other: the
    cancellation takes as long as one message.)

    Source: J. Dean and L. A. Barroso, "The Tail at Scale", CACM 56(2), 2013; gRPC A6, hedging
    policy; Finagle BackupRequestFilter.

    Attributes:
        delay: how long to wait for an answer before a copy is sent.
        budget: how many copies may be sent for all the calls there are; None for any number.
        maximum: copies of one call at most.
        cancel: whether the callees of slower copies are told to stop.
        tied: whether the others are taken back once one begins to be worked on.
        another_instance: whether a copy goes to an instance that has not had the call yet.
        on_failure: whether a copy that fails leaves the others going.
    """

    __slots__ = (
        "another_instance",
        "budget",
        "cancel",
        "copies",
        "delay",
        "maximum",
        "on_failure",
        "refused",
        "tied",
        "won",
    )

    def __init__(
        self,
        delay: HedgeDelay,
        budget: HedgeBudget | None,
        *,
        maximum: int,
        cancel: bool,
        tied: bool,
        another_instance: bool,
        on_failure: bool,
    ) -> None:
        self.delay = delay
        self.budget = budget
        self.maximum = maximum
        self.cancel = cancel
        self.tied = tied
        self.another_instance = another_instance
        self.on_failure = on_failure
        self.copies = 0
        self.won = 0
        self.refused = 0

    def counters(self, now: float) -> dict[str, float]:
        """Copies sent, those that answered first, and those that the budget refused."""
        return {"copies": self.copies, "won": self.won, "refused": self.refused}
