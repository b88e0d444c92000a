"""All old instances go, and then all new ones come."""

from __future__ import annotations

from simulator.platform.rollout.rollout import COMPLETE, ROLLED_BACK, Rollout


class Recreate(Rollout):
    """Stops every old instance, and starts the new ones when the last of them is gone.

    In the real world: the strategy `Recreate` of a Deployment, for versions that must not run side
    by side: an exclusive volume, a migration, a licence.

    Here: nobody serves from the moment at which the old instances take nothing new to that at which
    the new ones are ready. Taking it back is the same the other way round.

    Source: Kubernetes, "Deployments", "Recreate Deployment"; pkg/controller/deployment/recreate.go.
    """

    kind = "recreate"

    def begin(self) -> None:
        self.fleet.join(self.version)
        self.fleet.tell(f"{self.name}: all instances are stopped, and then started anew")
        super().begin()

    def advance(self) -> bool:
        fleet, target = self.fleet, self.target
        old = [each for each in fleet.versions() if each != target]
        if old:
            for version in old:
                fleet.resize(version, 0)
            return True
        if any(each != target for each in fleet.leaving()):
            return False
        new = fleet.revision(target)
        if new.replicas != fleet.wanted:
            fleet.resize(target, fleet.wanted)
            return fleet.revision(target).replicas != new.replicas
        if new.available >= fleet.wanted:
            fleet.tell(f"{self.fleet.known_as(target)}: all {fleet.wanted} instances are available")
            self.finish(ROLLED_BACK if self.why else COMPLETE)
        return False
