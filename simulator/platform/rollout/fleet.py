"""The instances of a service by version: what a rollout sees of them, and what it may ask for."""

from __future__ import annotations

from collections.abc import Mapping

from simulator.platform.rollout.reconcile import Revision


class Fleet:
    """The instances of one service, by version, as a ReplicaSet for each of them would have it.

    Nobody here counts who is on the way out. What is asked for comes in time, or never; the rollout
    looks again whenever something has changed.
    """

    @property
    def now(self) -> float:
        """The time, in seconds."""
        raise NotImplementedError

    @property
    def wanted(self) -> int:
        """How many instances the service is to have in all."""
        raise NotImplementedError

    def known_as(self, version: str) -> str:
        """What a version is called where people read; "" is the one that the service begins with."""
        return version or "v1"

    def versions(self) -> list[str]:
        """Those of which there are instances, the oldest first."""
        raise NotImplementedError

    def revision(self, version: str) -> Revision:
        """How many instances of a version there are, and how many of them are available."""
        raise NotImplementedError

    def leaving(self) -> list[str]:
        """The versions of the instances that have been told to stop, and are not gone yet."""
        raise NotImplementedError

    def resize(self, version: str, replicas: int) -> None:
        """Ask for more instances of a version, or stop some, until there are so many."""
        raise NotImplementedError

    def divide(self, weights: Mapping[str, float]) -> None:
        """From now on each version gets such a share of the requests."""
        raise NotImplementedError

    def join(self, version: str) -> None:
        """To callers the instances of a version are like those of the stable one."""
        raise NotImplementedError

    def tell(self, what: str) -> None:
        """Have a step of the rollout noted."""
        raise NotImplementedError

    def report(self, how_far: str) -> None:
        """Have it noted how far the rollout is, when all that happens now has happened."""
        raise NotImplementedError

    def wake(self, seconds: float) -> None:
        """Have the rollout look again, so many seconds from now."""
        raise NotImplementedError
