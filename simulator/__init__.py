"""Aftershock: a chaos and resilience simulator for microservices.

For a notebook or a program of yours, `import simulator as sim`: docs/python.md. Its names are imported
when they are first asked for, so that a part of the simulator can be imported by itself.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.api.compared import Compared, compare
    from simulator.api.opened import open  # noqa: A004  `sim.open` says what it does
    from simulator.api.played import Run, run
    from simulator.api.scenario import Scenario, load, scenarios
    from simulator.errors import SimulatorError

_HOMES = {
    "Compared": "simulator.api.compared",
    "Run": "simulator.api.played",
    "Scenario": "simulator.api.scenario",
    "SimulatorError": "simulator.errors",
    "compare": "simulator.api.compared",
    "load": "simulator.api.scenario",
    "open": "simulator.api.opened",
    "run": "simulator.api.played",
    "scenarios": "simulator.api.scenario",
}

__all__ = [
    "Compared",
    "Run",
    "Scenario",
    "SimulatorError",
    "compare",
    "load",
    "open",
    "run",
    "scenarios",
]


if not TYPE_CHECKING:
    # Out of the type checker's sight: for it, a name that is not there is a mistake.

    def __getattr__(name):
        """What is asked for, from its home."""
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = globals()[name] = getattr(import_module(_HOMES[name]), name)
        return value

    def __dir__():
        """All names, for completion."""
        return sorted({*globals(), *_HOMES})
