"""A link that carries only so much."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.network.disturbance import Toxic

if TYPE_CHECKING:
    from simulator.call.attempt import Attempt
    from simulator.kernel.kernel import Kernel


class Bandwidth(Toxic):
    """Messages pass one after another, each as long as its size takes at the link's rate.

    In the real world: a saturated uplink, a throttled cloud disk or network card. Below the rate it
    costs each message its own time; above it a queue builds up without a bound, and everything is
    late: an M/D/1 queue for Poisson messages.

    Here: each instance that is hit has a link of its own, with a line in each direction that suffers;
    all messages are of the same size, and take the latency of the network besides.

    Left out: buffers that are full, and drop; packets of several messages that share the link.

    Source: Toxiproxy, `bandwidth`; Linux tc-netem(8), `rate`; Chaos Mesh, NetworkChaos `bandwidth`.

    Args:
        seconds: what one message occupies the link for.

    Attributes:
        free_to, free_from: from when on the link is free, in each direction.
    """

    __slots__ = ("free_from", "free_to", "kernel", "seconds")

    def __init__(
        self,
        name: str,
        parties: frozenset[str] | None,
        endpoints: frozenset[str] | None,
        share: float,
        *,
        forth: bool,
        back: bool,
        kernel: Kernel,
        seconds: float,
    ) -> None:
        super().__init__(name, parties, endpoints, share, forth=forth, back=back)
        self.kernel = kernel
        self.seconds = seconds
        self.free_to = 0.0
        self.free_from = 0.0

    def way(self, attempt: Attempt, direction: str) -> float:
        now = self.kernel.now
        free = self.free_to if direction == "to" else self.free_from
        through = max(now, free) + self.seconds
        if direction == "to":
            self.free_to = through
        else:
            self.free_from = through
        return through - now
