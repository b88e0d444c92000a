"""How far it is from one place to another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from simulator.network.link import Link
    from simulator.network.pipe import Pipe


class Distance:
    """The way from the zone of a caller to the zone of an instance, which all who go it share.

    A message takes `seconds` each way, beside the latency of its link. Where the line between two
    regions has a bandwidth, questions go through the pipe `forth` and answers through `back`.
    """

    __slots__ = ("back", "forth", "seconds")

    def __init__(
        self, seconds: float = 0.0, forth: Pipe | None = None, back: Pipe | None = None
    ) -> None:
        self.seconds = seconds
        self.forth = forth
        self.back = back

    def out(self, now: float, link: Link) -> float:
        """Seconds that a question needs which is sent now."""
        if self.forth is None:
            return self.seconds
        return self.seconds + self.forth.through(now, link.question)

    def home(self, now: float, link: Link, well: bool) -> float:
        """Seconds that an answer needs which is sent now; a failure has no size worth counting."""
        if self.back is None or not well:
            return self.seconds
        return self.seconds + self.back.through(now, link.answer)


NO_DISTANCE: Final = Distance()
"""Between places of which nobody says where they are."""
