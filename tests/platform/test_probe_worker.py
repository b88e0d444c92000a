"""The kubelet's prober against its own tests (pkg/kubelet/prober/worker_test.go)."""

from __future__ import annotations

import pytest

from simulator.platform.probe_worker import (
    ASK,
    EXIT,
    FAILURE,
    LIVENESS,
    READINESS,
    STARTUP,
    SUCCESS,
    UNKNOWN,
    WAIT,
    Container,
    ProbeSettings,
    ProbeWorker,
)
from simulator.scenario.building.kubelets import settings_of
from simulator.scenario.model.probes import Probe

BOTH = pytest.mark.parametrize("kind", [LIVENESS, READINESS])


def probe(worker: ProbeWorker, container: Container, answer: int, now: float = 0.0) -> int | None:
    """A period is over, and the container gives this answer if it is asked; returns the result."""
    if worker.tick(container, now) == ASK:
        worker.heard(answer)
    return worker.result


def worker_of(kind: int, *, success: int = 1, failure: int = 3, delay: float = 0.0) -> ProbeWorker:
    settings = ProbeSettings(
        success_threshold=success, failure_threshold=failure, initial_delay=delay
    )
    return ProbeWorker(kind, settings)


def test_the_defaults_are_those_of_kubernetes() -> None:
    """Every 10 s, for 1 s, one success, three failures, no delay; in the scenario as well."""
    assert ProbeSettings() == ProbeSettings(10.0, 1.0, 1, 3, 0.0, 0.001)
    assert settings_of(Probe()) == ProbeSettings()


@pytest.mark.parametrize(
    ("kind", "result"), [(LIVENESS, SUCCESS), (READINESS, FAILURE), (STARTUP, UNKNOWN)]
)
def test_what_a_probe_says_before_it_is_asked(kind: int, result: int) -> None:
    """Alive, not ready, and who knows."""
    worker = worker_of(kind)
    worker.meet(Container(1))
    assert worker.result == result


@BOTH
def test_without_a_container_it_waits(kind: int) -> None:
    """TestDoProbe, no status (C9p-01): it keeps running, and records nothing."""
    worker = worker_of(kind)
    assert worker.tick(None, 0.0) == WAIT
    assert worker.result is None


@BOTH
def test_with_its_pod_it_ends(kind: int) -> None:
    """TestDoProbe, pod failed (C9p-02): it exits, and records nothing."""
    worker = worker_of(kind)
    assert worker.tick(Container(1, finished=True), 0.0) == EXIT
    assert worker.result is None


@BOTH
def test_a_container_that_does_not_run_has_failed(kind: int) -> None:
    """TestDoProbe, container waiting: a failure without asking, and without any threshold."""
    worker = worker_of(kind)
    assert worker.tick(Container(1, running=False), 0.0) == WAIT
    assert worker.result == FAILURE
    assert not worker.on_hold


@BOTH
def test_initial_delay(kind: int) -> None:
    """TestInitialDelay (C9p-04, C9p-05): nobody asks for 10 s, then it is as the answer is."""
    worker = worker_of(kind, delay=10.0)
    container = Container(1, started=True)
    for now in (0.0, 5.0, 9.999):
        assert worker.tick(container, now) == WAIT
        assert worker.result == (SUCCESS if kind == LIVENESS else FAILURE)
    assert worker.tick(container, 10.0) == ASK
    assert probe(worker, container, SUCCESS, 100.0) == SUCCESS


def test_failure_threshold() -> None:
    """TestFailureThreshold (C9p-07): only the third failure in a row counts, twice over."""
    worker = worker_of(READINESS)
    container = Container(1, started=True)
    for _ in range(2):
        for _ in range(3):
            assert probe(worker, container, SUCCESS) == SUCCESS
        seen = [probe(worker, container, FAILURE) for _ in range(5)]
        assert seen == [SUCCESS, SUCCESS, FAILURE, FAILURE, FAILURE]
    probe(worker, container, SUCCESS)
    answers = (FAILURE, FAILURE, SUCCESS, FAILURE, FAILURE, FAILURE)
    seen = [probe(worker, container, each) for each in answers]
    assert seen == [SUCCESS] * 5 + [FAILURE]


