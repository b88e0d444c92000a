"""Expectations: `shop.checkout.p99 <= 800ms during [1m, 2m]`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from simulator.scenario.problem import listed, nearest
from simulator.units import parse_duration, parse_rate, parse_share

PERCENTILES = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99, "p99.9": 0.999, "p999": 0.999}
SHARES = ("availability", "utilization")
RATES = ("throughput", "goodput")
MEASURES = ("availability", "throughput", "goodput", "mean", *PERCENTILES, "utilization")

_SHAPE = re.compile(
    r"\s*(?P<subject>.*?)\s*(?P<op><=|>=|==|!=|=|<|>)\s*(?P<bound>[^\s\[]+(?:\s+(?!during)[^\s\[]+)*?)"
    r"(?:\s+during\s*\[\s*(?P<start>[^,\]]+?)\s*,\s*(?P<end>[^,\]]+?)\s*\])?\s*"
)


@dataclass(frozen=True, slots=True)
class Expectation:
    """One steady-state hypothesis.

    `subject` is a traffic class, a service or `service.endpoint`; None is all traffic together.
    `bound` is in seconds, per second, or a share of 1, as the measure has it. `window` are seconds
    from the start of the run: what started in it counts.
    """

    text: str
    subject: str | None
    measure: str
    op: str
    bound: float
    window: tuple[float, float] | None

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
    match = _SHAPE.fullmatch(text)
    if match is None or not match["subject"]:
        raise ExpectationError(
            "expected `measure op bound`, such as `availability >= 99%` or `shop.p99 <= 800ms`",
            0,
            len(text),
        )
    if match["op"] not in (">=", "<=", ">", "<"):
        raise ExpectationError(
            f"expected `>=`, `<=`, `>` or `<`, found `{match['op']}`",
            match.start("op"),
            len(match["op"]),
        )
    subject, measure = _split(match["subject"])
    if measure not in MEASURES:
        raise ExpectationError(
            f"unknown measure `{measure}`{nearest(measure, MEASURES)}"
            if nearest(measure, MEASURES)
            else f"unknown measure `{measure}`; expected {listed(MEASURES)}",
            match.start("subject") + len(match["subject"]) - len(measure),
            len(measure),
        )
    bound = _read(match, "bound", _reader_of(measure))
    window = None
    if match["start"] is not None:
        start = _read(match, "start", parse_duration)
        end = _read(match, "end", parse_duration)
        if end <= start:
            raise ExpectationError(
                "expected a phase that ends after it starts",
                match.start("start"),
                match.end("end") - match.start("start"),
            )
        window = (start, end)
    name = "p99.9" if measure == "p999" else measure
    return Expectation(text, subject, name, match["op"], bound, window)


def _split(words: str) -> tuple[str | None, str]:
    if words == "p99.9" or words.endswith(".p99.9"):
        return words[: -len(".p99.9")] or None, "p99.9"
    subject, _, measure = words.rpartition(".")
    return subject or None, measure


def _reader_of(measure: str) -> Callable[[object], float]:
    if measure in SHARES:
        return parse_share
    return parse_rate if measure in RATES else parse_duration


def _read(match: re.Match[str], group: str, reader: Callable[[object], float]) -> float:
    words = match[group]
    try:
        return float(reader(_number(words)))
    except ValueError as error:
        raise ExpectationError(
            f"{error}, found `{words}`", match.start(group), len(words)
        ) from None


def _number(words: str) -> object:
    try:
        return float(words)
    except ValueError:
        return words
