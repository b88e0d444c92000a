"""How long an instance takes to start, and how it is let go."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.call.draws import Draws


@dataclass(frozen=True, slots=True)
class StartUp:
    """What lies between the wish for an instance and a process that runs.

    The image is pulled by a node that has not got it; where there are no nodes, for every instance.
    Then the process boots. Each takes a time in seconds, found by the number of the start.
    """

    pull: Draws
    boot: Draws


@dataclass(frozen=True, slots=True)
class ShutDown:
    """How an instance is let go; times in seconds from the moment at which it is told.

    Attributes:
        grace: after this it is killed, whatever it still has (`terminationGracePeriodSeconds`).
        delay: until then it goes on as if nothing had happened (a `preStop` hook that sleeps), so
            that those who have not heard of it yet are served; afterwards it takes nothing new.
    """

    grace: float
    delay: float
