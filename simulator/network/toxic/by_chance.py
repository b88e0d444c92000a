"""Harms that befall one message and not the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mypy_extensions import mypyc_attr

from simulator.network.correlated import Correlated
from simulator.network.disturbance import Toxic

if TYPE_CHECKING:
    from simulator.balancing.chance import Chance
    from simulator.call.attempt import Attempt


@mypyc_attr(allow_interpreted_subclasses=True)
class ByChance(Toxic):
    """Something that happens to a message with a chance, drawn for each message.

    Without a correlation the draw belongs to the number of the request. Correlated draws follow each
    other in the order of the messages, in each direction for itself, as each end of a link has a
    netem of its own.

    Args:
        chance: how likely it is.
        correlation: how much of a draw is the one before it; 0 for independent draws.
        uniforms: where correlated draws come from.
    """

    __slots__ = ("chance", "coming", "going")

    def __init__(
        self,
        name: str,
        parties: frozenset[str] | None,
        endpoints: frozenset[str] | None,
        share: float,
        *,
        forth: bool,
        back: bool,
        chance: float,
        correlation: float,
        uniforms: Chance,
    ) -> None:
        super().__init__(name, parties, endpoints, share, forth=forth, back=back)
        self.chance = chance
        self.going: Correlated | None = None
        self.coming: Correlated | None = None
        if correlation > 0.0:
            self.going = Correlated(uniforms, correlation)
            self.coming = Correlated(uniforms, correlation)

    def happens(self, attempt: Attempt, message: str) -> bool:
        """Whether it befalls a message: one `to` the instance, one `from` it, or a `cancellation`."""
        if self.chance >= 1.0:
            return True
        draws = self.coming if message == "from" else self.going
        if draws is None:
            return self.drawn(attempt, message) < self.chance
        return draws.next() < self.chance
