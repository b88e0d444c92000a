"""What keeps a number of instances of one service running."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import inf
from typing import NamedTuple

from simulator.call.attempt import Attempt
from simulator.call.route import Route
from simulator.fault.dying import end
from simulator.kernel.event import Event
from simulator.kernel.kernel import Kernel
from simulator.observe.deaths import Death
from simulator.observe.event_log import EventLog
from simulator.platform.node import Node
from simulator.platform.placement import Placement
from simulator.platform.start_up import ShutDown, StartUp
from simulator.service.closing import Closing
from simulator.service.instance import Instance, Watcher
from simulator.service.lifecycle import Lifecycle
from simulator.service.watching import unwatch, watch

ABSENT, PENDING, STARTING, RUNNING, STOPPING = range(5)
"""How far an instance is: not asked for, waiting for a node, pulled and booted, running, let go."""


AGAIN = 1.0
"""Seconds until a process that could not be started is started again."""


class Replica:
    """One place of a workload for an instance; times in seconds.

    Attributes:
        version: which version of the service it runs; "" for the one that the service begins with.
        ready: whether it may be asked, as far as the platform knows.
        asked: when it was asked for.
        started: when its process began to run; infinity before.
        ready_since: when it last became ready; infinity while it is not.
        restarts: how often its process has been started again.
        starts: how often the place was taken.
    """

    def __init__(self, instance: Instance, number: int) -> None:
        self.instance = instance
        self.number = number
        self.version = ""
        self.phase = ABSENT
        self.ready = False
        self.asked = 0.0
        self.started = inf
        self.ready_since = inf
        self.restarts = 0
        self.starts = 0
        self.step: Event | None = None
        """What is due next on its way."""

    @property
    def name(self) -> str:
        """The instance's."""
        return self.instance.name

    @property
    def running(self) -> bool:
        """Whether its process runs."""
        return self.phase == RUNNING and self.instance.up

    @property
    def exists(self) -> bool:
        """Whether it is asked for, and not on its way out."""
        return self.phase in (PENDING, STARTING, RUNNING)


class Wish(NamedTuple):
    """From `time` on, in seconds, so many are wanted `by` somebody; "" from the start."""

    time: float
    wanted: int
    by: str


class WorkloadListener:
    """Whoever wants to hear what becomes of the replicas of a workload."""

    def added(self, replica: Replica) -> None:
        """It has been asked for."""

    def started(self, replica: Replica) -> None:
        """Its process runs."""

    def became_ready(self, replica: Replica) -> None:
        """It may be asked."""

    def became_unready(self, replica: Replica) -> None:
        """It may not be asked for now."""

    def stopping(self, replica: Replica) -> None:
        """It has been told to stop."""

    def gone(self, replica: Replica) -> None:
        """It is no more, and its place is free."""


class Probes:
    """Who finds out whether a replica is ready, where that takes more than a process that runs."""

    def begin(self, replica: Replica) -> None:
        """Its process has just started."""
        raise NotImplementedError

    def end(self, replica: Replica) -> None:
        """Its process is about to end, or has ended."""
        raise NotImplementedError


