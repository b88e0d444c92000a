"""Old instances make place for new ones, a few at a time."""

from __future__ import annotations

from simulator.platform.rollout.analysis import Analysis
from simulator.platform.rollout.fenceposts import Allowance, Fenceposts, resolve_fenceposts
from simulator.platform.rollout.fleet import Fleet
from simulator.platform.rollout.proportions import share_out
from simulator.platform.rollout.reconcile import Revision, reconcile_new, reconcile_old
from simulator.platform.rollout.rollout import COMPLETE, ROLLED_BACK, Deadline, Rollout


class Rolling(Rollout):
    """Replaces instances as fast as the surge and the unavailability that are allowed let it.

    In the real world: the strategy `RollingUpdate` of a Deployment, its default. It never has more
    instances than those wanted and the surge, nor fewer available ones than those wanted less the
    unavailable. An instance that has been told to stop no longer counts, though it may still have
    requests to finish; so for a while there may be more than the surge allows.

    Here: each change is followed by the next at once. An autoscaler that wants more, or fewer, in
    mid-rollout gets them of all versions, in proportion. Taking it back is a rolling update to the
    version before (`kubectl rollout undo`).

    Left out: pausing a rollout; the time that controllers take to see a change.

    Source: Kubernetes, "Deployments"; pkg/controller/deployment/rolling.go and sync.go.

    Args:
        surge: how many there may be beyond those wanted: a number, or a share, which is rounded up.
        unavailable: how many of those wanted may be missing: a share is rounded down.
    """

    kind = "rolling"

    def __init__(
        self,
        fleet: Fleet,
        before: str,
        version: str,
        deadline: Deadline,
        surge: Allowance,
        unavailable: Allowance,
        analysis: Analysis | None = None,
    ) -> None:
        super().__init__(fleet, before, version, deadline, analysis)
        self.surge = surge
        self.unavailable = unavailable
        self.sized_for = 0
        self.told = (0, 0, 0)

    @property
    def posts(self) -> Fenceposts:
        """How many there may be too many, and too few."""
        return resolve_fenceposts(self.surge, self.unavailable, self.fleet.wanted)

    def begin(self) -> None:
        fleet, posts = self.fleet, self.posts
        fleet.join(self.version)
        self.sized_for = fleet.wanted
        fleet.tell(
            f"{self.name}: a rolling update of {fleet.wanted} instances begins, "
            f"at most {posts.surge} too many and {posts.unavailable} too few"
        )
        super().begin()

    def advance(self) -> bool:
        if self.fleet.wanted != self.sized_for:
            self.rescale()
            return True
        return self.more() or self.fewer() or self.through()

    def more(self) -> bool:
        """Ask for new instances, if there may be more."""
        fleet, target = self.fleet, self.target
        new = fleet.revision(target).replicas
        old = sum(fleet.revision(each).replicas for each in self.old())
        size = reconcile_new(fleet.wanted, self.posts, new, old)
        if size == new:
            return False
        fleet.resize(target, size)
        # Those that are on their way out may still hold the places.
        return fleet.revision(target).replicas != new

    def fewer(self) -> bool:
        """Stop old instances, if so many can be done without."""
        fleet = self.fleet
        versions = self.old()
        old = [fleet.revision(each) for each in versions]
        sizes = reconcile_old(fleet.wanted, self.posts, fleet.revision(self.target), old)
        changed = False
        for version, before, size in zip(versions, old, sizes, strict=True):
            if size != before.replicas:
                fleet.resize(version, size)
                changed = True
        return changed

    def through(self) -> bool:
        """Note how far it is; end it if all instances run the version and are available."""
        fleet, target = self.fleet, self.target
        new: Revision = fleet.revision(target)
        old = sum(fleet.revision(each).replicas for each in self.old())
        far = (new.replicas, new.available, old)
        if far != self.told:
            self.told = far
            fleet.report(
                f"{fleet.known_as(target)}: {new.replicas} of {fleet.wanted} instances, "
                f"{new.available} available; {old} of another version"
            )
        if not old and new.replicas == fleet.wanted and new.available >= fleet.wanted:
            fleet.tell(f"{self.fleet.known_as(target)}: the rolling update is complete")
            self.finish(ROLLED_BACK if self.why else COMPLETE)
        return False

    def old(self) -> list[str]:
        """The versions that are to go, the oldest first."""
        return [each for each in self.fleet.versions() if each != self.target]

    def rescale(self) -> None:
        """Another number of instances is wanted: each version has its part in that."""
        fleet = self.fleet
        before = resolve_fenceposts(self.surge, self.unavailable, self.sized_for)
        versions = [*self.old(), self.target]
        sizes = [fleet.revision(each).replicas for each in versions]
        allowed = self.sized_for + before.surge
        self.sized_for = fleet.wanted
        if sum(size > 0 for size in sizes) < 2:
            return
        shares = share_out(sizes, allowed, fleet.wanted, self.posts.surge)
        for version, size, share in zip(versions, sizes, shares, strict=True):
            if share != size:
                fleet.resize(version, share)
