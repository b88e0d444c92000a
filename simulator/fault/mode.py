"""How many are hit: one, all, a number, or a share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import TypeVar

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Mode:
    """How many of those that a selector finds are hit; which ones is drawn.

    `fixed` is a number, `share` a part of all (rounded up, so that some share hits somebody).
    Source: Chaos Mesh, `mode`.
    """

    fixed: int | None = None
    share: float | None = None

    @property
    def everybody(self) -> bool:
        """Whether all are hit, and nobody needs to be drawn."""
        return self.fixed is None and self.share is None

    def choose(self, found: Sequence[Thing], shuffled: Callable[[int], list[int]]) -> list[Thing]:
        """Those that are hit, in their own order; `shuffled(n)` gives 0..n-1 in a random order."""
        if self.everybody:
            return list(found)
        count = self.fixed if self.share is None else ceil(self.share * len(found) - 1e-9)
        assert count is not None
        drawn = sorted(shuffled(len(found))[: min(count, len(found))])
        return [found[place] for place in drawn]
