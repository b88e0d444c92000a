"""Judging a new version by what is measured of it while it gets requests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from simulator.fault.fault import NEARLY

GOES_ON, WAITS, FAILS = "proceed", "wait", "fail"
"""What a measurement that tells nothing does to a rollout."""


@dataclass(frozen=True, slots=True)
class AnalysisSettings:
    """How a version is judged; times in seconds.

    Attributes:
        fail_when: conditions, of which none may hold.
        interval: from one measurement to the next.
        initial_delay: from the first request to the new version to the first measurement, at least.
        failure_limit: how many measurements may fail.
        min_requests: with fewer in its time a condition tells nothing.
        inconclusive: what happens then.
        count: how many measurements are made; None for as many as there are until the rollout ends.
    """

    fail_when: tuple[str, ...]
    interval: float
    initial_delay: float = 0.0
    failure_limit: int = 0
    min_requests: int = 1
    inconclusive: str = WAITS
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What one condition was found to be: its value (None for none), and of how many requests."""

    condition: str
    value: float | None
    holds: bool
    requests: int


class Analysis:
    """Measures again and again whether a new version does what it should.

    In the real world: an AnalysisRun of Argo Rollouts, or the analysis of Flagger. Each measurement
    asks a metrics system about the last so many seconds. One that finds a condition of failure
    fails; more failures than `failureLimit` end the rollout.

    Here: the conditions are those of `when` and `stop_when`, of the requests that the new version
    has answered. A measurement of fewer than `min_requests` is inconclusive: the rollout goes on all
    the same, or stands still until one tells something (as Argo Rollouts does, where a person has to
    let it go on; Flagger halts it too), or it counts as a failure (as Flagger counts it).

    Left out: comparing the new version with the old one by statistical tests (Kayenta).

    Source: Argo Rollouts, "Analysis & Progressive Delivery"; Flagger, "How it works", "Canary analysis".

    Attributes:
        made: how many measurements have been made.
        told: how many of them told something.
        counted: how many of them count towards `count`.
        failures: how many failed.
        since: when it began, in seconds; None while it does not run.
        waiting: whether the rollout stands still until something can be told.
        why: what the last one that failed has found.
    """

    def __init__(self, settings: AnalysisSettings) -> None:
        self.settings = settings
        self.since: float | None = None
        self.next = 0.0
        self.made = 0
        self.told = 0
        self.counted = 0
        self.failures = 0
        self.waiting = False
        self.why = ""

    def begin(self, now: float) -> None:
        """The new version gets its first requests."""
        self.since = now
        self.next = now + self.settings.initial_delay + self.settings.interval

    def stop(self) -> None:
        """Nothing more is measured."""
        self.since = None
        self.waiting = False

    @property
    def running(self) -> bool:
        """Whether there is something still to be measured."""
        return self.since is not None and not self.failed and not self.through

    @property
    def failed(self) -> bool:
        """Whether the new version has failed."""
        return self.failures > self.settings.failure_limit

    @property
    def through(self) -> bool:
        """Whether all measurements that were to be made are made."""
        count = self.settings.count
        return count is not None and self.counted >= count

    def due(self, now: float) -> bool:
        """Whether a measurement is due."""
        return self.running and now >= self.next - NEARLY

    def judge(self, now: float, findings: Sequence[Finding]) -> str:
        """Make a measurement of what was found; returns what was wrong with it, if anything."""
        inconclusive = self.settings.inconclusive
        self.next = now + self.settings.interval
        self.made += 1
        self.waiting = False
        bad = [each for each in findings if self.tells(each) and each.holds]
        blind = [each for each in findings if not self.tells(each)]
        if not bad and blind:
            self.waiting = inconclusive == WAITS
            self.counted += not self.waiting
            why = self.nothing(blind[0])
            if inconclusive == FAILS:
                self.failures += 1
                self.why = why
            return why
        self.told += 1
        self.counted += 1
        if not bad:
            return ""
        first = bad[0]
        self.failures += 1
        self.why = f"{first.condition}: it is {first.value:.4g}, of {first.requests} requests"
        return self.why

    def tells(self, finding: Finding) -> bool:
        """Whether there is enough behind a finding."""
        return finding.value is not None and finding.requests >= self.settings.min_requests

    def nothing(self, finding: Finding) -> str:
        """Why a finding tells nothing."""
        least, requests = self.settings.min_requests, finding.requests
        if requests < least:
            return f"{finding.condition}: {requests} of at least {least} requests tell nothing"
        return f"{finding.condition}: of {requests} requests there is nothing to be measured"
