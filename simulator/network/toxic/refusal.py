"""Questions that the instance itself turns away unread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.network.disturbance import Toxic

if TYPE_CHECKING:
    from simulator.call.attempt import Attempt


class Refusal(Toxic):
    """Whom an instance turns away at its door, and with which outcome.

    The question takes its way, the instance would have had room for it, and answers at once without
    any work; the answer takes its way back. Probes are let in: they show no secret, and ask nothing
    that a new version does not know.

    Args:
        outcome: what the caller is answered.
    """

    __slots__ = ("outcome",)

    def __init__(
        self,
        name: str,
        parties: frozenset[str] | None,
        endpoints: frozenset[str] | None,
        share: float,
        *,
        outcome: int,
    ) -> None:
        super().__init__(name, parties, endpoints, share, forth=False, back=False)
        self.outcome = outcome

    def refuses(self, attempt: Attempt) -> bool:
        """Whether this attempt is turned away."""
        return attempt.site.point.edge.counted and self.touches(attempt)
