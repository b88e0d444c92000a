"""Who carries out the rollouts of one service, one after another."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import inf

from simulator.call.segmentation import Segmentation
from simulator.fault.fault import NEARLY
from simulator.kernel.event import LATE, Event
from simulator.platform.rollout.analysis import Analysis, Finding
from simulator.platform.rollout.fleet import Fleet
from simulator.platform.rollout.reconcile import Revision
from simulator.platform.rollout.rollout import COMPLETE, Rollout
from simulator.platform.workload import STOPPING, Replica, Workload, WorkloadListener
from simulator.service.impairment import Impairment

MakeRollout = Callable[[Fleet, str, str], Rollout]
"""Makes a rollout of a fleet, from one version to another."""


RESYNC = 1.0
"""Seconds after which it is looked again at an instance that is dead."""


class Deployer(WorkloadListener):
    """Replaces the version that the instances of a service run, by one rollout after another.

    In the real world: the controller of Deployments, or of Rollouts. It looks again whenever an
    instance has come or gone; what it looks at is how many there are of each version.

    Here: each look is taken at once. An instance is made what its version is before its process
    starts. A rollout that begins while another is under way takes over from it.

    Source: Kubernetes, "Deployments", "Rollover (aka multiple updates in-flight)".

    Args:
        first: what the version is called that the service begins with.
        versions: what each other version does otherwise.
        segmentation: which version a request goes to; None where all instances are alike to callers.
        by_name: whether the segments are those of versions, which somebody else may send requests
            to. Otherwise a version that comes by a rolling update is in the segment of the one before.

    Attributes:
        stable: the version that is to run, but for a rollout that is under way.
        rollouts: all that have begun.
        tenures: which instance has run which version, and when.
    """

    def __init__(
        self,
        workload: Workload,
        first: str,
        versions: Mapping[str, Impairment],
        segmentation: Segmentation | None,
        *,
        by_name: bool,
    ) -> None:
        self.workload = workload
        self.first = first
        self.versions = versions
        self.segmentation = segmentation
        self.by_name = by_name
        self.segments = {"": ""}
        self.dressed: dict[str, str] = {}
        self.order = [""]
        self.stable = ""
        self.former = ""
        self.rollouts: list[Rollout] = []
        self.tenures: list[Tenure] = []
        self.open: dict[str, Tenure] = {}
        self.min_ready = 0.0
        self.progress = Progress(self)
        self.resync = Alarm(self)
        self.quiet = False

    @property
    def rollout(self) -> Rollout | None:
        """The one that is under way, or has still something to be done."""
        if self.rollouts and self.rollouts[-1].ended is None:
            return self.rollouts[-1]
        return None

    @property
    def analysis(self) -> Analysis | None:
        """Who judges a version just now."""
        rollout = self.rollout
        if rollout is None or rollout.analysis is None or not rollout.analysis.running:
            return None
        return rollout.analysis

    def begin(self, others: Mapping[str, str]) -> None:
        """From now on it makes instances what they are; `others` begin with another version."""
        for replica in self.workload.replicas:
            if replica.name in others:
                replica.version = self.dressed[replica.name] = others[replica.name]
            if replica.exists:
                self.take_up(replica, -inf)
        self.order += [each for each in self.versions if each in others.values()]
        self.workload.listeners.append(self)
        self.workload.dress = self.dress
        self.workload.undress = self.undress

    # What is asked of it.

    def deploy(self, version: str, min_ready: float, make: MakeRollout) -> None:
        """Roll out a version, whose instances are available `min_ready` seconds after being ready."""
        under_way = self.rollout
        if under_way is None and version == self.stable:
            self.note(f"{self.known_as(version)}: runs already")
            return
        if under_way is not None:
            if version == under_way.target:
                self.note(f"{self.known_as(version)}: is being rolled out already")
                return
            if version == under_way.before:
                self.go_back(under_way, f"{self.known_as(version)} is deployed again")
                return
            self.take_over(under_way)
        if version in self.order:
            self.order.remove(version)
        self.order.append(version)
        fleet = WorkloadFleet(self, min_ready)
        self.min_ready = min_ready
        self.rollouts.append(make(fleet, self.stable, version))
        self.workload.steward = self.step
        self.rollouts[-1].begin()
        self.settle()
        self.look_again()

    def roll_back(self, min_ready: float, make: MakeRollout) -> None:
        """Go back to the version before: with what is under way, or by a rollout of its own."""
        under_way = self.rollout
        if under_way is None:
            self.deploy(self.former, min_ready, make)
        elif not under_way.why:
            self.go_back(under_way, "somebody asked for it")

    def go_back(self, under_way: Rollout, why: str) -> None:
        """Take back what is under way."""
        under_way.abort(why)
        self.settle()

    def take_over(self, under_way: Rollout) -> None:
        """End a rollout where it is, for another."""
        self.quiet = True
        under_way.supersede()
        self.quiet = False
        self.settle()

    def judge(self, findings: Sequence[Finding]) -> None:
        """Its version has been measured."""
        rollout = self.rollout
        assert rollout is not None and rollout.analysis is not None
        wrong = rollout.analysis.judge(self.workload.kernel.now, findings)
        if wrong and not rollout.analysis.failed:
            self.note(f"{rollout.name}: {wrong}")
        rollout.judged()
        self.settle()

    # What it is told.

    def step(self) -> None:
        """Something has changed: see what can be done."""
        rollout = self.rollout
        if rollout is not None and not self.quiet:
            rollout.step()
            self.settle()
            self.look_again()

    def look_again(self) -> None:
        """See later whether those that a fault has killed live again, of which nobody tells."""
        dead = any(each.ready and not each.running for each in self.workload.existing())
        if self.rollout is not None and dead and not self.resync.pending:
            self.workload.kernel.schedule(self.resync, RESYNC)

    def settle(self) -> None:
        """Leave the instances to the workload again, once a rollout has ended."""
        if self.rollout is not None or not self.rollouts or self.workload.steward is None:
            return
        self.progress.drop()
        last = self.rollouts[-1]
        if last.state == COMPLETE:
            self.former, self.stable = self.stable, last.version
        self.workload.version = self.stable
        self.workload.steward = None
        self.workload.settle()

    def added(self, replica: Replica) -> None:
        self.take_up(replica, self.workload.kernel.now)
        if self.segmentation is not None:
            segment = self.segment_of(replica.version)
            self.segmentation.assign(replica.name, segment, self.workload.kernel.now)

    def became_ready(self, replica: Replica) -> None:
        self.step()
        if self.rollout is not None and self.min_ready > 0.0:
            self.workload.kernel.schedule(Alarm(self), self.min_ready)

    def became_unready(self, replica: Replica) -> None:
        self.step()

    def gone(self, replica: Replica) -> None:
        self.open[replica.name].until = self.workload.kernel.now

    # Versions.

    def take_up(self, replica: Replica, since: float) -> None:
        """An instance runs its version from then on."""
        tenure = Tenure(replica.number, replica.version, since)
        self.open[replica.name] = tenure
        self.tenures.append(tenure)

    def known_as(self, version: str) -> str:
        """What a version is called; "" is the one that the service begins with."""
        return version or self.first

    def segment_of(self, version: str) -> str:
        """The segment that the instances of a version are in."""
        return version if self.by_name else self.segments.get(version, version)

    def join_segment(self, version: str) -> None:
        """A version takes the place of the stable one, and gets what that one gets."""
        self.segments[version] = self.segment_of(self.stable)

    def divide(self, weights: Mapping[str, float]) -> None:
        """From now on each version gets such a share of the requests."""
        if self.segmentation is None:
            return
        shares: dict[str, float] = {}
        for version, weight in weights.items():
            segment = self.segment_of(version)
            while segment in shares:
                # It has taken the place of the other before, in a rolling update.
                segment += "'"
            self.segments[version] = segment
            shares[segment] = weight
        self.segmentation.set_weights(shares)

    def dress(self, replica: Replica) -> None:
        """Make an instance what its version is."""
        if replica.name in self.dressed:
            # Its process was started again.
            return
        impairment = self.versions.get(replica.version)
        if impairment is not None:
            impairment.put_on(replica.instance)
            self.dressed[replica.name] = replica.version

    def undress(self, replica: Replica) -> None:
        """Make it what it was built as."""
        version = self.dressed.pop(replica.name, None)
        if version is not None:
            self.versions[version].take_off(replica.instance)

    def note(self, what: str) -> None:
        """Have something noted."""
        self.workload.note("deploy", self.workload.service, what)


@dataclass(slots=True)
class Tenure:
    """That an instance runs a version, from when to when, in seconds; `number` is its place."""

    number: int
    version: str
    since: float
    until: float = inf


class WorkloadFleet(Fleet):
    """The instances of a workload, by version.

    Args:
        min_ready: for so many seconds an instance must have been ready to be available.
    """

    def __init__(self, deployer: Deployer, min_ready: float) -> None:
        self.deployer = deployer
        self.workload = deployer.workload
        self.min_ready = min_ready

    @property
    def now(self) -> float:
        return self.workload.kernel.now

    @property
    def wanted(self) -> int:
        return self.workload.wanted

    def known_as(self, version: str) -> str:
        return self.deployer.known_as(version)

    def versions(self) -> list[str]:
        there = {each.version for each in self.workload.existing()}
        return [each for each in self.deployer.order if each in there]

    def revision(self, version: str) -> Revision:
        mine = self.of(version)
        return Revision(len(mine), sum(self.available(each) for each in mine))

    def of(self, version: str) -> list[Replica]:
        """The replicas of a version that are not on their way out."""
        return [each for each in self.workload.existing() if each.version == version]

    def available(self, replica: Replica) -> bool:
        """Whether a replica has been ready for long enough, and lives."""
        if not (replica.ready and replica.running):
            return False
        return self.now - replica.ready_since >= self.min_ready - NEARLY

    def leaving(self) -> list[str]:
        return [each.version for each in self.workload.replicas if each.phase == STOPPING]

    def resize(self, version: str, replicas: int) -> None:
        mine = self.of(version)
        for _ in range(replicas - len(mine)):
            if self.workload.add(version) is None:
                # Those that are on their way out still hold their places.
                return
        if len(mine) > replicas:
            for replica in self.workload.victims(mine)[: len(mine) - replicas]:
                self.workload.stop(replica)

    def divide(self, weights: Mapping[str, float]) -> None:
        self.deployer.divide(weights)

    def join(self, version: str) -> None:
        self.deployer.join_segment(version)

    def tell(self, what: str) -> None:
        self.deployer.note(what)

    def report(self, how_far: str) -> None:
        self.deployer.progress.report(how_far)

    def wake(self, seconds: float) -> None:
        self.workload.kernel.schedule(Alarm(self.deployer), seconds)


class Progress(Event):
    """Notes how far a rollout is, once for all that happens in one moment."""

    def __init__(self, deployer: Deployer) -> None:
        super().__init__()
        self.deployer = deployer
        self.how_far = ""

    def report(self, how_far: str) -> None:
        """It is this far, as far as is known by now."""
        self.how_far = how_far
        kernel = self.deployer.workload.kernel
        if not self.pending:
            kernel.schedule_at(self, kernel.now, LATE)

    def drop(self) -> None:
        """It is at its end, which is noted by itself."""
        self.deployer.workload.kernel.cancel(self)

    def fire(self) -> None:
        self.deployer.note(self.how_far)


class Alarm(Event):
    """A time at which a rollout looks again."""

    def __init__(self, deployer: Deployer) -> None:
        super().__init__()
        self.deployer = deployer

    def fire(self) -> None:
        self.deployer.step()


class Order(Event):
    """What is to be deployed, when; as an event, the moment.

    Args:
        at: when, in seconds; with a condition, not before.
        when: the condition whose holding it waits for, as text; None for none.
        version: what is deployed; None to go back to what was before.
        min_ready: for so many seconds an instance must have been ready to be available.
        make: makes the rollout.
    """

    def __init__(
        self,
        deployer: Deployer,
        at: float,
        when: str | None,
        version: str | None,
        min_ready: float,
        make: MakeRollout,
    ) -> None:
        super().__init__()
        self.deployer = deployer
        self.at = at
        self.when = when
        self.version = version
        self.min_ready = min_ready
        self.make = make
        self.done = False

    def begin(self) -> None:
        """Put it on the clock, unless it waits for a condition."""
        if self.when is None:
            self.deployer.workload.kernel.agenda.add(self, self.at)

    @property
    def waits(self) -> bool:
        """Whether it would be carried out now if its condition held."""
        now = self.deployer.workload.kernel.now
        return self.when is not None and not self.done and now >= self.at - NEARLY

    def held(self, what: str) -> None:
        """Its condition holds; `what` was seen is noted."""
        self.done = True
        self.deployer.note(what)
        self.deployer.workload.kernel.schedule(self, 0.0)

    def fire(self) -> None:
        self.done = True
        if self.version is None:
            self.deployer.roll_back(self.min_ready, self.make)
        else:
            self.deployer.deploy(self.version, self.min_ready, self.make)
