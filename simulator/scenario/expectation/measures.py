"""What can be measured: in which unit, and of whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from simulator.outcome import BREAKER_OPEN, BULKHEAD_FULL, DEADLINE, DEGRADED, NAMES, NO_INSTANCE
from simulator.scenario.expectation.words import Reader, parse_number, parse_part
from simulator.units import parse_duration, parse_rate, parse_share

Unit = Literal["s", "1/s", "share", "part", "number"]
"""Seconds, per second, a part of 1 (of which there may be more than one), or a plain number."""
Owner = Literal["anybody", "service", "all or service", "all or class", "fault", "slo", "run"]
"""Whose measure it can be."""

READERS: Mapping[Unit, Reader] = {
    "s": parse_duration,
    "1/s": parse_rate,
    "share": parse_share,
    "part": parse_part,
    "number": parse_number,
}

PERCENTILES = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99, "p99.9": 0.999, "p999": 0.999}
OUTCOMES = {name: code for code, name in enumerate(NAMES)}
OF_CALLS = (
    DEGRADED,
    DEADLINE,
    BULKHEAD_FULL,
    BREAKER_OPEN,
    NO_INSTANCE,
)
"""Outcomes that callers decide without asking an instance: no attempt ends so, but a call does."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure of the language."""

    unit: Unit
    owner: Owner = "anybody"
    phased: bool = True
    """Whether it can be asked for a part of the run."""
    by_interval: bool = True
    """Whether the series has it, so that it can be asked for `always`."""


TABLE: Mapping[str, Measure] = {
    "availability": Measure("share"),
    "throughput": Measure("1/s"),
    "goodput": Measure("1/s"),
    "mean": Measure("s"),
    **{name: Measure("s", by_interval=not name.startswith("p99.")) for name in PERCENTILES},
    "p999": Measure("s", by_interval=False),
    "utilization": Measure("share", "service"),
    "queue": Measure("number", "service"),
    "queue_peak": Measure("number", "service"),
    "replicas": Measure("number", "service"),
    "replicas_peak": Measure("number", "service"),
    "wasted_work": Measure("share", "all or service"),
    "attempts_per_request": Measure("number", "all or class"),
    "recovery": Measure("s", "fault", phased=False, by_interval=False),
    "detection": Measure("s", "fault", phased=False, by_interval=False),
    "lost_requests": Measure("number", "fault", phased=False, by_interval=False),
    "cost": Measure("number", "run", phased=False, by_interval=False),
    "cost_per_million": Measure("number", "run", phased=False, by_interval=False),
    "budget": Measure("part", "slo", by_interval=False),
    "burn_rate": Measure("number", "slo"),
    "burn_rate_1m": Measure("number", "slo", phased=False, by_interval=False),
    "burn_rate_5m": Measure("number", "slo", phased=False, by_interval=False),
    **{name: Measure("share") for name in OUTCOMES},
}
MEASURES = tuple(TABLE)
OF_FAULTS = tuple(name for name, each in TABLE.items() if each.owner == "fault")
"""Measures of the run's faults: times are seconds from the start of each."""
OF_SLOS = tuple(name for name, each in TABLE.items() if each.owner == "slo")
"""Measures of the scenario's objectives."""
OF_RUNS = tuple(name for name, each in TABLE.items() if each.owner == "run")
"""Measures of the run as a whole, in the currency of the scenario's prices."""
SHARES = tuple(name for name, each in TABLE.items() if each.unit in ("share", "part"))
RATES = tuple(name for name, each in TABLE.items() if each.unit == "1/s")
NUMBERS = tuple(name for name, each in TABLE.items() if each.unit == "number")
