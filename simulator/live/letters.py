"""What goes over the connection between a driver and its process, beside messages."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.live.commands import Command
from simulator.live.driver import Opening


@dataclass(frozen=True, slots=True)
class Open:
    """What to open: the first thing that is said."""

    opening: Opening


@dataclass(frozen=True, slots=True)
class Ask:
    """A command, with its number."""

    number: int
    command: Command


@dataclass(frozen=True, slots=True)
class Seen:
    """Whoever watches has the snapshot of that number, and is ready for another."""

    number: int


@dataclass(frozen=True, slots=True)
class Kept:
    """What was done so far, as a scenario: should the process die without a word."""

    scenario: str
