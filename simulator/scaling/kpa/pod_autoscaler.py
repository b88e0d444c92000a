"""What Knative makes of a decision: when the last instance may go, and who is asked."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Final

INACTIVE, ACTIVATING, ACTIVE = range(3)
"""How a service is: left alone, about to have an instance, served."""
UNKNOWN: Final = -1
"""Nothing is known of how many instances there should be."""
ACTIVATION_TIMEOUT: Final = 630.0
"""Seconds after which a start is given up: `progress-deadline`, and 30 s for good measure."""


@dataclass(frozen=True, slots=True)
class PodAutoscalerSettings:
    """The bounds, and when a service is left without any instance; the defaults are Knative's.

    Attributes:
        min: the fewest instances; with 0 the last one may go.
        max: the most; 0 for no bound.
        stable_window: how long a service must have been served before it is left alone, in seconds.
        grace: how long at most the last instance stays after that, until everybody has heard that
            the activator is to be asked, in seconds.
        retention: how long at least it stays, in seconds.
        scale_to_zero: whether the last instance may go at all.
    """

    min: int = 0
    max: int = 0
    stable_window: float = 60.0
    grace: float = 30.0
    retention: float = 0.0
    scale_to_zero: bool = True


@dataclass(frozen=True, slots=True)
class Step:
    """What is done now.

    Attributes:
        want: how many instances are wanted; UNKNOWN if nothing can be said.
        applies: whether that is acted on.
        again: after how many seconds to look again; infinity for no such time.
    """

    want: int
    applies: bool
    again: float = inf


class PodAutoscaler:
    """Keeps the state of one service between decisions.

    In the real world: the reconciler of Knative's PodAutoscaler. Nobody may be lost on the way to
    zero, so it goes in steps: when nothing is wanted any more, and the service has been served for
    a stable window at least, callers are led to the activator; the last instance goes when that is
    certain to have been heard, after the grace. If the activator was on the way for that long
    already, because the service had no room for a burst, it goes at once.

    Here: the same. A service that runs from the start is taken to be served since then, one without an
    instance to have been left alone for long.

    Left out: probing whether the activator is really asked.

    Source: Knative Serving, pkg/reconciler/autoscaling/kpa/scaler.go and kpa.go,
    pkg/reconciler/serverlessservice.

    Attributes:
        status: INACTIVE, ACTIVATING or ACTIVE.
        since: since when, in seconds.
        proxied: since when callers are led to the activator, in seconds; None if they are not.
    """

    __slots__ = ("proxied", "settings", "since", "status")

    def __init__(
        self, settings: PodAutoscalerSettings, ready: int, excess: int, now: float
    ) -> None:
        self.settings = settings
        self.status = ACTIVE if ready else INACTIVE
        self.since = now if ready else -inf
        self.proxied: float | None = None if ready and excess >= 0 else -inf

    def reconcile(self, now: float, desired: int, excess: int, ready: int) -> Step:
        """Act on a decision, or look how things stand.

        Args:
            now: in seconds.
            desired: how many instances the decider wants; UNKNOWN before it has decided.
            excess: how much more they could take than they are to be able to.
            ready: how many are ready.
        """
        while True:
            before = (self.status, self.proxied)
            step = self.scale(now, desired)
            if step.want > 0 and excess >= 0 and ready > 0:
                self.proxied = None
            elif self.proxied is None:
                self.proxied = now
            self.judge(now, step.want, ready)
            if step.applies or (self.status, self.proxied) == before:
                return step

    def scale(self, now: float, desired: int) -> Step:
        """How many instances there are to be."""
        settings = self.settings
        if desired < 0 and self.status != ACTIVATING:
            return Step(desired, False)
        desired = max(desired, settings.min)
        if settings.max:
            desired = min(desired, settings.max)
        if desired > 0:
            return Step(desired, True)
        if not settings.scale_to_zero:
            return Step(1, True)
        spent = now - self.since
        if self.status == ACTIVATING:
            if spent >= ACTIVATION_TIMEOUT:
                return Step(0, True)
            return Step(UNKNOWN, False, ACTIVATION_TIMEOUT - spent)
        if self.status == ACTIVE:
            if spent >= settings.stable_window:
                return Step(0, False)
            return Step(1, True, settings.stable_window - spent)
        if spent >= max(settings.grace, settings.retention):
            return Step(0, True)
        if spent < settings.retention:
            return Step(0, False, settings.retention - spent)
        proxied = 0.0 if self.proxied is None else now - self.proxied
        if proxied >= settings.grace:
            return Step(0, True)
        return Step(0, False, settings.grace - proxied)

    def judge(self, now: float, want: int, ready: int) -> None:
        """How the service is, from what is wanted and what there is."""
        status = self.status
        if want == 0:
            status = INACTIVE
        elif want > 0 or status != INACTIVE:
            status = ACTIVE if ready >= max(self.settings.min, 1) else ACTIVATING
        if status != self.status:
            self.status = status
            self.since = now
