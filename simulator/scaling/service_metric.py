"""What is measured of a service as a whole, for autoscalers that go by one figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum

from simulator.platform.workload import Workload
from simulator.scaling.meter import Sample
from simulator.units import format_share


@dataclass(frozen=True, slots=True)
class ServiceMetric:
    """One figure of a service: the mean of its instances.

    `cpu` is the share of their capacity in use, `concurrency` the requests inside each, `rps` those
    that each is done with in a second, `queue` those that wait in each.
    """

    kind: str

    def of(self, samples: Sequence[Sample], workload: Workload) -> float | None:
        """The mean of one round; None where no instance ran all of it."""
        if not samples:
            return None
        if self.kind == "cpu":
            return fsum(each.cpu for each in samples) / (len(samples) * (workload.capacity or 1.0))
        if self.kind == "concurrency":
            total = fsum(each.concurrency for each in samples)
        elif self.kind == "rps":
            total = fsum(each.rate for each in samples)
        else:
            total = fsum(each.queue for each in samples)
        return total / len(samples)

    def told(self, value: float) -> str:
        """A value, as a person would say it."""
        if self.kind == "cpu":
            return f"cpu at {format_share(round(value, 3))}"
        return f"{self.kind} at {value:.3g}"