class Workload:
    """Keeps as many instances of one service running as somebody wants.

    In the real world: a Deployment of Kubernetes with its ReplicaSet, an Auto Scaling group of AWS.

    Here: a replica that is wanted waits for a node that takes it (where there are nodes), has its
    image pulled by a node that has not got it, boots, and runs. It is cold at first, and is asked as
    soon as it is ready: at once, or when its probes say so. One too many is taken off the callers'
    lists, goes on for `delay`, refuses what is new then, and ends when it has finished what it has,
    or is killed after its `grace`.

    Which replica goes first: one that has no node, then one that is not ready, then the one on the
    node with the most of them, then the one that was ready last, as a ReplicaSet chooses.

    Left out: the time that controllers take to see a change; pod deletion cost.

    Source: Kubernetes, pkg/controller/controller_utils.go (`ActivePodsWithRanks`), "Pod Lifecycle",
    "Termination of Pods".

    Args:
        replicas: every place that there is, taken or not.
        lifecycle: who tells callers of who has come and who goes.
        callers: the routes by which each instance is asked, by its name.
        deaths: where the deaths of processes that are ended in the midst of their work are noted.
        places: the nodes; None where there are none.

    Attributes:
        wanted: how many there are to be; `wishes` has that too, and all that were before.
        probes: who says when a replica is ready; None if one is as soon as it runs.
        steward: who starts and stops replicas instead of the workload itself, while a deployment is
            under way.
        dress: makes an instance what its version is, before it starts; `undress` undoes that.
    """

    def __init__(
        self,
        kernel: Kernel,
        service: str,
        replicas: Sequence[Replica],
        wanted: int,
        start_up: StartUp,
        shut_down: ShutDown,
        lifecycle: Lifecycle,
        callers: Mapping[str, Sequence[Route]],
        deaths: list[Death],
        places: Placement | None,
        events: EventLog,
    ) -> None:
        self.kernel = kernel
        self.service = service
        self.replicas = list(replicas)
        self.wanted = wanted
        self.wishes = [Wish(0.0, wanted, "")]
        self.start_up = start_up
        self.shut_down = shut_down
        self.lifecycle = lifecycle
        self.callers = callers
        self.deaths = deaths
        self.places = places
        self.events = events
        self.version = ""
        self.probes: Probes | None = None
        self.steward: Callable[[], None] | None = None
        self.listeners: list[WorkloadListener] = []
        self.dress: Callable[[Replica], None] | None = None
        self.undress: Callable[[Replica], None] | None = None
        self.starts = 0
        self.stopping = False
        self.presence: list[Stay] = []
        self.open: dict[str, Stay] = {}

    @property
    def capacity(self) -> float | None:
        """Cores of one instance, or else its slots; None where neither has a limit."""
        return self.replicas[0].instance.capacity or None

    def begin(self) -> None:
        """Let those that run from the start be known as such, and others wait for a node."""
        for replica in self.replicas[: self.wanted]:
            replica.starts = 1
            stay = Stay(replica.number, -inf)
            if not replica.instance.up:
                replica.phase = PENDING
                self.open[replica.name] = stay
                self.presence.append(stay)
                self.wait(replica)
                continue
            replica.phase = RUNNING
            replica.ready = True
            replica.started = replica.ready_since = -inf
            stay.placed = stay.started = stay.ready_since = 0.0
            self.open[replica.name] = stay
            self.presence.append(stay)
            if self.places is not None and replica.name in self.places.standing:
                self.places.standing[replica.name].images[self.image(replica)] = 0.0
            if self.probes is not None:
                self.probes.begin(replica)

    # What is asked.

    def existing(self) -> list[Replica]:
        """Those that are asked for, and not on their way out."""
        return [each for each in self.replicas if each.exists]

    def ready(self) -> list[Replica]:
        """Those of them that may be asked."""
        return [each for each in self.replicas if each.exists and each.ready]

    def of(self, instance: Instance) -> Replica:
        """The replica that an instance is."""
        return self.replicas[instance.number]

    # What is wanted.

    def scale(self, wanted: int, by: str, why: str = "") -> None:
        """From now on so many; `by` whom and `why` is noted."""
        if wanted == self.wanted:
            return
        reason = f"{by}, {why}" if why else by
        self.note("scale", self.service, f"{self.wanted} to {wanted}: {reason}")
        self.wanted = wanted
        self.wishes.append(Wish(self.kernel.now, wanted, by))
        self.settle()

    def settle(self) -> None:
        """Start as many as are missing, or stop as many as are too many."""
        if self.steward is not None:
            self.steward()
            return
        have = self.existing()
        for _ in range(self.wanted - len(have)):
            if self.add(self.version) is None:
                # Those that are on their way out still hold their places.
                return
        if len(have) > self.wanted and not self.stopping:
            # They are chosen once: one that is idle is gone at once, and its end leads here again.
            self.stopping = True
            for replica in self.victims(have)[: len(have) - self.wanted]:
                self.stop(replica)
            self.stopping = False

    def victims(self, replicas: Sequence[Replica]) -> list[Replica]:
        """In which order replicas would be stopped."""
        doubled: dict[str, int] = {}
        for each in replicas:
            node = self.node_of(each)
            if node is not None and each.running:
                doubled[node.name] = doubled.get(node.name, 0) + 1

        def rank(replica: Replica) -> tuple[bool, bool, int, float, float, int]:
            node = self.node_of(replica)
            together = 0 if node is None else doubled.get(node.name, 0)
            return (
                replica.phase != PENDING,
                replica.ready and replica.running,
                -together,
                -replica.ready_since if replica.ready else 0.0,
                -replica.asked,
                -replica.number,
            )

        return sorted(replicas, key=rank)

    def node_of(self, replica: Replica) -> Node | None:
        """The node that a replica stands on."""
        return None if self.places is None else self.places.standing.get(replica.name)

    # How one comes.

    def add(self, version: str = "") -> Replica | None:
        """Ask for one more of a version; None if all places are taken."""
        replica = next((each for each in self.replicas if each.phase == ABSENT), None)
        if replica is None:
            return None
        replica.version = version
        replica.phase = PENDING
        replica.asked = self.kernel.now
        replica.restarts = 0
        replica.starts += 1
        replica.instance.there = True
        stay = Stay(replica.number, self.kernel.now)
        self.open[replica.name] = stay
        self.presence.append(stay)
        for each in self.listeners:
            each.added(replica)
        self.place(replica)
        return replica

    def place(self, replica: Replica) -> None:
        """Find it a node, where there are nodes; it waits for one if none takes it."""
        if self.places is not None and self.places.place(replica.name, self.service) is None:
            self.wait(replica)
            return
        self.start(replica)

    def wait(self, replica: Replica) -> None:
        """No node takes it for now."""
        assert self.places is not None
        self.note("platform", replica.name, "pending: no node takes it")
        self.places.wait(replica.name, self.service, Placed(self, replica))

    def start(self, replica: Replica) -> None:
        """Have its image pulled, if its node has not got it, and its process booted."""
        number = self.starts
        self.starts += 1
        wait = self.start_up.pull.at(number)
        node = self.node_of(replica)
        if node is not None:
            replica.instance.stand_in(node.zone)
            image = self.image(replica)
            # Two that start together wait for one pull.
            there = node.images.setdefault(image, self.kernel.now + wait)
            wait = max(0.0, there - self.kernel.now)
        replica.phase = STARTING
        self.open[replica.name].placed = self.kernel.now
        wait += self.start_up.boot.at(number)
        self.after(replica, wait, self.run)

    def image(self, replica: Replica) -> str:
        """What a node has to have before the replica can start."""
        return f"{self.service}:{replica.version}"

    def run(self, replica: Replica) -> None:
        """The process is there, unless something keeps it from starting: then it is tried again."""
        instance = replica.instance
        if instance.kept_down > 1:
            self.after(replica, AGAIN, self.run)
            return
        if self.dress is not None:
            self.dress(replica)
        replica.phase = RUNNING
        replica.started = self.kernel.now
        stay = self.open[replica.name]
        stay.started = min(stay.started, self.kernel.now)
        instance.provide(instance.capacity)
        instance.kept_down -= 1
        instance.restart()
        for each in self.listeners:
            each.started(replica)
        self.look(replica)

    def look(self, replica: Replica) -> None:
        """The process has just started: find out when it is ready."""
        if self.probes is not None:
            self.probes.begin(replica)
        else:
            self.set_ready(replica, True)

    def set_ready(self, replica: Replica, ready: bool) -> None:
        """From now on the replica may be asked, or may not."""
        if ready == replica.ready or replica.phase != RUNNING:
            return
        replica.ready = ready
        replica.ready_since = self.kernel.now if ready else inf
        stay = self.open[replica.name]
        if ready:
            stay.ready_since = self.kernel.now
            if replica.instance.up:
                # Else whoever keeps it dead says so when it starts.
                self.lifecycle.restarted(replica.instance)
        else:
            stay.unready(self.kernel.now)
            self.lifecycle.stopping(replica.instance)
        for each in self.listeners:
            if ready:
                each.became_ready(replica)
            else:
                each.became_unready(replica)

    # How one ends, and starts again in its place.

    def restart_container(self, replica: Replica, after: float) -> None:
        """End the process; another starts in its place `after` seconds from now, and boots."""
        instance = replica.instance
        if self.probes is not None:
            self.probes.end(replica)
        replica.restarts += 1
        instance.kept_down += 1
        if instance.up:
            end(instance, self.kernel.now, self.lifecycle, self.callers, self.deaths)
        if replica.ready:
            self.set_ready(replica, False)
        replica.phase = STARTING
        boot = self.start_up.boot.at(self.starts)
        self.starts += 1
        self.after(replica, after + boot, self.run)

    # How one goes.

    def stop(self, replica: Replica) -> None:
        """Let one go: in good order if it runs."""
        if not replica.exists:
            return
        for each in self.listeners:
            each.stopping(replica)
        if self.probes is not None and replica.phase == RUNNING:
            self.probes.end(replica)
        if replica.step is not None:
            self.kernel.cancel(replica.step)
            replica.step = None
        instance = replica.instance
        if replica.phase == RUNNING:
            # Should it die now, nobody is to start it again.
            instance.kept_down += 1
        if replica.ready:
            replica.ready = False
            replica.ready_since = inf
            self.open[replica.name].unready(self.kernel.now)
            self.lifecycle.stopping(instance)
        if replica.phase == RUNNING and instance.up:
            replica.phase = STOPPING
            Stopping(self, replica).begin()
        else:
            self.vanish(replica)

    def vanish(self, replica: Replica) -> None:
        """One is no more."""
        instance = replica.instance
        if instance.up:
            instance.retire()
        if self.undress is not None and replica.started < inf:
            self.undress(replica)
        instance.provide(0.0)
        instance.there = False
        replica.phase = ABSENT
        replica.started = inf
        self.open.pop(replica.name).ended = self.kernel.now
        if self.places is not None:
            self.places.give_up(replica.name)
            if replica.name in self.places.standing:
                self.places.remove(replica.name)
                # Who stands nowhere is in no zone that may fail.
                instance.zone = ""
                self.places.opened()
        for each in self.listeners:
            each.gone(replica)
        self.settle()

    def after(self, replica: Replica, seconds: float, do: Callable[[Replica], None]) -> None:
        """Do the next step of a replica's way after some seconds."""
        replica.step = Step(replica, do)
        if seconds > 0.0:
            self.kernel.schedule(replica.step, seconds)
        else:
            replica.step.fire()

    def note(self, kind: str, subject: str, what: str) -> None:
        """Have something noted that is worth telling."""
        self.events.note(self.kernel.now, kind, subject, what)


