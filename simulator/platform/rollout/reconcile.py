"""What the controller of Deployments does next: how many new instances, and how many old ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from simulator.platform.rollout.fenceposts import Fenceposts


class Revision(NamedTuple):
    """The instances of one version: how many there are to be, and how many of them are available.

    Those that are on their way out do not count.
    """

    replicas: int
    available: int


def reconcile_new(wanted: int, posts: Fenceposts, new: int, old: int) -> int:
    """How many instances of the new version there are to be, given how many there are of each.

    Together they never exceed those wanted and the surge.

    Source: Kubernetes, pkg/controller/deployment, `reconcileNewReplicaSet` and `NewRSNewReplicas`.
    """
    if new >= wanted:
        return wanted
    room = wanted + posts.surge - new - old
    return new + max(0, min(room, wanted - new))


def reconcile_old(
    wanted: int, posts: Fenceposts, new: Revision, old: Sequence[Revision]
) -> list[int]:
    """How many instances of each old version there are to be; the oldest version comes first.

    Instances that are not available go first, which costs nobody anything. Of the others so many go
    that enough remain; new instances that are not available yet count as missing.

    Source: Kubernetes, pkg/controller/deployment/rolling.go, `reconcileOldReplicaSets`,
    `cleanupUnhealthyReplicas` and `scaleDownOldReplicaSetsForRollingUpdate`.
    """
    sizes = [each.replicas for each in old]
    least = wanted - posts.unavailable
    most_down = sum(sizes) + new.replicas - least - (new.replicas - new.available)
    if most_down <= 0:
        return sizes
    for number, each in enumerate(old):
        unhealthy = min(most_down, each.replicas - each.available)
        sizes[number] -= unhealthy
        most_down -= unhealthy
    spare = new.available + sum(each.available for each in old) - least
    for number, size in enumerate(sizes):
        gone = max(0, min(size, spare))
        sizes[number] -= gone
        spare -= gone
    return sizes
