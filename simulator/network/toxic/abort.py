"""Questions that somebody on the way answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.network.disturbance import REPLACED, Toxic

if TYPE_CHECKING:
    from simulator.call.attempt import Attempt


class Abort(Toxic):
    """Answers questions with a failure, before the instance has heard of them.

    In the real world: a proxy that is told to inject faults (`abort`, with a status), a middlebox that
    resets connections (`reset`), a name that does not resolve (`dns_error`: the caller finds no
    instance), credentials that have expired (`unauthorized`). The callee has no work with it.

    Source: Istio, HTTPFaultInjection `abort`; Toxiproxy, `reset_peer`; Chaos Mesh, DNSChaos.

    Args:
        outcome: what the caller is answered.
        after: seconds until it is.
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
    ) -> None:
        super().__init__(name, parties, endpoints, share, forth=True, back=False)
        self.outcome = outcome
        self.after = after

    def question(self, attempt: Attempt) -> float:
        attempt.reply(self.outcome, self.name, self.after)
        return REPLACED