class Stay:
    """One stay of an instance: from when it was asked for to its end; times in seconds.

    Attributes:
        number: of its place.
        asked: when it was asked for; minus infinity for one that runs from the start.
        placed: when it had a node, and began to start; infinity if it never did.
        started: when its process first ran; infinity if it never did.
        ended: when it was gone; infinity while it is there.
        served: from when to when it was ready, each time; `ready_since` is for the time that is on.
    """

    __slots__ = ("asked", "ended", "number", "placed", "ready_since", "served", "started")

    def __init__(self, number: int, asked: float) -> None:
        self.number = number
        self.asked = asked
        self.placed = inf
        self.started = inf
        self.ended = inf
        self.ready_since = inf
        self.served: list[tuple[float, float]] = []

    def unready(self, now: float) -> None:
        """It has been ready up to now, and is no more."""
        self.served.append((self.ready_since, now))
        self.ready_since = inf

    def served_until(self, now: float) -> list[tuple[float, float]]:
        """From when to when it was ready, each time up to now."""
        return [*self.served, (self.ready_since, now)] if self.ready_since < now else self.served


class Step(Event):
    """What is next on the way of one replica."""

    def __init__(self, replica: Replica, do: Callable[[Replica], None]) -> None:
        super().__init__()
        self.replica = replica
        self.do = do

    def fire(self) -> None:
        self.replica.step = None
        self.do(self.replica)


