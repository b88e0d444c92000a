"""Questions that somebody on the way answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.network.disturbance import REPLACED, Toxic

if TYPE_CHECKING:
    from simulator.call.attempt import Attempt


class Abort(Toxic):
    """Answers questions with a failure, before the instance has heard of them.

    In the real world: a proxy that is told to inject faults, a gateway that turns requests away, a
    sidecar that is out of order.

    Here: it stands next to the caller, which has its answer `after` the given time from the sending,
    whatever the link's latency; the callee has no work with it. Other harms on the way that began
    before it stand between the two: the question passes them, and the answer too. What is `after` a
    timeout is a timeout.

    Left out: the work of whoever answers.

    Source: Istio, HTTPFaultInjection `abort`; Toxiproxy, `reset_peer`; Chaos Mesh, DNSChaos.

    Args:
        outcome: what the caller is answered.
        after: seconds until it is.
        nearest: whether nothing else on the way matters, because nothing is sent.
    """

    __slots__ = ("after", "outcome")

    def __init__(
        self,
        name: str,
        parties: frozenset[str] | None,
        endpoints: frozenset[str] | None,
        share: float,
        *,
        outcome: int,
        after: float,
        nearest: bool = False,
    ) -> None:
        super().__init__(name, parties, endpoints, share, forth=True, back=False)
        self.outcome = outcome
        self.after = after
        self.nearest = nearest

    def question(self, attempt: Attempt) -> float:
        attempt.outcome = self.outcome
        attempt.origin = self.name
        return REPLACED

    def reply(self, attempt: Attempt, extra: float) -> None:
        attempt.reply(self.after + extra)

    def cancellation(self, attempt: Attempt) -> float:
        """It is no question, and nobody answers it."""
        return 0.0
