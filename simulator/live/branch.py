"""What was done in a session, as data: deeds on the clock, and branches of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

MOST_BRANCHES = 50
MOST_DEEDS = 500
"""On all branches together."""

AS_WRITTEN = "as written"
"""What the first branch is called as long as nothing is done on it."""


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that was done, between two events.

    A deed is `structural` if the world has to be built anew for it. Whatever a kind of deed has no use
    for is left at its default.
    """

    time: float
    """Seconds of the simulated clock."""
    what: Literal["inject", "end", "scale"]
    name: str
    """Of the fault, or of the service that is scaled."""
    words: str = ""
    """What was done, for people."""
    fault: str = ""
    """The fault that was injected: the entry of the list `faults`, as JSON."""
    lasts: float = 0.0
    """For how long the fault that is ended has lasted, in seconds."""
    replicas: int = 0
    takes_back: int = 0
    """How many of the last deeds that scaled this service hold no longer."""
    structural: bool = False


@dataclass(frozen=True, slots=True)
class Branch:
    """One line of what was done: the scenario itself, or where somebody went back and did otherwise."""

    number: int
    parent: int | None = None
    since: float = 0.0
    """When it left its parent, in seconds."""
    deeds: tuple[Deed, ...] = ()
    """All of them in the order of time, those that it has from its parents too."""
    inherited: int = 0
    """How many it has from its parents."""
    reached: float = 0.0
    """How far it has been played, in seconds."""

    @property
    def title(self) -> str:
        """What was done first on it."""
        own = self.deeds[self.inherited :]
        return own[0].words if own else AS_WRITTEN

    @property
    def structural(self) -> tuple[Deed, ...]:
        """The deeds that its world is built with."""
        return tuple(each for each in self.deeds if each.structural)

    def before(self, time: float) -> tuple[Deed, ...]:
        """The deeds that are worked into the running world before a time."""
        return tuple(each for each in self.deeds if not each.structural and each.time < time)


@dataclass(frozen=True, slots=True)
class Log:
    """All branches, and which is the current one, without any world."""

    branches: tuple[Branch, ...]
    current: int


@dataclass(frozen=True, slots=True)
class Mark:
    """Of which deeds a world is the product, and its time in seconds."""

    structural: tuple[Deed, ...]
    applied: tuple[Deed, ...]
    time: float
