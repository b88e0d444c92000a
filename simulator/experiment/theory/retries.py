"""What retries do to load: each failure calls for another attempt, up to a limit."""

from __future__ import annotations


def expected_attempts(retries: int, failure: float) -> float:
    """Attempts per call when each fails with the same chance, independently.

    (1 - f^(k+1))/(1 - f) for at most k retries; k + 1 when everything fails.
    """
    if failure == 1.0:
        return float(retries + 1)
    return (1.0 - failure ** (retries + 1)) / (1.0 - failure)


def success(retries: int, failure: float) -> float:
    """The chance that one of the attempts succeeds: 1 - f^(k+1)."""
    return 1.0 - failure ** (retries + 1)


def worst_amplification(layers: int, retries: int) -> int:
    """Attempts that reach the bottom of a chain whose every layer retries, when the bottom fails.

    (r + 1)^n: the reason to retry in one layer only.
    """
    return int((retries + 1) ** layers)
