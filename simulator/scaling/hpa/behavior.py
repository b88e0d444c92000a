"""The `behavior` of a HorizontalPodAutoscaler: how fast it may go up and down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from simulator.scaling.hpa.normalizer import WITHIN, Decision, Normalizer
from simulator.scaling.hpa.recommendations import Recommendations


class ScalingPolicy:
    """So much change is allowed within a period.

    Attributes:
        period: seconds.
    """

    __slots__ = ("period",)

    def __init__(self, period: float) -> None:
        self.period = period

    def most(self, start: int) -> int:
        """How many there may be, from so many at the beginning of the period."""
        raise NotImplementedError

    def fewest(self, start: int) -> int:
        """How few there may be, from so many at the beginning of the period."""
        raise NotImplementedError


class PodsPolicy(ScalingPolicy):
    """A number of pods."""

    __slots__ = ("pods",)

    def __init__(self, pods: int, period: float) -> None:
        super().__init__(period)
        self.pods = pods

    def most(self, start: int) -> int:
        return start + self.pods

    def fewest(self, start: int) -> int:
        return start - self.pods


class PercentPolicy(ScalingPolicy):
    """A share of those at the beginning of the period.

    What there may be is rounded up on the way up, and cut on the way down, so that a small share
    still moves something: with half, from 5 up to 8 or down to 2.
    """

    __slots__ = ("share",)

    def __init__(self, share: float, period: float) -> None:
        super().__init__(period)
        self.share = share

    def most(self, start: int) -> int:
        return ceil(start * (1.0 + self.share))

    def fewest(self, start: int) -> int:
        return int(start * (1.0 - self.share))


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one direction.

    Attributes:
        select: which policy counts: "max" that which allows the most change, "min" that which allows
            the least; "disabled" allows none.
        policies: what is allowed.
        window: seconds; the least change that was recommended within it counts.
    """

    select: str
    policies: Sequence[ScalingPolicy]
    window: float

    @property
    def longest(self) -> float:
        """The longest period of a policy, in seconds."""
        return max([policy.period for policy in self.policies])


def default_scale_up() -> Rules:
    """What a `behavior` does on the way up unless it says otherwise: double, or add 4, every 15 s."""
    return Rules("max", (PodsPolicy(4, 15.0), PercentPolicy(1.0, 15.0)), 0.0)


def default_scale_down(window: float = 300.0) -> Rules:
    """What a `behavior` does on the way down unless it says otherwise: anything, after 5 minutes."""
    return Rules("max", (PercentPolicy(1.0, 15.0),), window)


@dataclass(slots=True)
class ScaleEvent:
    """A change of the number of replicas, as a positive number, at some time in seconds."""

    change: int
    time: float


class ScaleEvents:
    """The changes in one direction that a policy may still count.

    Source: Kubernetes, pkg/controller/podautoscaler/horizontal.go, storeScaleEvent and
    getReplicasChangePerPeriod.
    """

    __slots__ = ("log",)

    def __init__(self) -> None:
        self.log: list[ScaleEvent] = []

    def within(self, now: float, period: float) -> int:
        """By how many the number was changed within a period until now."""
        return sum([each.change for each in self.log if each.time > now - period])

    def record(self, now: float, change: int, useful: float) -> None:
        """Write a change down, over the last that is more than `useful` seconds old if there is one."""
        new = ScaleEvent(change, now)
        for place in range(len(self.log) - 1, -1, -1):
            if self.log[place].time < now - useful:
                self.log[place] = new
                return
        self.log.append(new)


class Behavior(Normalizer):
    """Steady, and not too fast, by rules for each direction.

    In the real world: there may be no more than the lowest recommendation of the window of `scaleUp`
    and no fewer than the highest of that of `scaleDown`; between the two the number stays as it is.
    Then each policy says how far it may go from what there was at the beginning of its period, and
    the policy that is selected counts. Bounds come last.

    Here: as in Kubernetes now. It differs from 1.20 in that what there was at the beginning of a
    period is found from what was added and from what was taken away, whichever way it goes (pull
    request 109058), and in that the windows hold back the current number, not the desired one. As
    there, a change that is too old for the policies of its own direction may be overwritten, even
    if a policy of the other direction has a longer period.

    Source: Kubernetes, pkg/controller/podautoscaler/horizontal.go, stabilizeRecommendationWithBehaviors,
    convertDesiredReplicasWithBehaviorRate; pkg/apis/autoscaling/v2/defaults.go.

    Args:
        up: what counts when there would be more.
        down: what counts when there would be fewer.
    """

    __slots__ = ("added", "down", "recommendations", "removed", "up")

    def __init__(self, up: Rules, down: Rules) -> None:
        self.up = up
        self.down = down
        self.recommendations = Recommendations()
        self.added = ScaleEvents()
        self.removed = ScaleEvents()

    def begin(self, now: float, current: int) -> None:
        self.recommendations.begin(now, current)

    def normalize(
        self, now: float, current: int, desired: int, minimum: int, maximum: int
    ) -> Decision:
        return self.limited(now, current, self.stabilized(now, current, desired), minimum, maximum)

    def stabilized(self, now: float, current: int, desired: int) -> int:
        """The current number, moved only as far as all recommendations of the windows agree."""
        up_since, down_since = now - self.up.window, now - self.down.window
        lowest = self.recommendations.lowest(up_since, desired)
        highest = self.recommendations.highest(down_since, desired)
        self.recommendations.record(now, desired, min(up_since, down_since))
        return min(max(current, lowest), highest)

    def limited(
        self, now: float, current: int, desired: int, minimum: int, maximum: int
    ) -> Decision:
        """As far as the policies and the bounds allow."""
        if desired > current:
            limit = max(current, self.most(now, current))
            if maximum > limit:
                if desired > limit:
                    return Decision(limit, "ScaleUpLimit")
            elif desired > maximum:
                return Decision(maximum, "TooManyReplicas")
        elif desired < current:
            limit = min(current, self.fewest(now, current))
            if minimum < limit:
                if desired < limit:
                    return Decision(limit, "ScaleDownLimit")
            elif desired < minimum:
                return Decision(minimum, "TooFewReplicas")
        return Decision(desired, WITHIN)

    def start(self, now: float, current: int, period: float) -> int:
        """How many there were at the beginning of a period until now."""
        return current - self.added.within(now, period) + self.removed.within(now, period)

    def most(self, now: float, current: int) -> int:
        """How many there may be now."""
        if self.up.select == "disabled":
            return current
        found = [
            policy.most(self.start(now, current, policy.period)) for policy in self.up.policies
        ]
        return min(found) if self.up.select == "min" else max(found)

    def fewest(self, now: float, current: int) -> int:
        """How few there may be now."""
        if self.down.select == "disabled":
            return current
        found = [
            policy.fewest(self.start(now, current, policy.period)) for policy in self.down.policies
        ]
        return max(found) if self.down.select == "min" else min(found)

    def scaled(self, now: float, before: int, after: int) -> None:
        if after > before:
            self.added.record(now, after - before, self.up.longest)
        else:
            self.removed.record(now, before - after, self.down.longest)
