"""The way between a caller and a callee, and how long a message needs for it."""

from __future__ import annotations


class Link:
    """One direction-blind connection: each message, request or answer, takes its latency.

    `constant` is the latency in seconds of a link that always takes the same time; a link whose
    latency is drawn has `random` set and names the `quantity` to draw. Messages do not queue here;
    what one message takes does not depend on the others. Where its ends have places, `spread` is set,
    and the distance between an instance and its caller comes on top (`network/distance.py`).

    Attributes:
        question, answer: the sizes of messages in bytes, for the lines of a distance.
    """

    __slots__ = ("answer", "constant", "distant", "quantity", "question", "random", "spread")

    def __init__(
        self,
        constant: float = 0.0,
        quantity: str | None = None,
        *,
        spread: bool = False,
        question: float = 0.0,
        answer: float = 0.0,
    ) -> None:
        self.constant = constant
        self.spread = spread
        self.question = question
        self.answer = answer
        self.random = quantity is not None
        self.quantity = quantity or ""
        self.distant = self.random or constant > 0.0 or spread
