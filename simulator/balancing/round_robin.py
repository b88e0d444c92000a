"""Round robin: each instance in turn."""

from __future__ import annotations

from simulator.balancing.balancer import Balancer


class RoundRobin(Balancer):
    """Goes through the instances in order, again and again.

    Wins when requests cost about the same and instances are alike: no instance gets two requests
    more than another. Loses when one instance is slow, since it goes on getting its full share.
    Each caller starts at a place of its own (gRPC's `round_robin` and Envoy's start at random), so
    that callers that start together do not all hit the first instance. Constant cost per pick.

    Source: gRPC, "Load Balancing Policies", round_robin; Envoy, "Round robin".
    """

    __slots__ = ("turn",)

    def __init__(self, start: int) -> None:
        self.turn = start

    def pick(self, candidates: int) -> int:
        turn = self.turn
        if turn >= candidates:
            turn %= candidates
        self.turn = turn + 1
        return turn
