"""Which ends of a request are good, which are failures, and which are neither."""

from __future__ import annotations

import numpy as np

from simulator.live.snapshot import FloatArray, History

GOOD = ("ok", "degraded")
TAKEN_BACK = "cancelled"
"""What the caller itself no longer wanted, such as the loser of a hedge: no failure, and no answer."""


def is_failure(outcome: str) -> bool:
    """The same that `Figures.failed` counts."""
    return outcome not in GOOD and outcome != TAKEN_BACK


def failures_of(history: History) -> FloatArray:
    """Failures per second, bin by bin."""
    found = np.zeros(len(history.times))
    for outcome, values in history.outcomes.items():
        if is_failure(outcome):
            found += values
    return found


def shares_failed(history: History) -> FloatArray:
    """The share of each bin that failed; 0 where nothing ended."""
    failures = failures_of(history)
    ended = failures.copy()
    for outcome in GOOD:
        ended += history.outcomes.get(outcome, 0.0)
    return np.divide(failures, ended, out=np.zeros_like(ended), where=ended > 0.0)
