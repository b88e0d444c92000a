"""What was kept in a folder."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

from simulator.api.compared import Compared
from simulator.api.played import Run
from simulator.api.reporting import reporting


def open(folder: str | PathLike[str]) -> Run | Compared:  # noqa: A001  `sim.open` says what it does
    """What `save` or `--out` has left in a folder: a run or a comparison.

    Raises:
        SimulatorError: if there is neither, or if a part of it is missing or damaged.
    """
    stored = reporting("stored").read_stored(Path(folder))
    if isinstance(stored, reporting("stored").StoredRun):
        return Run(stored.result, stored.scenario)
    return Compared(stored.comparison, stored.folder)
