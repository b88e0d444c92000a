"""The way between a caller and a callee, and how long a message needs for it."""

from __future__ import annotations


class Link:
    """One direction-blind connection: each message, request or answer, takes its latency.

    `constant` is the latency in seconds of a link that always takes the same time; a link whose
    latency is drawn has `random` set and names the `quantity` to draw. Messages do not queue or
    overtake a bandwidth limit; what one message takes does not depend on the others.
    """

    __slots__ = ("constant", "distant", "quantity", "random")

    def __init__(self, constant: float = 0.0, quantity: str | None = None) -> None:
        self.constant = constant
        self.random = quantity is not None
        self.quantity = quantity or ""
        self.distant = self.random or constant > 0.0
