"""Conditions that are looked at while a run is on: `shop.p99 > 1s over the last 10s`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from simulator.scenario.expectation.grammar import Expectation, parse_expectation
from simulator.scenario.expectation.measures import OUTCOMES, PERCENTILES
from simulator.scenario.expectation.phases import WORDS
from simulator.scenario.expectation.words import ExpectationError, value
from simulator.units import parse_duration

SPAN = 10.0
"""Seconds that are looked back where the text does not say."""

LEVELS = ("utilization", "queue")
ENDED = ("availability", "throughput", "goodput", "mean")
SEEN = (*ENDED, *PERCENTILES, *LEVELS, *OUTCOMES)
"""The measures that are known all along."""

_OVER = re.compile(r"\s+over\s+the\s+last\b")


@dataclass(frozen=True, slots=True)
class Condition:
    """A measure and a bound, looked at over the last `span` seconds again and again."""

    text: str
    expectation: Expectation
    span: float


def parse_condition(text: str) -> Condition:
    """Read one condition.

    Raises:
        ExpectationError: with what was expected, and where in the text.
    """
    over = _OVER.search(text)
    span = SPAN
    if over is not None:
        span = value(text, over.end(), len(text), parse_duration)
        if span <= 0.0:
            words = text[over.end() :].strip()
            column = text.index(words, over.end())
            raise ExpectationError("expected a duration above 0", column, len(words))
    measured = text if over is None else text[: over.start()]
    expectation = parse_expectation(measured)
    if expectation.window is not None or expectation.phase is not None:
        word = WORDS.search(measured, measured.index(expectation.op))
        assert word is not None
        message = "a condition has no phase: it is looked at all along, `over the last 10s`"
        raise ExpectationError(message, word.start(), len(measured) - word.start())
    measure = expectation.measure
    if measure not in SEEN:
        known = ", ".join(f"`{each}`" for each in (*ENDED, "p99", *LEVELS))
        message = f"`{measure}` is not known while the run is on; expected {known} or an outcome"
        raise ExpectationError(message, text.index(measure), len(measure))
    return Condition(text, expectation, span)
