"""How an autoscaler without a `behavior` holds itself back."""

from __future__ import annotations

from simulator.scaling.hpa.normalizer import WITHIN, Decision, Normalizer
from simulator.scaling.hpa.recommendations import Recommendations

SCALE_UP_FACTOR = 2
SCALE_UP_MINIMUM = 4


class PlainNormalizer(Normalizer):
    """What is done where no `behavior` is given.

    In the real world: the highest recommendation of the last five minutes counts, so that a lull
    takes nothing away; and one step at most doubles the number, or leads to 4.

    Here: the same. A `behavior` in autoscaling/v2 brings defaults of its own, which differ in that
    4 may be added to what there was 15 s ago.

    Source: Kubernetes, pkg/controller/podautoscaler/horizontal.go, normalizeDesiredReplicas and
    convertDesiredReplicasWithRules; --horizontal-pod-autoscaler-downscale-stabilization.

    Args:
        window: how far back recommendations count, in seconds.
    """

    __slots__ = ("recommendations", "window")

    def __init__(self, window: float = 300.0) -> None:
        self.window = window
        self.recommendations = Recommendations()

    def begin(self, now: float, current: int) -> None:
        self.recommendations.begin(now, current)

    def normalize(
        self, now: float, current: int, desired: int, minimum: int, maximum: int
    ) -> Decision:
        return self.limited(current, self.stabilized(now, desired), minimum, maximum)

    def stabilized(self, now: float, desired: int) -> int:
        """The highest recommendation of the window, of which the new one is part."""
        since = now - self.window
        result = self.recommendations.highest(since, desired)
        self.recommendations.record(now, desired, since)
        return result

    def limited(self, current: int, desired: int, minimum: int, maximum: int) -> Decision:
        """Within bounds, and not too many at once."""
        limit = max(SCALE_UP_FACTOR * current, SCALE_UP_MINIMUM)
        if desired < minimum:
            return Decision(minimum, "TooFewReplicas")
        if maximum > limit:
            if desired > limit:
                return Decision(limit, "ScaleUpLimit")
        elif desired > maximum:
            return Decision(maximum, "TooManyReplicas")
        return Decision(desired, WITHIN)

    def scaled(self, now: float, before: int, after: int) -> None:
        """Nothing: what was done before is not looked at."""
