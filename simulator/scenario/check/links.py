"""The network between callers and callees."""

from __future__ import annotations

from simulator.scenario.check.findings import Findings
from simulator.scenario.source import DataPath


class LinkCheck:
    """The ends of links must exist, and there is one link for each way."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.scenario = findings.scenario
        self.names = findings.names

    def links(self) -> None:
        network = self.scenario.network
        self.findings.measured(("network", "latency"), network.latency)
        seen: set[tuple[str, str]] = set()
        for number, link in enumerate(network.links):
            path: DataPath = ("network", "links", number)
            self.findings.measured((*path, "latency"), link.latency)
            self.findings.party((*path, "from"), link.from_)
            self.findings.party((*path, "to"), link.to)
            there, back = (link.from_, link.to), (link.to, link.from_)
            ways = {there} if link.one_way else {there, back}
            if ways & seen:
                first, second = min(ways & seen)
                self.findings.wrong(path, f"there is a link from `{first}` to `{second}` above")
            seen |= ways
