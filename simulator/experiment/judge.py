"""Judging a version while it is rolled out, by conditions of its own instances."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simulator.experiment.steady_state import BoolArray
from simulator.experiment.subjects import Members, subject_of
from simulator.experiment.watch import Watch
from simulator.observe.census import Lines
from simulator.platform.rollout.deployer import Deployer
from simulator.platform.rollout.rollout import Rollout
from simulator.scenario.building.world import World
from simulator.scenario.condition import Condition, parse_condition

if TYPE_CHECKING:
    from simulator.experiment.measurement import Measurement


class OfVersion(Members):
    """The lines of attempts that were sent to instances while these ran one version."""

    def __init__(self, world: World, deployer: Deployer, version: str) -> None:
        service = deployer.workload.service
        super().__init__(subject_of(world, service))
        self.version = version
        self.deployer = deployer
        self.first = world.services[service].first

    def among(self, lines: Lines) -> BoolArray:
        among = super().among(lines)
        instances = lines.instances[lines.lanes] - self.first
        ran = np.zeros(len(among), dtype=np.bool_)
        earliest = lines.starts.min()
        for tenure in self.deployer.tenures:
            if tenure.version == self.version and tenure.until >= earliest:
                ran |= (
                    (instances == tenure.number)
                    & (lines.starts >= tenure.since)
                    & (lines.starts < tenure.until)
                )
        mine: BoolArray = among & ran
        return mine


class Judge:
    """Measures a version that is being rolled out, for the analysis that the rollout goes by.

    Attributes:
        watches: its conditions; none while no such rollout is under way.
    """

    def __init__(self, measurement: Measurement, deployer: Deployer) -> None:
        self.measurement = measurement
        self.deployer = deployer
        self.rollout: Rollout | None = None
        self.watches: list[Watch] = []

    @property
    def over(self) -> bool:
        """Whether there is nothing to be judged any more."""
        orders = self.measurement.world.orders
        mine = (each for each in orders if each.deployer is self.deployer)
        return self.deployer.rollout is None and all(each.done for each in mine)

    def changed(self) -> bool:
        """Whether another rollout is under way than at the last look, or none any more."""
        rollout = self.deployer.rollout
        if rollout is self.rollout:
            return False
        self.rollout = rollout
        self.watches = []
        if rollout is not None and rollout.analysis is not None:
            conditions = map(parse_condition, rollout.analysis.settings.fail_when)
            self.watches = [self.watch(each, rollout.version) for each in conditions]
        return True

    def watch(self, condition: Condition, version: str) -> Watch:
        """One condition: of the version, unless it names whom it is about."""
        if condition.expectation.subject is not None:
            return Watch(self.measurement, condition)
        members = OfVersion(self.measurement.world, self.deployer, version)
        return Watch(self.measurement, condition, members)

    def look(self) -> None:
        """Make a measurement, if one is due."""
        analysis = self.deployer.analysis
        if not self.watches or analysis is None or self.rollout is not self.deployer.rollout:
            return
        if analysis.due(self.measurement.world.kernel.now):
            self.deployer.judge([each.finding() for each in self.watches])
