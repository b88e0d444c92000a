"""What is expected of a run: the language of expectations."""

from __future__ import annotations

from simulator.scenario.expectation.grammar import Expectation, parse_expectation
from simulator.scenario.expectation.measures import (
    MEASURES,
    NUMBERS,
    OF_FAULTS,
    OF_RUNS,
    OF_SLOS,
    PERCENTILES,
    RATES,
    SHARES,
    TABLE,
)
from simulator.scenario.expectation.phases import Phase
from simulator.scenario.expectation.words import ExpectationError

__all__ = [
    "MEASURES",
    "NUMBERS",
    "OF_FAULTS",
    "OF_RUNS",
    "OF_SLOS",
    "PERCENTILES",
    "RATES",
    "SHARES",
    "TABLE",
    "Expectation",
    "ExpectationError",
    "Phase",
    "parse_expectation",
]
