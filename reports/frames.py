"""Series and comparisons as frames of pandas, with the unit of each column in `attrs["units"]`."""

from __future__ import annotations

import numpy as np
import pandas as pd

from reports.export import unit_of
from simulator.errors import SimulatorError
from simulator.experiment.comparison import Compared, Comparison
from simulator.experiment.measures import MEASURES
from simulator.experiment.result import Result
from simulator.scenario.problem import few, nearest


def series_frame(result: Result, kind: str) -> pd.DataFrame:
    """A row for each interval and name; `time` is the start of the interval in seconds.

    Raises:
        SimulatorError: if the run has no series of that kind.
    """
    series = result.series.get(kind)
    if series is None:
        hint = nearest(kind, result.series) or few(list(result.series))
        raise SimulatorError(f"the run has no series `{kind}`{hint}")
    frame = pd.DataFrame({name: np.array(column) for name, column in series.columns.items()})
    return _with_units(frame, {name: unit_of(name) for name in frame.columns})


def comparison_frame(comparison: Comparison) -> pd.DataFrame:
    """A row for each candidate, by name: what was set, the mean of the chosen measure with its interval
    at 95 %, the difference from the baseline with its interval, its adjusted p, and the verdict.
    """
    key = comparison.measure.key
    rows = [_row(each, key) for each in comparison.candidates]
    index = pd.Index([each.name for each in comparison.candidates], name="candidate")
    frame = pd.DataFrame(rows, index=index)
    unit = _unit(key)
    measured = (key, "low", "high", "difference", "difference_low", "difference_high")
    return _with_units(frame, dict.fromkeys(measured, unit))


def replications_frame(comparison: Comparison) -> pd.DataFrame:
    """A row for each candidate and replication, with every measure as a column."""
    count = comparison.replications
    columns: dict[str, object] = {
        "candidate": [each.name for each in comparison.candidates for _ in range(count)],
        "replication": [number for _ in comparison.candidates for number in range(count)],
    }
    for key in comparison.candidates[0].measures:
        found = [each.measures[key].values for each in comparison.candidates]
        columns[key] = np.array([value for values in found for value in values], dtype=float)
    return _with_units(pd.DataFrame(columns), {key: _unit(key) for key in columns})


def _row(candidate: Compared, key: str) -> dict[str, object]:
    interval, difference = candidate.measures[key].interval, candidate.difference
    change = None if difference is None else difference.interval
    nan = float("nan")
    return {
        **candidate.settings,
        key: nan if interval is None else interval.mean,
        "low": nan if interval is None else interval.low,
        "high": nan if interval is None else interval.high,
        "difference": nan if change is None else change.mean,
        "difference_low": nan if change is None else change.low,
        "difference_high": nan if change is None else change.high,
        "p_adjusted": nan if difference is None else difference.p_adjusted,
        "verdict": "baseline" if difference is None else difference.verdict,
    }


def _unit(key: str) -> str:
    """The unit of a measure; empty for what is none, or a plain number."""
    unit = MEASURES[key].unit if key in MEASURES else "ratio"
    return "" if unit == "ratio" else unit


def _with_units(frame: pd.DataFrame, units: dict[str, str]) -> pd.DataFrame:
    frame.attrs["units"] = {name: unit for name, unit in units.items() if unit}
    return frame
