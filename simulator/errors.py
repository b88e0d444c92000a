"""The root of every error that a user can cause."""

from __future__ import annotations


class SimulatorError(Exception):
    """Something the user gave cannot be used; `str()` of it is the whole message to show."""