class Placed(Event):
    """The moment at which a replica that has waited for a node stands on one."""

    def __init__(self, workload: Workload, replica: Replica) -> None:
        super().__init__()
        self.workload = workload
        self.replica = replica

    def fire(self) -> None:
        self.workload.start(self.replica)


class Stopping(Event):
    """The end of one replica, in good order."""

    def __init__(self, workload: Workload, replica: Replica) -> None:
        super().__init__()
        self.workload = workload
        self.replica = replica
        self.kernel = workload.kernel
        self.began = workload.kernel.now
        self.closing: Closing | None = None
        self.watcher = Emptied(self)
        self.emptying = False

    def begin(self) -> None:
        """It has been told."""
        shut_down = self.workload.shut_down
        if 0.0 < shut_down.delay < shut_down.grace:
            self.kernel.schedule(self, shut_down.delay)
        elif shut_down.delay > 0.0:
            # The grace is over before it would have closed its door: it serves to the last.
            self.emptying = True
            self.kernel.schedule(self, shut_down.grace)
        else:
            self.close()

    def close(self) -> None:
        """Take nothing new; end as soon as nothing is left, or when the grace is over."""
        instance = self.replica.instance
        left = self.began + self.workload.shut_down.grace - self.kernel.now
        self.emptying = True
        if not instance.inside or left <= 0.0:
            self.finish()
            return
        self.closing = Closing(instance.gate)
        instance.gate = self.closing
        watch(instance, self.watcher)
        self.kernel.schedule(self, left)

    def emptied(self) -> None:
        """Nothing is left inside: it ends as soon as the last answer is on its way."""
        self.kernel.cancel(self)
        self.kernel.schedule(self, 0.0)

    def fire(self) -> None:
        if self.emptying or not self.replica.instance.up:
            self.finish()
        else:
            self.close()

    def finish(self) -> None:
        """It is over, whatever is left."""
        instance = self.replica.instance
        if self.closing is not None:
            unwatch(instance, self.watcher)
            if instance.gate is self.closing:
                instance.gate = self.closing.behind
        self.workload.vanish(self.replica)


class Emptied(Watcher):
    """Notices that the last request has left an instance."""

    def __init__(self, stopping: Stopping) -> None:
        self.stopping = stopping

    def left(self, instance: Instance, attempt: Attempt) -> None:
        self.let_go(instance)

    def let_go(self, instance: Instance) -> None:
        if not instance.inside:
            self.stopping.emptied()
