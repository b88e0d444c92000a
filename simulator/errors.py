"""The errors that everything shares."""

from __future__ import annotations


class SimulatorError(Exception):
    """Something the user gave cannot be used; `str()` of it is the whole message to show."""


class LawBroken(AssertionError):
    """The simulation did something that nothing real could do: a defect of ours, never of a user."""
