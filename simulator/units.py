"""Durations, rates, shares and sizes as people write them, and back."""

from __future__ import annotations

import re
from decimal import Decimal

DURATION_UNITS = {
    "ns": Decimal("1e-9"),
    "us": Decimal("1e-6"),
    "µs": Decimal("1e-6"),
    "ms": Decimal("1e-3"),
    "s": Decimal(1),
    "m": Decimal(60),
    "h": Decimal(3600),
    "d": Decimal(86400),
}
RATE_UNITS = {"s": Decimal(1), "m": Decimal(60), "h": Decimal(3600), "d": Decimal(86400)}
SIZE_UNITS = {
    "B": 1,
    "kB": 1000,
    "MB": 1000**2,
    "GB": 1000**3,
    "KiB": 1024,
    "MiB": 1024**2,
    "GiB": 1024**3,
}

_NUMBER = r"\d+(?:\.\d*)?(?:[eE][-+]?\d+)?|\.\d+"
_PART = re.compile(rf"({_NUMBER})\s*(ns|us|µs|ms|s|m|h|d)")
_DURATION = re.compile(rf"(?:(?:{_NUMBER})\s*(?:ns|us|µs|ms|s|m|h|d)\s*)+")
_RATE = re.compile(rf"({_NUMBER})\s*/\s*(s|m|h|d)")
_SHARE = re.compile(rf"({_NUMBER})\s*%")
_SIZE = re.compile(rf"({_NUMBER})\s*([kMG]i?B|KiB|B)")

DURATION_PATTERN = r"^\s*((\d+(\.\d*)?([eE][-+]?\d+)?|\.\d+)\s*(ns|us|µs|ms|s|m|h|d)\s*)+$"
RATE_PATTERN = r"^\s*(\d+(\.\d*)?([eE][-+]?\d+)?|\.\d+)\s*/\s*(s|m|h|d)\s*$"
SHARE_PATTERN = r"^\s*(\d+(\.\d*)?|\.\d+)\s*%\s*$"


def parse_duration(text: object) -> float:
    """Seconds of `250ms`, `5s`, `1m30s`, `2h`; a bare 0 is 0.

    Raises:
        ValueError: with what was expected.
    """
    if isinstance(text, (int, float)) and not isinstance(text, bool):
        if text == 0:
            return 0.0
        raise ValueError(f"expected a duration with a unit, such as `{text}s` or `{text}ms`")
    if isinstance(text, str) and _DURATION.fullmatch(text.strip()):
        parts = _PART.findall(text)
        return float(sum(Decimal(number) * DURATION_UNITS[unit] for number, unit in parts))
    raise ValueError("expected a duration such as `250ms`, `5s` or `1m30s`")


def parse_rate(text: object) -> float:
    """Per second, of `200/s`, `30/m`, `5/h`; a bare 0 is 0.

    Raises:
        ValueError: with what was expected.
    """
    if isinstance(text, (int, float)) and not isinstance(text, bool):
        if text == 0:
            return 0.0
        raise ValueError(f"expected a rate with a unit, such as `{text}/s`")
    if isinstance(text, str) and (match := _RATE.fullmatch(text.strip())):
        return float(Decimal(match[1]) / RATE_UNITS[match[2]])
    raise ValueError("expected a rate such as `200/s` or `30/m`")


def parse_share(text: object) -> float:
    """A part of 1, of `5%` or `0.05`.

    Raises:
        ValueError: with what was expected.
    """
    value: float | None = None
    if isinstance(text, (int, float)) and not isinstance(text, bool):
        value = float(text)
    elif isinstance(text, str) and (match := _SHARE.fullmatch(text.strip())):
        value = float(Decimal(match[1]) / 100)
    if value is None or not 0.0 <= value <= 1.0:
        raise ValueError("expected a share from 0 to 1, such as `5%` or `0.05`")
    return value


def parse_size(text: object) -> int:
    """Bytes of `64KiB`, `1.5MB`, `200B`.

    Raises:
        ValueError: with what was expected.
    """
    if isinstance(text, str) and (match := _SIZE.fullmatch(text.strip())):
        return int(Decimal(match[1]) * SIZE_UNITS[match[2]])
    raise ValueError("expected a size such as `64KiB` or `2MB`")


def format_duration(seconds: float) -> str:
    """Seconds as one number with the unit that fits, exactly: `parse_duration` gives them back."""
    exact = Decimal(repr(seconds))
    if exact == 0:
        return "0s"
    for unit in ("d", "h", "m"):
        if exact % DURATION_UNITS[unit] == 0:
            return _plain(exact / DURATION_UNITS[unit]) + unit
    for unit in ("s", "ms", "us", "ns"):
        if exact >= DURATION_UNITS[unit]:
            return _plain(exact / DURATION_UNITS[unit]) + unit
    return _plain(exact / DURATION_UNITS["ns"]) + "ns"


def format_rate(per_second: float) -> str:
    """A rate per second, exactly."""
    return _plain(Decimal(repr(per_second))) + "/s"


def _plain(number: Decimal) -> str:
    """A decimal without exponent and without trailing zeros."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
