"""Random values found by the number of the request that uses them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

FIRST_BLOCK: Final = 64
DOUBLINGS: Final = 4
FULL_BLOCK: Final = FIRST_BLOCK << DOUBLINGS
RAMP: Final = FULL_BLOCK - FIRST_BLOCK
"""How many values the blocks before the first full one hold."""
KEPT: Final = 8
"""Blocks kept beside the current one, for requests that overtake each other."""


def block_of(index: int) -> int:
    """The number of the block that holds the value of request `index`."""
    if index >= RAMP:
        return DOUBLINGS + (index - RAMP) // FULL_BLOCK
    return (index // FIRST_BLOCK + 1).bit_length() - 1


def block_span(block: int) -> tuple[int, int]:
    """The first index and the size of a block: 64, 128, 256, 512, then 1024 for ever."""
    if block >= DOUBLINGS:
        return RAMP + (block - DOUBLINGS) * FULL_BLOCK, FULL_BLOCK
    return FIRST_BLOCK * ((1 << block) - 1), FIRST_BLOCK << block


class Draws:
    """The values of one random quantity, one for each request, whoever asks first.

    Value `i` is the one that request `i` gets, whether or not the requests before it ever asked.
    A retry, a slow balancer or an open breaker therefore cannot shift the draws of other requests,
    which gives the candidates of a comparison common random numbers. Values are drawn in blocks,
    each from a generator of its own (`fill(block, size)`), small ones first, because most places in
    a call tree are visited rarely; a block that is needed again later is drawn again, the same.
    """

    __slots__ = ("end", "fill", "kept", "start", "values")

    def __init__(self, fill: Callable[[int, int], list[float]]) -> None:
        self.fill = fill
        self.start = 0
        self.end = 0
        self.values: list[float] = []
        self.kept: dict[int, list[float]] = {}

    def at(self, index: int) -> float:
        """The value of request `index`."""
        if not self.start <= index < self.end:
            self.turn_to(index)
        return self.values[index - self.start]

    def turn_to(self, index: int) -> None:
        """Make the block that holds `index` the current one."""
        block = block_of(index)
        start, size = block_span(block)
        values = self.kept.get(block)
        if values is None:
            values = self.fill(block, size)
            if len(self.kept) >= KEPT:
                oldest = min(self.kept)
                del self.kept[oldest]
            self.kept[block] = values
        self.start = start
        self.end = start + size
        self.values = values
