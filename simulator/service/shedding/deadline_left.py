"""What cannot be done in time is not begun."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.service.shedding.base import Shedder

if TYPE_CHECKING:
    from simulator.call.attempt import Attempt
    from simulator.service.instance import Instance


class DeadlineLeft(Shedder):
    """Turns away requests with less than `least` seconds left of their deadline.

    A deadline that has passed stops a request anyway; one that is about to pass lets it take a slot
    and do work that ends too late. It is asked on arrival and again when the turn comes. What has no
    deadline is never shed.

    Source: Google, "Site Reliability Engineering" (2016), ch. 22, "Latency and deadlines".
    """

    __slots__ = ("least",)

    def __init__(self, least: float) -> None:
        super().__init__("deadline")
        self.least = least

    def refuses(self, instance: Instance, attempt: Attempt, now: float) -> bool:
        return attempt.deadline - now < self.least

    def drops(self, attempt: Attempt, waited: float, now: float) -> bool:
        return attempt.deadline - now < self.least
