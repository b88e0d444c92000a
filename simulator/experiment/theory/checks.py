"""What every formula demands of its arguments."""

from __future__ import annotations

from math import inf


def positive(**values: float) -> None:
    """Each of the named values must be a number above 0.

    Raises:
        ValueError: naming the first that is not.

    """
    for name, value in values.items():
        if not 0.0 < value < inf:
            raise ValueError(f"{name} must be above 0, not {value}")


def not_negative(**values: float) -> None:
    """Each of the named values must be a number of at least 0.

    Raises:
        ValueError: naming the first that is not.

    """
    for name, value in values.items():
        if not 0.0 <= value < inf:
            raise ValueError(f"{name} must be at least 0, not {value}")


def share(value: float) -> None:
    """A probability at which a quantile is asked for: at least 0, below 1.

    Raises:
        ValueError: if it is not.

    """
    if not 0.0 <= value < 1.0:
        raise ValueError(f"a quantile needs a share of at least 0 and below 1, not {value}")


def stable(utilization: float) -> None:
    """Without a bound on the queue there is a steady state only below full utilization.

    Raises:
        ValueError: at or above it.

    """
    if not utilization < 1.0:
        raise ValueError(
            f"no steady state: the utilization would be {utilization:.6g}, not below 1"
        )
