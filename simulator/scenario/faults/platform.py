"""The kinds of faults that hit what services run on."""

from __future__ import annotations

from simulator.fault.fault import Fault, Schedule
from simulator.fault.registry_faults import KillServer
from simulator.scenario.faults.kind import Kind
from simulator.scenario.faults.process import killing
from simulator.scenario.faults.reach import Reach
from simulator.scenario.model.fault import platform as model


def registry_outage(reach: Reach, _: model.RegistryOutage, name: str, schedule: Schedule) -> Fault:
    """Ends every server of the registry."""
    return KillServer(reach.kernel, name, schedule, lambda: list(reach.servers))


def zone_outage(reach: Reach, harm: model.ZoneOutage, name: str, schedule: Schedule) -> Fault:
    """Ends whatever is in a zone."""
    return killing(reach, "zone_outage", name, schedule, lambda: reach.in_zone(harm.zone))


PLATFORM_FAULTS = {
    "registry_outage": Kind(
        model.RegistryOutage,
        registry_outage,
        model.RegistryOutage,
        """
- at: 30s
  for: 20s
  registry_outage: {}
""",
    ),
    "zone_outage": Kind(
        model.ZoneOutage,
        zone_outage,
        model.ZoneOutage,
        """
- at: 30s
  for: 20s
  zone_outage: {zone: north}
""",
    ),
}
