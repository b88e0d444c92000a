"""How long a scaling activity is given to take effect."""

from __future__ import annotations

from math import inf


class Cooldown:
    """Holds an autoscaler of AWS back after it has done something.

    While the cooldown of a scale-out lasts, what that has added counts as part of the next one:
    only if more is wanted than that, the difference is added, and the cooldown begins anew. Within
    the cooldown of a scale-in nothing is taken away; a scale-out ends it at once.

    Source: AWS, Application Auto Scaling API, StepScalingPolicyConfiguration and
    TargetTrackingScalingPolicyConfiguration: "Cooldown", "ScaleOutCooldown", "ScaleInCooldown"
    (300 s for services of ECS).

    Args:
        out: seconds after a scale-out.
        in_: seconds after a scale-in.
    """

    def __init__(self, out: float, in_: float) -> None:
        self.out = out
        self.in_ = in_
        self.base = 0
        self.out_until = -inf
        self.in_until = -inf

    def base_of(self, now: float, current: int) -> int:
        """What a scale-out is reckoned from: what there was before the last one, while that counts."""
        return self.base if now < self.out_until else current

    def grew(self, now: float, base: int) -> None:
        """There has been a scale-out, reckoned from `base`."""
        self.base = base
        self.out_until = now + self.out
        self.in_until = -inf

    def may_shrink(self, now: float) -> bool:
        """Whether something may be taken away."""
        return now >= self.in_until

    def shrank(self, now: float) -> None:
        """There has been a scale-in."""
        self.in_until = now + self.in_
        self.out_until = -inf
