"""How much of a history failed."""

from __future__ import annotations

import numpy as np

from simulator.live.snapshot import FloatArray, History
from simulator.outcome import USABLE, is_failure


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
    for outcome in USABLE:
        ended += history.outcomes.get(outcome, 0.0)
    return np.divide(failures, ended, out=np.zeros_like(ended), where=ended > 0.0)
