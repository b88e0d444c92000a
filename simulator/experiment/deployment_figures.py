"""What became of each deployment, and how many requests met its version meanwhile."""

from __future__ import annotations

from math import inf

import numpy as np

from simulator.experiment.judge import OfVersion
from simulator.experiment.result import DeploymentFigures
from simulator.observe.census import Lines, Tally
from simulator.outcome import DEGRADED
from simulator.platform.rollout.deployer import Deployer
from simulator.platform.rollout.rollout import Rollout
from simulator.scenario.building.world import World


class Exposure(Tally):
    """Counts what the instances of each new version have answered while it was rolled out.

    Attributes:
        counts: for each rollout of a deployer, in their order: how many, and how many failures.
    """

    def __init__(self, world: World, deployer: Deployer) -> None:
        self.world = world
        self.deployer = deployer
        self.members: dict[str, OfVersion] = {}
        self.counts: list[list[int]] = []

    def count(self, lines: Lines) -> None:
        for number, rollout in enumerate(self.deployer.rollouts):
            if number == len(self.counts):
                self.counts.append([0, 0])
            self.add(lines, rollout, self.counts[number])

    def add(self, lines: Lines, rollout: Rollout, counts: list[int]) -> None:
        """Add those of one page that met the version of a rollout, from its begin to its end."""
        end = inf if rollout.ended is None else rollout.ended
        if lines.starts.max() < rollout.began or lines.starts.min() > end:
            return
        version = rollout.version
        if version not in self.members:
            self.members[version] = OfVersion(self.world, self.deployer, version)
        among = self.members[version].among(lines)
        among &= (lines.starts >= rollout.began) & (lines.starts <= end)
        counts[0] += int(np.count_nonzero(among))
        counts[1] += int(np.count_nonzero(lines.outcomes[among] > DEGRADED))


def deployment_figures(exposures: list[Exposure]) -> tuple[DeploymentFigures, ...]:
    """Every rollout that has begun, in the order of time."""
    found = []
    for exposure in exposures:
        deployer = exposure.deployer
        for number, rollout in enumerate(deployer.rollouts):
            met = exposure.counts[number] if number < len(exposure.counts) else [0, 0]
            found.append(
                DeploymentFigures(
                    deployer.workload.service,
                    deployer.known_as(rollout.version),
                    rollout.kind,
                    rollout.began,
                    rollout.ended,
                    rollout.state,
                    rollout.why or None,
                    met[0],
                    met[1],
                )
            )
    return tuple(sorted(found, key=lambda each: each.start))
