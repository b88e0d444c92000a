"""Expectations: `shop.checkout.p99 <= 800ms during [1m, 2m]`, `recovery of crash <= 20s`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from simulator.scenario.problem import few, found, nearest
from simulator.scenario.read import scalar
from simulator.units import parse_duration, parse_rate, parse_share

PERCENTILES = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99, "p99.9": 0.999, "p999": 0.999}
SHARES = ("availability", "utilization")
RATES = ("throughput", "goodput")
OF_FAULTS = ("recovery", "detection")
"""Measures of the run's faults: seconds from the start of each."""
MEASURES = (
    "availability",
    "throughput",
    "goodput",
    "mean",
    *PERCENTILES,
    "utilization",
    *OF_FAULTS,
)
LONGEST = 300
"""Characters of an expectation."""

EXAMPLES = "such as `availability >= 99%` or `shop.p99 <= 800ms`"

_WORD = re.compile(r"\S+")
_OP = re.compile(r"[<>=!~]+")
_OF_FAULT = re.compile(rf"({'|'.join(OF_FAULTS)})\s+of\s+(\S+)$")
_DURING = re.compile(r"\bduring\b")


@dataclass(frozen=True, slots=True)
class Expectation:
    """One steady-state hypothesis.

    `subject` is a traffic class, a service or `service.endpoint`; None is all traffic together.
    `bound` is in seconds, per second, or a share of 1, as the measure has it. `window` are seconds
    from the start of the run: what started in it counts. `fault` names the one that `recovery` or
    `detection` is about; None is the worst of all.
    """

    text: str
    subject: str | None
    measure: str
    op: str
    bound: float
    window: tuple[float, float] | None
    fault: str | None = None

    def holds(self, value: float | None) -> bool:
        """Whether `value` meets the bound; a value that was not measured meets nothing."""
        if value is None:
            return False
        if self.op == ">=":
            return value >= self.bound
        if self.op == "<=":
            return value <= self.bound
        return value > self.bound if self.op == ">" else value < self.bound


class ExpectationError(ValueError):
    """An expectation cannot be read; `column` counts from 0 within its text."""

    def __init__(self, message: str, column: int, length: int) -> None:
        super().__init__(message)
        self.column = column
        self.length = max(1, length)


def parse_expectation(text: str) -> Expectation:
    """Read one expectation.

    Raises:
        ExpectationError: with what was expected, and where in the text.
    """
    if len(text) > LONGEST:
        raise ExpectationError(f"longer than {LONGEST} characters", 0, len(text))
    op = _OP.search(text)
    if op is None:
        message = f"expected a measure, a comparison and a bound, {EXAMPLES}"
        raise ExpectationError(message, 0, len(text))
    subject, measure, fault = _measured(text, op.start())
    if op[0] not in (">=", "<=", ">", "<"):
        message = f"expected `>=`, `<=`, `>` or `<`, found `{op[0]}`"
        raise ExpectationError(message, op.start(), len(op[0]))
    during = _DURING.search(text, op.end())
    end = during.start() if during else len(text)
    bound = _value(text, op.end(), end, _reader_of(measure))
    window = _window(text, during.end()) if during else None
    if during and measure in OF_FAULTS:
        message = f"`{measure}` has no phase: it counts from the start of a fault"
        raise ExpectationError(message, during.start(), len(text) - during.start())
    name = "p99.9" if measure == "p999" else measure
    return Expectation(text, subject, name, op[0], bound, window, fault)


def _measured(text: str, end: int) -> tuple[str | None, str, str | None]:
    """The subject, the measure and the fault, which stand before the comparison."""
    words = text[:end].strip()
    at = text.find(words)
    if not words:
        raise ExpectationError(f"expected a measure before `{text[end]}`, {EXAMPLES}", end, 1)
    of_fault = _OF_FAULT.match(words)
    if of_fault:
        return None, of_fault[1], of_fault[2]
    if " " in words:
        second = _WORD.search(words, words.index(" "))
        assert second is not None
        message = f"expected a comparison such as `>=` before {found(second[0])}"
        raise ExpectationError(message, at + second.start(), len(second[0]))
    subject, _, measure = words.rpartition(".")
    if words == "p99.9" or words.endswith(".p99.9"):
        subject, measure = words[: -len(".p99.9")], "p99.9"
    if measure not in MEASURES:
        hint = nearest(measure, MEASURES) or few(MEASURES, len(MEASURES))
        column = at + len(words) - len(measure)
        raise ExpectationError(f"unknown measure `{measure}`{hint}", column, len(measure))
    if words.startswith("."):
        raise ExpectationError("expected a name before the `.`", at, 1)
    if subject and measure in OF_FAULTS:
        message = f"`{measure}` is that of a fault, as in `{measure} of NAME <= 20s`"
        raise ExpectationError(message, at, len(subject))
    return subject or None, measure, None


def _reader_of(measure: str) -> Callable[[object], float]:
    if measure in SHARES:
        return parse_share
    return parse_rate if measure in RATES else parse_duration


def _value(text: str, start: int, end: int, reader: Callable[[object], float]) -> float:
    """What stands between two columns, as a number with or without a unit."""
    words = text[start:end].strip()
    column = text.find(words, start) if words else min(start, len(text) - 1)
    try:
        return reader(scalar(words))
    except ValueError as error:
        message = f"{error}, found {found(words or None)}"
        raise ExpectationError(message, column, len(words)) from None


def _window(text: str, start: int) -> tuple[float, float]:
    """The phase after `during`."""
    opening, comma, closing = (text.find(char, start) for char in "[,]")
    if not start <= opening < comma < closing or text[start:opening].strip():
        message = "expected a phase such as `during [1m, 2m]`"
        raise ExpectationError(message, start - len("during"), len(text) - start + len("during"))
    if text[closing + 1 :].strip():
        rest = text[closing + 1 :].strip()
        message = f"expected nothing after the phase, found {found(rest)}"
        raise ExpectationError(message, text.index(rest, closing + 1), len(rest))
    begin = _value(text, opening + 1, comma, parse_duration)
    end = _value(text, comma + 1, closing, parse_duration)
    if end <= begin:
        message = "expected a phase that ends after it begins"
        raise ExpectationError(message, opening, closing - opening + 1)
    return begin, end
