"""The kinds of faults that hurt by load."""

from __future__ import annotations

from simulator.fault.cache_flush import CacheFlush
from simulator.fault.fault import Fault, Schedule
from simulator.fault.surge import Surge
from simulator.scenario.faults.kind import Kind
from simulator.scenario.faults.reach import Reach
from simulator.scenario.model.fault import load as model


def cache_flush(reach: Reach, harm: model.CacheFlush, name: str, schedule: Schedule) -> Fault:
    """Empties caches."""
    return CacheFlush(reach.kernel, name, schedule, reach.caches_of(harm.service))


def surge(reach: Reach, harm: model.Surge, name: str, schedule: Schedule) -> Fault:
    """Marks the time in which more come."""
    return Surge(reach.kernel, name, schedule, harm.traffic)


LOAD_FAULTS = {
    "cache_flush": Kind(
        model.CacheFlush,
        cache_flush,
        CacheFlush,
        """
- at: 30s
  cache_flush: {service: shop}
""",
    ),
    "surge": Kind(
        model.Surge,
        surge,
        Surge,
        """
- at: 30s
  for: 20s
  surge: {traffic: users, times: 3}
""",
    ),
}
