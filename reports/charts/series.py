"""The series of a run as lines: one value for each interval, and none where nothing was."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from simulator.experiment.result import Result
from simulator.outcome import NAMES

FloatArray = NDArray[np.float64]


def times(result: Result) -> FloatArray:
    """The starts of the intervals that the run has reached, in seconds."""
    count = max(1, int(np.ceil(result.simulated / result.interval - 1e-9)))
    return np.arange(count, dtype=np.float64) * result.interval


def lengths(result: Result) -> FloatArray:
    """How long each of them was, in seconds: the last one ends with the run."""
    return np.minimum(result.interval, result.simulated - times(result))


def middles(result: Result) -> FloatArray:
    """Where a figure of a whole interval stands: in the middle of it, in seconds."""
    return times(result) + lengths(result) / 2


def of_name(result: Result, kind: str, name: str, column: str) -> FloatArray:
    """A column of one name by interval; NaN where the table has no row for it."""
    table = result.series[kind].columns
    found = np.full(len(times(result)), np.nan)
    if column not in table:
        return found
    mine = np.array([each == name for each in table["name"]], dtype=bool)
    places = np.rint(np.asarray(table["time"], dtype=float)[mine] / result.interval).astype(int)
    inside = places < len(found)
    found[places[inside]] = np.asarray(table[column], dtype=float)[mine][inside]
    return found


def counts(result: Result, kind: str = "traffic") -> Mapping[str, FloatArray]:
    """How many ended by interval, all names together, by outcome, in the order of `NAMES`."""
    table = result.series[kind].columns
    places = np.rint(np.asarray(table["time"], dtype=float) / result.interval).astype(int)
    number = len(times(result))
    return {
        outcome: np.bincount(places, np.asarray(table[outcome]), number)[:number].astype(np.float64)
        for outcome in NAMES
        if outcome in table
    }


def by_instance(result: Result, service: str) -> FloatArray:
    """Requests in work by interval (rows) and instance of a service (columns), time-weighted means."""
    names = result.services[service].instances
    columns = {name: number for number, name in enumerate(names)}
    table = result.series["gauge"].columns
    places: NDArray[np.int64] = np.array([columns.get(each, -1) for each in table["name"]])
    rows = np.rint(np.asarray(table["time"], dtype=float) / result.interval).astype(int)
    found = np.zeros((len(times(result)), len(names)))
    mine = (places >= 0) & (rows < len(found))
    found[rows[mine], places[mine]] = np.asarray(table["busy"], dtype=float)[mine]
    return found
