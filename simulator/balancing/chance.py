"""Random numbers for balancers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

FIRST: Final = 16
MOST: Final = 1024


class Chance:
    """Uniform numbers in [0, 1), drawn in blocks that grow: most balancers choose rarely.

    `fill(size)` draws a block.
    """

    __slots__ = ("cursor", "fill", "size", "values")

    def __init__(self, fill: Callable[[int], list[float]]) -> None:
        self.fill = fill
        self.values: list[float] = []
        self.cursor = 0
        self.size = FIRST

    def next(self) -> float:
        """The next number."""
        cursor = self.cursor
        if cursor == len(self.values):
            self.values = self.fill(self.size)
            self.size = min(2 * self.size, MOST)
            cursor = 0
        self.cursor = cursor + 1
        return self.values[cursor]

    def below(self, count: int) -> int:
        """A whole number from 0 to `count` - 1, each with the same chance."""
        return int(self.next() * count)
