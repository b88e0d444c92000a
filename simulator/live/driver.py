"""Between whoever watches and the simulation: commands there, messages back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import Protocol

from simulator.experiment.result import Result
from simulator.live.commands import Answer, Command, Failure
from simulator.live.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Results:
    """The results so far, for whoever asked with `Export`; the answer to that comes right after."""

    number: int
    """Of the command."""
    folder: str
    """Where they were asked to be left."""
    result: Result
    scenario: str
    """The text of the scenario that gives them, as it is left beside them."""


Message = Snapshot | Answer | Failure | Results


@dataclass(frozen=True, slots=True)
class Opening:
    """What to open, and how.

    `scenario` is a path or the name of a bundled scenario, as every command takes it; or, with `text`,
    what to call that text in messages.
    """

    scenario: str
    settings: tuple[str, ...] = ()
    """In the words of `--set`."""
    text: str | None = None
    folder: str | None = None
    """Where the files lie that a `text` names."""
    at: float = 0.0
    """The time to open at, in seconds."""
    speed: float = 1.0
    paused: bool = False
    check: bool = False
    keeps: bool = True
    """Whether a failure leaves a scenario that plays to it, in a folder of the user's."""


class Driver(Protocol):
    """A simulation that runs somewhere."""

    def send(self, command: Command) -> int:
        """Ask for something; returns the number of the command, by which it will be answered."""

    def poll(self) -> Sequence[Message]:
        """What has come since the last time, without waiting."""

    def fileno(self) -> int | None:
        """What becomes readable when there is something to poll; None if nothing does."""

    def close(self) -> None:
        """End the simulation; may be called again."""


FLAT_OUT = inf
