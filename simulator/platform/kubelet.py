"""Who asks the instances of a service how they are, and restarts those that are not well."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import ceil, inf
from typing import Final

from simulator.discovery.probe import ProbeLine, Prober
from simulator.kernel.event import Event
from simulator.platform.back_off import BackOff, Failures
from simulator.platform.probe_worker import (
    ASK,
    EXIT,
    FAILURE,
    LIVENESS,
    READINESS,
    STARTUP,
    SUCCESS,
    Container,
    ProbeSettings,
    ProbeWorker,
)
from simulator.platform.workload import Probes, Replica, Workload
from simulator.service.instance import Instance
from simulator.service.lifecycle import Lifecycle

RELIST: Final = 1.0
"""Seconds between two looks at whether processes still run (pkg/kubelet/pleg)."""

NAMES: Final = {STARTUP: "startup", LIVENESS: "liveness", READINESS: "readiness"}


class Kubelet(Probes):
    """Probes every instance of one service, restarts it, and says whether it is ready.

    In the real world: the kubelets of Kubernetes. A container that fails its liveness probe, or its
    startup probe, is killed and started again, after a wait that is twice as long each time
    (`CrashLoopBackOff`). One that fails its readiness probe is taken off the Service, and is put on
    it again when it passes.

    Here: the same. A probe is a question that waits for a slot and takes `work` like any other, so
    that an instance fails it that is dead, frozen, or merely has too much to do. The first is asked
    somewhere in the first period after the start of the first process, and then every period,
    whatever process there is by then. Whoever is killed loses what it has inside at once. That a
    process has died otherwise is seen within a second; whatever killed it lets it start again. The
    kubelet of a node that is down does nothing.

    Left out: the grace period in which a process that is to be restarted may finish what it has; and
    the immediate readiness probe after a start that newer versions make.

    Source: Kubernetes 1.20, pkg/kubelet/prober, pkg/kubelet/kubelet.go (syncLoopIteration,
    doBackOff); "Configure Liveness, Readiness and Startup Probes".

    Args:
        probes: the settings of those probes that there are, by kind.
        lines: how the instances are asked, by kind.
        phase: where in a period, from 0 to 1, the probe of a kind begins for a replica.
    """

    def __init__(
        self,
        workload: Workload,
        probes: Mapping[int, ProbeSettings],
        lines: Mapping[int, ProbeLine],
        phase: Callable[[Replica, str], float],
        back_off: BackOff,
    ) -> None:
        self.workload = workload
        self.kernel = workload.kernel
        self.probes = probes
        self.lines = lines
        self.phase = phase
        self.back_off = back_off
        self.pods: dict[int, Pod] = {}

    def begin(self, replica: Replica) -> None:
        pod = self.pods.get(replica.number)
        if pod is None or pod.incarnation != replica.starts:
            pod = Pod(self, replica)
            self.pods[replica.number] = pod
        pod.begin()

    def end(self, replica: Replica) -> None:
        self.pods[replica.number].end()

    def process_started(self, instance: Instance) -> None:
        """Somebody else has started the process of an instance again."""
        replica = self.workload.of(instance)
        if replica.running:
            self.pods[replica.number].look()


class Pod(Event):
    """One replica as its kubelet sees it; as an event, the next look at whether its process runs.

    Attributes:
        incarnation: which taking of the replica's place this is.
        container: the process that it has, or had last; `process` is when that was started.
        failures: for how long it is to wait before it is started again.
    """

    def __init__(self, kubelet: Kubelet, replica: Replica) -> None:
        super().__init__()
        self.kubelet = kubelet
        self.kernel = kubelet.kernel
        self.replica = replica
        self.incarnation = replica.starts
        self.container = Container(running=False)
        self.process = -inf
        self.failures = Failures(kubelet.back_off)
        self.questions = [
            Question(self, kind, settings) for kind, settings in kubelet.probes.items()
        ]
        self.origin = inf
        self.killing = Killing(self)

    def begin(self) -> None:
        """The workload has started its process; or it has been running since before the run."""
        kernel = self.kernel
        if self.origin == inf:
            self.origin = kernel.now + RELIST * self.kubelet.phase(self.replica, "relist")
        self.renew()
        if self.replica.ready:
            # It has been well for long.
            self.container.since = -inf
            self.container.started = True
            for question in self.questions:
                question.worker.result = SUCCESS
        for question in self.questions:
            question.begin()
        kernel.schedule_at(self, next_turn(self.origin, RELIST, kernel.now))
        self.judge()

    def end(self) -> None:
        """Its process is ended, by the workload or for a probe."""
        self.container.running = False
        self.kernel.cancel(self)
        self.kernel.cancel(self.killing)
        for question in self.questions:
            question.end()

    def fire(self) -> None:
        self.kernel.schedule(self, RELIST)
        self.look()

    @property
    def silent(self) -> bool:
        """Whether its node is down, and the kubelet with it."""
        node = self.kubelet.workload.node_of(self.replica)
        return node is not None and node.failures > 0

    def look(self) -> None:
        """See whether its process still runs, and whether it is the same one."""
        if self.silent:
            return
        instance, container = self.replica.instance, self.container
        if not instance.up:
            container.running = False
            self.judge()
        elif not container.running or instance.since != self.process:
            self.renew()
            self.kubelet.workload.set_ready(self.replica, False)
            self.judge()

    def renew(self) -> None:
        """There is another container."""
        instance = self.replica.instance
        self.process = instance.since
        self.container = Container(
            self.container.number + 1,
            instance.since,
            instance.up,
            STARTUP not in self.kubelet.probes,
        )
        for question in self.questions:
            question.worker.meet(self.container)

    def judge(self) -> None:
        """Say whether it is ready."""
        ready = self.container.running and self.container.started
        for question in self.questions:
            if question.worker.kind == READINESS and question.worker.result != SUCCESS:
                ready = False
        workload = self.kubelet.workload
        if ready != self.replica.ready and self.container.running:
            workload.note("platform", self.replica.name, "ready" if ready else "not ready")
        workload.set_ready(self.replica, ready)

    def answered(self, worker: ProbeWorker) -> None:
        """So many answers of a probe in a row were alike that they count."""
        if worker.kind == READINESS:
            self.judge()
        elif worker.result == FAILURE:
            self.killing.of(NAMES[worker.kind], self.container)
        elif worker.kind == STARTUP:
            self.container.started = True
            self.judge()

    def kill(self, probe: str) -> None:
        """Have the process killed, and started again."""
        wait = self.failures.failed(self.kernel.now - self.container.since)
        after = f", again in {wait:g} s" if wait > 0.0 else ""
        workload = self.kubelet.workload
        workload.note("platform", self.replica.name, f"{probe} probe failed: restarted{after}")
        workload.restart_container(self.replica, wait)


class Killing(Event):
    """The end of a container that has failed a probe, as soon as its kubelet acts on that.

    That is a moment of its own: the answer may have come from the midst of a crash.
    """

    def __init__(self, pod: Pod) -> None:
        super().__init__()
        self.pod = pod
        self.probe = ""
        self.container = pod.container

    def of(self, probe: str, container: Container) -> None:
        """A container has failed a probe."""
        if not self.pending:
            self.probe = probe
            self.container = container
            self.pod.kernel.schedule(self, 0.0)

    def fire(self) -> None:
        pod = self.pod
        if pod.container is self.container and pod.replica.running:
            pod.kill(self.probe)


class Question(Prober):
    """One probe of one replica; as an event, the next time that it is asked.

    Attributes:
        origin: when it is asked first, in seconds.
        asking: whether an answer is awaited; `due` if the next period is over meanwhile.
    """

    def __init__(self, pod: Pod, kind: int, settings: ProbeSettings) -> None:
        super().__init__()
        self.pod = pod
        self.settings = settings
        self.line = pod.kubelet.lines[kind]
        self.worker = ProbeWorker(kind, settings)
        self.origin = inf
        self.asking = False
        self.due = False

    def begin(self) -> None:
        """Ask from now on, whenever a period is over."""
        pod, period = self.pod, self.settings.period
        now = pod.kernel.now
        if self.origin == inf:
            phase = pod.kubelet.phase(pod.replica, NAMES[self.worker.kind])
            self.origin = now + period * phase
        pod.kernel.schedule_at(self, next_turn(self.origin, period, now))

    def end(self) -> None:
        """Ask no more, and do not listen to what comes of what has been asked."""
        self.pod.kernel.cancel(self)
        self.asking = self.due = False

    def fire(self) -> None:
        self.pod.kernel.schedule(self, self.settings.period)
        if self.asking:
            self.due = True
        else:
            self.tick()

    def tick(self) -> None:
        """A period is over."""
        pod = self.pod
        if pod.silent:
            return
        what = self.worker.tick(pod.container, pod.kernel.now)
        if what == EXIT:
            pod.kernel.cancel(self)
        elif what == ASK:
            self.asking = True
            self.line.send(self, pod.replica.instance, self.settings.timeout)

    def probed(self, instance: Instance, well: bool) -> None:
        if not self.asking:
            # Its process has been ended meanwhile.
            return
        self.asking = False
        if self.worker.heard(SUCCESS if well else FAILURE):
            self.pod.answered(self.worker)
        if self.due:
            self.due = False
            self.tick()


class Watched(Lifecycle):
    """Lets kubelets hear of processes that others than they have started.

    Those who start a process that they have killed, as faults do, say that it is back. Where a
    kubelet looks after the instance, it is for the kubelet to say when it may be asked.

    Args:
        told: who tells callers of instances that come and go.
        kubelets: who looks after which instance, by its name.
    """

    def __init__(self, told: Lifecycle, kubelets: Mapping[str, Kubelet]) -> None:
        self.told = told
        self.kubelets = kubelets

    def stopping(self, instance: Instance) -> None:
        self.told.stopping(instance)

    def lists(self, instance: Instance) -> bool:
        return self.told.lists(instance)

    def restarted(self, instance: Instance) -> None:
        kubelet = self.kubelets.get(instance.name)
        if kubelet is None:
            self.told.restarted(instance)
        else:
            kubelet.process_started(instance)


def next_turn(origin: float, period: float, now: float) -> float:
    """The first moment from `now` on of what happens every period from `origin` on, in seconds."""
    return max(now, origin + max(0, ceil((now - origin) / period)) * period)
