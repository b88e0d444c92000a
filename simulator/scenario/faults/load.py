"""The kinds of faults that hurt by load."""

from __future__ import annotations

from simulator.fault.abusive_client import AbusiveClient
from simulator.fault.cache_flush import CacheFlush
from simulator.fault.fault import Fault, Schedule
from simulator.fault.hot_key import HotKey
from simulator.fault.surge import Surge
from simulator.fault.thundering_herd import HerdOfStrangers, HerdOfUsers, ThunderingHerd
from simulator.scenario.faults.kind import Kind
from simulator.scenario.faults.reach import Reach
from simulator.scenario.model.fault import load as model
from simulator.traffic.users import ClosedSource


def cache_flush(reach: Reach, harm: model.CacheFlush, name: str, schedule: Schedule) -> Fault:
    """Empties caches."""
    return CacheFlush(reach.kernel, name, schedule, reach.caches_of(harm.service))


def surge(reach: Reach, harm: model.Surge, name: str, schedule: Schedule) -> Fault:
    """Marks the time in which more come."""
    return Surge(reach.kernel, name, schedule, harm.traffic)


def hot_key(reach: Reach, harm: model.HotKey, name: str, schedule: Schedule) -> Fault:
    """Lets many ask for one key."""
    crowd = reach.crowd
    return HotKey(
        reach.kernel,
        name,
        schedule,
        crowd.sources[harm.traffic],
        harm.share,
        harm.key,
        lambda path: crowd.fillers(path, "uniform"),
    )


def thundering_herd(
    reach: Reach, harm: model.ThunderingHerd, name: str, schedule: Schedule
) -> Fault:
    """Lets everybody ask at once."""
    generator = reach.streams.generator(f"fault/{name}/herd")

    def moments(count: int) -> list[float]:
        drawn: list[float] = (generator.random(count) * harm.over).tolist()
        return drawn

    source = reach.crowd.sources[harm.traffic]
    if isinstance(source, ClosedSource):
        return HerdOfUsers(reach.kernel, name, schedule, source, moments)
    assert harm.requests is not None
    extras = reach.crowd.extras(harm.traffic, name)
    return HerdOfStrangers(reach.kernel, name, schedule, extras, harm.requests, moments)


def abusive_client(reach: Reach, harm: model.AbusiveClient, name: str, schedule: Schedule) -> Fault:
    """Lets one client ask more than is good."""
    extras = reach.crowd.extras(harm.traffic, name, harm.client - 1)
    client = f"{harm.traffic}-{harm.client}"
    return AbusiveClient(reach.kernel, name, schedule, extras, client, harm.rate)


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
    "hot_key": Kind(
        model.HotKey,
        hot_key,
        HotKey,
        """
- at: 30s
  for: 20s
  hot_key: {traffic: users, share: 50%}
""",
    ),
    "thundering_herd": Kind(
        model.ThunderingHerd,
        thundering_herd,
        ThunderingHerd,
        """
- at: 30s
  thundering_herd: {traffic: users, requests: 1000, over: 500ms}
""",
    ),
    "abusive_client": Kind(
        model.AbusiveClient,
        abusive_client,
        AbusiveClient,
        """
- at: 30s
  for: 20s
  abusive_client: {traffic: users, rate: 500/s}
""",
    ),
}
