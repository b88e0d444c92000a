"""What the kubelet makes of the answers to one probe of one container."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from simulator.fault.fault import NEARLY

STARTUP: Final = 0
LIVENESS: Final = 1
READINESS: Final = 2

UNKNOWN: Final = 0
FAILURE: Final = 1
SUCCESS: Final = 2

INITIAL: Final = {STARTUP: UNKNOWN, LIVENESS: SUCCESS, READINESS: FAILURE}
"""What a probe is taken to have said before it has been asked."""

ASK: Final = 0
WAIT: Final = 1
EXIT: Final = 2


@dataclass(frozen=True, slots=True)
class ProbeSettings:
    """Times in seconds; thresholds in answers in a row.

    Source: Kubernetes, "Probe v1 core": the defaults of its fields.

    Attributes:
        initial_delay: how long a container is left alone after its process has started.
        work: what answering costs the instance.
    """

    period: float = 10.0
    timeout: float = 1.0
    success_threshold: int = 1
    failure_threshold: int = 3
    initial_delay: float = 0.0
    work: float = 0.001


@dataclass(slots=True)
class Container:
    """A container as its kubelet sees it.

    Attributes:
        number: which one of its pod it is: one that is started anew is another.
        since: when its process started, in seconds.
        running: whether its process runs.
        started: whether its startup probe has succeeded; where it has none, whether it runs.
        finished: whether its pod is over, and nothing will be started in it any more.
        leaving: whether its pod has been asked to end.
    """

    number: int = 0
    since: float = 0.0
    running: bool = True
    started: bool = False
    finished: bool = False
    leaving: bool = False


class ProbeWorker:
    """One probe of one container: when it is asked, and what follows from the answers.

    In the real world: a worker of the kubelet's prober. Every `period` it asks its container, and
    waits for an answer for `timeout`. A failure counts after `failure_threshold` of them in a row,
    a success after `success_threshold`. A liveness or startup probe that fails has its container
    killed, and is on hold until there is another. Until the startup probe has succeeded the others
    are not asked; afterwards it is not.

    Here: the same as pure logic, without a clock: `tick` says whether to ask, `heard` takes in the
    answer. `result` is what the probe says, None as long as there is no container. The count of
    answers in a row (`run`) goes on from one container to the next, as it does there, unless the
    container was killed for this probe.

    Source: Kubernetes 1.20, pkg/kubelet/prober/worker.go.
    """

    def __init__(self, kind: int, settings: ProbeSettings) -> None:
        self.kind = kind
        self.settings = settings
        self.result: int | None = None
        self.on_hold = False
        self.last = UNKNOWN
        self.run = 0
        self.number: int | None = None

    def tick(self, container: Container | None, now: float) -> int:
        """A period is over: whether to `ASK`, to `WAIT` for the next, or to `EXIT`."""
        if container is None:
            return WAIT
        if container.finished:
            return EXIT
        self.meet(container)
        if self.on_hold:
            return WAIT
        if not container.running:
            self.result = FAILURE
            return WAIT
        if container.leaving and self.kind != READINESS:
            # It shall end in peace.
            self.result = SUCCESS
            return EXIT
        if now - container.since < self.settings.initial_delay - NEARLY:
            return WAIT
        return ASK if container.started != (self.kind == STARTUP) else WAIT

    def meet(self, container: Container) -> None:
        """Look whether it is another container than the last time: it begins anew, if so."""
        if container.number != self.number:
            self.number = container.number
            self.result = INITIAL[self.kind]
            self.on_hold = False

    def heard(self, answer: int) -> bool:
        """The answer; `UNKNOWN` if it could not be asked. Returns whether the threshold is reached."""
        if answer == UNKNOWN:
            return False
        if answer == self.last:
            self.run += 1
        else:
            self.last = answer
            self.run = 1
        settings = self.settings
        wanted = settings.failure_threshold if answer == FAILURE else settings.success_threshold
        if self.run < wanted:
            return False
        self.result = answer
        if answer == FAILURE and self.kind != READINESS:
            self.on_hold = True
            self.run = 0
        return True
