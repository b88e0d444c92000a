"""What keys share that do something to the simulation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from simulator.live.commands import Answer, Command
from simulator.live.snapshot import Snapshot
from tui.actions.aim import NoAim
from tui.desk import Desk
from tui.dialogs.choice import Choice, ChoiceDialog

Found = TypeVar("Found")

GLANCE = 0.05
"""Seconds between two looks at where the simulation is."""


class Doing(Desk):
    """What keys share that do something to the simulation."""

    def in_play(self) -> Snapshot | None:
        """The newest snapshot, if anything can be done to what it shows; says why where it cannot."""
        snapshot = self.watching.snapshot
        if snapshot is None:
            self.warn("the scenario is still being opened")
        elif snapshot.state in ("ended", "stopped"):
            self.warn("the run is over: [ goes back to where something can be done")
        else:
            return snapshot
        return None

    def aimed(self, find: Callable[[Snapshot], Found]) -> tuple[Snapshot, Found] | None:
        """The newest snapshot, and whom `find` says that the selection means in it.

        None where nothing can be done, or where it means nobody; says why.
        """
        snapshot = self.in_play()
        if snapshot is None:
            return None
        try:
            return snapshot, find(snapshot)
        except NoAim as why:
            self.warn(str(why))
            return None

    def do(self, command: Command, by: str = "") -> None:
        """Do something, and say what it was, by how much, and how it is undone."""

        def told(answer: Answer) -> None:
            if answer.done:
                self.did(f"{answer.text}, {by}" if by else answer.text)
            else:
                self.warn(answer.text)

        self.ask(command, told)

    def do_in_turn(self, commands: Sequence[Command]) -> None:
        """Do several things, each when the simulation is back from where the one before led it.

        What has to be worked into the world from its start takes a journey, on which it can do
        nothing else.
        """

        def told(answer: Answer) -> None:
            if not answer.done:
                self.warn(answer.text)
            elif rest := commands[1:]:
                self.when_back(answer.number, lambda: self.do_in_turn(rest))
            else:
                self.did(answer.text)

        self.ask(commands[0], told)

    def when_back(self, number: int, then: Callable[[], None]) -> None:
        """Go on once a picture shows that what command `number` has begun is over."""
        snapshot = self.watching.snapshot
        if self.watching.failure is not None:
            return
        if snapshot and snapshot.answered >= number and snapshot.state != "replaying":
            then()
        else:
            self.set_timer(GLANCE, lambda: self.when_back(number, then))

    def did(self, text: str) -> None:
        """Say what was done, and how it is undone."""
        self.say(f"{text or 'done'} · u undoes it")

    def pick(self, heading: str, choices: Sequence[Choice], then: Callable[[str], None]) -> None:
        """Ask for one of several, or go on with the only one there is."""
        if len(choices) == 1:
            then(choices[0].key)
        else:
            self.choose(heading, choices, then)

    def choose(self, heading: str, choices: Sequence[Choice], then: Callable[[str], None]) -> None:
        """Ask for one of several, and go on with it if one is taken."""
        self.push_screen(ChoiceDialog(heading, choices), lambda key: then(key) if key else None)
