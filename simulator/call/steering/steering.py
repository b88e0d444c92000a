"""What every way of steering clients to regions is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mypy_extensions import mypyc_attr

if TYPE_CHECKING:
    from simulator.call.steering.board import Board


@mypyc_attr(allow_interpreted_subclasses=True)
class Steering:
    """One way of answering the question where a service is; asked once for each look-up."""

    __slots__ = ()

    def choose(self, home: str, board: Board) -> str:
        """The region for a client that stands in the region `home`; "" for one that is nowhere."""
        raise NotImplementedError
