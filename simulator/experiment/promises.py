"""What was expected and promised, and what came of it; part of a result."""

from __future__ import annotations

from dataclasses import dataclass, field

DERIVED = {"digest": False}
"""Marks a figure that follows from others in the digest, and is left out of that itself."""


@dataclass(frozen=True, slots=True)
class ExpectationResult:
    """One expectation of the file and what the run says of it."""

    expect: str
    value: float | None
    """In the unit of the measure; None where nothing was measured, which meets nothing."""
    met: bool
    weight: int = field(default=10, metadata=DERIVED)
    """How much it counts in the score."""
    missed_by: float | None = field(default=None, metadata=DERIVED)
    """How far the value is beyond what is allowed, in the unit of the measure; None if it is met."""
    missed_share: float | None = field(default=None, metadata=DERIVED)
    """The same as a part of the bound."""
    first_broken: float | None = field(default=None, metadata=DERIVED)
    """When the first interval began that by itself does not meet it; None if it is met, or if no
    single interval tells."""
    during: tuple[str, ...] | None = field(default=None, metadata=DERIVED)
    """The faults that were on in that interval; None if there is none."""


@dataclass(frozen=True, slots=True)
class SloAlert:
    """One multiwindow burn rate alert: it fires while both windows are above its burn rate."""

    burn_rate: float
    long: float
    """The long window and the short one, in seconds."""
    short: float
    at: float | None
    """When it first fired; None if it did not."""


@dataclass(frozen=True, slots=True)
class SloFigures:
    """One service level objective: what was bad, and what that cost of the error budget."""

    of: str | None
    """A traffic class, a service or an endpoint; None for all traffic."""
    objective: float
    slower_than: float | None
    """The latency beyond which an answer is bad."""
    window: float
    """For how long the budget must last."""
    events: int
    """What came since the warm-up and has ended."""
    bad: int
    budget: float
    """How many may be bad in the window, if as many come all along as in the run."""
    budget_spent: float | None
    """The share of the budget that `bad` is."""
    burn_rate: float | None
    """How many times faster than evenly the budget was spent."""
    burn_rate_1m: float | None
    """The highest burn rate over a minute, and when that minute was over."""
    burn_rate_1m_at: float | None
    burn_rate_5m: float | None
    burn_rate_5m_at: float | None
    alerts: tuple[SloAlert, ...]
    alerted_at: float | None
    """When the first of the alerts fired."""
    alerted_after: float | None
    """The same from the start of the last fault before it."""
