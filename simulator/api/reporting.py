"""Frames, charts, files and tables, which the layer above makes."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from simulator.errors import SimulatorError


class MissingError(SimulatorError):
    """A library that is needed is not installed."""


def reporting(name: str) -> Any:
    """A module of `reports`.

    It is imported by its name and when it is needed, because no part of the simulator may depend on
    the reports, which are made of its results: a run can be played where there is no matplotlib.

    Raises:
        MissingError: if it, or a library that it needs, is not installed.
    """
    try:
        return import_module(f"reports.{name}")
    except ModuleNotFoundError as error:
        missing = (error.name or name).partition(".")[0]
        hint = "install Aftershock with its extra: `pip install '.[notebook]'`"
        raise MissingError(f"`{missing}` is not installed; {hint}") from None
