"""Files of recorded traffic."""

from __future__ import annotations

from simulator.scenario.check.findings import Findings
from simulator.scenario.files import arrival_times, recorded_rates
from simulator.scenario.model.traffic import TraceArrivals, TraceProfile
from simulator.scenario.source import DataPath


class RecordingCheck:
    """Each must be there, and hold what it is named for."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.scenario = findings.scenario
        self.names = findings.names

    def recordings(self) -> None:
        for name, traffic in self.scenario.traffic.items():
            path: DataPath = ("traffic", name)
            arrivals, profile = traffic.arrivals, traffic.profile
            if isinstance(arrivals, TraceArrivals):
                self.arrivals((*path, "arrivals", "trace"), arrivals)
            if isinstance(profile, TraceProfile):
                self.rates((*path, "profile", "trace"), profile)
            if traffic.think is not None:
                self.findings.measured((*path, "think"), traffic.think)

    def arrivals(self, path: DataPath, given: TraceArrivals) -> None:
        file = self.findings.file(given.trace)
        self.findings.readable(path, lambda: arrival_times(file, given.column, given.speed))

    def rates(self, path: DataPath, given: TraceProfile) -> None:
        file = self.findings.file(given.trace)
        self.findings.readable(path, lambda: recorded_rates(file, given.speed, given.times))
