"""A chart that would be empty."""

from __future__ import annotations

from simulator.errors import SimulatorError


class NothingToDraw(SimulatorError):
    """A run has nothing that a kind of chart could show; the message says what it would need."""
