"""The nodes under the services."""

from __future__ import annotations

from simulator.scenario.check.findings import Findings
from simulator.scenario.problem import few, nearest


class PlatformCheck:
    """Every zone that a service keeps to must have a node."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.scenario = findings.scenario

    def zones(self) -> None:
        platform = self.scenario.platform
        if platform is None:
            return
        zones = sorted({zone for _, zone in platform.places() if zone})
        for service, model in self.scenario.services.items():
            for number, zone in enumerate(model.zones):
                if zone not in zones:
                    hint = nearest(zone, zones) or few(zones) or "; no pool of nodes has `zones`"
                    path = ("services", service, "zones", number)
                    self.findings.wrong(path, f"no node is in the zone `{zone}`{hint}")
