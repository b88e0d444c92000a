"""Models that have both an exact solution and a scenario.

Run lengths are such that ten replications give intervals well below 2 % of the value, which is why
the loads are moderate: at a load of 0.9 a queue forgets its past so slowly that the same width
takes some twenty times as many requests.
"""

from __future__ import annotations

from simulator.experiment.theory.case import Case
from simulator.experiment.theory.cases import closed, general, losses, markov, networks


def cases() -> list[Case]:
    """All of them, in the order of the table."""
    return [
        *markov.cases(),
        *losses.cases(),
        *general.cases(),
        *networks.cases(),
        *closed.cases(),
    ]
