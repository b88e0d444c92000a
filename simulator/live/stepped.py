"""A simulation in the process of whoever watches, whose time moves only when it is told to."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from simulator.live.commands import Command
from simulator.live.driver import Message, Opening
from simulator.live.failure import failure_of
from simulator.live.player import Player


class SteppedDriver:
    """For tests and recordings, where every picture is to be the same each time.

    A command is done when it is sent, a journey to another time to its end; the clock on the wall goes
    as fast as the speed says, exactly.

    Raises:
        ScenarioError: if what is to be opened is no scenario.
    """

    def __init__(self, opening: Opening) -> None:
        self.wall = 0.0
        self.player = Player(opening, clock=lambda: self.wall)
        self.waiting: list[Message] = []
        self.answered = 0
        self.failed = False
        self._do(self._arrive)

    def send(self, command: Command) -> int:
        """Do what is asked for at once."""
        self.answered += 1
        number = self.answered

        def handle() -> None:
            self.waiting += self.player.handle(number, command)
            self._arrive()

        self._do(handle)
        return number

    def play(self, seconds: float) -> None:
        """Let so many simulated seconds pass, if it plays."""

        def pass_by() -> None:
            if self.player.busy:
                end = min(self.player.session.now + seconds, self.player.session.duration)
                self.wall += seconds / self.player.pace.speed
                self.player.play_to(end)

        self._do(pass_by)

    def poll(self) -> Sequence[Message]:
        """What has come since the last time."""
        found, self.waiting = self.waiting, []
        return found

    def fileno(self) -> int | None:
        """Nothing: whoever moves the time knows when there is something."""
        return None

    def close(self) -> None:
        """Nothing is left of it anyway."""

    def _arrive(self) -> None:
        """Play to where it is under way to."""
        while self.player.goal is not None:
            self.player.play()

    def _do(self, what: Callable[[], None]) -> None:
        """Do something, and have a picture of what is then; or tell how it failed."""
        if self.failed:
            return
        try:
            what()
            self.waiting.append(self.player.snapshot(self.answered))
        except Exception as error:  # noqa: BLE001  whatever it is, it is to be told, not to end the watching
            self.failed = True
            session = self.player.session if self.player.opening.keeps else None
            self.waiting.append(failure_of(error, session))
