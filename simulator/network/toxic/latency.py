"""Messages that take longer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.network.disturbance import Toxic

if TYPE_CHECKING:
    from simulator.call.attempt import Attempt


class Latency(Toxic):
    """Each message takes longer by a time that is drawn for it.

    In the real world: a congested link, a detour, a machine between that is busy. What takes long is
    not lost: callers wait, hold their threads, and time out while the callee works for nobody.

    Here: it is added to the latency of the network, once for the question and once for the answer; a
    probe of a health check takes longer too. What is drawn belongs to the number of the request.

    Left out: the handshake of a new connection, which would take several such times; messages of one
    connection may overtake each other.

    Source: Chaos Mesh, NetworkChaos `delay`; Toxiproxy, `latency`; Linux tc-netem(8).

    Args:
        quantity: the name of what is drawn, in seconds.
        constant: the time, where it is always the same; negative where it is drawn.
    """

    __slots__ = ("constant", "quantity")

    def __init__(
        self,
        name: str,
        parties: frozenset[str] | None,
        endpoints: frozenset[str] | None,
        share: float,
        *,
        forth: bool,
        back: bool,
        quantity: str,
        constant: float,
    ) -> None:
        super().__init__(name, parties, endpoints, share, forth=forth, back=back)
        self.quantity = quantity
        self.constant = constant

    def way(self, attempt: Attempt, direction: str) -> float:
        if self.constant >= 0.0:
            return self.constant
        index = attempt.request.index
        return attempt.site.fate(f"{self.name}/{direction}", self.quantity, index)
