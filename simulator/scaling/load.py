"""What a service is asked, whether it can do it or not."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.call.edge import Edge


class Load:
    """Counts the attempts that are sent to one service, as a load balancer before it does.

    Unlike what its instances are done with, this is not bounded by what they can do. Retries are in
    it; what callers do not send, because a breaker is open or no instance is known, is not.

    Args:
        edges: all there are, and will be.
    """

    def __init__(self, service: str, edges: Sequence[Edge]) -> None:
        self.service = service
        self.edges = edges

    def asked(self) -> int:
        """How many there have been so far."""
        return sum(each.attempts for each in self.edges if each.callee.service == self.service)
