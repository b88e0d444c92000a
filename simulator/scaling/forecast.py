"""A forecast of one figure from what it was so far."""

from __future__ import annotations

from collections import deque


class HoltWinters:
    """Additive exponential smoothing of a level, a trend, and a season.

    Each value x moves the three a little:

        level    = alpha (x - season before) + (1 - alpha) (level + trend)
        trend    = beta (change of level) + (1 - beta) trend
        season   = gamma (x - level) + (1 - gamma) season before

    and what is to be expected h steps on is level + h trend + season of that step. The first season
    is taken as it comes: its mean is the first level, and what each value is off that the first
    season. Until it is over, and without a season, it is Holt's linear trend: level and trend alone.

    Source: Winters, "Forecasting Sales by Exponentially Weighted Moving Averages" (Management
    Science 6(3), 1960); Hyndman and Athanasopoulos, Forecasting: Principles and Practice (3rd ed.,
    2021), sections 8.2 and 8.3.

    Args:
        season: values in a season; 0 for none.
        alpha, beta, gamma: how fast each follows, from 0 to 1.
    """

    def __init__(self, season: int, alpha: float, beta: float, gamma: float) -> None:
        self.length = season
        self.alpha = alpha
        self.beta = beta
        self.gamma = gamma
        self.count = 0
        self.level = 0.0
        self.trend = 0.0
        self.first: list[float] = []
        self.season: deque[float] = deque()
        """What each step of the coming season is off the level, the next one first."""

    def see(self, value: float) -> None:
        """The next value is there."""
        self.count += 1
        if self.count == 1:
            self.level = value
        else:
            off = self.season[0] if self.season else 0.0
            before = self.level
            expected = self.level + self.trend
            self.level = self.alpha * (value - off) + (1.0 - self.alpha) * expected
            self.trend = self.beta * (self.level - before) + (1.0 - self.beta) * self.trend
            if self.season:
                self.season.popleft()
                self.season.append(self.gamma * (value - self.level) + (1.0 - self.gamma) * off)
        if self.length and len(self.first) < self.length:
            self.first.append(value)
            if len(self.first) == self.length:
                self.level = sum(self.first) / self.length
                self.trend = 0.0
                self.season.extend(each - self.level for each in self.first)

    def ahead(self, steps: int) -> float:
        """What is to be expected so many steps on, 1 for the next value."""
        off = self.season[(steps - 1) % self.length] if self.season else 0.0
        return self.level + steps * self.trend + off
