"""How many cores an instance should ask for."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Final

from simulator.scaling.vertical.histogram import DecayingHistogram

LEAST_WEIGHT: Final = 0.1
"""Of a sample: that of an instance that requests less."""
LEAST: Final = 0.025
"""Cores that are recommended at least."""
MOST: Final = 1e11
"""Cores that are recommended at most: 1e14 millicores."""
DAY: Final = 86_400.0
SAMPLES: Final = 1_440
"""In a day of one sample a minute."""
MIB: Final = 2**20


@dataclass(frozen=True, slots=True)
class Recommendation:
    """Cores to request: as many as `target`; from `lower` to `upper` is good enough."""

    target: float
    lower: float
    upper: float

    def within(self, least: float, most: float) -> Recommendation:
        """The same between the bounds that a user has set."""
        return Recommendation(
            min(max(self.target, least), most),
            min(max(self.lower, least), most),
            min(max(self.upper, least), most),
        )


@dataclass(frozen=True, slots=True)
class RecommenderSettings:
    """How a recommender sees what was used.

    Attributes:
        target, lower, upper: which percentiles of the cores in use it goes by, from 0 to 1.
        margin: what is added for safety, as a share.
        half_life: in which a sample loses half its weight, in seconds.
        confidence: seconds of samples, one a minute, that count as a history of length 1.
    """

    target: float = 0.9
    lower: float = 0.5
    upper: float = 0.95
    margin: float = 0.15
    half_life: float = DAY
    confidence: float = DAY


class Recommender:
    """Recommends a CPU request from what all instances of a service have used.

    In the real world: the recommender of the VerticalPodAutoscaler. Its bounds are wide while there
    is little history, so that nobody is evicted on a whim: the lower one is right within an hour,
    the upper one only after days.

    Here: the percentiles of a decaying histogram, to each of which a safety margin is added. A
    sample weighs as much as the instance requested when it was taken, so that after a request has
    grown, what was used under the smaller one soon counts for little.

    Left out: memory, but for what a kill for want of it makes of the sample (`after_kill`);
    checkpoints, and a history from Prometheus.

    Source: kubernetes/autoscaler, vertical-pod-autoscaler/pkg/recommender/logic/ (recommender.go,
    estimator.go), model/aggregate_container_state.go.
    """

    def __init__(self, settings: RecommenderSettings) -> None:
        self.settings = settings
        self.usage = DecayingHistogram(settings.half_life)
        self.first = inf
        self.last = -inf
        self.samples = 0

    def add(self, start: float, used: float, request: float) -> None:
        """From `start` on (seconds) an instance that requests so many cores used so many."""
        self.usage.add(used, max(request, LEAST_WEIGHT), start)
        self.first = min(self.first, start)
        self.last = max(self.last, start)
        self.samples += 1

    @property
    def history(self) -> float:
        """How long the history is, in units of the confidence interval: its span, or its samples."""
        if not self.samples:
            return 0.0
        interval = self.settings.confidence
        minutes = interval / DAY * SAMPLES
        return min((self.last - self.first) / interval, self.samples / minutes)

    def recommend(self) -> Recommendation | None:
        """What to request; None as long as nothing is known."""
        if not self.samples:
            return None
        settings = self.settings
        safe = 1.0 + settings.margin
        target = self.usage.percentile(settings.target) * safe
        lower = self.usage.percentile(settings.lower) * safe
        upper = self.usage.percentile(settings.upper) * safe
        lower = confident(lower, self.history, 0.001, -2.0)
        upper = confident(upper, self.history, 1.0, 1.0)
        return Recommendation(target, lower, upper).within(LEAST, MOST)


def confident(cores: float, history: float, multiplier: float, exponent: float) -> float:
    """A bound that is as wide as a history is short: all there is, or 0, if there is none."""
    if history == 0.0:
        return MOST if exponent > 0.0 else 0.0
    return float(min(MOST, cores * (1.0 + multiplier / history) ** exponent))


def after_kill(used: float) -> float:
    """The bytes that are taken to be needed after a process with so many was killed for want of more.

    A fifth more, and at least 100 MiB more.

    Source: kubernetes/autoscaler, pkg/recommender/model/container.go (RecordOOM).
    """
    return max(used * 1.2, used + 100 * MIB)
