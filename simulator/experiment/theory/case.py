"""A model with an exact solution, written as a scenario, and what to compare."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from simulator.experiment.result import Result
from simulator.observe.histogram import RESOLUTION


class Reading(Protocol):
    """Where a result has a figure. Readings go to worker processes, so they are plain values."""

    def __call__(self, result: Result) -> float | None:
        """The figure; None where it does not apply."""

    @property
    def resolution(self) -> float:
        """The relative error with which the result itself states it: 0, or that of histograms."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure by its place in the result, such as `traffic.users.latency.p99`."""

    path: str

    def __call__(self, result: Result) -> float | None:
        value: object = result
        for part in self.path.split("."):
            value = value[part] if isinstance(value, Mapping) else getattr(value, part)
        assert value is None or isinstance(value, (int, float)), self.path
        return value

    @property
    def resolution(self) -> float:
        return RESOLUTION if self.path.endswith((".p50", ".p90", ".p95", ".p99", ".p999")) else 0.0


@dataclass(frozen=True, slots=True)
class Lost:
    """The share of a class's requests that were not answered."""

    traffic: str

    resolution = 0.0

    def __call__(self, result: Result) -> float | None:
        available = result.traffic[self.traffic].availability
        return None if available is None else 1.0 - available


@dataclass(frozen=True, slots=True)
class Late:
    """The share of a class's requests that took longer than its `slo`."""

    traffic: str

    resolution = 0.0

    def __call__(self, result: Result) -> float | None:
        figures = result.traffic[self.traffic]
        return 1.0 - figures.goodput / figures.throughput if figures.throughput else None


@dataclass(frozen=True, slots=True)
class Inside:
    """The mean number of requests in some services: those worked on and those that wait."""

    services: tuple[str, ...]

    resolution = 0.0

    def __call__(self, result: Result) -> float | None:
        figures = [result.services[name] for name in self.services]
        return sum(each.busy + each.queue.mean for each in figures)


@dataclass(frozen=True, slots=True)
class NotBegun:
    """The share of the load offered to a service on which it did not even begin to work."""

    service: str
    offered: float

    resolution = 0.0

    def __call__(self, result: Result) -> float | None:
        utilization = result.services[self.service].utilization
        return None if utilization is None else 1.0 - utilization / self.offered


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure: its name, what theory says, and where the simulation has it."""

    name: str
    theory: float
    reading: Reading


@dataclass(frozen=True, slots=True)
class Case:
    """One model: its name, its scenario in YAML, and the figures to compare."""

    model: str
    text: str
    measures: tuple[Measure, ...]
