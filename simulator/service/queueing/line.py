"""What every queue discipline is."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.call.attempt import Attempt


class Line:
    """Requests that wait for a slot of one instance; the instance counts them and bounds them."""

    __slots__ = ()

    def put(self, attempt: Attempt) -> None:
        """Let one more wait."""
        raise NotImplementedError

    def take(self) -> Attempt:
        """The one whose turn it is. The line is not empty."""
        raise NotImplementedError

    def lose(self) -> None:
        """One of those who wait has gone; it stays in the line until its turn, and is skipped."""

    def clear(self) -> None:
        """Everybody is gone."""
        raise NotImplementedError
