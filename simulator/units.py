"""Durations, rates, shares and sizes as people write them, and back.

What is read is exact: a sum of decimal parts is rounded once, to the nearest float, so that `0.1s`
and `100ms` are the same number, and what is written reads back as the number it was written from.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from typing import TypeGuard

DURATION_UNITS: Mapping[str, Fraction] = {
    "d": Fraction(86400),
    "h": Fraction(3600),
    "m": Fraction(60),
    "s": Fraction(1),
    "ms": Fraction(1, 1000),
    "us": Fraction(1, 1000**2),
    "µs": Fraction(1, 1000**2),
    "ns": Fraction(1, 1000**3),
}
"""Seconds in each unit, from the largest to the smallest."""
RATE_UNITS: Mapping[str, Fraction] = {unit: DURATION_UNITS[unit] for unit in ("s", "m", "h", "d")}
SIZE_UNITS: Mapping[str, int] = {
    "B": 1,
    "kB": 1000,
    "KB": 1000,
    "MB": 1000**2,
    "GB": 1000**3,
    "TB": 1000**4,
    "KiB": 1024,
    "MiB": 1024**2,
    "GiB": 1024**3,
    "TiB": 1024**4,
}

# Three digits of exponent hold every float, and keep `1e999999999s` from filling the memory.
_NUMBER = r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?"
_UNIT = r"(?:ns|us|µs|ms|s|m|h|d)"
_SIZE_UNIT = "|".join(SIZE_UNITS)
_PART = re.compile(rf"({_NUMBER})\s*({_UNIT})")

DURATION_PATTERN = rf"^\s*(?:{_NUMBER}\s*{_UNIT}\s*)+$"
RATE_PATTERN = rf"^\s*{_NUMBER}\s*/\s*[smhd]\s*$"
SHARE_PATTERN = rf"^\s*{_NUMBER}\s*%\s*$"
SIZE_PATTERN = rf"^\s*{_NUMBER}\s*(?:{_SIZE_UNIT})\s*$"
MILLICORES_PATTERN = rf"^\s*{_NUMBER}\s*m\s*$"

_DURATION = re.compile(DURATION_PATTERN)
_RATE = re.compile(rf"({_NUMBER})\s*/\s*([smhd])")
_SHARE = re.compile(rf"({_NUMBER})\s*%")
_SIZE = re.compile(rf"({_NUMBER})\s*({_SIZE_UNIT})")
_MILLICORES = re.compile(rf"({_NUMBER})\s*m")

MOST_CORES = 1e5
"""Cores of one machine, and more than any has."""
LONGEST = 80
"""Characters; nobody writes a longer number."""


def parse_duration(given: object) -> float:
    """Seconds of `250ms`, `5s`, `1m30s`, `2h`; a bare 0 is 0.

    Raises:
        ValueError: with what was expected.
    """
    if _is_number(given):
        if given == 0:
            return 0.0
        shown = abs(given)
        raise ValueError(f"expected a duration with a unit, such as `{shown}s` or `{shown}ms`")
    text = _text(given)
    if text.startswith("-") and _DURATION.match(text[1:]):
        raise ValueError("expected a duration of at least 0")
    if not _DURATION.match(text):
        raise ValueError("expected a duration such as `250ms`, `5s` or `1m30s`")
    parts = _PART.findall(text)
    order = list(DURATION_UNITS)
    places = [order.index(unit) for _, unit in parts]
    if any(later <= earlier for earlier, later in pairwise(places)):
        raise ValueError("expected the units of a duration from large to small, as in `1m30s`")
    exact = sum((Fraction(number) * DURATION_UNITS[unit] for number, unit in parts), Fraction())
    return _rounded(exact, "a duration")


def parse_rate(given: object) -> float:
    """Per second, of `200/s`, `30/m`, `5/h`; a bare 0 is 0.

    Raises:
        ValueError: with what was expected.
    """
    if _is_number(given):
        if given == 0:
            return 0.0
        raise ValueError(f"expected a rate with a unit, such as `{abs(given)}/s`")
    text = _text(given)
    if text.startswith("-") and _RATE.fullmatch(text[1:].strip()):
        raise ValueError("expected a rate of at least 0")
    match = _RATE.fullmatch(text)
    if match is None:
        raise ValueError("expected a rate such as `200/s` or `30/m`")
    return _rounded(Fraction(match[1]) / RATE_UNITS[match[2]], "a rate")


def parse_share(given: object) -> float:
    """A part of 1, of `5%` or `0.05`.

    Raises:
        ValueError: with what was expected.
    """
    value: float | None = None
    if _is_number(given):
        value = float(given)
    elif match := _SHARE.fullmatch(_text(given)):
        value = _rounded(Fraction(match[1]) / 100, "a share")
    if value is None or not 0.0 <= value <= 1.0:
        raise ValueError("expected a share from 0 to 1, such as `5%` or `0.05`")
    return value


def parse_size(given: object) -> int:
    """Bytes of `64KiB`, `1.5MB`, `200B`; a bare 0 is 0.

    Raises:
        ValueError: with what was expected.
    """
    if _is_number(given):
        if given == 0:
            return 0
        shown = abs(given)
        raise ValueError(f"expected a size with a unit, such as `{shown}B` or `{shown}KiB`")
    match = _SIZE.fullmatch(_text(given))
    if match is None:
        raise ValueError("expected a size such as `64KiB` or `2MB`")
    exact = Fraction(match[1]) * SIZE_UNITS[match[2]]
    if exact.denominator != 1:
        raise ValueError("expected a whole number of bytes")
    return exact.numerator


def parse_cores(given: object) -> float:
    """Cores, of `0.5` or, in thousandths, `500m`.

    Raises:
        ValueError: with what was expected.
    """
    value: float | None = None
    if _is_number(given):
        value = float(given)
    elif match := _MILLICORES.fullmatch(_text(given)):
        value = _rounded(Fraction(match[1]) / 1000, "a number of cores")
    if value is None or not 0.0 < value <= MOST_CORES:
        raise ValueError("expected a number of cores above 0, such as `2`, `0.5` or `500m`")
    return value


def format_duration(seconds: float) -> str:
    """Seconds as `250ms`, `1m30s` or `2h`, exactly: `parse_duration` gives them back."""
    exact = Fraction(repr(seconds))
    if exact == 0:
        return "0s"
    if not Fraction(1, 1000**3) <= exact < 10**12:
        return f"{seconds!r}s"
    if exact < 60:
        unit = next(unit for unit, length in DURATION_UNITS.items() if length <= exact)
        return _decimal(exact / DURATION_UNITS[unit]) + unit
    words = []
    for unit in ("d", "h", "m"):
        count, exact = divmod(exact, DURATION_UNITS[unit])
        words.append(f"{count}{unit}" if count else "")
    return "".join(words) + (_decimal(exact) + "s" if exact else "")


def format_rate(per_second: float) -> str:
    """A rate in the unit that is shortest to write, exactly: `parse_rate` gives it back."""
    shortest = f"{_short(per_second)}/s"
    for unit in ("m", "h", "d"):
        text = f"{_short(per_second * float(RATE_UNITS[unit]))}/{unit}"
        if len(text) < len(shortest) and parse_rate(text) == per_second:
            shortest = text
    return shortest


def format_share(share: float) -> str:
    """A part of 1 as `5%`, exactly: `parse_share` gives it back."""
    if 0.0 < share < 1e-6:
        return repr(share)
    return _decimal(Fraction(repr(share)) * 100) + "%"


def format_size(size: int) -> str:
    """Bytes in the largest unit that leaves a whole number: `64KiB`, `2MB`, `200B`."""
    units = sorted(SIZE_UNITS.items(), key=lambda each: -each[1])
    fitting = ((unit, length) for unit, length in units if size and size % length == 0)
    unit, length = next(fitting, ("B", 1))
    return f"{size // length}{unit}"


def _is_number(given: object) -> TypeGuard[int | float]:
    return isinstance(given, (int, float)) and not isinstance(given, bool)


def _text(given: object) -> str:
    """The text to be read; what is no text, or too long for one, matches nothing."""
    return given.strip() if isinstance(given, str) and len(given) <= LONGEST else ""


def _rounded(exact: Fraction, what: str) -> float:
    try:
        return float(exact)
    except OverflowError:
        raise ValueError(f"expected {what} within the range of numbers") from None


def _short(value: float) -> str:
    return _decimal(Fraction(repr(value))) if 1e-4 <= value < 1e15 or value == 0 else repr(value)


def _decimal(exact: Fraction) -> str:
    """A number of finitely many decimals, without exponent and without trailing zeros."""
    digits = exact.denominator.bit_length() + len(str(exact.numerator))
    places = 0
    while (exact * 10**places).denominator != 1 and places <= digits:
        places += 1
    scaled = str((exact * 10**places).numerator).rjust(places + 1, "0")
    return f"{scaled[:-places]}.{scaled[-places:]}" if places else scaled
