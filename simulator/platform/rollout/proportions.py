"""How a change of the number of instances is shared out between versions in a rolling update."""

from __future__ import annotations

from collections.abc import Sequence
from math import copysign, floor


def share_out(sizes: Sequence[int], before: int, wanted: int, surge: int) -> list[int]:
    """The new sizes of all versions, when the number of instances wanted changes in mid-rollout.

    In the real world: each version grows or shrinks in proportion to its size, so that an autoscaler
    does not undo or hurry a rollout. What rounding leaves over goes to the largest.

    Args:
        sizes: how many instances of each version there are, the oldest version first.
        before: how many there were allowed to be so far: wanted and surge.
        wanted: how many are wanted from now on.
        surge: how many there may be beyond that, from now on.

    Source: Kubernetes, "Deployments", "Proportional scaling"; pkg/controller/deployment/sync.go,
    `scale`; util, `GetProportion`.
    """
    allowed = wanted + surge if wanted > 0 else 0
    to_add = allowed - sum(sizes)
    result = list(sizes)
    if to_add == 0:
        return result
    # Of two versions of one size the newer grows first, and the older shrinks first.
    order = sorted(
        (number for number, size in enumerate(sizes) if size > 0),
        key=lambda number: (-sizes[number], -number if to_add > 0 else number),
    )
    added = 0
    for number in order:
        fraction = -sizes[number]
        if wanted > 0:
            fraction = _rounded(sizes[number] * allowed / before) - sizes[number]
        left = to_add - added
        part = min(fraction, left) if to_add > 0 else max(fraction, left)
        result[number] += part
        added += part
    if order:
        largest = order[0]
        result[largest] = max(0, result[largest] + to_add - added)
    return result


def _rounded(value: float) -> int:
    """To the nearest whole number, and halves away from zero."""
    return int(copysign(floor(abs(value) + 0.5), value))
