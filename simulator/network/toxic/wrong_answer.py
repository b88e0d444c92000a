"""Answers that turn out to be failures once the work is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.network.disturbance import Toxic
from simulator.outcome import DEGRADED, ERROR

if TYPE_CHECKING:
    from simulator.call.attempt import Attempt


class WrongAnswer(Toxic):
    """Lets an instance fail at the end of its work: the answer is `error`, and it says so itself.

    Only what would have been a good answer is touched. Probes are answered as before: what they
    ask for is not what is broken.
    """

    __slots__ = ()

    def __init__(
        self,
        name: str,
        parties: frozenset[str] | None,
        endpoints: frozenset[str] | None,
        share: float,
    ) -> None:
        super().__init__(name, parties, endpoints, share, forth=False, back=True)

    def answer(self, attempt: Attempt) -> float:
        if attempt.outcome <= DEGRADED and attempt.site.point.edge.counted:
            attempt.outcome, attempt.origin = ERROR, attempt.instance.name
            attempt.origin = attempt.instance.name
        return 0.0
