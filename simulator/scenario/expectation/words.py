"""What stands in an expectation: numbers with units, and how a mistake in one is told."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction

from simulator.scenario.problem import found
from simulator.scenario.read import scalar
from simulator.units import parse_share

Reader = Callable[[object], float]

_PERCENT = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)\s*%")


class ExpectationError(ValueError):
    """An expectation cannot be read; `column` counts from 0 within its text."""

    def __init__(self, message: str, column: int, length: int) -> None:
        super().__init__(message)
        self.column = column
        self.length = max(1, length)


def parse_number(given: object) -> float:
    """A plain number, such as 20 or 1.5.

    Raises:
        ValueError: with what was expected.
    """
    if isinstance(given, (int, float)) and not isinstance(given, bool) and given >= 0.0:
        return float(given)
    raise ValueError("expected a number of at least 0, without a unit")


def parse_part(given: object) -> float:
    """A part of 1 that may be more than all of it, of `150%` or `1.5`.

    Raises:
        ValueError: with what was expected.
    """
    percent = percent_of(given)
    if percent is not None:
        return percent
    try:
        return parse_number(given)
    except ValueError:
        raise ValueError("expected a share such as `50%` or `0.5`") from None


def percent_of(given: object) -> float | None:
    """The part of 1 that `5%` is; None for what is no percentage."""
    match = _PERCENT.fullmatch(given.strip()) if isinstance(given, str) else None
    return None if match is None else float(Fraction(match[1]) / 100)


def value(text: str, start: int, end: int, reader: Reader) -> float:
    """What stands between two columns, as a number with or without a unit.

    Raises:
        ExpectationError: with what was expected there.
    """
    words = text[start:end].strip()
    column = text.find(words, start) if words else min(start, len(text) - 1)
    try:
        return reader(scalar(words))
    except ValueError as error:
        message = f"{error}, found {found(words or None)}"
        raise ExpectationError(message, column, len(words)) from None


def tolerance(
    text: str, start: int, end: int, bound: float, reader: Reader, *, points: bool
) -> float:
    """What stands after `+-`, in the unit of the bound.

    A percentage is one of the bound; of a measure that is a share itself (`points`) it is that many
    points, since 99 % +- 0.5 % means from 98.5 % to 99.5 %.
    """
    percent = percent_of(text[start:end])
    if percent is None or points:
        return value(text, start, end, parse_share if points else reader)
    return percent * bound
