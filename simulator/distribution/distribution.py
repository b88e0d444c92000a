"""What every distribution can tell and do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from math import sqrt

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


class Distribution(ABC):
    """A law for values of at least 0 (seconds, unless a class says otherwise).

    Samples come from the methods of numpy's `Generator`, whose scalar C code gives the same bits on
    every processor, unlike numpy's vectorised transcendental functions.
    """

    @abstractmethod
    def sample(self, generator: np.random.Generator, size: int) -> FloatArray:
        """`size` independent values."""

    @property
    @abstractmethod
    def mean(self) -> float:
        """The expected value."""

    @property
    @abstractmethod
    def variance(self) -> float:
        """The variance; infinite where it does not exist."""

    @abstractmethod
    def cdf(self, x: float) -> float:
        """The chance of a value of at most `x`."""

    @abstractmethod
    def quantile(self, share: float) -> float:
        """The least value that a share of at least `share` (0 to 1) of the values does not pass."""

    @property
    def sd(self) -> float:
        """The standard deviation."""
        return sqrt(self.variance)


def positive(name: str, value: float) -> float:
    """`value`, which must be a number above 0.

    Raises:
        ValueError: if it is not.
    """
    if not 0.0 < value < float("inf"):
        raise ValueError(f"{name} must be above 0, not {value}")
    return value


def not_negative(name: str, value: float) -> float:
    """`value`, which must be a number of at least 0.

    Raises:
        ValueError: if it is not.
    """
    if not 0.0 <= value < float("inf"):
        raise ValueError(f"{name} must be at least 0, not {value}")
    return value
