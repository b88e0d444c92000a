"""Probes: how a platform finds out how an instance is, and what it does about it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from simulator.scenario.model.base import Duration, Mistake, Model, PositiveDuration, whole

Threshold = Annotated[int, whole(1, 1000)]
ONCE = ("startup", "liveness")
"""The probes that one success is enough for, as Kubernetes insists."""


class Probe(Model):
    """A question that is asked of an instance every now and then."""

    initial_delay: Duration = Field(
        0.0, description="How long a process is left alone after its start."
    )
    period: PositiveDuration = Field(10.0, description="Time between two questions.")
    timeout: PositiveDuration = Field(1.0, description="An answer later than this is none.")
    success_threshold: Threshold = Field(
        1, description="Good answers in a row after which it is well."
    )
    failure_threshold: Threshold = Field(
        3, description="Bad answers in a row after which it is not."
    )
    work: Duration = Field(
        0.001,
        description="What answering costs the instance; 0 for a check that only connects, which one "
        "that hangs may pass.",
    )


class Probes(Model):
    """What the platform asks of each instance."""

    startup: Probe | None = Field(
        None,
        description="Until this succeeds the others are not asked; if it fails, the instance is "
        "restarted.",
    )
    liveness: Probe | None = Field(
        None, description="If this fails the instance is restarted; left out: it never is."
    )
    readiness: Probe | None = Field(
        None,
        description="While this fails callers are told not to ask the instance; left out: it is "
        "ready as soon as it has started.",
    )

    def rules(self) -> Iterator[Mistake]:
        if self.startup is None and self.liveness is None and self.readiness is None:
            yield Mistake("expected at least one of `startup`, `liveness` and `readiness`", ())
        for key in ONCE:
            probe = getattr(self, key)
            if probe is not None and probe.success_threshold != 1:
                message = f"one success is enough for a `{key}` probe: expected 1"
                yield Mistake(message, (key, "success_threshold"))