def test_success_threshold() -> None:
    """TestSuccessThreshold (C9p-08): three successes in a row, and one failure is enough."""
    worker = worker_of(READINESS, success=3, failure=1)
    container = Container(1, started=True)
    for _ in range(2):
        seen = [probe(worker, container, SUCCESS) for _ in range(5)]
        assert seen == [FAILURE, FAILURE, SUCCESS, SUCCESS, SUCCESS]
        assert probe(worker, container, FAILURE) == FAILURE
    answers = (SUCCESS, SUCCESS, FAILURE, SUCCESS, SUCCESS)
    assert [probe(worker, container, each) for each in answers] == [FAILURE] * 5
    assert probe(worker, container, SUCCESS) == SUCCESS


@pytest.mark.parametrize("kind", [LIVENESS, STARTUP])
def test_on_hold_until_there_is_another_container(kind: int) -> None:
    """TestOnHoldOnLivenessOrStartupCheckFailure (C9p-10)."""
    worker = worker_of(kind, failure=1)
    container = Container(1, started=kind == LIVENESS)
    assert probe(worker, container, FAILURE) == FAILURE
    assert worker.on_hold
    assert worker.tick(container, 0.0) == WAIT
    assert worker.result == FAILURE
    another = Container(2, started=kind == LIVENESS)
    worker.meet(another)
    assert not worker.on_hold
    assert worker.result == (SUCCESS if kind == LIVENESS else UNKNOWN)
    assert probe(worker, another, SUCCESS) == SUCCESS


def test_readiness_is_never_on_hold() -> None:
    """TestOnHoldOnLivenessOrStartupCheckFailure, the other half: it is asked on and on."""
    worker = worker_of(READINESS, failure=1)
    container = Container(1, started=True)
    assert probe(worker, container, FAILURE) == FAILURE
    assert probe(worker, container, SUCCESS) == SUCCESS


def test_the_count_begins_anew_when_a_failure_is_acted_on() -> None:
    """TestResultRunOnLivenessCheckFailure (C9p-11): runs of 1, 2, and then 0."""
    worker = worker_of(LIVENESS)
    container = Container(1, started=True)
    probe(worker, container, SUCCESS)
    runs = []
    for _ in range(3):
        probe(worker, container, FAILURE)
        runs.append(worker.run)
    assert runs == [1, 2, 0]
    assert worker.result == FAILURE
    # The next container has its three failures before it too is killed.
    another = Container(2, started=True)
    seen = [probe(worker, another, FAILURE) for _ in range(3)]
    assert seen == [SUCCESS, SUCCESS, FAILURE]


def test_the_startup_probe_is_over_once_it_has_succeeded() -> None:
    """TestStartupProbeDisabledByStarted (C9p-13)."""
    worker = worker_of(STARTUP)
    container = Container(1)
    assert probe(worker, container, SUCCESS) == SUCCESS
    container.started = True
    assert worker.tick(container, 10.0) == WAIT
    assert probe(worker, container, FAILURE) == SUCCESS


@BOTH
def test_the_others_wait_for_the_startup_probe(kind: int) -> None:
    """TestStartupProbeEnabledByStarted, turned round: until it has succeeded nobody asks them."""
    worker = worker_of(kind)
    container = Container(1, started=False)
    assert worker.tick(container, 500.0) == WAIT
    container.started = True
    assert worker.tick(container, 500.0) == ASK


def test_no_answer_is_no_result() -> None:
    """TestHandleCrash (C9p-14): the value before is kept, and so is the count."""
    worker = worker_of(READINESS)
    container = Container(1, started=True)
    assert probe(worker, container, SUCCESS) == SUCCESS
    assert probe(worker, container, UNKNOWN) == SUCCESS
    for _ in range(2):
        probe(worker, container, FAILURE)
    assert probe(worker, container, UNKNOWN) == SUCCESS
    assert probe(worker, container, FAILURE) == FAILURE


@pytest.mark.parametrize("kind", [LIVENESS, STARTUP])
def test_a_pod_that_ends_is_not_killed_for_it(kind: int) -> None:
    """worker.go, "Graceful shutdown of the pod": a success, to be quiet, and no more questions."""
    worker = worker_of(kind)
    container = Container(1, started=kind == LIVENESS, leaving=True)
    assert worker.tick(container, 0.0) == EXIT
    assert worker.result == SUCCESS


def test_readiness_goes_on_while_a_pod_ends() -> None:
    """worker.go, the same place: readiness is still asked for."""
    worker = worker_of(READINESS)
    assert worker.tick(Container(1, started=True, leaving=True), 0.0) == ASK
