"""Every kind of autoscaler, with what makes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from simulator.scaling.autoscaler import Autoscaler
from simulator.scenario.scalers import (
    hpa,
    keda,
    kpa,
    predictive,
    scheduled,
    step,
    target_tracking,
    vertical,
)
from simulator.scenario.scalers.reach import ScalerReach

SCALERS: Mapping[str, Callable[[ScalerReach, object], Autoscaler]] = {
    "hpa": hpa.make,
    "kpa": kpa.make,
    "keda": keda.make,
    "target_tracking": target_tracking.make,
    "step": step.make,
    "scheduled": scheduled.make,
    "predictive": predictive.make,
    "vertical": vertical.make,
}
