"""No more than so many may wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.service.shedding.base import Shedder

if TYPE_CHECKING:
    from simulator.call.attempt import Attempt
    from simulator.service.instance import Instance


class QueueLength(Shedder):
    """Turns away whoever would have to wait behind `most` others.

    The application's own bound, below that of the socket or the thread pool: a short queue gives
    short waits, and the refusal is the application's to word. Little's law says what a bound is
    worth: `most` places before a server of rate r are a wait of `most` / r seconds.

    Source: Google, "Site Reliability Engineering" (2016), ch. 22, "Queue management", which advises
    at most half as many places as there are threads.
    """

    __slots__ = ("most",)

    def __init__(self, most: int) -> None:
        super().__init__("queue")
        self.most = most

    def refuses(self, instance: Instance, attempt: Attempt, now: float) -> bool:
        return instance.queued >= self.most and not instance.has_room()
