"""How many are hit: one, all, a number, a share, or a share that is drawn too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import TypeVar

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Mode:
    """How many of those that a selector finds are hit; which ones is drawn.

    `fixed` is a number, `share` a part of all, rounded up, so that some share hits somebody (Chaos
    Mesh rounds down). With `most_percent` a whole percentage is drawn each time, all from 0 to that
    one with the same chance, and so many are hit, rounded down as Chaos Mesh does: nobody, perhaps.

    Source: Chaos Mesh, `mode`; pkg/selector/generic/mode.go.
    """

    fixed: int | None = None
    share: float | None = None
    most_percent: int | None = None

    @property
    def everybody(self) -> bool:
        """Whether all are hit, and nobody needs to be drawn."""
        return self.fixed is None and self.share is None and self.most_percent is None

    def choose(self, found: Sequence[Thing], shuffled: Callable[[int], list[int]]) -> list[Thing]:
        """Those that are hit, in their own order; `shuffled(n)` gives 0..n-1 in a random order."""
        if self.everybody:
            return list(found)
        count = self.fixed
        if self.share is not None:
            count = ceil(self.share * len(found) - 1e-9)
        elif self.most_percent is not None:
            percent = shuffled(self.most_percent + 1)[0]
            count = percent * len(found) // 100
        assert count is not None
        drawn = sorted(shuffled(len(found))[: min(count, len(found))])
        return [found[place] for place in drawn]
