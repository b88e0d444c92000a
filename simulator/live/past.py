"""The way back to what has been."""

from __future__ import annotations

from typing import Protocol

from simulator.experiment.result import Result
from simulator.live.driver import Opening
from simulator.live.session import Session


class Traveller(Protocol):
    """A session that is being watched, and that may be taken to another time."""

    opening: Opening
    session: Session

    def start_over(self) -> None:
        """Build the world of the current branch anew, at its start."""


class Past:
    """The way back, where nothing of the past is kept: play it again.

    That is exact, since a seed and what was done give the same run every time; and it takes as long
    as it took.
    """

    def keep(self, player: Traveller) -> None:
        """Keep this moment, if it is one that somebody may want to come back to."""

    def go_back(self, player: Traveller, time: float) -> None:
        """Have a world of the current branch from which to play on to `time`, in seconds."""
        session = player.session
        if not session.suits(session.mark(), time):
            player.start_over()

    def result(self, player: Traveller) -> Result:
        """The figures of what was played so far; the session goes on unharmed.

        Here a second world plays the same once more.
        """
        copy = Session(player.opening)
        copy.adopt(player.session.log())
        copy.rebuild()
        copy.advance(player.session.now)
        return copy.run.result()
