"""Whoever takes part in a call: can be answered, and can be left alone with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mypy_extensions import mypyc_attr

from simulator.kernel.event import Event

if TYPE_CHECKING:
    from simulator.call.attempt import Attempt
    from simulator.call.edge import CallPoint


@mypyc_attr(allow_interpreted_subclasses=True)
class Party(Event):
    """One end of a conversation; a base for what asks and for what is awaited."""

    __slots__ = ()

    def answered(self, point: CallPoint, outcome: int, origin: str) -> None:
        """The call made at `point` ended in `outcome`, which `origin` decided ("" if all is well)."""
        raise NotImplementedError(f"{type(self).__name__} asks nobody")

    def stretch_branches(self, factor: float) -> None:
        """What the branches of this have still to compute takes `factor` times as long."""

    def on_behalf_of(self) -> Attempt | None:
        """The attempt on whose behalf this asks; None for a user."""
        return None

    def sender(self, attempt: Attempt) -> str:
        """The name of the caller instance that sent an attempt; "" for nobody in particular."""
        return ""

    def work_began(self) -> None:
        """An instance begins to work on the attempt that this made, where it is told of that."""

    def ran_late(self) -> None:
        """The callee did what it was asked after this had given up on it."""

    def abandon(self) -> int:
        """Whoever waited for this is gone: an answer would find nobody.

        Returns how many strands of the one who waited were computing and have been stopped.
        """
        raise NotImplementedError(f"nobody waits for {type(self).__name__}")
