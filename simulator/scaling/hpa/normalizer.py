"""What stands between what the metrics ask for and what is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

WITHIN: Final = "DesiredWithinRange"
"""Nothing held it back."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What comes of a recommendation.

    Attributes:
        replicas: how many there should be.
        reason: what held it back, by Kubernetes' names: WITHIN, TooFewReplicas,
            TooManyReplicas, ScaleUpLimit or ScaleDownLimit.
    """

    replicas: int
    reason: str


class Normalizer:
    """Turns what the metrics ask for into what is done: steadily, not too fast, within bounds."""

    __slots__ = ()

    def begin(self, now: float, current: int) -> None:
        """The autoscaler sees its workload for the first time, with so many replicas."""
        raise NotImplementedError

    def normalize(
        self, now: float, current: int, desired: int, minimum: int, maximum: int
    ) -> Decision:
        """How many there should be.

        Args:
            now: seconds.
            current: how many are wanted so far.
            desired: how many the metrics ask for.
            minimum: the fewest there may be.
            maximum: the most there may be.
        """
        raise NotImplementedError

    def scaled(self, now: float, before: int, after: int) -> None:
        """The number that is wanted has been changed."""
        raise NotImplementedError
